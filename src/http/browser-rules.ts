/** What browsers and caches are told: which origins may call, what a page of the API may load, and that nothing is kept. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import fastifyCors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
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
  // The same for every answer.
  const headers = headersOfAll(publicUrl.startsWith('https:'));
  fastify.addHook('onRequest', (_request, { raw }, done) => {
    for (const [name, value] of headers) raw.setHeader(name, value);
    done();
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
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('vary', 'Origin');
    if (!isForPages(request.url) || origins.allow(request.raw)) return done();
    const error = { message: 'This origin may not use the API.', extensions: { code: 'FORBIDDEN' } };
    void reply.status(403).send({ errors: [error] });
  });
}

/** @param isSecure whether browsers come by https: only then may they be told to come by nothing else */
function headersOfAll(isSecure: boolean): Map<string, string> {
  const headers = new Map<string, string>();
  const setHeader = (name: string, value: string): void => void headers.set(name, value);
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    },
    // For the shop's users to keep, and not for all that its domain has.
    strictTransportSecurity: isSecure && { maxAge: 365 * 24 * 60 * 60, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  });
  // What may be kept says so itself.
  setHeader('cache-control', 'no-store');
  protect({} as IncomingMessage, { setHeader, removeHeader: () => {} } as unknown as ServerResponse, () => {});
  return headers;
}
