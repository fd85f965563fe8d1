/** What one user and one network may ask for in a minute: a budget of cost, of changes, and of attempts with credentials. */
import cluster from 'node:cluster';
import { RateLimiterCluster, RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { RateLimited } from '../errors.js';
import type { RequestContext } from '../relay/context.js';
import type { Cost } from './cost.js';

export interface RateLimitOptions {
  /** Points of cost of one user a minute. */
  costPerUser: number;
  /** Points of cost of one address a minute. */
  costPerAddress: number;
  /** Mutations of one user a minute. */
  perUser: number;
  /** Mutations of one address a minute. */
  perAddress: number;
  /** Points of cost of one API key a minute. */
  costPerKey: number;
  /** Operations of one API key a minute. */
  perKey: number;
  /** Sign-ups, sign-ins and the like of one address a minute. */
  credentialsPerAddress: number;
  /** A connected client of the `redis` package, where several processes count together. */
  redis: unknown;
}

/** What an operation was charged, and what is left of the tighter of the budgets that it was charged to. */
export interface Charge {
  requested: number;
  remaining: number;
  resetAt: Date;
}

/** Mutations that anybody may try with somebody's credentials. */
const credentialMutations = new Set([
  'signUp',
  'signIn',
  'refreshSession',
  'appealBan',
  'eraseMe',
  'changePassword',
  'requestPasswordReset',
  'resetPassword',
  'confirmEmail',
  'changeEmail',
  'exchangeCustomerToken',
]);

/** Characters of an answer that a point of cost covers; larger answers are charged for the rest. */
const charactersPerPoint = 1_000;
/** What a document costs that is refused, for each so many characters of it. */
const refusedCharactersPerPoint = 100;
const longestPause = 1_000;

export class RateLimits {
  private readonly costOfUser: RateLimiterAbstract;
  private readonly costOfAddress: RateLimiterAbstract;
  private readonly changesOfUser: RateLimiterAbstract;
  private readonly changesOfAddress: RateLimiterAbstract;
  private readonly credentials: RateLimiterAbstract;
  private readonly costOfKey: RateLimiterAbstract;
  private readonly operationsOfKey: RateLimiterAbstract;
  private readonly charges = new WeakMap<RequestContext, Charge>();

  constructor(options: RateLimitOptions) {
    const { costPerUser, costPerAddress, perUser, perAddress, credentialsPerAddress, costPerKey, perKey, redis } = options;
    this.costOfUser = limiter('cost-user', costPerUser, redis, false);
    this.costOfAddress = limiter('cost-address', costPerAddress, redis, false);
    this.changesOfUser = limiter('user', perUser, redis, true);
    this.changesOfAddress = limiter('address', perAddress, redis, true);
    this.credentials = limiter('credentials', credentialsPerAddress, redis, true);
    this.costOfKey = limiter('cost-key', costPerKey, redis, false);
    this.operationsOfKey = limiter('key', perKey, redis, true);
  }

  /** Charges an operation before it runs, and notes for the log what it costs. @throws RateLimited */
  async charge({ points, mutations, changes }: Cost, context: RequestContext): Promise<void> {
    context.facts.cost = points;
    if (context.apiKey) await consume(this.operationsOfKey, context.apiKey.prefix, 1);
    await this.chargePoints(points, context);
    if (mutations.length === 0 || context.apiKey) return;
    const credentials = mutations.filter((name) => credentialMutations.has(name)).length;
    if (credentials > 0) await consume(this.credentials, context.address, credentials);
    await consume(this.changesOfAddress, context.address, changes);
    const user = userOf(context);
    if (user) await consume(this.changesOfUser, user, changes);
  }

  /** What an operation's context was charged, where it was. */
  chargeOf(context: RequestContext): Charge | undefined {
    return this.charges.get(context);
  }

  /** Charges for a document that is refused: reading it was work too. @throws RateLimited */
  async chargeRefused(document: string, address: string): Promise<void> {
    await consume(this.costOfAddress, address, 1 + Math.floor(document.length / refusedCharactersPerPoint));
  }

  /** Charges for a request that is no operation. @throws RateLimited */
  async chargeVisit(points: number, address: string): Promise<void> {
    const { refused, msBeforeReset } = await spend(this.costOfAddress, address, points);
    if (refused) throw tooMuch(msBeforeReset);
  }

  /** Charges what an answer's size goes beyond what its cost covers. It is not refused any more. */
  chargeAnswer(context: RequestContext, characters: number): void {
    const beyond = Math.floor(characters / charactersPerPoint) - (this.charges.get(context)?.requested ?? 0);
    if (beyond > 0) this.chargeEvent(context, beyond);
  }

  /** Charges an event that a live operation is sent. A live operation goes on where the budget is used up. */
  chargeEvent(context: RequestContext, points: number): void {
    for (const [budget, key] of this.budgetsOf(context)) if (key) budget.penalty(key, points).catch(() => {});
  }

  /** Charges an event that a live operation missed, and waits while the budget is used up. @param stopped ends the waiting */
  async chargeMissedEvent(context: RequestContext, points: number, stopped: () => boolean): Promise<void> {
    while (!stopped()) {
      try {
        return await this.chargePoints(points, context);
      } catch (error) {
        if (!(error instanceof RateLimited)) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.min(longestPause, error.retryAfter * 1000)).unref());
      }
    }
  }

  /** An API key has a budget of its own; everybody else has that of their address, and users theirs. */
  private budgetsOf(context: RequestContext): [RateLimiterAbstract, string][] {
    if (context.apiKey) return [[this.costOfKey, context.apiKey.prefix]];
    const user = userOf(context);
    return [[this.costOfAddress, context.address], ...(user ? [[this.costOfUser, user] as [RateLimiterAbstract, string]] : [])];
  }

  /** All budgets are charged or none. @throws RateLimited */
  private async chargePoints(points: number, context: RequestContext): Promise<void> {
    const budgets = this.budgetsOf(context);
    const charged = await Promise.all(budgets.map(([budget, key]) => spend(budget, key, points)));
    const tightest = charged.reduce((left, right) => (right.remaining < left.remaining ? right : left));
    const { remaining, msBeforeReset } = charged.find(({ refused }) => refused) ?? tightest;
    this.charges.set(context, { requested: points, remaining, resetAt: new Date(Date.now() + msBeforeReset) });
    if (!charged.some(({ refused }) => refused)) return;
    const paid = budgets.filter((_budget, at) => !charged[at]!.refused);
    await Promise.all(paid.map(([budget, key]) => budget.reward(key, points)));
    throw tooMuch(msBeforeReset);
  }
}

