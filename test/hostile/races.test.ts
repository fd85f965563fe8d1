/** A hundred requests at once: everything that is counted is exact, and what there may be one of is there once. */
import { beforeAll, describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const times = 100;

let merchant: Account;
let asker: Account;
let people: Account[];
let productId: string;

beforeAll(async () => {
  [merchant, asker] = [await plaza.account({ merchant: true }), await plaza.account()];
  people = await Promise.all(Array.from({ length: 20 }, () => plaza.account()));
  productId = await plaza.product(merchant);
});

const person = (at: number): Account => people[at % people.length]!;
const atOnce = <Result>(work: (at: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: times }, (_, at) => work(at)));
const outcome = (payload: { userErrors: { code: string }[] }): string => payload.userErrors[0]?.code ?? 'done';

function counted(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** What each of the people sees of something of theirs. */
const seenByAll = async (query: string, variables: object): Promise<unknown[]> =>
  Promise.all(people.map(({ token }) => plaza.data(query, variables, token)));

describe('a hundred at once', () => {
  test('of one author, write one review', async () => {
    const input = { productId, ratings: { quality: 5, price: 4, service: 3 }, body: 'Good' };
    const payloads = await atOnce(() => plaza.mutate('createReview', input, 'review { id }', asker.token));
    expect(counted(payloads.map(outcome))).toEqual({ done: 1, ALREADY_EXISTS: times - 1 });
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { rating { reviewCount mean } } }', { id: productId });
    expect(product.rating).toMatchObject({ reviewCount: 1 });
  });

  test('of many authors, are all in the rating', async () => {
    const rated = await plaza.product(merchant);
    const points = (at: number) => 1 + (at % 5);
    const payloads = await atOnce((at) =>
      plaza.review(person(at), rated, { ratings: { quality: points(at), price: points(at), service: points(at) }, body: 'Good' }),
    );
    expect(counted(payloads.map(outcome))).toEqual({ done: people.length, ALREADY_EXISTS: times - people.length });
    const { product } = await plaza.data(
      'query ($id: ID!) { product(id: $id) { rating { reviewCount } reviews(first: 100) { totalCount edges { node { overall } } } } }',
      { id: rated },
    );
    expect(product.rating.reviewCount).toBe(people.length);
    expect(product.reviews).toMatchObject({ totalCount: people.length });
    expect(product.reviews.edges).toHaveLength(people.length);
  });

  test('that vote on a review and change their vote, are counted as they stand', async () => {
    const { review } = await plaza.review(asker, await plaza.product(merchant));
    const votes = ['HELPFUL', 'UNHELPFUL', null, 'HELPFUL', 'UNHELPFUL'] as const;
    await atOnce((at) =>
      plaza.mutate('voteReview', { reviewId: review.id, vote: votes[Math.floor(at / people.length)] }, 'review { id }', person(at).token),
    );
    const query = 'query ($id: ID!) { node(id: $id) { ... on Review { helpfulCount unhelpfulCount viewerVote } } }';
    const seen = (await seenByAll(query, { id: review.id })) as {
      node: { helpfulCount: number; unhelpfulCount: number; viewerVote: string | null };
    }[];
    const standing = counted(seen.map(({ node }) => node.viewerVote ?? 'none'));
    expect(seen[0]!.node).toMatchObject({ helpfulCount: standing['HELPFUL'] ?? 0, unhelpfulCount: standing['UNHELPFUL'] ?? 0 });
  });

  test('that react to a comment, are counted as they stand', async () => {
    const { comment } = await plaza.mutate('addComment', { subjectId: productId, body: 'Hello' }, 'comment { id }', asker.token);
    const kinds = ['LIKE', 'LOVE', null, 'LIKE', 'LAUGH'] as const;
    await atOnce((at) =>
      plaza.mutate(
        'reactToComment',
        { commentId: comment.id, reaction: kinds[(at + Math.floor(at / people.length)) % 5] },
        'comment { id }',
        person(at).token,
      ),
    );
    const query = 'query ($id: ID!) { node(id: $id) { ... on Comment { reactions { reaction count } viewerReaction } } }';
    const seen = (await seenByAll(query, { id: comment.id })) as {
      node: { reactions: { reaction: string; count: number }[]; viewerReaction: string | null };
    }[];
    const standing = counted(seen.flatMap(({ node }) => node.viewerReaction ?? []));
    const reactions = Object.fromEntries(
      seen[0]!.node.reactions.filter(({ count }) => count > 0).map(({ reaction, count }) => [reaction, count]),
    );
    expect(reactions).toEqual(standing);
  });

  test('that follow and unfollow a user, are counted as they stand', async () => {
    await atOnce((at) => plaza.mutate(at % 3 === 0 ? 'unfollowUser' : 'followUser', { userId: asker.id }, 'user { id }', person(at).token));
    const { user } = await plaza.data(
      'query ($handle: String!) { user(handle: $handle) { followers(first: 100) { totalCount edges { node { id } } } } }',
      { handle: asker.handle },
    );
    const followers = new Set(user.followers.edges.map((edge: { node: { id: string } }) => edge.node.id));
    expect(followers.size).toBe(user.followers.edges.length);
    expect([null, followers.size]).toContain(user.followers.totalCount);
    for (const { id, token } of people) {
      const { viewer } = await plaza.data('{ viewer { user { following(first: 100) { edges { node { id } } } } } }', {}, token);
      expect(viewer.user.following.edges.length === 1).toBe(followers.has(id));
    }
  });

  test('that order the last ten, get ten', async () => {
    const scarce = await plaza.product(merchant, { stock: 10 });
    const payloads = await atOnce((at) => plaza.mutate('placeOrder', { items: [{ productId: scarce }] }, 'order { id }', person(at).token));
    expect(counted(payloads.map(outcome))).toEqual({ done: 10, OUT_OF_STOCK: times - 10 });
    expect(await plaza.data('query ($id: ID!) { product(id: $id) { stock } }', { id: scarce })).toEqual({ product: { stock: 0 } });
  });

  test('that cancel one order, give its stock back once', async () => {
    const product = await plaza.product(merchant, { stock: 5 });
    const { order } = await plaza.mutate('placeOrder', { items: [{ productId: product, quantity: 3 }] }, 'order { id }', asker.token);
    const payloads = await atOnce(() =>
      plaza.mutate('updateOrderStatus', { orderId: order.id, status: 'CANCELLED' }, 'order { id }', asker.token),
    );
    expect(counted(payloads.map(outcome))).toEqual({ done: 1, INVALID_TRANSITION: times - 1 });
    expect(await plaza.data('query ($id: ID!) { product(id: $id) { stock } }', { id: product })).toEqual({ product: { stock: 5 } });
  });

  test('that accept an answer, leave one accepted', async () => {
    const { question } = await plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', asker.token);
    const answers: string[] = [];
    for (const { token } of people.slice(0, 5)) {
      const { answer } = await plaza.mutate('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', token);
      answers.push(answer.id as string);
    }
    await atOnce((at) => plaza.mutate('acceptAnswer', { answerId: answers[at % 5], accepted: at % 7 !== 0 }, 'answer { id }', asker.token));
    await plaza.mutate('acceptAnswer', { answerId: answers[0] }, 'answer { id }', asker.token);
    const { node } = await plaza.data(
      'query ($id: ID!) { node(id: $id) { ... on Question { acceptedAnswer { id } answerCount answers(first: 10) { edges { node { id accepted } } } } } }',
      { id: question.id },
    );
    const accepted = node.answers.edges.filter((edge: { node: { accepted: boolean } }) => edge.node.accepted);
    expect(accepted.map((edge: { node: { id: string } }) => edge.node.id)).toEqual([node.acceptedAnswer.id]);
    expect(node).toMatchObject({ answerCount: 5, acceptedAnswer: { id: answers[0] } });
  });

  test('that sign in to an account while it is banned, hold nothing once it is let in again', async () => {
    const [moderator, banned] = [await plaza.account({ role: 'MODERATOR' }), await plaza.account()];
    const moderate = (action: string) =>
      plaza.mutate('moderateContent', { contentId: banned.id, action, reason: 'x' }, 'entry { id }', moderator.token);
    const credentials = { email: banned.email, password: banned.password };
    const signingIn = Array.from({ length: times }, () => plaza.mutate('signIn', credentials, 'accessToken'));
    // Some are in by then, and of the others most have been looked up.
    await Promise.race(signingIn);
    await moderate('BAN');
    const tokens = (await Promise.all(signingIn)).flatMap(({ accessToken }) => (accessToken as string | null) ?? []);
    await moderate('RESTORE');
    const statuses = await Promise.all(tokens.map(async (token) => (await plaza.query('{ viewer { email } }', {}, token)).status));
    expect(counted(statuses.map(String))).toEqual({ 401: tokens.length });
  });

  test('that sign up with one address and handle, make one account', async () => {
    const credentials = { email: 'race@example.org', password: 'correct horse battery', handle: 'race', name: 'Race' };
    await Promise.all(Array.from({ length: 20 }, () => plaza.mutate('signUp', credentials, 'user { id }').catch(() => {})));
    expect(await plaza.connection.collection('users').countDocuments({ handle: 'race' })).toBe(1);
  });
});
