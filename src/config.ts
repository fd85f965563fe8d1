/** Every environment variable, validated once at the start. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const limit = z.coerce.number().int().min(1);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const shortestSecret = 32;

const environment = z.object({
  /** The port of the API. 0 takes any free one. */
  PORT: port.default(4000),
  /** The address to listen on. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Where the embedded store keeps its data. */
  PLAZA_DATA_DIR: z.string().min(1).default('.data'),
  /** A MongoDB replica set; without it the embedded store is used. */
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must start with mongodb:// or mongodb+srv://')
    .optional(),
  /** Signs access tokens; at least 32 characters. Required with MONGODB_URI in production. */
  AUTH_SECRET: z.string().min(shortestSecret, `must have at least ${shortestSecret} characters`).optional(),
  /** Redis, which wakes the other API processes when something happens; needed by more than one process. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  /** How many WebSocket and event-stream connections one address may hold open. */
  CONNECTIONS_PER_ADDRESS: z.coerce.number().int().min(1).default(200),
  /** How many proxies of one's own stand in front of the API and name the client in X-Forwarded-For. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
  /** How many mutations one user may make in a minute. */
  RATE_LIMIT_USER: limit.default(240),
  /** How many mutations one address may make in a minute. */
  RATE_LIMIT_ADDRESS: limit.default(2400),
  /** How many times one address may sign up, sign in or the like in a minute. */
  RATE_LIMIT_CREDENTIALS: limit.default(60),
  /** local, or gorse: who recommends. */
  RECOMMENDER: z.enum(['local', 'gorse']).default('local'),
  /** Where Gorse's REST API is; required with RECOMMENDER=gorse. */
  GORSE_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Gorse's API key, where it has one. */
  GORSE_API_KEY: z.string().min(1).optional(),
  /** After how many hours the recommender is trained anew; 0 for only when it is asked for. */
  TRAINING_INTERVAL: z.coerce.number().min(0).default(24),
  /** The share of users who get more varied recommendations, to find out whether they like them better. */
  EXPERIMENT_SHARE: z.coerce.number().min(0).max(1).default(0),
  /** From which spam score on content waits for a moderator; the documentation has the scale. */
  SPAM_THRESHOLD: z.coerce.number().positive().default(1),
  /** Where the outside reaches this API, for short links; by default the local address. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Where the shop shows a product, with {slug} in its place; by default a plain page of this API. */
  PRODUCT_URL: z
    .string()
    .regex(/^https?:\/\/.*\{slug\}/, 'must be a URL with {slug} in it')
    .optional(),
  /** The published keys of an outside identity provider whose access tokens are good here; needs AUTH_ISSUER and AUTH_AUDIENCE. */
  AUTH_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Whose tokens they must be. */
  AUTH_ISSUER: z.string().min(1).optional(),
  /** For whom the tokens must be meant. */
  AUTH_AUDIENCE: z.string().min(1).optional(),
  /** A loopback port for MongoDB tools to open the embedded store; without it a private socket is used. */
  STORE_PORT: port.optional(),
  /** Fill an empty store with the demo shop. By default only the embedded store is filled. */
  DEMO_SHOP: flag.optional(),
  /** Whether clients may ask for the schema. */
  INTROSPECTION: flag.default(true),
  /** Whether errors name what a misspelt field may have meant. */
  SUGGESTIONS: flag.default(true),
  /** Whether the playground is served. */
  PLAYGROUND: flag.default(true),
  /** fatal, error, warn, info, debug, trace or silent. */
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
});

export interface Config {
  port: number;
  host: string;
  dataDirectory: string;
  mongodbUri: string | undefined;
  redisUrl: string | undefined;
  connectionsPerAddress: number;
  trustedProxies: number;
  rateLimits: { perUser: number; perAddress: number; credentialsPerAddress: number };
  spamThreshold: number;
  recommender: { experimentShare: number; trainingInterval: number; gorse: { url: string; apiKey: string | undefined } | null };
  publicUrl: string;
  productUrl: string;
  identityProvider: { jwksUrl: string; issuer: string; audience: string } | null;
  authSecret: string;
  storePort: number | undefined;
  demoShop: boolean;
  introspection: boolean;
  suggestions: boolean;
  playground: boolean;
  logLevel: string;
}

