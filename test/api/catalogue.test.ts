import { beforeAll, describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

let admin: Account;
let merchant: Account;

beforeAll(async () => {
  [admin, merchant] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ merchant: true })];
});

async function category(input: object): Promise<{ category: { id: string; slug: string }; userErrors: object[] }> {
  return plaza.mutate('createCategory', input, 'category { id slug name parent { id } ancestors { name } }', admin.token);
}

async function categoryId(name: string, parentId?: string): Promise<string> {
  return (await category({ name, parentId })).category.id;
}

function updateCategory(id: string, change: object) {
  return plaza.mutate('updateCategory', { categoryId: id, ...change }, 'category { name slug ancestors { name } }', admin.token);
}

async function create(input: object = {}, token = merchant.token) {
  const defaults = { title: 'Blue teapot', categoryId: await plaza.category(), price: { amountMinor: 100, currency: 'EUR' } };
  return plaza.mutate('createProduct', { ...defaults, ...input }, 'product { id slug sku gtin mpn brand externalId source }', token);
}

function update(productId: string, change: object, token = merchant.token) {
  return plaza.mutate(
    'updateProduct',
    { productId, ...change },
    'product { id slug title sku gtin externalId source category { id } }',
    token,
  );
}

const find = async (args: string, token?: string) => (await plaza.data(`{ product(${args}) { id slug archivedAt } }`, {}, token)).product;

