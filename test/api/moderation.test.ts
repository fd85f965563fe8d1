import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const live = 'subscription ($id: ID!, $after: String) { commentAdded(subjectId: $id, after: $after) { cursor comment { body } } }';

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [author, reader, moderator] = await Promise.all([plaza.account(), plaza.account(), plaza.account({ role: 'MODERATOR' })]);
  return { merchant, author, reader, moderator, id: await plaza.product(merchant) };
}

function comment(author: Account, subjectId: string, body: string, parentId?: string) {
  return plaza.mutate('addComment', { subjectId, body, parentId }, 'comment { id }', author.token);
}

function moderate(moderator: Account, contentId: string, action: string) {
  return plaza.mutate('moderateContent', { contentId, action, reason: 'House rules' }, 'entry { action user { handle } }', moderator.token);
}

async function bodies(id: string, token?: string): Promise<string[]> {
  const { product } = await plaza.data(
    'query ($id: ID!) { product(id: $id) { comments(sort: OLDEST) { totalCount edges { node { body replies { edges { node { body } } } } } } } }',
    { id },
    token,
  );
  return product.comments.edges.flatMap(({ node }: { node: { body: string; replies: { edges: { node: { body: string } }[] } } }) => [
    node.body,
    ...node.replies.edges.map((edge) => edge.node.body),
  ]);
}

