/** The storefront that comes with Plaza: its built files, and its one page at every address that is its own. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import escapeHtml from 'escape-html';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../log.js';

const directory = fileURLToPath(new URL('../../web/storefront/dist/', import.meta.url));
const year = 365 * 24 * 60 * 60;

/** Addresses that lead to the storefront. Product pages are the server's own: they hold what search engines need. */
const paths = [
  ...['/', '/search', '/categories/:slug', '/cart', '/orders', '/users/:handle', '/feed', '/notifications', '/settings'],
  ...['/sign-in', '/sign-up', '/forgot-password'],
];
const icons = ['icon-192.png', 'icon-512.png', 'icon-maskable-512.png', 'apple-touch-icon.png'];
const files = {
  ...Object.fromEntries(icons.map((name) => [name, 'image/png'])),
  'icon.svg': 'image/svg+xml',
  'manifest.webmanifest': 'application/manifest+json',
  'sw.js': 'text/javascript',
};

/**
 * No script, style or connection but the shop's own. Pictures from elsewhere are those of imported products, and uploads
 * may go to an object store.
 * @param origin of the addresses that the API gives its pictures
 */
function policyFor(origin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob: https: ${origin}`,
    "font-src 'self'",
    `connect-src 'self' https: ${origin}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export interface StorefrontOptions {
  /** The account that visitors can try the shop with; null in a real shop. */
  demoAccount: { email: string; password: string } | null;
  /** Where clients reach the API. */
  publicUrlOf: () => string;
}

/** What a page has before its scripts run, for search engines and for people without scripts. */
export interface PageParts {
  /** Elements of `<head>`. */
  head?: string;
  /** The content of the page. */
  page?: string;
}

export class Storefront {
  private constructor(
    private readonly template: string,
    private readonly publicUrlOf: () => string,
  ) {}

  /** @returns null where it was not built */
  static load({ demoAccount, publicUrlOf }: StorefrontOptions): Storefront | null {
    const index = join(directory, 'index.html');
    if (!existsSync(index)) return null;
    const meta = demoAccount ? `<meta name="plaza-demo" content="${escapeHtml(JSON.stringify(demoAccount))}">` : '';
    return new Storefront(
      readFileSync(index, 'utf8').replace('<!--/head-->', () => `${meta}<!--/head-->`),
      publicUrlOf,
    );
  }

  send(reply: FastifyReply, { head, page = '' }: PageParts = {}): FastifyReply {
    const filled =
      head === undefined ? this.template : this.template.replace(/<!--head-->[^]*?(?=<meta name="plaza-demo"|<!--\/head-->)/, () => head);
    return reply
      .type('text/html')
      .headers(this.policyHeader)
      .header('cache-control', 'no-cache')
      .send(filled.replace('<!--page-->', () => page));
  }

  private get policyHeader(): Record<string, string> {
    return { 'content-security-policy': policyFor(new URL(this.publicUrlOf()).origin) };
  }

  async serve(fastify: FastifyInstance): Promise<void> {
    for (const path of paths) fastify.get(path, (_request, reply) => this.send(reply));
    await fastify.register(fastifyStatic, {
      root: join(directory, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      preCompressed: true,
      index: false,
      maxAge: year * 1000,
      immutable: true,
    });
    for (const [name, type] of Object.entries(files)) {
      const content = readFileSync(join(directory, name));
      // A service worker's requests are bound by the policy that came with it.
      const send = (reply: FastifyReply) =>
        reply
          .type(type)
          .headers({ 'cache-control': 'no-cache', ...this.policyHeader })
          .send(content);
      fastify.get(`/${name}`, (_request, reply) => send(reply));
    }
    fastify.setNotFoundHandler((request, reply) => (isPageRequest(request) ? this.send(reply.status(404)) : notFound(request, reply)));
  }
}

/** @returns null where it is not built, which is logged */
export function loadStorefront(options: StorefrontOptions, log: Logger): Storefront | null {
  const storefront = Storefront.load(options);
  if (!storefront) log.warn({}, 'The storefront is not built: run "npm run build", or set STOREFRONT=false.');
  return storefront;
}

/** Whether a browser asks for a page that it was led to. Programs get the API's own answer. */
function isPageRequest({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept?.includes('text/html') ?? false);
}

function notFound({ method, url }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.status(404).send({ message: `Route ${method}:${url} not found`, error: 'Not Found', statusCode: 404 });
}
