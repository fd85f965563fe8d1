import mongoose from 'mongoose';
import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const live = 'subscription ($after: String) { notificationReceived(after: $after) { cursor notification { id kind actorCount } } }';

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [author, other] = await Promise.all([plaza.account(), plaza.account()]);
  return { merchant, author, other, productId: await plaza.product(merchant) };
}

async function comment(author: Account, subjectId: string, body = 'Hello', parentId?: string): Promise<string> {
  return (await plaza.mutate('addComment', { subjectId, body, parentId }, 'comment { id }', author.token)).comment.id;
}

interface Shown {
  id: string;
  kind: string;
  readAt: string | null;
  actorCount: number;
  actors: { handle: string }[];
  subject: { __typename: string } | null;
}

async function notificationsOf({ token }: Account, args = ''): Promise<Shown[]> {
  const query = `{ viewer { notifications${args} { edges { node { id kind readAt actorCount actors { handle } subject { __typename } } } } } }`;
  return (await plaza.data(query, {}, token)).viewer.notifications.edges.map(({ node }: { node: Shown }) => node);
}

async function kindsOf(account: Account): Promise<string[]> {
  return (await notificationsOf(account)).map(({ kind }) => kind);
}

describe('one is told', () => {
  test('when one’s review is commented on, when one’s comment is replied to, and when one is named', async () => {
    const { author, other, productId } = await scene();
    const { review } = await plaza.review(author, productId);
    const root = await comment(other, review.id);
    await comment(author, review.id, 'A reply', root);
    await comment(other, productId, `What does @${author.handle.toUpperCase()} think? Not me@${author.handle}, nor @nobody_here.`);
    expect(await notificationsOf(author)).toMatchObject([
      { kind: 'MENTIONED', actors: [{ handle: other.handle }], subject: { __typename: 'Comment' } },
      { kind: 'COMMENTED', actors: [{ handle: other.handle }], subject: { __typename: 'Review' } },
    ]);
    expect(await notificationsOf(other)).toMatchObject([{ kind: 'REPLIED', subject: { __typename: 'Comment' } }]);
  });

  test('once, where somebody replies to one and names one at the same time', async () => {
    const { author, other, productId } = await scene();
    const root = await comment(author, productId);
    await comment(other, productId, `Indeed, @${author.handle}`, root);
    expect(await kindsOf(author)).toEqual(['REPLIED']);
  });

  test('of each product that has come, to review it', async () => {
    const { merchant, author, productId } = await scene();
    await plaza.deliver(author, merchant, productId);
    expect(await notificationsOf(author)).toMatchObject([{ kind: 'REVIEW_REQUESTED', actors: [], subject: { __typename: 'Product' } }]);
  });

  test('of followers, reactions and the merchant’s answer to one’s review', async () => {
    const { merchant, author, other, productId } = await scene();
    const { review } = await plaza.review(author, productId);
    const written = await comment(author, productId);
    await plaza.mutate('followUser', { userId: author.id }, 'user { id }', other.token);
    await plaza.mutate('reactToComment', { commentId: written, reaction: 'LOVE' }, 'comment { id }', other.token);
    await plaza.mutate('respondToReview', { reviewId: review.id, body: 'Thank you' }, 'review { id }', merchant.token);
    expect((await kindsOf(author)).sort()).toEqual(['FOLLOWED', 'REACTED', 'REVIEW_ANSWERED']);
  });

  test('nothing of what one does oneself, by whom one has blocked, or of kinds one has muted', async () => {
    const { author, other, productId } = await scene();
    const blocked = await plaza.account();
    const root = await comment(author, productId);
    await comment(author, productId, `Me, @${author.handle}`, root);
    await plaza.mutate('blockUser', { userId: blocked.id }, 'user { id }', author.token);
    await comment(blocked, productId, `Hey @${author.handle}`);
    const preferences = [
      { kind: 'MENTIONED', enabled: false },
      { kind: 'REPLIED', enabled: true },
    ];
    const payload = await plaza.mutate(
      'updateNotificationPreferences',
      { preferences },
      'notificationPreferences { kind enabled }',
      author.token,
    );
    expect(payload.notificationPreferences.filter(({ enabled }: { enabled: boolean }) => !enabled)).toEqual([
      { kind: 'MENTIONED', enabled: false },
    ]);
    await comment(other, productId, `Hey @${author.handle}`);
    expect(await notificationsOf(author)).toEqual([]);
    await plaza.mutate(
      'updateNotificationPreferences',
      { preferences: [{ kind: 'MENTIONED', enabled: true }] },
      'notificationPreferences { kind }',
      author.token,
    );
    await comment(other, productId, `Hey again @${author.handle}`);
    expect(await kindsOf(author)).toEqual(['MENTIONED']);
  });
});

