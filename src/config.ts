/** The configuration, read from the environment and validated once at the start. */
import { createECDH, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { environment, problemOf, type Environment } from './config-variables.js';
import { makeFolder } from './folders.js';
import { isLoopback } from './loopback.js';
import { OperatorError } from './operator-error.js';
import { readTrustedDocuments } from './trusted-document-file.js';

/** Times are in milliseconds, sizes in bytes. */
export interface Config {
  port: number;
  host: string;
  /** How many processes serve the port. */
  webProcesses: number;
  dataDirectory: string;
  mongodbUri: string | undefined;
  storePoolSize: number;
  /** For answers that are kept; 0 for none. */
  cacheMemory: number;
  redisUrl: string | undefined;
  /** What answers searches of products; null where the shop itself does. */
  searchEngine: { url: string; apiKey: string | undefined } | null;
  trustedProxies: number;
  rateLimits: {
    costPerUser: number;
    costPerAddress: number;
    perUser: number;
    perAddress: number;
    credentialsPerAddress: number;
    perKey: number;
    costPerKey: number;
    perAccount: number;
  };
  operationTimeout: number;
  maxOperationDepth: number;
  maxOperationCost: number;
  maxAnswerSize: number;
  limits: Limits;
  spamThreshold: number;
  images: ImageConfig;
  consentRequired: boolean;
  retention: Retention;
  webhooks: { allowPrivate: boolean };
  invitations: {
    enabled: boolean;
    delay: number;
    /** Null for no reminder. */
    reminderDelay: number | null;
    quietHours: { from: number; until: number; timeZone: string };
  };
  visitorCookieLifetime: number;
  /** Whether refresh tokens go into a cookie and not into answers. */
  refreshTokenCookie: boolean;
  recommender: {
    experimentShare: number;
    explorationShare: number;
    trainingInterval: number;
    gorse: { url: string; apiKey: string | undefined } | null;
  };
  publicUrl: string;
  productUrl: string;
  /** The shop's currency, an ISO 4217 code. */
  currency: string;
  identityProvider: { jwksUrl: string; issuer: string; audience: string } | null;
  /** Who signs tokens of the shop's customers, besides API keys, and whom they must be meant for. */
  customerTokens: { jwksUrl: string | null; audience: string };
  /** Whether the API is a subgraph of Apollo Federation. */
  federation: boolean;
  /** The first signs, all of them are accepted. */
  authSecrets: [string, ...string[]];
  /** The first encrypts, all of them decrypt. */
  encryptionKeys: { id: string; secret: string }[];
  mail: { smtpUrl: string | undefined; from: string; directory: string; showLinks: boolean };
  /** Keys of push messages (VAPID); null where none are sent. */
  webPush: { publicKey: string; privateKey: string; subject: string } | null;
  shopName: string;
  accountUrl: string;
  accessTokenLifetime: number;
  sessionLifetime: number;
  maxSessionLifetime: number;
  refreshReuseInterval: number;
  demoShop: boolean;
  corsOrigins: string[];
  /** Whether pages that this machine serves on any port may use the API. */
  loopbackOrigins: boolean;
  metricsAccess: { port: number | undefined; host: string; token: string | undefined };
  telemetry: { endpoint: string | undefined; headers: Record<string, string>; serviceName: string; sampleRatio: number };
  /** Whether the driver tells of every command of the store: only where metrics or traces are asked for. */
  watchCommands: boolean;
  /** The only documents that run, by id; null where any does. */
  trustedDocuments: ReadonlyMap<string, string> | null;
  introspection: boolean;
  suggestions: boolean;
  playground: boolean;
  docs: boolean;
  console: boolean;
  storefront: boolean;
  logLevel: string;
}

export interface ImageConfig {
  maxUploadSize: number;
  uploadsPerDay: number;
  uploadBytesPerDay: number;
  cacheSize: number;
  s3: {
    bucket: string;
    region: string;
    endpoint: string | undefined;
    credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
    pathStyle: boolean;
  } | null;
}

/** How long what is kept for a while is kept, in milliseconds. */
export interface Retention {
  consents: number;
  visitorConsents: number;
  behaviour: number;
  impressions: number;
  recommendationAttribution: number;
  shareAttribution: number;
  shareVisits: number;
  notifications: number;
  notificationRepeats: number;
  feed: number;
  screening: number;
  reports: number;
  audit: number;
  accessLog: number;
  imports: number;
  commentEdits: number;
  events: number;
  maxEventsPerTopic: number;
  webhooks: number;
  integrations: number;
  idempotencyKeys: number;
}

/** What a client may hold open or send. */
export interface Limits {
  bodySize: number;
  headersTimeout: number;
  requestTimeout: number;
  idleTimeout: number;
  connectionsPerAddress: number;
  requestConnectionsPerAddress: number;
  connectionsPerUser: number;
  subscriptionsPerConnection: number;
  subscriberBacklog: number;
}

/** A configuration that cannot be used; the message names each variable at fault. */
export class ConfigError extends OperatorError {
  /** @param problems each as `VARIABLE: what is wrong` */
  constructor(...problems: string[]) {
    super('CONFIGURATION_INVALID', `The configuration is invalid:\n  ${problems.join('\n  ')}`);
  }
}

/** Secrets that stand in examples and must never sign anything real. */
const publishedSecrets = ['change-me-change-me-change-me-change-me'];

/**
 * @param terminal whether the output is a terminal, where a line a request would be in the way
 * @throws ConfigError naming every variable whose value is wrong.
 */
export function readConfig(variables: NodeJS.ProcessEnv, { terminal = false } = {}): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given, { error: problemOf });
  if (!parsed.success) throw new ConfigError(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const values = parsed.data;
  const publicUrl = values.PUBLIC_URL ?? `http://localhost:${values.PORT}`;
  const dataDirectory = resolve(values.PLAZA_DATA_DIR);
  // What helps while developing is off where others may reach it, unless it is asked for by name.
  const isPrivate = values.NODE_ENV !== 'production' && isLoopback(values.HOST);
  return {
    port: values.PORT,
    host: values.HOST,
    webProcesses: values.WEB_PROCESSES,
    dataDirectory,
    mongodbUri: values.MONGODB_URI,
    storePoolSize: values.STORE_POOL_SIZE,
    cacheMemory: values.CACHE_MEMORY,
    redisUrl: values.REDIS_URL,
    searchEngine: searchEngine(values),
    trustedProxies: values.TRUSTED_PROXIES,
    operationTimeout: values.OPERATION_TIMEOUT,
    maxAnswerSize: values.MAX_ANSWER_SIZE,
    rateLimits: {
      costPerUser: values.RATE_LIMIT_COST_USER,
      costPerAddress: values.RATE_LIMIT_COST_ADDRESS,
      perAccount: values.RATE_LIMIT_ACCOUNT,
      perUser: values.RATE_LIMIT_USER,
      perAddress: values.RATE_LIMIT_ADDRESS,
      credentialsPerAddress: values.RATE_LIMIT_CREDENTIALS,
      perKey: values.RATE_LIMIT_KEY,
      costPerKey: values.RATE_LIMIT_COST_KEY,
    },
    limits: limits(values),
    spamThreshold: values.SPAM_THRESHOLD,
    images: images(values),
    consentRequired: values.CONSENT === 'required',
    retention: retention(values),
    webhooks: { allowPrivate: values.WEBHOOK_ALLOW_PRIVATE },
    invitations: {
      enabled: values.INVITATIONS,
      delay: values.INVITATION_DELAY,
      reminderDelay: values.INVITATION_REMINDER || null,
      quietHours: { ...values.INVITATION_QUIET_HOURS, timeZone: values.TIME_ZONE },
    },
    visitorCookieLifetime: values.VISITOR_COOKIE_LIFETIME,
    refreshTokenCookie: values.REFRESH_TOKEN_COOKIE,
    maxOperationDepth: values.MAX_OPERATION_DEPTH,
    maxOperationCost: values.MAX_OPERATION_COST,
    recommender: {
      experimentShare: values.EXPERIMENT_SHARE,
      explorationShare: values.EXPLORATION_SHARE,
      trainingInterval: values.TRAINING_INTERVAL,
      gorse: gorse(values),
    },
    publicUrl,
    currency: values.CURRENCY,
    productUrl: values.PRODUCT_URL ?? `${publicUrl}/products/{slug}`,
    identityProvider: identityProvider(values),
    customerTokens: { jwksUrl: values.CUSTOMER_TOKEN_JWKS_URL ?? null, audience: values.CUSTOMER_TOKEN_AUDIENCE },
    federation: values.FEDERATION,
    trustedDocuments: trustedDocuments(values),
    authSecrets: [authSecret(values, dataDirectory), ...(values.AUTH_SECRET_ACCEPTED ? [values.AUTH_SECRET_ACCEPTED] : [])],
    encryptionKeys: encryptionKeys(values, dataDirectory),
    mail: {
      smtpUrl: values.SMTP_URL,
      from: values.MAIL_FROM ?? `${values.SHOP_NAME} <no-reply@${new URL(publicUrl).hostname}>`,
      directory: join(dataDirectory, 'outbox'),
      showLinks: isPrivate,
    },
    webPush: webPush(values, dataDirectory, publicUrl),
    shopName: values.SHOP_NAME,
    accountUrl: values.ACCOUNT_URL ?? `${publicUrl}/account#{action}={token}`,
    accessTokenLifetime: values.ACCESS_TOKEN_LIFETIME,
    sessionLifetime: values.SESSION_LIFETIME,
    maxSessionLifetime: values.SESSION_MAX_LIFETIME,
    refreshReuseInterval: values.REFRESH_REUSE_INTERVAL,
    corsOrigins: values.CORS_ORIGINS,
    loopbackOrigins: values.NODE_ENV !== 'production',
    metricsAccess: { port: values.METRICS_PORT, host: values.METRICS_HOST, token: values.METRICS_TOKEN },
    telemetry: {
      endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
      headers: namedValues(values.OTEL_EXPORTER_OTLP_HEADERS),
      serviceName: values.OTEL_SERVICE_NAME,
      sampleRatio: values.OTEL_TRACES_SAMPLER_ARG,
    },
    watchCommands: [values.METRICS_PORT, values.METRICS_TOKEN, values.OTEL_EXPORTER_OTLP_ENDPOINT].some((value) => value !== undefined),
    demoShop: values.DEMO_SHOP ?? (isPrivate && values.MONGODB_URI === undefined),
    introspection: values.INTROSPECTION ?? isPrivate,
    suggestions: values.SUGGESTIONS ?? isPrivate,
    playground: values.PLAYGROUND ?? isPrivate,
    docs: values.DOCS ?? isPrivate,
    console: values.CONSOLE,
    storefront: values.STOREFRONT ?? isPrivate,
    logLevel: values.LOG_LEVEL ?? (terminal ? 'warn' : 'info'),
  };
}

