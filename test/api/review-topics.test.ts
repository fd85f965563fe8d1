/** What is read out of reviews: the topics that a product’s reviews speak of, and reviews that look fake. */
import { beforeAll, describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

let merchant: Account;
let moderator: Account;

beforeAll(async () => {
  [merchant, moderator] = await Promise.all([plaza.account({ merchant: true }), plaza.account({ role: 'MODERATOR' })]);
});

const topicsOf = async (id: string, { token }: Partial<Account> = {}) => {
  const query = 'query ($id: ID!) { product(id: $id) { reviewTopics { topic sentiment mentions share quotes { text review { id } } } } }';
  return (await plaza.data(query, { id }, token)).product.reviewTopics as {
    topic: string;
    sentiment: number;
    mentions: number;
    share: number;
    quotes: { text: string; review: { id: string } }[];
  }[];
};
const battery = async (id: string, viewer: Partial<Account> = {}) => (await topicsOf(id, viewer)).find(({ topic }) => topic === 'battery');
const settled = () => plaza.settle('review topics');

interface Written {
  author: Account;
  id: string;
}

async function write(product: string, body: string, overall: number): Promise<Written> {
  const author = await plaza.account();
  const ratings = { quality: overall, price: overall, service: overall };
  const { review } = await plaza.mutate('createReview', { productId: product, ratings, title: '', body }, 'review { id }', author.token);
  return { author, id: review.id };
}

describe('the topics of reviews', () => {
  const praise = 'The battery lasts for days, excellent!';
  const blame = 'Sadly the battery died after a week.';
  let product: string;
  let first: Written;
  let second: Written;
  const quoted = async () => ((await battery(product))?.quotes ?? []).map(({ text }) => text);

  beforeAll(async () => {
    product = await plaza.product(merchant);
    first = await write(product, `I use it daily. ${praise}`, 5);
    second = await write(product, `${blame} The rest is fine.`, 2);
    await settled();
    expect((await battery(product))?.mentions).toBe(2);
  });

  test('quote sentences word for word, and name the review that says them', async () => {
    const quotes = (await battery(product))!.quotes;
    expect(quotes).toContainEqual({ text: praise, review: { id: first.id } });
    expect(quotes).toContainEqual({ text: blame, review: { id: second.id } });
  });

  test('filter the list of reviews, by any of their names', async () => {
    const query =
      'query ($id: ID!, $topic: String) { product(id: $id) { reviews(filter: { topic: $topic }) { totalCount edges { node { id } } } } }';
    await write(product, 'It came in a nice box.', 4);
    await settled();
    for (const topic of ['battery', 'Akku', ' Battery ']) {
      const { reviews } = (await plaza.data(query, { id: product, topic })).product;
      expect(reviews.edges.map(({ node }: { node: { id: string } }) => node.id).sort()).toEqual([first.id, second.id].sort());
      expect(reviews.totalCount).toBe(2);
    }
    expect((await plaza.data(query, { id: product, topic: 'unheard of' })).product.reviews.totalCount).toBe(0);
    const { errors } = await plaza.query(query, { id: product, topic: 'x'.repeat(101) });
    expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'filter.topic' });
  });

  test('count what another release has read, too, as long as an upgrade takes', async () => {
    const upgraded = await plaza.product(merchant);
    const body = 'The battery of this one is excellent.';
    for (const each of [body, blame]) await write(upgraded, each, 4);
    await settled();
    const { modifiedCount } = await plaza.connection.collection('reviews').updateOne({ body }, { $inc: { 'digest.version': 1 } });
    expect(modifiedCount).toBe(1);
    await write(upgraded, 'The battery is excellent.', 5);
    await settled();
    expect((await battery(upgraded))?.mentions).toBe(3);
  });

  test('filter by a phrase that several reviews share, and by no other', async () => {
    const phrased = await plaza.product(merchant);
    const shared = Array<string>(3).fill('The lemongrass in it is lovely.');
    const others = ['cardamom', 'ginger', 'vanilla'].map((word) => `There is a little ${word} in it.`);
    for (const text of [...shared, ...others]) await write(phrased, text, 4);
    await settled();
    const query =
      'query ($id: ID!, $topic: String) { product(id: $id) { reviewTopics { topic } reviews(filter: { topic: $topic }) { totalCount } } }';
    const { reviewTopics, reviews } = (await plaza.data(query, { id: phrased, topic: 'Lemongrass' })).product;
    expect(reviewTopics).toContainEqual({ topic: 'lemongrass' });
    expect(reviews.totalCount).toBe(3);
    expect((await plaza.data(query, { id: phrased, topic: 'cardamom' })).product.reviews.totalCount).toBe(0);
  });

  test('do not quote to a viewer somebody whom they block', async () => {
    const viewer = await plaza.account();
    await plaza.mutate('blockUser', { userId: first.author.id }, 'user { id }', viewer.token);
    expect((await battery(product, viewer))!.quotes.map(({ text }) => text)).toEqual([blame]);
  });

  test('quote a review that is hidden no longer, at once, and soon count it no longer', async () => {
    const hide = (action: string) =>
      plaza.mutate('moderateContent', { contentId: second.id, action, reason: 'A test' }, 'entry { createdAt }', moderator.token);
    await hide('HIDE');
    expect(await quoted()).not.toContain(blame);
    await settled();
    expect((await battery(product))?.mentions ?? 0).toBe(0);
    await hide('RESTORE');
    await settled();
    expect((await battery(product))?.mentions).toBe(2);
  });

  test('quote what an edit leaves, never what it took away', async () => {
    const update = (body: string) => plaza.mutate('updateReview', { reviewId: first.id, body }, 'review { id }', first.author.token);
    await update('The screen is bright. The battery is awful.');
    expect(await quoted()).not.toContain(praise);
    await settled();
    expect(await quoted()).toContain('The battery is awful.');
    await update(praise);
    await settled();
    expect(await quoted()).toContain(praise);
  });

  test('forget a review that is deleted, at once in quotes and soon in counts', async () => {
    const third = await write(product, 'Battery is great, says me.', 5);
    await settled();
    expect((await battery(product))?.mentions).toBe(3);
    await plaza.mutate('deleteReview', { reviewId: third.id }, 'deletedReviewId', third.author.token);
    expect((await battery(product))!.quotes.map(({ review }) => review.id)).not.toContain(third.id);
    await settled();
    expect((await battery(product))?.mentions).toBe(2);
  });

  test('keep what an author who is erased said, without their name in it', async () => {
    const author = await plaza.account();
    const name = `Name of ${author.handle}`;
    const named = `${name} says the battery is superb.`;
    const ratings = { quality: 5, price: 5, service: 5 };
    await plaza.mutate('createReview', { productId: product, ratings, title: '', body: named }, 'review { id }', author.token);
    await settled();
    expect((await battery(product))?.mentions).toBe(3);
    await plaza.mutate('eraseMe', { confirm: true, password: author.password }, 'erased', author.token);
    await plaza.settle('erasures');
    expect(await quoted()).not.toContain(named);
    await settled();
    expect((await battery(product))?.mentions).toBe(3);
    expect(JSON.stringify(await topicsOf(product))).not.toContain(name);
  });
});

