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

const product = (seller = merchant): Promise<string> => plaza.product(seller, { categoryId });

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

describe('in every state of content, its author is told what the mutation then answers', () => {
  const moderate = (contentId: string, action: string) =>
    plaza.mutate('moderateContent', { contentId, action, reason: 'A test' }, 'entry { createdAt }', moderator.token);
  const mutations: Record<keyof typeof content, { edit?: [string, (id: string) => object]; remove: [string, (id: string) => object] }> = {
    Review: {
      edit: ['updateReview', (reviewId) => ({ reviewId, title: 'New' })],
      remove: ['deleteReview', (reviewId) => ({ reviewId })],
    },
    Comment: {
      edit: ['editComment', (commentId) => ({ commentId, body: 'New' })],
      remove: ['deleteComment', (commentId) => ({ commentId })],
    },
    Question: { remove: ['deleteQuestion', (questionId) => ({ questionId })] },
    Answer: {
      edit: ['editAnswer', (answerId) => ({ answerId, body: 'New' })],
      remove: ['deleteAnswer', (answerId) => ({ answerId })],
    },
    Share: { remove: ['deleteShare', (shareId) => ({ shareId })] },
  };

  interface Place {
    writer: Account;
    id: string;
    productId: string;
    /** What the content is right below, other than the product. */
    parent?: string;
    /** Who wrote that, or sells the product. */
    host: Account;
  }

  const places: Record<keyof typeof content, (writer: Account, hosts?: { seller: Account; person: Account }) => Promise<Place>> = {
    async Review(writer, { seller } = { seller: merchant, person: other }) {
      const productId = await product(seller);
      return { writer, id: (await plaza.review(writer, productId)).review.id, productId, host: seller };
    },
    async Comment(writer, { seller, person } = { seller: merchant, person: other }) {
      const productId = await product(seller);
      const parent = (await plaza.review(person, productId)).review.id as string;
      return {
        writer,
        id: await made('addComment', { subjectId: parent, body: `Hi ${Math.random()}` }, 'comment', writer),
        productId,
        parent,
        host: person,
      };
    },
    async Question(writer, { seller } = { seller: merchant, person: other }) {
      const productId = await product(seller);
      return {
        writer,
        id: await made('askQuestion', { productId, body: `Blue ${Math.random()}?` }, 'question', writer),
        productId,
        host: seller,
      };
    },
    async Answer(writer, { seller, person } = { seller: merchant, person: other }) {
      const productId = await product(seller);
      const parent = await made('askQuestion', { productId, body: `Blue ${Math.random()}?` }, 'question', person);
      return {
        writer,
        id: await made('answerQuestion', { questionId: parent, body: `Yes ${Math.random()}` }, 'answer', writer),
        productId,
        parent,
        host: person,
      };
    },
    async Share(writer, { seller } = { seller: merchant, person: other }) {
      const productId = await product(seller);
      return { writer, id: await made('shareProduct', { productId, channel: 'FOLLOWERS' }, 'share', writer), productId, host: seller };
    },
  };

  const states: Record<string, (place: Place) => Promise<unknown>> = {
    hidden: ({ id }) => moderate(id, 'HIDE'),
    'hidden and restored': async ({ id }) => {
      await moderate(id, 'HIDE');
      await moderate(id, 'RESTORE');
    },
    'below what is hidden': async ({ parent, id }) => moderate(parent ?? id, 'HIDE'),
    'of an archived product': ({ productId }) => plaza.mutate('archiveProduct', { productId }, 'product { id }', merchant.token),
    'of a restricted author': ({ writer }) => moderate(writer.id, 'RESTRICT'),
    'of an author whom its host blocks': async ({ writer, host }) =>
      plaza.mutate('blockUser', { userId: writer.id }, 'user { id }', host.token),
    'of an author who blocks its host': async ({ writer, host }) =>
      plaza.mutate('blockUser', { userId: host.id }, 'user { id }', writer.token),
  };

  const kinds = Object.keys(mutations) as (keyof typeof content)[];
  const every = kinds.flatMap((kind) => Object.keys(states).map((state) => [kind, state] as const));

  test.each(every)('%s, %s', async (kind, state) => {
    const place = await places[kind](await plaza.account());
    await states[state]!(place);
    await agrees(kind, place, ['hidden', 'hidden and restored', 'of an archived product'].includes(state));
  });

  /** What happened to those whose content it is, or is below. */
  const people: Record<string, (place: Place, admin: Account) => Promise<unknown>> = {
    'of a moderator': async () => {},
    'of a moderator, hidden by an administrator': ({ id }, admin) =>
      plaza.mutate('moderateContent', { contentId: id, action: 'HIDE', reason: 'A test' }, 'entry { createdAt }', admin.token),
    'below what someone banned wrote or sells': ({ host }) => moderate(host.id, 'BAN'),
    'below what someone erased wrote or sells': async ({ host }) => {
      await plaza.mutate('eraseMe', { confirm: true, password: host.password }, 'erased', host.token);
      await plaza.settle('erasures');
    },
  };
  const everyPeople = kinds.flatMap((kind) => Object.keys(people).map((state) => [kind, state] as const));

  test.each(everyPeople)('%s, %s', async (kind, state) => {
    const writer = await plaza.account(state.startsWith('of a moderator') ? { role: 'MODERATOR' } : {});
    const hosts = { seller: await plaza.account({ merchant: true }), person: await plaza.account() };
    const place = await places[kind](writer, hosts);
    await people[state]!(place, await plaza.account({ role: 'ADMIN' }));
    await agrees(kind, place, state.startsWith('of a moderator'));
  });

  /** @param isSeen whether the author must find it */
  async function agrees(kind: keyof typeof content, place: Place, isSeen: boolean): Promise<void> {
    const { edit, remove } = mutations[kind];
    // Authors see what is hidden of theirs with the decision. What they do not see says nothing.
    const seen = async (fields: string) => {
      const selection = `... on ${kind} { id ${fields} }`;
      const { node, viewer } = await plaza.data(
        `query ($id: ID!) { node(id: $id) { ${selection} } viewer { moderationDecisions { edges { node { content { ${selection} } } } } } }`,
        { id: place.id },
        place.writer.token,
      );
      const decided = viewer.moderationDecisions.edges.map((edge: { node: { content: unknown } }) => edge.node.content);
      return node ?? decided.find((one: { id?: string } | null) => one?.id === place.id);
    };
    const before = await seen(`${edit ? 'viewerCanEdit { allowed }' : ''} viewerCanDelete { allowed }`);
    if (isSeen) expect(before).toBeTruthy();
    if (edit) {
      const edited = await succeeds(edit[0], edit[1](place.id), place.writer.token);
      if (before) expect(edited).toBe(before.viewerCanEdit.allowed);
    }
    // An edit may take it out of sight, which its author can then still delete.
    const after = (await seen('viewerCanDelete { allowed }')) ?? { viewerCanDelete: { allowed: true } };
    expect(await succeeds(remove[0], remove[1](place.id), place.writer.token)).toBe(after.viewerCanDelete.allowed);
  }

  test('a question whose only answer is hidden can be deleted, and not when the answer is back', async () => {
    for (const [action, allowed] of [
      ['HIDE', true],
      ['RESTORE', false],
    ] as const) {
      const id = await content.Question();
      const answer = await made('answerQuestion', { questionId: id, body: `Indeed ${Math.random()}` }, 'answer', other);
      await moderate(answer, 'HIDE');
      if (action === 'RESTORE') await moderate(answer, 'RESTORE');
      const { node } = await plaza.data(
        'query ($id: ID!) { node(id: $id) { ... on Question { viewerCanDelete { allowed } } } }',
        { id },
        author.token,
      );
      expect(node.viewerCanDelete.allowed).toBe(allowed);
      expect(await succeeds('deleteQuestion', { questionId: id }, author.token)).toBe(allowed);
    }
  });

  test.each<[string, (place: Place) => Promise<unknown>]>([
    ['who is restricted', ({ writer }) => moderate(writer.id, 'RESTRICT')],
    ['whom the merchant blocks', ({ writer }) => plaza.mutate('blockUser', { userId: writer.id }, 'user { id }', merchant.token)],
    ['whose review is hidden', async ({ writer, productId }) => moderate((await plaza.review(writer, productId)).review.id, 'HIDE')],
    [
      'who deleted their review',
      async ({ writer, productId }) =>
        plaza.mutate('deleteReview', { reviewId: (await plaza.review(writer, productId)).review.id }, 'product { id }', writer.token),
    ],
  ])('viewerCanReview of a customer %s', async (_who, change) => {
    const [writer, productId] = [await plaza.account(), await product()];
    await change({ writer, id: '', productId, host: merchant });
    const { product: found } = await plaza.data(
      'query ($id: ID!) { product(id: $id) { viewerCanReview { allowed } } }',
      { id: productId },
      writer.token,
    );
    const input = { productId, ratings: { quality: 4, price: 4, service: 4 }, body: 'Good' };
    expect(await succeeds('createReview', input, writer.token)).toBe(found?.viewerCanReview.allowed ?? false);
  });
});

