import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza({ SPAM_THRESHOLD: '1' });

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [author, moderator, other] = await Promise.all([
    plaza.account(),
    plaza.account({ role: 'MODERATOR' }),
    plaza.account({ role: 'MODERATOR' }),
  ]);
  return { merchant, author, moderator, other, productId: await plaza.product(merchant) };
}

function comment(author: Account, subjectId: string, body: string) {
  return plaza.mutate('addComment', { subjectId, body }, 'comment { id body } held', author.token);
}

async function bodies(productId: string): Promise<string[]> {
  const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { comments(sort: OLDEST) { edges { node { body } } } } }', {
    id: productId,
  });
  return product.comments.edges.map(({ node }: { node: { body: string } }) => node.body);
}

function moderate(moderator: Account, contentId: string, action: string, reason = 'House rules') {
  return plaza.mutate('moderateContent', { contentId, action, reason }, 'entry { action }', moderator.token);
}

async function caseOf(moderator: Account, handle: string) {
  const query = `{ moderationQueue(first: 100) { edges { node { reportCount held earlierDecisionCount author { handle } appeal { body }
    content { __typename ... on Comment { body } } reports { edges { node { reason note } } } } } } }`;
  const { moderationQueue } = await plaza.data(query, {}, moderator.token);
  return moderationQueue.edges
    .map(({ node }: { node: { author: { handle: string } | null } }) => node)
    .find(({ author }: { author: { handle: string } | null }) => author?.handle === handle);
}

async function age(account: Account, days: number): Promise<void> {
  const createdAt = new Date(Date.now() - days * 24 * 60 * 60 * 1000);
  await plaza.connection.collection('users').updateOne({ handle: account.handle }, { $set: { createdAt } });
}

describe('suspicious content', () => {
  test('of a new account with a link waits for a moderator, unseen, uncounted and untold', async () => {
    const { merchant, author, moderator, productId } = await scene();
    const live = await plaza.subscribe('subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }', { id: productId });
    const { held, comment: written } = await comment(author, productId, `Cheap watches at https://spam.example @${merchant.handle}`);
    expect(held).toBe(true);
    expect((await comment(author, productId, 'A fine teapot')).held).toBe(false);
    expect((await live.next()).data.commentAdded.comment.body).toBe('A fine teapot');
    expect(await bodies(productId)).toEqual(['A fine teapot']);
    expect((await plaza.data('{ viewer { unreadNotificationCount } }', {}, merchant.token)).viewer.unreadNotificationCount).toBe(0);
    expect(await caseOf(moderator, author.handle)).toMatchObject({ reportCount: 0, held: true, content: { __typename: 'Comment' } });
    await moderate(moderator, written.id, 'RESTORE');
    expect(await bodies(productId)).toHaveLength(2);
    const kinds = async () =>
      (await plaza.data('{ viewer { notifications { edges { node { kind } } } } }', {}, merchant.token)).viewer.notifications.edges;
    expect(await kinds()).toEqual([{ node: { kind: 'MENTIONED' } }]);
    await moderate(moderator, written.id, 'HIDE');
    await moderate(moderator, written.id, 'RESTORE');
    expect(await kinds()).toHaveLength(1);
    expect(await caseOf(moderator, author.handle)).toBeUndefined();
  });

  test('in reviews, questions, answers and shares waits too, and a held review does not touch the score', async () => {
    const { author, productId } = await scene();
    const spam = 'Visit www.spam.example and https://more.example';
    const review = await plaza.mutate(
      'createReview',
      { productId, ratings: { quality: 1, price: 1, service: 1 }, body: spam },
      'review { id } held',
      author.token,
    );
    const question = await plaza.mutate('askQuestion', { productId, body: spam }, 'question { id } held', author.token);
    const { question: honest } = await plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', author.token);
    const answer = await plaza.mutate('answerQuestion', { questionId: honest.id, body: spam }, 'answer { id } held', author.token);
    const share = await plaza.mutate('shareProduct', { productId, channel: 'FOLLOWERS', message: spam }, 'share { id } held', author.token);
    expect([review, question, answer, share].map(({ held }) => held)).toEqual([true, true, true, true]);
    const { product } = await plaza.data(
      'query ($id: ID!) { product(id: $id) { rating { reviewCount } questions { edges { node { body answerCount } } } } }',
      { id: productId },
    );
    expect(product).toEqual({ rating: { reviewCount: 0 }, questions: { edges: [{ node: { body: 'Blue?', answerCount: 0 } }] } });
  });

  test('is a flood or a repetition of a new account', async () => {
    const { author, productId } = await scene();
    const held: boolean[] = [];
    for (let at = 0; at < 14; at++) held.push((await comment(author, productId, `Remark number ${at}`)).held);
    expect(held.slice(0, 8)).not.toContain(true);
    expect(held.slice(-2)).toEqual([true, true]);
    const parrot = await plaza.account();
    const repeated: boolean[] = [];
    for (let at = 0; at < 5; at++) repeated.push((await comment(parrot, productId, 'The very best teapot, buy it now')).held);
    expect(repeated).toEqual([false, false, false, true, true]);
  });

  test('is not what somebody writes who has been there for long', async () => {
    const { author, productId } = await scene();
    await age(author, 60);
    expect((await comment(author, productId, 'The manual is at https://example.org/manual')).held).toBe(false);
  });
});

