/** Every environment variable with its kind, default and meaning: the one source of `docs/configuration.md`. */
import { z } from 'zod';
import { isCurrency } from './relay/currency.js';

const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const bytes = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1).max(1_000_000_000);
const share = z.coerce.number().min(0).max(1);
const text = z.string().min(1);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const url = z
  .url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })
  .transform((value) => (value.endsWith('/') ? value.slice(0, -1) : value));

/** What is on for development, and off where others may reach the API. */
const whilePrivate = '`true` on a loopback `HOST` outside production, else `false`';

/** Web origins and patterns for subdomains, separated by commas. */
const origins = z
  .string()
  .transform((value, context) => {
    const given = value.split(',').map((origin) => origin.trim());
    const list = given.filter((origin) => origin !== '');
    if (list.every(isOrigin)) return list;
    context.addIssue({
      code: 'custom',
      message: 'must be origins such as https://shop.example or https://*.example.com, separated by commas',
    });
    return z.NEVER;
  })
  .meta({ values: 'origins' });

function isOrigin(origin: string): boolean {
  const example = origin.replace('://*.', '://any.');
  if (!URL.canParse(example)) return false;
  const { origin: parsed, protocol, hostname } = new URL(example);
  const isPattern = example !== origin;
  return parsed === example && /^https?:$/.test(protocol) && !hostname.includes('*') && (!isPattern || hostname.split('.').length > 2);
}

