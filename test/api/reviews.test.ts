import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reviewWeight } from '../../src/scoring/index.js';
import type { ReviewDocument } from '../../src/modules/review/index.js';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const ratingOf = `query ($id: ID!) { product(id: $id) { rating { reviewCount mean weightedMean composite distribution { stars count } aspects { quality price service } } } }`;

async function rating(id: string) {
  return (await plaza.data(ratingOf, { id })).product.rating;
}

async function shop() {
  const merchant = await plaza.account({ merchant: true });
  return { merchant, productId: await plaza.product(merchant), buyers: await Promise.all([1, 2, 3].map(() => plaza.account())) };
}

/** The scores as they follow from the reviews in the store, worked out here anew. */
async function expectedRating() {
  const reviews = await plaza.connection.collection<ReviewDocument>('reviews').find().toArray();
  return (productId: string) => {
    const own = reviews.filter((review) => Buffer.from(productId, 'base64url').toString().endsWith(review.product.toHexString()));
    const overall = own.map(({ quality, price, service }) => (quality! + price! + service!) / 3);
    const weights = own.map((review) => reviewWeight(review));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return {
      reviewCount: own.length,
      mean: overall.reduce((sum, stars) => sum + stars, 0) / own.length,
      weightedMean: overall.reduce((sum, stars, at) => sum + stars * weights[at]!, 0) / total,
      quality: own.reduce((sum, { quality }) => sum + quality!, 0) / own.length,
      distribution: [1, 2, 3, 4, 5].map((stars) => ({ stars, count: overall.filter((one) => Math.round(one) === stars).length })),
    };
  };
}

async function expectExact(productId: string) {
  const expected = (await expectedRating())(productId);
  const { reviewCount, mean, weightedMean, distribution, aspects } = await rating(productId);
  expect(reviewCount).toBe(expected.reviewCount);
  expect(distribution).toEqual(expected.distribution);
  expect(mean).toBeCloseTo(expected.mean, 12);
  expect(weightedMean).toBeCloseTo(expected.weightedMean, 12);
  expect(aspects.quality).toBeCloseTo(expected.quality, 12);
}