describe('notifications', () => {
  test('of the same kind about the same thing are one, until it is read', async () => {
    const { author, productId } = await scene();
    const { review } = await plaza.review(author, productId);
    const people = await Promise.all(Array.from({ length: 20 }, () => plaza.account()));
    await Promise.all(people.map((person) => comment(person, review.id)));
    const [only, ...rest] = await notificationsOf(author);
    expect(rest).toEqual([]);
    expect(only).toMatchObject({ kind: 'COMMENTED', actorCount: 20, readAt: null });
    expect(only!.actors).toHaveLength(3);
    await plaza.mutate('markNotificationsRead', { notificationIds: [only!.id] }, 'unreadNotificationCount', author.token);
    await comment(people[0]!, review.id, 'Once more');
    expect(await notificationsOf(author)).toMatchObject([
      { actorCount: 1, readAt: null },
      { actorCount: 20, readAt: expect.any(String) as string },
    ]);
    expect(await notificationsOf(author, '(unread: true)')).toHaveLength(1);
  });

  test('are marked read one by one or all at once, and only one’s own', async () => {
    const { author, other, productId } = await scene();
    for (const subject of [await comment(author, productId), await comment(author, productId)])
      await comment(other, productId, 'A reply', subject);
    const [first] = await notificationsOf(author);
    const mark = (token: string, notificationIds?: string[]) =>
      plaza.mutate('markNotificationsRead', { notificationIds }, 'unreadNotificationCount', token);
    expect((await mark(other.token, [first!.id])).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await mark(author.token, [first!.id])).unreadNotificationCount).toBe(1);
    expect((await mark(author.token)).unreadNotificationCount).toBe(0);
    expect((await notificationsOf(author)).every(({ readAt }) => readAt !== null)).toBe(true);
  });

  test('arrive live and resume after a cut, each to its recipient only', async () => {
    const { author, other, productId } = await scene();
    const events = await plaza.subscribe(live, {}, author.token);
    const strangers = await plaza.query(live.replace('subscription', 'subscription'), {}, undefined);
    expect(strangers.errors).toBeDefined();
    const subject = await comment(author, productId);
    await comment(other, productId, '1', subject);
    const { cursor, notification } = (await events.next()).data.notificationReceived;
    expect(notification).toMatchObject({ kind: 'REPLIED', actorCount: 1 });
    events.stop();
    await comment(await plaza.account(), productId, '2', subject);
    const resumed = await plaza.subscribe(live, { after: cursor }, author.token);
    expect((await resumed.next()).data.notificationReceived.notification).toMatchObject({ id: notification.id, actorCount: 2 });
    const foreign = await plaza.subscribe(live, { after: cursor }, other.token);
    expect((await foreign.next()).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }]);
  });

  test('of somebody else are not there', async () => {
    const { author, other, productId } = await scene();
    await comment(other, productId, 'A reply', await comment(author, productId));
    const [own] = await notificationsOf(author);
    expect((await plaza.data('query ($id: ID!) { node(id: $id) { id } }', { id: own!.id }, other.token)).node).toBeNull();
  });
});

