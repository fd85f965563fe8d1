import { createECDH } from 'node:crypto';
import { Types } from 'mongoose';
import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

// What may still be written when an account goes is written within the time of an operation.
const plaza = usePlaza({ OPERATION_TIMEOUT: '10s' });

const hexOf = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().split(':')[1]!;

/** A user who has done one of everything, with their handle in what they wrote. */
async function busyUser() {
  const merchant = await plaza.account({ merchant: true });
  const [me, other, moderator, admin] = await Promise.all([
    plaza.signUp(),
    plaza.signUp(),
    plaza.account({ role: 'MODERATOR' }),
    plaza.account({ role: 'ADMIN' }),
  ]);
  const [productId, otherProduct] = [await plaza.product(merchant), await plaza.product(merchant)];
  const signed = `yours, ${me.handle} (${me.email}), Name of ${me.handle}`;
  const mine = (name: string, input: object, selection: string) => plaza.mutate(name, input, selection, me.token);
  await mine('updateProfile', { bio: `I am ${me.handle}` }, 'user { id }');
  await plaza.deliver(me, merchant, productId);
  const { review } = await plaza.review(me, productId, { body: signed, title: me.handle });
  await mine('updateReview', { reviewId: review.id, body: `Changed. ${signed}`, ratings: { quality: 5 } }, 'review { id }');
  const { review: otherReview } = await plaza.review(other, productId);
  await mine('voteReview', { reviewId: otherReview.id, vote: 'HELPFUL' }, 'review { id }');
  const { comment } = await mine('addComment', { subjectId: productId, body: signed, idempotencyKey: me.handle }, 'comment { id }');
  const { comment: reply } = await plaza.mutate(
    'addComment',
    { subjectId: productId, parentId: comment.id, body: `Well said, @${me.handle}!` },
    'comment { id }',
    other.token,
  );
  await mine('reactToComment', { commentId: reply.id, reaction: 'LIKE' }, 'comment { id }');
  const { question } = await mine('askQuestion', { productId, body: `Blue? ${signed}` }, 'question { id }');
  const { answer } = await mine('answerQuestion', { questionId: question.id, body: signed }, 'answer { id }');
  await mine('acceptAnswer', { answerId: answer.id }, 'answer { id }');
  const { answer: otherAnswer } = await plaza.mutate(
    'answerQuestion',
    { questionId: question.id, body: 'No' },
    'answer { id }',
    other.token,
  );
  await mine('voteAnswer', { answerId: otherAnswer.id, vote: 'UNHELPFUL' }, 'answer { id }');
  const { share } = await mine('shareProduct', { productId, channel: 'FOLLOWERS', message: signed }, 'share { id url }');
  await fetch(`${plaza.url}${new URL(share.url).pathname}`, { redirect: 'manual', headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0' } });
  await mine('referProduct', { productId, toUserIds: [other.id], message: signed }, 'referrals { id }');
  await plaza.mutate('referProduct', { productId: otherProduct, toUserIds: [me.id], message: 'For you' }, 'referrals { id }', other.token);
  await mine('sendMerchantFeedback', { merchantId: merchant.id, kind: 'NEED', body: signed }, 'feedback { id }');
  await mine('followUser', { userId: other.id }, 'user { id }');
  await plaza.mutate('followUser', { userId: me.id }, 'user { id }', other.token);
  await mine('blockUser', { userId: moderator.id }, 'user { id }');
  await mine('updateNotificationPreferences', { preferences: [{ kind: 'REACTED', enabled: false }] }, 'notificationPreferences { kind }');
  const keys = { p256dh: createECDH('prime256v1').generateKeys('base64url'), auth: 'AAECAwQFBgcICQoLDA0ODw' };
  await mine('subscribeToPush', { endpoint: 'https://push.example.com/send/me', keys }, 'viewer { id }');
  await mine('trackEvents', { events: [{ eventId: 'event-1', kind: 'VIEW', productId: otherProduct }] }, 'acceptedCount');
  await mine('reportContent', { contentId: otherReview.id, reason: 'SPAM', note: signed }, 'reported');
  await plaza.mutate(
    'moderateContent',
    { contentId: comment.id, action: 'WARN', reason: `Mind your words, ${me.handle}` },
    'entry { createdAt }',
    moderator.token,
  );
  await mine('appealModeration', { contentId: comment.id, body: signed }, 'appeal { id }');
  await plaza.mutate('setUserRoles', { userId: me.id, roles: ['BUYER'], reason: 'Reviewed' }, 'user { id }', admin.token);
  return { me, other, merchant, productId, review, comment, reply, question };
}

async function exportOf({ token }: Account): Promise<Record<string, Record<string, unknown>[]>> {
  return (await plaza.data('{ exportMyData }', {}, token)).exportMyData;
}

/** Every document of the store as text, by collection. */
async function everything(): Promise<[string, string][]> {
  const collections = await plaza.connection.db!.listCollections().toArray();
  const documents = await Promise.all(
    collections.map(async ({ name }) => {
      const found = await plaza.connection.collection(name).find().toArray();
      return found.map((document): [string, string] => [name, JSON.stringify(document)]);
    }),
  );
  return documents.flat();
}

async function traces(needles: string[]): Promise<[string, string][]> {
  return (await everything()).filter(([, text]) => needles.some((needle) => text.toLowerCase().includes(needle.toLowerCase())));
}

describe('an export', () => {
  test('has one of everything that a user can leave behind, and no secrets', async () => {
    const { me, review } = await busyUser();
    const { exportedAt, ...data } = await exportOf(me);
    expect(exportedAt).toEqual(expect.any(String));
    expect(Object.keys(data).sort()).toEqual([
      'account',
      'activities',
      'answerVotes',
      'answers',
      'appeals',
      'behaviour',
      'blockedUsers',
      'comments',
      'contributions',
      'earlierVersionsOfReviews',
      'feed',
      'feedbackSent',
      'followers',
      'following',
      'idempotencyKeys',
      'interactions',
      'mentions',
      'moderationDecisions',
      'notificationPreferences',
      'notifications',
      'orders',
      'pushDevices',
      'questions',
      'reactions',
      'referralsReceived',
      'referralsSent',
      'reports',
      'reviewInvitations',
      'reviewVotes',
      'reviews',
      'sessions',
      'shares',
      'spamExamples',
    ]);
    expect(data['reviews']).toMatchObject([{ _id: hexOf(review.id), quality: 5 }]);
    expect(data['account']).toMatchObject([{ email: me.email, handle: me.handle }]);
    expect(JSON.stringify(data)).not.toMatch(/passwordHash|refreshHash/);
  });

  test('has no text of others that moderators took out of sight', async () => {
    const [me, other, moderator] = [await plaza.signUp(), await plaza.signUp(), await plaza.account({ role: 'MODERATOR' })];
    const subjectId = await plaza.product(await plaza.account({ merchant: true }));
    const mentioned = { subjectId, body: `Shame on you, @${me.handle}!` };
    const { comment } = await plaza.mutate('addComment', mentioned, 'comment { id }', other.token);
    expect((await exportOf(me))['mentions']).toMatchObject([{ body: mentioned.body }]);
    await plaza.mutate(
      'moderateContent',
      { contentId: comment.id, action: 'HIDE', reason: 'Insult' },
      'entry { createdAt }',
      moderator.token,
    );
    expect(JSON.stringify(await exportOf(me))).not.toContain('Shame');
  });

  test('has nothing of anybody else, and is not for strangers', async () => {
    const { other } = await busyUser();
    const fresh = await plaza.signUp();
    expect(Object.keys(await exportOf(fresh)).sort()).toEqual(['account', 'contributions', 'exportedAt', 'sessions']);
    expect(JSON.stringify(await exportOf(fresh))).not.toContain(other.handle);
    expect((await plaza.query('{ exportMyData }')).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('an erased user', () => {
  function eraseMe({ token }: Account, password: string | null, confirm = true) {
    return plaza.mutate('eraseMe', { password, confirm }, 'erased', token);
  }

  test('must confirm with their password', async () => {
    const me = await plaza.account();
    expect((await eraseMe(me, 'wrong')).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS', field: ['input', 'password'] }]);
    expect((await eraseMe(me, me.password, false)).userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'confirm'] }]);
    expect((await plaza.data('{ viewer { email } }', {}, me.token)).viewer.email).toBe(me.email);
  });

  test('leaves no trace in any collection: neither name, handle, address nor id', async () => {
    const { me } = await busyUser();
    await plaza.app.verbs.recommendations.train();
    const needles = [me.email, me.handle, `Name of ${me.handle}`, hexOf(me.id)];
    expect((await traces(needles)).length).toBeGreaterThan(30);
    expect(await eraseMe(me, me.password)).toEqual({ erased: true, userErrors: [] });
    await expect.poll(() => traces(needles)).toEqual([]);
    expect((await plaza.query('{ viewer { email } }', {}, me.token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await plaza.mutate('signIn', { email: me.email, password: me.password }, 'accessToken')).userErrors).toMatchObject([
      { code: 'INVALID_CREDENTIALS' },
    ]);
  });

  test('is gone at once, before the job has looked at anything', async () => {
    const { me, review, comment } = await busyUser();
    await plaza.worker('erasures').stop();
    await eraseMe(me, me.password);
    const shown = await plaza.data(
      `query ($user: ID!, $review: ID!, $comment: ID!) { user: node(id: $user) { id }
         review: node(id: $review) { ... on Review { author { handle } } } comment: node(id: $comment) { ... on Comment { author { handle } } } }`,
      { user: me.id, review: review.id, comment: comment.id },
    );
    expect(shown).toEqual({ user: null, review: { author: null }, comment: { author: null } });
    const waiting = JSON.stringify(await plaza.connection.collection('erasures').find().toArray());
    for (const trace of [me.handle, me.email]) expect(waiting).not.toContain(trace);
    expect((await plaza.mutate('signIn', { email: me.email, password: me.password }, 'accessToken')).userErrors).toMatchObject([
      { code: 'INVALID_CREDENTIALS' },
    ]);
    plaza.worker('erasures').start();
  });

  test('leaves what is written while they go to the job, which looks again', async () => {
    const { me } = await busyUser();
    await eraseMe(me, me.password);
    await plaza.settle('erasures');
    const late = { follower: new Types.ObjectId(hexOf(me.id)), followee: new Types.ObjectId(), createdAt: new Date() };
    await plaza.connection.collection('follows').insertOne(late);
    await expect.poll(() => traces([hexOf(me.id)])).toEqual([]);
  });

  test('is erased to the end after a restart in the middle', async () => {
    const { me } = await busyUser();
    await plaza.worker('erasures').stop();
    await eraseMe(me, me.password);
    expect((await traces([hexOf(me.id)])).length).toBeGreaterThan(30);
    await plaza.app.close();
    await plaza.start({ OPERATION_TIMEOUT: '10s' });
    await expect.poll(() => traces([hexOf(me.id), me.handle])).toEqual([]);
  });

  test('is erased to the end where the job comes late to them', async () => {
    const { me } = await busyUser();
    await plaza.worker('erasures').stop();
    await eraseMe(me, me.password);
    const [erasures, mine] = [plaza.connection.collection('erasures'), { _id: new Types.ObjectId(hexOf(me.id)) }];
    await erasures.updateOne(mine, { $set: { at: new Date(Date.now() - 86_400_000) } });
    plaza.worker('erasures').start();
    await expect.poll(() => erasures.countDocuments(mine)).toBe(0);
    expect(await traces([hexOf(me.id), me.handle])).toEqual([]);
  });

  test('leaves the contributions, without their author, and every count as it was', async () => {
    const { me, other, productId, question } = await busyUser();
    const query = `query ($id: ID!, $question: ID!) {
      product(id: $id) { rating { reviewCount mean distribution { stars count } } comments { totalCount edges { node { replyCount reactions { count } } } }
        reviews(sort: OLDEST) { edges { node { overall helpfulCount } } } }
      question: node(id: $question) { ... on Question { answerCount answers { edges { node { accepted helpfulCount unhelpfulCount } } } } }
    }`;
    const before = await plaza.data(query, { id: productId, question: question.id });
    await eraseMe(me, me.password);
    await plaza.settle('erasures');
    expect(await plaza.data(query, { id: productId, question: question.id })).toEqual(before);
    const shown = await plaza.data(
      'query ($id: ID!) { product(id: $id) { reviews(sort: OLDEST) { edges { node { body author { handle } } } } comments { edges { node { body author { handle } replies { edges { node { body } } } } } } } }',
      { id: productId },
    );
    expect(shown.product.reviews.edges[0].node.author).toBeNull();
    expect(shown.product.reviews.edges[1].node.author).toEqual({ handle: other.handle });
    expect(shown.product.comments.edges[0].node).toMatchObject({
      author: null,
      replies: { edges: [{ node: { body: 'Well said, @someone!' } }] },
    });
    expect(shown.product.comments.edges[0].node.body).toContain('[removed]');
  });

  test('is forgotten by the next training', async () => {
    const { me, other } = await busyUser();
    await plaza.app.verbs.recommendations.train();
    const learnt = async () => (await plaza.data('{ recommenderStatus { userCount } }')).recommenderStatus.userCount as number;
    const before = await learnt();
    await eraseMe(me, me.password);
    await plaza.settle('erasures');
    await plaza.app.verbs.recommendations.train();
    expect(await learnt()).toBe(before - 1);
    expect(await exportOf(other)).toHaveProperty('reviews');
  });

  test('who sold products leaves them unsold', async () => {
    const merchant = await plaza.account({ merchant: true });
    const id = await plaza.product(merchant, { stock: 5 });
    await eraseMe(merchant, merchant.password);
    await plaza.settle('erasures');
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { stock merchant { handle } } }', { id });
    expect(product).toEqual({ stock: 0, merchant: null });
  });

  test('ends every open connection at once', async () => {
    const me = await plaza.account();
    const events = await plaza.subscribe('subscription { notificationReceived { cursor } }', {}, me.token);
    await eraseMe(me, me.password);
    await expect(events.next()).rejects.toMatchObject({ code: 4401 });
  });
});