describe('a product’s rating', () => {
  test('is empty before the first review', async () => {
    const { productId } = await shop();
    expect(await rating(productId)).toEqual({
      reviewCount: 0,
      mean: null,
      weightedMean: null,
      composite: null,
      distribution: [1, 2, 3, 4, 5].map((stars) => ({ stars, count: 0 })),
      aspects: { quality: null, price: null, service: null },
    });
  });

  test('is the mean of the three aspects of every review', async () => {
    const { productId, buyers } = await shop();
    await plaza.review(buyers[0]!, productId, { ratings: { quality: 5, price: 4, service: 3 } });
    await plaza.review(buyers[1]!, productId, { ratings: { quality: 2, price: 1, service: 1 } });
    const { mean, aspects, distribution } = await rating(productId);
    expect(mean).toBeCloseTo((4 + 4 / 3) / 2, 12);
    expect(aspects).toEqual({ quality: 3.5, price: 2.5, service: 2 });
    expect(distribution.map(({ count }: { count: number }) => count)).toEqual([1, 0, 0, 1, 0]);
  });

  test('weighs verified reviews more', async () => {
    const { merchant, productId, buyers } = await shop();
    await plaza.deliver(buyers[0]!, merchant, productId);
    expect((await plaza.review(buyers[0]!, productId, { ratings: { quality: 5, price: 5, service: 5 } })).review.verifiedPurchase).toBe(
      true,
    );
    expect((await plaza.review(buyers[1]!, productId, { ratings: { quality: 2, price: 2, service: 2 } })).review.verifiedPurchase).toBe(
      false,
    );
    const { mean, weightedMean } = await rating(productId);
    expect(mean).toBe(3.5);
    expect(weightedMean).toBeCloseTo(4, 2);
  });

  test('is drawn to the category’s mean while reviews are few', async () => {
    const merchant = await plaza.account({ merchant: true });
    const categoryId = await plaza.category();
    const [loved, other] = [await plaza.product(merchant, { categoryId }), await plaza.product(merchant, { categoryId })];
    await plaza.review(await plaza.account(), loved, { ratings: { quality: 5, price: 5, service: 5 } });
    for (let at = 0; at < 3; at++) await plaza.review(await plaza.account(), other, { ratings: { quality: 2, price: 2, service: 2 } });
    const { mean, composite } = await rating(loved);
    const categoryMean = (5 + 3 * 2) / 4;
    expect(mean).toBe(5);
    expect(composite).toBeCloseTo((8 * categoryMean + 5) / 9, 10);
  });

  test('becomes verified when the order is delivered after the review', async () => {
    const { merchant, productId, buyers } = await shop();
    await plaza.review(buyers[0]!, productId);
    await plaza.deliver(buyers[0]!, merchant, productId);
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { reviews { edges { node { verifiedPurchase } } } } }', {
      id: productId,
    });
    expect(product.reviews.edges).toEqual([{ node: { verifiedPurchase: true } }]);
    await expectExact(productId);
  });

  test('is exact after a hundred clients review at the same time', async () => {
    const { productId } = await shop();
    const buyers = await Promise.all(Array.from({ length: 100 }, () => plaza.account()));
    const payloads = await Promise.all(
      buyers.map((buyer, at) =>
        plaza.review(buyer, productId, { ratings: { quality: 1 + (at % 5), price: 1 + (at % 3), service: 1 + (at % 4) } }),
      ),
    );
    expect(payloads.every(({ userErrors }) => userErrors.length === 0)).toBe(true);
    expect((await rating(productId)).reviewCount).toBe(100);
    await expectExact(productId);
  });

  test('stays exact under any sequence of writing, changing, voting on and deleting reviews', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => plaza.account()));
    const stars = fc.integer({ min: 1, max: 5 });
    const step = fc.record({
      action: fc.constantFrom('create', 'update', 'delete', 'vote'),
      author: fc.nat(3),
      voter: fc.nat(3),
      helpful: fc.constantFrom('HELPFUL', 'UNHELPFUL', null),
      quality: stars,
      price: stars,
      service: stars,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { productId } = await shop();
        const ids = new Map<number, string>();
        for (const { action, author, voter, helpful, ...ratings } of steps) {
          const reviewId = ids.get(author);
          const { token } = people[author]!;
          if (action === 'create' && !reviewId) ids.set(author, (await plaza.review(people[author]!, productId, { ratings })).review.id);
          if (action === 'update' && reviewId) await plaza.mutate('updateReview', { reviewId, ratings }, 'review { id }', token);
          if (action === 'vote' && reviewId)
            await plaza.mutate('voteReview', { reviewId, vote: helpful }, 'review { id }', people[voter]!.token);
          if (action === 'delete' && reviewId) {
            await plaza.mutate('deleteReview', { reviewId }, 'deletedReviewId', token);
            ids.delete(author);
          }
        }
        if (ids.size > 0) await expectExact(productId);
        else expect((await rating(productId)).reviewCount).toBe(0);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a review', () => {
  test('may be written by someone who has not bought the product, and is then not verified', async () => {
    const { productId, buyers } = await shop();
    const payload = await plaza.review(buyers[0]!, productId);
    expect(payload).toMatchObject({ review: { verifiedPurchase: false, overall: 4 }, userErrors: [] });
  });

  test('is one per buyer and product', async () => {
    const { productId, buyers } = await shop();
    await plaza.review(buyers[0]!, productId);
    const before = await plaza.documents();
    const second = await plaza.review(buyers[0]!, productId);
    expect(second).toMatchObject({ review: null, userErrors: [{ code: 'ALREADY_EXISTS', field: ['input', 'productId'] }] });
    expect(await plaza.documents()).toEqual(before);
  });

  test('is made once when fifty requests with one idempotency key run at the same time', async () => {
    const { productId, buyers } = await shop();
    const payloads = await Promise.all(Array.from({ length: 50 }, () => plaza.review(buyers[0]!, productId, { idempotencyKey: 'once' })));
    expect(new Set(payloads.map(({ review }) => review.id)).size).toBe(1);
    expect((await rating(productId)).reviewCount).toBe(1);
  });

  test('cannot be written by the product’s merchant', async () => {
    const { merchant, productId } = await shop();
    expect(await plaza.review(merchant, productId)).toMatchObject({ review: null, userErrors: [{ code: 'NOT_ALLOWED' }] });
  });

  test('is changed and deleted by its author only', async () => {
    const { productId, buyers } = await shop();
    const { review } = await plaza.review(buyers[0]!, productId);
    for (const mutation of ['updateReview', 'deleteReview']) {
      const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
      const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`;
      const { errors } = await plaza.query(query, { input: { reviewId: review.id } }, buyers[1]!.token);
      expect(errors).toMatchObject([{ path: [mutation], extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await rating(productId)).reviewCount).toBe(1);
  });

  test('takes one vote of each reader, who may change it; a hundred at once count exactly', async () => {
    const { productId, buyers } = await shop();
    const { review } = await plaza.review(buyers[0]!, productId);
    const readers = await Promise.all(Array.from({ length: 50 }, () => plaza.account()));
    const vote = (reader: Account, value: string) =>
      plaza.mutate('voteReview', { reviewId: review.id, vote: value }, 'review { helpfulCount unhelpfulCount }', reader.token);
    await Promise.all(readers.flatMap((reader) => [vote(reader, 'HELPFUL'), vote(reader, 'HELPFUL')]));
    await Promise.all(readers.slice(0, 20).map((reader) => vote(reader, 'UNHELPFUL')));
    const { node } = await plaza.data('query ($id: ID!) { node(id: $id) { ... on Review { helpfulCount unhelpfulCount } } }', {
      id: review.id,
    });
    expect(node).toEqual({ helpfulCount: 30, unhelpfulCount: 20 });
    await expectExact(productId);
  });

  test('takes no vote of its author', async () => {
    const { productId, buyers } = await shop();
    const { review } = await plaza.review(buyers[0]!, productId);
    const payload = await plaza.mutate('voteReview', { reviewId: review.id, vote: 'HELPFUL' }, 'review { helpfulCount }', buyers[0]!.token);
    expect(payload).toMatchObject({ review: null, userErrors: [{ code: 'NOT_ALLOWED', field: ['input', 'reviewId'] }] });
  });

  test('is answered by the product’s merchant only', async () => {
    const { merchant, productId, buyers } = await shop();
    const stranger = await plaza.account({ merchant: true });
    const { review } = await plaza.review(buyers[0]!, productId);
    const answered = await plaza.mutate(
      'respondToReview',
      { reviewId: review.id, body: 'Thank you.' },
      'review { response { body } }',
      merchant.token,
    );
    expect(answered.review.response.body).toBe('Thank you.');
    const query = 'mutation ($input: RespondToReviewInput!) { respondToReview(input: $input) { userErrors { code } } }';
    expect((await plaza.query(query, { input: { reviewId: review.id, body: 'Mine.' } }, stranger.token)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  test('is returned as it was written', async () => {
    const { productId, buyers } = await shop();
    const body = '<script>alert(1)</script> {"$gt": ""} ünïcode 🫖\u0000'.replace('\u0000', '');
    await plaza.review(buyers[0]!, productId, { body, imageUrls: ['https://example.org/a.png'] });
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { reviews { edges { node { body imageUrls } } } } }', {
      id: productId,
    });
    expect(product.reviews.edges[0].node).toEqual({ body, imageUrls: ['https://example.org/a.png'] });
  });
});

describe('a product’s reviews', () => {
  const list = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $sort: ReviewSort, $filter: ReviewFilter) { product(id: $id) {
    reviews(first: $first, after: $after, last: $last, before: $before, sort: $sort, filter: $filter) {
      totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor } edges { cursor node { id overall } } } } }`;

  async function reviewed(ratings: number[]) {
    const merchant = await plaza.account({ merchant: true });
    const id = await plaza.product(merchant);
    for (const stars of ratings)
      await plaza.review(await plaza.account(), id, {
        ratings: { quality: stars, price: stars, service: stars },
        ...(stars === 5 && { imageUrls: ['https://example.org/5.png'] }),
      });
    return id;
  }

  const starsOf = (data: { product: { reviews: { edges: { node: { overall: number } }[] } } }) =>
    data.product.reviews.edges.map(({ node }) => node.overall);

  test('come in every order', async () => {
    const id = await reviewed([3, 5, 1, 4]);
    expect(starsOf(await plaza.data(list, { id, sort: 'NEWEST' }))).toEqual([4, 1, 5, 3]);
    expect(starsOf(await plaza.data(list, { id, sort: 'OLDEST' }))).toEqual([3, 5, 1, 4]);
    expect(starsOf(await plaza.data(list, { id, sort: 'HIGHEST' }))).toEqual([5, 4, 3, 1]);
    expect(starsOf(await plaza.data(list, { id, sort: 'LOWEST' }))).toEqual([1, 3, 4, 5]);
  });

  test('are filtered by stars, by verification and by images', async () => {
    const id = await reviewed([3, 5, 5]);
    expect(starsOf(await plaza.data(list, { id, filter: { rating: 5 } }))).toEqual([5, 5]);
    expect(starsOf(await plaza.data(list, { id, filter: { verified: true } }))).toEqual([]);
    expect(starsOf(await plaza.data(list, { id, filter: { withImages: true } }))).toEqual([5, 5]);
    expect(starsOf(await plaza.data(list, { id, filter: { withImages: false } }))).toEqual([3]);
  });

  test('page forwards and backwards over every review once, while others are added and removed', async () => {
    const id = await reviewed([1, 2, 3, 4, 5]);
    const first = await plaza.data(list, { id, first: 2, sort: 'OLDEST' });
    expect(starsOf(first)).toEqual([1, 2]);
    expect(first.product.reviews).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    await plaza.review(await plaza.account(), id, { ratings: { quality: 5, price: 5, service: 5 } });
    const second = await plaza.data(list, { id, first: 10, after: first.product.reviews.pageInfo.endCursor, sort: 'OLDEST' });
    expect(starsOf(second)).toEqual([3, 4, 5, 5]);
    const back = await plaza.data(list, { id, last: 1, before: second.product.reviews.pageInfo.startCursor, sort: 'OLDEST' });
    expect(starsOf(back)).toEqual([2]);
    expect(back.product.reviews.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });
});
