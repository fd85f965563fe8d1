/**
 * Ratings, reviews and questions as pages for frames, for shops where no script may run. They hold the product's
 * structured data, and who has the latest version gets no second copy.
 */
import { createHash } from 'node:crypto';
import escapeHtml from 'escape-html';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { PageOperations } from './page-operations.js';
import { Speech } from './widget-words.js';

export interface EmbedOptions {
  /** Origins whose pages may show these in frames, besides the API's own. */
  corsOrigins: readonly string[];
  loopbackOrigins: boolean;
}

const reviewFields =
  'title body overall createdAt verifiedPurchase incentivised author { name } response { body } images { url(width: 256) altText }';
const questionFields = 'body createdAt author { name } answers(first: 3) { edges { node { body byMerchant author { name } } } }';
const product = 'product(id: $id, externalId: $externalId, source: $source)';
const variables = '($id: ID, $externalId: String, $source: String)';
const base = 'title jsonLd rating { mean reviewCount }';

const queries = {
  rating: `query EmbeddedRating${variables} { ${product} { ${base} } }`,
  reviews: `query EmbeddedReviews${variables} { ${product} { ${base} reviews(first: 20) { edges { node { ${reviewFields} } } } } }`,
  questions: `query EmbeddedQuestions${variables} { ${product} { ${base} questions(first: 20) { edges { node { ${questionFields} } } } } }`,
} as const;

type Kind = keyof typeof queries;

interface Review {
  title: string;
  body: string;
  overall: number;
  createdAt: string | null;
  verifiedPurchase: boolean;
  incentivised: boolean;
  author: { name: string } | null;
  response: { body: string } | null;
  images: { url: string; altText: string | null }[];
}

interface Question {
  body: string;
  createdAt: string | null;
  author: { name: string } | null;
  answers: { edges: { node: { body: string; byMerchant: boolean; author: { name: string } | null } }[] };
}

interface EmbeddedProduct {
  title: string;
  jsonLd: object;
  rating: { mean: number | null; reviewCount: number };
  reviews?: { edges: { node: Review }[] };
  questions?: { edges: { node: Question }[] };
}

interface EmbedRoute {
  Params: { kind: string; id?: string };
  Querystring: { externalId?: string; source?: string; locale?: string };
}

export function serveEmbeds(fastify: FastifyInstance, options: EmbedOptions, operations: PageOperations): void {
  const policy = policyOf(options);
  for (const path of ['/embed/:kind/:id', '/embed/:kind'])
    fastify.get<EmbedRoute>(path, async (request, reply) => {
      const { kind, id } = request.params;
      if (!Object.hasOwn(queries, kind)) return missing(reply);
      const { externalId, source, locale = 'en' } = request.query;
      const names = id ? { id } : { externalId, source };
      const found = (await operations.find<{ product: EmbeddedProduct | null }>(request, queries[kind as Kind], names))?.product;
      if (!found) return missing(reply);
      return send(reply, pageOf(kind as Kind, found, new Speech(String(locale).slice(0, 35))), policy, request.headers['if-none-match']);
    });
}

function missing(reply: FastifyReply): FastifyReply {
  return reply.status(404).type('text/plain').send('There is no such product.\n');
}

function send(reply: FastifyReply, body: string, policy: string, known: string | undefined): FastifyReply {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  void reply
    .type('text/html; charset=utf-8')
    .header('etag', etag)
    .header('cache-control', 'public, max-age=60, stale-while-revalidate=300')
    .header('content-security-policy', policy)
    .header('cross-origin-resource-policy', 'cross-origin')
    .removeHeader('x-frame-options');
  return known?.includes(etag) ? reply.status(304).send() : reply.send(body);
}

const styles =
  'body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1d2330;background:transparent}h1,h2,p,ul{margin:0;padding:0}h1{font-size:1.25rem}h2{font-size:1rem}ul{list-style:none}li{border-top:1px solid #d8dce5;padding:.75rem 0}.stars{color:#b45309;letter-spacing:.08em}.muted{color:#545b6b;font-size:.875rem}.badge{color:#166534;font-size:.875rem}.text{white-space:pre-line;overflow-wrap:anywhere}.answer{margin:.5rem 0 0;padding-left:.75rem;border-left:3px solid #d8dce5}img{max-width:6rem;border-radius:.5rem;margin:.5rem .5rem 0 0}';