/** A time such as `15m`, in milliseconds. */
function duration(fallback: string, { min = '1s', max = '3650d' } = {}) {
  return z
    .string()
    .transform((value, context) => {
      const parsed = durationOf(value);
      if (parsed !== null && parsed >= durationOf(min)! && parsed <= durationOf(max)!) return parsed;
      context.addIssue({ code: 'custom', message: `must be a duration from ${min} to ${max}, such as 30s, 15m, 24h or 30d` });
      return z.NEVER;
    })
    .prefault(fallback)
    .meta({ values: 'duration' });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function durationOf(value: string): number | null {
  const match = /^(\d{1,10})(ms|s|m|h|d)$/.exec(value);
  if (!match) return value === '0' ? 0 : null;
  return Number(match[1]) * milliseconds[match[2] as keyof typeof milliseconds];
}

/** A size such as `2mb`, in bytes. */
function size(fallback: string, max: string, { none = false } = {}) {
  const sizeOf = (value: string): number | null => {
    const match = /^(\d{1,12})(b|kb|mb|gb)$/i.exec(value);
    return match && Number(match[1]) * bytes[match[2]!.toLowerCase() as keyof typeof bytes];
  };
  return z
    .string()
    .transform((value, context) => {
      if (none && value === '0') return 0;
      const parsed = sizeOf(value);
      if (parsed !== null && parsed >= bytes.kb && parsed <= sizeOf(max)!) return parsed;
      context.addIssue({
        code: 'custom',
        message: `must be ${none ? '0 for none, or ' : ''}a size from 1kb to ${max}, such as 512kb or 2mb`,
      });
      return z.NEVER;
    })
    .prefault(fallback)
    .meta({ values: 'size' });
}

/** A documented variable. @param shown what the docs say in place of a literal default */
function described<Schema extends z.ZodType>(schema: Schema, description: string, shown?: string): Schema {
  return schema.meta({ ...schema.meta(), description, shown });
}

export const shortestSecret = 32;

/** `id:secret`, separated by commas. */
const encryptionKeys = z
  .string()
  .transform((value, context) => {
    const keys = value.split(',').map((key) => /^([\w-]{1,32}):(.{32,})$/.exec(key.trim()));
    const parsed = keys.flatMap((key) => (key ? [{ id: key[1]!, secret: key[2]! }] : []));
    if (parsed.length === keys.length && new Set(parsed.map(({ id }) => id)).size === keys.length) return parsed;
    context.addIssue({ code: 'custom', message: 'must be keys such as 2026:<at least 32 characters>, each with an id of its own' });
    return z.NEVER;
  })
  .meta({ values: 'keys' });

const server = {
  NODE_ENV: described(
    z.enum(['production', 'development', 'test']).optional(),
    'With `production`, what helps while developing is off unless it is asked for, and secrets have to be given where several processes may share the store.',
  ),
  PORT: described(port.default(4000), 'Port of the API. `0` takes any free one.'),
  HOST: described(text.default('127.0.0.1'), 'Address to listen on.'),
  PUBLIC_URL: described(url.optional(), 'Where clients reach the API. Short links begin with it.', 'the local address'),
  PRODUCT_URL: described(
    z
      .string()
      .regex(/^https?:\/\/.*\{slug\}/, 'must be a URL with {slug} in it')
      .optional(),
    'Where the shop shows a product, with `{slug}` in its place. By default a plain page of the API itself.',
    '`PUBLIC_URL/products/{slug}`',
  ),
  CURRENCY: described(
    z
      .string()
      .transform((code) => code.toUpperCase())
      .refine(isCurrency, 'must be an ISO 4217 code such as EUR')
      .prefault('EUR'),
    'The shop’s currency, as an ISO 4217 code. Prices are compared, filtered and sorted in it unless a filter names another.',
  ),
  WEB_PROCESSES: described(
    count.max(64).default(1),
    'Number of processes that serve the port together, each with a core of its own; see [operations.md](operations.md). With the embedded store, all share the one that the first process runs.',
  ),
  TRUSTED_PROXIES: described(
    z.coerce.number().int().min(0).max(100).default(0),
    'Number of your own proxies in front of the API that name the client in `X-Forwarded-For`. With a wrong number, limits count the proxy or believe the client.',
  ),
  CORS_ORIGINS: described(
    origins.prefault(''),
    'Origins whose pages may use the API, separated by commas: exact ones, or `https://*.example.com` for every subdomain. Pages of the API’s own origin always may, and outside production those of any port on this machine.',
    '',
  ),
  INTROSPECTION: described(flag.optional(), 'Whether clients may ask for the schema.', whilePrivate),
  SUGGESTIONS: described(flag.optional(), 'Whether errors name what a misspelt field may have meant.', whilePrivate),
  TRUSTED_DOCUMENTS: described(
    text.optional(),
    'A file of the only documents that may run, by id, as GraphQL Code Generator, Relay or Apollo write it. See [clients.md](clients.md). Without it, any document runs.',
  ),
  FEDERATION: described(
    flag.prefault('false'),
    'Whether the API is a subgraph of Apollo Federation 2: serves `_entities`, and `_service` with the schema to whoever may ask for it: anybody where `INTROSPECTION` is on, else administrators.',
  ),
  PLAYGROUND: described(flag.optional(), 'Whether the playground is served.', whilePrivate),
  CONSOLE: described(flag.default(true), 'Whether the console for staff is served at `/console`. It can do what the API lets its user do.'),
  DOCS: described(flag.optional(), 'Whether the documentation is served at `/docs`.', whilePrivate),
  STOREFRONT: described(flag.optional(), 'Whether the storefront is served at `/`.', whilePrivate),
  DEMO_SHOP: described(
    flag.optional(),
    'Whether an empty store is filled with the demo shop.',
    '`true` with the embedded store on a loopback `HOST` outside production, else `false`',
  ),
  METRICS_PORT: described(port.optional(), 'Port on which Prometheus metrics are served at `/metrics`, without a token.'),
  METRICS_HOST: described(text.default('127.0.0.1'), 'Address to listen on for metrics.'),
  METRICS_TOKEN: described(
    z.string().min(16, 'must have at least 16 characters').optional(),
    'Serves metrics at `/metrics` of the API too, for who sends this token as `Authorization: Bearer`.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: described(
    url.optional(),
    'Base URL of an OTLP receiver, such as an OpenTelemetry collector. Traces and metrics are sent to it over HTTP; without it none are made.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: described(
    z.string().prefault(''),
    'Headers that are sent with traces and metrics, as `name=value`, separated by commas.',
    '',
  ),
  OTEL_SERVICE_NAME: described(text.default('plaza'), 'Name of this service in traces and metrics that are sent.'),
  OTEL_TRACES_SAMPLER_ARG: described(
    z.coerce.number().min(0).max(1).default(1),
    'Share of requests that are traced, from 0 to 1. A request that comes with a trace of its own (`traceparent`) is traced if that is.',
  ),
  LOG_LEVEL: described(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
    'Least severe log level that is written. `info` writes one line a request.',
    '`warn` on a terminal, else `info`',
  ),
};

const store = {
  PLAZA_DATA_DIR: described(text.default('.data'), 'Where the embedded store keeps its data.'),
  MONGODB_URI: described(
    z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//, 'must start with mongodb:// or mongodb+srv://')
      .optional(),
    'A MongoDB replica set or sharded cluster. Without it, the embedded store is used.',
  ),
  STORE_POOL_SIZE: described(count.max(10_000).default(50), 'Maximum number of connections to the store.'),
  CACHE_MEMORY: described(
    size('64mb', '64gb', { none: true }),
    'Memory for answers that are kept until what they were made from changes. `0` keeps none.',
  ),
  REDIS_URL: described(
    z
      .string()
      .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
      .optional(),
    'Redis, which wakes the other API processes when something happens and lets them count rate limits together. Required by processes on several machines; those of `WEB_PROCESSES` do without.',
  ),
};

const search = {
  SEARCH_URL: described(
    url.refine((value) => new URL(value).username === '', 'must not hold credentials: they go into SEARCH_API_KEY').optional(),
    'A Meilisearch that answers searches of products, for catalogues that outgrow the memory of a process. See [operations.md](operations.md). Without it, Plaza searches by itself.',
  ),
  SEARCH_API_KEY: described(text.optional(), 'Meilisearch’s API key, if it has one.'),
};

const accounts = {
  AUTH_SECRET: described(
    z.string().min(shortestSecret, `must have at least ${shortestSecret} characters`).optional(),
    `Signs access tokens; at least ${shortestSecret} characters. Required in production with \`MONGODB_URI\`.`,
    'made at the first start and kept beside the data',
  ),
  AUTH_SECRET_ACCEPTED: described(
    z.string().min(shortestSecret, `must have at least ${shortestSecret} characters`).optional(),
    'Another secret whose signatures are accepted, while `AUTH_SECRET` is changed: sessions go on, and get tokens of `AUTH_SECRET`.',
  ),
  ENCRYPTION_KEYS: described(
    encryptionKeys.optional(),
    'Encrypts email addresses and pending emails: keys as `id:secret`, separated by commas. The first encrypts, the others only decrypt, and are of no use once the log says that addresses were sealed with the first. Required in production with `MONGODB_URI`.',
    'made at the first start and kept beside the data',
  ),
  // A connection ends with its token by a timer, and Node's timers take no more than 24 days.
  ACCESS_TOKEN_LIFETIME: described(duration('15m', { min: '10s', max: '24d' }), 'How long an access token is valid.'),
  REFRESH_TOKEN_COOKIE: described(
    flag.prefault('false'),
    'Whether refresh tokens are kept in a cookie that no script can read (`HttpOnly`, `SameSite=Strict`), instead of in the answers over HTTP. `refreshSession` and `signOut` take the token from it then.',
  ),
  SESSION_LIFETIME: described(duration('30d', { min: '1m' }), 'How long a session lasts after it was last refreshed.'),
  SESSION_MAX_LIFETIME: described(
    duration('90d', { min: '1m' }),
    'How long a session lasts at most, however often it is refreshed. Then its user signs in again.',
  ),
  REFRESH_REUSE_INTERVAL: described(
    duration('20s', { min: '0', max: '10m' }),
    'How long a refresh token that was exchanged is answered with the same successor, so that tabs can refresh at once. Later use ends the session.',
  ),
  AUTH_JWKS_URL: described(url.optional(), 'Published keys of an outside identity provider whose access tokens are accepted too.'),
  AUTH_ISSUER: described(text.optional(), 'Issuer of those tokens. Required with `AUTH_JWKS_URL`.'),
  AUTH_AUDIENCE: described(text.optional(), 'Audience of those tokens. Required with `AUTH_JWKS_URL`.'),
  CUSTOMER_TOKEN_JWKS_URL: described(
    url.optional(),
    'Published keys with which the shop’s backend signs the tokens of `exchangeCustomerToken`. Without it, only secrets of API keys sign them.',
  ),
  CUSTOMER_TOKEN_AUDIENCE: described(text.default('plaza'), 'Audience (`aud`) that those tokens must have.'),
};

const mail = {
  SMTP_URL: described(
    z
      .string()
      .regex(/^smtps?:\/\//, 'must start with smtp:// or smtps://')
      .optional(),
    'The mail server, such as `smtp://user:password@mail.example.com:587`. Without it, emails are written to files in `outbox/` beside the data.',
  ),
  MAIL_FROM: described(
    text.optional(),
    'Sender of emails, such as `Shop <no-reply@example.com>`.',
    '`SHOP_NAME <no-reply@…>` at the host of `PUBLIC_URL`',
  ),
  SHOP_NAME: described(text.max(100).default('Plaza'), 'Name of the shop in emails. Passwords that contain it count as easier to guess.'),
  ACCOUNT_URL: described(
    z
      .string()
      .regex(/^https?:\/\/.*\{token\}/, 'must be a URL with {token} in it')
      .optional(),
    'The shop’s page that links in emails lead to, with `{action}` (`confirm-email` or `reset-password`) and `{token}` in their places. It runs `confirmEmail` or `resetPassword`. By default a plain page of the API itself.',
    '`PUBLIC_URL/account#{action}={token}`',
  ),
};

const vapidKey = (bytes: number) =>
  text
    .refine((value) => /^[\w-]+$/.test(value) && Buffer.from(value, 'base64url').length === bytes, `must be ${bytes} bytes as base64url`)
    .optional();

const webPush = {
  VAPID_PUBLIC_KEY: described(
    vapidKey(65),
    'Key that browsers subscribe with for push messages, as `npx web-push generate-vapid-keys` makes it. Browsers have to subscribe anew when it changes. In production with `MONGODB_URI`, no push messages are sent without it.',
    'made at the first start and kept beside the data',
  ),
  VAPID_PRIVATE_KEY: described(vapidKey(32), 'The private half. Required with `VAPID_PUBLIC_KEY`.', 'as above'),
  VAPID_SUBJECT: described(
    z
      .string()
      .regex(/^(?:mailto:[^@\s]+@|https:\/\/)\S+$/, 'must start with mailto: or https://')
      .optional(),
    'How operators of push services reach the shop: `mailto:` and an address, or an https page.',
    '`PUBLIC_URL` if it is https, else `mailto:no-reply@…` at its host',
  ),
};

const limits = {
  RATE_LIMIT_USER: described(count.default(240), 'Maximum mutations of one user in a minute.'),
  RATE_LIMIT_ADDRESS: described(count.default(2400), 'Maximum mutations of one address in a minute.'),
  RATE_LIMIT_CREDENTIALS: described(count.default(60), 'Maximum sign-ups, sign-ins and the like of one address in a minute.'),
  RATE_LIMIT_ACCOUNT: described(
    count.default(100),
    'Maximum failed sign-ins to one account in an hour, from addresses where it was not signed in to before.',
  ),
  RATE_LIMIT_COST_USER: described(
    count.default(120_000),
    'Maximum points of cost of one user in a minute. See [security.md](security.md).',
  ),
  RATE_LIMIT_COST_ADDRESS: described(
    count.default(600_000),
    'Maximum points of cost of one address in a minute, signed-in users and anonymous ones together.',
  ),
  RATE_LIMIT_KEY: described(count.default(600), 'Maximum operations of one API key in a minute.'),
  RATE_LIMIT_COST_KEY: described(
    count.default(600_000),
    'Maximum points of cost of one API key in a minute. API keys are not counted with their owner or their address.',
  ),
  OPERATION_TIMEOUT: described(duration('10s', { min: '100ms', max: '10m' }), 'How long an operation may take.'),
  MAX_ANSWER_SIZE: described(size('10mb', '256mb'), 'Maximum size of an answer.'),
  MAX_OPERATION_DEPTH: described(count.max(50).default(15), 'Maximum levels of fields within each other in an operation.'),
  MAX_OPERATION_COST: described(count.default(10_000), 'Maximum points that one operation may cost.'),
  MAX_BODY_SIZE: described(size('2mb', '64mb'), 'Maximum size of a request body and of a WebSocket message.'),
  HEADERS_TIMEOUT: described(duration('10s', { max: '10m' }), 'How long a client may take to send the headers of a request.'),
  REQUEST_TIMEOUT: described(duration('30s', { max: '1h' }), 'How long a client may take to send a request.'),
  IDLE_TIMEOUT: described(
    duration('1m', { max: '1h' }),
    'How long a connection may do nothing before it is closed, also while an answer is awaited.',
  ),
  CONNECTIONS_PER_ADDRESS: described(count.default(200), 'Maximum open WebSocket and event-stream connections of one address.'),
  REQUEST_CONNECTIONS_PER_ADDRESS: described(
    count.default(256),
    'Maximum other open HTTP connections of one address. Not counted behind proxies.',
  ),
  CONNECTIONS_PER_USER: described(count.default(50), 'Maximum open WebSocket connections of one user.'),
  SUBSCRIPTIONS_PER_CONNECTION: described(count.default(100), 'Maximum subscriptions of one WebSocket connection.'),
  MAX_SUBSCRIBER_BACKLOG: described(
    size('1mb', '64mb'),
    'How much may wait for a subscriber that reads too slowly before its connection is closed. The client can resume.',
  ),
};

const community = {
  CONSENT: described(
    z.enum(['required', 'assumed']).default('required'),
    '`required`: nothing is tracked or personalised until the user or visitor agrees with `updateConsent`, as the law of the European Union requires. `assumed`: until they refuse. See [privacy.md](privacy.md).',
  ),
  VISITOR_COOKIE_LIFETIME: described(
    duration('365d', { min: '1h' }),
    'How long a browser that follows shared links counts as the same visitor.',
  ),
  SPAM_THRESHOLD: described(
    z.coerce.number().positive().default(1),
    'Spam score from which content waits for a moderator. See [community.md](community.md).',
  ),
};

const images = {
  MAX_UPLOAD_SIZE: described(size('10mb', '50mb'), 'Maximum size of an uploaded image. It must arrive within `REQUEST_TIMEOUT`.'),
  UPLOADS_PER_DAY: described(count.default(200), 'Maximum images that one user may upload in a day.'),
  UPLOAD_BYTES_PER_DAY: described(size('500mb', '100gb'), 'Maximum bytes of images that one user may upload in a day.'),
  IMAGE_CACHE_SIZE: described(
    size('1gb', '1000gb'),
    'Maximum size of the resized images that each process keeps in its `PLAZA_DATA_DIR`. Those used last stay.',
  ),
  S3_BUCKET: described(
    text.optional(),
    'Bucket of an S3-compatible store for images. Clients upload to it directly. Without it, images are files in `PLAZA_DATA_DIR`, which then all processes must share.',
  ),
  S3_ENDPOINT: described(url.optional(), 'URL of the store, such as `https://minio.example.com`. Clients must reach it, too.', 'AWS'),
  S3_REGION: described(text.default('us-east-1'), 'Region of the bucket.'),
  S3_ACCESS_KEY_ID: described(
    text.optional(),
    'Access key of the store. Required with `S3_SECRET_ACCESS_KEY`; without both, the AWS SDK finds credentials as usual.',
  ),
  S3_SECRET_ACCESS_KEY: described(text.optional(), 'Secret of the access key.'),
  S3_PATH_STYLE: described(
    flag.optional(),
    'Whether the bucket is named in the path of URLs and not in the host name.',
    '`true` with `S3_ENDPOINT`, else `false`',
  ),
};

/** How long what is held on people, and what the shop works with, is kept. What has no entry is kept with its account. */
const retention = {
  CONSENT_RETENTION: described(
    duration('1095d', { min: '1d' }),
    'How long a decision about consent is kept as proof after another took its place.',
  ),
  VISITOR_CONSENT_LIFETIME: described(duration('180d', { min: '1d' }), 'How long the decision of an anonymous visitor holds.'),
  BEHAVIOUR_RETENTION: described(duration('400d', { min: '1h' }), 'How long tracked views, clicks and add-to-carts are kept.'),
  IMPRESSION_RETENTION: described(
    duration('100d', { min: '1h' }),
    'How long it is kept which recommendations were shown, and what came of them.',
  ),
  RECOMMENDATION_ATTRIBUTION_WINDOW: described(
    duration('7d', { min: '1m' }),
    'How long after a click on a recommendation an order counts as following from it.',
  ),
  SHARE_ATTRIBUTION_WINDOW: described(
    duration('30d', { min: '1m' }),
    'How long after a visit by a shared link an order counts as the share’s.',
  ),
  SHARE_VISIT_RETENTION: described(
    duration('90d', { min: '1h' }),
    'How long a visitor of a shared link is known by a digest; at least `SHARE_ATTRIBUTION_WINDOW`.',
  ),
  NOTIFICATION_RETENTION: described(duration('180d', { min: '1h' }), 'How long a notification is kept after it last happened.'),
  NOTIFICATION_REPEAT_WINDOW: described(
    duration('24h', { min: '1s' }),
    'How long a reaction, a follow or the like that is taken back and given again is not told a second time.',
  ),
  FEED_RETENTION: described(duration('90d', { min: '1h' }), 'How far back feeds reach.'),
  SCREENING_RETENTION: described(
    duration('24h', { min: '24h' }),
    'How long a digest of what a user wrote is kept, to notice floods and repetitions.',
  ),
  REPORT_RETENTION: described(duration('730d', { min: '1d' }), 'How long reports and appeals are kept.'),
  AUDIT_RETENTION: described(duration('3650d', { min: '1d' }), 'How long decisions of moderators and changes of roles are kept.'),
  ACCESS_LOG_RETENTION: described(duration('365d', { min: '1d' }), 'How long it is kept who read or exported a person’s private data.'),
  IMPORT_RETENTION: described(duration('90d', { min: '1d' }), 'How long it is kept how imports went.'),
  COMMENT_EDIT_WINDOW: described(duration('24h', { min: '1s' }), 'How long a comment can be changed by its author.'),
  EVENT_RETENTION: described(duration('7d', { min: '1m' }), 'How long events are kept from which subscriptions can resume.'),
  MAX_EVENTS_PER_TOPIC: described(count.min(100).default(10_000), 'Maximum events of one topic that are kept; the latest stay.'),
  WEBHOOK_RETENTION: described(
    duration('30d', { min: '1h' }),
    'How long messages to webhooks are listed after they were delivered or given up.',
  ),
  INTEGRATION_RETENTION: described(
    duration('30d', { min: '1h' }),
    'How long messages of shop systems are listed. A repeated one is known for as long.',
  ),
  IDEMPOTENCY_RETENTION: described(duration('7d', { min: '1m' }), 'How long an idempotency key is remembered.'),
};

const quietHours = z
  .string()
  .transform((value, context) => {
    const match = /^(\d{1,2})-(\d{1,2})$/.exec(value);
    const [from, until] = [Number(match?.[1]), Number(match?.[2])];
    if (match && from < 24 && until < 24) return { from, until };
    context.addIssue({ code: 'custom', message: 'must be two hours of the day such as 21-8' });
    return z.NEVER;
  })
  .prefault('21-8')
  .meta({ values: 'hours' });

const integrations = {
  INVITATIONS: described(
    flag.prefault('true'),
    'Whether customers are invited by email to review what was delivered. See [invitations.md](invitations.md).',
  ),
  INVITATION_DELAY: described(duration('7d', { min: '0', max: '90d' }), 'How long after the delivery the invitation is sent.'),
  INVITATION_REMINDER: described(
    duration('7d', { min: '0', max: '60d' }),
    'How long after the invitation one reminder is sent, unless the customer has reviewed. `0` sends none.',
  ),
  INVITATION_QUIET_HOURS: described(
    quietHours,
    'Hours in which no invitation is sent, from the first until before the second, in `TIME_ZONE`. `0-0` is never.',
  ),
  TIME_ZONE: described(
    z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin').prefault('UTC'),
    'The shop’s time zone, by its IANA name.',
  ),
  WEBHOOK_ALLOW_PRIVATE: described(
    flag.prefault('false'),
    'Whether webhooks and push services may have http addresses and lead to private networks or this machine. See [webhooks.md](webhooks.md).',
  ),
};

const recommendations = {
  RECOMMENDER: described(
    z.enum(['local', 'gorse']).default('local'),
    '`gorse` lets a Gorse server recommend. See [recommender.md](recommender.md).',
  ),
  GORSE_URL: described(url.optional(), 'Where Gorse’s REST API is. Required with `RECOMMENDER=gorse`.'),
  GORSE_API_KEY: described(text.optional(), 'Gorse’s API key, if it has one.'),
  TRAINING_INTERVAL: described(duration('24h', { min: '0' }), 'How long after a training the next one starts. `0` trains only when asked.'),
  EXPERIMENT_SHARE: described(
    share.default(0),
    'Share of users who get more varied recommendations, to find out whether they like them better.',
  ),
  EXPLORATION_SHARE: described(
    share.default(0),
    'Share of users who are shown a new product that few have seen in each list, so that more becomes known of it. Rests by itself where they click on less.',
  ),
};

/** The variables by section, in the order of the documentation. */
export const configurationSections: Record<string, Record<string, z.ZodType>> = {
  Server: server,
  Store: store,
  Search: search,
  Accounts: accounts,
  Mail: mail,
  'Push messages': webPush,
  Limits: limits,
  Community: community,
  Images: images,
  Retention: retention,
  Integrations: integrations,
  Recommendations: recommendations,
};

export const environment = z.object({
  ...server,
  ...store,
  ...search,
  ...accounts,
  ...mail,
  ...webPush,
  ...limits,
  ...community,
  ...images,
  ...retention,
  ...integrations,
  ...recommendations,
});

export type Environment = z.infer<typeof environment>;

/** What is wrong with a value, to whoever set it; undefined where the library's own words do. */
export function problemOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'int') return 'must be a whole number';
      return issue.expected === 'number' ? 'must be a number' : undefined;
    case 'too_small':
      return issue.origin === 'string' ? `must have at least ${issue.minimum} characters` : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? `can have at most ${issue.maximum} characters` : `must be at most ${issue.maximum}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
    default:
      return undefined;
  }
}
