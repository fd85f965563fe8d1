import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Plaza, usePlaza, type Account } from '../support/plaza.js';

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

const facetFields = `facets { categories { productCount category { name } } brands { value productCount } attributes { name values { value productCount } }
  price { currency min max ranges { min max productCount } } ratings { minRating productCount } inStockCount }`;

async function search(query: string, filter: object = {}, sort: string | null = null) {
  const operation = `query ($query: String!, $filter: ProductFilter, $sort: ProductSort) {
    searchProducts(query: $query, filter: $filter, sort: $sort) { totalCount edges { node { title } } ${facetFields} } }`;
  const { searchProducts } = await plaza.data(operation, { query, filter, sort });
  return {
    titles: searchProducts.edges.map(({ node }: { node: { title: string } }) => node.title) as string[],
    totalCount: searchProducts.totalCount as number,
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
      { category: { name: 'Kitchen' }, productCount: 3 },
      { category: { name: 'Pots' }, productCount: 2 },
    ]);
    expect(facets.attributes).toEqual([
      {
        name: 'colour',
        values: [
          { value: 'black', productCount: 2 },
          { value: 'blue', productCount: 1 },
        ],
      },
    ]);
    expect(facets.inStockCount).toBe(2);
    expect(
      facets.price.ranges.map(({ productCount }: { productCount: number }) => productCount).reduce((a: number, b: number) => a + b),
    ).toBe(3);
    expect(facets.price).toMatchObject({ currency: 'EUR', min: 3000, max: 5000 });
  });

  test('narrows by category with everything below it, attribute, price and stock, and still counts the other values of a choice', async () => {
    expect((await search('', { categoryId: kitchen })).titles.sort()).toEqual(['Iron teapot', 'Kettle', 'Porcelain teapot']);
    expect((await search('', { categoryId: pots })).totalCount).toBe(2);
    expect((await search('teapot', { price: { min: 4000, max: 5000 } })).titles).toEqual(['Iron teapot', 'Kettle']);
    expect((await search('teapot', { inStock: true })).titles).toEqual(['Porcelain teapot', 'Kettle']);
    const { titles, facets } = await search('teapot', { attributes: [{ name: 'colour', values: ['blue'] }] });
    expect(titles).toEqual(['Porcelain teapot']);
    expect(facets.attributes[0].values).toEqual([
      { value: 'black', productCount: 2 },
      { value: 'blue', productCount: 1 },
    ]);
    expect(facets.categories).toEqual(expect.arrayContaining(['Kitchen', 'Pots'].map((name) => ({ category: { name }, productCount: 1 }))));
  });

  test('counts for a category what choosing it leaves, with all below it, also where none is right in it', async () => {
    const admin = await plaza.account({ role: 'ADMIN' });
    const add = async (name: string, parentId?: string) =>
      (await plaza.mutate('createCategory', { name, parentId }, 'category { id }', admin.token)).category.id as string;
    const outdoors = await add('Outdoors');
    const camping = await add('Camping', outdoors);
    const lights = await add('Lights', camping);
    for (const categoryId of [camping, lights, lights]) await plaza.product(merchant, { title: 'Zephyr lantern', categoryId });
    await plaza.settle('catalogue search');
    for (const filter of [{}, { categoryId: lights }, { categoryId: outdoors }]) {
      const { facets } = await search('zephyr', filter);
      expect(facets.categories).toEqual([
        { category: { name: 'Outdoors' }, productCount: 3 },
        { category: { name: 'Camping' }, productCount: 3 },
        { category: { name: 'Lights' }, productCount: 2 },
      ]);
    }
    for (const [categoryId, count] of [
      [outdoors, 3],
      [camping, 3],
      [lights, 2],
    ] as const)
      expect((await search('zephyr', { categoryId })).totalCount).toBe(count);
  });

  test('pages both ways, with the facets beside', async () => {
    const query = `query ($first: Int, $after: String, $last: Int, $before: String) { searchProducts(query: "teapot", first: $first, after: $after, last: $last, before: $before) {
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { title } } facets { inStockCount } } }`;
    const page = async (variables: object) => (await plaza.data(query, variables)).searchProducts;
    const titlesOf = ({ edges }: { edges: { node: { title: string } }[] }) => edges.map(({ node }) => node.title);
    const first = await page({ first: 2 });
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(first.facets).toEqual({ inStockCount: 2 });
    const second = await page({ first: 2, after: first.pageInfo.endCursor });
    expect(titlesOf(second)).toEqual(['Kettle']);
    expect(titlesOf(await page({ last: 1 }))).toEqual(['Kettle']);
    expect(titlesOf(await page({ last: 2, before: second.pageInfo.startCursor }))).toEqual(titlesOf(first));
  });

  test('refuses a query that is too long, and filters that make no sense, by the name of what is wrong', async () => {
    const ask = (operation: string, variables: object) => plaza.query(operation, variables);
    const operations = [
      'query ($query: String!, $filter: ProductFilter) { searchProducts(query: $query, filter: $filter) { totalCount } }',
      'query ($query: String = "", $filter: ProductFilter) { products(filter: $filter) { edges { cursor } } searchProducts(query: $query) { totalCount } }',
    ];
    const long = await ask(operations[0]!, { query: 'x'.repeat(300) });
    expect(long.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'query' } }]);
    const gone = Buffer.from('Category:0123456789abcdef01234567').toString('base64url');
    const nobody = Buffer.from('User:0123456789abcdef01234567').toString('base64url');
    const bad = [
      [{ categoryId: merchant.id }, 'BAD_USER_INPUT', 'filter.categoryId'],
      [{ categoryId: gone }, 'NOT_FOUND', 'filter.categoryId'],
      [{ merchantId: nobody }, 'NOT_FOUND', 'filter.merchantId'],
      [{ price: { min: 5, max: 4 } }, 'BAD_USER_INPUT', 'filter.price.max'],
      [{ price: { min: -1 } }, 'BAD_USER_INPUT', 'filter.price.min'],
      [{ price: { currency: 'XXQ' } }, 'BAD_USER_INPUT', 'filter.price.currency'],
      [{ minRating: 6 }, 'BAD_USER_INPUT', 'filter.minRating'],
      [{ attributes: [{ name: 'a', values: Array(51).fill('b') }] }, 'BAD_USER_INPUT', 'filter.attributes.0.values'],
      [{ attributes: Array(21).fill({ name: 'a', values: [] }) }, 'BAD_USER_INPUT', 'filter.attributes'],
    ] as const;
    for (const operation of operations)
      for (const [filter, code, argument] of bad)
        expect((await ask(operation, { query: '', filter })).errors, argument).toMatchObject([{ extensions: { code, argument } }]);
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
    expect(both.facets).toMatchObject({ inStockCount: 1, price: { ranges: [{ min: 9000, max: 9000, productCount: 1 }] } });
    for (const facets of [{ inStock: true }, { price: { min: 0 } }, { price: { max: 20_000 } }])
      expect((await search('samovar', facets)).titles).toEqual(['Samovar of brass']);
    const list = async (filter: object, sort: string) => {
      const query = `query ($filter: ProductFilter!, $sort: ProductSort!) { products(filter: $filter, sort: $sort) { edges { node { title } } } }`;
      const { products } = await plaza.data(query, { filter: { merchantId: seller.id, ...filter }, sort });
      return products.edges.map(({ node }: { node: { title: string } }) => node.title) as string[];
    };
    expect(await list({}, 'NEWEST')).toEqual(['Samovar of brass', 'Samovar of silver']);
    for (const sort of ['PRICE_LOWEST', 'PRICE_HIGHEST']) expect(await list({}, sort)).toEqual(['Samovar of brass']);
    for (const filter of [{ inStock: true }, { price: { min: 0 } }, { price: { max: 20_000 } }])
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

  test('are found where they are written apart or together, and numbers in the groups that are printed on a product', async () => {
    const seller = await plaza.account({ merchant: true });
    await plaza.product(seller, { title: 'Quillon ebook Z200', categoryId: pots, gtin: '9783161484100' });
    await plaza.settle('catalogue search');
    for (const query of ['quillon e book', 'e-book quillon', 'quill on', 'quillon z 200', '978-3-16-148410-0', '978 3 16 148410 0'])
      expect((await search(query)).titles, query).toEqual(['Quillon ebook Z200']);
    expect((await search('quillon z 300')).titles).toEqual([]);
  });
});

