/** What docs/community.md promises: each of its sentences is the name of a test. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test as plainTest } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza({ SPAM_THRESHOLD: '1' });
const spam = 'Cheap watches: https://a.example https://b.example https://c.example';

const promised = readFileSync('docs/community.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('- '))
  .map((line) => line.slice(2));
const tested: string[] = [];

/** A test of a sentence of the document. */
function promise(sentence: string, prove: () => Promise<void>): void {
  tested.push(sentence);
  plainTest(sentence, prove);
}

let merchant: Account;
let moderator: Account;
let otherModerator: Account;
let admin: Account;
let productId: string;

beforeAll(async () => {
  [merchant, moderator, otherModerator, admin] = await Promise.all([
    plaza.account({ merchant: true }),
    plaza.account({ role: 'MODERATOR' }),
    plaza.account({ role: 'MODERATOR' }),
    plaza.account({ role: 'ADMIN' }),
  ]);
  productId = await plaza.product(merchant);
});

const mutate = (name: string, input: object, selection: string, { token }: Account) => plaza.mutate(name, input, selection, token);
const query = (text: string, variables: object = {}, account?: Account) => plaza.data(text, variables, account?.token);
const two = () => Promise.all([plaza.account(), plaza.account()]);
const block = (blocker: Account, blocked: Account) => mutate('blockUser', { userId: blocked.id }, 'user { id }', blocker);
const follow = (follower: Account, followee: Account) => mutate('followUser', { userId: followee.id }, 'user { id }', follower);
const moderate = (contentId: string, action: string, by = moderator) =>
  mutate('moderateContent', { contentId, action, reason: 'House rules' }, 'entry { action }', by);
const sees = async (id: string, account?: Account) =>
  (await query('query ($id: ID!) { node(id: $id) { id } }', { id }, account)).node !== null;

async function comment(author: Account, body = 'Fine', subjectId = productId, parentId?: string): Promise<string> {
  return (await mutate('addComment', { subjectId, body, parentId }, 'comment { id }', author)).comment.id;
}

async function profile({ handle }: Account, viewer?: Account): Promise<object | null> {
  return (await query('query ($handle: String!) { user(handle: $handle) { handle name bio } }', { handle }, viewer)).user;
}

async function notifications(account: Account): Promise<{ kind: string; actorCount: number }[]> {
  const { viewer } = await query('{ viewer { notifications { edges { node { kind actorCount } } } } }', {}, account);
  return viewer.notifications.edges.map(({ node }: { node: object }) => node);
}

async function feed(account: Account): Promise<string[]> {
  const { viewer } = await query('{ viewer { feed { edges { node { kind } } } } }', {}, account);
  return viewer.feed.edges.map(({ node }: { node: { kind: string } }) => node.kind);
}

async function makeOld(account: Account): Promise<void> {
  const createdAt = new Date(Date.now() - 60 * 24 * 60 * 60 * 1000);
  await plaza.connection.collection('users').updateOne({ handle: account.handle }, { $set: { createdAt } });
}

async function decisions(account: Account) {
  const { viewer } = await query('{ viewer { moderationDecisions { edges { node { action reason } } } } }', {}, account);
  return viewer.moderationDecisions.edges.map(({ node }: { node: object }) => node);
}