/** @param list such as `name=value,other=value`, percent-encoded */
function namedValues(list: string): Record<string, string> {
  const named: Record<string, string> = {};
  for (const pair of list.split(',')) {
    const at = pair.indexOf('=');
    if (at > 0) named[pair.slice(0, at).trim()] = decodeURIComponent(pair.slice(at + 1).trim());
  }
  return named;
}

function retention(values: Environment): Retention {
  return {
    consents: values.CONSENT_RETENTION,
    visitorConsents: values.VISITOR_CONSENT_LIFETIME,
    behaviour: values.BEHAVIOUR_RETENTION,
    impressions: values.IMPRESSION_RETENTION,
    recommendationAttribution: values.RECOMMENDATION_ATTRIBUTION_WINDOW,
    shareAttribution: values.SHARE_ATTRIBUTION_WINDOW,
    shareVisits: Math.max(values.SHARE_VISIT_RETENTION, values.SHARE_ATTRIBUTION_WINDOW),
    notifications: values.NOTIFICATION_RETENTION,
    notificationRepeats: values.NOTIFICATION_REPEAT_WINDOW,
    feed: values.FEED_RETENTION,
    screening: values.SCREENING_RETENTION,
    reports: values.REPORT_RETENTION,
    audit: values.AUDIT_RETENTION,
    accessLog: values.ACCESS_LOG_RETENTION,
    imports: values.IMPORT_RETENTION,
    commentEdits: values.COMMENT_EDIT_WINDOW,
    events: values.EVENT_RETENTION,
    maxEventsPerTopic: values.MAX_EVENTS_PER_TOPIC,
    webhooks: values.WEBHOOK_RETENTION,
    integrations: values.INTEGRATION_RETENTION,
    idempotencyKeys: values.IDEMPOTENCY_RETENTION,
  };
}

