import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { runImport } from '../support/import-command.js';
import { usePlaza, type Account } from '../support/plaza.js';

const recommendations = `query ($first: Int, $exclude: [ID!], $context: RecommendationContext, $productIds: [ID!]) { viewer {
  recommendedProducts(first: $first, exclude: $exclude, context: $context, productIds: $productIds) { edges { score modelVersion product: node { id title stock } reasons { kind text products { title } users { name } } } } } }`;

const plaza = usePlaza();

/** Ratings of two tastes in FilmTrust's form. */
function sample(): string {
  const lines: string[] = [];
  const random = randomNumbers(5);
  for (let user = 1; user <= 40; user++) {
    for (let item = 1; item <= 30; item++) {
      const own = user % 2 === item % 2;
      if (random() < (own ? 0.5 : 0.08)) lines.push(`${user} ${item} ${own ? 4 : 1.5}`);
    }
  }
  return `${lines.join('\n')}\nbroken line\n1 2 99\n`;
}

/** A server takes a newly trained model up by itself. */
async function untilVersionChanges(before: string | null): Promise<void> {
  const version = async () => (await plaza.data('{ recommenderStatus { modelVersion } }')).recommenderStatus.modelVersion;
  await expect.poll(version).not.toBe(before);
}

interface Recommended {
  product: { id: string; title: string; stock: number | null };
  reasons: { kind: string; text: string; products: { title: string }[]; users: { name: string }[] }[];
  modelVersion: string | null;
}

async function recommend(variables: object, token?: string): Promise<Recommended[]> {
  const { viewer } = await plaza.data(recommendations, variables, token);
  return viewer.recommendedProducts.edges;
}

const numberOf = ({ product }: Recommended) => Number(product.title.split(' ')[1]);

/** Holds with and without a model. */
function keepsAwayWhatWasOrdered() {
  test('what the viewer ordered stays away until the order is cancelled', async () => {
    const buyer = await plaza.account();
    const [offered] = await recommend({ first: 1 }, buyer.token);
    const isOffered = async () => (await recommend({ first: 30 }, buyer.token)).some(({ product }) => product.id === offered!.product.id);
    expect(await isOffered()).toBe(true);
    await makeOrderable(offered!.product.id);
    const { order } = await plaza.mutate('placeOrder', { items: [{ productId: offered!.product.id }] }, 'order { id }', buyer.token);
    expect(await isOffered()).toBe(false);
    await plaza.mutate('updateOrderStatus', { orderId: order.id, status: 'CANCELLED' }, 'order { id }', buyer.token);
    expect(await isOffered()).toBe(true);
  });
}

/** Imported products have no price. */
async function makeOrderable(id: string): Promise<void> {
  const admin = await plaza.account({ role: 'ADMIN' });
  await plaza.mutate('updateProduct', { productId: id, price: { amountMinor: 100, currency: 'EUR' } }, 'product { id }', admin.token);
}

describe('before anything is trained', () => {
  let merchant: Account;

  test('the best-scored products are recommended', async () => {
    merchant = await plaza.account({ merchant: true });
    const id = await plaza.product(merchant, { title: 'First of all' });
    await plaza.review(await plaza.account(), id, { ratings: { quality: 5, price: 5, service: 5 } });
    const [first] = await recommend({ first: 1 });
    expect(first).toMatchObject({
      product: { title: 'First of all' },
      modelVersion: null,
      reasons: [{ kind: 'POPULAR', text: 'Popular in the shop' }],
    });
  });

  test('merchants are not recommended their own products', async () => {
    expect(await recommend({ first: 30 })).toHaveLength(1);
    expect(await recommend({ first: 30 }, merchant.token)).toEqual([]);
  });

  test('also of more products than anybody lists, and without agreeing to be known', async () => {
    const products = plaza.connection.collection('products');
    const { _id: _itself, ...one } = (await products.findOne({ title: 'First of all' }))!;
    const copies = Array.from({ length: 1100 }, (_, at) => ({ ...one, slug: `copy-${at}`, slugs: [`copy-${at}`], title: `Copy ${at}` }));
    await products.insertMany(copies);
    expect(await recommend({ first: 30 })).toHaveLength(30);
    expect(await recommend({ first: 30 }, merchant.token)).toEqual([]);
    await plaza.mutate('updatePrivacySettings', { personalise: false }, '__typename', merchant.token);
    expect(await recommend({ first: 30 }, merchant.token)).toEqual([]);
    await products.deleteMany({ title: /^Copy/ });
  });

  keepsAwayWhatWasOrdered();
});

