/** What a route other than GraphQL costs its caller's network, from the same budget as operations. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RateLimits } from '../graphql/rate-limits.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Points of cost of a request. Files that are in memory, and pages whose operations are charged, cost nothing more. */
    points?: number;
  }
}

/** @param addressOf the network behind a request */
export function chargeRoutes(
  fastify: FastifyInstance,
  rateLimits: Pick<RateLimits, 'chargeVisit'>,
  addressOf: (request: FastifyRequest['raw']) => string,
): void {
  fastify.addHook('onRequest', ({ routeOptions, raw }, _reply, done) => {
    const { points } = routeOptions.config;
    if (points) rateLimits.chargeVisit(points, addressOf(raw)).then(() => done(), done);
    else done();
  });
}