describe('a slug', () => {
  test('is in the script of its title, and two names that no other script can spell both have one', async () => {
    const [first, second] = [await category({ name: '食器' }), await category({ name: '家具' })];
    expect([first.category.slug, second.category.slug]).toEqual(['食器', '家具']);
    const below = await category({ name: '食器', parentId: second.category.id });
    expect(below.category.slug).toBe('食器-2');
  });

  test('is given once, however many ask for it at the same time', async () => {
    const inOne = await plaza.category();
    const made = await Promise.all(Array.from({ length: 20 }, () => create({ title: 'Wanted teapot', categoryId: inOne })));
    const slugs = made.map(({ product }) => product.slug);
    expect(new Set(slugs).size).toBe(20);
    expect(slugs).toContain('wanted-teapot');
    expect(slugs.every((slug) => slug.startsWith('wanted-teapot'))).toBe(true);
  });

  test('of earlier times still leads to the product, whose page says where it is now', async () => {
    const { product } = await create({ title: 'Old name' });
    const { product: renamed } = await update(product.id, { title: 'New name', slug: 'Neuer Name' });
    expect(renamed.slug).toBe('neuer-name');
    for (const slug of ['old-name', 'neuer-name'])
      expect(await find(`slug: "${slug}"`)).toMatchObject({ id: product.id, slug: 'neuer-name' });
    const page = await fetch(`${plaza.url}/products/old-name`, { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([301, '/products/neuer-name']);
    const other = await create({ title: 'Old name' });
    expect(other.product.slug).toBe('old-name-2');
    expect((await update(product.id, { slug: 'old-name' })).product.slug).toBe('old-name');
  });

  test('spells Thai and Lao as their readers do, and is found by what they type', async () => {
    for (const [title, slug] of [
      ['กาน้ำชา', 'กาน้ำชา'],
      ['ນ້ຳ ຊາ', 'ນ້ຳ-ຊາ'],
    ]) {
      const { product } = await create({ title });
      expect(product.slug).toBe(slug);
      expect(await find(`slug: "${slug}"`)).toMatchObject({ id: product.id });
    }
  });

  test('is found in capitals, and its page leads to the slug itself', async () => {
    const { product } = await create({ title: 'Über-Vase ΑΓΟΡΑ' });
    const capitals = product.slug.toUpperCase();
    expect(await find(`slug: "${capitals}"`)).toMatchObject({ id: product.id, slug: product.slug });
    const page = await fetch(`${plaza.url}/products/${encodeURIComponent(capitals)}`, { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([301, `/products/${encodeURIComponent(product.slug)}`]);
    const { category: made } = await category({ name: 'Vases' });
    expect((await plaza.data('{ category(slug: "VASES") { id } }')).category.id).toBe(made.id);
  });

  test('as long as a slug can be has a page', async () => {
    const { product } = await create({ title: '茶'.repeat(200) });
    expect([...product.slug]).toHaveLength(80);
    expect((await fetch(`${plaza.url}/products/${encodeURIComponent(product.slug)}`)).status).toBe(200);
  });
});

describe('the tree of categories', () => {
  test('answers a category by id and slug, also an earlier one, with the way up', async () => {
    const top = await categoryId('Household');
    const middle = await categoryId('Kitchenware', top);
    const { category: leaf } = await category({ name: 'Kettles', parentId: middle });
    await updateCategory(leaf.id, { slug: 'water-kettles' });
    for (const by of [`id: "${leaf.id}"`, 'slug: "kettles"', 'slug: "water-kettles"'])
      expect((await plaza.data(`{ category(${by}) { slug name ancestors { name } } }`)).category).toEqual({
        slug: 'water-kettles',
        name: 'Kettles',
        ancestors: [{ name: 'Household' }, { name: 'Kitchenware' }],
      });
    expect((await plaza.data('{ category(slug: "nowhere") { id } }')).category).toBeNull();
    for (const args of ['', 'id: "x", slug: "y"', 'externalId: "1"', 'source: "a"'])
      expect((await plaza.query(`{ category${args && `(${args})`} { id } }`)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('moves a category with all below it, and never below itself', async () => {
    const [here, there] = [await categoryId('Here'), await categoryId('There')];
    const moved = await categoryId('Moved', here);
    const below = await categoryId('Below', moved);
    expect((await updateCategory(moved, { parentId: there })).category.ancestors).toEqual([{ name: 'There' }]);
    const { category: leaf } = await plaza.data(`{ category(id: "${below}") { ancestors { name } } }`);
    expect(leaf.ancestors).toEqual([{ name: 'There' }, { name: 'Moved' }]);
    for (const parentId of [moved, below]) {
      const { userErrors } = await updateCategory(moved, { parentId });
      expect(userErrors).toMatchObject([{ code: 'NOT_ALLOWED', field: ['input', 'parentId'] }]);
    }
    const [first, second] = [await categoryId('First'), await categoryId('Second')];
    const both = await Promise.all([updateCategory(first, { parentId: second }), updateCategory(second, { parentId: first })]);
    expect(both.filter(({ userErrors }) => userErrors.length > 0)).toHaveLength(1);
    expect((await updateCategory(moved, { parentId: null })).category.ancestors).toEqual([]);
    expect((await updateCategory(moved, { name: 'Here' })).userErrors).toMatchObject([
      { code: 'ALREADY_EXISTS', field: ['input', 'name'] },
    ]);
  });

  test('is found by the new name of a category at once', async () => {
    const id = await categoryId('Gadgets');
    await create({ title: 'Whisk', categoryId: id });
    await updateCategory(id, { name: 'Utensils' });
    await plaza.settle('catalogue search');
    const found = async (query: string) =>
      (await plaza.data(`{ searchProducts(query: "${query}") { totalCount } }`)).searchProducts.totalCount;
    expect([await found('utensils'), await found('gadgets')]).toEqual([1, 0]);
  });

  test('loses only categories that are empty', async () => {
    const top = await categoryId('Full');
    const below = await categoryId('Inside', top);
    const { product } = await create({ categoryId: below });
    const remove = (id: string) => plaza.mutate('deleteCategory', { categoryId: id }, 'deletedCategoryId parent { name }', admin.token);
    for (const id of [top, below])
      expect((await remove(id)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED', field: ['input', 'categoryId'] }]);
    const elsewhere = await plaza.category();
    expect((await update(product.id, { categoryId: elsewhere })).product.category.id).toBe(elsewhere);
    expect(await remove(below)).toMatchObject({ deletedCategoryId: below, parent: { name: 'Full' }, userErrors: [] });
    expect((await remove(below)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await update(product.id, { categoryId: below })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', field: ['input', 'categoryId'] },
    ]);
  });
});

describe('a product that moves to another category', () => {
  test('takes its reviews into the comparison there', async () => {
    const [from, to] = [await plaza.category(), await plaza.category()];
    const { product } = await create({ categoryId: from });
    const beside = (await create({ categoryId: to })).product;
    const rate = async (id: string, stars: number) =>
      plaza.review(await plaza.account(), id, { ratings: { quality: stars, price: stars, service: stars } });
    await rate(product.id, 5);
    await rate(beside.id, 1);
    const alone = (await plaza.data(`{ product(id: "${product.id}") { rating { composite } } }`)).product.rating.composite;
    await update(product.id, { categoryId: to });
    const moved = (await plaza.data(`{ product(id: "${product.id}") { rating { composite reviewCount } } }`)).product.rating;
    expect(moved.reviewCount).toBe(1);
    expect(moved.composite).toBeLessThan(alone);
  });
});

describe('what a product is called elsewhere', () => {
  test('is nothing where a form sends empty text, however it is written, and no choice of a brand', async () => {
    const title = 'Zorbic jar';
    const categoryId = await plaza.category();
    const none = { sku: null, gtin: null, mpn: null, brand: null };
    const { product } = await create({ title, categoryId, sku: '', gtin: '', mpn: '  ', brand: '' });
    expect(product).toMatchObject(none);
    await update(product.id, { sku: 'Z-1', brand: 'Zorbic' });
    const query = 'query ($id: ID!) { product(id: $id) { sku gtin mpn brand jsonLd } }';
    await update(product.id, { sku: '', brand: ' ' });
    const { product: cleared } = await plaza.data(query, { id: product.id });
    expect(cleared).toMatchObject(none);
    expect(cleared.jsonLd.sku).not.toBe('');
    const upsert = (more: object) =>
      plaza.mutate(
        'upsertProducts',
        { source: 'zorbic', products: [{ externalId: '1', title, ...more }] },
        'results { product { sku gtin mpn brand } }',
        merchant.token,
      );
    const empty = { sku: '', gtin: '', mpn: '', brand: '' };
    expect((await upsert(empty)).results[0].product).toEqual(none);
    expect((await upsert({ brand: 'Zorbic' })).results[0].product.brand).toBe('Zorbic');
    expect((await upsert(empty)).results[0].product).toEqual(none);
    await plaza.settle('catalogue search');
    const { searchProducts } = await plaza.data('{ searchProducts(query: "zorbic") { totalCount facets { brands { value } } } }');
    expect(searchProducts).toEqual({ totalCount: 2, facets: { brands: [] } });
  });

  const identity = { sku: 'TP-1', gtin: '4006381333931', mpn: 'M-1', brand: 'Acme', externalId: '77', source: 'shopify' };

  test('is kept, cleared, found and described', async () => {
    const { product } = await create(identity);
    expect(product).toMatchObject(identity);
    expect(await find('externalId: "77", source: "shopify"')).toMatchObject({ id: product.id });
    expect(await find('externalId: "77", source: "magento"')).toBeNull();
    const { product: described } = await plaza.data(`{ product(id: "${product.id}") { jsonLd } }`);
    expect(described.jsonLd).toMatchObject({ sku: 'TP-1', gtin: '4006381333931', mpn: 'M-1', brand: { name: 'Acme' } });
    await plaza.settle('catalogue search');
    expect((await plaza.data('{ searchProducts(query: "4006381333931") { totalCount } }')).searchProducts.totalCount).toBe(1);
    const cleared = await update(product.id, { sku: null, gtin: null, externalId: null });
    expect(cleared.product).toMatchObject({ sku: null, gtin: null, externalId: null, source: null });
    expect((await create({ externalId: '77', source: 'shopify' })).product.externalId).toBe('77');
  });

  test('is taken once for each source', async () => {
    await create({ externalId: 'a', source: 'erp' });
    expect((await create({ externalId: 'a', source: 'erp' })).userErrors).toMatchObject([
      { code: 'ALREADY_EXISTS', field: ['input', 'externalId'] },
    ]);
    expect((await create({ externalId: 'a', source: 'shop' })).userErrors).toEqual([]);
    const both = await Promise.all([create({ externalId: 'b', source: 'erp' }), create({ externalId: 'b', source: 'erp' })]);
    expect(both.filter(({ product }) => product)).toHaveLength(1);
    const named = await category({ name: 'From the ERP', externalId: 'c', source: 'erp' });
    expect((await plaza.data('{ category(externalId: "c", source: "erp") { id source } }')).category).toEqual({
      id: named.category.id,
      source: 'erp',
    });
  });

  test('is refused where it cannot be right', async () => {
    expect((await create({ gtin: '4006381333932' })).userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'gtin'] }]);
    expect((await create({ externalId: '1' })).userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'source'] }]);
    expect((await create({ source: 'erp' })).userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'externalId'] }]);
    expect((await create({ sku: 'x'.repeat(101) })).userErrors).toMatchObject([{ code: 'TOO_LONG', field: ['input', 'sku'] }]);
  });
});

test('all that is wrong with a product is said at once, also beside a text that nothing can show', async () => {
  const wrong = { title: '', description: 'Null\u0000', stock: -1, price: { amountMinor: 1, currency: 'XXZ' } };
  const fieldsOf = async (name: string, input: object) =>
    (await plaza.mutate(name, { ...wrong, ...input }, 'product { id }', merchant.token)).userErrors
      .map(({ field }: { field: string[] }) => field.slice(1).join('.'))
      .toSorted();
  const fields = ['description', 'price.currency', 'stock', 'title'];
  expect(await fieldsOf('createProduct', { categoryId: await plaza.category() })).toEqual(fields);
  expect(await fieldsOf('updateProduct', { productId: await plaza.product(merchant) })).toEqual(fields);
});

describe('an archived product', () => {
  const archive = (productId: string, token = merchant.token) =>
    plaza.mutate('archiveProduct', { productId }, 'product { archivedAt availability }', token);

  test('leaves the shop, keeps its orders, and is there for its merchant alone until it comes back', async () => {
    const inOne = await plaza.category();
    const { product } = await create({ title: 'Discontinued samovar', categoryId: inOne });
    const buyer = await plaza.account();
    await plaza.mutate('placeOrder', { items: [{ productId: product.id }] }, 'order { id }', buyer.token);
    const { share } = await plaza.mutate('shareProduct', { productId: product.id, channel: 'LINK' }, 'share { url }', buyer.token);
    expect((await archive(product.id)).product).toMatchObject({ availability: 'UNLISTED' });
    await plaza.settle('catalogue search');
    const lists = `{ products(filter: { categoryId: "${inOne}" }) { edges { node { id } } } category(id: "${inOne}") { products { edges { node { id } } } }
      searchProducts(query: "samovar") { totalCount } product(id: "${product.id}") { id } node(id: "${product.id}") { id } }`;
    const gone = {
      products: { edges: [] },
      category: { products: { edges: [] } },
      searchProducts: { totalCount: 0 },
      product: null,
      node: null,
    };
    expect(await plaza.data(lists, {}, buyer.token)).toEqual(gone);
    for (const { token } of [merchant, admin]) expect(await find(`id: "${product.id}"`, token)).toMatchObject({ id: product.id });
    const { viewer } = await plaza.data('{ viewer { archivedProducts { edges { node { id } } } } }', {}, merchant.token);
    expect(viewer.archivedProducts.edges).toEqual([{ node: { id: product.id } }]);
    const orders = await plaza.data('{ viewer { orders { edges { node { items { title product { slug } } } } } } }', {}, buyer.token);
    expect(orders.viewer.orders.edges[0].node.items).toEqual([{ title: 'Discontinued samovar', product: { slug: product.slug } }]);
    expect((await fetch(`${plaza.url}/products/${product.slug}`)).status).toBe(410);
    expect((await fetch(`${plaza.url}${new URL(share.url).pathname}`, { redirect: 'manual' })).status).toBe(410);
    const { product: back } = await plaza.mutate('unarchiveProduct', { productId: product.id }, 'product { archivedAt }', merchant.token);
    expect(back).toEqual({ archivedAt: null });
    await plaza.settle('catalogue search');
    const found = await plaza.data(lists, {}, buyer.token);
    expect([found.product, found.searchProducts.totalCount]).toEqual([{ id: product.id }, 1]);
    expect((await fetch(`${plaza.url}${new URL(share.url).pathname}`, { redirect: 'manual' })).status).toBe(302);
  });

  test('can be neither ordered, reviewed, asked about, shared nor commented on', async () => {
    const { product } = await create();
    await archive(product.id);
    const { token } = await plaza.account();
    const productId = product.id;
    const tries: [string, object][] = [
      ['placeOrder', { items: [{ productId }] }],
      ['createReview', { productId, ratings: { quality: 5, price: 5, service: 5 }, body: 'Good' }],
      ['askQuestion', { productId, body: 'Why?' }],
      ['shareProduct', { productId, channel: 'LINK' }],
      ['addComment', { subjectId: productId, body: 'Pity' }],
    ];
    for (const [name, input] of tries)
      expect((await plaza.mutate(name, input, '__typename', token)).userErrors, name).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('ends the subscriptions of those who no longer see it, also where its own system says so', async () => {
    const product = { externalId: 'watched', title: 'Watched' };
    const upsert = async (archived: boolean) => {
      const { results } = await plaza.mutate(
        'upsertProducts',
        { source: 'elsewhere', products: [{ ...product, archived }] },
        'results { product { id } }',
        merchant.token,
      );
      return results[0].product.id as string;
    };
    const subjectId = await upsert(false);
    const watch = (token?: string) =>
      plaza.subscribe('subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }', { id: subjectId }, token);
    const [strangers, merchants] = [await watch(), await watch(merchant.token)];
    await upsert(true);
    await expect(strangers.next()).rejects.toThrow('the subscription has ended');
    await upsert(false);
    await plaza.mutate('addComment', { subjectId, body: 'Back again' }, 'comment { id }', merchant.token);
    expect((await merchants.next()).data.commentAdded).toEqual({ comment: { body: 'Back again' } });
    merchants.stop();
  });

  test('is archived by its merchant or an administrator only', async () => {
    const { product } = await create();
    const other = await plaza.account({ merchant: true });
    const query = 'mutation ($input: ArchiveProductInput!) { archiveProduct(input: $input) { product { id } userErrors { code } } }';
    expect((await plaza.query(query, { input: { productId: product.id } }, other.token)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    await archive(product.id, admin.token);
    const again = await plaza.query(query, { input: { productId: product.id } }, other.token);
    expect(again.data.archiveProduct.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
  });
});
