/**
 * Who may do what: every field of the schema, asked by everybody. The answers are written to docs/access.md, which is
 * committed; a change of who may do what shows as a change of that file, and fails here until it is.
 */
import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { format } from 'prettier';
import { Webhook } from 'standardwebhooks';
import { beforeAll, expect, test } from 'vitest';
import { describedSchema } from '../support/described-schema.js';
import { scopesOf } from '../../src/relay/scopes.js';
import { usePlaza, type Account, type Answer } from '../support/plaza.js';
import { until } from '../support/until.js';

// Several fields are asked for at once.
const plaza = usePlaza({ MAX_OPERATION_COST: '1000000' });

const personas = ['stranger', 'buyer', 'other buyer', 'merchant', 'other merchant', 'moderator', 'admin'] as const;
type Persona = (typeof personas)[number];

let schema: GraphQLSchema;
let accounts: Record<Exclude<Persona, 'stranger'>, Account>;
let target: Account;
let categoryId: string;
let objects: Record<string, string>;
const walked = new Set<string>();

const tokenOf = (persona: Persona): string | undefined => (persona === 'stranger' ? undefined : accounts[persona].token);

async function made(name: string, input: object, selection: string, { token }: Account) {
  const payload = await plaza.mutate(name, input, selection, token);
  if (payload.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

/** Fresh content of the buyer about a fresh product of the merchant. */
const make = {
  product: (input: object = {}) => plaza.product(accounts.merchant, { categoryId, ...input }),
  review: async () =>
    (
      await made(
        'createReview',
        { productId: await make.product(), ratings: { quality: 4, price: 4, service: 4 }, body: 'Good' },
        'review { id }',
        accounts.buyer,
      )
    ).review.id as string,
  comment: async () =>
    (await made('addComment', { subjectId: await make.product(), body: 'Hello' }, 'comment { id }', accounts.buyer)).comment.id as string,
  question: async () =>
    (await made('askQuestion', { productId: await make.product(), body: 'Blue?' }, 'question { id }', accounts.buyer)).question
      .id as string,
  answer: async () =>
    (await made('answerQuestion', { questionId: await make.question(), body: 'Yes' }, 'answer { id }', accounts['other buyer'])).answer
      .id as string,
  share: async () =>
    (await made('shareProduct', { productId: await make.product(), channel: 'LINK' }, 'share { id }', accounts.buyer)).share.id as string,
  order: async () =>
    (await made('placeOrder', { items: [{ productId: await make.product() }] }, 'order { id }', accounts.buyer)).order.id as string,
  referral: async () =>
    (
      await made(
        'referProduct',
        { productId: await make.product(), toUserIds: [accounts.buyer.id] },
        'referrals { id }',
        accounts['other buyer'],
      )
    ).referrals[0].id as string,
  feedback: async () =>
    (
      await made(
        'sendMerchantFeedback',
        { merchantId: accounts.merchant.id, kind: 'NEED', body: 'A lid' },
        'feedback { id }',
        accounts.buyer,
      )
    ).feedback.id as string,
  warnedComment: async () => {
    const contentId = await make.comment();
    await made('moderateContent', { contentId, action: 'WARN', reason: 'x' }, 'entry { createdAt }', accounts.moderator);
    return contentId;
  },
  integration: async () =>
    (await made('createIntegration', { platform: 'GENERIC', source: `s${Math.random()}` }, 'integration { id }', accounts.admin))
      .integration.id as string,
  integrationMessage: async () => {
    const now = new Date();
    const { integration, secret } = await made('createIntegration', { platform: 'GENERIC' }, 'integration { url } secret', accounts.admin);
    const body = JSON.stringify({ type: 'customer.updated', data: { externalId: '1', email: 'no address' } });
    const headers = {
      'webhook-id': 'message-1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('message-1', now, body),
    };
    await fetch(new URL(new URL(integration.url).pathname, plaza.url), { method: 'POST', headers, body });
    await plaza.settle('integrations');
    const query = '{ integrationMessages(first: 1) { edges { node { id } } } }';
    return (await plaza.data(query, {}, accounts.admin.token)).integrationMessages.edges[0].node.id as string;
  },
  webhook: async () =>
    (await made('createWebhook', { url: 'https://shop.example/', events: ['REVIEW_ADDED'] }, 'webhook { id }', accounts.merchant)).webhook
      .id as string,
  session: async () => {
    const token = await anotherSession(accounts.buyer);
    return (await plaza.data('{ viewer { sessions(first: 1) { edges { node { id } } } } }', {}, token)).viewer.sessions.edges[0].node
      .id as string;
  },
  apiKey: async () => (await made('createApiKey', { name: 'Shop', scopes: [] }, 'apiKey { id }', accounts.merchant)).apiKey.id as string,
  impression: async () => {
    const { viewer } = await plaza.data(
      '{ viewer { recommendedProducts(first: 1) { edges { impressionId } } } }',
      {},
      accounts.buyer.token,
    );
    return viewer.recommendedProducts.edges[0].impressionId as string;
  },
};

/** What each mutation is tried with: always on what is the buyer's, or the merchant's where only merchants have it. */
const inputs: Record<string, (persona: Persona) => Promise<object>> = {
  signUp: async () => ({ email: 'not an address', password: 'x', handle: '!', name: '' }),
  signIn: async () => ({ email: 'nobody@example.org', password: 'wrong' }),
  refreshSession: async () => ({ refreshToken: 'none' }),
  signOut: async () => ({}),
  changePassword: async () => ({ currentPassword: 'wrong', newPassword: 'battery staple 42' }),
  requestPasswordReset: async () => ({ email: 'nobody@example.org' }),
  resetPassword: async () => ({ token: 'none', newPassword: 'battery staple 42' }),
  changeEmail: async () => ({ email: 'new@example.org', password: 'wrong' }),
  confirmEmail: async () => ({ token: 'none' }),
  revokeSession: async () => ({ sessionId: await make.session() }),
  updateProfile: async () => ({ bio: 'Hi' }),
  updatePrivacySettings: async () => ({ personalise: true }),
  updateConsent: async () => ({ visitorId: 'visitor-1', tracking: true, personalisation: true, wordingVersion: '1' }),
  eraseMe: async () => ({ confirm: true, password: 'wrong' }),
  createUpload: async () => ({ purpose: 'REVIEW', contentType: 'image/png', byteSize: 100 }),
  createCategory: async () => ({ name: `Category ${Math.random()}` }),
  updateCategory: async () => ({ categoryId: await plaza.category(), name: `Category ${Math.random()}` }),
  deleteCategory: async () => ({ categoryId: await plaza.category() }),
  createProduct: async () => ({ title: 'Pot', categoryId, price: { amountMinor: 1, currency: 'EUR' } }),
  updateProduct: async () => ({ productId: await make.product(), title: 'New' }),
  archiveProduct: async () => ({ productId: await make.product() }),
  unarchiveProduct: async () => ({ productId: await make.product() }),
  trackEvents: async () => ({
    visitorId: 'visitor-1',
    events: [{ eventId: `e${Math.random()}`, kind: 'VIEW', productId: await make.product() }],
  }),
  placeOrder: async () => ({ items: [{ productId: await make.product() }] }),
  updateOrderStatus: async () => ({ orderId: await make.order(), status: 'PAID' }),
  createReview: async () => ({ productId: await make.product(), ratings: { quality: 4, price: 4, service: 4 }, body: 'Good' }),
  updateReview: async () => ({ reviewId: await make.review(), title: 'New' }),
  deleteReview: async () => ({ reviewId: await make.review() }),
  voteReview: async () => ({ reviewId: await make.review(), vote: 'HELPFUL' }),
  respondToReview: async () => ({ reviewId: await make.review(), body: 'Thanks' }),
  addComment: async () => ({ subjectId: await make.product(), body: 'Hello' }),
  editComment: async () => ({ commentId: await make.comment(), body: 'New' }),
  deleteComment: async () => ({ commentId: await make.comment() }),
  reactToComment: async () => ({ commentId: await make.comment(), reaction: 'LIKE' }),
  askQuestion: async () => ({ productId: await make.product(), body: 'Blue?' }),
  deleteQuestion: async () => ({ questionId: await make.question() }),
  answerQuestion: async () => ({ questionId: await make.question(), body: 'Yes' }),
  editAnswer: async () => ({ answerId: await make.answer(), body: 'No' }),
  deleteAnswer: async () => ({ answerId: await make.answer() }),
  acceptAnswer: async () => ({ answerId: await make.answer() }),
  voteAnswer: async () => ({ answerId: await make.answer(), vote: 'HELPFUL' }),
  shareProduct: async () => ({ productId: await make.product(), channel: 'LINK' }),
  deleteShare: async () => ({ shareId: await make.share() }),
  referProduct: async () => ({ productId: await make.product(), toUserIds: [target.id] }),
  respondToReferral: async () => ({ referralId: await make.referral(), response: 'SEEN' }),
  sendMerchantFeedback: async () => ({ merchantId: accounts.merchant.id, kind: 'NEED', body: 'A lid' }),
  answerMerchantFeedback: async () => ({ feedbackId: await make.feedback(), body: 'Soon' }),
  followUser: async () => ({ userId: target.id }),
  unfollowUser: async () => ({ userId: target.id }),
  blockUser: async () => ({ userId: target.id }),
  unblockUser: async () => ({ userId: target.id }),
  markNotificationsRead: async () => ({ notificationIds: [] }),
  updateNotificationPreferences: async () => ({ preferences: [] }),
  subscribeToPush: async () => ({ endpoint: 'https://push.example/1', keys: { p256dh: 'x', auth: 'x' } }),
  unsubscribeFromPush: async () => ({ endpoint: 'https://push.example/1' }),
  reportContent: async () => ({ contentId: await make.comment(), reason: 'SPAM' }),
  moderateContent: async () => ({ contentId: await make.comment(), action: 'WARN', reason: 'x' }),
  appealModeration: async () => ({ contentId: await make.warnedComment(), body: 'Please' }),
  appealBan: async () => ({ email: 'nobody@example.org', password: 'wrong', body: 'Please' }),
  exchangeCustomerToken: async () => ({ token: 'none' }),
  upsertProducts: async () => ({ source: 'shop', products: [{ externalId: `${Math.random()}`, title: 'Pot' }] }),
  upsertCategories: async () => ({ source: 'shop', categories: [{ externalId: `${Math.random()}`, name: `Category ${Math.random()}` }] }),
  upsertUsers: async () => ({ source: 'shop', users: [{ externalId: `${Math.random()}` }] }),
  upsertOrders: async () => ({ source: 'shop', orders: [] }),
  createApiKey: async () => ({ name: 'Shop', scopes: ['catalog:write'] }),
  revokeApiKey: async () => ({ apiKeyId: await make.apiKey() }),
  setUserRoles: async () => ({ userId: target.id, roles: ['BUYER'], reason: 'x' }),
  recordRecommendationFeedback: async () => ({ impressionId: await make.impression(), outcome: 'CLICKED' }),
  trainRecommender: async () => ({ wait: true }),
  createIntegration: async () => ({ platform: 'GENERIC', source: `s${Math.random()}` }),
  rotateIntegrationSecret: async () => ({ integrationId: objects['Integration'] }),
  deleteIntegration: async () => ({ integrationId: await make.integration() }),
  retryIntegrationMessage: async () => ({ messageId: objects['IntegrationMessage'] }),
  createWebhook: async () => ({ url: 'https://shop.example/', events: ['REVIEW_ADDED'] }),
  updateWebhook: async () => ({ webhookId: objects['Webhook'], enabled: true }),
  deleteWebhook: async () => ({ webhookId: await make.webhook() }),
  rotateWebhookSecret: async () => ({ webhookId: objects['Webhook'] }),
  pingWebhook: async () => ({ webhookId: objects['Webhook'] }),
  redeliverWebhook: async () => ({ deliveryId: objects['WebhookDelivery'] }),
  undoDismissal: async () => ({ productId: await make.product() }),
};

beforeAll(async () => {
  schema = await describedSchema();
  const [buyer, otherBuyer, merchant, otherMerchant, moderator, admin] = [
    await plaza.account(),
    await plaza.account(),
    await plaza.account({ merchant: true }),
    await plaza.account({ merchant: true }),
    await plaza.account({ role: 'MODERATOR' }),
    await plaza.account({ role: 'ADMIN' }),
  ];
  accounts = { buyer, 'other buyer': otherBuyer, merchant, 'other merchant': otherMerchant, moderator, admin };
  target = await plaza.account();
  categoryId = await plaza.category();
  await made('followUser', { userId: otherBuyer.id }, 'user { id }', buyer);
  await made('shareProduct', { productId: await make.product(), channel: 'FOLLOWERS' }, 'share { id }', otherBuyer);
  const [answer, referral] = [await make.answer(), await make.referral()];
  const contentId = await make.warnedComment();
  const { appeal } = await made('appealModeration', { contentId, body: 'Please' }, 'appeal { id }', buyer);
  const own = async () =>
    (
      await plaza.data(
        '{ viewer { notifications(first: 1) { edges { node { id } } } feed(first: 1) { edges { node { id } } } privacySettings { id } consent { id } } }',
        {},
        buyer.token,
      )
    ).viewer;
  let viewer = await own();
  while (viewer.feed.edges.length === 0) viewer = await own();
  const reportedId = await make.comment();
  await made('reportContent', { contentId: reportedId, reason: 'SPAM' }, 'reported', otherBuyer);
  await made('updateReview', { reviewId: await make.review(), title: 'New' }, 'review { id }', buyer);
  await plaza.data('{ exportMyData }', {}, buyer.token);
  const edited = await plaza.data(
    '{ viewer { moderationDecisions(first: 1) { edges { node { id } } } dataAccesses(first: 1) { edges { node { id } } } user { reviews(first: 1) { edges { node { revisions { edges { node { id } } } } } } } } }',
    {},
    buyer.token,
  );
  await plaza.app.verbs.importRuns.begin({ source: 'shop', format: 'csv', file: 'shop.csv' });
  const imported = await plaza.data('{ imports(first: 1) { edges { node { id } } } }', {}, admin.token);
  const staff = await plaza.data(
    '{ auditTrail(first: 1) { edges { node { id } } } moderationQueue { edges { node { id reports(first: 1) { edges { node { id } } } } } } }',
    {},
    moderator.token,
  );
  const reported = staff.moderationQueue.edges.find(
    ({ node }: { node: { reports: { edges: unknown[] } } }) => node.reports.edges.length > 0,
  ).node;
  const { product: scored } = await plaza.data('query ($id: ID!) { product(id: $id) { rating { id } } }', { id: await make.product() });
  await plaza.deliver(buyer, merchant, await make.product());
  const { reviewInvitations } = await plaza.data('{ reviewInvitations(first: 1) { edges { node { id } } } }', {}, merchant.token);
  const webhookId = await make.webhook();
  const { delivery } = await made('pingWebhook', { webhookId }, 'delivery { id }', merchant);
  // Nobody answers there; what is known of a webhook that fails is asked for too.
  const failing = 'query ($id: ID!) { node(id: $id) { ... on Webhook { failingSince } } }';
  await until(async () => (await plaza.data(failing, { id: webhookId }, merchant.token)).node.failingSince !== null);
  objects = {
    ReviewInvitation: reviewInvitations.edges[0].node.id,
    Integration: await make.integration(),
    IntegrationMessage: await make.integrationMessage(),
    Webhook: webhookId,
    WebhookDelivery: delivery.id,
    ProductRating: scored.rating.id,
    ReviewRevision: edited.viewer.user.reviews.edges[0].node.revisions.edges[0].node.id,
    ModerationDecision: edited.viewer.moderationDecisions.edges[0].node.id,
    ImportRun: imported.imports.edges[0].node.id,
    DataAccess: edited.viewer.dataAccesses.edges[0].node.id,
    AuditEntry: staff.auditTrail.edges[0].node.id,
    ModerationCase: reported.id,
    ContentReport: reported.reports.edges[0].node.id,
    Product: await make.product(),
    Category: categoryId,
    User: buyer.id,
    Review: await make.review(),
    Comment: contentId,
    Question: await make.question(),
    Answer: answer,
    Share: await make.share(),
    Session: await make.session(),
    Order: await make.order(),
    ApiKey: await make.apiKey(),
    Referral: referral,
    MerchantFeedback: await make.feedback(),
    Appeal: appeal.id,
    Notification: viewer.notifications.edges[0].node.id,
    FeedItem: viewer.feed.edges[0].node.id,
    PrivacySettings: viewer.privacySettings.id,
    Consent: viewer.consent.id,
  };
  await plaza.app.verbs.recommendations.train();
  await plaza.connection.asPromise();
});

/** Values for the arguments that a field must have. */
function argumentsOf(field: GraphQLField<unknown, unknown>): string {
  const values: Record<string, string> = {
    id: `"${objects[field.name[0]!.toUpperCase() + field.name.slice(1)] ?? objects['Product']}"`,
    ids: `["${objects['Product']}"]`,
    productId: `"${objects['Product']}"`,
    subjectId: `"${objects['Product']}"`,
    questionId: `"${objects['Question']}"`,
    handle: `"${accounts.buyer.handle}"`,
    query: '""',
    text: '"blue"',
    userId: JSON.stringify(accounts.buyer.id),
    type: 'PRODUCT',
    source: '"shop"',
    externalIds: '["1"]',
  };
  const required = field.args.filter(
    (one) => isRequiredArgument(one) || (['product', 'category', 'user', 'order'].includes(field.name) && one.name === 'id'),
  );
  if (required.length === 0) return '';
  return `(${required.map(({ name }) => `${name}: ${values[name]}`).join(', ')})`;
}

/** Every field of what is no object of its own, a few levels down; of objects of their own, the name of the type. */
function selectionOf(output: GraphQLOutputType, levels = 6): string {
  const type = getNamedType(output);
  if (!isCompositeType(type)) return '';
  const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
  if (isNode || isUnionType(type) || isInterfaceType(type) || levels === 0) return '{ __typename }';
  const fields = Object.values(type.getFields()).map((field) => {
    walked.add(`${type.name}.${field.name}`);
    return `${field.name}${argumentsOf(field)} ${selectionOf(field.type, levels - 1)}`;
  });
  return `{ ${fields.join(' ')} }`;
}

function outcomeOf({ data, errors }: Answer, path: string[]): string {
  if (errors) return [...new Set(errors.map(({ extensions }) => extensions.code))].sort().join(' ');
  const value = path.reduce((at, step) => (Array.isArray(at) ? at[0] : at)?.[step], data);
  if (value === null || value === undefined) return 'null';
  const broken = (value as { userErrors?: { code: string }[] }).userErrors ?? [];
  if (broken.length > 0) return [...new Set(broken.map(({ code }) => code))].sort().join(' ');
  return 'yes';
}

type Row = [name: string, ...outcomes: string[]];

async function rowOf(name: string, ask: (persona: Persona) => Promise<string>): Promise<Row> {
  const outcomes: string[] = [];
  for (const persona of personas) outcomes.push(await ask(persona));
  return [name, ...outcomes];
}

/**
 * @param select a field with its selection where it is to be asked for
 * @param nested whether the field is within another one there
 * @param atOnce fields of one document; one where an error takes the fields beside it away
 */
async function queryRows(type: GraphQLObjectType, select: (field: string) => string, { nested = true, atOnce = 1 } = {}): Promise<Row[]> {
  const fields = Object.values(type.getFields());
  const rows: Row[] = [];
  for (let from = 0; from < fields.length; from += atOnce) {
    const some = fields.slice(from, from + atOnce);
    const selections = some.map((field, at) => `f${at}: ${select(`${field.name}${argumentsOf(field)} ${selectionOf(field.type)}`)}`);
    const answers: Answer[] = [];
    for (const persona of personas) answers.push(await plaza.query(`{ ${selections.join(' ')} }`, {}, tokenOf(persona)));
    for (const [at, { name }] of some.entries()) {
      walked.add(`${type.name}.${name}`);
      const places = nested ? [`f${at}`, name] : [`f${at}`];
      rows.push([`${type.name}.${name}`, ...answers.map((answer) => outcomeOf(partOf(answer, `f${at}`), places))]);
    }
  }
  return rows;
}

/** What an answer says of one of the fields that were asked for together. */
function partOf({ errors, ...answer }: Answer, alias: string): Answer {
  const own = errors?.filter(({ path }) => !path || path[0] === alias) ?? [];
  return { ...answer, errors: own.length > 0 ? own : undefined };
}

async function mutationRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const field of Object.values(schema.getMutationType()!.getFields())) {
    const inputOf = inputs[field.name];
    if (!inputOf) throw new Error(`Say with which input ${field.name} is tried.`);
    walked.add(`Mutation.${field.name}`);
    const inputType = String(field.args[0]!.type);
    const query = `mutation ($input: ${inputType}) { ${field.name}(input: $input) ${selectionOf(field.type)} }`;
    rows.push(
      await rowOf(`Mutation.${field.name}`, async (persona) => {
        const token = field.name === 'signOut' && persona !== 'stranger' ? await anotherSession(accounts[persona]) : tokenOf(persona);
        return outcomeOf(await plaza.query(query, { input: await inputOf(persona) }, token), [field.name]);
      }),
    );
  }
  return rows;
}

