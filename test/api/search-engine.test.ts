/** Searches that a Meilisearch answers, against a server with its documented answers. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyOf, textOf } from '../../src/modules/catalog/engine/engine-document.js';
import { collectGarbage } from '../support/garbage.js';
import { MeilisearchStandIn } from '../support/meilisearch.js';
import { Plaza, storeId, type Account } from '../support/plaza.js';

const apiKey = 'a-key-that-nobody-may-see';
const meilisearch = new MeilisearchStandIn(apiKey);
const plaza = new Plaza();
const log: string[] = [];

let merchant: Account;
let admin: Account;
let kitchen: string;
let pots: string;

/** The engine cuts values that long. */
const long = 'Ä'.repeat(200);
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const attributes = (...pairs: [string, string][]) => ({ attributes: pairs.map(([name, value]) => ({ name, value })) });

async function category(name: string, parentId?: string): Promise<string> {
  return (await plaza.mutate('createCategory', { name, parentId }, 'category { id }', admin.token)).category.id;
}

beforeAll(async () => {
  await meilisearch.start();
  plaza.logOutput = { write: (line) => void log.push(line) };
  await plaza.start({ SEARCH_URL: meilisearch.url, SEARCH_API_KEY: apiKey, LOG_LEVEL: 'debug' });
  admin = await plaza.account({ role: 'ADMIN' });
  merchant = await plaza.account({ merchant: true });
  kitchen = await category('Kitchen');
  pots = await category('Pots', kitchen);
  const garden = await category('Garden');
  const porcelain = await plaza.product(merchant, {
    ...{ title: 'Porcelain teapot', categoryId: pots, price: eur(3000), brand: 'Ａcme "Fine" \\ Söhne', stock: 3 },
    ...attributes(['Colour', 'Blue'], ['size', 'XL']),
  });
  await plaza.product(merchant, {
    ...{ title: 'Iron teapot', categoryId: pots, price: eur(5000), stock: 0 },
    ...attributes(['Colour', 'black']),
  });
  await plaza.product(merchant, {
    ...{ title: 'Kettle', description: 'Goes with any teapot.', categoryId: kitchen, price: eur(4050) },
    ...attributes(['Colour', 'black'], ['note', long]),
  });
  await plaza.product(merchant, {
    ...{ title: 'Crème brûlée torch', categoryId: garden, price: { amountMinor: 1500, currency: 'USD' } },
    ...attributes(['Colour', 'blue']),
  });
  for (const stars of [5, 4])
    await plaza.review(await plaza.account(), porcelain, { ratings: { quality: stars, price: stars, service: stars } });
  await plaza.settle('search engine');
});

afterAll(async () => {
  await plaza.stop();
  await meilisearch.stop();
});

const operation = `query ($query: String!, $filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String, $last: Int, $before: String) {
  searchProducts(query: $query, filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    totalCount totalCountIsCapped edges { node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    facets { categories { productCount category { name } } brands { value productCount } attributes { name values { value productCount } }
      price { currency min max ranges { min max productCount } } ratings { minRating productCount } inStockCount } } }`;

async function search(query: string, variables: object = {}) {
  const { edges, ...rest } = (await plaza.data(operation, { query, ...variables })).searchProducts;
  return { titles: edges.map(({ node }: { node: { title: string } }) => node.title) as string[], ...rest };
}

