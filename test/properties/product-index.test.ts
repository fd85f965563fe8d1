/** The search's index: what a plain search over all products would find, whatever was put, changed and kept before. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { keepIndex, openIndex } from '../../src/modules/catalog/search/kept-index.js';
import {
  ProductIndex,
  type ListRequest,
  type SearchConditions,
  type SearchedProduct,
  type SearchRequest,
} from '../../src/modules/catalog/search/product-index.js';
import type { ListAnswer, ListPage, ListPlace } from '../../src/modules/catalog/search/product-lists.js';
import { allTermsOf } from '../../src/search/index.js';

const directory = mkdtempSync(join(tmpdir(), 'plaza-search-'));
afterAll(() => rmSync(directory, { recursive: true }));

const words = ['tea', 'teapot', 'teak', 'iron', 'ironing', 'blue', 'Crème', '抹茶茶碗', 'kettle'];
const text = fc.array(fc.constantFrom(...words), { maxLength: 4 }).map((chosen) => chosen.join(' '));
const categories = [
  { id: 'c'.repeat(24), name: 'Kitchen', ancestors: [] },
  { id: 'd'.repeat(24), name: 'Pots', ancestors: ['c'.repeat(24)] },
];

const product = (id: number): fc.Arbitrary<SearchedProduct> =>
  fc.record({
    id: fc.constant(id.toString(16).padStart(24, '0')),
    category: fc.constantFrom(...categories.map((category) => category.id)),
    merchant: fc.constantFrom('a'.repeat(24), 'b'.repeat(24)),
    brand: fc.constantFrom(null, 'Acme', 'Bolt'),
    names: fc.constant([]),
    price: fc.option(fc.record({ amountMinor: fc.integer({ min: 0, max: 5 }), currency: fc.constantFrom('EUR', 'USD') })),
    inStock: fc.boolean(),
    attributes: fc.array(fc.record({ name: fc.constantFrom('size', 'colour'), value: fc.constantFrom('s', 'm', 'red') }), { maxLength: 3 }),
    rating: fc.option(fc.constantFrom(1, 2.5, 4, 5)),
    score: fc.integer({ min: 0, max: 3 }),
    createdAt: fc.integer({ min: 0, max: 3 }),
    archived: fc.boolean().map((one) => one && id % 3 === 0),
    title: text,
    description: text,
  });

const puts = fc.array(
  fc.integer({ min: 1, max: 12 }).chain((id) => product(id)),
  { minLength: 1, maxLength: 40 },
);
const conditions: fc.Arbitrary<SearchConditions> = fc.record(
  {
    currency: fc.constantFrom('EUR', 'USD'),
    category: fc.constantFrom(...categories.map(({ id }) => id)),
    merchant: fc.constant('a'.repeat(24)),
    brands: fc.subarray(['Acme', 'Bolt', 'Nobody']),
    price: fc.record({ currency: fc.constant('EUR'), min: fc.constantFrom(0, 2), max: fc.constantFrom(3, 5) }),
    minRating: fc.constantFrom(2, 4),
    inStock: fc.constant(true),
    attributes: fc.constant([{ name: 'colour', values: ['red', 's'] }]),
  },
  { requiredKeys: ['currency'] },
);
const order = fc.constantFrom('RELEVANCE', 'NEWEST', 'TOP_RATED', 'PRICE_LOWEST', 'PRICE_HIGHEST');
const query = fc.constantFrom('', 'tea', 'te', 't', 'iron b', 'iron blue', 'ketle', 'creme', '茶碗', 'nothing', '!!!');

const everything = { size: 1000, backwards: false, after: null, before: null };

function indexOf(products: readonly SearchedProduct[]): ProductIndex {
  const index = new ProductIndex();
  index.putCategories(categories);
  for (const each of products) index.putProducts([each]);
  return index;
}

/** The products that a reader of them all would choose. */
function chosen(products: readonly SearchedProduct[], given: SearchConditions): Set<string> {
  const { attributes, brands, category, inStock, merchant, minRating, price } = given;
  const within = new Set(categories.filter(({ id, ancestors }) => id === category || ancestors.includes(category!)).map(({ id }) => id));
  const meets = (one: SearchedProduct): boolean =>
    (category === undefined || within.has(one.category)) &&
    (merchant === undefined || one.merchant === merchant) &&
    (!brands || brands.includes(one.brand ?? '')) &&
    (!price || (one.price?.currency === price.currency && one.price.amountMinor >= price.min && one.price.amountMinor <= price.max)) &&
    (minRating === undefined || (one.rating ?? 0) >= minRating) &&
    (!inStock || one.inStock) &&
    (attributes ?? []).every(({ name, values }) => one.attributes.some((own) => own.name === name && values.includes(own.value)));
  return new Set(products.filter((one) => !one.archived && meets(one)).map(({ id }) => id));
}

