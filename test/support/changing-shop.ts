/** A small shop in which everything changes that anybody may see, by the API's own mutations. */
import { storeId, type Account, type Plaza } from './plaza.js';

// The answer's shape is the query's, which only the test knows.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** Chooses among what there is; a place beyond the end begins anew. */
function at<Item>(items: readonly Item[], place: number): Item {
  return items[place % items.length]!;
}

/** What a step of a history names by numbers. */
export interface Choice {
  actor: number;
  target: number;
  value: number;
}

type Write = (shop: ChangingShop, plaza: Plaza, choice: Choice) => Promise<unknown>;

const text = (value: number): string => `Text number ${value}, which is long enough to be read.`;

export class ChangingShop {
  people: Account[] = [];
  merchant!: Account;
  moderator!: Account;
  admin!: Account;
  categories: string[] = [];
  products: string[] = [];
  slugs: string[] = [];
  reviews: string[] = [];
  comments: string[] = [];
  questions: string[] = [];
  answers: string[] = [];
  orders: string[] = [];
  shares: string[] = [];

  static async open(plaza: Plaza): Promise<ChangingShop> {
    const shop = new ChangingShop();
    shop.merchant = await plaza.account({ merchant: true });
    shop.moderator = await plaza.account({ role: 'MODERATOR' });
    shop.admin = await plaza.account({ role: 'ADMIN' });
    for (let number = 0; number < 4; number++) shop.people.push(await plaza.account());
    for (const name of ['Tea', 'Coffee']) {
      const { category } = await shop.change(plaza, 'createCategory', { name }, 'category { id }', shop.admin);
      shop.categories.push(category.id);
    }
    for (let number = 0; number < 3; number++) await writes.createProduct(shop, plaza, { actor: 0, target: number, value: number });
    for (let number = 0; number < 4; number++) {
      const choice = { actor: number, target: number, value: number };
      for (const write of [writes.createReview, writes.addComment, writes.askQuestion, writes.answerQuestion])
        await write(shop, plaza, choice);
    }
    return shop;
  }

  person(choice: Choice): Account {
    return at(this.people, choice.actor);
  }