test('a product without reviews has no topics', async () => {
  expect(await topicsOf(await plaza.product(merchant))).toEqual([]);
});

describe('reviews that look fake', () => {
  const queue = async () => {
    const query = `{ moderationQueue(first: 100) { edges { node {
      reportCount held suspicion { score signs { kind strength reviewCount } } content { ... on Review { id } } } } } }`;
    const { moderationQueue } = await plaza.data(query, {}, moderator.token);
    return moderationQueue.edges
      .map(({ node }: { node: object }) => node)
      .filter(({ suspicion }: { suspicion: object | null }) => suspicion);
  };

  test('come before the moderators with the reasons, stay visible, and once decided come back for other reasons only', async () => {
    const products = await Promise.all([1, 2, 3].map(() => plaza.product(merchant)));
    const ring: string[] = [];
    for (let member = 0; member < 4; member++) {
      const author = await plaza.account();
      for (const product of products) ring.push((await plaza.review(author, product, { body: `Fine ${member}` })).review.id);
    }
    const honest = (await plaza.review(await plaza.account(), products[0]!)).review.id;
    await plaza.settle('fake reviews');
    const found = await queue();
    expect(found.map(({ content }: { content: { id: string } }) => content.id).sort()).toEqual([...ring].sort());
    expect(found[0]).toMatchObject({ reportCount: 0, held: false, suspicion: { signs: [{ kind: 'RING', reviewCount: 12 }] } });
    expect(found[0].suspicion.score).toBeGreaterThan(0.7);
    const { nodes } = await plaza.data('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [...ring, honest] });
    expect(nodes.every((node: object | null) => node !== null)).toBe(true);

    const decide = { contentId: ring[0], action: 'RESTORE', reason: 'They know each other' };
    await plaza.mutate('moderateContent', decide, 'entry { createdAt }', moderator.token);
    await plaza.review(await plaza.account(), products[1]!);
    await plaza.settle('fake reviews');
    expect((await queue()).map(({ content }: { content: { id: string } }) => content.id)).not.toContain(ring[0]);
  });
});