describe('the feed', () => {
  async function feedOf({
    token,
  }: Account): Promise<{ kind: string; actor: { handle: string } | null; subject: { __typename: string } }[]> {
    const { viewer } = await plaza.data(
      '{ viewer { feed { edges { node { kind actor { handle } subject { __typename } } } } } }',
      {},
      token,
    );
    return viewer.feed.edges.map(({ node }: { node: object }) => node);
  }

  /** Feeds follow soon after what they tell of. */
  async function settledFeed(account: Account, length: number) {
    await expect.poll(() => feedOf(account)).toHaveLength(length);
    return feedOf(account);
  }

  const follow = (follower: Account, followee: Account) =>
    plaza.mutate('followUser', { userId: followee.id }, 'user { id }', follower.token);

  test('has what followed people reviewed, asked, answered, shared and recommended, the latest first', async () => {
    const { author, other, productId } = await scene();
    const reader = await plaza.account();
    await follow(reader, author);
    await plaza.review(author, productId);
    const { question } = await plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', author.token);
    await plaza.mutate('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', author.token);
    await plaza.mutate('shareProduct', { productId, channel: 'FOLLOWERS' }, 'share { id }', author.token);
    await plaza.mutate('shareProduct', { productId, channel: 'EMAIL' }, 'share { id }', author.token);
    await plaza.mutate('referProduct', { productId, toUserIds: [other.id] }, 'referrals { id }', author.token);
    expect((await settledFeed(reader, 5)).map(({ kind, subject }) => [kind, subject.__typename])).toEqual([
      ['REFERRED', 'Product'],
      ['SHARED', 'Share'],
      ['ANSWERED', 'Answer'],
      ['ASKED', 'Question'],
      ['REVIEWED', 'Review'],
    ]);
    expect(await feedOf(other)).toEqual([]);
  });

  test('begins with the past of whom one follows, and loses them when one ceases to', async () => {
    const { author, productId } = await scene();
    const reader = await plaza.account();
    await plaza.review(author, productId);
    await follow(reader, author);
    expect(await feedOf(reader)).toMatchObject([{ kind: 'REVIEWED', actor: { handle: author.handle } }]);
    await plaza.mutate('unfollowUser', { userId: author.id }, 'user { id }', reader.token);
    expect(await feedOf(reader)).toEqual([]);
  });

  test('loses what is deleted, hidden, or by whom one has blocked', async () => {
    const { merchant, author, other, productId } = await scene();
    const [reader, moderator] = await Promise.all([plaza.account(), plaza.account({ role: 'MODERATOR' })]);
    await Promise.all([follow(reader, author), follow(reader, other)]);
    const { review: deleted } = await plaza.review(author, productId);
    const { review: hidden } = await plaza.review(author, await plaza.product(merchant));
    await plaza.review(other, productId);
    await settledFeed(reader, 3);
    await plaza.mutate('deleteReview', { reviewId: deleted.id }, 'deletedReviewId', author.token);
    await plaza.mutate('moderateContent', { contentId: hidden.id, action: 'HIDE', reason: 'x' }, 'entry { createdAt }', moderator.token);
    expect(await feedOf(reader)).toMatchObject([{ actor: { handle: other.handle } }]);
    await plaza.mutate('blockUser', { userId: other.id }, 'user { id }', reader.token);
    expect(await feedOf(reader)).toEqual([]);
  });

  test('reaches every one of many followers once, and what a process left undone is taken up', async () => {
    const { author, productId } = await scene();
    const readers = await Promise.all(Array.from({ length: 30 }, () => plaza.account()));
    await Promise.all(readers.map((reader) => follow(reader, author)));
    const { review } = await plaza.review(author, productId);
    for (const reader of readers) await settledFeed(reader, 1);
    // As a process leaves it that dies half way: still pending, with some feeds filled.
    const subject = new mongoose.Types.ObjectId(Buffer.from(review.id, 'base64url').toString().split(':')[1]);
    await plaza.connection
      .collection('feed_items')
      .deleteMany({ subject, owner: { $gt: new mongoose.Types.ObjectId('0'.repeat(24)) } }, { limit: 1 } as never);
    await plaza.connection.collection('activities').updateOne({ subject }, { $set: { pending: { after: null, until: new Date(0) } } });
    await plaza.app.close();
    await plaza.start();
    for (const reader of readers) expect(await settledFeed(reader, 1)).toHaveLength(1);
    const total = await plaza.connection.collection('feed_items').countDocuments({ subject });
    expect(total).toBe(30);
  });

  test('arrives live', async () => {
    const { author, productId } = await scene();
    const reader = await plaza.account();
    await follow(reader, author);
    const events = await plaza.subscribe(
      'subscription { feedItemAdded { cursor feedItem { kind subject { ... on Review { body } } } } }',
      {},
      reader.token,
    );
    await plaza.review(author, productId, { body: 'Live' });
    expect((await events.next()).data.feedItemAdded.feedItem).toEqual({ kind: 'REVIEWED', subject: { body: 'Live' } });
  });
});
