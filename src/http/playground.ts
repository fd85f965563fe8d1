/** The playground: the application of `web/playground`. */
import type { FastifyInstance } from 'fastify';
import { serveWebApplication } from './web-application.js';

export const playgroundPath = '/playground/';

/**
 * @param options.demoShop whether the page offers to sign in with the accounts of the demo shop
 * @param atRoot whether `/` leads to it
 */
export async function servePlayground(fastify: FastifyInstance, { demoShop }: { demoShop: boolean }, atRoot: boolean): Promise<void> {
  if (atRoot) fastify.get('/', (_request, reply) => reply.redirect(playgroundPath));
  await serveWebApplication(fastify, { name: 'playground', path: playgroundPath, values: { DEMO: String(demoShop) } });
}
