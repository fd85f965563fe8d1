/** What the viewer is to users and content, and what they can do, as the mutations then answer. */
import { beforeAll, describe, expect, test } from 'vitest';
import { storeId, usePlaza, type Account } from '../support/plaza.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });
let merchant: Account;
let author: Account;
let other: Account;
let moderator: Account;
let categoryId: string;

beforeAll(async () => {
  [merchant, author, other, moderator] = [
    await plaza.account({ merchant: true }),
    await plaza.account(),
    await plaza.account(),
    await plaza.account({ role: 'MODERATOR' }),
  ];
  categoryId = await plaza.category();
});

const product = (): Promise<string> => plaza.product(merchant, { categoryId });

async function made(name: string, input: object, type: string, by = author): Promise<string> {
  const payload = await plaza.mutate(name, input, `${type} { id }`, by.token);
  expect(payload.userErrors).toEqual([]);
  return payload[type].id as string;
}

const content = {
  Review: async () => (await plaza.review(author, await product())).review.id as string,
  Comment: async () => made('addComment', { subjectId: await product(), body: `Hello ${Math.random()}` }, 'comment'),
  Question: async () => made('askQuestion', { productId: await product(), body: `Blue ${Math.random()}?` }, 'question'),
  Answer: async () => made('answerQuestion', { questionId: await content.Question(), body: `Yes ${Math.random()}` }, 'answer'),
  Share: async () => made('shareProduct', { productId: await product(), channel: 'FOLLOWERS' }, 'share'),
};

const aged = async (): Promise<string> => {
  const id = await content.Comment();
  const createdAt = new Date(Date.now() - 25 * 3_600_000);
  await plaza.connection.collection('comments').updateOne({ _id: storeId(id) }, { $set: { createdAt } });
  return id;
};

const answered = async (): Promise<string> => {
  const id = await content.Question();
  await made('answerQuestion', { questionId: id, body: `Indeed ${Math.random()}` }, 'answer', other);
  return id;
};

interface Case {
  kind: keyof typeof content;
  what: string;
  make: () => Promise<string>;
  field: 'viewerCanEdit' | 'viewerCanDelete';
  mutation: string;
  inputOf: (id: string) => object;
  /** Why the author cannot. */
  denial?: string;
}

const cases: Case[] = [
  {
    kind: 'Review',
    what: 'a review',
    make: content.Review,
    field: 'viewerCanEdit',
    mutation: 'updateReview',
    inputOf: (reviewId) => ({ reviewId, title: 'New' }),
  },
  {
    kind: 'Review',
    what: 'a review',
    make: content.Review,
    field: 'viewerCanDelete',
    mutation: 'deleteReview',
    inputOf: (reviewId) => ({ reviewId }),
  },
  {
    kind: 'Comment',
    what: 'a comment',
    make: content.Comment,
    field: 'viewerCanEdit',
    mutation: 'editComment',
    inputOf: (commentId) => ({ commentId, body: 'New' }),
  },
  {
    kind: 'Comment',
    what: 'an old comment',
    make: aged,
    field: 'viewerCanEdit',
    mutation: 'editComment',
    inputOf: (commentId) => ({ commentId, body: 'New' }),
    denial: 'TOO_LATE',
  },
  {
    kind: 'Comment',
    what: 'an old comment',
    make: aged,
    field: 'viewerCanDelete',
    mutation: 'deleteComment',
    inputOf: (commentId) => ({ commentId }),
  },
  {
    kind: 'Question',
    what: 'a question',
    make: content.Question,
    field: 'viewerCanDelete',
    mutation: 'deleteQuestion',
    inputOf: (questionId) => ({ questionId }),
  },
  {
    kind: 'Question',
    what: 'an answered question',
    make: answered,
    field: 'viewerCanDelete',
    mutation: 'deleteQuestion',
    inputOf: (questionId) => ({ questionId }),
    denial: 'HAS_ANSWERS',
  },
  {
    kind: 'Answer',
    what: 'an answer',
    make: content.Answer,
    field: 'viewerCanEdit',
    mutation: 'editAnswer',
    inputOf: (answerId) => ({ answerId, body: 'New' }),
  },
  {
    kind: 'Answer',
    what: 'an answer',
    make: content.Answer,
    field: 'viewerCanDelete',
    mutation: 'deleteAnswer',
    inputOf: (answerId) => ({ answerId }),
  },
  {
    kind: 'Share',
    what: 'a share',
    make: content.Share,
    field: 'viewerCanDelete',
    mutation: 'deleteShare',
    inputOf: (shareId) => ({ shareId }),
  },
];

