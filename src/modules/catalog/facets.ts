/** What a search could be narrowed by, with how many products each choice would leave. */
import { Types } from 'mongoose';
import type { ProductDocument } from './catalog.model.js';

const priceRanges = 5;
const maxValues = 20;
const ratingSteps = [4, 3, 2, 1];

/** What a search needs of a product besides its words. */
export interface Row {
  id: string;
  category: string;
  merchant: string;
  brand: string | null;
  /** Null where none is known. */
  price: ProductDocument['price'];
  inStock: boolean;
  attributes: { name: string; value: string }[];
  /** In stars; null where nobody has rated it. */
  rating: number | null;
  score: number;
  createdAt: number;
}

export interface FacetValue {
  value: string;
  count: number;
}

export interface PriceRange {
  min: number;
  max: number;
  count: number;
}

export interface Facets {
  categories: { category: Types.ObjectId; count: number }[];
  brands: FacetValue[];
  attributes: { name: string; values: FacetValue[] }[];
  price: { currency: string; min: number | null; max: number | null; ranges: PriceRange[] };
  ratings: { minRating: number; count: number }[];
  inStockCount: number;
}

/** What a condition is about. */
export type Group = 'category' | 'merchant' | 'brand' | 'price' | 'rating' | 'inStock' | `attribute:${string}`;

interface Counted {
  row: Row;
  /** The conditions that it does not meet, at most one. */
  missed: Group[];
}

/** @param currency the only one whose prices are compared */
export function facetsOf(counted: readonly Counted[], currency: string): Facets {
  const rowsFor = (group: Group): Row[] => counted.filter(({ missed }) => missed.length === 0 || missed[0] === group).map(({ row }) => row);
  const rated = rowsFor('rating').flatMap(({ rating }) => (rating === null ? [] : [rating]));
  return {
    categories: mostFrequent(countBy(rowsFor('category').map(({ category }) => category))).map(([id, count]) => ({
      category: new Types.ObjectId(id),
      count,
    })),
    brands: valuesOf(countBy(rowsFor('brand').flatMap(({ brand }) => brand ?? []))),
    attributes: attributesOf(counted),
    price: pricesOf(rowsFor('price'), currency),
    ratings: ratingSteps.map((minRating) => ({ minRating, count: rated.filter((rating) => rating >= minRating).length })),
    inStockCount: rowsFor('inStock').filter(({ inStock }) => inStock).length,
  };
}

function attributesOf(counted: readonly Counted[]): Facets['attributes'] {
  const attributes = new Map<string, Map<string, number>>();
  for (const { row, missed } of counted) {
    for (const { name, value } of row.attributes) {
      if (missed.length > 0 && missed[0] !== `attribute:${name}`) continue;
      const values = attributes.get(name) ?? new Map<string, number>();
      attributes.set(name, values.set(value, (values.get(value) ?? 0) + 1));
    }
  }
  return [...attributes]
    .map(([name, values]) => ({ name, values: valuesOf(values) }))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, maxValues);
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function valuesOf(counts: Map<string, number>): FacetValue[] {
  return mostFrequent(counts).map(([value, count]) => ({ value, count }));
}

function mostFrequent(counts: Map<string, number>): [string, number][] {
  return [...counts].sort(([a, many], [b, few]) => few - many || a.localeCompare(b)).slice(0, maxValues);
}

function pricesOf(rows: readonly Row[], currency: string): Facets['price'] {
  const prices = rows.flatMap(({ price }) => (price?.currency === currency ? price.amountMinor : [])).sort((a, b) => a - b);
  return { currency, min: prices[0] ?? null, max: prices.at(-1) ?? null, ranges: rangesOf(prices) };
}

/** Up to five ranges with about as many products each, from sorted prices. */
function rangesOf(prices: readonly number[]): PriceRange[] {
  const ranges: PriceRange[] = [];
  let from = 0;
  for (let part = 1; part <= priceRanges && from < prices.length; part++) {
    let to = Math.max(from + 1, Math.round((part * prices.length) / priceRanges));
    while (to < prices.length && prices[to] === prices[to - 1]) to++;
    ranges.push({ min: prices[from]!, max: prices[to - 1]!, count: to - from });
    from = to;
  }
  return ranges;
}