/** A configuration that cannot be used; the message names each variable at fault. */
export class ConfigError extends Error {}

/** Secrets that stand in examples and must never sign anything real. */
const publishedSecrets = ['change-me-change-me-change-me-change-me'];

/** @throws ConfigError naming every variable whose value is wrong. */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`The configuration is wrong:\n  ${problems.join('\n  ')}`);
  }
  const values = parsed.data;
  const publicUrl = (values.PUBLIC_URL ?? `http://localhost:${values.PORT}`).replace(/\/+$/, '');
  const dataDirectory = resolve(values.PLAZA_DATA_DIR);
  return {
    port: values.PORT,
    host: values.HOST,
    dataDirectory,
    mongodbUri: values.MONGODB_URI,
    redisUrl: values.REDIS_URL,
    connectionsPerAddress: values.CONNECTIONS_PER_ADDRESS,
    trustedProxies: values.TRUSTED_PROXIES,
    rateLimits: {
      perUser: values.RATE_LIMIT_USER,
      perAddress: values.RATE_LIMIT_ADDRESS,
      credentialsPerAddress: values.RATE_LIMIT_CREDENTIALS,
    },
    spamThreshold: values.SPAM_THRESHOLD,
    recommender: { experimentShare: values.EXPERIMENT_SHARE, trainingInterval: values.TRAINING_INTERVAL, gorse: gorse(values) },
    publicUrl,
    productUrl: values.PRODUCT_URL ?? `${publicUrl}/products/{slug}`,
    identityProvider: identityProvider(values),
    authSecret: authSecret(values.AUTH_SECRET, values.MONGODB_URI, variables['NODE_ENV'], dataDirectory),
    storePort: values.STORE_PORT,
    demoShop: values.DEMO_SHOP ?? values.MONGODB_URI === undefined,
    introspection: values.INTROSPECTION,
    suggestions: values.SUGGESTIONS,
    playground: values.PLAYGROUND,
    logLevel: values.LOG_LEVEL,
  };
}

function gorse({ RECOMMENDER, GORSE_URL, GORSE_API_KEY }: z.infer<typeof environment>): Config['recommender']['gorse'] {
  if (RECOMMENDER === 'local') return null;
  if (!GORSE_URL) throw new ConfigError('The configuration is wrong:\n  RECOMMENDER: gorse needs GORSE_URL');
  return { url: GORSE_URL.replace(/\/+$/, ''), apiKey: GORSE_API_KEY };
}

function identityProvider(values: z.infer<typeof environment>): Config['identityProvider'] {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = values;
  if (!jwksUrl) return null;
  if (!issuer || !audience) {
    throw new ConfigError(
      'The configuration is wrong:\n  AUTH_JWKS_URL: needs AUTH_ISSUER and AUTH_AUDIENCE, or any token of the provider would do',
    );
  }
  return { jwksUrl, issuer, audience };
}

function authSecret(given: string | undefined, mongodbUri: string | undefined, mode: string | undefined, directory: string): string {
  if (given && publishedSecrets.includes(given) && mode === 'production') {
    throw new ConfigError('The configuration is wrong:\n  AUTH_SECRET: this is the published example; choose your own');
  }
  if (given) return given;
  if (mongodbUri && mode === 'production') {
    throw new ConfigError('The configuration is wrong:\n  AUTH_SECRET: required in production with MONGODB_URI');
  }
  return ownSecret(directory);
}

/** A secret of this installation alone, made at the first start and kept beside the data. */
function ownSecret(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'auth-secret');
  try {
    writeFileSync(path, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8');
}
