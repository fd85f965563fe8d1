/** Serves a built web application, such as the playground: one page, its files, and a strict policy. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { ownFilesOnly } from './content-policy.js';

export interface WebApplication {
  /** Its folder in `web/`. */
  name: string;
  /** Where it is served, with a slash at both ends. */
  path: string;
  /** What is written into the page: `%NAME%` becomes its value. `%NONCE%` is always there. */
  values?: Record<string, string>;
}

const web = fileURLToPath(new URL('../../web/', import.meta.url));
const yearInMilliseconds = 365 * 24 * 60 * 60 * 1000;

/** Every address below the path that is no file answers the page, which has routes of its own. */
export async function serveWebApplication(fastify: FastifyInstance, { name, path, values = {} }: WebApplication): Promise<void> {
  const root = join(web, name, 'dist');
  const page = join(root, 'index.html');
  fastify.get(path.slice(0, -1), (_request, reply) => reply.redirect(path));
  if (!existsSync(page)) {
    fastify.get(`${path}*`, (_request, reply) =>
      reply.status(503).type('text/plain').send(`This page is not built. Run "npm run build" and start the server again.\n`),
    );
    return;
  }
  const html = readFileSync(page, 'utf8').replaceAll(/%([A-Z]+)%/g, (whole, key: string) => values[key] ?? whole);
  const assets = join(root, 'assets');
  if (existsSync(assets)) {
    const files = { root: assets, prefix: `${path}assets/`, index: false as const, decorateReply: false };
    await fastify.register(fastifyStatic, { ...files, immutable: true, maxAge: yearInMilliseconds });
  }
  fastify.get(`${path}*`, (_request, reply) => {
    const nonce = randomBytes(16).toString('base64url');
    void reply.header('content-security-policy', ownFilesOnly({ styles: [`'nonce-${nonce}'`] })).header('cache-control', 'no-cache');
    return reply.type('text/html; charset=utf-8').send(html.replaceAll('%NONCE%', nonce));
  });
}
