/** The composition root: the only place where parts are wired to each other. */
import type { GraphQLSchema } from 'graphql';
import type { FastifyBaseLogger } from 'fastify';
import { createConnection } from 'mongoose';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Config } from './config.js';
import { DataKeys } from './data-keys.js';
import { demoAccounts } from './demo/accounts.js';
import { RequestError, RulesBroken } from './errors.js';
import { exportedReviews } from './export/exported-reviews.js';
import { FeedFile } from './export/feed-file.js';
import { googleFeed } from './export/google-feed.js';
import type { CompiledOperations } from './graphql/compiled-operations.js';
import { guardInput } from './graphql/input-guard.js';
import { noteBrokenRules } from './graphql/operation-log.js';
import { traceRootFields } from './graphql/operation-spans.js';
import { limitPasswordAttempts, PasswordAttempts } from './graphql/password-attempts.js';
import { RateLimits } from './graphql/rate-limits.js';
import { assembleSchema } from './graphql/schema.js';
import { LiveStreams } from './graphql/streams.js';
import { withPort } from './http/port.js';
import type { ReviewPageOptions } from './http/review-page.js';
import type { HttpServer } from './http/server.js';
import type { Logger } from './log.js';
import { folderTransport, Outbox, smtpTransport, type MailTransport } from './mail/index.js';
import { languageOf, translate } from './messages/index.js';
import { releaseMigrations } from './migrations/index.js';
import { accessLogModule } from './modules/access-log/index.js';
import { apiKeyModule, isApiKeySecret, type ApiKeyVerbs } from './modules/api-key/index.js';
import { behaviourModule } from './modules/behaviour/index.js';
import { catalogModule } from './modules/catalog/index.js';
import { commentModule } from './modules/comment/index.js';
import { customerModule } from './modules/customer/index.js';
import { DomainEventBus } from './modules/domain-events.js';
import { feedModule } from './modules/feed/index.js';
import { feedbackModule } from './modules/feedback/index.js';
import { imageModule } from './modules/image/index.js';
import { importRunModule } from './modules/import-run/index.js';
import { integrationModule } from './modules/integration/index.js';
import { invitationModule } from './modules/invitation/index.js';
import { moderationModule } from './modules/moderation/index.js';
import type { Foundation, Module } from './modules/module.js';
import { notificationModule } from './modules/notification/index.js';
import type { Collections } from './modules/personal-data.js';
import { orderModule } from './modules/order/index.js';
import { privacyModule } from './modules/privacy/index.js';
import { questionModule } from './modules/question/index.js';
import { recommendationModule } from './modules/recommendation/index.js';
import { referralModule } from './modules/referral/index.js';
import { fraudModule } from './modules/fraud/index.js';
import { reviewModule } from './modules/review/index.js';
import { screeningModule } from './modules/screening/index.js';
import { shareModule } from './modules/share/index.js';
import { similarityModule } from './modules/similarity/index.js';
import { suggestionModule } from './modules/suggestion/index.js';
import { socialGraphModule } from './modules/social-graph/index.js';
import { userModule, type UserVerbs } from './modules/user/index.js';
import { webhookModule, type ProductOf, type ReadPayload } from './modules/webhook/index.js';
import { watchStore } from './observability/store-metrics.js';
import { traceStore } from './observability/store-spans.js';
import { startTelemetry, type Telemetry } from './observability/telemetry.js';
import type { Member } from './processes/member.js';
import { HiddenAuthors, Realtime } from './realtime/index.js';
import { noStreams, RequestContext, type SignedIn } from './relay/context.js';
import { toGlobalId } from './relay/global-id.js';
import { NodeFinders } from './relay/node.js';
import { resealing } from './resealing.js';
import { openStore, type Store } from './store/connection.js';
import { newsOf, StoreCache } from './store/cache/index.js';
import { Database } from './store/database.js';
import { IdempotencyKeys } from './store/idempotency.js';
import { Migrations } from './store/migrations.js';
import { registerWorkers, Worker } from './workers/index.js';

/** The features, wired to each other. */
export type Features = ReturnType<typeof buildFeatures>;