function images(values: Environment): ImageConfig {
  const { MAX_UPLOAD_SIZE, UPLOADS_PER_DAY, UPLOAD_BYTES_PER_DAY, IMAGE_CACHE_SIZE } = values;
  return {
    maxUploadSize: MAX_UPLOAD_SIZE,
    uploadsPerDay: UPLOADS_PER_DAY,
    uploadBytesPerDay: UPLOAD_BYTES_PER_DAY,
    cacheSize: IMAGE_CACHE_SIZE,
    s3: s3(values),
  };
}

function s3(values: Environment): ImageConfig['s3'] {
  const { S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_PATH_STYLE } = values;
  if (!S3_BUCKET) {
    if (S3_ENDPOINT ?? S3_ACCESS_KEY_ID ?? S3_SECRET_ACCESS_KEY) throw new ConfigError('S3_BUCKET: required by the other S3 variables');
    return null;
  }
  if ((S3_ACCESS_KEY_ID === undefined) !== (S3_SECRET_ACCESS_KEY === undefined))
    throw new ConfigError('S3_ACCESS_KEY_ID: needs S3_SECRET_ACCESS_KEY, and the other way round');
  return {
    bucket: S3_BUCKET,
    region: S3_REGION,
    endpoint: S3_ENDPOINT,
    credentials:
      S3_ACCESS_KEY_ID && S3_SECRET_ACCESS_KEY ? { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY } : undefined,
    pathStyle: S3_PATH_STYLE ?? S3_ENDPOINT !== undefined,
  };
}