function latest(products: readonly SearchedProduct[]): SearchedProduct[] {
  return [...new Map(products.map((each) => [each.id, each])).values()];
}

describe('the search’s index', () => {
  test('finds without words what meets the conditions, in the order asked for, however often products changed', () => {
    fc.assert(
      fc.property(puts, conditions, order, (products, given, sort) => {
        const found = indexOf(products).search({ query: '', conditions: given, order: sort, page: everything, withFacets: true });
        const byPrice = sort.startsWith('PRICE');
        const all = latest(products).filter((one) => !byPrice || one.price?.currency === given.currency);
        expect(new Set(found.products)).toEqual(chosen(all, given));
        const byId = new Map(all.map((one) => [one.id, one]));
        const keys = found.products.map((id) => {
          const one = byId.get(id)!;
          if (byPrice) return one.price!.amountMinor * (sort === 'PRICE_LOWEST' ? 1 : -1);
          return sort === 'NEWEST' ? -one.createdAt : -one.score;
        });
        expect(keys).toEqual([...keys].sort((one, other) => one - other));
      }),
      { numRuns: 150 },
    );
  });

  test('counts for each facet what choosing it would leave', () => {
    fc.assert(
      fc.property(puts, conditions, (products, given) => {
        const index = indexOf(products);
        const request = (changed: SearchConditions): SearchRequest => ({
          ...{ query: '', conditions: changed, order: 'TOP_RATED', page: everything, withFacets: true },
        });
        const { facets } = index.search(request(given));
        for (const { value, count } of facets!.brands) expect(index.search(request({ ...given, brands: [value] })).total).toBe(count);
        for (const { minRating, count } of facets!.ratings) expect(index.search(request({ ...given, minRating })).total).toBe(count);
        expect(index.search(request({ ...given, inStock: true })).total).toBe(facets!.inStockCount);
        for (const { min, max, count } of facets!.price.ranges)
          expect(index.search(request({ ...given, price: { currency: given.currency, min, max } })).total).toBe(count);
      }),
      { numRuns: 80 },
    );
  });

  test('finds with words what has all of them or words that begin so, and the same when it was kept and opened again', async () => {
    await fc.assert(
      fc.asyncProperty(puts, query, fc.boolean(), async (products, words, cleared) => {
        let index = indexOf(products);
        const ask: SearchRequest = {
          query: words,
          conditions: { currency: 'EUR' },
          order: 'RELEVANCE',
          page: everything,
          withFacets: true,
        };
        const before = index.search(ask);
        if (cleared) index.compact();
        const path = join(directory, 'index');
        await keepIndex(path, index, { products: 1, categories: 2, newest: null });
        const opened = (await openIndex(path))!;
        index = opened.index;
        expect(opened.position).toEqual({ products: 1, categories: 2, newest: null });
        const after = index.search(ask);
        // Scores count what is gone until it is cleared away.
        expect(new Set(after.products)).toEqual(new Set(before.products));
        expect(after.facets).toEqual(before.facets);
        if (words === 'te' || words === 'tea') {
          const expected = latest(products).filter(
            (one) =>
              !one.archived &&
              allTermsOf(`${one.title} ${one.description} ${one.attributes.map(({ value }) => value).join(' ')}`).some((term) =>
                term.startsWith(words),
              ),
          );
          expect(new Set(after.products)).toEqual(new Set(expected.map(({ id }) => id)));
        }
        // What is opened goes on to be changed.
        index.putProducts(products);
        expect(new Set(index.search(ask).products)).toEqual(new Set(before.products));
      }),
      { numRuns: 80 },
    );
  });

  test('gives the parts of a ranking that pages ask for', () => {
    fc.assert(
      fc.property(
        puts,
        order,
        fc.nat(14),
        fc.nat(14),
        fc.integer({ min: 0, max: 5 }),
        fc.boolean(),
        (products, sort, after, before, size, backwards) => {
          const index = indexOf(products);
          const ask = { query: '', conditions: { currency: 'EUR' }, order: sort as never, withFacets: false };
          const all = index.search({ ...ask, page: everything }).products;
          const part = index.search({ ...ask, page: { size, backwards, after, before } });
          const between = all.slice(after + 1, Math.max(after + 1, before));
          expect(part.products).toEqual(backwards ? between.slice(Math.max(0, between.length - size)) : between.slice(0, size));
          expect(part.total).toBe(all.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('that was kept is not used where any byte of it is another one, or it ends too early', async () => {
    const path = join(directory, 'broken');
    await keepIndex(path, indexOf(fc.sample(product(1), { numRuns: 3, seed: 1 })), { products: 1, categories: 1, newest: null });
    const whole = readFileSync(path);
    for (const at of [0, 9, 40, Math.floor(whole.length / 2), whole.length - 1]) {
      const broken = Buffer.from(whole);
      broken[at]! ^= 1;
      writeFileSync(path, broken);
      expect(await openIndex(path)).toBeNull();
    }
    writeFileSync(path, whole.subarray(0, -9));
    expect(await openIndex(path)).toBeNull();
    expect(await openIndex(join(directory, 'none'))).toBeNull();
  });

  test('pages through a list by key, both ways, as one who sorts all products would, whatever changed since the first page was read', () => {
    fc.assert(
      fc.property(puts, puts, conditions, listOrder, fc.integer({ min: 1, max: 4 }), (before, after, given, sort, size) => {
        const index = indexOf(before);
        const request = (page: Partial<ListPage>): ListRequest => ({
          conditions: given,
          page: { order: sort, size, backwards: false, after: null, before: null, ...page },
        });
        // What is asked for once is kept up to date from then on.
        index.list(request({}));
        for (const each of after) index.putProducts([each]);
        const expected = sorted(latest([...before, ...after]), given, sort);
        const forwards = readAll((place) => index.list(request({ after: place })), 'last');
        const backwards = readAll((place) => index.list(request({ before: place, backwards: true })), 'first');
        expect(forwards.ids).toEqual(expected);
        expect(backwards.ids).toEqual(expected);
        expect(index.list(request({})).total).toBe(expected.length);
      }),
      { numRuns: 300 },
    );
  });

  test('pages the same where many products meet the conditions and many have changed', () => {
    const many = Array.from({ length: 6000 }, (_, at) => madeProduct(at, (at * 7919) % 100));
    const index = indexOf(many);
    const request = (page: Partial<ListPage>): ListRequest => ({
      conditions: { currency: 'EUR' },
      page: { order: 'TOP_RATED', size: 100, backwards: false, after: null, before: null, ...page },
    });
    index.list(request({}));
    const changed = many.filter((_, at) => at % 2 === 0).map((one, at) => ({ ...one, score: (at * 104_729) % 100 }));
    index.putProducts(changed);
    const expected = sorted(latest([...many, ...changed]), { currency: 'EUR' }, 'TOP_RATED');
    expect(readAll((place) => index.list(request({ after: place })), 'last').ids).toEqual(expected);
    expect(readAll((place) => index.list(request({ before: place, backwards: true })), 'first').ids).toEqual(expected);
  });

  test.each(['PRICE_LOWEST', 'PRICE_HIGHEST'] as const)('pages through a range of prices with both its ends, by %s', (order) => {
    const priced = (id: number, amountMinor: number): SearchedProduct => ({
      ...madeProduct(id, 0),
      price: { amountMinor, currency: 'EUR' },
    });
    const many = Array.from({ length: 9000 }, (_, at) => priced(at, at % 90));
    const index = indexOf(many);
    const given = { currency: 'EUR', price: { currency: 'EUR', min: 10, max: 79 } };
    const request = (page: Partial<ListPage>): ListRequest => ({
      conditions: given,
      page: { order, size: 100, backwards: false, after: null, before: null, ...page },
    });
    index.list(request({}));
    const changed = many.filter((_, at) => at % 7 === 0).map((each, at) => priced(Number.parseInt(each.id, 16), (at * 31) % 90));
    index.putProducts(changed);
    const expected = sorted(latest([...many, ...changed]), given, order);
    expect(expected.length).toBeGreaterThan(4096);
    expect(readAll((place) => index.list(request({ after: place })), 'last').ids).toEqual(expected);
    expect(readAll((place) => index.list(request({ before: place, backwards: true })), 'first').ids).toEqual(expected);
    const ranked: SearchRequest = { query: '', conditions: given, order, page: { ...everything, size: 9000 }, withFacets: false };
    expect(index.search(ranked).products).toEqual(expected);
  });

  test.each(['NEWEST', 'PRICE_LOWEST', 'PRICE_HIGHEST'] as const)(
    'pages through what stands together far from where an order begins, whatever came, went and moved, by %s',
    (order) => {
      const size = 9000;
      const made = (id: number, at: number, of: Partial<SearchedProduct>): SearchedProduct => ({
        ...madeProduct(id, 0),
        ...{ createdAt: at, price: { amountMinor: at, currency: 'EUR' } },
        ...of,
      });
      const wanted = { category: categories[1]!.id, brand: 'Acme' };
      const elsewhere = { category: categories[0]!.id, brand: 'Acme' };
      const other = { category: categories[0]!.id };
      const standingAt = (at: number): object => (at > 3000 && at < 5000 ? wanted : at > 6000 ? elsewhere : other);
      let all = Array.from({ length: size }, (_, at) => made(at, at, standingAt(at)));
      const index = indexOf(all);
      const given: SearchConditions = { currency: 'EUR', brands: ['Acme'], category: categories[1]!.id };
      const request = (page: Partial<ListPage>): ListRequest => ({
        conditions: given,
        page: { order, size: 100, backwards: false, after: null, before: null, ...page },
      });
      const expectPages = (meant: SearchConditions): void => {
        const expected = sorted(all, meant, order);
        expect(expected.length).toBeGreaterThan(1024);
        expect(readAll((place) => index.list(request({ after: place })), 'last').ids).toEqual(expected);
        expect(readAll((place) => index.list(request({ before: place, backwards: true })), 'first').ids).toEqual(expected);
      };
      const change = (every: number, of: (at: number) => SearchedProduct): void => {
        const changed = Array.from({ length: Math.ceil(size / every) }, (_, at) => of(at * every));
        index.putProducts(changed);
        all = latest([...all, ...changed]);
      };
      expectPages(given);
      change(40, (at) => made(at, at, wanted));
      expectPages(given);
      // All that the one category has, the other one has too from now on.
      index.putCategories([{ ...categories[0]!, ancestors: [categories[1]!.id] }]);
      expectPages({ currency: 'EUR', brands: ['Acme'] });
      change(3, (at) => made(at, (at * 7919) % size, at % 2 === 0 ? wanted : other));
      expectPages({ currency: 'EUR', brands: ['Acme'] });
    },
  );
});

const listOrder = fc.constantFrom('NEWEST', 'TOP_RATED', 'PRICE_LOWEST', 'PRICE_HIGHEST');

function madeProduct(id: number, score: number): SearchedProduct {
  return {
    ...{ id: id.toString(16).padStart(24, '0'), category: categories[0]!.id, merchant: 'a'.repeat(24), brand: null, names: [] },
    ...{ price: null, inStock: true, attributes: [], rating: null, score, createdAt: 0, archived: false, title: 'tea', description: '' },
  };
}

/** The ids of all pages, in the order of the list. @param edge the end of a page from which the next is read */
function readAll(read: (place: ListPlace | null) => ListAnswer, edge: 'first' | 'last'): { ids: string[] } {
  const pages: string[][] = [];
  let place: ListPlace | null = null;
  for (;;) {
    const { places, more } = read(place);
    pages.push(places.map(({ id }) => id));
    if (!more) return { ids: (edge === 'first' ? pages.reverse() : pages).flat() };
    place = edge === 'first' ? places[0]! : places.at(-1)!;
  }
}

function sorted(products: readonly SearchedProduct[], given: SearchConditions, sort: ListPage['order']): string[] {
  const meets = chosen(products, given);
  const byPrice = sort.startsWith('PRICE');
  const keyOf = ({ createdAt, price, score }: SearchedProduct): number => {
    if (byPrice) return price!.amountMinor * (sort === 'PRICE_LOWEST' ? 1 : -1);
    return sort === 'NEWEST' ? -createdAt : -score;
  };
  const idSign = sort === 'PRICE_HIGHEST' ? -1 : 1;
  return products
    .filter((one) => meets.has(one.id) && (!byPrice || one.price?.currency === given.currency))
    .sort((one, other) => keyOf(one) - keyOf(other) || (one.id < other.id ? -1 : 1) * idSign)
    .map(({ id }) => id);
}