function policyOf({ corsOrigins, loopbackOrigins }: EmbedOptions): string {
  const loopback = loopbackOrigins ? ['http://localhost:*', 'http://127.0.0.1:*'] : [];
  const hash = createHash('sha256').update(styles).digest('base64');
  return [
    "default-src 'none'",
    'img-src https: http:',
    `style-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${["'self'", ...corsOrigins, ...loopback].join(' ')}`,
  ].join('; ');
}

function pageOf(kind: Kind, found: EmbeddedProduct, speech: Speech): string {
  const { words } = speech;
  const body = {
    rating: () => ratingOf(found.rating, speech),
    reviews: () =>
      `<h1>${escapeHtml(words.reviews)}</h1>${ratingOf(found.rating, speech)}${listOf(
        found.reviews!.edges.map(({ node }) => reviewOf(node, speech)),
        words.noReviews,
      )}`,
    questions: () =>
      `<h1>${escapeHtml(words.questions)}</h1>${listOf(
        found.questions!.edges.map(({ node }) => questionOf(node, speech)),
        words.noQuestions,
      )}`,
  }[kind]();
  return `<!doctype html>
<html lang="${speech.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(found.title)}</title>
<script type="application/ld+json">${JSON.stringify(found.jsonLd).replaceAll('<', '\\u003c')}</script>
<style>${styles}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`;
}

function ratingOf({ mean, reviewCount }: EmbeddedProduct['rating'], speech: Speech): string {
  if (mean === null) return `<p class="muted">${escapeHtml(speech.words.notRated)}</p>`;
  return `<p>${starsOf(mean)} ${escapeHtml(speech.words.rating(speech.number(mean, 1), speech.number(reviewCount), speech.plural(reviewCount)))}</p>`;
}

function starsOf(value: number): string {
  const filled = Math.round(value);
  return `<span class="stars" aria-hidden="true">${'★'.repeat(filled)}${'☆'.repeat(5 - filled)}</span>`;
}

function listOf(items: string[], empty: string): string {
  return items.length === 0
    ? `<p class="muted">${escapeHtml(empty)}</p>`
    : `<ul>${items.map((item) => `<li>${item}</li>`).join('\n')}</ul>`;
}

function byline(author: { name: string } | null, createdAt: string | null, speech: Speech): string {
  const parts = [author?.name ?? speech.words.someone, createdAt && speech.date(createdAt)].filter(Boolean);
  return `<p class="muted">${escapeHtml(parts.join(' · '))}</p>`;
}

function reviewOf(review: Review, speech: Speech): string {
  const { words } = speech;
  const title = review.title && `<h2>${escapeHtml(review.title)}</h2>`;
  const verified = review.verifiedPurchase ? `<p class="badge">✓ ${escapeHtml(words.verified)}</p>` : '';
  const incentivised = review.incentivised ? `<p class="muted">${escapeHtml(words.incentivised)}</p>` : '';
  const images = review.images.map(({ url, altText }) => `<img src="${escapeHtml(url)}" alt="${escapeHtml(altText ?? '')}">`).join('');
  const response = review.response
    ? `<div class="answer"><p class="muted">${escapeHtml(words.response)}</p><p class="text">${escapeHtml(review.response.body)}</p></div>`
    : '';
  return `<article><p>${starsOf(review.overall)} ${escapeHtml(words.stars(speech.number(review.overall, 1)))}</p>${title}${byline(review.author, review.createdAt, speech)}${verified}${incentivised}<p class="text">${escapeHtml(review.body)}</p>${images}${response}</article>`;
}

function questionOf({ body, createdAt, author, answers }: Question, speech: Speech): string {
  const list = answers.edges.map(({ node }) => {
    const by = node.byMerchant ? speech.words.byMerchant : (node.author?.name ?? speech.words.someone);
    return `<div class="answer"><p class="text">${escapeHtml(node.body)}</p><p class="muted">${escapeHtml(by)}</p></div>`;
  });
  return `<article><p class="text"><strong>${escapeHtml(body)}</strong></p>${byline(author, createdAt, speech)}${list.join('')}</article>`;
}