function limits(values: Environment): Limits {
  return {
    bodySize: values.MAX_BODY_SIZE,
    headersTimeout: values.HEADERS_TIMEOUT,
    requestTimeout: values.REQUEST_TIMEOUT,
    idleTimeout: values.IDLE_TIMEOUT,
    connectionsPerAddress: values.CONNECTIONS_PER_ADDRESS,
    requestConnectionsPerAddress: values.REQUEST_CONNECTIONS_PER_ADDRESS,
    connectionsPerUser: values.CONNECTIONS_PER_USER,
    subscriptionsPerConnection: values.SUBSCRIPTIONS_PER_CONNECTION,
    subscriberBacklog: values.MAX_SUBSCRIBER_BACKLOG,
  };
}

function searchEngine({ SEARCH_URL: url, SEARCH_API_KEY: apiKey }: Environment): Config['searchEngine'] {
  if (url) return { url, apiKey };
  if (apiKey) throw new ConfigError('SEARCH_URL: required by SEARCH_API_KEY');
  return null;
}

function gorse({ RECOMMENDER, GORSE_URL, GORSE_API_KEY }: Environment): Config['recommender']['gorse'] {
  if (RECOMMENDER === 'local') return null;
  if (!GORSE_URL) throw new ConfigError('RECOMMENDER: gorse needs GORSE_URL');
  return { url: GORSE_URL, apiKey: GORSE_API_KEY };
}