describe('lists and searches', () => {
  let seller: Account;
  let shoes: string;
  let boots: string;
  const ask = async (filter: object, sort: string | null = 'NEWEST') => {
    const query = `query ($filter: ProductFilter!, $sort: ProductSort!, $category: ID!) {
      products(filter: $filter, sort: $sort) { edges { node { title } } }
      category(id: $category) { products(filter: $filter, sort: $sort) { edges { node { title } } } }
      categories(first: 100) { edges { node { id products(filter: $filter, sort: $sort) { edges { node { title } } } } } }
      searchProducts(query: "", filter: $filter, sort: $sort) { edges { node { title } } } }`;
    const titlesOf = ({ edges }: { edges: { node: { title: string } }[] }) => edges.map(({ node }) => node.title);
    const { products, category, categories, searchProducts } = await plaza.data(query, {
      filter: { merchantId: seller.id, ...filter },
      sort,
      category: shoes,
    });
    const among = categories.edges.find(({ node }: { node: { id: string } }) => node.id === shoes)!.node;
    return [products, category.products, among.products, searchProducts].map(titlesOf);
  };

  beforeAll(async () => {
    seller = await plaza.account({ merchant: true });
    const admin = await plaza.account({ role: 'ADMIN' });
    shoes = (await plaza.mutate('createCategory', { name: 'Shoes' }, 'category { id }', admin.token)).category.id;
    boots = (await plaza.mutate('createCategory', { name: 'Boots', parentId: shoes }, 'category { id }', admin.token)).category.id;
    const add = (title: string, categoryId: string, amountMinor: number, currency: string, more: object = {}) =>
      plaza.product(seller, { title, categoryId, price: { amountMinor, currency }, ...more });
    const size = (value: string) => ({ attributes: [{ name: 'size', value }] });
    const one = await add('One', shoes, 100, 'EUR', { ...size('41'), brand: 'Acme' });
    const two = await add('Two', boots, 300, 'EUR', { ...size('42'), brand: 'Acme' });
    await add('Three', boots, 20, 'JPY', { ...size('42'), brand: 'Other', stock: 0 });
    await add('Four', boots, 200, 'EUR', size('43'));
    const rate = (id: string, stars: number) =>
      plaza.account().then((author) => plaza.review(author, id, { ratings: { quality: stars, price: stars, service: stars } }));
    await rate(one, 3);
    await rate(two, 5);
    await plaza.settle('catalogue search');
  });

  test('answer every filter and order alike, of a category with everything below it', async () => {
    const cases: [object, string, string[]][] = [
      [{}, 'NEWEST', ['Four', 'Three', 'Two', 'One']],
      [{}, 'PRICE_LOWEST', ['One', 'Four', 'Two']],
      [{}, 'PRICE_HIGHEST', ['Two', 'Four', 'One']],
      [{ price: { currency: 'JPY' } }, 'PRICE_HIGHEST', ['Three']],
      [{ price: { min: 20, currency: 'JPY' } }, 'NEWEST', ['Three']],
      [{ price: { min: 100, max: 200 } }, 'NEWEST', ['Four', 'One']],
      [{ minRating: 4 }, 'NEWEST', ['Two']],
      [{ minRating: 3 }, 'TOP_RATED', ['Two', 'One']],
      [{ inStock: true }, 'NEWEST', ['Four', 'Two', 'One']],
      [{ brands: ['Acme'] }, 'NEWEST', ['Two', 'One']],
      [{ attributes: [{ name: 'size', values: ['41', '43'] }] }, 'NEWEST', ['Four', 'One']],
    ];
    for (const [filter, sort, titles] of cases)
      expect(await ask(filter, sort), JSON.stringify([filter, sort])).toEqual([titles, titles, titles, titles]);
    const inCategory = await plaza.data('query ($filter: ProductFilter!) { products(filter: $filter) { edges { node { title } } } }', {
      filter: { categoryId: shoes },
    });
    expect(inCategory.products.edges).toHaveLength(4);
  });

  test('count brands, ratings and prices of one currency', async () => {
    const { facets } = await search('', { merchantId: seller.id });
    expect(facets).toMatchObject({
      brands: [
        { value: 'Acme', productCount: 2 },
        { value: 'Other', productCount: 1 },
      ],
      price: { currency: 'EUR', min: 100, max: 300 },
      ratings: [
        { minRating: 4, productCount: 1 },
        { minRating: 3, productCount: 2 },
        { minRating: 2, productCount: 2 },
        { minRating: 1, productCount: 2 },
      ],
      inStockCount: 3,
    });
    const yen = await search('', { merchantId: seller.id, price: { currency: 'JPY' } });
    expect(yen.facets.price).toMatchObject({ currency: 'JPY', min: 20, max: 20 });
  });

  test('page a category over what lies below it, both ways', async () => {
    const query = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { a: category(id: $id) { ...P } b: categories(first: 100) { edges { node { id ...P } } } }
      fragment P on Category { products(first: $first, after: $after, last: $last, before: $before) { edges { node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    const pages = async (variables: object) => {
      const { a, b } = await plaza.data(query, { id: shoes, ...variables });
      const same = b.edges.find(({ node }: { node: { id: string } }) => node.id === shoes).node.products;
      expect(same).toEqual(a.products);
      return { titles: a.products.edges.map(({ node }: { node: { title: string } }) => node.title), info: a.products.pageInfo };
    };
    const first = await pages({ first: 3 });
    expect(first).toMatchObject({ titles: ['Four', 'Three', 'Two'], info: { hasNextPage: true, hasPreviousPage: false } });
    const rest = await pages({ first: 3, after: first.info.endCursor });
    expect(rest).toMatchObject({ titles: ['One'], info: { hasNextPage: false, hasPreviousPage: true } });
    expect(await pages({ last: 2, before: rest.info.startCursor })).toMatchObject({
      titles: ['Three', 'Two'],
      info: { hasNextPage: true, hasPreviousPage: true },
    });
  });
});

describe('a search for people', () => {
  const find = async (query: string, token: string) => {
    const { searchUsers } = await plaza.data(
      'query ($query: String!) { searchUsers(query: $query) { edges { node { handle } } } }',
      { query },
      token,
    );
    return searchUsers.edges.map(({ node }: { node: { handle: string } }) => node.handle) as string[];
  };

  test('finds them by handle and by any word of their name, and follows a new name', async () => {
    const [viewer, person] = [await plaza.account(), await plaza.account()];
    await plaza.mutate('updateProfile', { name: 'Zoë Brønsted-Ångström 王小明' }, 'user { id }', person.token);
    for (const query of [person.handle, `@${person.handle.slice(0, 8)}`, 'zoe', 'bronst', 'angstrom zoe', '小明', '王'])
      expect(await find(query, viewer.token), query).toContain(person.handle);
    expect(await find('zoe smith', viewer.token)).toEqual([]);
    expect(await find(' ', viewer.token)).toEqual([]);
    expect((await find(person.handle, viewer.token))[0]).toBe(person.handle);
  });

  test('finds who came with an import where they can sign in, and no others', async () => {
    const [viewer, able, name] = [await plaza.account(), await plaza.account(), await plaza.account()];
    const users = plaza.connection.collection('users');
    await users.updateMany({ handle: { $in: [able.handle, name.handle] } }, { $set: { source: 'elsewhere' } });
    await users.updateOne({ handle: name.handle }, { $unset: { passwordHash: '' } });
    expect(await find(able.handle, viewer.token)).toEqual([able.handle]);
    expect(await find(name.handle, viewer.token)).toEqual([]);
  });

  test('leaves out who is banned, gone, or blocks and is blocked, and is for who is signed in', async () => {
    const [viewer, other, third] = [await plaza.account(), await plaza.account(), await plaza.account()];
    const people = [other, third];
    for (const { token } of people) await plaza.mutate('updateProfile', { name: 'Quibbleworth' }, 'user { id }', token);
    expect(await find('quibble', viewer.token)).toHaveLength(2);
    await plaza.mutate('blockUser', { userId: other.id }, 'user { id }', viewer.token);
    expect(await find('quibble', viewer.token)).toEqual([third.handle]);
    expect(await find(viewer.handle, other.token)).toEqual([]);
    await plaza.connection.collection('users').updateOne({ handle: third.handle }, { $set: { bannedAt: new Date() } });
    expect(await find('quibble', viewer.token)).toEqual([]);
    expect((await plaza.query('{ searchUsers(query: "q") { edges { cursor } } }')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });
});

describe('a search in what people wrote', () => {
  test('finds questions by words inside a run of Thai or Japanese', async () => {
    const productId = await plaza.product(await plaza.account({ merchant: true }), { categoryId: await plaza.category() });
    const asker = await plaza.account();
    for (const body of ['มีกาน้ำชาไหม', '抹茶茶碗はありますか？'])
      await plaza.mutate('askQuestion', { productId, body }, 'question { id }', asker.token);
    const found = async (query: string): Promise<string[]> => {
      const operation =
        'query ($query: String!, $productId: ID) { searchQuestions(query: $query, productId: $productId) { edges { node { body } } } }';
      const { searchQuestions } = await plaza.data(operation, { query, productId });
      return searchQuestions.edges.map(({ node }: { node: { body: string } }) => node.body);
    };
    for (const query of ['กาน้ำชา', 'น้ำชา', 'ชา']) expect(await found(query)).toEqual(['มีกาน้ำชาไหม']);
    for (const query of ['茶碗', '抹茶', '茶']) expect(await found(query)).toEqual(['抹茶茶碗はありますか？']);
    expect(await found('กาแฟ')).toEqual([]);
  });

  test('finds questions with every word, of one product or of the shop', async () => {
    const asker = await plaza.account();
    const [pot, cup] = [await plaza.product(merchant), await plaza.product(merchant)];
    const ask = (productId: string, body: string) => plaza.mutate('askQuestion', { productId, body }, 'question { id }', asker.token);
    await ask(pot, 'Can this brûlée dish go into a microwave?');
    await ask(cup, 'Is the brulee cup 電子レンジ safe?');
    const find = async (query: string, productId?: string) => {
      const operation = 'query ($query: String!, $productId: ID) { searchQuestions(query: $query, productId: $productId) { totalCount } }';
      return (await plaza.data(operation, { query, productId })).searchQuestions.totalCount as number;
    };
    expect([await find('brulee'), await find('Brûlée', pot), await find('brulee micro'), await find('レンジ')]).toEqual([2, 1, 1, 1]);
    expect([await find('brulee bicycle'), await find('')]).toEqual([0, 0]);
    const gone = Buffer.from('Product:0123456789abcdef01234567').toString('base64url');
    const { errors } = await plaza.query(`{ searchQuestions(query: "x", productId: "${gone}") { totalCount } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', argument: 'productId' } }]);
  });

  test('finds reviews of a product with every word, in the order of the list, and pages them', async () => {
    const id = await plaza.product(merchant);
    for (const body of ['Crème of the crop', 'Drips on the table', 'The creme drips'])
      await plaza.review(await plaza.account(), id, { body });
    const find = async (search: string, args = '') =>
      (
        await plaza.data(
          `{ product(id: "${id}") { reviews(search: "${search}", sort: NEWEST ${args}) { edges { cursor node { body } } pageInfo { hasNextPage } } } }`,
        )
      ).product.reviews;
    const bodies = ({ edges }: { edges: { node: { body: string } }[] }) => edges.map(({ node }) => node.body);
    expect(bodies(await find('creme'))).toEqual(['The creme drips', 'Crème of the crop']);
    expect(bodies(await find('drip creme'))).toEqual(['The creme drips']);
    expect(bodies(await find('leaks'))).toEqual([]);
    const first = await find('creme', 'first: 1');
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(bodies(await find('creme', `first: 1, after: "${first.edges[0].cursor}"`))).toEqual(['Crème of the crop']);
  });
});

test('a search that cannot open its index answers as soon as it can', async () => {
  const other = new Plaza();
  other.dataDirectory = mkdtempSync(join(tmpdir(), 'plaza-test-'));
  const folder = join(other.dataDirectory, 'search');
  writeFileSync(folder, 'in the way');
  await other.start();
  const id = await other.product(await other.account({ merchant: true }), { title: 'Teapot' });
  await other.settle('catalogue search');
  rmSync(folder);
  await other.settle('catalogue search');
  const { searchProducts } = await other.data('{ searchProducts(query: "teapot") { edges { node { id } } } }');
  expect(searchProducts.edges).toEqual([{ node: { id } }]);
  await other.stop();
});