test('what comes out after it was held reaches followers and whom it concerns', async () => {
  const { merchant, author, moderator, productId } = await scene();
  const follower = await plaza.account();
  await plaza.mutate('followUser', { userId: author.id }, 'user { id }', follower.token);
  const spam = 'Visit www.spam.example and https://more.example';
  const { question } = await plaza.mutate('askQuestion', { productId, body: spam }, 'question { id }', author.token);
  const { review } = await plaza.mutate(
    'createReview',
    { productId, ratings: { quality: 5, price: 5, service: 5 }, body: spam },
    'review { id }',
    author.token,
  );
  const { share } = await plaza.mutate('shareProduct', { productId, channel: 'FOLLOWERS', message: spam }, 'share { id }', author.token);
  await moderate(moderator, question.id, 'RESTORE');
  const { answer } = await plaza.mutate('answerQuestion', { questionId: question.id, body: spam }, 'answer { id }', author.token);
  for (const { id } of [review, share, answer]) await moderate(moderator, id, 'RESTORE');
  const feed = async () =>
    (await plaza.data('{ viewer { feed { edges { node { kind } } } } }', {}, follower.token)).viewer.feed.edges.map(
      ({ node }: { node: { kind: string } }) => node.kind,
    ) as string[];
  await expect.poll(async () => (await feed()).sort()).toEqual(['ANSWERED', 'ASKED', 'REVIEWED', 'SHARED']);
  const { viewer } = await plaza.data('{ viewer { notifications { edges { node { kind } } } } }', {}, merchant.token);
  expect(viewer.notifications.edges).toEqual([{ node: { kind: 'QUESTION_ASKED' } }]);
});