describe('a search that an engine answers', () => {
  test('finds words of title, category, brand, attributes and description, the title first, unfinished and mistyped ones too', async () => {
    expect((await search('teapot')).titles).toEqual(['Porcelain teapot', 'Iron teapot', 'Kettle']);
    expect((await search('garden')).titles).toEqual(['Crème brûlée torch']);
    expect((await search('sohne')).titles).toEqual(['Porcelain teapot']);
    expect((await search('black teapot')).titles).toEqual(['Iron teapot', 'Kettle']);
    expect((await search('porc')).titles).toEqual(['Porcelain teapot']);
    expect((await search('procelain')).titles).toEqual(['Porcelain teapot']);
  });

  test('folds what people do not tell apart, and takes signs for nothing else', async () => {
    for (const query of ['creme brulee', 'BRU\u0302LE\u0301E', '"brulee creme"', '-torch'])
      expect((await search(query)).titles, query).toHaveLength(1);
    expect(await search('!?')).toMatchObject({ titles: [], totalCount: 0, facets: { inStockCount: 0, attributes: [] } });
  });

  test('without words finds everything, the best-scored first', async () => {
    const { facets, ...found } = await search('');
    expect(found).toMatchObject({ totalCount: 4, totalCountIsCapped: false });
    expect(facets.attributes.map(({ name }: { name: string }) => name)).toEqual(['Colour', 'size']);
    expect((await search('  ')).titles[0]).toBe('Porcelain teapot');
  });

  test('narrows by every condition, exactly as it is written', async () => {
    const cases: [object, string[]][] = [
      [{ categoryId: kitchen }, ['Iron teapot', 'Kettle', 'Porcelain teapot']],
      [{ categoryId: pots }, ['Iron teapot', 'Porcelain teapot']],
      [{ merchantId: admin.id }, []],
      [{ brands: ['Ａcme "Fine" \\ Söhne', 'none'] }, ['Porcelain teapot']],
      [{ brands: ['acme "fine" \\ sohne'] }, []],
      [{ attributes: [{ name: 'Colour', values: ['Blue'] }] }, ['Porcelain teapot']],
      [{ attributes: [{ name: 'Colour', values: ['blue', 'black'] }] }, ['Crème brûlée torch', 'Iron teapot', 'Kettle']],
      [{ attributes: [{ name: 'note', values: [long] }] }, ['Kettle']],
      [{ price: { min: 4000 } }, ['Iron teapot', 'Kettle']],
      [{ price: { max: 2000, currency: 'USD' } }, ['Crème brûlée torch']],
      [{ minRating: 4.5 }, ['Porcelain teapot']],
      [{ inStock: true, categoryId: pots }, ['Porcelain teapot']],
    ];
    for (const [filter, titles] of cases) expect((await search('', { filter })).titles.sort(), JSON.stringify(filter)).toEqual(titles);
  });

  test('keeps the order that is asked for, whatever is more relevant', async () => {
    expect((await search('teapot', { sort: 'NEWEST' })).titles).toEqual(['Kettle', 'Iron teapot', 'Porcelain teapot']);
    expect((await search('', { sort: 'PRICE_LOWEST' })).titles).toEqual(['Porcelain teapot', 'Kettle', 'Iron teapot']);
    expect((await search('', { sort: 'PRICE_HIGHEST' })).titles).toEqual(['Iron teapot', 'Kettle', 'Porcelain teapot']);
    expect((await search('', { sort: 'TOP_RATED' })).titles[0]).toBe('Porcelain teapot');
  });

  test('counts what each further choice would leave, and the other values of a choice', async () => {
    const { facets } = await search('teapot', { filter: { attributes: [{ name: 'Colour', values: ['Blue'] }] } });
    expect(facets).toMatchObject({
      categories: expect.arrayContaining(['Kitchen', 'Pots'].map((name) => ({ category: { name }, productCount: 1 }))),
      brands: [{ value: 'Ａcme "Fine" \\ Söhne', productCount: 1 }],
      attributes: [
        {
          name: 'Colour',
          values: [
            { value: 'black', productCount: 2 },
            { value: 'Blue', productCount: 1 },
          ],
        },
        { name: 'size', values: [{ value: 'XL', productCount: 1 }] },
      ],
      price: { currency: 'EUR', min: 3000, max: 3000, ranges: [{ min: 3000, max: 3000, productCount: 1 }] },
      inStockCount: 1,
    });
    expect((await search('teapot')).facets.categories).toEqual([
      { category: { name: 'Kitchen' }, productCount: 3 },
      { category: { name: 'Pots' }, productCount: 2 },
    ]);
  });

  test('has ranges of prices that hold as many products as they say, in one currency', async () => {
    const { facets } = await search('', { filter: { price: { min: 4000, max: 4100 } } });
    expect(facets.price).toMatchObject({ currency: 'EUR', min: 3000, max: 5000 });
    expect(facets.ratings).toContainEqual({ minRating: 4, productCount: 0 });
    expect(facets.price.ranges).toHaveLength(3);
    for (const { min, max, productCount } of facets.price.ranges)
      expect((await search('', { filter: { price: { min, max } } })).totalCount).toBe(productCount);
  });

  test('pages both ways', async () => {
    const first = await search('teapot', { first: 2 });
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const second = await search('teapot', { first: 2, after: first.pageInfo.endCursor });
    expect(second).toMatchObject({ titles: ['Kettle'], pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    expect((await search('teapot', { last: 1 })).titles).toEqual(['Kettle']);
    expect((await search('teapot', { last: 2, before: second.pageInfo.startCursor })).titles).toEqual(first.titles);
    expect((await search('teapot', { first: 2, after: second.pageInfo.endCursor })).titles).toEqual([]);
  });

  test('says that a total is capped where the engine counts no further', async () => {
    meilisearch.furtherHits = 10_001;
    expect(await search('')).toMatchObject({ totalCount: 10_000, totalCountIsCapped: true });
    meilisearch.furtherHits = 0;
    expect((await search('')).totalCountIsCapped).toBe(false);
  });

  test('follows products that change, are archived, or are in a category that is called otherwise', async () => {
    const categoryId = await category('Urns');
    const id = await plaza.product(merchant, { title: 'Samovar', categoryId });
    await plaza.settle('search engine');
    expect((await search('urns')).titles).toEqual(['Samovar']);
    await plaza.mutate('updateCategory', { categoryId, name: 'Boilers' }, 'category { id }', admin.token);
    await plaza.mutate('updateProduct', { productId: id, title: 'Teamaker' }, 'product { id }', merchant.token);
    await plaza.settle('search engine');
    expect([(await search('samovar')).titles, (await search('boilers')).titles]).toEqual([[], ['Teamaker']]);
    await plaza.mutate('archiveProduct', { productId: id }, 'product { id }', merchant.token);
    await plaza.settle('search engine');
    expect(meilisearch.products.has(storeId(id).toHexString())).toBe(false);
    expect((await search('boilers')).titles).toEqual([]);
  });

  test('leaves lists to the shop itself', async () => {
    await plaza.settle('catalogue search');
    const before = meilisearch.requests.length;
    const query = '{ products(filter: { inStock: true, minRating: 4 }, sort: TOP_RATED) { edges { node { title } } } }';
    expect((await plaza.data(query)).products.edges).toEqual([{ node: { title: 'Porcelain teapot' } }]);
    expect(meilisearch.requests.slice(before).filter((request) => request.includes('search'))).toEqual([]);
  });
});

describe('a value to filter by', () => {
  const written = fc.string({ unit: 'grapheme', maxLength: 40 });

  test('is read as it was written, and needs no quotes, case or accents', () => {
    const property = fc.property(written, (text) => {
      expect(keyOf(text)).toMatch(/^[a-z0-9_.]*$/);
      expect(textOf(keyOf(text)) ?? text).toBe(text);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('is no other’s', () => {
    fc.assert(fc.property(written, written, (one, other) => (keyOf(one) === keyOf(other)) === (one === other)));
  });
});

describe('what tells the engine of changes', () => {
  const refill = 'DELETE /indexes/plaza_products/documents';
  const worker = () => plaza.worker('search engine');

  test('is one process at a time, which goes on where the last one ended', async () => {
    const leases = plaza.connection.collection<{ _id: string; holder: string; until: Date }>('search_engine_leases');
    await worker().stop();
    expect(await leases.countDocuments()).toBe(0);
    await leases.insertOne({ _id: 'search', holder: 'another process', until: new Date(Date.now() + 60_000) });
    await plaza.product(merchant, { title: 'Copper teapot', categoryId: pots });
    worker().start({ now: false });
    await plaza.settle('search engine');
    expect((await search('copper')).titles).toEqual([]);
    const before = meilisearch.requests.length;
    await leases.updateOne({ _id: 'search' }, { $set: { until: new Date(0) } });
    await plaza.settle('search engine');
    expect((await search('copper')).titles).toEqual(['Copper teapot']);
    expect(meilisearch.requests.slice(before)).not.toContain(refill);
  });

  test('tells it everything again where it knows more than the store, such as one from a backup', async () => {
    await worker().stop();
    const position = meilisearch.indexes.get('plaza_position')!.documents.get('products')!;
    Object.assign(position, { newest: { id: 'f'.repeat(24), updatedAt: Date.now() } });
    meilisearch.products.set('f'.repeat(24), { ...[...meilisearch.products.values()][0], id: 'f'.repeat(24) });
    const before = meilisearch.requests.length;
    worker().start({ now: false });
    await plaza.settle('search engine');
    expect(meilisearch.requests.slice(before)).toContain(refill);
    expect([meilisearch.products.has('f'.repeat(24)), (await search('copper')).totalCount]).toEqual([false, 1]);
  });
});

describe('while the engine is away', () => {
  const ask = () => plaza.query('{ searchProducts(query: "teapot") { totalCount } }');

  test('searches are refused with a code of their own, writes go on, and the engine is told of them when it is back', async () => {
    await meilisearch.stop();
    const refused = await ask();
    expect(refused.errors).toMatchObject([{ extensions: { code: 'SEARCH_UNAVAILABLE' } }]);
    expect(JSON.stringify(refused)).not.toMatch(/127\.0\.0\.1|ECONN|eili/);
    await plaza.product(merchant, { title: 'Enamel teapot', categoryId: pots });
    await plaza.settle('search engine');
    await meilisearch.start();
    await plaza.settle('search engine');
    expect((await search('enamel')).titles).toEqual(['Enamel teapot']);
  });

  test.each(['BEFORE', 'WITHIN'] as const)('an engine that hangs %s its answer is not waited for long', async (hangs) => {
    meilisearch.hangs = hangs;
    // A time that Node forgets then would be none.
    const endCollecting = collectGarbage(100);
    const refused = await ask();
    endCollecting();
    meilisearch.hangs = null;
    expect(refused.errors).toMatchObject([{ extensions: { code: 'SEARCH_UNAVAILABLE' } }]);
  });

  test('an engine that has lost everything gets everything again', async () => {
    const known = meilisearch.products.size;
    meilisearch.indexes.clear();
    expect((await ask()).errors).toMatchObject([{ extensions: { code: 'SEARCH_UNAVAILABLE' } }]);
    await plaza.product(merchant, { title: 'Glass teapot', categoryId: pots });
    await plaza.settle('search engine');
    await expect.poll(() => meilisearch.products.size).toBe(known + 1);
  });

  test('neither the log nor an answer holds the key', () => {
    expect(log.join('\n')).toContain('the search engine does not answer');
    expect(log.join('\n')).not.toContain(apiKey);
  });
});
