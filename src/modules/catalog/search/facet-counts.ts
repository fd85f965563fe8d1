/** What a search could be narrowed by, with how many products each choice would leave. */
import type { Columns, Names } from './columns.js';

export const priceRanges = 5;
export const maxValues = 20;
/** Bounds of prices are taken from so many at most. */
const maxSample = 4096;
export const ratingSteps = [4, 3, 2, 1];
const attributeGroup = 'attribute:';

/** What a condition is about. */
export type Group = 'category' | 'merchant' | 'brand' | 'price' | 'rating' | 'inStock' | `${typeof attributeGroup}${string}`;

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

/** The products that meet all conditions, and by what a condition is about, those that meet all others but not it. */
export interface Counted {
  all: Uint32Array;
  butFor: ReadonlyMap<Group, Uint32Array>;
}

export const { compare: compareTexts } = new Intl.Collator();

/** The categories above one, by hexadecimal id. */
export type AncestorsOf = (category: string) => readonly string[];

/** @param currency the only one whose prices are compared */
export function countFacets(columns: Columns, counted: Counted, currency: string, ancestorsOf: AncestorsOf): FacetCounts {
  const { brand } = columns.of;
  return {
    categories: withAncestors(categoriesIn(countedFor(counted, 'category'), columns), ancestorsOf),
    brands: mostFrequentIn(countColumn(countedFor(counted, 'brand'), brand, columns.brands), columns.brands),
    attributes: countAttributes(columns, counted),
    price: pricesOf(columns, countedFor(counted, 'price'), currency),
    ratings: countRatings(columns, countedFor(counted, 'rating')),
    inStockCount: countInStock(columns, countedFor(counted, 'inStock')),
  };
}

/** What fails one choice only still counts among the other values of that choice. */
function countedFor({ all, butFor }: Counted, group: Group): Uint32Array[] {
  const others = butFor.get(group);
  return others ? [all, others] : [all];
}

/** By the number of each name; 0 is none. */
function countColumn(counted: Uint32Array[], column: Uint32Array, names: Names): Uint32Array {
  const counts = new Uint32Array(names.count);
  for (const slots of counted) for (let at = 0; at < slots.length; at++) counts[column[slots[at]!]!]!++;
  counts[0] = 0;
  return counts;
}

/** The categories that products are right in. */
function categoriesIn(counted: Uint32Array[], { of, categories }: Columns): FacetValue[] {
  const counts = countColumn(counted, of.category, categories);
  return Array.from(counts, (count, number) => ({ count, number }))
    .filter(({ count }) => count > 0)
    .map(({ count, number }) => ({ value: categories.textOf(number), count }));
}

/** Who chooses a category has the products of all below it, so they count for it too. */
export function withAncestors(own: readonly FacetValue[], ancestorsOf: AncestorsOf): FacetValue[] {
  const counts = new Map<string, number>();
  for (const { value, count } of own)
    for (const category of [value, ...ancestorsOf(value)]) counts.set(category, (counts.get(category) ?? 0) + count);
  return mostFrequent(Array.from(counts, ([value, count]) => ({ value, count })));
}

/** The most frequent twenty; of those that are equally frequent, the first by the alphabet. */
export function mostFrequent(values: FacetValue[]): FacetValue[] {
  return values.sort((left, right) => right.count - left.count || compareTexts(left.value, right.value)).slice(0, maxValues);
}

function mostFrequentIn(counts: Uint32Array, names: Names): FacetValue[] {
  const best = new MostFrequent((number) => names.textOf(number));
  for (let number = 1; number < counts.length; number++) best.offer(number, counts[number]!);
  return best.values();
}

function countRatings({ of: { rating } }: Columns, counted: Uint32Array[]): FacetCounts['ratings'] {
  const highest = ratingSteps[0]!;
  const byWhole = new Uint32Array(highest + 1);
  for (const slots of counted) {
    for (let at = 0; at < slots.length; at++) {
      const stars = rating[slots[at]!]!;
      if (stars >= 1) byWhole[Math.min(highest, Math.floor(stars))]!++;
    }
  }
  return ratingSteps.map((minRating) => ({ minRating, count: byWhole.subarray(minRating).reduce((sum, count) => sum + count, 0) }));
}