/** Every feature of the shop, in order: what is listed later may use what is listed before. */
function buildFeatures(foundation: Foundation, config: Config) {
  const { retention } = config;
  const image = imageModule(foundation, { ...config, ...config.images });
  const images = image.verbs;
  const user = userModule(foundation, { images }, { ...config, accountUrlOf: accountUrlOf(config) });
  const users = user.verbs;
  const accessLog = accessLogModule(foundation, { users }, { retention: retention.accessLog });
  const importRun = importRunModule(foundation, { retention: retention.imports });
  const socialGraph = socialGraphModule(foundation, { users });
  const screening = screeningModule(
    foundation,
    { users },
    { ...config, ownHosts: ownHostsOf(config), retention: retention.screening, decisionRetention: retention.reports },
  );
  const catalog = catalogModule(foundation, { images, screening: screening.verbs, socialGraph: socialGraph.verbs, users }, config);
  const behaviour = behaviourModule(
    foundation,
    { users, catalog: catalog.verbs },
    {
      consentRequired: config.consentRequired,
      eventRetention: retention.behaviour,
      consentRetention: retention.consents,
      visitorConsentLifetime: retention.visitorConsents,
    },
  );
  const notification = notificationModule(
    foundation,
    { users, socialGraph: socialGraph.verbs },
    {
      ...config,
      retention: retention.notifications,
      repeatWindow: retention.notificationRepeats,
      allowPrivate: config.webhooks.allowPrivate,
      timeZone: config.invitations.quietHours.timeZone,
      productUrlOf: productUrlOf(config),
    },
  );
  const feed = feedModule(foundation, { users, socialGraph: socialGraph.verbs }, { retention: retention.feed });
  const shared = {
    images,
    users,
    catalog: catalog.verbs,
    behaviour: behaviour.verbs,
    socialGraph: socialGraph.verbs,
    screening: screening.verbs,
    notifications: notification.verbs,
    feed: feed.verbs,
  };
  const order = orderModule(foundation, { ...shared, accessLog: accessLog.verbs });
  const invitation = invitationModule(foundation, shared, config);
  const review = reviewModule(
    foundation,
    { ...shared, orders: order.verbs, invitations: invitation.verbs },
    { productUrlOf: productUrlOf(config) },
  );
  const question = questionModule(foundation, { ...shared, orders: order.verbs });
  const share = shareModule(foundation, shared, {
    ...config,
    attributionWindow: retention.shareAttribution,
    visitRetention: retention.shareVisits,
  });
  const subjects = [catalog, review, question, share].flatMap(({ content }) => content);
  const comment = commentModule(foundation, { ...shared, subjects }, { editWindow: retention.commentEdits });
  const webhook = webhookModule(
    foundation,
    {
      ...shared,
      productOf: productOfContent({ reviews: review.verbs, questions: question.verbs, shares: share.verbs, comments: comment.verbs }),
    },
    { ...config.webhooks, retention: retention.webhooks },
  );
  const referral = referralModule(foundation, shared);
  const feedback = feedbackModule(foundation, shared);
  const content = [...subjects, ...comment.content];
  const moderation = moderationModule(
    foundation,
    { ...shared, content, accessLog: accessLog.verbs },
    { reportRetention: retention.reports, auditRetention: retention.audit },
  );
  const apiKey = apiKeyModule(foundation, { users, moderation: moderation.verbs }, config);
  const fraud = fraudModule(foundation, { reviews: review.verbs, moderation: moderation.verbs });
  const customer = customerModule(foundation, { apiKeys: apiKey.verbs, users }, config.customerTokens);
  const similarity = similarityModule(foundation, { ...shared, reviews: review.verbs });
  const suggestion = suggestionModule(foundation, {
    ...shared,
    orders: order.verbs,
    questions: question.verbs,
    reviews: review.verbs,
    similarity: similarity.verbs,
  });
  const recommendation = recommendationModule(
    foundation,
    { ...shared, orders: order.verbs },
    {
      ...config.recommender,
      consentRequired: config.consentRequired,
      impressionRetention: retention.impressions,
      attributionWindow: retention.recommendationAttribution,
    },
  );
  const modules = [
    ...[
      image,
      user,
      accessLog,
      importRun,
      socialGraph,
      catalog,
      behaviour,
      screening,
      notification,
      feed,
      order,
      invitation,
      review,
      question,
    ],
    ...[share, comment, webhook, referral, feedback, moderation, apiKey, fraud, customer, similarity, suggestion, recommendation],
  ] satisfies Module[];
  const personalData = () => [...modules, integration].flatMap((module) => module.personalData);
  const privacy = privacyModule(foundation, { users, accessLog: accessLog.verbs, personalData }, config);
  const integration = integrationModule(
    foundation,
    { ...shared, accessLog: accessLog.verbs, orders: order.verbs, privacy: privacy.verbs },
    { ...config, retention: retention.integrations },
  );
  return {
    modules: [...modules, privacy, integration] as readonly Module[],
    verbs: {
      ...{ images, users, catalog: catalog.verbs, behaviour: behaviour.verbs, socialGraph: socialGraph.verbs, orders: order.verbs },
      ...{ reviews: review.verbs, questions: question.verbs, shares: share.verbs, comments: comment.verbs },
      ...{ referrals: referral.verbs, feedback: feedback.verbs, recommendations: recommendation.verbs, apiKeys: apiKey.verbs },
      ...{ webhooks: webhook.verbs, invitations: invitation.verbs, notifications: notification.verbs },
      ...{ integrations: integration.verbs, importRuns: importRun.verbs },
    },
  };
}