function trustedDocuments({ TRUSTED_DOCUMENTS: file }: Environment): Config['trustedDocuments'] {
  if (file === undefined) return null;
  try {
    return readTrustedDocuments(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined) throw new ConfigError(`TRUSTED_DOCUMENTS: ${file} cannot be read (${code})`);
    throw new ConfigError(`TRUSTED_DOCUMENTS: ${file} must be a JSON object from id to document, or a manifest of Apollo's`);
  }
}

function identityProvider({
  AUTH_JWKS_URL: jwksUrl,
  AUTH_ISSUER: issuer,
  AUTH_AUDIENCE: audience,
}: Environment): Config['identityProvider'] {
  if (!jwksUrl) return null;
  if (!issuer || !audience) {
    throw new ConfigError(
      'AUTH_JWKS_URL: needs AUTH_ISSUER and AUTH_AUDIENCE, otherwise any token issued by the provider would be accepted',
    );
  }
  return { jwksUrl, issuer, audience };
}

function authSecret({ AUTH_SECRET, MONGODB_URI, NODE_ENV: mode }: Environment, directory: string): string {
  if (AUTH_SECRET && publishedSecrets.includes(AUTH_SECRET) && mode === 'production') {
    throw new ConfigError('AUTH_SECRET: this is the published example; choose your own');
  }
  if (AUTH_SECRET) return AUTH_SECRET;
  if (MONGODB_URI && mode === 'production') throw new ConfigError('AUTH_SECRET: required in production with MONGODB_URI');
  return ownSecret(directory, 'auth-secret');
}

/** Whose key was once made beside the data can still read what it encrypted, after choosing keys of their own. */
function encryptionKeys({ ENCRYPTION_KEYS: given, MONGODB_URI, NODE_ENV: mode }: Environment, directory: string): Config['encryptionKeys'] {
  if (given && existsSync(join(directory, ownKey))) return [...given, { id: ownKey, secret: ownSecret(directory, ownKey) }];
  if (given) return given;
  if (MONGODB_URI && mode === 'production') throw new ConfigError('ENCRYPTION_KEYS: required in production with MONGODB_URI');
  return [{ id: ownKey, secret: ownSecret(directory, ownKey) }];
}

/** Several processes need keys that are configured: each would make others. */
function webPush(
  { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey, VAPID_SUBJECT, MONGODB_URI, NODE_ENV: mode }: Environment,
  directory: string,
  publicUrl: string,
): Config['webPush'] {
  const { protocol, hostname } = new URL(publicUrl);
  const subject = VAPID_SUBJECT ?? (protocol === 'https:' ? publicUrl : `mailto:no-reply@${hostname}`);
  if ((publicKey === undefined) !== (privateKey === undefined))
    throw new ConfigError('VAPID_PUBLIC_KEY: needs VAPID_PRIVATE_KEY, and the other way round');
  if (publicKey && privateKey) {
    if (publicHalfOf(privateKey) !== publicKey) throw new ConfigError('VAPID_PUBLIC_KEY: does not belong to VAPID_PRIVATE_KEY');
    return { publicKey, privateKey, subject };
  }
  if (MONGODB_URI && mode === 'production') return null;
  const own = ownSecret(directory, 'vapid-key', newVapidKey);
  return { publicKey: publicHalfOf(own), privateKey: own, subject };
}

function newVapidKey(): string {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  // Leading zeros are part of it.
  return Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
    .subarray(-32)
    .toString('base64url');
}

function publicHalfOf(privateKey: string): string {
  const pair = createECDH('prime256v1');
  try {
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'));
  } catch {
    throw new ConfigError('VAPID_PRIVATE_KEY: is not a key of the curve P-256');
  }
  return pair.getPublicKey().toString('base64url');
}

/** The name of the key that is made beside the data. */
const ownKey = 'data-key';

/** A secret of this installation alone, made at the first start and kept beside the data. */
function ownSecret(directory: string, name: string, make = () => randomBytes(32).toString('base64url')): string {
  makeFolder(directory, { mode: 0o700 });
  const path = join(directory, name);
  try {
    writeFileSync(path, make(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8');
}
