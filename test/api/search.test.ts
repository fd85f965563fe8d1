import { beforeAll, describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

let merchant: Account;
let kitchen: string;
let pots: string;

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

beforeAll(async () => {
  merchant = await plaza.account({ merchant: true });
  const admin = await plaza.account({ role: 'ADMIN' });
  const category = async (name: string, parentId?: string) =>
    (await plaza.mutate('createCategory', { name, parentId }, 'category { id }', admin.token)).category.id as string;
  kitchen = await category('Kitchen');
  pots = await category('Pots', kitchen);
  const garden = await category('Garden');
  const colour = (value: string) => ({ attributes: [{ name: 'colour', value }] });
  await plaza.product(merchant, { title: 'Porcelain teapot', categoryId: pots, price: eur(3000), ...colour('blue'), stock: 3 });
  await plaza.product(merchant, { title: 'Iron teapot', categoryId: pots, price: eur(5000), ...colour('black'), stock: 0 });
  await plaza.product(merchant, {
    title: 'Kettle',
    categoryId: kitchen,
    description: 'Goes with any teapot.',
    price: eur(4000),
    ...colour('black'),
  });
  await plaza.product(merchant, { title: 'Watering can', categoryId: garden, price: eur(1500), ...colour('blue') });
  await plaza.settle('catalogue search');
});

async function search(query: string, facets: object = {}) {
  const operation = `query ($query: String!, $facets: ProductFacetsInput) { searchProducts(query: $query, facets: $facets) {
    products { totalCount edges { node { title } } }
    facets { categories { count category { name } } attributes { name values { value count } } prices { atLeast atMost count } inStock } } }`;
  const { searchProducts } = await plaza.data(operation, { query, facets });
  return {
    titles: searchProducts.products.edges.map(({ node }: { node: { title: string } }) => node.title) as string[],
    totalCount: searchProducts.products.totalCount as number,
    facets: searchProducts.facets,
  };
}

describe('a search', () => {
  test('finds words of title, category, attributes and description, the title first', async () => {
    const { titles } = await search('teapot');
    expect([titles.slice(0, 2).sort(), titles[2]]).toEqual([['Iron teapot', 'Porcelain teapot'], 'Kettle']);
    expect((await search('garden')).titles).toEqual(['Watering can']);
    expect((await search('black')).titles.sort()).toEqual(['Iron teapot', 'Kettle']);
    expect((await search('black teapot')).titles).toEqual(['Iron teapot', 'Kettle']);
    expect((await search('bicycle')).titles).toEqual([]);
  });

  test('finds unfinished and mistyped words', async () => {
    expect((await search('porc')).titles).toEqual(['Porcelain teapot']);
    expect((await search('procelain')).titles).toEqual(['Porcelain teapot']);
    expect((await search('waterng cann')).titles).toEqual(['Watering can']);
  });

  test('without words finds everything', async () => {
    expect((await search('')).totalCount).toBe(4);
  });

  test('counts what each further choice would leave', async () => {
    const { facets } = await search('teapot');
    expect(facets.categories).toEqual([
      { category: { name: 'Pots' }, count: 2 },
      { category: { name: 'Kitchen' }, count: 1 },
    ]);
    expect(facets.attributes).toEqual([
      {
        name: 'colour',
        values: [
          { value: 'black', count: 2 },
          { value: 'blue', count: 1 },
        ],
      },
    ]);
    expect(facets.inStock).toBe(2);
    expect(facets.prices.map(({ count }: { count: number }) => count).reduce((a: number, b: number) => a + b)).toBe(3);
  });

  test('narrows by category with everything below it, attribute, price and stock, and still counts the other values of a choice', async () => {
    expect((await search('', { categoryId: kitchen })).titles.sort()).toEqual(['Iron teapot', 'Kettle', 'Porcelain teapot']);
    expect((await search('', { categoryId: pots })).totalCount).toBe(2);
    expect((await search('teapot', { priceAtLeast: 4000, priceAtMost: 5000 })).titles).toEqual(['Iron teapot', 'Kettle']);
    expect((await search('teapot', { inStock: true })).titles).toEqual(['Porcelain teapot', 'Kettle']);
    const { titles, facets } = await search('teapot', { attributes: [{ name: 'colour', values: ['blue'] }] });
    expect(titles).toEqual(['Porcelain teapot']);
    expect(facets.attributes[0].values).toEqual([
      { value: 'black', count: 2 },
      { value: 'blue', count: 1 },
    ]);
    expect(facets.categories).toEqual([{ category: { name: 'Pots' }, count: 1 }]);
  });

  test('pages', async () => {
    const query =
      'query ($after: String) { searchProducts(query: "teapot") { products(first: 2, after: $after) { pageInfo { hasNextPage endCursor } edges { node { title } } } } }';
    const first = (await plaza.data(query)).searchProducts.products;
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = (await plaza.data(query, { after: first.pageInfo.endCursor })).searchProducts.products;
    expect(second.edges).toEqual([{ node: { title: 'Kettle' } }]);
  });

  test('refuses a query that is too long, and facets of the wrong kind', async () => {
    const ask = (variables: object) =>
      plaza.query(
        'query ($query: String!, $facets: ProductFacetsInput) { searchProducts(query: $query, facets: $facets) { facets { inStock } } }',
        variables,
      );
    expect((await ask({ query: 'x'.repeat(300) })).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'query' } }]);
    expect((await ask({ query: '', facets: { categoryId: merchant.id } })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', argument: 'facets.categoryId' } },
    ]);
  });

  test('knows of new and changed products soon', async () => {
    const id = await plaza.product(merchant, { title: 'Samovar', categoryId: kitchen });
    await plaza.settle('catalogue search');
    expect((await search('samovar')).titles).toEqual(['Samovar']);
    await plaza.mutate('updateProduct', { productId: id, title: 'Urn' }, 'product { id }', merchant.token);
    await plaza.settle('catalogue search');
    expect((await search('samovar')).titles).toEqual([]);
    expect((await search('urn')).titles).toEqual(['Urn']);
    await plaza.mutate('updateProduct', { productId: id, stock: 0 }, 'product { id }', merchant.token);
    await plaza.settle('catalogue search');
    expect((await search('urn', { inStock: true })).titles).toEqual([]);
  });
});

