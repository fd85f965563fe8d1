import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const commentAdded =
  'subscription ($id: ID!, $after: String) { commentAdded(subjectId: $id, after: $after) { cursor comment { body author { handle } } } }';

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  return { merchant, author: await plaza.account(), id: await plaza.product(merchant) };
}

function comment(author: Account, subjectId: string, body: string) {
  return plaza.mutate('addComment', { subjectId, body }, 'comment { id }', author.token);
}

const stars = (...counts: number[]) => counts.map((count, at) => ({ stars: at + 1, count }));

describe('a subscription', () => {
  test('receives each new comment once and in order, with what it asks of it', async () => {
    const { author, id } = await scene();
    const events = await plaza.subscribe(commentAdded, { id });
    for (const body of ['a', 'b', 'c']) await comment(author, id, body);
    for (const body of ['a', 'b', 'c']) {
      expect((await events.next()).data.commentAdded.comment).toEqual({ body, author: { handle: author.handle } });
    }
    events.stop();
  });

  test('receives what happens on its own subject only', async () => {
    const { author, merchant, id } = await scene();
    const other = await plaza.product(merchant);
    const events = await plaza.subscribe(commentAdded, { id });
    await comment(author, other, 'elsewhere');
    await comment(author, id, 'here');
    expect((await events.next()).data.commentAdded.comment.body).toBe('here');
    events.stop();
  });

  test('has the default of a variable that it leaves out, whoever else sends null for it', async () => {
    const { author, id } = await scene();
    const query =
      'subscription ($id: ID!, $full: Boolean = true) { commentAdded(subjectId: $id) { comment { id body @include(if: $full) } } }';
    const sent = await plaza.subscribe(query, { id, full: null });
    const leftOut = await plaza.subscribe(query, { id });
    await comment(author, id, 'Whole');
    expect((await leftOut.next()).data.commentAdded.comment.body).toBe('Whole');
    expect((await sent.next()).errors).toHaveLength(1);
    sent.stop();
    leftOut.stop();
  });

  test('resumes after a cursor with nothing missing and nothing twice', async () => {
    const { author, id } = await scene();
    const first = await plaza.subscribe(commentAdded, { id });
    await comment(author, id, '1');
    const { cursor } = (await first.next()).data.commentAdded;
    first.stop();
    for (const body of ['2', '3', '4']) await comment(author, id, body);
    const resumed = await plaza.subscribe(commentAdded, { id, after: cursor });
    await comment(author, id, '5');
    const seen: string[] = [];
    for (let at = 0; at < 4; at++) seen.push((await resumed.next()).data.commentAdded.comment.body);
    expect(seen).toEqual(['2', '3', '4', '5']);
    resumed.stop();
  });

  test('receives new reviews, and the rating right after each of them', async () => {
    const { author, id } = await scene();
    const reviews = await plaza.subscribe(
      'subscription ($id: ID!) { reviewAdded(productId: $id) { review { overall author { handle } } } }',
      { id },
    );
    const ratings = await plaza.subscribe(
      'subscription ($id: ID!) { ratingChanged(productId: $id) { rating { reviewCount mean distribution { stars count } } } }',
      { id },
    );
    await plaza.review(author, id, { ratings: { quality: 5, price: 5, service: 5 } });
    await plaza.review(await plaza.account(), id, { ratings: { quality: 2, price: 2, service: 2 } });
    expect((await reviews.next()).data.reviewAdded.review).toEqual({ overall: 5, author: { handle: author.handle } });
    expect((await ratings.next()).data.ratingChanged.rating).toEqual({ reviewCount: 1, mean: 5, distribution: stars(0, 0, 0, 0, 1) });
    expect((await ratings.next()).data.ratingChanged.rating).toEqual({ reviewCount: 2, mean: 3.5, distribution: stars(0, 1, 0, 0, 1) });
    reviews.stop();
    ratings.stop();
  });

  test('receives every one of a hundred events written at the same time, in the order of the log', async () => {
    const { author, id } = await scene();
    const [one, two] = [await plaza.subscribe(commentAdded, { id }), await plaza.subscribe(commentAdded, { id })];
    await Promise.all(Array.from({ length: 100 }, (_, at) => comment(author, id, String(at))));
    const read = async (events: typeof one) => {
      const bodies: string[] = [];
      for (let at = 0; at < 100; at++) bodies.push((await events.next()).data.commentAdded.comment.body);
      events.stop();
      return bodies;
    };
    const [first, second] = await Promise.all([read(one), read(two)]);
    expect(new Set(first).size).toBe(100);
    expect(second).toEqual(first);
  });

  test.each([
    ['a malformed id', { id: 'nonsense' }, 'BAD_USER_INPUT', 'subjectId'],
    ['a broken cursor', { after: 'nonsense' }, 'BAD_USER_INPUT', 'after'],
    ['a cursor of another stream', { after: Buffer.from('["comments:other",1]').toString('base64url') }, 'BAD_USER_INPUT', 'after'],
  ])('is refused with %s', async (_name, variables, code, argument) => {
    const { id } = await scene();
    const events = await plaza.subscribe(commentAdded, { id, ...variables });
    expect(await events.next()).toMatchObject({ errors: [{ extensions: { code, argument } }] });
  });

  test('is refused where it does not fit the schema', async () => {
    const events = await plaza.subscribe('subscription { nothing }');
    await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  test('shares its socket with queries and mutations', async () => {
    const { author } = await scene();
    const answers = await plaza.subscribe('{ viewer { user { handle } } }', {}, author.token);
    expect((await answers.next()).data.viewer.user.handle).toBe(author.handle);
  });
});