describe('blocking', () => {
  promise('Neither of the two sees the other’s content, and the blocked user does not find the blocker’s profile.', async () => {
    const [blocker, blocked] = await two();
    const [ours, theirs] = [await comment(blocker), await comment(blocked)];
    await block(blocker, blocked);
    expect([await sees(ours, blocked), await sees(theirs, blocker), await sees(ours), await sees(theirs)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(await profile(blocker, blocked)).toBeNull();
    expect(await profile(blocker)).not.toBeNull();
  });

  promise('The blocker still finds the blocked user’s profile and can unblock them.', async () => {
    const [blocker, blocked] = await two();
    const theirs = await comment(blocked);
    await block(blocker, blocked);
    expect(await profile(blocked, blocker)).toMatchObject({ handle: blocked.handle });
    await mutate('unblockUser', { userId: blocked.id }, 'user { id }', blocker);
    expect(await sees(theirs, blocker)).toBe(true);
    expect(await profile(blocker, blocked)).not.toBeNull();
  });

  promise('To the blocked user, the blocker’s account seems to be deleted.', async () => {
    const [blocker, blocked] = await two();
    await block(blocker, blocked);
    const gone = Buffer.from(`User:${'0'.repeat(24)}`).toString('base64url');
    const tried = async (userId: string) => mutate('followUser', { userId }, 'user { id }', blocked);
    expect(await tried(blocker.id)).toEqual(await tried(gone));
  });

  promise('Both unfollow each other, and each other’s activities are removed from the feeds.', async () => {
    const [blocker, blocked] = await two();
    await follow(blocker, blocked);
    await follow(blocked, blocker);
    await plaza.review(blocked, await plaza.product(merchant));
    await expect.poll(() => feed(blocker)).toEqual(['REVIEWED']);
    await block(blocker, blocked);
    expect(await feed(blocker)).toEqual([]);
    const { user } = await query(
      'query ($handle: String!) { user(handle: $handle) { followers { edges { cursor } } following { edges { cursor } } } }',
      { handle: blocker.handle },
    );
    expect(user).toEqual({ followers: { edges: [] }, following: { edges: [] } });
  });

  promise('Neither is notified of what the other does.', async () => {
    const [blocker, blocked] = await two();
    await block(blocker, blocked);
    await comment(blocked, `Hello @${blocker.handle}`);
    await comment(blocker, `Hello @${blocked.handle}`);
    expect([await notifications(blocker), await notifications(blocked)]).toEqual([[], []]);
  });

  promise('Open subscriptions follow a block at once.', async () => {
    const [blocker, blocked] = await two();
    const id = await plaza.product(merchant);
    const live = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }';
    const [ours, theirs] = [await plaza.subscribe(live, { id }, blocker.token), await plaza.subscribe(live, { id }, blocked.token)];
    await block(blocker, blocked);
    await comment(blocked, 'of the blocked', id);
    await comment(blocker, 'of the blocker', id);
    await comment(merchant, 'of another', id);
    const bodies = async (events: typeof ours, count: number) => {
      const read: string[] = [];
      for (let at = 0; at < count; at++) read.push((await events.next()).data.commentAdded.comment.body);
      return read;
    };
    expect(await bodies(ours, 2)).toEqual(['of the blocker', 'of another']);
    expect(await bodies(theirs, 2)).toEqual(['of the blocked', 'of another']);
  });
});

describe('notifications', () => {
  promise('Similar events are added to an unread notification, and `actorCount` is the number of users.', async () => {
    const author = await plaza.account();
    const commentId = await comment(author);
    for (const reader of await two()) await mutate('reactToComment', { commentId, reaction: 'LIKE' }, 'comment { id }', reader);
    expect(await notifications(author)).toEqual([{ kind: 'REACTED', actorCount: 2 }]);
  });

  promise('A reaction or follow that is undone and repeated notifies once a day.', async () => {
    const [author, reader] = await two();
    const commentId = await comment(author);
    for (let at = 0; at < 3; at++) {
      for (const reaction of ['LIKE', null]) await mutate('reactToComment', { commentId, reaction }, 'comment { id }', reader);
      await follow(reader, author);
      await mutate('unfollowUser', { userId: author.id }, 'user { id }', reader);
      await mutate('markNotificationsRead', {}, 'unreadNotificationCount', author);
    }
    expect((await notifications(author)).map(({ kind }) => kind).sort()).toEqual(['FOLLOWED', 'REACTED']);
    const told = plaza.connection.collection('events').find({ topic: /^notifications:/, type: 'NOTIFICATION_RECEIVED' });
    const about = (await told.toArray()).filter(({ data }) =>
      String(data.content).includes(Buffer.from(commentId, 'base64url').toString()),
    );
    expect(about).toHaveLength(1);
  });

  promise('Kinds can be muted.', async () => {
    const [author, reader] = await two();
    await mutate('updateNotificationPreferences', { preferences: [{ kind: 'FOLLOWED', enabled: false }] }, '__typename', author);
    await follow(reader, author);
    expect(await notifications(author)).toEqual([]);
  });

  promise('Notifications about hidden content are hidden until it is restored.', async () => {
    const [author, named] = await two();
    const id = await comment(author, `Hello @${named.handle}`);
    expect((await notifications(named)).map(({ kind }) => kind)).toEqual(['MENTIONED']);
    await moderate(id, 'HIDE');
    expect(await notifications(named)).toEqual([]);
    expect((await query('{ viewer { unreadNotificationCount } }', {}, named)).viewer.unreadNotificationCount).toBe(0);
    await moderate(id, 'RESTORE');
    expect((await notifications(named)).map(({ kind }) => kind)).toEqual(['MENTIONED']);
  });
});

describe('the feed', () => {
  promise('An activity reaches the feeds of those who follow its author.', async () => {
    const [author, follower] = await two();
    await follow(follower, author);
    await mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', author);
    await expect.poll(() => feed(follower)).toEqual(['ASKED']);
  });

  promise('Following a user adds their last 20 activities to the feed, and unfollowing removes them.', async () => {
    const [author, follower] = await two();
    await makeOld(author);
    for (let at = 0; at < 22; at++) await mutate('askQuestion', { productId, body: `Question ${at}?` }, 'question { id }', author);
    await follow(follower, author);
    expect(await feed(follower)).toHaveLength(20);
    await mutate('unfollowUser', { userId: author.id }, 'user { id }', follower);
    expect(await feed(follower)).toEqual([]);
  });
});

describe('shares', () => {
  async function shareOf(author: Account) {
    const { share } = await mutate('shareProduct', { productId, channel: 'LINK' }, 'share { id url }', author);
    const visit = async (headers: Record<string, string> = {}) =>
      fetch(`${plaza.url}${new URL(share.url).pathname}`, {
        redirect: 'manual',
        headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0', ...headers },
      });
    const stats = async () =>
      (await query('{ viewer { shares { edges { node { stats { visitCount uniqueVisitorCount orderCount } } } } } }', {}, author)).viewer
        .shares.edges[0].node.stats;
    return { visit, stats };
  }

  const tokenOf = (response: Response): string => new URL(response.headers.get('location')!).searchParams.get('share')!;

  promise('A short link counts the visit and leads to the product with a `share` parameter.', async () => {
    const { visit, stats } = await shareOf(await plaza.account());
    const response = await visit();
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toMatch(/\/products\/.*share=/);
    expect(await stats()).toMatchObject({ visitCount: 1 });
  });

  promise('An order with that parameter as `shareToken` is the share’s until it is cancelled.', async () => {
    const [author, buyer] = await two();
    const { visit, stats } = await shareOf(author);
    const shareToken = tokenOf(await visit());
    const { order } = await mutate('placeOrder', { items: [{ productId }], shareToken }, 'order { id }', buyer);
    expect(await stats()).toMatchObject({ orderCount: 1 });
    await mutate('updateOrderStatus', { orderId: order.id, status: 'CANCELLED' }, 'order { id }', buyer);
    expect(await stats()).toMatchObject({ orderCount: 0 });
  });

  promise('Bots and prefetches are not counted, and a visitor counts once.', async () => {
    const { visit, stats } = await shareOf(await plaza.account());
    await visit({ 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' });
    await visit({ 'sec-purpose': 'prefetch' });
    await visit();
    await visit();
    expect(await stats()).toEqual({ visitCount: 2, uniqueVisitorCount: 1, orderCount: 0 });
  });

  promise('An address counts as at most ten visitors of a share.', async () => {
    const { visit, stats } = await shareOf(await plaza.account());
    for (let at = 0; at < 12; at++) await visit({ 'user-agent': `Mozilla/5.0 Firefox/${100 + at}.0` });
    expect(await stats()).toEqual({ visitCount: 12, uniqueVisitorCount: 10, orderCount: 0 });
  });
});

describe('spam', () => {
  promise('Content that looks like spam is held for a moderator: not shown, counted or announced, and `held` is true.', async () => {
    const [author, named] = await two();
    const id = await plaza.product(merchant);
    const { held, comment: written } = await mutate(
      'addComment',
      { subjectId: id, body: `${spam} @${named.handle}` },
      'held comment { id }',
      author,
    );
    expect(held).toBe(true);
    expect(await sees(written.id)).toBe(false);
    const { product } = await query('query ($id: ID!) { product(id: $id) { comments { totalCount edges { cursor } } } }', { id });
    expect(product.comments).toEqual({ totalCount: 0, edges: [] });
    expect(await notifications(named)).toEqual([]);
  });

  promise('An edit that looks like spam hides the content.', async () => {
    const author = await plaza.account();
    const commentId = await comment(author);
    expect(await mutate('editComment', { commentId, body: spam }, 'held', author)).toMatchObject({ held: true });
    expect(await sees(commentId)).toBe(false);
  });

  promise('Messages, names and bios that look like spam are refused.', async () => {
    const [author, other] = await two();
    for (const [name, input] of [
      ['updateProfile', { bio: spam }],
      ['updateProfile', { name: 'www.spam.example' }],
      ['referProduct', { productId, toUserIds: [other.id], message: spam }],
      ['sendMerchantFeedback', { merchantId: merchant.id, kind: 'NEED', body: spam }],
    ] as const)
      expect((await mutate(name, input, '__typename', author)).userErrors).toMatchObject([{ code: 'LOOKS_LIKE_SPAM' }]);
  });

  promise('Links in the texts of new merchants’ products are refused, and so is every text of a restricted merchant’s.', async () => {
    const seller = await plaza.account({ merchant: true });
    const product = await plaza.product(seller);
    const rename = async (title: string) => (await mutate('updateProduct', { productId: product, title }, '__typename', seller)).userErrors;
    expect(await rename('Teapots at www.spam.example')).toMatchObject([{ code: 'LOOKS_LIKE_SPAM' }]);
    expect(await rename('Green teapot')).toEqual([]);
    await moderate(seller.id, 'RESTRICT');
    expect(await rename('Red teapot')).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });

  promise('When held content is restored, the users it concerns and the followers are notified.', async () => {
    const [author, follower] = await two();
    await follow(follower, author);
    const seller = await plaza.account({ merchant: true });
    const { question } = await mutate('askQuestion', { productId: await plaza.product(seller), body: spam }, 'question { id }', author);
    expect(await notifications(seller)).toEqual([]);
    await moderate(question.id, 'RESTORE');
    expect((await notifications(seller)).map(({ kind }) => kind)).toEqual(['QUESTION_ASKED']);
    await expect.poll(() => feed(follower)).toEqual(['ASKED']);
  });

  promise('Accounts older than thirty days are not screened, unless they are restricted.', async () => {
    const author = await plaza.account();
    await makeOld(author);
    expect(await sees(await comment(author, spam))).toBe(true);
    await moderate(author.id, 'RESTRICT');
    expect(await sees(await comment(author, spam))).toBe(false);
  });
});

describe('moderation', () => {
  const report = (contentId: string, by: Account) => mutate('reportContent', { contentId, reason: 'SPAM' }, 'reported', by);
  const reportsAbout = (contentId: string) =>
    plaza.connection.collection('content_reports').countDocuments({ case: Buffer.from(contentId, 'base64url').toString() });

  promise('Each user can report each version of content or a user once.', async () => {
    const [author, reporter] = await two();
    const commentId = await comment(author);
    for (let at = 0; at < 2; at++) expect((await report(commentId, reporter)).reported).toBe(true);
    expect(await reportsAbout(commentId)).toBe(1);
    await mutate('editComment', { commentId, body: 'Worse' }, 'comment { id }', author);
    expect((await report(commentId, reporter)).reported).toBe(true);
    expect(await reportsAbout(commentId)).toBe(2);
    expect((await report(author.id, reporter)).reported).toBe(true);
    expect(await reportsAbout(author.id)).toBe(1);
    expect((await report(author.id, author)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });

  promise('`HIDE` takes content out of lists, counts and scores, and `RESTORE` brings it back as it was.', async () => {
    const [asker, answerer] = await two();
    const id = await plaza.product(merchant);
    const { review } = await plaza.review(answerer, id);
    const { question } = await mutate('askQuestion', { productId: id, body: 'Blue?' }, 'question { id }', asker);
    const { answer } = await mutate('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', answerer);
    await mutate('acceptAnswer', { answerId: answer.id }, 'answer { id }', asker);
    const state = async () =>
      (
        await query(
          'query ($id: ID!) { product(id: $id) { rating { reviewCount mean } reviews { totalCount edges { node { id } } } questions { edges { node { answerCount acceptedAnswer { id } answers { edges { node { accepted } } } } } } } }',
          { id },
        )
      ).product;
    const before = await state();
    expect(before.questions.edges[0].node.acceptedAnswer).toEqual({ id: answer.id });
    for (const each of [review.id, answer.id]) await moderate(each, 'HIDE');
    expect(await state()).toEqual({
      rating: { reviewCount: 0, mean: null },
      reviews: { totalCount: 0, edges: [] },
      questions: { edges: [{ node: { answerCount: 0, acceptedAnswer: null, answers: { edges: [] } } }] },
    });
    for (const each of [review.id, answer.id]) await moderate(each, 'RESTORE');
    expect(await state()).toEqual(before);
  });

  promise('A hidden comment with replies stays in the thread without text and author.', async () => {
    const [author, reader] = await two();
    const id = await plaza.product(merchant);
    const root = await comment(author, 'Bad words', id);
    const middle = await comment(author, 'Worse words', id, root);
    const reply = await comment(reader, 'No such words, please', id, middle);
    const fields = 'body hidden replyCount author { handle }';
    const thread = async () =>
      (
        await query(
          `query ($id: ID!) { product(id: $id) { comments(first: 5) { totalCount edges { node { ${fields} replies(first: 5) { edges { node { ${fields} replies(first: 5) { totalCount edges { node { body } } } } } } } } } } }`,
          { id },
        )
      ).product.comments;
    const before = await thread();
    for (const each of [root, middle]) await moderate(each, 'HIDE');
    const empty = { body: '', hidden: true, replyCount: 1, author: null };
    const left = { totalCount: 1, edges: [{ node: { body: 'No such words, please' } }] };
    expect(await thread()).toEqual({
      totalCount: 1,
      edges: [{ node: { ...empty, replies: { edges: [{ node: { ...empty, replies: left } }] } } }],
    });
    await moderate(reply, 'HIDE');
    expect(await thread()).toEqual({ totalCount: 0, edges: [] });
    for (const each of [reply, middle, root]) await moderate(each, 'RESTORE');
    expect(await thread()).toEqual(before);
  });

  promise('`WARN` leaves the content and tells its author.', async () => {
    const author = await plaza.account();
    const id = await comment(author);
    await moderate(id, 'WARN');
    expect(await sees(id)).toBe(true);
    expect((await notifications(author)).map(({ kind }) => kind)).toEqual(['CONTENT_MODERATED']);
  });

  promise('`BAN` hides the content and ends every session of its author.', async () => {
    const author = await plaza.account();
    const id = await comment(author);
    await moderate(id, 'BAN');
    expect(await sees(id)).toBe(false);
    expect((await plaza.query('{ viewer { email } }', {}, author.token)).status).toBe(401);
  });

  promise('`RESTRICT` holds everything a user writes for a moderator.', async () => {
    const author = await plaza.account();
    await moderate(author.id, 'RESTRICT');
    const restricted = await comment(author, 'Perfectly harmless');
    expect(await sees(restricted)).toBe(false);
    await moderate(author.id, 'RESTORE');
    expect(await sees(await comment(author, 'As harmless'))).toBe(true);
  });

  promise('`RENAME` gives a user a neutral name and handle, and clears their bio and avatar.', async () => {
    const author = await plaza.account();
    await mutate('updateProfile', { bio: 'Rude', avatarUrl: 'https://example.org/rude.png' }, 'user { id }', author);
    await moderate(author.id, 'RENAME');
    expect(await profile(author)).toBeNull();
    const { viewer } = await query('{ viewer { user { handle name bio avatarUrl } } }', {}, author);
    expect(viewer.user).toEqual({ handle: expect.stringMatching(/^user_/), name: 'User', bio: null, avatarUrl: null });
  });

  promise('The author sees each decision without the moderator, and can appeal once against it.', async () => {
    const author = await plaza.account();
    const contentId = await comment(author);
    await moderate(contentId, 'HIDE');
    expect(await decisions(author)).toEqual([{ action: 'HIDE', reason: 'House rules' }]);
    const { exportMyData } = await query('{ exportMyData }', {}, author);
    const moderatorId = Buffer.from(moderator.id, 'base64url').toString().split(':')[1]!;
    expect(exportMyData.moderationDecisions).toHaveLength(1);
    expect(JSON.stringify(exportMyData)).not.toContain(moderatorId);
    const appeal = () => mutate('appealModeration', { contentId, body: 'Please' }, 'appeal { outcome }', author);
    expect(await appeal()).toMatchObject({ appeal: { outcome: null } });
    expect((await appeal()).userErrors).toMatchObject([{ code: 'ALREADY_EXISTS' }]);
  });

  promise('A banned user appeals with their credentials.', async () => {
    const author = await plaza.account();
    await moderate(author.id, 'BAN');
    const { email, password } = author;
    expect(await plaza.mutate('appealBan', { email, password, body: 'Sorry' }, 'appealed')).toMatchObject({ appealed: true });
  });

  promise('Moderators can’t decide about themselves or their own content.', async () => {
    for (const staff of [moderator, admin]) {
      const own = await comment(staff);
      for (const id of [own, staff.id]) expect((await moderate(id, 'WARN', staff)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    }
    const roles = { userId: admin.id, roles: ['ADMIN', 'MODERATOR'], reason: 'More' };
    expect((await mutate('setUserRoles', roles, 'user { id }', admin)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });

  promise('Only administrators can decide about moderators and administrators.', async () => {
    const [id, ofAdmin] = [await comment(otherModerator), await comment(admin)];
    for (const each of [id, ofAdmin, otherModerator.id, admin.id])
      expect((await moderate(each, 'WARN')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await moderate(id, 'WARN', admin)).userErrors).toEqual([]);
  });

  promise('An appeal is decided by another moderator than the first decision.', async () => {
    const author = await plaza.account();
    const contentId = await comment(author);
    await moderate(contentId, 'HIDE');
    await mutate('appealModeration', { contentId, body: 'Please' }, 'appeal { id }', author);
    for (const action of ['RESTORE', 'HIDE', 'WARN'])
      expect((await moderate(contentId, action)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await moderate(contentId, 'RESTORE', otherModerator)).userErrors).toEqual([]);
    expect(await sees(contentId)).toBe(true);
  });

  promise('Authors can delete their own content while it is hidden.', async () => {
    const author = await plaza.account();
    const id = await plaza.product(merchant);
    const written: [string, string, string][] = [
      ['deleteComment', 'commentId', await comment(author, 'Fine', id)],
      ['deleteReview', 'reviewId', (await plaza.review(author, id)).review.id],
      [
        'deleteQuestion',
        'questionId',
        (await mutate('askQuestion', { productId: id, body: 'Blue?' }, 'question { id }', author)).question.id,
      ],
      ['deleteShare', 'shareId', (await mutate('shareProduct', { productId: id, channel: 'FOLLOWERS' }, 'share { id }', author)).share.id],
    ];
    for (const [name, field, contentId] of written) {
      await moderate(contentId, 'HIDE');
      expect((await mutate(name, { [field]: contentId }, '__typename', author)).userErrors, name).toEqual([]);
    }
    const { product } = await query('query ($id: ID!) { product(id: $id) { rating { reviewCount } comments { totalCount } } }', { id });
    expect(product).toEqual({ rating: { reviewCount: 0 }, comments: { totalCount: 0 } });
  });

  promise('Every decision and every change of roles is in `auditTrail`.', async () => {
    const author = await plaza.account();
    await moderate(author.id, 'WARN');
    await mutate('setUserRoles', { userId: author.id, roles: ['MERCHANT'], reason: 'Sells' }, 'user { id }', admin);
    const { auditTrail } = await query(
      '{ auditTrail(first: 2) { edges { node { action user { handle } moderator { handle } } } } }',
      {},
      admin,
    );
    expect(auditTrail.edges.map(({ node }: { node: object }) => node)).toEqual([
      { action: 'CHANGE_ROLES', user: { handle: author.handle }, moderator: { handle: admin.handle } },
      { action: 'WARN', user: { handle: author.handle }, moderator: { handle: moderator.handle } },
    ]);
  });
});

afterAll(() => {
  expect(tested).toEqual(promised);
});