function buildShop(database: Database, config: Config, log: Logger) {
  const metrics = new Registry();
  const { events: eventRetention, maxEventsPerTopic, idempotencyKeys } = config.retention;
  const realtime = new Realtime(database, metrics, { retention: eventRetention, maxEventsPerTopic });
  const idempotency = new IdempotencyKeys(database, idempotencyKeys);
  const keys = new DataKeys(config.encryptionKeys);
  const mail = new Outbox(database, keys, mailTransport(config, log), metrics, log);
  const events = new DomainEventBus();
  const nodes = new NodeFinders();
  const { modules, verbs } = buildFeatures({ database, realtime, idempotency, keys, mail, events, nodes, log, metrics }, config);
  for (const module of modules) {
    events.add(module.on);
    nodes.add(module.nodes);
    nodes.addKeyed(module.keyedNodes);
    nodes.addExternal(module.externalNodes);
  }
  const migrations = new Migrations(database, releaseMigrations(keys), log);
  return { database, realtime, metrics, nodes, modules, verbs, migrations, mail, keys };
}

/** What the shop can do, on an open store, without serving it. For command-line tools and the demo shop. */
export interface Shop {
  store: Store;
  verbs: Features['verbs'];
  migrations: Migrations;
  close(): Promise<void>;
}