describe('after an import and a training', () => {
  test('import takes good lines, reports bad ones, and changes nothing the second time', async () => {
    const file = join(plaza.dataDirectory, 'ratings.txt.gz');
    writeFileSync(file, gzipSync(sample()));
    const trust = join(plaza.dataDirectory, 'trust.txt');
    writeFileSync(trust, '1 3 1\n1 1 1\n');
    const imported = async () => (await runImport(plaza, ['--format', 'filmtrust', file, '--trust', trust])).stdout;
    const output = await imported();
    expect(output).toMatch(/New: 41 users, 30 products, \d+ reviews, 1 follows/);
    expect(output).toContain('expected "user item rating"');
    expect(output).toMatch(/ratings\.txt\.gz:\d+: rating: the rating 99 is not from 0.5 to 4/);
    expect(output).toContain('trust.txt:2: trustee: nobody can trust themselves');
    // What it says about the texts is found beside it.
    await plaza.settle('review topics');
    const before = await plaza.documents();
    expect(await imported()).toContain('New: 0 users, 0 products, 0 reviews, 0 follows.');
    expect(await plaza.documents()).toEqual(before);
  });

  test('the running server takes the new model up and recommends from it, with reasons', async () => {
    expect((await plaza.command('train')).stdout).toMatch(/Model \w+: 4\d users, 31 products/);
    await untilVersionChanges(null);
    const { token } = await plaza.account();
    const film = async (title: string) => {
      const product = await plaza.connection.collection('products').findOne({ title });
      return Buffer.from(`Product:${product!._id.toString()}`).toString('base64url');
    };
    for (const number of [2, 4]) {
      await plaza.mutate(
        'createReview',
        { productId: await film(`filmtrust ${number}`), ratings: { quality: 5, price: 5, service: 5 }, body: 'Mine.' },
        'review { id }',
        token,
      );
    }
    const recommended = await recommend({ first: 8 }, token);
    expect(recommended).toHaveLength(8);
    expect(recommended.filter((one) => numberOf(one) % 2 === 0).length).toBeGreaterThanOrEqual(7);
    expect(recommended.some((one) => [2, 4].includes(numberOf(one)))).toBe(false);
    const reasons = recommended.flatMap((one) => one.reasons);
    expect(reasons.some(({ kind, text }) => kind === 'REVIEWED' && /^Because you reviewed filmtrust [24]/.test(text))).toBe(true);
    const excluded = await recommend({ first: 8, exclude: [recommended[0]!.product.id] }, token);
    expect(excluded.map(({ product }) => product.id)).not.toContain(recommended[0]!.product.id);
  });

  keepsAwayWhatWasOrdered();

  test('a stranger is shown what is popular', async () => {
    const strangers = await recommend({ first: 5 });
    expect(strangers.every(({ reasons }) => reasons[0]!.kind === 'POPULAR')).toBe(true);
  });

  test('what goes with a product comes first on its page and beside the cart', async () => {
    const [seed] = await recommend({ first: 1 });
    for (const context of ['PRODUCT', 'CART']) {
      const beside = await recommend({ first: 5, context, productIds: [seed!.product.id] });
      expect(beside.filter((one) => numberOf(one) % 2 === numberOf(seed!) % 2).length).toBeGreaterThanOrEqual(4);
      expect(beside[0]!.reasons[0]).toMatchObject({ kind: 'ALIKE', text: `Goes with ${seed!.product.title}` });
    }
    const { product } = await plaza.data(
      'query ($id: ID!) { product(id: $id) { similarProducts(first: 5) { edges { node { title } } } } }',
      { id: seed!.product.id },
    );
    expect(product.similarProducts.edges).toHaveLength(5);
  });

  test('a damaged model is passed over, and the one before it serves', async () => {
    const { recommenderStatus: before } = await plaza.data('{ recommenderStatus { modelVersion } }');
    await plaza.app.verbs.recommendations.train();
    await untilVersionChanges(before.modelVersion);
    const chunks = plaza.connection.collection('model_snapshot_chunks');
    const newest = (await plaza.connection.collection('model_snapshots').find().sort({ createdAt: -1 }).limit(1).toArray())[0]!;
    await chunks.updateOne({ snapshot: newest._id }, { $set: { bytes: Buffer.from('damaged') } });
    await plaza.app.close();
    await plaza.start();
    const { recommenderStatus } = await plaza.data('{ recommenderStatus { modelVersion } }');
    expect(recommenderStatus.modelVersion).toBe(before.modelVersion);
  });
});