async function anotherSession({ email, password }: Account): Promise<string> {
  return (await plaza.mutate('signIn', { email, password }, 'accessToken')).accessToken;
}

/** A subscription that is let in waits for events; one that is not, answers at once. */
async function subscriptionRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const field of Object.values(schema.getSubscriptionType()!.getFields())) {
    walked.add(`Subscription.${field.name}`);
    const query = `subscription { ${field.name}${argumentsOf(field)} ${selectionOf(field.type)} }`;
    rows.push(
      await rowOf(`Subscription.${field.name}`, async (persona) => {
        const events = await plaza.subscribe(query, {}, tokenOf(persona));
        const refusal = () =>
          events.next().then(
            ({ errors }) => errors[0].extensions.code as string,
            (errors: { extensions: { code: string } }[]) => errors[0]!.extensions.code,
          );
        const outcome = events.admitted ? 'yes' : await refusal();
        events.stop();
        return outcome;
      }),
    );
  }
  return rows;
}

function tableOf(title: string, rows: Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', line(['field', ...personas]), line(['---', ...personas.map(() => '---')]), ...rows.map(line)].join('\n');
}

/** What API keys may do beyond what strangers may: each field that names scopes. Who they act for must have the role. */
function apiKeyTable(): string {
  const rows = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => [
        `${type.name}.${field.name}`,
        scopesOf(field)
          .map((scope) => `\`${scope}\``)
          .join(' or '),
      ]),
    )
    .filter(([, scopes]) => scopes !== '');
  const intro =
    'A key reads what strangers read. Of what needs an account, or changes something, it may do what is listed here with one of the scopes, where its owner may; everything else is FORBIDDEN.';
  return ['## API keys', '', intro, '', '| field | scope |', '| --- | --- |', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join(
    '\n',
  );
}

