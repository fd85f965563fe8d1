/** The staff's console: the application of `web/console`, which has no door but the API. */
import type { FastifyInstance } from 'fastify';
import { serveWebApplication } from './web-application.js';

/** @param options.demoShop whether the page offers to sign in with the accounts of the demo shop */
export async function serveConsole(fastify: FastifyInstance, { demoShop }: { demoShop: boolean }): Promise<void> {
  await serveWebApplication(fastify, { name: 'console', path: '/console/', values: { DEMO: String(demoShop) } });
}