describe('a product without a price', () => {
  test('is found by its words and left out wherever prices or sale matter', async () => {
    const seller = await plaza.account({ merchant: true });
    await plaza.product(seller, { title: 'Samovar of silver', categoryId: pots, price: null, stock: 2 });
    await plaza.product(seller, { title: 'Samovar of brass', categoryId: pots, price: eur(9000), stock: 2 });
    await plaza.settle('catalogue search');
    const both = await search('samovar');
    expect(both.titles.sort()).toEqual(['Samovar of brass', 'Samovar of silver']);
    expect(both.facets).toMatchObject({ inStock: 1, prices: [{ atLeast: 9000, atMost: 9000, count: 1 }] });
    for (const facets of [{ inStock: true }, { priceAtLeast: 0 }, { priceAtMost: 20_000 }])
      expect((await search('samovar', facets)).titles).toEqual(['Samovar of brass']);
    const list = async (filter: object, sort: string) => {
      const query = `query ($filter: ProductFilter!, $sort: ProductSort!) { products(filter: $filter, sort: $sort) { edges { node { title } } } }`;
      const { products } = await plaza.data(query, { filter: { merchantId: seller.id, ...filter }, sort });
      return products.edges.map(({ node }: { node: { title: string } }) => node.title) as string[];
    };
    expect(await list({}, 'NEWEST')).toEqual(['Samovar of brass', 'Samovar of silver']);
    for (const sort of ['PRICE_LOWEST', 'PRICE_HIGHEST']) expect(await list({}, sort)).toEqual(['Samovar of brass']);
    for (const filter of [{ inStock: true }, { priceAtLeast: 0 }, { priceAtMost: 20_000 }])
      expect(await list(filter, 'NEWEST')).toEqual(['Samovar of brass']);
  });
});

describe('the words of a search', () => {
  test('are folded as people compare them, and found inside what is written without spaces', async () => {
    const titles = [
      'Crème brûlée torch',
      'Straßenkarte Łódź',
      'Ｔｅａ ﬁlter',
      '抹茶茶碗',
      'ถ้วยชาเขียว',
      '한국어검색 찻잔',
      'Node.js T-shirt',
      'C++ primer',
      'C primer',
    ];
    const seller = await plaza.account({ merchant: true });
    await Promise.all(titles.map((title) => plaza.product(seller, { title, categoryId: pots })));
    await plaza.settle('catalogue search');
    const found = [
      ['creme brulee', [0]],
      ['BRU\u0302LE\u0301E', [0]],
      ['strassenkarte lodz', [1]],
      ['tea filter', [2]],
      ['茶碗', [3]],
      ['茶', [3]],
      ['ชาเขียว', [4]],
      ['검색', [5]],
      ['nodejs tshirt', [6]],
      ['node.js t shirt', [6]],
      ['c++', [7]],
      ['!?', []],
    ] as const;
    for (const [query, at] of found) expect((await search(query)).titles, query).toEqual(at.map((index) => titles[index]));
  });
});