async function succeeds(mutation: string, input: object, token: string | undefined): Promise<boolean> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await plaza.query(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`,
    { input },
    token,
  );
  return !errors && data[mutation].userErrors.length === 0;
}

describe('what the viewer can do agrees with what the mutation answers', () => {
  const viewers = ['anonymous', 'author', 'other', 'merchant', 'moderator'] as const;
  const tokenOf = (viewer: (typeof viewers)[number]): string | undefined =>
    viewer === 'anonymous' ? undefined : { author, other, merchant, moderator }[viewer].token;

  test.each(cases)('$field of $what', async ({ kind, make, field, mutation, inputOf, denial }) => {
    for (const viewer of viewers) {
      const id = await make();
      const { node } = await plaza.data(
        `query ($id: ID!) { node(id: $id) { ... on ${kind} { ${field} { allowed reason until } } } }`,
        { id },
        tokenOf(viewer),
      );
      const { allowed, reason, until } = node[field];
      const expected = { anonymous: 'NOT_SIGNED_IN', author: denial ?? null }[viewer as string];
      expect([viewer, reason]).toEqual([viewer, expected === undefined ? 'NOT_AUTHOR' : expected]);
      expect(until !== null).toBe(kind === 'Comment' && field === 'viewerCanEdit' && allowed);
      expect([viewer, await succeeds(mutation, inputOf(id), tokenOf(viewer))]).toEqual([viewer, allowed]);
    }
  });

  test('viewerCanReview, before and after the review, for its merchant and for anonymous viewers', async () => {
    const id = await product();
    const input = { productId: id, ratings: { quality: 4, price: 4, service: 4 }, body: 'Good' };
    const ask = async (account?: Account) =>
      (
        await plaza.data(
          'query ($id: ID!) { product(id: $id) { viewerReview { id } viewerCanReview { allowed reason } } }',
          { id },
          account?.token,
        )
      ).product;
    expect(await ask()).toEqual({ viewerReview: null, viewerCanReview: { allowed: false, reason: 'NOT_SIGNED_IN' } });
    expect((await ask(merchant)).viewerCanReview).toEqual({ allowed: false, reason: 'OWN_PRODUCT' });
    expect(await succeeds('createReview', input, merchant.token)).toBe(false);
    expect((await ask(author)).viewerCanReview).toEqual({ allowed: true, reason: null });
    expect(await succeeds('createReview', input, author.token)).toBe(true);
    const after = await ask(author);
    expect([after.viewerReview !== null, after.viewerCanReview]).toEqual([true, { allowed: false, reason: 'ALREADY_REVIEWED' }]);
    expect(await succeeds('createReview', input, author.token)).toBe(false);
    const admin = await plaza.account({ role: 'ADMIN' });
    await plaza.mutate('archiveProduct', { productId: id }, 'product { id }', merchant.token);
    expect((await ask(admin)).viewerCanReview).toEqual({ allowed: false, reason: 'ARCHIVED' });
    expect(await succeeds('createReview', input, admin.token)).toBe(false);
  });

  test('the place of a deleted comment can be neither edited nor deleted again', async () => {
    const subjectId = await product();
    const id = await made('addComment', { subjectId, body: 'First' }, 'comment');
    await made('addComment', { subjectId, parentId: id, body: 'Second' }, 'comment', other);
    expect(await succeeds('deleteComment', { commentId: id }, author.token)).toBe(true);
    const { product: found } = await plaza.data(
      'query ($id: ID!) { product(id: $id) { comments { edges { node { viewerCanEdit { reason } viewerCanDelete { reason } } } } } }',
      { id: subjectId },
      author.token,
    );
    expect(found.comments.edges[0].node).toEqual({ viewerCanEdit: { reason: 'DELETED' }, viewerCanDelete: { reason: 'DELETED' } });
  });
});

describe('what users and products are to the viewer', () => {
  const relation = async (id: string, viewer?: Account) =>
    (await plaza.data('query ($id: ID!) { node(id: $id) { ... on User { isViewer viewerFollows viewerBlocks } } }', { id }, viewer?.token))
      .node;

  test('whether the viewer follows or blocks a user, or is that user', async () => {
    const [me, them] = [await plaza.account(), await plaza.account()];
    const none = { isViewer: false, viewerFollows: false, viewerBlocks: false };
    expect(await relation(them.id)).toEqual(none);
    expect(await relation(me.id, me)).toEqual({ ...none, isViewer: true });
    await plaza.mutate('followUser', { userId: them.id }, 'user { id }', me.token);
    expect(await relation(them.id, me)).toEqual({ ...none, viewerFollows: true });
    expect(await relation(me.id, them)).toEqual(none);
    await plaza.mutate('blockUser', { userId: them.id }, 'user { id }', me.token);
    expect(await relation(them.id, me)).toEqual({ ...none, viewerBlocks: true });
  });

  test('a product counts as purchased from the order until it is cancelled', async () => {
    const [buyer, id] = [await plaza.account(), await product()];
    const purchased = async (account?: Account) =>
      (await plaza.data('query ($id: ID!) { product(id: $id) { viewerHasPurchased } }', { id }, account?.token)).product
        .viewerHasPurchased as boolean;
    expect([await purchased(), await purchased(buyer)]).toEqual([false, false]);
    const { order } = await plaza.mutate('placeOrder', { items: [{ productId: id }] }, 'order { id }', buyer.token);
    expect([await purchased(buyer), await purchased(other)]).toEqual([true, false]);
    await plaza.mutate('updateOrderStatus', { orderId: order.id, status: 'CANCELLED' }, 'order { id }', buyer.token);
    expect(await purchased(buyer)).toBe(false);
  });

  test('a list asks for all of it at once, however long it is', async () => {
    const query = `query ($first: Int!) {
      products(first: $first) { edges { node {
        viewerReview { id } viewerCanReview { allowed } viewerHasPurchased images { url }
        reviews(first: 2) { totalCount edges { node { viewerCanEdit { allowed } author { isViewer viewerFollows viewerBlocks avatar { url } } } } }
      } } }
    }`;
    const commandsFor = async (first: number) => (await plaza.storeCommands(() => plaza.data(query, { first }, other.token))).length;
    for (let at = 0; at < 3; at++) await plaza.review(author, await product());
    expect(await commandsFor(10)).toBe(await commandsFor(3));
  });
});