function countInStock({ of: { inStock } }: Columns, counted: Uint32Array[]): number {
  let count = 0;
  for (const slots of counted) for (let at = 0; at < slots.length; at++) count += inStock[slots[at]!]!;
  return count;
}

/** A product with a name in several attributes counts for each of their values. */
function countAttributes({ of, attributes, pairs }: Columns, { all, butFor }: Counted): FacetCounts['attributes'] {
  const { attributesAt, attributeCount } = of;
  const counts = new Uint32Array(attributes.count);
  const count = (slots: Uint32Array, onlyName: number | null): void => {
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at]!;
      const from = attributesAt[slot]!;
      const to = from + attributeCount[slot]!;
      for (let place = from; place < to; place++) {
        const pair = pairs[place]!;
        if (onlyName === null || attributes.nameNumberOf(pair) === onlyName) counts[pair]!++;
      }
    }
  };
  count(all, null);
  for (const [group, slots] of butFor)
    if (group.startsWith(attributeGroup)) count(slots, attributes.names.find(group.slice(attributeGroup.length)));
  const byName = new Map<number, MostFrequent>();
  for (let pair = 1; pair < counts.length; pair++) {
    if (counts[pair] === 0) continue;
    const name = attributes.nameNumberOf(pair);
    let best = byName.get(name);
    if (!best) byName.set(name, (best = new MostFrequent((number) => attributes.valueOf(number))));
    best.offer(pair, counts[pair]!);
  }
  return [...byName]
    .map(([name, best]) => ({ name: attributes.names.textOf(name), best }))
    .sort((left, right) => compareTexts(left.name, right.name))
    .slice(0, maxValues)
    .map(({ name, best }) => ({ name, values: best.values() }));
}

/** The most frequent twenty; of those that are equally frequent, the first by the alphabet. Only what may be among them is looked at by text. */
class MostFrequent {
  private readonly best: { text: string; count: number }[] = [];

  constructor(private readonly textOf: (number: number) => string) {}

  offer(number: number, count: number): void {
    const last = this.best[maxValues - 1];
    if (count === 0 || (last && count < last.count)) return;
    const text = this.textOf(number);
    const isBefore = (other: { text: string; count: number }): boolean =>
      count > other.count || (count === other.count && compareTexts(text, other.text) < 0);
    if (last && !isBefore(last)) return;
    let at = this.best.length;
    while (at > 0 && isBefore(this.best[at - 1]!)) at--;
    this.best.splice(at, 0, { text, count });
    if (this.best.length > maxValues) this.best.pop();
  }

  values(): FacetValue[] {
    return this.best.map(({ text, count }) => ({ value: text, count }));
  }
}

function pricesOf(columns: Columns, counted: Uint32Array[], currency: string): FacetCounts['price'] {
  const { of } = columns;
  const wanted = columns.currencies.find(currency);
  const prices = new Float64Array(counted.reduce((sum, { length }) => sum + length, 0));
  let count = 0;
  if (wanted !== 0) {
    for (const slots of counted)
      for (let at = 0; at < slots.length; at++) if (of.currency[slots[at]!] === wanted) prices[count++] = of.price[slots[at]!]!;
  }
  return { currency, ...rangesOf(prices.subarray(0, count)) };
}

/** Up to five ranges with about as many products each: exactly counted, between bounds that a sample gives where there are many. */
function rangesOf(prices: Float64Array): Pick<FacetCounts['price'], 'min' | 'max' | 'ranges'> {
  const step = Math.max(1, Math.ceil(prices.length / maxSample));
  const sample = new Float64Array(Math.ceil(prices.length / step));
  for (let at = 0; at < sample.length; at++) sample[at] = prices[at * step]!;
  const bounds = upperBounds(sample.sort());
  const [counts, lowest, highest] = [new Uint32Array(bounds.length), bounds.map(() => Infinity), bounds.map(() => -Infinity)];
  const last = bounds.length - 1;
  for (let at = 0; at < prices.length; at++) {
    const price = prices[at]!;
    let part = 0;
    while (part < last && price > bounds[part]!) part++;
    counts[part]!++;
    if (price < lowest[part]!) lowest[part] = price;
    if (price > highest[part]!) highest[part] = price;
  }
  const ranges = bounds.map((_, part): PriceRange => ({ min: lowest[part]!, max: highest[part]!, count: counts[part]! }));
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