describe('a report', () => {
  test('counts once for each user, and comes to the moderators with its reasons and the content', async () => {
    const { author, reader, merchant, moderator, id } = await scene();
    const { comment: written } = await comment(author, id, 'Buy cheap watches');
    const report = (reporter: Account, reason: string) =>
      plaza.mutate('reportContent', { contentId: written.id, reason }, 'reported', reporter.token);
    await Promise.all([report(reader, 'SPAM'), report(reader, 'SPAM'), report(reader, 'ABUSE'), report(merchant, 'SPAM')]);
    const { moderationQueue } = await plaza.data(
      '{ moderationQueue { edges { node { reportCount reasons { reason count } content { ... on Comment { body author { handle } } } } } } }',
      {},
      moderator.token,
    );
    const own = moderationQueue.edges.find(
      ({ node }: { node: { content: { author: { handle: string } } } }) => node.content.author.handle === author.handle,
    ).node;
    expect(own).toMatchObject({ reportCount: 2, content: { body: 'Buy cheap watches' } });
    expect(own.reasons.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(2);
  });

  test('is refused of what one wrote oneself, of what is not there, and of what cannot be reported', async () => {
    const { author, id } = await scene();
    const { comment: written } = await comment(author, id, 'Mine');
    const report = (contentId: string) =>
      plaza.query(
        'mutation ($input: ReportContentInput!) { reportContent(input: $input) { reported userErrors { code } } }',
        { input: { contentId, reason: 'SPAM' } },
        author.token,
      );
    expect((await report(written.id)).data.reportContent).toEqual({ reported: null, userErrors: [{ code: 'NOT_ALLOWED' }] });
    expect((await report(Buffer.from(`Comment:${'0'.repeat(24)}`).toString('base64url'))).data.reportContent.userErrors).toEqual([
      { code: 'NOT_FOUND' },
    ]);
    expect((await report(id)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.contentId' } }]);
  });
});

test('the queue, the audit trail and decisions are for moderators only', async () => {
  const { author, id } = await scene();
  const { comment: written } = await comment(author, id, 'Hello');
  for (const query of [
    '{ moderationQueue { edges { cursor } } }',
    '{ auditTrail { edges { cursor } } }',
    `mutation { moderateContent(input: { contentId: "${written.id}", action: HIDE, reason: "x" }) { entry { createdAt } } }`,
  ]) {
    expect((await plaza.query(query, {}, author.token)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await plaza.query(query)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  }
  expect(await bodies(id)).toEqual(['Hello']);
});

describe('hidden content', () => {
  test('is gone from lists, counts and nodes, and comes back when restored', async () => {
    const { author, moderator, id } = await scene();
    const { comment: root } = await comment(author, id, 'stays');
    const { comment: reply } = await comment(author, id, 'goes', root.id);
    expect((await moderate(moderator, reply.id, 'HIDE')).entry).toEqual({ action: 'HIDE', user: { handle: author.handle } });
    expect(await bodies(id)).toEqual(['stays']);
    const query =
      'query ($id: ID!, $reply: ID!) { product(id: $id) { comments { totalCount edges { node { replyCount } } } } node(id: $reply) { id } }';
    expect(await plaza.data(query, { id, reply: reply.id })).toEqual({
      product: { comments: { totalCount: 1, edges: [{ node: { replyCount: 0 } }] } },
      node: null,
    });
    await moderate(moderator, reply.id, 'RESTORE');
    expect(await bodies(id)).toEqual(['stays', 'goes']);
  });

  test('leaves the score, and comes back into it', async () => {
    const { author, reader, moderator, id } = await scene();
    const { review } = await plaza.review(author, id, { ratings: { quality: 1, price: 1, service: 1 } });
    await plaza.review(reader, id, { ratings: { quality: 5, price: 5, service: 5 } });
    const mean = async () =>
      (
        await plaza.data('query ($id: ID!) { product(id: $id) { rating { mean reviewCount } reviews { edges { node { overall } } } } }', {
          id,
        })
      ).product;
    await moderate(moderator, review.id, 'HIDE');
    expect(await mean()).toEqual({ rating: { mean: 5, reviewCount: 1 }, reviews: { edges: [{ node: { overall: 5 } }] } });
    await moderate(moderator, review.id, 'HIDE');
    expect((await mean()).rating.reviewCount).toBe(1);
    await moderate(moderator, review.id, 'RESTORE');
    expect((await mean()).rating).toEqual({ mean: 3, reviewCount: 2 });
  });

  test('reaches no subscriber who resumes after it was hidden, and nothing else is lost', async () => {
    const { author, moderator, id } = await scene();
    const events = await plaza.subscribe(live, { id });
    await comment(author, id, '1');
    const { cursor } = (await events.next()).data.commentAdded;
    const { comment: bad } = await comment(author, id, '2');
    await comment(author, id, '3');
    expect((await events.next()).data.commentAdded.comment.body).toBe('2');
    await moderate(moderator, bad.id, 'HIDE');
    const resumed = await plaza.subscribe(live, { id, after: cursor });
    expect((await resumed.next()).data.commentAdded.comment.body).toBe('3');
    events.stop();
    resumed.stop();
  });
});

describe('a banned user', () => {
  test('is shut out at once, on every device and on open subscriptions, until let in again', async () => {
    const { author, moderator, id } = await scene();
    const { comment: bad } = await comment(author, id, 'Bad');
    const events = await plaza.subscribe(live, { id }, author.token);
    await moderate(moderator, bad.id, 'BAN');
    await expect(events.next()).rejects.toMatchObject({ code: 4401 });
    expect((await plaza.query('{ viewer { email } }', {}, author.token)).status).toBe(401);
    const refresh = await plaza.query('mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }', {
      input: { refreshToken: author.refreshToken },
    });
    expect(refresh.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const signIn = () => plaza.mutate('signIn', { email: author.email, password: author.password }, 'accessToken');
    expect((await signIn()).userErrors).toMatchObject([{ code: 'SUSPENDED' }]);
    expect(await bodies(id)).toEqual([]);
    await moderate(moderator, author.id, 'RESTORE');
    expect((await signIn()).accessToken).toEqual(expect.any(String));
  });

  test('is never an administrator', async () => {
    const { moderator } = await scene();
    const admin = await plaza.account({ role: 'ADMIN' });
    expect((await moderate(moderator, admin.id, 'BAN')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });
});

test('every decision is in the audit trail, warnings too', async () => {
  const { author, moderator, id } = await scene();
  const { comment: written } = await comment(author, id, 'Careful');
  await moderate(moderator, written.id, 'WARN');
  expect(await bodies(id)).toEqual(['Careful']);
  const { auditTrail } = await plaza.data(
    '{ auditTrail(first: 1) { edges { node { action reason moderator { handle } user { handle } content { ... on Comment { body } } } } } }',
    {},
    moderator.token,
  );
  expect(auditTrail.edges[0].node).toEqual({
    action: 'WARN',
    reason: 'House rules',
    moderator: { handle: moderator.handle },
    user: { handle: author.handle },
    content: { body: 'Careful' },
  });
});

describe('a blocked user', () => {
  async function block(blocker: Account, blocked: Account): Promise<void> {
    const { user } = await plaza.mutate('blockUser', { userId: blocked.id }, 'user { handle }', blocker.token);
    expect(user.handle).toBe(blocked.handle);
  }

  test('is not seen by whoever blocked them, and by everybody else', async () => {
    const { author, reader, id } = await scene();
    const { comment: theirs } = await comment(author, id, 'theirs');
    await comment(reader, id, 'a reply', theirs.id);
    await comment(reader, id, 'mine');
    const { review } = await plaza.review(author, id);
    await block(reader, author);
    expect(await bodies(id, reader.token)).toEqual(['mine']);
    expect(await bodies(id)).toEqual(['theirs', 'a reply', 'mine']);
    const query =
      'query ($id: ID!, $review: ID!, $comment: ID!) { product(id: $id) { reviews { edges { node { id } } } } review: node(id: $review) { id } comment: node(id: $comment) { id } }';
    const see = (token?: string) => plaza.data(query, { id, review: review.id, comment: theirs.id }, token);
    expect(await see(reader.token)).toEqual({ product: { reviews: { edges: [] } }, review: null, comment: null });
    const profile = async (token?: string) =>
      (
        await plaza.data(
          'query ($handle: String!) { user(handle: $handle) { reviews { edges { node { id } } } } }',
          { handle: author.handle },
          token,
        )
      ).user.reviews.edges.length as number;
    expect([await profile(reader.token), await profile()]).toEqual([0, 1]);
    expect(await see(author.token)).toMatchObject({ review: { id: review.id }, comment: { id: theirs.id } });
    const { viewer } = await plaza.data('{ viewer { blockedUsers { edges { node { handle } } } } }', {}, reader.token);
    expect(viewer.blockedUsers.edges).toEqual([{ node: { handle: author.handle } }]);
    await plaza.mutate('unblockUser', { userId: author.id }, 'user { id }', reader.token);
    expect(await bodies(id, reader.token)).toEqual(['theirs', 'a reply', 'mine']);
  });

  test('vanishes from open subscriptions at once, and is back at once', async () => {
    const { author, reader, merchant, id } = await scene();
    const events = await plaza.subscribe(live, { id }, reader.token);
    const others = await plaza.subscribe(live, { id });
    await comment(author, id, '1');
    await block(reader, author);
    await comment(author, id, '2');
    await comment(merchant, id, '3');
    await plaza.mutate('unblockUser', { userId: author.id }, 'user { id }', reader.token);
    await comment(author, id, '4');
    const read = async (from: typeof events, count: number) => {
      const seen: string[] = [];
      for (let at = 0; at < count; at++) seen.push((await from.next()).data.commentAdded.comment.body);
      from.stop();
      return seen;
    };
    expect(await read(events, 3)).toEqual(['1', '3', '4']);
    expect(await read(others, 4)).toEqual(['1', '2', '3', '4']);
  });

  test('cannot follow or answer whoever blocked them, and follows them no longer', async () => {
    const { author, reader, id } = await scene();
    const { comment: mine } = await comment(reader, id, 'mine');
    const { review } = await plaza.review(reader, id);
    await plaza.mutate('followUser', { userId: reader.id }, 'user { id }', author.token);
    await block(reader, author);
    const { user } = await plaza.data('query ($handle: String!) { user(handle: $handle) { followers { edges { node { handle } } } } }', {
      handle: reader.handle,
    });
    expect(user.followers.edges).toEqual([]);
    expect((await plaza.mutate('followUser', { userId: reader.id }, 'user { id }', author.token)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect((await comment(author, id, 'answer', mine.id)).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'parentId'] }]);
    expect((await comment(author, review.id, 'answer')).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'subjectId'] }]);
    expect((await comment(author, id, 'elsewhere')).userErrors).toEqual([]);
  });

  test('is never oneself', async () => {
    const { reader } = await scene();
    expect((await plaza.mutate('blockUser', { userId: reader.id }, 'user { id }', reader.token)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
  });
});