test('everybody may do what docs/access.md says, and nothing else', async () => {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const nodes = types.filter((type) => type.name !== 'Viewer' && type.getInterfaces().some(({ name }) => name === 'Node'));
  const missing = nodes.filter(({ name }) => !objects[name]).map(({ name }) => name);
  expect(missing).toEqual([]);
  const viewer = schema.getType('Viewer') as GraphQLObjectType;
  const sections = [
    tableOf('Queries', await queryRows(schema.getQueryType()!, (field) => field, { nested: false })),
    tableOf('Mutations', await mutationRows()),
    tableOf('Subscriptions', await subscriptionRows()),
    apiKeyTable(),
    tableOf('The viewer', await queryRows(viewer, (field) => `viewer { ${field} }`)),
  ];
  for (const type of nodes.sort((a, b) => a.name.localeCompare(b.name))) {
    const node = `node(id: "${objects[type.name]}")`;
    sections.push(tableOf(type.name, await queryRows(type, (field) => `${node} { ... on ${type.name} { ${field} } }`, { atOnce: 10 })));
  }
  const intro = `# Who may do what

Every field of the schema, asked by everybody, as the tests find it. The objects are the buyer’s, or about a product of the merchant; the answer is another buyer’s, the referral is from another buyer to the buyer. _yes_: there is an answer. _null_: there is nothing to see, for this one at least. Anything else is the code of the refusal.`;
  const written = await format([intro, ...sections].join('\n\n'), { parser: 'markdown', printWidth: 140 });
  await expect(written).toMatchFileSnapshot('../../docs/access.md');

  const internal = (name: string): boolean => name.startsWith('__');
  const all = types
    .filter(({ name }) => !internal(name))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
  expect(all.filter((name) => !walked.has(name))).toEqual([]);
});

test('lists and required values stay what they are for whoever may see them', () => {
  const viewer = schema.getType('Viewer') as GraphQLObjectType;
  // A refusal to a stranger must not take the rest of the viewer with it.
  const guarded = Object.values(viewer.getFields()).filter(({ name }) => !['id', 'recommendedProducts'].includes(name));
  expect(guarded.filter(({ type }) => isNonNullType(type) || isListType(type)).map(({ name, type }) => `${name}: ${String(type)}`)).toEqual(
    guarded.filter(({ type }) => isListType(type) && !isNonNullType(type)).map(({ name, type }) => `${name}: ${String(type)}`),
  );
});
