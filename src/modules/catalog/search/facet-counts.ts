/** What a search could be narrowed by, with how many products each choice would leave. */
import type { Columns, Names } from './columns.js';

export const priceRanges = 5;
export const maxValues = 20;
/** Bounds of prices are taken from so many at most. */
const maxSample = 4096;
export const ratingSteps = [4, 3, 2, 1];

/** What a condition is about. */
export type Group = 'category' | 'merchant' | 'brand' | 'price' | 'rating' | 'inStock' | `attribute:${string}`;

export interface FacetValue {
  value: string;
  count: number;
}

export interface PriceRange {
  min: number;
  max: number;
  count: number;
}

export interface FacetCounts {
  categories: FacetValue[];
  brands: FacetValue[];
  attributes: { name: string; values: FacetValue[] }[];
  price: { currency: string; min: number | null; max: number | null; ranges: PriceRange[] };
  ratings: { minRating: number; count: number }[];
  inStockCount: number;
}

/** The products that meet all conditions but at most one. */
export interface Counted {
  slots: Uint32Array;
  /** For each, the group of the condition that it does not meet; -1 where it meets all. */
  missed: Int8Array;
  groups: readonly Group[];
}

export const { compare: compareTexts } = new Intl.Collator();

/** @param currency the only one whose prices are compared */
export function countFacets(columns: Columns, counted: Counted, currency: string): FacetCounts {
  const { of } = columns;
  const rated: number[] = ratingSteps.map(() => 0);
  let inStockCount = 0;
  forGroup(counted, 'rating', (slot) => ratingSteps.forEach((step, at) => (rated[at]! += Number(of.rating[slot]! >= step))));
  forGroup(counted, 'inStock', (slot) => (inStockCount += of.inStock[slot]!));
  return {
    categories: countColumn(counted, 'category', of.category, columns.categories),
    brands: countColumn(counted, 'brand', of.brand, columns.brands),
    attributes: countAttributes(columns, counted),
    price: pricesOf(columns, counted, currency),
    ratings: ratingSteps.map((minRating, at) => ({ minRating, count: rated[at]! })),
    inStockCount,
  };
}

/** What fails one choice only still counts among the other values of that choice. */
function forGroup({ slots, missed, groups }: Counted, group: Group, visit: (slot: number) => void): void {
  const own = groups.indexOf(group);
  for (let at = 0; at < slots.length; at++) if (missed[at] === -1 || (own >= 0 && missed[at] === own)) visit(slots[at]!);
}

function countColumn(counted: Counted, group: Group, column: Uint32Array, names: Names): FacetValue[] {
  const counts = new Uint32Array(names.count);
  forGroup(counted, group, (slot) => counts[column[slot]!]!++);
  counts[0] = 0;
  return mostFrequent(counts, (number) => names.textOf(number));
}

/** A product with a name in several attributes counts for each of their values. */
function countAttributes({ of, attributes, pairs }: Columns, { slots, missed, groups }: Counted): FacetCounts['attributes'] {
  const { attributesAt, attributeCount } = of;
  const ownGroup = Array.from({ length: attributes.names.count }, (_, name) =>
    groups.indexOf(`attribute:${attributes.names.textOf(name)}`),
  );
  const counts = new Uint32Array(attributes.count);
  for (let at = 0; at < slots.length; at++) {
    const from = attributesAt[slots[at]!]!;
    const to = from + attributeCount[slots[at]!]!;
    const missedGroup = missed[at]!;
    for (let place = from; place < to; place++) {
      const pair = pairs[place]!;
      if (missedGroup === -1 || missedGroup === ownGroup[attributes.nameNumberOf(pair)]) counts[pair]!++;
    }
  }
  const byName = new Map<number, [pair: number, count: number][]>();
  counts.forEach((count, pair) => {
    if (count === 0) return;
    const name = attributes.nameNumberOf(pair);
    const values = byName.get(name);
    if (values) values.push([pair, count]);
    else byName.set(name, [[pair, count]]);
  });
  return [...byName]
    .map(([name, values]) => ({ name: attributes.names.textOf(name), values }))
    .sort((one, other) => compareTexts(one.name, other.name))
    .slice(0, maxValues)
    .map(({ name, values }) => ({ name, values: best(values, (pair) => attributes.valueOf(pair)) }));
}

function mostFrequent(counts: Uint32Array, textOf: (number: number) => string): FacetValue[] {
  const present: [number, number][] = [];
  counts.forEach((count, number) => {
    if (count > 0) present.push([number, count]);
  });
  return best(present, textOf);
}

/** The most frequent twenty; of those that are equally frequent, the first by the alphabet. Only what may be among them is compared by text. */
function best(counts: [number: number, count: number][], textOf: (number: number) => string): FacetValue[] {
  const least = [...counts].sort(([, one], [, other]) => other - one)[maxValues - 1]?.[1] ?? 0;
  return counts
    .filter(([, count]) => count >= least)
    .map(([number, count]) => ({ value: textOf(number), count }))
    .sort((one, other) => other.count - one.count || compareTexts(one.value, other.value))
    .slice(0, maxValues);
}

function pricesOf(columns: Columns, counted: Counted, currency: string): FacetCounts['price'] {
  const { of } = columns;
  const wanted = columns.currencies.find(currency);
  const prices = new Float64Array(counted.slots.length);
  let count = 0;
  if (wanted !== 0)
    forGroup(counted, 'price', (slot) => {
      if (of.currency[slot] === wanted) prices[count++] = of.price[slot]!;
    });
  return { currency, ...rangesOf(prices.subarray(0, count)) };
}

/** Up to five ranges with about as many products each: exactly counted, between bounds that a sample gives where there are many. */
function rangesOf(prices: Float64Array): Pick<FacetCounts['price'], 'min' | 'max' | 'ranges'> {
  const step = Math.ceil(prices.length / maxSample);
  const sorted = step <= 1 ? prices.slice().sort() : prices.filter((_, at) => at % step === 0).sort();
  const bounds = upperBounds(sorted);
  const ranges = bounds.map((): PriceRange => ({ min: Infinity, max: -Infinity, count: 0 }));
  for (let at = 0; at < prices.length; at++) {
    const price = prices[at]!;
    let part = 0;
    while (part < bounds.length - 1 && price > bounds[part]!) part++;
    const range = ranges[part]!;
    range.count++;
    if (price < range.min) range.min = price;
    if (price > range.max) range.max = price;
  }
  return { min: ranges[0]?.min ?? null, max: ranges.at(-1)?.max ?? null, ranges };
}

/** The highest price of each range, from sorted prices. */
function upperBounds(prices: Float64Array): number[] {
  const bounds: number[] = [];
  let from = 0;
  for (let part = 1; part <= priceRanges && from < prices.length; part++) {
    let to = Math.max(from + 1, Math.round((part * prices.length) / priceRanges));
    while (to < prices.length && prices[to] === prices[to - 1]) to++;
    bounds.push(prices[to - 1]!);
    from = to;
  }
  return bounds;
}