describe('what belongs to the viewer alone is one object, whatever is asked of it', () => {
  const query = '{ viewer { privacySettings { id personalise } consent { id tracking } } }';

  test('privacy settings and consent have IDs, by which only the viewer finds them', async () => {
    const { viewer } = await plaza.data(query, {}, author.token);
    const ids = [viewer.privacySettings.id, viewer.consent.id];
    expect(new Set(ids).size).toBe(2);
    const find = async (token?: string) =>
      (await plaza.data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids }, token)).nodes;
    expect(await find(author.token)).toEqual([
      { __typename: 'PrivacySettings', id: ids[0] },
      { __typename: 'Consent', id: ids[1] },
    ]);
    expect(await find(other.token)).toEqual([null, null]);
    expect(await find(moderator.token)).toEqual([null, null]);
    expect(await find()).toEqual([null, null]);
  });

  test('a change answers the same object', async () => {
    const { viewer } = await plaza.data(query, {}, author.token);
    const settings = await plaza.mutate(
      'updatePrivacySettings',
      { personalise: false },
      'privacySettings { id personalise }',
      author.token,
    );
    expect(settings.privacySettings).toEqual({ id: viewer.privacySettings.id, personalise: false });
    const choices = { tracking: true, personalisation: true, wordingVersion: '1' };
    const consent = await plaza.mutate('updateConsent', choices, 'consent { id tracking }', author.token);
    expect(consent.consent).toEqual({ id: viewer.consent.id, tracking: true });
  });

  test('a visitor has consent of their own, found by nobody who does not know the visitor', async () => {
    const consentOf = async (visitorId: string, token?: string) =>
      (await plaza.data('query ($v: String) { viewer { consent(visitorId: $v) { id } } }', { v: visitorId }, token)).viewer.consent.id;
    const [one, two] = [await consentOf('visitor-one'), await consentOf('visitor-two')];
    expect(one).not.toBe(two);
    expect(one).not.toBe(await consentOf('visitor-one', author.token));
    const { node } = await plaza.data('query ($id: ID!) { node(id: $id) { __typename id } }', { id: one });
    expect(node).toEqual({ __typename: 'Consent', id: one });
    expect((await plaza.data('query ($id: ID!) { node(id: $id) { __typename } }', { id: one }, author.token)).node).toBeNull();
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