describe('an appeal', () => {
  test('brings a decision back to the moderators, once, and is granted by restoring', async () => {
    const { author, moderator, other, productId } = await scene();
    const { comment: written } = await comment(author, productId, 'Quite a teapot');
    await moderate(moderator, written.id, 'HIDE', 'Off topic');
    const { viewer } = await plaza.data(
      '{ viewer { moderationDecisions { edges { node { action reason appeal { body } content { ... on Comment { body } } } } } notifications { edges { node { kind actors { handle } } } } } }',
      {},
      author.token,
    );
    expect(viewer.moderationDecisions.edges).toEqual([
      { node: { action: 'HIDE', reason: 'Off topic', appeal: null, content: { body: 'Quite a teapot' } } },
    ]);
    expect(viewer.notifications.edges).toEqual([{ node: { kind: 'CONTENT_MODERATED', actors: [] } }]);
    const appeal = () =>
      plaza.mutate('appealModeration', { contentId: written.id, body: 'It is about the teapot' }, 'appeal { outcome }', author.token);
    expect(await appeal()).toEqual({ appeal: { outcome: null }, userErrors: [] });
    expect((await appeal()).userErrors).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
    expect(await caseOf(moderator, author.handle)).toMatchObject({ earlierDecisionCount: 1, appeal: { body: 'It is about the teapot' } });
    expect((await moderate(moderator, written.id, 'RESTORE')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    await moderate(other, written.id, 'RESTORE');
    expect(await bodies(productId)).toEqual(['Quite a teapot']);
    const after = await plaza.data(
      '{ viewer { moderationDecisions(first: 1) { edges { node { action appeal { outcome } } } } notifications(first: 1) { edges { node { kind } } } } }',
      {},
      author.token,
    );
    expect(after.viewer).toEqual({
      moderationDecisions: { edges: [{ node: { action: 'RESTORE', appeal: { outcome: 'GRANTED' } } }] },
      notifications: { edges: [{ node: { kind: 'APPEAL_DECIDED' } }] },
    });
    expect((await appeal()).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });

  test('is for the author of what was decided about only', async () => {
    const { author, moderator, merchant, productId } = await scene();
    const { comment: written } = await comment(author, productId, 'Quite a teapot');
    const appeal = (token: string) =>
      plaza.query(
        'mutation ($input: AppealModerationInput!) { appealModeration(input: $input) { appeal { id } userErrors { code } } }',
        { input: { contentId: written.id, body: 'Please' } },
        token,
      );
    expect((await appeal(author.token)).data.appealModeration.userErrors).toEqual([{ code: 'NOT_ALLOWED' }]);
    await moderate(moderator, written.id, 'WARN');
    expect((await appeal(merchant.token)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const { appeal: made } = (await appeal(author.token)).data.appealModeration;
    const see = async (token: string) => (await plaza.data('query ($id: ID!) { node(id: $id) { id } }', { id: made.id }, token)).node;
    expect([await see(author.token), await see(moderator.token), await see(merchant.token)]).toEqual([made, made, null]);
  });

  test('is open to somebody who is shut out, by their credentials', async () => {
    const { author, moderator, other, productId } = await scene();
    const { comment: written } = await comment(author, productId, 'Bad words');
    const appeal = (password: string) => plaza.mutate('appealBan', { email: author.email, password, body: 'Sorry' }, 'appealed');
    expect((await appeal(author.password)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    await moderate(moderator, written.id, 'BAN');
    expect((await appeal('wrong password')).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    expect(await appeal(author.password)).toEqual({ appealed: true, userErrors: [] });
    expect(await caseOf(moderator, author.handle)).toMatchObject({ appeal: { body: 'Sorry' }, content: { __typename: 'User' } });
    expect((await moderate(moderator, author.id, 'RESTORE')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    await moderate(other, author.id, 'RESTORE');
    expect((await plaza.mutate('signIn', { email: author.email, password: author.password }, 'accessToken')).accessToken).toEqual(
      expect.any(String),
    );
  });
});

test('reports come with their notes', async () => {
  const { author, merchant, moderator, productId } = await scene();
  const { comment: written } = await comment(author, productId, 'Hm');
  await plaza.mutate('reportContent', { contentId: written.id, reason: 'OTHER', note: 'It is rude' }, 'reported', merchant.token);
  expect(await caseOf(moderator, author.handle)).toMatchObject({
    reportCount: 1,
    held: false,
    reports: { edges: [{ node: { reason: 'OTHER', note: 'It is rude' } }] },
  });
});

test('a case goes from the queue when the author deletes the content', async () => {
  const { author, merchant, moderator, productId } = await scene();
  const { comment: written } = await comment(author, productId, 'Hm');
  await plaza.mutate('reportContent', { contentId: written.id, reason: 'OTHER' }, 'reported', merchant.token);
  await plaza.mutate('deleteComment', { commentId: written.id }, 'deletedCommentId', author.token);
  expect(await caseOf(moderator, author.handle)).toBeUndefined();
  const { review } = await plaza.review(author, productId);
  await plaza.mutate('reportContent', { contentId: review.id, reason: 'OTHER' }, 'reported', merchant.token);
  expect(await caseOf(moderator, author.handle)).toMatchObject({ reportCount: 1 });
  await plaza.mutate('deleteReview', { reviewId: review.id }, 'deletedReviewId', author.token);
  expect(await caseOf(moderator, author.handle)).toBeUndefined();
});

describe('roles', () => {
  const setRoles = (admin: Account, user: Account, roles: string[]) =>
    plaza.query(
      'mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { user { roles } entry { action rolesBefore rolesAfter moderator { handle } } userErrors { code } } }',
      { input: { userId: user.id, roles, reason: 'Joined the team' } },
      admin.token,
    );

  test('are changed by administrators, at once and on record', async () => {
    const { author, moderator } = await scene();
    const admin = await plaza.account({ role: 'ADMIN' });
    expect((await setRoles(moderator, author, ['MODERATOR'])).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await setRoles(admin, author, ['MODERATOR'])).data.setUserRoles).toEqual({
      user: { roles: ['BUYER', 'MODERATOR'] },
      entry: { action: 'CHANGE_ROLES', rolesBefore: ['BUYER'], rolesAfter: ['BUYER', 'MODERATOR'], moderator: { handle: admin.handle } },
      userErrors: [],
    });
    const trail = await plaza.data('{ auditTrail(first: 1) { edges { node { action user { handle } reason } } } }', {}, author.token);
    expect(trail.auditTrail.edges[0].node).toEqual({ action: 'CHANGE_ROLES', user: { handle: author.handle }, reason: 'Joined the team' });
    await setRoles(admin, author, []);
    expect((await plaza.query('{ auditTrail(first: 1) { edges { cursor } } }', {}, author.token)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  test('of the last resort cannot be given up by oneself', async () => {
    const admin = await plaza.account({ role: 'ADMIN' });
    expect((await setRoles(admin, admin, ['MERCHANT'])).data.setUserRoles.userErrors).toEqual([{ code: 'NOT_ALLOWED' }]);
  });
});
