/** The storefront that comes with Plaza: its built files, and its one page at every address that is its own. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import escapeHtml from 'escape-html';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../log.js';
import { languageAmong } from '../messages/index.js';
import { Compression } from './compression.js';
import { FirstAnswers, type FirstQueries } from './first-answers.js';
import type { PageOperations } from './page-operations.js';

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

interface Greeting {
  heroTitle: string;
  heroText: string;
  search: string;
  searchPlaceholder: string;
  categories: string;
}

/** What the server says of the storefront before its scripts run, as it was built. */
interface First {
  queries: FirstQueries;
  /** By language. */
  greetings: Record<string, Greeting>;
}

export interface StorefrontOptions {
  /** The account that visitors can try the shop with; null in a real shop. */
  demoAccount: { email: string; password: string } | null;
  /** The shop's currency, in which prices are filtered. */
  currency: string;
  /** Where clients reach the API. */
  publicUrlOf: () => string;
}

/** What a page has before its scripts run, for search engines and for people without scripts. */
export interface PageParts {
  /** Elements of `<head>`. */
  head?: string;
  /** The content of the page. */
  page?: string;
  /** Elements with answers to what the page asks first. */
  answers?: FirstAnswers | null;
}

export class Storefront {
  private readonly compression = new Compression();

  private constructor(
    private readonly template: string,
    private readonly first: First,
    private readonly publicUrlOf: () => string,
  ) {}

  /** @returns null where it was not built */
  static load({ demoAccount, currency, publicUrlOf }: StorefrontOptions): Storefront | null {
    const index = join(directory, 'index.html');
    if (!existsSync(index)) return null;
    const demo = demoAccount ? `<meta name="plaza-demo" content="${escapeHtml(JSON.stringify(demoAccount))}">` : '';
    const meta = `<meta name="plaza-currency" content="${escapeHtml(currency)}">${demo}`;
    return new Storefront(
      readFileSync(index, 'utf8').replace('<!--/head-->', () => `${meta}<!--/head-->`),
      JSON.parse(readFileSync(join(directory, 'first.json'), 'utf8')) as First,
      publicUrlOf,
    );
  }

  /** What a page asks first, by the names of its queries, answered for a stranger. */
  answersTo(
    request: FastifyRequest,
    operations: PageOperations,
    asked: Record<string, Record<string, unknown>>,
  ): Promise<FirstAnswers | null> {
    return FirstAnswers.of(request, operations, this.first.queries, asked);
  }

  send(reply: FastifyReply, { head, page = '', answers = null }: PageParts = {}): FastifyReply {
    const filled =
      head === undefined ? this.template : this.template.replace(/<!--head-->[^]*?(?=<meta name="plaza-currency")/, () => head);
    const html = filled
      .replace('<!--/head-->', () => answers?.preloads() ?? '')
      .replace('<!--page-->', () => (answers ? this.top(reply.request, answers) : '') + page)
      .replace('<!--answers-->', () => answers?.script() ?? '');
    const vary = [reply.getHeader('vary') ?? [], 'accept-encoding', 'accept-language'].flat().join(', ');
    const headers = { 'cache-control': 'no-cache', vary, ...this.policyHeader };
    return this.sendCompressed(reply.type('text/html; charset=utf-8').headers(headers), Buffer.from(html));
  }

  private sendCompressed(reply: FastifyReply, html: Buffer): FastifyReply {
    const encoding = this.compression.encodingFor(reply.request.headers['accept-encoding'], html);
    if (!encoding) return reply.send(html);
    return reply.header('content-encoding', encoding).send(this.compression.encodeOnce(encoding, html));
  }

  /** The first of the browser's languages that the shop speaks. */
  private languageOf({ headers }: FastifyRequest): string {
    return languageAmong(Object.keys(this.first.greetings), headers['accept-language']);
  }

  /** The frame's top, which finds and leads on before the scripts run, and takes the place that it has afterwards. */
  private top(request: FastifyRequest, answers: FirstAnswers): string {
    const language = this.languageOf(request);
    const { search, searchPlaceholder, categories } = this.first.greetings[language]!;
    const shelves = answers.shelves().map(({ slug, name }) => `<a href="/categories/${encodeURIComponent(slug)}">${escapeHtml(name)}</a>`);
    const [label, placeholder] = [escapeHtml(search), escapeHtml(searchPlaceholder)];
    return `<header class="top" lang="${language}" dir="auto">
<div class="wrap bar">
<a href="/" class="logo"><img src="/icon.svg" alt="" width="30" height="30"> Plaza</a>
<form class="find" role="search" action="/search"><input class="input" type="search" name="q" aria-label="${label}" placeholder="${placeholder}" maxlength="200"></form>
</div>
<nav class="wrap shelves" aria-label="${escapeHtml(categories)}">${shelves.join('')}</nav>
</header>`;
  }

  /** How the home page begins. */
  private greeting(request: FastifyRequest): string {
    const language = this.languageOf(request);
    const { heroTitle, heroText } = this.first.greetings[language]!;
    const text = `<h1>${escapeHtml(heroTitle)}</h1><p>${escapeHtml(heroText)}</p>`;
    return `<main class="page" lang="${language}" dir="auto"><div class="wrap stack loose"><section class="hero">${text}</section></div></main>`;
  }

  private get policyHeader(): Record<string, string> {
    return { 'content-security-policy': policyFor(new URL(this.publicUrlOf()).origin) };
  }

  async serve(fastify: FastifyInstance, operations: PageOperations): Promise<void> {
    for (const path of paths)
      fastify.get(path, async (request, reply) => {
        const answers = await this.answersTo(request, operations, { Frame: {}, ...(path === '/' && { Home: { visitorId: null } }) });
        return this.send(reply, { answers, ...(path === '/' && { page: this.greeting(request) }) });
      });
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
