/** Products as a search engine outside gets them, and the settings of its index. */
import { createHash } from 'node:crypto';
import type { Settings } from 'meilisearch';
import { fold } from '../../../search/index.js';
import { ratingSteps } from '../search/facet-counts.js';
import type { SearchedProduct } from '../search/product-index.js';

const maxDescription = 1000;
/** The engine cuts values that it filters by after 468 bytes; two of these and a sign between them fit. */
const maxKey = 220;
/** Pages end here, and so do totals. */
export const maxHits = 10_000;

/** Texts are folded, since the engine folds less than searches promise; values to filter by are keys. */
export interface EngineDocument {
  id: string;
  title: string;
  categoryName: string;
  names: string;
  description: string;
  category: string;
  merchant: string;
  brand: string | null;
  attributes: string[];
  currency: string | null;
  price: number | null;
  /** The price, rounded down to two digits. */
  priceStep: number | null;
  /** In stars. */
  rating: number | null;
  /** The steps that the rating reaches. */
  ratingSteps: number[];
  inStock: boolean;
  createdAt: number;
  score: number;
}

export const indexSettings = {
  searchableAttributes: ['title', 'categoryName', 'names', 'description'],
  displayedAttributes: ['id'],
  filterableAttributes: [
    ...['category', 'merchant', 'brand', 'attributes', 'currency', 'price', 'priceStep'],
    ...['rating', 'ratingSteps', 'inStock'],
  ],
  sortableAttributes: ['createdAt', 'score', 'price', 'id'],
  // An order that is asked for goes before relevance; without one, its rule does nothing.
  rankingRules: ['sort', 'words', 'typo', 'proximity', 'attribute', 'exactness', 'score:desc', 'id:asc'],
  faceting: { maxValuesPerFacet: 1000, sortFacetValuesBy: { '*': 'count' } },
  pagination: { maxTotalHits: maxHits },
  typoTolerance: { minWordSizeForTypos: { oneTypo: 4, twoTypos: 8 } },
  // C++ and C# are words of their own.
  nonSeparatorTokens: ['+', '#'],
} satisfies Settings;

export function engineDocument(product: SearchedProduct, categoryName: string): EngineDocument {
  const { attributes, brand, description, names, price, rating, title } = product;
  const { category, createdAt, id, inStock, merchant, score } = product;
  return {
    ...{ id, category, merchant, inStock, createdAt, score, rating },
    title: fold(title),
    categoryName: fold(categoryName),
    names: fold([...names, ...attributes.map(({ value }) => value)].join(' ')),
    description: fold(description.slice(0, maxDescription)),
    brand: brand === null ? null : keyOf(brand),
    attributes: attributes.map(({ name, value }) => attributeKey(name, value)),
    currency: price?.currency ?? null,
    price: price?.amountMinor ?? null,
    priceStep: price && price.amountMinor - (price.amountMinor % stepAt(price.amountMinor)),
    ratingSteps: ratingSteps.filter((step) => rating !== null && rating >= step),
  };
}

/** How far apart the steps of prices are at a price. */
export function stepAt(price: number): number {
  return 10 ** Math.max(0, String(price).length - 2);
}

/**
 * Text to filter by: the engine ignores case, accents and spaces around what it compares, and has no way to write
 * every quote. What is not plain is hexadecimal between underscores. Text too long for that can be filtered by, not read.
 */
export function keyOf(text: string): string {
  const key = text.replace(/[^a-z0-9]+/g, (part) => `_${Buffer.from(part).toString('hex')}_`);
  return key.length <= maxKey ? key : `.${createHash('sha256').update(text).digest('hex')}`;
}

/** @returns null where the text was too long */
export function textOf(key: string): string | null {
  if (key.startsWith('.')) return null;
  return key.replace(/_([0-9a-f]+)_/g, (_, hex: string) => Buffer.from(hex, 'hex').toString());
}

export function attributeKey(name: string, value: string): string {
  return `${keyOf(name)}=${keyOf(value)}`;
}