/** @param isSmall whether it is asked seldom enough that the processes of a server count together without Redis */
function limiter(name: string, points: number, redis: unknown, isSmall: boolean): RateLimiterAbstract {
  const memory = new RateLimiterMemory({ keyPrefix: name, points, duration: 60 });
  if (!redis)
    return isSmall && cluster.isWorker
      ? new RateLimiterCluster({ keyPrefix: name, points, duration: 60, insuranceLimiter: memory })
      : memory;
  // While Redis is away, every process counts alone.
  return new RateLimiterRedis({
    storeClient: redis,
    useRedisPackage: true,
    keyPrefix: `plaza:rate:${name}`,
    points,
    duration: 60,
    insuranceLimiter: memory,
  });
}

function userOf({ signedIn }: RequestContext): string | undefined {
  return signedIn?.userId.toHexString();
}

/** Takes points from a budget. What it cannot pay is given back but for one point, so that something cheaper may still run. */
async function spend(
  budget: RateLimiterAbstract,
  key: string,
  points: number,
): Promise<{ refused: boolean; remaining: number; msBeforeReset: number }> {
  try {
    const { remainingPoints, msBeforeNext } = await budget.consume(key, points);
    return { refused: false, remaining: remainingPoints, msBeforeReset: msBeforeNext };
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const { remainingPoints } = await budget.reward(key, points - 1);
    return { refused: true, remaining: remainingPoints, msBeforeReset: error.msBeforeNext };
  }
}

async function consume(limiter: RateLimiterAbstract, key: string, points: number): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw tooMuch(error.msBeforeNext);
  }
}

function tooMuch(msBeforeReset: number): RateLimited {
  return new RateLimited(Math.max(1, Math.ceil(msBeforeReset / 1000)));
}
