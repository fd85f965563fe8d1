import { describe, expect, test } from 'vitest';
import {
  ProductIndex,
  type RankedOrder,
  type SearchConditions,
  type SearchedProduct,
} from '../../src/modules/catalog/search/product-index.js';

/** More than are put in order one by one. */
const size = 6000;
const orders: RankedOrder[] = ['NEWEST', 'TOP_RATED', 'PRICE_LOWEST', 'PRICE_HIGHEST', 'RELEVANCE'];
const colours = ['red', 'green', 'blue'];

function productAt(at: number): SearchedProduct {
  return {
    id: ((at * 7919) % 1_000_003).toString(16).padStart(24, '0'),
    category: String(at % 4).padStart(24, '0'),
    merchant: String(at % 3).padStart(24, '0'),
    brand: at % 5 === 0 ? null : `Brand ${at % 7}`,
    names: [],
    price: at % 11 === 0 ? null : { amountMinor: (at * 31) % 97, currency: at % 13 === 0 ? 'USD' : 'EUR' },
    inStock: at % 2 === 0,
    attributes: [{ name: 'colour', value: colours[at % 3]! }],
    rating: at % 6 === 0 ? null : 1 + ((at * 5) % 9) / 2,
    score: ((at * 17) % 23) - 3,
    createdAt: (at * 3) % 50,
    archived: false,
    title: at % 10 === 0 ? 'rare thing' : 'common thing',
    description: '',
  };
}

const products = Array.from({ length: size }, (_, at) => productAt(at));
const index = new ProductIndex();
index.putProducts(products);
index.search({
  query: '',
  conditions: { currency: 'EUR' },
  order: 'TOP_RATED',
  page: { size: 1, backwards: false, after: null, before: null },
  withFacets: false,
});
// What changes after an order was made is set aside in it.
for (let at = 0; at < size; at += 9) {
  products[at] = { ...products[at]!, score: -products[at]!.score, createdAt: 60, price: { amountMinor: at % 90, currency: 'EUR' } };
  index.putProducts([products[at]!]);
}

function meets(conditions: SearchConditions, { brand, inStock, attributes, price, rating }: SearchedProduct): boolean {
  const { price: range } = conditions;
  return (
    (!conditions.brands || conditions.brands.includes(brand ?? '')) &&
    (conditions.inStock === undefined || inStock) &&
    (!range || (price?.currency === range.currency && price.amountMinor >= range.min && price.amountMinor <= range.max)) &&
    (conditions.minRating === undefined || (rating ?? 0) >= conditions.minRating) &&
    (conditions.attributes ?? []).every(({ values }) => values.includes(attributes[0]!.value))
  );
}

function sorted(found: SearchedProduct[], order: RankedOrder): string[] {
  const key = ({ createdAt, price, score }: SearchedProduct): number =>
    order === 'NEWEST' ? -createdAt : order.startsWith('PRICE') ? price!.amountMinor : -score;
  const ids = found
    .filter(({ price }) => !order.startsWith('PRICE') || price?.currency === 'EUR')
    .sort((one, other) => key(one) - key(other) || (one.id < other.id ? -1 : 1))
    .map(({ id }) => id);
  return order === 'PRICE_HIGHEST' ? ids.reverse() : ids;
}

const euros: SearchConditions = { currency: 'EUR' };
const filters: Record<string, SearchConditions> = {
  'no condition': euros,
  'one that most meet': { ...euros, minRating: 1 },
  several: { ...euros, brands: ['Brand 1', 'Brand 2'], inStock: true, price: { currency: 'EUR', min: 10, max: 80 } },
  'an attribute': { ...euros, attributes: [{ name: 'colour', values: ['red', 'blue'] }] },
};

describe.each(Object.entries(filters))('a search with %s', (_, conditions) => {
  test.each(orders)('pages everything that meets it once, by %s, both ways and from any place', (order) => {
    const expected = sorted(
      products.filter((product) => meets(conditions, product)),
      order,
    );
    for (const backwards of [false, true]) {
      for (const place of [0, 1, Math.floor(expected.length / 10), Math.floor(expected.length / 2), expected.length - 3]) {
        const page = { size: 40, backwards, after: backwards ? null : place, before: backwards ? place : null };
        const answer = index.search({ query: '', conditions, order, page, withFacets: false });
        const shown = backwards ? expected.slice(Math.max(0, place - 40), place) : expected.slice(place + 1, place + 41);
        expect(answer.products).toEqual(shown);
        expect(answer.total).toBe(expected.length);
      }
    }
  });

  test('counts for each choice what it would leave', () => {
    const page = { size: 1, backwards: false, after: null, before: null };
    const { facets } = index.search({ query: '', conditions, order: 'NEWEST', page, withFacets: true });
    const but = (group: keyof SearchConditions): SearchedProduct[] => {
      const { [group]: _left, ...others } = conditions;
      return products.filter((product) => meets(others as SearchConditions, product));
    };
    const counted = (values: string[]): Record<string, number> =>
      values.reduce<Record<string, number>>((counts, value) => ({ ...counts, [value]: (counts[value] ?? 0) + 1 }), {});
    const asCounts = (values: readonly { value: string; count: number }[]) =>
      Object.fromEntries(values.map(({ value, count }) => [value, count]));
    expect(asCounts(facets!.brands)).toEqual(counted(but('brands').flatMap(({ brand }) => brand ?? [])));
    expect(asCounts(facets!.attributes[0]!.values)).toEqual(counted(but('attributes').map(({ attributes }) => attributes[0]!.value)));
    expect(facets!.inStockCount).toBe(but('inStock').filter(({ inStock }) => inStock).length);
    for (const { minRating, count } of facets!.ratings)
      expect(count).toBe(but('minRating').filter(({ rating }) => (rating ?? 0) >= minRating).length);
    const euroPrices = but('price').flatMap(({ price }) => (price?.currency === 'EUR' ? price.amountMinor : []));
    expect(facets!.price.ranges.reduce((sum, { count }) => sum + count, 0)).toBe(euroPrices.length);
    expect([facets!.price.min, facets!.price.max]).toEqual([Math.min(...euroPrices), Math.max(...euroPrices)]);
  });
});

test('what is equally relevant is paged by id, everything once', () => {
  const compact = new ProductIndex();
  compact.putProducts(products);
  compact.compact();
  const expected = products
    .filter(({ title }) => title === 'common thing')
    .map(({ id }) => id)
    .sort();
  const found: string[] = [];
  for (let after: number | null = null; found.length < expected.length; after = found.length - 1) {
    const page = { size: 1000, backwards: false, after, before: null };
    const answer = compact.search({ query: 'common', conditions: euros, order: 'RELEVANCE', page, withFacets: false });
    expect(answer.products.length).toBeGreaterThan(0);
    found.push(...answer.products);
  }
  expect(found).toEqual(expected);
});