/** @param share whether to use the store of a server that runs on the same data */
export async function openShop(config: Config, log: Logger, { share = false } = {}): Promise<Shop> {
  const store = await openStore(config, { share });
  try {
    const { verbs, migrations } = buildShop(store.database, config, log);
    await migrations.run({ indexes: 'REQUIRED' });
    return { store, verbs, migrations, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What every collection holds on people, by its name, which needs no store. */
export function declaredCollections(config: Config, log: Logger): Collections {
  const { modules } = buildShop(new Database(createConnection()), config, log);
  return Object.fromEntries(modules.flatMap(({ collections }) => Object.entries(collections)));
}

/** The API's schema, which needs no store. */
export async function apiSchema(config: Config, log: Logger): Promise<GraphQLSchema> {
  const { modules, nodes } = buildShop(new Database(createConnection()), config, log);
  return assembleSchema(resolversOf(modules), nodes);
}

function resolversOf(modules: readonly Module[]): object[] {
  return modules.flatMap(({ resolvers }) => resolvers);
}

export interface App {
  store: Store;
  database: Database;
  realtime: Realtime;
  verbs: Features['verbs'];
  workers: readonly Worker[];
  http: HttpServer;
  /** Listens, and answers the addresses of the API and, where they have one, of the metrics. */
  listen(): Promise<{ api: string; metrics: string | null }>;
  close(): Promise<void>;
}

/** @param member this process among those that serve the same port; null where it serves alone */
export async function createApp(config: Config, log: FastifyBaseLogger, member: Member | null = null): Promise<App> {
  const store = await openStore(config);
  const shop = buildShop(store.database, config, log);
  const { modules, realtime, metrics, verbs, migrations, mail, keys } = shop;
  const sealed = [...modules.flatMap((module) => module.sealed), mail.sealed];
  const workers = [...modules.flatMap((module) => module.workers), mail.worker, resealing(sealed, keys, log), indexWorker(migrations, log)];
  const reviewFeed = new FeedFile(() =>
    googleFeed(exportedReviews(verbs), { publisher: new URL(config.publicUrl).host, urlOf: productUrlOf(config) }),
  );
  const cache = storeCache(store, config, metrics, log);
  let http: HttpServer | undefined;
  let telemetry: Telemetry | null = null;
  const close = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
    mail.close();
    realtime.announcements.leave();
    await http?.close();
    await cache?.stop();
    await reviewFeed.close();
    await telemetry?.stop();
    await store.close();
  };
  try {
    collectDefaultMetrics({ register: metrics });
    telemetry = await startTelemetry(config.telemetry, metrics, log);
    const client = store.database.connection.getClient();
    watchStore(client, metrics, { commands: config.watchCommands });
    if (telemetry) traceStore(client);
    registerWorkers(metrics, workers);
    await migrations.run({ indexes: 'REQUIRED' });
    if (member) joinOthers(member, shop, cache);
    if (config.redisUrl) await realtime.announcements.join(config.redisUrl, log);
    cache?.start();
    http = await serve(config, shop, reviewFeed, cache, log, member);
    for (const worker of workers) worker.start({ now: !worker.beforeListening });
    await Promise.all(workers.filter(({ beforeListening }) => beforeListening).map((worker) => worker.settle()));
  } catch (error) {
    await close();
    throw error;
  }
  const listener = http;
  const { database } = store;
  return {
    store,
    database,
    realtime,
    verbs,
    workers,
    http,
    listen: () => withPort(config, () => listener.listen(config.port)),
    close,
  };
}

function joinOthers(member: Member, { realtime }: ReturnType<typeof buildShop>, cache: StoreCache | null): void {
  realtime.announcements.link(member);
  if (cache) member.onAsked((place) => cache.catchUpTo(place));
}

/** Null where nothing is to be kept. */
function storeCache({ database, commits }: Store, { cacheMemory }: Config, metrics: Registry, log: Logger): StoreCache | null {
  if (cacheMemory === 0) return null;
  const cache = new StoreCache({ sources: newsOf(database.connection, log), commits, maxBytes: cacheMemory, metrics, log });
  database.onWritten = () => cache.noteOwnWrite();
  return cache;
}

/** Builds the indexes that a server can answer without, while it answers. */
function indexWorker(migrations: Migrations, log: Logger): Worker {
  return new Worker({ name: 'indexes', interval: 60 * 60 * 1000, log, run: () => migrations.run({ indexes: 'ALL' }) });
}

type ContentVerbs = Pick<Features['verbs'], 'reviews' | 'questions' | 'shares' | 'comments'>;

/** The product that some content is about. */
function productOfContent({ reviews, questions, shares, comments }: ContentVerbs): ProductOf {
  return async ({ type, id }) => {
    if (type === 'Review') return (await reviews.reviewById.batch([id]))[0]?.product ?? null;
    if (type === 'Question') return (await questions.questionById.batch([id]))[0]?.product ?? null;
    if (type === 'Answer') return (await questions.answerById.batch([id]))[0]?.product ?? null;
    if (type === 'Share') return (await shares.shareById.batch([id]))[0]?.product ?? null;
    const comment = type === 'Comment' ? (await comments.commentById.batch([id]))[0] : null;
    if (!comment) return null;
    const subject = { type: comment.subjectType, id: comment.subject };
    return subject.type === 'Product' ? subject.id : productOfContent({ reviews, questions, shares, comments })(subject);
  };
}

/** What the page behind an invitation's link shows. */
function openInvitation(
  invitations: Features['verbs']['invitations'],
  catalog: Features['verbs']['catalog'],
): ReviewPageOptions['openInvitation'] {
  return async (token, acceptLanguage) => {
    const language = languageOf(acceptLanguage);
    try {
      const { product } = await invitations.open(token);
      const [found] = await catalog.productsByIds([product]);
      if (!found || found.archivedAt) return { refusal: translate({ text: 'This product is no longer available.' }, language) };
      return { productId: toGlobalId('Product', product), title: found.title, imageUrl: found.imageUrl ?? null };
    } catch (error) {
      if (!(error instanceof RulesBroken)) throw error;
      return { refusal: translate(error.rules[0]!.message, language) };
    }
  };
}

/** Payloads of webhooks are read as any client reads. */
function payloadReader(operations: CompiledOperations): ReadPayload {
  return async (query, variables, reader) => {
    const document = operations.document(query);
    if (!('kind' in document)) throw document[0]!;
    const signedIn = reader && { ...reader, sessionId: '', expiresAt: new Date(8.64e15) };
    const { data, errors } = await operations.run(document, undefined, {}, new RequestContext({ signedIn }, '', noStreams), variables);
    if (errors) throw errors[0]!;
    return data as Record<string, unknown>;
  };
}

async function serve(
  config: Config,
  { database, realtime, metrics, modules, nodes, verbs }: ReturnType<typeof buildShop>,
  reviewFeed: FeedFile,
  cache: StoreCache | null,
  log: FastifyBaseLogger,
  member: Member | null,
) {
  const { client: redis } = realtime.announcements;
  // Commands open the shop and serve nothing, so they do without loading all this.
  const { createHttpServer } = await import('./http/server.js');
  const { CompiledOperations } = await import('./graphql/compiled-operations.js');
  const { withFederation } = await import('./graphql/federation.js');
  const assembled = await assembleSchema(resolversOf(modules), nodes);
  const schema = config.federation ? withFederation(assembled, nodes, config.introspection) : assembled;
  limitPasswordAttempts(schema, new PasswordAttempts({ ...config.rateLimits, redis }));
  guardInput(schema);
  noteBrokenRules(schema);
  if (config.telemetry.endpoint !== undefined) traceRootFields(schema);
  const rateLimits = new RateLimits({ ...config.rateLimits, redis });
  const operations = new CompiledOperations(schema, {
    ...config,
    onAnswer: rateLimits.chargeAnswer.bind(rateLimits),
    // Whoever changed something may ask another process next.
    ...(member && cache && { afterMutation: () => cache.settle((place, longest) => member.agree(place, longest)) }),
  });
  const { apiKeys, images, users, socialGraph, shares, catalog, webhooks, invitations, notifications } = verbs;
  const read = payloadReader(operations);
  webhooks.readPayloadsBy(read);
  notifications.readAs(read);
  return createHttpServer({
    ...config,
    images,
    log,
    operations,
    realtime,
    streams: new LiveStreams(realtime.eventLog, nodes),
    metrics,
    toldMetrics: member?.metricsWith(metrics) ?? metrics,
    productUrlOf: productUrlOf(config),
    publicUrlOf: () => config.publicUrl,
    demoAccount: config.demoShop ? { email: demoAccounts.buyer.email, password: demoAccounts.password } : null,
    reviewFeed: () => reviewFeed.current(),
    placeOfSlug: (slug) => catalog.placeOfSlug(slug),
    receiveMessage: (message) => verbs.integrations.receive(message),
    openInvitation: openInvitation(invitations, catalog),
    isUnsubscribeLink: (token) => invitations.isUnsubscribeLink(token),
    unsubscribe: (token) => invitations.unsubscribe(token),
    digests: {
      isUnsubscribeLink: (token) => notifications.isUnsubscribeLink(token),
      unsubscribe: (token) => notifications.unsubscribe(token),
    },
    followShare: (code, visitor) => shares.followShare(code, visitor),
    rateLimits,
    hiddenAuthors: new HiddenAuthors(realtime.announcements, (user) => socialGraph.hiddenAuthorsOf(user)),
    authenticate: (authorization) => authenticate(users, apiKeys, authorization),
    currentOf: (actors) => currentOf(users, apiKeys, actors),
    checkReady: () => database.ping(),
    cache,
    seesEverybody: async (user) => (await socialGraph.hiddenAuthorsOf(user)).size === 0,
  });
}

function mailTransport({ mail }: Config, log: Logger): MailTransport {
  return mail.smtpUrl ? smtpTransport(mail.smtpUrl, mail.from) : folderTransport(mail, log);
}

/** Where links in mails about accounts lead. */
function accountUrlOf({ accountUrl }: Config): (action: string, token: string) => string {
  return (action, token) => accountUrl.replaceAll('{action}', action).replaceAll('{token}', token);
}

/** Where the shop's own pages are. */
function ownHostsOf(config: Config): ReadonlySet<string> {
  return new Set([config.publicUrl, productUrlOf(config)('slug')].map((url) => new URL(url).host));
}

/** Where the shop shows a product. */
function productUrlOf({ productUrl }: Config): (slug: string) => string {
  return (slug) => productUrl.replaceAll('{slug}', encodeURIComponent(slug));
}

/** @throws RequestError UNAUTHENTICATED for anything but a valid token; null without one */
async function authenticate(users: UserVerbs, apiKeys: ApiKeyVerbs, authorization: string | undefined): Promise<SignedIn | null> {
  const given = authorization?.trim() ?? '';
  if (given === '' || given === 'Bearer') return null;
  const [scheme, token] = given.split(/\s+/);
  if (scheme !== 'Bearer' || !token) throw new RequestError('UNAUTHENTICATED', 'Send the access token as "Bearer <token>".');
  return isApiKeySecret(token) ? apiKeys.authenticate(token) : users.authenticate(token);
}

/** Who some are now, people and API keys; null for each who may no longer act. */
async function currentOf(users: UserVerbs, apiKeys: ApiKeyVerbs, actors: readonly SignedIn[]): Promise<(SignedIn | null)[]> {
  const [keys, people] = [actors.filter(({ key }) => key), actors.filter(({ key }) => !key)];
  const [currentKeys, currentPeople] = await Promise.all([apiKeys.currentOf(keys), people.length === 0 ? [] : users.currentOf(people)]);
  return actors.map((actor) => (actor.key ? currentKeys.shift() : currentPeople.shift()) ?? null);
}
