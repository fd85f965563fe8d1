/** What browsers are told: which origins may call, and what a page of the API may load. */
import fastifyCors from '@fastify/cors';
import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { Origins } from './origins.js';

/** How long a browser need not ask again, in seconds. */
const preflightCached = 24 * 60 * 60;

/** @param paths where GraphQL is served and uploads go, which are all that pages of other origins may call */
export async function setBrowserRules(
  fastify: FastifyInstance,
  paths: { graphql: string; uploads: string },
  origins: Origins,
  { publicUrl, refreshTokenCookie }: { publicUrl: string; refreshTokenCookie: boolean },
): Promise<void> {
  const isForPages = (url: string): boolean => url.split('?')[0] === paths.graphql || url.startsWith(paths.uploads);
  await fastify.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Only meant where the address is https, and then for its users to keep.
    strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: 365 * 24 * 60 * 60, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  });
  await fastify.register(fastifyCors, {
    delegator: (request, callback) => {
      const allowed = isForPages(request.url) && origins.allow(request.raw);
      callback(null, {
        origin: allowed,
        // Pages of allowed origins may send the cookie along.
        credentials: refreshTokenCookie,
        methods: request.url.startsWith(paths.uploads) ? ['PUT'] : ['GET', 'POST'],
        exposedHeaders: ['Retry-After'],
        maxAge: preflightCached,
        strictPreflight: false,
      });
    },
  });
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.header('vary', 'Origin');
    if (!isForPages(request.url) || origins.allow(request.raw)) return;
    const error = { message: 'This origin may not use the API.', extensions: { code: 'FORBIDDEN' } };
    await reply.status(403).send({ errors: [error] });
  });
}
