/** Bulk writes by external IDs: products, categories, users and orders of another system. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { storeId, usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza({ CACHE_MEMORY: '0' });

let admin: Account;
let merchant: Account;
let key: string;
let adminKey: string;
let source: string;
let sources = 0;

const apiKey = async (owner: Account, scopes: string[]): Promise<string> =>
  (await plaza.mutate('createApiKey', { name: 'Shop', scopes }, 'secret', owner.token)).secret as string;

beforeAll(async () => {
  admin = await plaza.account({ role: 'ADMIN' });
  merchant = await plaza.account({ merchant: true });
  key = await apiKey(merchant, ['catalog:write', 'orders:write']);
  adminKey = await apiKey(admin, ['catalog:write', 'orders:write', 'users:write']);
});

beforeEach(() => {
  source = `shop-${++sources}`;
});

const price = { amountMinor: 1999, currency: 'EUR' };
const errors = 'userErrors { code field message }';
const productResult = `results { externalId outcome product { id title slug price { amountMinor currency } stock url category { name externalId } merchant { id } } ${errors} }`;
const orderResult = `results { externalId outcome order { id status externalId buyer { id } merchant { id } items { quantity product { externalId } } totalPrice { amountMinor } } ${errors} }`;

const upsertProducts = (products: object[], token = key, more: object = {}) =>
  plaza.mutate('upsertProducts', { source, products, ...more }, productResult, token);
const upsertCategories = (categories: object[]) =>
  plaza.mutate(
    'upsertCategories',
    { source, categories },
    `results { externalId outcome category { id name parent { externalId } } ${errors} }`,
    adminKey,
  );
const upsertUsers = (users: object[]) =>
  plaza.mutate('upsertUsers', { source, users }, `results { externalId outcome user { id name externalId source } ${errors} }`, adminKey);
const upsertOrders = (orders: object[], token = key, more: object = {}) =>
  plaza.mutate('upsertOrders', { source, orders, ...more }, orderResult, token);

const outcomes = ({ results }: { results: { outcome: string | null }[] }) => results.map(({ outcome }) => outcome);
const pots = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ externalId: `pot-${at}`, title: `Pot ${at}`, price, stock: at, sku: `P-${at}` }));
const countOf = (collection: string, filter: object) => plaza.connection.collection(collection).countDocuments(filter);

describe('upsertProducts', () => {
  test('creates and updates by external ID, and the same request again changes nothing', async () => {
    await upsertCategories([{ externalId: 'tea', name: `Tea ${source}` }]);
    const pot = {
      externalId: 'pot',
      title: 'Teapot',
      description: 'Blue',
      categoryExternalId: 'tea',
      price,
      stock: 3,
      sku: 'T-1',
      gtin: '4006381333931',
      mpn: 'M1',
      brand: 'Acme',
      url: 'https://shop.example/pot',
    };
    const created = await upsertProducts([pot]);
    expect(created).toMatchObject({
      userErrors: [],
      results: [
        {
          externalId: 'pot',
          outcome: 'CREATED',
          userErrors: [],
          product: {
            title: 'Teapot',
            price,
            stock: 3,
            url: 'https://shop.example/pot',
            category: { externalId: 'tea' },
            merchant: { id: merchant.id },
          },
        },
      ],
    });
    const stored = () => plaza.connection.collection('products').findOne({ source, externalId: 'pot' });
    const before = await stored();
    expect(outcomes(await upsertProducts([pot]))).toEqual(['UNCHANGED']);
    expect(await stored()).toEqual(before);
    const updated = await upsertProducts([{ externalId: 'pot', title: 'Red teapot', stock: null }]);
    expect(updated.results).toMatchObject([
      { outcome: 'UPDATED', product: { id: created.results[0].product.id, title: 'Red teapot', stock: null, price } },
    ]);
    await plaza.settle('catalogue search');
    const { searchProducts } = await plaza.data('query { searchProducts(query: "red teapot") { edges { node { externalId } } } }');
    expect(searchProducts.edges).toContainEqual({ node: { externalId: 'pot' } });
  });

  test('writes what is right, and says of each other item what is wrong with it', async () => {
    const other = await plaza.account({ merchant: true });
    await upsertProducts([{ externalId: 'theirs', title: 'Theirs' }], other.token);
    const answer = await upsertProducts([
      { externalId: 'a', title: 'A' },
      { externalId: 'b', title: 'x'.repeat(201), stock: -1 },
      { externalId: 'c' },
      { externalId: 'd', title: 'D', categoryExternalId: 'none' },
      { externalId: 'e', title: 'E', price: { amountMinor: 1, currency: 'XXZ' } },
      { externalId: 'f', title: 'F', url: 'javascript:alert(1)' },
      { externalId: 'g', title: 'G', gtin: '123' },
      { externalId: 'a', title: 'A again' },
      { externalId: 'theirs', title: 'Mine' },
      { externalId: '', title: 'Nameless' },
      { externalId: 'h', title: 'H\u0000' },
      { externalId: 'z', title: 'Z' },
    ]);
    expect(answer.userErrors).toEqual([]);
    const broken = answer.results.map((result: { userErrors: { code: string; field: string[] }[] }) =>
      result.userErrors.map(({ code, field }) => `${code} ${field.join('.')}`),
    );
    expect(broken).toEqual([
      [],
      ['OUT_OF_RANGE input.products.1.stock', 'TOO_LONG input.products.1.title'],
      ['REQUIRED input.products.2.title'],
      ['NOT_FOUND input.products.3.categoryExternalId'],
      ['INVALID input.products.4.price.currency'],
      ['INVALID input.products.5.url'],
      ['INVALID input.products.6.gtin'],
      ['ALREADY_EXISTS input.products.7.externalId'],
      ['NOT_ALLOWED input.products.8.externalId'],
      ['REQUIRED input.products.9.externalId'],
      ['INVALID input.products.10.title'],
      [],
    ]);
    expect(outcomes(answer)).toEqual(['CREATED', ...Array<null>(10).fill(null), 'CREATED']);
    expect(await countOf('products', { source })).toBe(3);
  });

  test('takes five hundred and no more, and needs a source', async () => {
    const tooMany = await upsertProducts(pots(501));
    expect(tooMany).toMatchObject({ results: null, userErrors: [{ code: 'TOO_LONG', field: ['input', 'products'] }] });
    expect(await countOf('products', { source })).toBe(0);
    expect(outcomes(await upsertProducts(pots(500)))).toEqual(Array(500).fill('CREATED'));
    expect(await countOf('products', { source })).toBe(500);
    expect(await upsertProducts(pots(1), key, { source: ' ' })).toMatchObject({
      results: null,
      userErrors: [{ code: 'REQUIRED', field: ['input', 'source'] }],
    });
    expect((await upsertProducts([])).results).toEqual([]);
  });

  test('asks the store the same number of questions for two as for two hundred', async () => {
    const commandsFor = async (count: number, prefix: string) =>
      (await plaza.storeCommands(() => upsertProducts(pots(count).map((pot) => ({ ...pot, externalId: `${prefix}${pot.externalId}` })))))
        .length;
    await upsertProducts([{ externalId: 'first', title: 'First' }]);
    const few = await commandsFor(2, 'few-');
    expect(await commandsFor(200, 'many-')).toBe(few);
  });

  test('an older version never overwrites a newer one, in whichever order they come', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    await upsertProducts([{ externalId: 'p', title: 'One', updatedAt: at(1) }]);
    expect(outcomes(await upsertProducts([{ externalId: 'p', title: 'Three', updatedAt: at(3) }]))).toEqual(['UPDATED']);
    expect((await upsertProducts([{ externalId: 'p', title: 'Two', updatedAt: at(2) }])).results).toMatchObject([
      { outcome: 'OUTDATED', product: { title: 'Three' }, userErrors: [] },
    ]);
    expect(outcomes(await upsertProducts([{ externalId: 'p', title: 'Three', updatedAt: at(5) }]))).toEqual(['UNCHANGED']);
    expect(outcomes(await upsertProducts([{ externalId: 'p', title: 'Four', updatedAt: at(4) }]))).toEqual(['OUTDATED']);
    expect(outcomes(await upsertProducts([{ externalId: 'p', title: 'Unversioned' }]))).toEqual(['UPDATED']);
    const versions = Array.from({ length: 20 }, (_, minute) => ({
      externalId: 'raced',
      title: `Version ${minute}`,
      updatedAt: at(minute),
    }));
    await Promise.all(versions.sort(() => Math.random() - 0.5).map((version) => upsertProducts([version])));
    expect(
      (await plaza.data('query ($source: String!) { product(externalId: "raced", source: $source) { title } }', { source })).product.title,
    ).toBe('Version 19');
  });

  test('a hundred requests for one product at once leave one product', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) => upsertProducts([{ externalId: 'one', title: 'One', stock: at % 2 }])),
    );
    expect(answers.flatMap(({ userErrors, results }) => [...userErrors, ...results[0].userErrors])).toEqual([]);
    expect(new Set(answers.map(({ results }) => results[0].product.id)).size).toBe(1);
    expect(answers.filter(({ results }) => results[0].outcome === 'CREATED')).toHaveLength(1);
    expect(await countOf('products', { source })).toBe(1);
  });

  test('archives and puts back, and moves to other categories with what they are rated', async () => {
    await upsertCategories([
      { externalId: 'x', name: `X ${source}` },
      { externalId: 'y', name: `Y ${source}` },
    ]);
    const { results } = await upsertProducts([{ externalId: 'p', title: 'P', categoryExternalId: 'x', price }]);
    const { id } = results[0].product;
    await plaza.review(await plaza.account(), id, { ratings: { quality: 5, price: 5, service: 5 } });
    expect((await upsertProducts([{ externalId: 'p', categoryExternalId: 'y', archived: true }])).results).toMatchObject([
      { outcome: 'UPDATED', product: { category: { externalId: 'y' } } },
    ]);
    const seen = async () =>
      (await plaza.data('query ($id: ID!) { product(id: $id) { rating { reviewCount } } }', { id })).product as unknown;
    expect(await seen()).toBeNull();
    await upsertProducts([{ externalId: 'p', archived: false }]);
    expect(await seen()).toEqual({ rating: { reviewCount: 1 } });
    const tallies = await plaza.connection
      .collection('category_tallies')
      .find({
        category: storeId(
          (await plaza.data('query ($s: String!) { category(externalId: "y", source: $s) { id } }', { s: source })).category.id,
        ),
      })
      .toArray();
    expect(tallies.reduce((sum, { count }) => sum + Number(count), 0)).toBe(1);
  });

  test('gives products of one title slugs of their own', async () => {
    const { results } = await upsertProducts(['a', 'b', 'c'].map((externalId) => ({ externalId, title: `Same ${source}` })));
    expect(new Set(results.map(({ product }: { product: { slug: string } }) => product.slug)).size).toBe(3);
  });

  test('works for signed-in merchants and for administrators, who may name the merchant', async () => {
    expect((await upsertProducts([{ externalId: 'm', title: 'M' }], merchant.token)).results).toMatchObject([
      { product: { merchant: { id: merchant.id } } },
    ]);
    expect((await upsertProducts([{ externalId: 'n', title: 'N' }], adminKey, { merchantId: merchant.id })).results).toMatchObject([
      { product: { merchant: { id: merchant.id } } },
    ]);
    expect((await upsertProducts([{ externalId: 'm', title: 'By the administrator' }], adminKey)).results).toMatchObject([
      { outcome: 'UPDATED' },
    ]);
    expect(await upsertProducts([{ externalId: 'o', title: 'O' }], key, { merchantId: admin.id })).toMatchObject({
      results: null,
      userErrors: [{ code: 'NOT_ALLOWED', field: ['input', 'merchantId'] }],
    });
    expect(
      (
        await upsertProducts([{ externalId: 'o', title: 'O' }], adminKey, {
          merchantId: Buffer.from(`User:${'0'.repeat(24)}`).toString('base64url'),
        })
      ).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('upsertCategories', () => {
  test('builds a tree in any order, moves and renames, and refuses circles', async () => {
    const name = (text: string) => `${text} ${source}`;
    const built = await upsertCategories([
      { externalId: 'leaf', name: name('Leaf'), parentExternalId: 'branch' },
      { externalId: 'branch', name: name('Branch'), parentExternalId: 'root' },
      { externalId: 'root', name: name('Root') },
      { externalId: 'orphan', name: name('Orphan'), parentExternalId: 'none' },
      { externalId: 'nameless' },
    ]);
    expect(outcomes(built)).toEqual(['CREATED', 'CREATED', 'CREATED', null, null]);
    expect(built.results[0].category.parent).toEqual({ externalId: 'branch' });
    expect(built.results[3].userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'categories', '3', 'parentExternalId'] }]);
    expect(built.results[4].userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'categories', '4', 'name'] }]);
    expect(outcomes(await upsertCategories([{ externalId: 'leaf', name: name('Leaf'), parentExternalId: 'branch' }]))).toEqual([
      'UNCHANGED',
    ]);
    expect((await upsertCategories([{ externalId: 'leaf', name: name('Twig'), parentExternalId: null }])).results).toMatchObject([
      { outcome: 'UPDATED', category: { name: name('Twig'), parent: null } },
    ]);
    expect((await upsertCategories([{ externalId: 'root', parentExternalId: 'branch' }])).results[0].userErrors).toMatchObject([
      { code: 'NOT_ALLOWED', field: ['input', 'categories', '0', 'parentExternalId'] },
    ]);
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    await upsertCategories([{ externalId: 'root', name: name('New'), updatedAt: at(2) }]);
    expect(outcomes(await upsertCategories([{ externalId: 'root', name: name('Old'), updatedAt: at(1) }]))).toEqual(['OUTDATED']);
  });

  test('two requests at once leave one category', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => upsertCategories([{ externalId: 'one', name: `One ${source}` }])));
    expect(new Set(answers.map(({ results }) => results[0].category?.id)).size).toBe(1);
  });
});

describe('upsertUsers', () => {
  test('creates customers who cannot sign in with the address that the shop gives', async () => {
    const email = `${source}@example.org`;
    const { results } = await upsertUsers([
      { externalId: '1', name: 'Ann', email },
      { externalId: '2' },
      { externalId: '3', email: 'nonsense' },
    ]);
    expect(results).toMatchObject([
      { outcome: 'CREATED', user: { name: 'Ann', externalId: '1', source } },
      { outcome: 'CREATED', user: { name: 'Customer' } },
      { outcome: null, user: null, userErrors: [{ code: 'INVALID', field: ['input', 'users', '2', 'email'] }] },
    ]);
    const stored = await plaza.connection.collection('users').findOne({ externalSource: source, externalId: '1' });
    expect(JSON.stringify(stored)).not.toContain(email);
    const account = await plaza.signUp({ email });
    expect(account.id).not.toBe(results[0].user.id);
    const { token } = (await plaza.mailTo(email, 'Confirm your email address'))!;
    expect((await plaza.mutate('confirmEmail', { token }, 'confirmed')).userErrors).toEqual([]);
    expect(await countOf('users', { externalSource: source, externalId: '1' })).toBe(1);
    expect(outcomes(await upsertUsers([{ externalId: '1', name: 'Ann', email }]))).toEqual(['UNCHANGED']);
    expect((await upsertUsers([{ externalId: '1', name: 'Anna', email: null }])).results).toMatchObject([
      { outcome: 'UPDATED', user: { name: 'Anna' } },
    ]);
  });

  test('two requests at once leave one user, and older versions change nothing', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    await Promise.all(
      Array.from({ length: 20 }, (_, minute) => upsertUsers([{ externalId: 'one', name: `Name ${minute}`, updatedAt: at(minute) }])),
    );
    const users = await plaza.connection.collection('users').find({ externalSource: source }).toArray();
    expect(users.map(({ name }) => name as string)).toEqual(['Name 19']);
  });
});

describe('upsertOrders', () => {
  beforeEach(async () => {
    await upsertUsers([
      { externalId: 'ann', name: 'Ann' },
      { externalId: 'ben', name: 'Ben' },
    ]);
    await upsertProducts([
      { externalId: 'pot', title: 'Pot', price, stock: 5 },
      { externalId: 'cup', title: 'Cup', price },
      { externalId: 'free', title: 'Unpriced' },
    ]);
  });

  const order = (more: object = {}) => ({
    externalId: '1001',
    customerExternalId: 'ann',
    items: [
      { productExternalId: 'pot', quantity: 2 },
      { productExternalId: 'cup', price: { amountMinor: 500, currency: 'EUR' } },
    ],
    ...more,
  });
  const idOf = async (type: string, externalId: string) =>
    storeId(
      (
        await plaza.data(
          'query ($type: ExternalType!, $source: String!, $ids: [String!]!) { nodesByExternalId(type: $type, source: $source, externalIds: $ids) { id } }',
          { type, source, ids: [externalId] },
          admin.token,
        )
      ).nodesByExternalId[0].id as string,
    );
  const interaction = async () =>
    plaza.connection.collection('interactions').findOne({ user: await idOf('USER', 'ann'), product: await idOf('PRODUCT', 'pot') });

  test('takes lines by external ID, leaves stock alone, and the same request again changes nothing', async () => {
    const created = await upsertOrders([order()]);
    expect(created.results).toMatchObject([
      {
        outcome: 'CREATED',
        order: {
          status: 'PLACED',
          externalId: '1001',
          merchant: { id: merchant.id },
          items: [{ quantity: 2, product: { externalId: 'pot' } }, { quantity: 1 }],
          totalPrice: { amountMinor: 4498 },
        },
      },
    ]);
    expect(outcomes(await upsertOrders([order()]))).toEqual(['UNCHANGED']);
    expect(await countOf('products', { source, externalId: 'pot', stock: 5 })).toBe(1);
    const { id } = created.results[0].order;
    await plaza.mutate('updateOrderStatus', { orderId: id, status: 'CANCELLED' }, 'order { id }', merchant.token);
    expect(await countOf('products', { source, externalId: 'pot', stock: 5 })).toBe(1);
  });

  test('a delivered order verifies the buyer’s reviews and asks for more, a refund takes that back', async () => {
    const [user, product] = [await idOf('USER', 'ann'), await idOf('PRODUCT', 'pot')];
    const productId = Buffer.from(`Product:${product.toHexString()}`).toString('base64url');
    const author = await plaza.account();
    const { review } = await plaza.review(author, productId);
    await plaza.connection.collection('reviews').updateOne({ _id: storeId(review.id) }, { $set: { author: user } });
    const verified = async () =>
      (await plaza.data('query ($id: ID!) { node(id: $id) { ... on Review { verifiedPurchase } } }', { id: review.id })).node
        .verifiedPurchase as boolean;
    await upsertOrders([order({ status: 'SHIPPED' })]);
    expect(await verified()).toBe(false);
    await upsertOrders([order({ status: 'DELIVERED' })]);
    expect(await verified()).toBe(true);
    expect(await countOf('notifications', { recipient: user, kind: 'REVIEW_REQUESTED' })).toBe(2);
    expect(await interaction()).toMatchObject({ purchases: 1 });
    expect(outcomes(await upsertOrders([order({ status: 'DELIVERED' })]))).toEqual(['UNCHANGED']);
    expect(await interaction()).toMatchObject({ purchases: 1 });
    await upsertOrders([order({ items: [{ productExternalId: 'cup' }] })]);
    expect(await verified()).toBe(false);
    expect(await interaction()).toMatchObject({ purchases: 0 });
    await upsertOrders([order({ externalId: '1002', status: 'DELIVERED' }), order({ externalId: '1003', status: 'DELIVERED' })]);
    expect(await verified()).toBe(true);
    await upsertOrders([order({ externalId: '1002', status: 'CANCELLED' })]);
    expect(await verified()).toBe(true);
    await upsertOrders([order({ externalId: '1003', status: 'CANCELLED' })]);
    expect(await verified()).toBe(false);
  });

  test('nobody is asked for reviews of orders of the past', async () => {
    await upsertOrders([order({ status: 'DELIVERED', placedAt: '2020-01-01T00:00:00Z' })], key, { silent: true });
    expect(await countOf('notifications', { recipient: await idOf('USER', 'ann') })).toBe(0);
    expect(await interaction()).toMatchObject({ purchases: 1 });
  });

  test('an older version never overwrites a newer one', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    await upsertOrders([order({ status: 'DELIVERED', updatedAt: at(3) })]);
    expect((await upsertOrders([order({ status: 'PAID', updatedAt: at(2) })])).results).toMatchObject([
      { outcome: 'OUTDATED', order: { status: 'DELIVERED' } },
    ]);
  });

  test('says of each order what is wrong with it, and writes the others', async () => {
    const other = await plaza.account({ merchant: true });
    await upsertProducts([{ externalId: 'theirs', title: 'Theirs', price }], other.token);
    await upsertOrders([order({ externalId: 'theirs', items: [{ productExternalId: 'theirs' }] })], other.token);
    const answer = await upsertOrders([
      order({ externalId: 'a' }),
      order({ externalId: 'b', customerExternalId: 'nobody' }),
      order({ externalId: 'c', items: [{ productExternalId: 'none' }] }),
      order({ externalId: 'd', items: [{ productExternalId: 'pot', quantity: 0 }] }),
      order({ externalId: 'e', items: [] }),
      order({ externalId: 'f', items: null }),
      order({ externalId: 'g', items: [{ productExternalId: 'free' }] }),
      order({ externalId: 'h', items: [{ productExternalId: 'theirs' }] }),
      order({ externalId: 'theirs', status: 'PAID' }),
      order({ externalId: 'a' }),
      order({
        externalId: 'i',
        items: [{ productExternalId: 'pot' }, { productExternalId: 'cup', price: { amountMinor: 1, currency: 'USD' } }],
      }),
    ]);
    const broken = answer.results.map((result: { userErrors: { code: string; field: string[] }[] }) =>
      result.userErrors.map(({ code, field }) => `${code} ${field.slice(3).join('.')}`).join(),
    );
    expect(broken).toEqual([
      '',
      'NOT_FOUND customerExternalId',
      'NOT_FOUND items.0.productExternalId',
      'OUT_OF_RANGE items.0.quantity',
      'REQUIRED items',
      'REQUIRED items',
      'REQUIRED items.0.price',
      'NOT_FOUND items.0.productExternalId',
      'NOT_ALLOWED externalId',
      'ALREADY_EXISTS externalId',
      'NOT_ALLOWED items.1.productExternalId',
    ]);
    await upsertOrders([order({ externalId: 'k' })]);
    expect((await upsertOrders([order({ externalId: 'k', customerExternalId: 'ben' })])).results[0].userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
  });

  test('twenty requests for one order at once leave one order', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => upsertOrders([order({ status: 'DELIVERED' })])));
    expect(new Set(answers.map(({ results }) => results[0].order?.id)).size).toBe(1);
    expect(await countOf('orders', { source })).toBe(1);
    expect(await interaction()).toMatchObject({ purchases: 1 });
  });
});

describe('all that is wrong with an item is said at once', () => {
  const told = (answer: { results: { userErrors: { code: string; field: string[] }[] }[] }) =>
    answer.results.map(({ userErrors }) => userErrors.map(({ code, field }) => `${code} ${field.slice(3).join('.')}`).toSorted());

  test('of a product, also beside a text that nothing can show', async () => {
    const answer = await upsertProducts([
      { externalId: 'a', stock: -1, categoryExternalId: 'none' },
      { externalId: 'b', title: 'B\u0000', gtin: '123', categoryExternalId: 'none' },
      { externalId: '', title: 'x'.repeat(201) },
    ]);
    expect(told(answer)).toEqual([
      ['NOT_FOUND categoryExternalId', 'OUT_OF_RANGE stock', 'REQUIRED title'],
      ['INVALID gtin', 'INVALID title', 'NOT_FOUND categoryExternalId'],
      ['REQUIRED externalId', 'TOO_LONG title'],
    ]);
  });

  test('of a category', async () => {
    const answer = await upsertCategories([{ externalId: 'a', name: 'x'.repeat(201), parentExternalId: 'none' }]);
    expect(told(answer)).toEqual([['NOT_FOUND parentExternalId', 'TOO_LONG name']]);
  });

  test('of a customer', async () => {
    const answer = await upsertUsers([{ externalId: '', name: 'x'.repeat(101), email: 'none' }]);
    expect(told(answer)).toEqual([['INVALID email', 'REQUIRED externalId', 'TOO_LONG name']]);
  });

  test('of an order: its customer and each of its lines', async () => {
    await upsertProducts([{ externalId: 'priceless', title: 'Priceless' }]);
    const items = [
      { productExternalId: 'none', quantity: 0 },
      { productExternalId: 'priceless', quantity: 1 },
    ];
    const answer = await upsertOrders([{ externalId: '1', customerExternalId: 'nobody', items }, { externalId: '2' }]);
    expect(told(answer)).toEqual([
      ['NOT_FOUND customerExternalId', 'NOT_FOUND items.0.productExternalId', 'OUT_OF_RANGE items.0.quantity', 'REQUIRED items.1.price'],
      ['REQUIRED customerExternalId', 'REQUIRED items'],
    ]);
  });

  test('of the request itself', async () => {
    const other = await plaza.account({ merchant: true });
    const { userErrors } = await upsertProducts(pots(501), key, { source: '', merchantId: other.id });
    expect(userErrors.map(({ code, field }: { code: string; field: string[] }) => `${code} ${field[1]}`)).toEqual([
      'REQUIRED source',
      'TOO_LONG products',
      'NOT_ALLOWED merchantId',
    ]);
  });
});

test('every bulk write takes five hundred items and no more', async () => {
  const items = Array.from({ length: 501 }, (_, at) => ({ externalId: String(at) }));
  for (const answer of [await upsertCategories(items), await upsertUsers(items), await upsertOrders(items)])
    expect(answer).toMatchObject({ results: null, userErrors: [{ code: 'TOO_LONG' }] });
});
