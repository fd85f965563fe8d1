/**
 * Google's product review feed, version 2.4: every visible review with a text.
 * Source of the structure: https://developers.google.com/product-review-feeds/schema
 */
import { escapeUTF8 } from 'entities';
import type { ProductDocument } from '../modules/catalog/index.js';
import type { ExportedReview } from './exported-reviews.js';

export interface FeedOptions {
  /** Who publishes the reviews. */
  publisher: string;
  /** Where the shop shows a product. */
  urlOf: (slug: string) => string;
}

const schema = 'http://www.google.com/shopping/reviews/schema/product/2.4/product_reviews.xsd';

/** Piece by piece, so that a feed of any length needs little memory. */
export async function* googleFeed(reviews: AsyncIterable<ExportedReview>, options: FeedOptions): AsyncGenerator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="${schema}">
<version>2.4</version>
<publisher>${element('name', options.publisher)}</publisher>
<reviews>
`;
  for await (const review of reviews)
    if (review.product && !review.product.archivedAt && review.rating.body.trim() !== '')
      yield reviewElement(review, review.product, options);
  yield '</reviews>\n</feed>\n';
}

function reviewElement({ review, rating, author }: ExportedReview, product: ProductDocument, { urlOf }: FeedOptions): string {
  const url = urlOf(product.slug);
  const name = author ? element('name', author.name) : '<name is_anonymous="true">Anonymous</name>';
  const parts = [
    element('review_id', review._id.toHexString()),
    `<reviewer>${name}${author ? element('reviewer_id', author._id.toHexString()) : ''}</reviewer>`,
    element('is_verified_purchase', String(rating.verified)),
    element('is_incentivized_review', String(rating.incentivised)),
    element('review_timestamp', review.createdAt.toISOString()),
    rating.title.trim() === '' ? '' : element('title', rating.title),
    element('content', rating.body),
    `<review_url type="group">${text(url)}</review_url>`,
    wrapped(
      'reviewer_images',
      rating.images.map((image) => `<reviewer_image>${element('url', image)}</reviewer_image>`),
    ),
    `<ratings><overall min="1" max="5">${Math.round(rating.rating * 100) / 100}</overall></ratings>`,
    `<products><product>${productIds(product)}${element('product_name', product.title)}${element('product_url', url)}</product></products>`,
    rating.verified ? '<collection_method>post_fulfillment</collection_method>' : '',
  ];
  return `<review>${parts.join('')}</review>\n`;
}

/** In the order that the schema asks for: GTIN, MPN, SKU, brand. */
function productIds({ _id, gtin, mpn, sku, brand }: ProductDocument): string {
  const lists = [
    wrapped('gtins', gtin ? [element('gtin', gtin)] : []),
    wrapped('mpns', mpn ? [element('mpn', mpn)] : []),
    wrapped('skus', [element('sku', sku ?? _id.toHexString())]),
    wrapped('brands', brand ? [element('brand', brand)] : []),
  ];
  return wrapped('product_ids', lists);
}

function wrapped(name: string, elements: string[]): string {
  const content = elements.join('');
  return content === '' ? '' : `<${name}>${content}</${name}>`;
}

function element(name: string, content: string): string {
  return `<${name}>${text(content)}</${name}>`;
}

/** Without the characters that XML cannot hold in any form. */
function text(content: string): string {
  // eslint-disable-next-line no-control-regex
  return escapeUTF8(content.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''));
}
