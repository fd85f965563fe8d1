/** How much one user and one address may change in a minute. */
import { getOperationAST, type DocumentNode, type SelectionSetNode } from 'graphql';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { RequestError } from '../errors.js';
import type { RequestContext } from '../relay/context.js';

export interface RateLimitOptions {
  /** Mutations of one user a minute. */
  perUser: number;
  /** Mutations of one address a minute. */
  perAddress: number;
  /** Sign-ups, sign-ins and the like of one address a minute. */
  credentialsPerAddress: number;
  /** A connected client of the `redis` package, where several processes count together. */
  redis: unknown;
}

/** Mutations that anybody may try with somebody's credentials. */
const credentialMutations = new Set(['signUp', 'signIn', 'refreshSession', 'appealBan', 'eraseMe']);

export class RateLimits {
  private readonly user: RateLimiterAbstract;
  private readonly address: RateLimiterAbstract;
  private readonly credentials: RateLimiterAbstract;

  constructor({ perUser, perAddress, credentialsPerAddress, redis }: RateLimitOptions) {
    this.user = limiter('user', perUser, redis);
    this.address = limiter('address', perAddress, redis);
    this.credentials = limiter('credentials', credentialsPerAddress, redis);
  }

  /** Charges for what an operation changes; reading costs nothing here. @throws RequestError RATE_LIMITED */
  async charge(document: DocumentNode, operationName: string | undefined, { signedIn, address }: RequestContext): Promise<void> {
    const fields = mutationsOf(document, operationName);
    if (fields.length === 0) return;
    const credentials = fields.filter((name) => credentialMutations.has(name)).length;
    if (credentials > 0) await consume(this.credentials, address, credentials);
    await consume(this.address, address, fields.length);
    if (signedIn) await consume(this.user, signedIn.userId.toHexString(), fields.length);
  }
}

function limiter(name: string, points: number, redis: unknown): RateLimiterAbstract {
  const memory = new RateLimiterMemory({ keyPrefix: name, points, duration: 60 });
  if (!redis) return memory;
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

async function consume(limiter: RateLimiterAbstract, key: string, points: number): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.ceil(error.msBeforeNext / 1000);
    throw new RequestError('RATE_LIMITED', `That is too much in a minute: try again in ${seconds} s.`);
  }
}

/** The names of the root fields, each as often as it is asked for; empty for anything but a mutation. */
function mutationsOf(document: DocumentNode, operationName: string | undefined): string[] {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'mutation') return [];
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one.selectionSet]] : [])),
  );
  const fieldsOf = (selections: SelectionSetNode | undefined): string[] =>
    (selections?.selections ?? []).flatMap((one) => {
      if (one.kind === 'Field') return [one.name.value];
      return fieldsOf(one.kind === 'InlineFragment' ? one.selectionSet : fragments.get(one.name.value));
    });
  return fieldsOf(operation.selectionSet);
}
