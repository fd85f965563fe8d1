/** Whoever proves to have the address of an imported user owns what they wrote and bought. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { runImport } from '../support/import-command.js';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
let people = 0;
let source = '';
let email = '';

beforeEach(() => {
  source = `shop${++people}`;
  email = `buyer${people}@example.org`;
});

const header = 'email,userName,product,rating,body,verified\n';
const line = (product: string, rating: number, address = email) => `${address},Ann B.,${product},${rating},${product} is fine,yes\n`;

async function importReviews(lines: string[], from = source): Promise<void> {
  const path = join(plaza.dataDirectory, `${from}.csv`);
  writeFileSync(path, header + lines.join(''));
  const { code, stderr } = await runImport(plaza, [path, '--format', 'csv', '--source', from]);
  expect(code, stderr).toBe(0);
}

async function confirm(): Promise<void> {
  const { token } = (await plaza.mailTo(email, 'Confirm your email address'))!;
  expect(await plaza.mutate('confirmEmail', { token }, 'confirmed')).toMatchObject({ confirmed: true });
}

/** Who wrote the reviews of the source, by product, and what the product's score counts. */
async function reviewsOf(from = source) {
  const products = await plaza.connection.collection('products').find({ source: from }).sort({ title: 1 }).toArray();
  const query = `query ($slug: String!) { product(slug: $slug) { id rating { reviewCount mean }
    reviews(first: 10) { edges { node { body overall author { handle name } } } } } }`;
  return Promise.all(products.map(async ({ slug }) => (await plaza.data(query, { slug: slug as string })).product));
}

const authorsOf = async (from = source): Promise<string[]> =>
  (await reviewsOf(from)).flatMap(({ reviews }) =>
    reviews.edges.map(({ node }: { node: { author: { handle: string } } }) => node.author.handle),
  );

describe('somebody who signs up with the address of an imported user', () => {
  test('owns their reviews, purchases and ratings once the address is confirmed, and not before', async () => {
    await importReviews([line('pot', 4), line('tea', 2), line('pot', 5, 'other@example.org')]);
    const account = await plaza.signUp({ email });
    const before = await reviewsOf();
    expect(await authorsOf()).not.toContain(account.handle);
    await confirm();
    const after = await reviewsOf();
    expect(after.map(({ rating }) => rating)).toEqual(before.map(({ rating }) => rating));
    expect((await authorsOf()).filter((handle) => handle === account.handle)).toHaveLength(2);
    const { viewer, exportMyData } = await plaza.data(
      '{ viewer { orders { edges { node { status } } } } exportMyData }',
      {},
      account.token,
    );
    expect(viewer.orders.edges.map(({ node }: { node: { status: string } }) => node.status)).toEqual(['DELIVERED', 'DELIVERED']);
    expect(exportMyData.interactions).toMatchObject([{ purchases: 1 }, { purchases: 1 }]);
    expect(await plaza.connection.collection('users').countDocuments({ name: 'Ann B.', source })).toBe(1);
  });

  test('can change a review that came along', async () => {
    await importReviews([line('pot', 4)]);
    const account = await plaza.signUp({ email });
    await confirm();
    const query = 'query ($handle: String!) { user(handle: $handle) { reviews { edges { node { id body } } } } }';
    const { user } = await plaza.data(query, { handle: account.handle });
    const reviewId = user.reviews.edges[0].node.id;
    const { review } = await plaza.mutate('updateReview', { reviewId, body: 'Still fine' }, 'review { body }', account.token);
    expect(review).toEqual({ body: 'Still fine' });
  });

  test('gets what other sources and later imports have of them too', async () => {
    await importReviews([line('pot', 4)]);
    await importReviews([line('cup', 3)], `${source}b`);
    const account = await plaza.signUp({ email });
    await confirm();
    await importReviews([line('pot', 4), line('pan', 1)]);
    expect(await authorsOf()).toEqual([account.handle, account.handle]);
    expect(await authorsOf(`${source}b`)).toEqual([account.handle]);
  });

  test('keeps their own review of a product, and counts once', async () => {
    await importReviews([line('pot', 1)]);
    const account: Account = await plaza.signUp({ email });
    const [product] = await reviewsOf();
    await plaza.review(account, product.id, { ratings: { quality: 5, price: 5, service: 5 } });
    await confirm();
    expect((await reviewsOf())[0]).toMatchObject({
      rating: { reviewCount: 1, mean: 5 },
      reviews: { edges: [{ node: { overall: 5, author: { handle: account.handle } } }] },
    });
  });

  test('gets nothing by somebody else’s address', async () => {
    await importReviews([line('pot', 4)]);
    const owner = await plaza.signUp({ email });
    await confirm();
    const other = await plaza.signUp({ email });
    expect(await authorsOf()).toEqual([owner.handle]);
    expect(other.handle).not.toBe(owner.handle);
  });
});
