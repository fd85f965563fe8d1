/** Operations that the server's own pages run for whoever opens them: charged and refused like anybody's. */
import type { FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { admit } from '../graphql/admission.js';
import type { CompiledOperations } from '../graphql/compiled-operations.js';
import { rootOf } from '../graphql/errors.js';
import type { RateLimits } from '../graphql/rate-limits.js';
import { RequestContext, type Streams } from '../relay/context.js';

interface Dependencies {
  operations: CompiledOperations;
  rateLimits: RateLimits;
  streams: Streams;
  /** The network behind a request. */
  addressOf: (request: FastifyRequest['raw']) => string;
}

export class PageOperations {
  constructor(private readonly dependencies: Dependencies) {}

  /** @throws RequestError where the address cannot pay for it, or what was asked for is no possible input */
  async run<Data>(request: FastifyRequest, query: string, variables: Record<string, unknown>): Promise<Data> {
    const { operations } = this.dependencies;
    const document = operations.document(query);
    if (!('kind' in document)) throw document[0]!;
    const context = this.contextOf(request);
    await admit(this.dependencies, document, undefined, variables, context);
    const { data, errors } = await operations.run(document, undefined, {}, context, variables);
    if (errors) throw rootOf(errors[0]);
    return data as Data;
  }

  /** The same for what is found by an address, where an impossible one leads nowhere. */
  async find<Data>(request: FastifyRequest, query: string, variables: Record<string, unknown>): Promise<Data | null> {
    try {
      return await this.run<Data>(request, query, variables);
    } catch (error) {
      if (error instanceof RequestError && error.code === 'BAD_USER_INPUT') return null;
      throw error;
    }
  }

  private contextOf({ headers, raw }: FastifyRequest): RequestContext {
    const { addressOf, streams } = this.dependencies;
    const context = new RequestContext({ signedIn: null }, addressOf(raw), streams);
    return Object.assign(context, { acceptLanguage: headers['accept-language'] });
  }
}
