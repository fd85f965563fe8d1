/** Prometheus metrics, on a port of their own or behind a token, and never open on the public port. */
import { createHash, timingSafeEqual } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';

/** Where metrics come from: a registry, or those of several processes together. */
export interface MetricsSource {
  contentType: string;
  metrics(): Promise<string>;
}

export interface MetricsOptions {
  /** A port of their own, which needs no token. */
  port: number | undefined;
  host: string;
  /** What to send as `Authorization: Bearer` on the port of the API. Without one they are not served there. */
  token: string | undefined;
}

/** Serves them on the port of the API, where there is a token. */
export function serveMetrics(fastify: FastifyInstance, { token }: MetricsOptions, registry: MetricsSource): void {
  if (token === undefined) return;
  fastify.get('/metrics', async (request, reply) => {
    if (!isToken(request.headers.authorization, token)) return reply.status(401).header('www-authenticate', 'Bearer').send();
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

interface MetricsServer {
  address: string;
  close: () => Promise<void>;
}

/** Listens on the port of their own, where there is one. @returns what stops it */
export async function listenForMetrics({ port, host }: MetricsOptions, registry: MetricsSource): Promise<MetricsServer | null> {
  if (port === undefined) return null;
  const fastify = Fastify({ forceCloseConnections: true });
  fastify.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  const address = await fastify.listen({ port, host });
  return { address, close: () => fastify.close() };
}

function isToken(authorization: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
