/** `<plaza-reviews>`: a product's reviews, newest first, as they come. */
import type { Api } from './api.js';
import { h, stars, type ProductNames } from './element.js';
import { ListElement, type ListTexts, type ProductPage } from './list-element.js';
import type { Page } from './list.js';

interface Review {
  id: string;
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

const fields =
  'id title body overall createdAt verifiedPurchase incentivised author { name } response { body } images { url(width: 256) altText }';
const page = `reviews(first: $first, after: $after, sort: NEWEST) { edges { node { ${fields} } } pageInfo { hasNextPage endCursor } liveCursor }`;
const query = `query PlazaReviews($id: ID, $externalId: String, $source: String, $first: Int, $after: String) {
  product(id: $id, externalId: $externalId, source: $source) { id jsonLd ${page} }
}`;
const subscription = `subscription PlazaReviewChanged($id: ID!, $after: String) {
  reviewChanged(productId: $id, after: $after) { cursor kind reviewId review { ${fields} } }
}`;

interface Answer {
  product: { id: string; jsonLd: object; reviews: Page<Review> } | null;
}

export class PlazaReviews extends ListElement<Review> {
  protected get texts(): ListTexts {
    const { reviews, noReviews, newReview } = this.speech.words;
    return { heading: reviews, empty: noReviews, arrived: newReview };
  }

  protected async pageAfter(api: Api, names: ProductNames, after?: string | null): Promise<ProductPage<Review> | null> {
    const { product } = await api.query<Answer>(query, { ...names, first: this.pageSize(), after });
    if (!product) return null;
    if (after === undefined) this.describe(product.jsonLd);
    return { id: product.id, page: product.reviews };
  }

  protected subscribe(
    api: Api,
    variables: { id: string; after: string | null },
    onChange: (id: string, item: Review | null) => void,
  ): () => void {
    const onEvent = ({ reviewId, review }: { cursor: string; reviewId: string; review: Review | null }): void => onChange(reviewId, review);
    return api.subscribe(subscription, variables, onEvent, this.retry);
  }

  private pageSize(): number {
    const size = Number(this.getAttribute('page-size') ?? 5);
    return Number.isInteger(size) && size >= 1 && size <= 50 ? size : 5;
  }

  /** For search engines, once in the page itself, unless the shop has structured data of its own. */
  private describe(jsonLd: object): void {
    if (this.getAttribute('json-ld') === 'off') return;
    this.querySelector('script[type="application/ld+json"]')?.remove();
    const text = JSON.stringify(jsonLd).replaceAll('<', '\\u003c');
    const said = document.querySelectorAll('plaza-reviews > script[type="application/ld+json"]');
    if (![...said].some(({ textContent }) => textContent === text)) this.append(h('script', { type: 'application/ld+json' }, text));
  }

  protected item({ title, body, overall, createdAt, verifiedPurchase, incentivised, author, response, images }: Review): HTMLElement {
    const { speech } = this;
    const { words } = speech;
    const by = [author?.name ?? words.someone, createdAt && speech.date(createdAt)].filter(Boolean).join(' · ');
    return h(
      'li',
      {},
      h(
        'article',
        { tabindex: '-1' },
        stars(overall, words.stars(speech.number(overall, 1))),
        title !== '' && h('h3', {}, title),
        h('p', { class: 'muted' }, by),
        verifiedPurchase && h('p', { class: 'badge' }, `✓ ${words.verified}`),
        incentivised && h('p', { class: 'muted' }, words.incentivised),
        h('p', { class: 'text' }, body),
        ...images.map(({ url, altText }) => h('img', { src: url, alt: altText ?? '', loading: 'lazy' })),
        response && h('div', { class: 'answer' }, h('p', { class: 'muted' }, words.response), h('p', { class: 'text' }, response.body)),
      ),
    );
  }
}
