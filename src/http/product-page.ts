/** A plain page for a product, for shops without a page of their own: it says what search engines need. */
import escapeHtml from 'escape-html';
import type { FastifyInstance } from 'fastify';
import { beginningOf } from '../input/text.js';
import type { PageOperations } from './page-operations.js';
import type { Storefront } from './storefront.js';

const query = `query ProductPage($slug: String!) {
  product(slug: $slug) {
    slug title description jsonLd
    images { url(width: 768, height: 768) large: url(width: 1536, height: 1536) share: url(width: 1024, format: JPEG) altText }
    price { formatted }
    availability
    rating { reviewCount mean }
    reviews(first: 5) { edges { node { title body overall images { url(width: 256) altText } author { name avatar { url(width: 64, height: 64) } } } } }
  }
}`;

/** Where a product is that a slug leads to, or led to. */
interface ProductPlace {
  slug: string;
  archived: boolean;
}

export interface ProductPageOptions {
  placeOfSlug: (slug: string) => Promise<ProductPlace | null>;
}

interface PageProduct {
  slug: string;
  title: string;
  description: string;
  images: (PageImage & { share: string })[];
  jsonLd: object;
  price: { formatted: string } | null;
  availability: string;
  rating: { reviewCount: number; mean: number | null };
  reviews: { edges: { node: PageReview }[] };
}

interface PageImage {
  url: string;
  /** The same for screens of twice as many dots, as the storefront asks for it, so that it is loaded once. */
  large?: string;
  altText: string | null;
}

interface PageReview {
  title: string;
  body: string;
  overall: number;
  images: PageImage[];
  author: { name: string; avatar: { url: string } | null } | null;
}

export function serveProductPage(
  fastify: FastifyInstance,
  { placeOfSlug }: ProductPageOptions,
  operations: PageOperations,
  storefront: Storefront | null,
): void {
  fastify.get<{ Params: { slug: string } }>('/products/:slug', async (request, reply) => {
    const { slug } = request.params;
    const product = (await operations.find<{ product: PageProduct | null }>(request, query, { slug }))?.product;
    if (!product) {
      const isGone = (await placeOfSlug(slug))?.archived ?? false;
      if (storefront) return storefront.send(reply.status(isGone ? 410 : 404));
      return isGone
        ? reply.status(410).type('text/plain').send('This product is no longer available.\n')
        : reply.status(404).type('text/plain').send('There is no such product.\n');
    }
    // An earlier slug leads to the present one.
    if (product.slug !== slug.normalize('NFC')) return reply.redirect(`/products/${encodeURIComponent(product.slug)}`, 301);
    if (storefront) {
      const answers = await storefront.answersTo(request, operations, { Frame: {}, Product: { slug: product.slug } });
      return storefront.send(reply, { head: headOf(product), page: `<main class="wrap page">${bodyOf(product)}</main>`, answers });
    }
    return reply
      .type('text/html')
      .header('content-security-policy', "default-src 'none'; img-src https: http:; style-src 'unsafe-inline'")
      .send(pageOf(product));
  });
}

function pageOf(product: PageProduct): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${headOf(product)}
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:#1d2330}h1{line-height:1.2}.price{font-size:1.4rem}article{border-top:1px solid #d8dce5;padding:.5rem 0}img{max-width:100%;height:auto;border-radius:.5rem}article .picture{max-width:10rem}.avatar{border-radius:50%;vertical-align:middle}</style>
</head>
<body>
${bodyOf(product)}
</body>
</html>
`;
}

function headOf({ title, description, images, jsonLd }: PageProduct): string {
  return `<title>${escapeHtml(title)}</title>
<meta name="description" content="${escapeHtml(beginningOf(description, 300))}">
<meta property="og:type" content="product">
<meta property="og:title" content="${escapeHtml(title)}">
<meta property="og:description" content="${escapeHtml(description)}">
${images[0] ? `<meta property="og:image" content="${escapeHtml(images[0].share)}">` : ''}
<script type="application/ld+json">${JSON.stringify(jsonLd).replaceAll('<', '\\u003c')}</script>`;
}

function bodyOf({ title, description, images, price, availability, rating, reviews }: PageProduct): string {
  const stars = rating.mean === null ? 'Not rated yet' : `${rating.mean.toFixed(1)} of 5 stars, ${rating.reviewCount} reviews`;
  return `<h1>${escapeHtml(title)}</h1>
${images.map((image) => imageOf(image, 512)).join('\n')}
<p class="price">${escapeHtml([price?.formatted, availabilityText[availability]].filter(Boolean).join(' – '))}</p>
<p>${escapeHtml(stars)}</p>
<p>${escapeHtml(description)}</p>
${reviews.edges.map(({ node }) => articleOf(node)).join('\n')}`;
}

function articleOf({ title, body, overall, images, author }: PageReview): string {
  const avatar = author?.avatar ? `<img class="avatar" src="${escapeHtml(author.avatar.url)}" alt="" width="32" height="32">` : '';
  const by = `<p>${avatar} ${overall.toFixed(1)} of 5, by ${escapeHtml(author?.name ?? 'a former user')}</p>`;
  return `<article><h2>${escapeHtml(title || 'Review')}</h2>${by}<p>${escapeHtml(body)}</p>${images.map((image) => imageOf(image, 160)).join(' ')}</article>`;
}

/** The place is kept before the picture is there: nothing moves when it comes. */
function imageOf({ url, large, altText }: PageImage, size: number): string {
  const set = large ? ` srcset="${escapeHtml(`${url} 1x, ${large} 2x`)}"` : '';
  return `<img class="picture" src="${escapeHtml(url)}"${set} alt="${escapeHtml(altText ?? '')}" width="${size}" height="${size}">`;
}

const availabilityText: Record<string, string> = { BACKORDER: 'On backorder', OUT_OF_STOCK: 'Sold out', UNLISTED: 'Not for sale' };
