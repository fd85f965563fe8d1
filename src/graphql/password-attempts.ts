/**
 * Limits how often the password of one account may be tried. A stranger who uses an account's attempts up keeps
 * nobody out from an address where the account was signed in to before, and nobody's open session.
 * Source: OWASP ASVS 2.2.1 (at most 100 failed attempts an hour), Authentication Cheat Sheet.
 */
import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { RateLimiterCluster, RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { RateLimited } from '../errors.js';
import type { RequestContext } from '../relay/context.js';

const hour = 60 * 60;
/** An address counts as known to an account for so long after it was last signed in to from there. */
const knownFor = 14 * 24 * hour;

export interface PasswordAttemptOptions {
  /** Failed attempts on one account an hour from addresses that it does not know. */
  perAccount: number;
  /** A connected client of the `redis` package, where several processes count together. */
  redis: unknown;
}

export class PasswordAttempts {
  private readonly ofAccount: RateLimiterAbstract;
  private readonly ofPair: RateLimiterAbstract;
  private readonly known: RateLimiterAbstract;

  constructor({ perAccount, redis }: PasswordAttemptOptions) {
    this.ofAccount = limiter('account', perAccount, hour, redis);
    // From one address, known or not, a fifth of them.
    this.ofPair = limiter('account-address', Math.ceil(perAccount / 5), hour, redis);
    this.known = limiter('account-known', 1, knownFor, redis);
  }

  /**
   * Runs an attempt. One that succeeds is not counted, and makes the address known to the account.
   * @throws RateLimited without running it where too many failed
   */
  async attempt<Result>(
    account: string,
    address: string,
    work: () => Promise<Result>,
    succeeded: (result: Result) => boolean,
  ): Promise<Result> {
    const accountKey = createHash('sha256').update(account.normalize('NFC').toLowerCase()).digest('base64url');
    const pairKey = `${accountKey} ${address}`;
    await consume(this.ofPair, pairKey);
    const isKnown = (await this.known.get(pairKey)) !== null;
    if (!isKnown) await consume(this.ofAccount, accountKey);
    const result = await work();
    if (succeeded(result)) {
      // Blocking is how limiters of every kind set a time anew; nothing is consumed of this one.
      await Promise.all([this.ofPair.delete(pairKey), this.known.block(pairKey, knownFor)]);
      if (!isKnown) await this.ofAccount.reward(accountKey, 1);
    }
    return result;
  }
}

function limiter(name: string, points: number, duration: number, redis: unknown): RateLimiterAbstract {
  const memory = new RateLimiterMemory({ keyPrefix: name, points, duration });
  if (!redis) return cluster.isWorker ? new RateLimiterCluster({ keyPrefix: name, points, duration, insuranceLimiter: memory }) : memory;
  const keyPrefix = `plaza:rate:${name}`;
  return new RateLimiterRedis({ storeClient: redis, useRedisPackage: true, keyPrefix, points, duration, insuranceLimiter: memory });
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new RateLimited(Math.ceil(error.msBeforeNext / 1000));
  }
}

/** Mutations that tell whether a password is right: of the address that they are given, or of the viewer. */
const passwordsOfAddress = ['signIn', 'appealBan'];
const passwordsOfViewer = ['eraseMe', 'changePassword', 'changeEmail'];
/** Mutations that have mail sent to the address that they are given: each counts, whatever comes of it, and apart from passwords. */
const mailToAddress = ['signUp', 'requestPasswordReset'];

/** Puts the limit before every mutation that checks a password, or has mail sent to an address. */
export function limitPasswordAttempts(schema: GraphQLSchema, attempts: PasswordAttempts): void {
  const mutations = schema.getMutationType()?.getFields() ?? {};
  for (const name of [...passwordsOfAddress, ...passwordsOfViewer, ...mailToAddress]) {
    const field = mutations[name];
    if (!field?.resolve) continue;
    const resolve = field.resolve as GraphQLFieldResolver<unknown, RequestContext, { input?: { email?: unknown } }>;
    const limited: typeof resolve = (source, args, context, info) => {
      const account = accountOf(name, args.input?.email, context);
      const work = async () => (await resolve(source, args, context, info)) as { userErrors?: unknown[] };
      if (account === undefined) return work();
      return attempts.attempt(account, context.address, work, mailToAddress.includes(name) ? () => false : succeeded);
    };
    field.resolve = limited as GraphQLFieldResolver<unknown, unknown>;
  }
}

function accountOf(name: string, email: unknown, { signedIn }: RequestContext): string | undefined {
  if (passwordsOfViewer.includes(name)) return signedIn?.userId.toHexString();
  if (typeof email !== 'string') return undefined;
  return mailToAddress.includes(name) ? `mail to ${email}` : email;
}

function succeeded({ userErrors }: { userErrors?: unknown[] }): boolean {
  return userErrors?.length === 0;
}
