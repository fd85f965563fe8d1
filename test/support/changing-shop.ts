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

/** The shop system that names things by its own IDs. */
const source = 'erp';
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
  referrals: string[] = [];
  feedback: string[] = [];
  keys: string[] = [];
  webhooks: string[] = [];
  integrations: string[] = [];
  /** What moderators have hidden. */
  hidden: string[] = [];
  /** The mutations that changed something. */
  readonly accepted = new Set<string>();
  readonly recipients = new Map<string, Account>();
  private readonly authors = new Map<string, Account>();

  static async open(plaza: Plaza, categories = ['Tea', 'Coffee']): Promise<ChangingShop> {
    const shop = new ChangingShop();
    shop.merchant = await plaza.account({ merchant: true });
    shop.moderator = await plaza.account({ role: 'MODERATOR' });
    shop.admin = await plaza.account({ role: 'ADMIN' });
    for (let number = 0; number < 4; number++) shop.people.push(await plaza.account());
    for (const name of categories) {
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

  /** What may be reported and moderated. */
  get content(): string[] {
    return [...this.reviews, ...this.comments, ...this.questions, ...this.answers];
  }

  /** Products and their addresses have the same places. */
  sell(product: { id: string; slug: string } | null | undefined): void {
    remember(this.products, product);
    remember(this.slugs, product && { id: product.slug });
  }

  /** Mostly whoever wrote it, since others are refused. */
  authorOf(id: string, choice: Choice): Account {
    const author = this.authors.get(id);
    return author && this.people.includes(author) && choice.value % 4 > 0 ? author : this.person(choice);
  }

  person(choice: Choice): Account {
    return at(this.people, choice.actor);
  }

  /** What is refused changes nothing, which is a history too. */
  async change(plaza: Plaza, name: string, input: object, selection: string, by: Account | null): Promise<Json> {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code } } }`;
    const { data, errors } = await plaza.query(query, { input }, by?.token);
    if (data?.[name]?.userErrors.length === 0) this.accepted.add(name);
    for (const made of Object.values<Json>(data?.[name] ?? {}))
      if (made?.id && by && !this.authors.has(made.id)) this.authors.set(made.id, by);
    const code = errors?.[0]?.extensions.code;
    if (code !== undefined && !['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'].includes(code)) throw new Error(JSON.stringify(errors));
    return data?.[name] ?? {};
  }
}

function remember(list: string[], made: { id: string } | null | undefined): void {
  if (made) list.push(made.id);
  if (list.length > 12) list.splice(1, 1);
}

type Lists = 'orders' | 'shares' | 'referrals' | 'feedback' | 'keys' | 'webhooks' | 'integrations' | 'hidden';

/** A write about one of what there may be none of yet. */
function aboutOne(list: Lists, write: (shop: ChangingShop, plaza: Plaza, id: string, choice: Choice) => Promise<unknown>): Write {
  return async (shop, plaza, choice) => shop[list].length > 0 && write(shop, plaza, at(shop[list], choice.target), choice);
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
    shop.sell(product);
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
      shop.authorOf(at(shop.reviews, choice.target), choice),
    ),
  deleteReview: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'deleteReview',
      { reviewId: at(shop.reviews, choice.target) },
      'deletedReviewId',
      shop.authorOf(at(shop.reviews, choice.target), choice),
    ),
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
      shop.authorOf(at(shop.comments, choice.target), choice),
    ),
  deleteComment: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'deleteComment',
      { commentId: at(shop.comments, choice.target) },
      'comment { id }',
      shop.authorOf(at(shop.comments, choice.target), choice),
    ),
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
    shop.change(
      plaza,
      'deleteAnswer',
      { answerId: at(shop.answers, choice.target) },
      'deletedAnswerId',
      shop.authorOf(at(shop.answers, choice.target), choice),
    ),
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
  async moderate(shop, plaza, { target, value }) {
    const contentId = at(shop.content, target);
    const action = at(['HIDE', 'RESTORE'], value);
    const input = { contentId, action, reason: 'A test of moderation.' };
    const { entry } = await shop.change(plaza, 'moderateContent', input, 'entry { id }', shop.moderator);
    if (action === 'HIDE' && entry) remember(shop.hidden, { id: contentId });
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
  updateOrderStatus: aboutOne('orders', (shop, plaza, id, { value }) =>
    shop.change(
      plaza,
      'updateOrderStatus',
      { orderId: id, status: at(['PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'], value) },
      'order { id }',
      shop.merchant,
    ),
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
    const { accessToken } = await shop.change(plaza, 'signIn', { email: account.email, password: account.password }, 'accessToken', null);
    if (accessToken) Object.assign(account, { token: accessToken });
  },
  async eraseMe(shop, plaza, choice) {
    if (choice.value % 5 !== 0) return;
    const place = choice.actor % shop.people.length;
    const fresh = await plaza.account();
    await shop.change(plaza, 'eraseMe', { confirm: true, password: shop.people[place]!.password }, '__typename', shop.people[place]!);
    shop.people[place] = fresh;
  },
  async deleteCategory(shop, plaza, { target, value }) {
    const input = { name: `Empty ${value % 5}`, parentId: at(shop.categories, target) };
    const { category } = await shop.change(plaza, 'createCategory', input, 'category { id }', shop.admin);
    if (value % 2 === 0 && category)
      await shop.change(plaza, 'deleteCategory', { categoryId: category.id }, 'deletedCategoryId', shop.admin);
  },
  upsertCategories: (shop, plaza, { target, value }) =>
    shop.change(
      plaza,
      'upsertCategories',
      { source, categories: [{ externalId: `category-${target % 2}`, name: `Imported ${value % 5}` }] },
      'results { category { id } }',
      shop.admin,
    ),
  async upsertProducts(shop, plaza, { target, value }) {
    await writes.upsertCategories(shop, plaza, { actor: 0, target, value });
    const product = {
      externalId: `product-${target % 3}`,
      categoryExternalId: `category-${target % 2}`,
      title: `Imported ${value % 9}`,
      price: { amountMinor: 100 + value, currency: 'EUR' },
      stock: value % 4,
      archived: value % 5 === 0,
    };
    const { results } = await shop.change(
      plaza,
      'upsertProducts',
      { source, merchantId: shop.merchant.id, products: [product] },
      'results { product { id slug } }',
      shop.admin,
    );
    const made = results?.[0]?.product;
    if (made && !shop.products.includes(made.id)) shop.sell(made);
  },
  upsertUsers: (shop, plaza, { target, value }) =>
    shop.change(
      plaza,
      'upsertUsers',
      { source, users: [{ externalId: `user-${target % 3}`, name: `Name ${value % 6}`, email: `user-${target % 3}@shop.example` }] },
      'results { user { id } }',
      shop.admin,
    ),
  async upsertOrders(shop, plaza, { actor, target, value }) {
    await writes.upsertProducts(shop, plaza, { actor, target, value: 1 });
    await writes.upsertUsers(shop, plaza, { actor, target: actor, value });
    const order = {
      externalId: `order-${value % 4}`,
      customerExternalId: `user-${actor % 3}`,
      items: [{ productExternalId: `product-${target % 3}`, quantity: 1 + (value % 2) }],
      status: at(['PLACED', 'PAID', 'DELIVERED', 'CANCELLED'], value),
    };
    return shop.change(plaza, 'upsertOrders', { source, silent: true, orders: [order] }, 'results { order { id } }', shop.admin);
  },
  editAnswer: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'editAnswer',
      { answerId: at(shop.answers, choice.target), body: text(choice.value) },
      'answer { id }',
      shop.authorOf(at(shop.answers, choice.target), choice),
    ),
  /** One without an answer, where it is to be deleted by its author. */
  async deleteQuestion(shop, plaza, choice) {
    const { question } = await shop.change(
      plaza,
      'askQuestion',
      { productId: at(shop.products, choice.target), body: `Is it ${choice.value} years old?` },
      'question { id }',
      shop.person(choice),
    );
    if (!question) return;
    const author = choice.value % 4 === 0 ? at(shop.people, choice.target) : shop.person(choice);
    await shop.change(plaza, 'deleteQuestion', { questionId: question.id }, 'deletedQuestionId', author);
  },
  deleteShare: aboutOne('shares', (shop, plaza, id, choice) =>
    shop.change(plaza, 'deleteShare', { shareId: id }, 'deletedShareId', shop.authorOf(id, choice)),
  ),
  commentOnShare: aboutOne('shares', async (shop, plaza, id, choice) => {
    const input = { subjectId: id, body: text(choice.value) };
    const { comment } = await shop.change(plaza, 'addComment', input, 'comment { id }', shop.person(choice));
    remember(shop.comments, comment);
  }),
  reportContent(shop, plaza, choice) {
    const input = { contentId: at(shop.content, choice.target), reason: at(['SPAM', 'ABUSE'], choice.value), note: text(choice.value) };
    return shop.change(plaza, 'reportContent', input, '__typename', shop.person(choice));
  },
  appealModeration: aboutOne('hidden', (shop, plaza, id, choice) =>
    shop.change(plaza, 'appealModeration', { contentId: id, body: text(choice.value) }, '__typename', shop.authorOf(id, choice)),
  ),
  async referProduct(shop, plaza, choice) {
    const { referrals } = await shop.change(
      plaza,
      'referProduct',
      { productId: at(shop.products, choice.target), toUserIds: [at(shop.people, choice.value).id], message: text(choice.value) },
      'referrals { id }',
      shop.person(choice),
    );
    remember(shop.referrals, referrals?.[0]);
    if (referrals) shop.recipients.set(referrals[0].id, at(shop.people, choice.value));
  },
  respondToReferral: aboutOne('referrals', (shop, plaza, id, choice) =>
    shop.change(
      plaza,
      'respondToReferral',
      { referralId: id, response: at(['SEEN', 'OPENED', 'DISMISSED'], choice.value) },
      'referral { id }',
      shop.recipients.get(id)!,
    ),
  ),
  undoDismissal: (shop, plaza, choice) =>
    shop.change(plaza, 'undoDismissal', { productId: at(shop.products, choice.target) }, '__typename', shop.person(choice)),
  async sendMerchantFeedback(shop, plaza, choice) {
    const { feedback } = await shop.change(
      plaza,
      'sendMerchantFeedback',
      {
        merchantId: shop.merchant.id,
        productId: at(shop.products, choice.target),
        kind: at(['NEED', 'PRAISE', 'COMPLAINT'], choice.value),
        body: text(choice.value),
      },
      'feedback { id }',
      shop.person(choice),
    );
    remember(shop.feedback, feedback);
  },
  answerMerchantFeedback: aboutOne('feedback', (shop, plaza, id, { value }) =>
    shop.change(plaza, 'answerMerchantFeedback', { feedbackId: id, body: text(value) }, 'feedback { id }', shop.merchant),
  ),
  markNotificationsRead: (shop, plaza, choice) =>
    shop.change(plaza, 'markNotificationsRead', { notificationIds: null }, '__typename', shop.person(choice)),
  updateNotificationPreferences: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'updateNotificationPreferences',
      {
        emailDigest: at(['DAILY', 'NEVER'], choice.value),
        preferences: [{ kind: at(['COMMENTED', 'FOLLOWED'], choice.target), enabled: choice.value % 2 === 0 }],
      },
      '__typename',
      shop.person(choice),
    ),
  updateConsent: (shop, plaza, choice) =>
    shop.change(
      plaza,
      'updateConsent',
      { tracking: choice.value % 2 === 0, personalisation: choice.target % 2 === 0, wordingVersion: '1' },
      '__typename',
      shop.person(choice),
    ),
  async createApiKey(shop, plaza, { value }) {
    const input = { name: `Key ${value % 5}`, scopes: ['catalog:read'] };
    const { apiKey } = await shop.change(plaza, 'createApiKey', input, 'apiKey { id }', shop.merchant);
    remember(shop.keys, apiKey);
  },
  revokeApiKey: aboutOne('keys', (shop, plaza, id) => shop.change(plaza, 'revokeApiKey', { apiKeyId: id }, 'apiKey { id }', shop.merchant)),
  async createWebhook(shop, plaza, { value }) {
    const input = { url: `https://hooks.example/${value % 5}`, events: ['INVITATION_SENT'] };
    const { webhook } = await shop.change(plaza, 'createWebhook', input, 'webhook { id }', shop.merchant);
    remember(shop.webhooks, webhook);
  },
  updateWebhook: aboutOne('webhooks', (shop, plaza, id, { value }) =>
    shop.change(plaza, 'updateWebhook', { webhookId: id, enabled: value % 2 === 0 }, 'webhook { id }', shop.merchant),
  ),
  deleteWebhook: aboutOne('webhooks', (shop, plaza, id) =>
    shop.change(plaza, 'deleteWebhook', { webhookId: id }, 'deletedWebhookId', shop.merchant),
  ),
  async createIntegration(shop, plaza, { value }) {
    const { integration } = await shop.change(
      plaza,
      'createIntegration',
      { platform: 'GENERIC', source: `system-${value % 5}`, currency: 'EUR', fulfilledIsDelivered: true, merchantId: shop.merchant.id },
      'integration { id }',
      shop.admin,
    );
    remember(shop.integrations, integration);
  },
  deleteIntegration: aboutOne('integrations', (shop, plaza, id) =>
    shop.change(plaza, 'deleteIntegration', { integrationId: id }, 'deletedIntegrationId', shop.admin),
  ),
  async trainRecommender(shop, plaza, { value }) {
    if (value % 5 === 0) await shop.change(plaza, 'trainRecommender', { action: 'START', wait: true }, '__typename', shop.admin);
  },
  changePassword(shop, plaza, choice) {
    const account = shop.person(choice);
    const input = { currentPassword: account.password, newPassword: account.password };
    return shop.change(plaza, 'changePassword', input, '__typename', account);
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
  /** Who alone may ask. */
  by?: Account;
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
  shelf: () => ({
    query: `{ products(first: 5) { edges { node { title reviews(first: 2) { totalCount edges { node { body ${author} } } }
      comments(first: 2) { totalCount edges { node { body replies(first: 1) { totalCount edges { node { body } } } } } }
      questions(first: 2) { totalCount edges { node { body answers(first: 2) { totalCount edges { node { body } } } } } } } } } }`,
    variables: {},
  }),
  counts: (shop, { target, value }) => ({
    query: `query ($id: ID!, $handle: String!, $comment: ID!, $question: ID!) {
      product(id: $id) { reviews(first: 0) { totalCount } comments(first: 0) { totalCount } questions(first: 0) { totalCount } }
      user(handle: $handle) { followers(first: 0) { totalCount } following(first: 0) { totalCount } reviews(first: 0) { totalCount } }
      comment: node(id: $comment) { ... on Comment { replies(first: 0) { totalCount } } }
      question: node(id: $question) { ... on Question { answers(first: 0) { totalCount } } } }`,
    variables: {
      id: at(shop.products, target),
      handle: at(shop.people, value).handle,
      comment: at(shop.comments, target),
      question: at(shop.questions, target),
    },
  }),
  external: (_shop, { target }) => ({
    query: `query ($source: String!, $product: String!, $category: String!) { product(source: $source, externalId: $product) { id title stock category { name } archivedAt }
      category(source: $source, externalId: $category) { name products(first: 3) { totalCount edges { node { title } } } }
      nodesByExternalId(source: $source, type: PRODUCT, externalIds: ["product-0", "product-1"]) { ... on Product { title price { amountMinor } } } }`,
    variables: { source, product: `product-${target % 3}`, category: `category-${target % 2}` },
  }),
  discussion: (shop, { target }) => ({
    query: `query ($id: ID!) { node(id: $id) { ... on Review { commentCount comments(first: 3) { edges { node { ${comment} mentions { handle } parent { id } } } } revisions(first: 3) { totalCount } viewerCanEdit { allowed } } } }`,
    variables: { id: at(shop.reviews, target) },
  }),
  share: (shop, { target }) => ({
    query: `query ($id: ID!) { node(id: $id) { ... on Share { message ${author} product { title } commentCount comments(first: 3) { edges { node { ${comment} } } } } } }`,
    variables: { id: shop.shares.length > 0 ? at(shop.shares, target) : at(shop.products, target) },
  }),
  following: () => ({
    query: `{ viewer { feed(first: 5) { edges { node { ${'actor { name }'} } } } shares(first: 3) { edges { node { message commentCount } } } user { following(first: 5) { edges { node { name } } } } } }`,
    variables: {},
  }),
  notifications: () => ({
    query:
      '{ viewer { unreadNotificationCount notifications(first: 5) { edges { node { kind actorCount actors { name } readAt } } } notificationPreferences { kind enabled } emailDigest } }',
    variables: {},
  }),
  advice: () => ({
    query:
      '{ viewer { referrals(first: 5) { edges { node { message status sender { name } product { title } } } } sentReferrals(first: 5) { edges { node { status recipient { name } } } } sentFeedback(first: 5) { edges { node { body answer merchant { name } } } } consent { tracking personalisation } privacySettings { suggestToOthers } moderationDecisions(first: 3) { edges { node { __typename } } } } }',
    variables: {},
  }),
  merchantOffice: (shop) => ({
    query: `{ merchantFeedback(first: 5) { edges { node { body answer sender { name } } } }
      merchantFeedbackSummary { byKind { kind count } byProduct(first: 3) { edges { node { product { title } } } } }
      apiKeys(first: 3) { edges { node { name revokedAt } } } webhooks(first: 3) { edges { node { url enabled } } }
      viewer { sales(first: 3) { edges { node { status buyer { name } totalPrice { amountMinor } } } } archivedProducts(first: 3) { edges { node { title } } } } }`,
    variables: {},
    by: shop.merchant,
  }),
  moderatorOffice: (shop) => ({
    query: '{ moderationQueue(first: 5) { edges { node { held author { name } reasons { reason count } content { __typename } } } } }',
    variables: {},
    by: shop.moderator,
  }),
  auditTrail: (shop) => ({
    query:
      '{ integrations(first: 3) { edges { node { platform source } } } auditTrail(first: 3) { edges { node { action reason moderator { name } user { name roles } rolesAfter } } } }',
    variables: {},
    by: shop.admin,
  }),
} satisfies Record<string, Read>;

export type ReadName = keyof typeof reads;