  /** What is refused changes nothing, which is a history too. */
  async change(plaza: Plaza, name: string, input: object, selection: string, by: Account): Promise<Json> {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code } } }`;
    const { data, errors } = await plaza.query(query, { input }, by.token);
    const code = errors?.[0]?.extensions.code;
    if (code !== undefined && !['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'].includes(code)) throw new Error(JSON.stringify(errors));
    return data?.[name] ?? {};
  }
}

function remember(list: string[], made: { id: string } | null | undefined): void {
  if (made) list.push(made.id);
  if (list.length > 12) list.splice(1, 1);
}

export const writes = {
  async createProduct(shop, plaza, { target, value }) {
    const input = {
      title: `Teapot ${value % 7}`,
      categoryId: at(shop.categories, target),
      price: { amountMinor: 100 + value, currency: 'EUR' },
      stock: 5,
    };
    const { product } = await shop.change(plaza, 'createProduct', input, 'product { id slug }', shop.merchant);
    remember(shop.products, product);
    if (product) shop.slugs.push(product.slug);
  },
  updateProduct: (shop, plaza, { target, value }) => {
    const changes = [
      { title: `Teapot ${value % 9}` },
      { stock: value % 3 },
      { price: { amountMinor: 100 + value, currency: 'EUR' } },
      { slug: `slug-${value % 5}` },
      { categoryId: at(shop.categories, value) },
    ];
    return shop.change(
      plaza,
      'updateProduct',
      { productId: at(shop.products, target), ...at(changes, value) },
      'product { id }',
      shop.merchant,
    );
  },
  moveProduct: (shop, plaza, { target, value }) =>
    shop.change(
      plaza,
      'updateProduct',
      { productId: at(shop.products, target), categoryId: at(shop.categories, value) },
      'product { id }',
      shop.merchant,
    ),
  archiveProduct: (shop, plaza, { target }) =>
    shop.change(plaza, 'archiveProduct', { productId: at(shop.products, target) }, 'product { id }', shop.merchant),
  unarchiveProduct: (shop, plaza, { target }) =>
    shop.change(plaza, 'unarchiveProduct', { productId: at(shop.products, target) }, 'product { id }', shop.merchant),
  updateCategory: (shop, plaza, { target, value }) => {
    const change = value % 3 === 0 ? { parentId: value % 2 === 0 ? null : shop.categories[0]! } : { name: `Shelf ${value % 5}` };
    return shop.change(plaza, 'updateCategory', { categoryId: at(shop.categories, target), ...change }, 'category { id }', shop.admin);
  },
  async createReview(shop, plaza, choice) {
    const ratings = { quality: 1 + (choice.value % 5), price: 1 + (choice.actor % 5), service: 3 };
    const { review } = await shop.change(
      plaza,
      'createReview',
      { productId: at(shop.products, choice.target), ratings, body: text(choice.value) },
      'review { id }',
      shop.person(choice),
    );
    remember(shop.reviews, review);
  },
  updateReview: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'updateReview',
      { reviewId: at(shop.reviews, choice.target), body: text(choice.value), ratings: { quality: 1 + (choice.value % 5) } },
      'review { id }',
      shop.person(choice),
    ),
  deleteReview: (shop, plaza, choice) =>
    shop.change(plaza, 'deleteReview', { reviewId: at(shop.reviews, choice.target) }, 'deletedReviewId', shop.person(choice)),
  voteReview: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'voteReview',
      { reviewId: at(shop.reviews, choice.target), vote: at(['HELPFUL', 'UNHELPFUL', null], choice.value) },
      'review { id }',
      shop.person(choice),
    ),
  respondToReview: (shop, plaza, { target, value }) =>
    shop.change(
      plaza,
      'respondToReview',
      { reviewId: at(shop.reviews, target), body: value % 4 === 0 ? '' : text(value) },
      'review { id }',
      shop.merchant,
    ),
  async addComment(shop, plaza, choice) {
    const subjects = [...shop.products, ...shop.reviews, ...shop.answers];
    const { comment } = await shop.change(
      plaza,
      'addComment',
      { subjectId: at(subjects, choice.target), body: text(choice.value) },
      'comment { id }',
      shop.person(choice),
    );
    remember(shop.comments, comment);
  },
  async replyToComment(shop, plaza, choice) {
    const parentId = at(shop.comments, choice.target);
    const input = { subjectId: at(shop.products, choice.value), parentId, body: text(choice.value) };
    const { comment } = await shop.change(plaza, 'addComment', input, 'comment { id }', shop.person(choice));
    remember(shop.comments, comment);
  },
  editComment: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'editComment',
      { commentId: at(shop.comments, choice.target), body: text(choice.value) },
      'comment { id }',
      shop.person(choice),
    ),
  deleteComment: (shop, plaza, choice) =>
    shop.change(plaza, 'deleteComment', { commentId: at(shop.comments, choice.target) }, 'comment { id }', shop.person(choice)),
  reactToComment: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'reactToComment',
      { commentId: at(shop.comments, choice.target), reaction: at(['LIKE', 'LOVE', null], choice.value) },
      'comment { id }',
      shop.person(choice),
    ),
  async askQuestion(shop, plaza, choice) {
    const { question } = await shop.change(
      plaza,
      'askQuestion',
      { productId: at(shop.products, choice.target), body: `Does it hold ${choice.value} cups?` },
      'question { id }',
      shop.person(choice),
    );
    remember(shop.questions, question);
  },
  async answerQuestion(shop, plaza, choice) {
    const { answer } = await shop.change(
      plaza,
      'answerQuestion',
      { questionId: at(shop.questions, choice.target), body: text(choice.value) },
      'answer { id }',
      shop.person(choice),
    );
    remember(shop.answers, answer);
  },
  voteAnswer: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'voteAnswer',
      { answerId: at(shop.answers, choice.target), vote: at(['HELPFUL', 'UNHELPFUL', null], choice.value) },
      'answer { id }',
      shop.person(choice),
    ),
  acceptAnswer: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'acceptAnswer',
      { answerId: at(shop.answers, choice.target), accepted: choice.value % 2 === 0 },
      'answer { id }',
      shop.person(choice),
    ),
  deleteAnswer: (shop, plaza, choice) =>
    shop.change(plaza, 'deleteAnswer', { answerId: at(shop.answers, choice.target) }, 'deletedAnswerId', shop.person(choice)),
  blockUser: (shop, plaza, choice) =>
    shop.change(plaza, 'blockUser', { userId: at(shop.people, choice.target).id }, 'user { id }', shop.person(choice)),
  unblockUser: (shop, plaza, choice) =>
    shop.change(plaza, 'unblockUser', { userId: at(shop.people, choice.target).id }, 'user { id }', shop.person(choice)),
  followUser: (shop, plaza, choice) =>
    shop.change(plaza, 'followUser', { userId: at(shop.people, choice.target).id }, 'user { id }', shop.person(choice)),
  unfollowUser: (shop, plaza, choice) =>
    shop.change(plaza, 'unfollowUser', { userId: at(shop.people, choice.target).id }, 'user { id }', shop.person(choice)),
  updateProfile: (shop, plaza, choice) =>
    shop.change(plaza, 'updateProfile', { name: `Name ${choice.value % 6}`, bio: text(choice.value) }, 'user { id }', shop.person(choice)),
  moderate: (shop, plaza, { target, value }) => {
    const content = [...shop.reviews, ...shop.comments, ...shop.questions, ...shop.answers];
    return shop.change(
      plaza,
      'moderateContent',
      { contentId: at(content, target), action: at(['HIDE', 'RESTORE'], value), reason: 'A test of moderation.' },
      'entry { id }',
      shop.moderator,
    );
  },
  moderateUser: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'moderateContent',
      {
        contentId: shop.person(choice).id,
        action: at(['BAN', 'RESTORE', 'RENAME', 'RESTORE'], choice.value),
        reason: 'A test of moderation.',
      },
      'entry { id }',
      shop.moderator,
    ),
  setUserRoles: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'setUserRoles',
      { userId: shop.person(choice).id, roles: choice.value % 2 === 0 ? ['BUYER'] : ['BUYER', 'MERCHANT'], reason: 'A test of roles.' },
      'user { id }',
      shop.admin,
    ),
  async placeOrder(shop, plaza, choice) {
    const { order } = await shop.change(
      plaza,
      'placeOrder',
      { items: [{ productId: at(shop.products, choice.target) }] },
      'order { id }',
      shop.person(choice),
    );
    remember(shop.orders, order);
  },
  updateOrderStatus: async (shop, plaza, { target, value }) =>
    shop.orders.length > 0 &&
    shop.change(
      plaza,
      'updateOrderStatus',
      { orderId: at(shop.orders, target), status: at(['PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'], value) },
      'order { id }',
      shop.merchant,
    ),
  async shareProduct(shop, plaza, choice) {
    const { share } = await shop.change(
      plaza,
      'shareProduct',
      { productId: at(shop.products, choice.target), channel: 'FOLLOWERS', message: text(choice.value) },
      'share { id }',
      shop.person(choice),
    );
    remember(shop.shares, share);
  },
  updatePrivacySettings: (shop, plaza, choice) =>
    shop.change(plaza, 'updatePrivacySettings', { suggestToOthers: choice.value % 2 === 0 }, '__typename', shop.person(choice)),
  async signOut(shop, plaza, choice) {
    const account = shop.person(choice);
    await shop.change(plaza, 'signOut', {}, '__typename', account);
    const { accessToken } = await shop.change(
      plaza,
      'signIn',
      { email: account.email, password: account.password },
      'accessToken',
      account,
    );
    if (accessToken) Object.assign(account, { token: accessToken });
  },
  async eraseMe(shop, plaza, choice) {
    if (choice.value % 5 !== 0) return;
    const place = choice.actor % shop.people.length;
    const fresh = await plaza.account();
    await shop.change(plaza, 'eraseMe', { confirm: true, password: shop.people[place]!.password }, '__typename', shop.people[place]!);
    shop.people[place] = fresh;
  },
  /** As an import or an operator writes: past the API. */
  past: (shop, plaza, { target, value }) =>
    plaza.connection
      .collection('products')
      .updateOne({ _id: storeId(at(shop.products, target)) }, { $set: { title: `Past ${value % 5}` } }),
} satisfies Record<string, Write>;

export type WriteName = keyof typeof writes;

const author = 'author { id handle name }';
const comment = `id body createdAt editedAt replyCount ${author} reactions { reaction count } viewerReaction`;
const answer = `id body ${author} helpfulCount comments(first: 3) { edges { node { ${comment} } } }`;

export interface Question {
  query: string;
  variables: object;
}

type Read = (shop: ChangingShop, choice: Choice) => Question;

/** Documents of what shops show, with and without what is the viewer's own. */
export const reads = {
  page: (shop, { target }) => ({
    query: `query ($id: ID!) { product(id: $id) { id slug title description stock availability price { amountMinor } category { name slug } merchant { name }
      commentCount rating { reviewCount mean weightedMean composite distribution { stars count } }
      reviews(first: 5) { totalCount edges { cursor node { id title body overall helpfulCount verifiedPurchase response { body } ${author} } } }
      comments(first: 5) { totalCount edges { node { ${comment.replace('viewerReaction', '')} replies(first: 2) { edges { node { id body } } } } } }
      similarProducts(first: 2) { edges { node { id title rating { composite } } } } } }`,
    variables: { id: at(shop.products, target) },
  }),
  pageBySlug: (shop, { target, value }) => ({
    query: `query ($slug: String!) { product(slug: $slug) { id title slug reviews(first: 3, sort: HELPFUL) { edges { node { body ${author} } } } } }`,
    variables: { slug: value % 2 === 0 ? at(shop.slugs, target) : `slug-${value % 5}` },
  }),
  personalPage: (shop, { target }) => ({
    query: `query ($id: ID!) { product(id: $id) { title viewerReview { id body } reviews(first: 5) { edges { node { body viewerVote ${author} } } } comments(first: 5) { edges { node { ${comment} } } } } }`,
    variables: { id: at(shop.products, target) },
  }),
  questions: (shop, { target }) => ({
    query: `query ($id: ID!) { product(id: $id) { questions(first: 5) { totalCount edges { node { id body ${author} answers(first: 3) { edges { node { ${answer} } } } acceptedAnswer { id } } } } } }`,
    variables: { id: at(shop.products, target) },
  }),
  user: (shop, { target }) => ({
    query: `query ($handle: String!) { user(handle: $handle) { id name bio viewerFollows viewerBlocks followers(first: 2) { totalCount } reviews(first: 3) { edges { node { body product { title } } } } } }`,
    variables: { handle: at(shop.people, target).handle },
  }),
  products: (shop, { value, target }) => ({
    query: `query ($sort: ProductSort!, $filter: ProductFilter) { products(first: 5, sort: $sort, filter: $filter) { totalCount edges { node { id title stock rating { composite } } } } }`,
    variables: { sort: at(['NEWEST', 'TOP_RATED'], value), filter: value % 3 === 0 ? { categoryId: at(shop.categories, target) } : null },
  }),
  categories: (shop, { target }) => ({
    query: `query ($id: ID!) { categories(first: 5) { edges { node { name children(first: 3) { edges { node { name } } } } } } category(id: $id) { name ancestors { name } products(first: 3) { totalCount edges { node { title } } } } }`,
    variables: { id: at(shop.categories, target) },
  }),
  people: () => ({ query: '{ searchUsers(query: "Name", first: 5) { edges { node { handle name } } } }', variables: {} }),
  node: (shop, { target }) => ({
    query: `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Review { body helpfulCount ${author} product { title } } ... on Comment { body ${author} } ... on Question { body } ... on Answer { body helpfulCount } ... on User { name } ... on Product { title stock } } }`,
    variables: {
      ids: [
        at(shop.reviews, target),
        at(shop.comments, target),
        at(shop.questions, target),
        at(shop.answers, target),
        at(shop.people, target).id,
        at(shop.products, target),
      ],
    },
  }),
  viewer: () => ({
    query:
      '{ viewer { user { name } email blockedUsers(first: 5) { edges { node { handle } } } orders(first: 3) { edges { node { status } } } } }',
    variables: {},
  }),
} satisfies Record<string, Read>;

export type ReadName = keyof typeof reads;
