import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

async function scene(product: object = {}) {
  const merchant = await plaza.account({ merchant: true });
  return { merchant, buyer: await plaza.account(), productId: await plaza.product(merchant, product) };
}

function place(buyer: Account, items: object[], more: object = {}) {
  return plaza.mutate(
    'placeOrder',
    { items, ...more },
    'order { id status totalPrice { amountMinor currency } items { title quantity price { amountMinor } } }',
    buyer.token,
  );
}

function move(actor: Account, orderId: string, status: string) {
  return plaza.query(
    'mutation ($input: UpdateOrderStatusInput!) { updateOrderStatus(input: $input) { order { status } userErrors { code field } } }',
    { input: { orderId, status } },
    actor.token,
  );
}

async function stockOf(id: string): Promise<number> {
  return (await plaza.data('query ($id: ID!) { product(id: $id) { stock } }', { id })).product.stock;
}

describe('an order', () => {
  test('keeps the price and the title of the moment it was placed', async () => {
    const { merchant, buyer, productId } = await scene();
    const { order } = await place(buyer, [{ productId, quantity: 3 }]);
    expect(order).toMatchObject({ status: 'PLACED', totalPrice: { amountMinor: 5997, currency: 'EUR' } });
    await plaza.mutate(
      'updateProduct',
      { productId, title: 'Dearer teapot', price: { amountMinor: 9999, currency: 'EUR' } },
      'product { id }',
      merchant.token,
    );
    const { viewer } = await plaza.data(
      '{ viewer { orders { edges { node { totalPrice { amountMinor } items { title product { title } } } } } } }',
      {},
      buyer.token,
    );
    expect(viewer.orders.edges[0].node).toEqual({
      totalPrice: { amountMinor: 5997 },
      items: [{ title: 'Blue teapot', product: { title: 'Dearer teapot' } }],
    });
  });

  test('goes step by step, and only by who may do the step', async () => {
    const { merchant, buyer, productId } = await scene();
    const { order } = await place(buyer, [{ productId }]);
    expect((await move(buyer, order.id, 'PAID')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await move(merchant, order.id, 'SHIPPED')).data.updateOrderStatus).toMatchObject({
      order: null,
      userErrors: [{ code: 'INVALID_TRANSITION', field: ['input', 'status'] }],
    });
    for (const status of ['PAID', 'SHIPPED', 'DELIVERED'])
      expect((await move(merchant, order.id, status)).data.updateOrderStatus.order).toEqual({ status });
    expect((await move(buyer, order.id, 'CANCELLED')).data.updateOrderStatus.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
  });

  test('is neither read nor changed by who was its merchant once they are a merchant no more, and the buyer can still cancel it', async () => {
    const { merchant, buyer, productId } = await scene();
    const { order } = await place(buyer, [{ productId }]);
    const query = 'query ($id: ID!) { order(id: $id) { status } node(id: $id) { id } }';
    const admin = await plaza.account({ role: 'ADMIN' });
    await plaza.mutate('setUserRoles', { userId: merchant.id, roles: ['BUYER'], reason: 'x' }, 'user { id }', admin.token);
    expect((await move(merchant, order.id, 'PAID')).data.updateOrderStatus.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await plaza.data(query, { id: order.id }, merchant.token)).toEqual({ order: null, node: null });
    expect((await move(admin, order.id, 'PAID')).data.updateOrderStatus.order).toEqual({ status: 'PAID' });
    expect((await move(buyer, order.id, 'CANCELLED')).data.updateOrderStatus.order).toEqual({ status: 'CANCELLED' });
  });

  test('gives its stock back when it is cancelled', async () => {
    const { buyer, productId } = await scene({ stock: 5 });
    const { order } = await place(buyer, [{ productId, quantity: 4 }]);
    expect(await stockOf(productId)).toBe(1);
    await move(buyer, order.id, 'CANCELLED');
    expect(await stockOf(productId)).toBe(5);
  });

  test('of a product on backorder is taken when none is left, and given back exactly', async () => {
    const { buyer, merchant, productId } = await scene({ stock: 3, backorder: true });
    const read = async () =>
      (await plaza.data('query ($id: ID!) { product(id: $id) { stock availability jsonLd } }', { id: productId })).product;
    const { order } = await place(buyer, [{ productId, quantity: 5 }]);
    const offers = expect.objectContaining({ availability: 'https://schema.org/BackOrder' });
    expect(await read()).toMatchObject({ stock: 0, availability: 'BACKORDER', jsonLd: { offers } });
    await plaza.mutate('updateProduct', { productId, backorder: false }, 'product { id }', merchant.token);
    expect(await read()).toMatchObject({ stock: 0, availability: 'OUT_OF_STOCK' });
    expect((await place(buyer, [{ productId }])).userErrors).toMatchObject([{ code: 'OUT_OF_STOCK', message: 'Only 0 in stock.' }]);
    await move(buyer, order.id, 'CANCELLED');
    expect(await read()).toMatchObject({ stock: 3, availability: 'IN_STOCK' });
  });

  test.each([
    ['untracked', null, false],
    ['on backorder', 1, true],
    ['in stock', 5, false],
  ])('of a product %s gives back what it took, whatever its merchant tracks since', async (_, stock, backorder) => {
    const { buyer, merchant, productId } = await scene({ stock, backorder });
    const other = await plaza.product(merchant, { stock: 5 });
    const track = (count: number | null) => plaza.mutate('updateProduct', { productId, stock: count }, 'product { id }', merchant.token);
    const cancelled = async (...counts: (number | null)[]) => {
      const items = [
        { productId, quantity: 3 },
        { productId: other, quantity: 2 },
      ];
      const { order } = await place(buyer, items);
      for (const count of counts) await track(count);
      await move(buyer, order.id, 'CANCELLED');
      expect((await move(merchant, order.id, 'CANCELLED')).data.updateOrderStatus.userErrors).toMatchObject([
        { code: 'INVALID_TRANSITION' },
      ]);
      expect(await stockOf(other)).toBe(5);
      const left = await stockOf(productId);
      await track(stock);
      return left;
    };
    const taken = stock === null ? 0 : 3;
    expect(await cancelled()).toBe(stock);
    expect(await cancelled(10)).toBe(10 + taken);
    expect(await cancelled(null, 10)).toBe(10 + taken);
    expect(await cancelled(10, null)).toBe(null);
  });

  test('that was placed before its shop noted what it took gives back its quantity', async () => {
    const { buyer, productId } = await scene({ stock: 5, title: 'Ordered before' });
    const { order } = await place(buyer, [{ productId, quantity: 4 }]);
    const orders = plaza.connection.collection('orders');
    await orders.updateOne({ 'items.title': 'Ordered before' }, { $unset: { 'items.0.stockTaken': 1 } });
    await move(buyer, order.id, 'CANCELLED');
    expect(await stockOf(productId)).toBe(5);
  });

  test('of a merchant who left brings nothing back on sale when it is cancelled', async () => {
    const { buyer, merchant, productId } = await scene({ stock: 5 });
    const { order } = await place(buyer, [{ productId, quantity: 2 }]);
    await plaza.mutate('eraseMe', { confirm: true, password: merchant.password }, 'erased', merchant.token);
    await plaza.settle('erasures');
    expect((await move(buyer, order.id, 'CANCELLED')).data.updateOrderStatus.order).toEqual({ status: 'CANCELLED' });
    expect(await place(buyer, [{ productId }])).toMatchObject({ order: null });
  });

  test('of a product that its merchant took off sale is refused', async () => {
    const { buyer, merchant, productId } = await scene();
    await plaza.mutate('updateProduct', { productId, price: null }, 'product { id }', merchant.token);
    expect((await place(buyer, [{ productId }])).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });

  test('of the last items succeeds as often as there are items, however many order at once', async () => {
    const { productId } = await scene({ stock: 7 });
    const buyers = await Promise.all(Array.from({ length: 100 }, () => plaza.account()));
    const payloads = await Promise.all(buyers.map((buyer) => place(buyer, [{ productId }])));
    expect(payloads.filter(({ order }) => order)).toHaveLength(7);
    expect(payloads.filter(({ userErrors }) => userErrors[0]?.code === 'OUT_OF_STOCK')).toHaveLength(93);
    expect(await stockOf(productId)).toBe(0);
  });

  test('takes all of its items or none', async () => {
    const { merchant, buyer, productId } = await scene({ stock: 5 });
    const scarce = await plaza.product(merchant, { stock: 1 });
    const before = await plaza.documents();
    const payload = await place(buyer, [
      { productId, quantity: 2 },
      { productId: scarce, quantity: 2 },
    ]);
    expect(payload).toMatchObject({ order: null, userErrors: [{ code: 'OUT_OF_STOCK', field: ['input', 'items', '1', 'quantity'] }] });
    expect(await stockOf(productId)).toBe(5);
    expect(await plaza.documents()).toEqual(before);
  });

  test('is placed once by one idempotency key, also at the same time', async () => {
    const { buyer, productId } = await scene({ stock: 10 });
    const payloads = await Promise.all(Array.from({ length: 50 }, () => place(buyer, [{ productId }], { idempotencyKey: 'basket-1' })));
    expect(new Set(payloads.map(({ order }) => order.id)).size).toBe(1);
    expect(await stockOf(productId)).toBe(9);
  });

  test('is with one merchant', async () => {
    const { buyer, productId } = await scene();
    const other = await scene();
    expect(await place(buyer, [{ productId }, { productId: other.productId }])).toMatchObject({
      order: null,
      userErrors: [{ code: 'NOT_ALLOWED', field: ['input', 'items', '1', 'productId'] }],
    });
  });

  test('names what is wrong with its items', async () => {
    const { buyer, productId } = await scene();
    expect((await place(buyer, [])).userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'items'] }]);
    expect((await place(buyer, [{ productId, quantity: 0 }])).userErrors).toMatchObject([
      { code: 'OUT_OF_RANGE', field: ['input', 'items', '0', 'quantity'] },
    ]);
    expect((await place(buyer, [{ productId }, { productId }])).userErrors).toMatchObject([
      { code: 'ALREADY_EXISTS', field: ['input', 'items', '1', 'productId'] },
    ]);
  });

  test('is seen by its buyer and its merchant only', async () => {
    const { merchant, buyer, productId } = await scene();
    const { order } = await place(buyer, [{ productId }]);
    const see = async (token?: string) =>
      (await plaza.data('query ($id: ID!) { node(id: $id) { ... on Order { status } } }', { id: order.id }, token)).node;
    expect(await see(buyer.token)).toEqual({ status: 'PLACED' });
    expect(await see(merchant.token)).toEqual({ status: 'PLACED' });
    expect(await see((await plaza.account()).token)).toBeNull();
    expect(await see()).toBeNull();
  });
});

describe('an amount of money', () => {
  const priceFields = 'product { id price { amountMinor currency formatted german: formatted(locale: "de") } }';
  const create = async (merchant: Account, amountMinor: number | string, currency: string) => {
    const input = { title: 'Gold teapot', categoryId: await plaza.category(), price: { amountMinor, currency } };
    return plaza.mutate('createProduct', input, priceFields, merchant.token);
  };

  test('goes beyond 32 bits, as a number or as digits, and so does the total of an order', async () => {
    const merchant = await plaza.account({ merchant: true });
    const { product } = await create(merchant, '3000000000000', 'EUR');
    expect(product.price).toEqual({
      amountMinor: 3_000_000_000_000,
      currency: 'EUR',
      formatted: '€30,000,000,000.00',
      german: '30.000.000.000,00\u00a0€',
    });
    const { order } = await place(await plaza.account(), [{ productId: product.id, quantity: 1000 }]);
    expect(order.totalPrice).toEqual({ amountMinor: 3_000_000_000_000_000, currency: 'EUR' });
    const dearest = await create(merchant, Number.MAX_SAFE_INTEGER, 'EUR');
    expect(dearest.product.price.formatted).toBe('€90,071,992,547,409.91');
    const { userErrors } = await place(await plaza.account(), [{ productId: dearest.product.id, quantity: 2 }]);
    expect(userErrors).toMatchObject([{ code: 'OUT_OF_RANGE', field: ['input', 'items'] }]);
    const page = await (await fetch(`${plaza.url}/products/${await slugOf(dearest.product.id)}`)).text();
    expect(page).toContain('€90,071,992,547,409.91');
    expect(page).toContain('"price":"90071992547409.91"');
  });

  test('has the minor digits that ISO 4217 gives its currency', async () => {
    const merchant = await plaza.account({ merchant: true });
    const shown = async (currency: string) => (await create(merchant, 1234, currency)).product.price.formatted.replace(/\u00a0/g, ' ');
    expect(await shown('JPY')).toBe('¥1,234');
    expect(await shown('KWD')).toBe('KWD 1.234');
    expect(await shown('BHD')).toBe('BHD 1.234');
    expect(await shown('HUF')).toBe('HUF 12.34');
    expect(await shown('IQD')).toBe('IQD 1.234');
  });

  test('is refused where it is no whole number that can be exact', async () => {
    const merchant = await plaza.account({ merchant: true });
    for (const amount of ['9007199254740992', 2 ** 53, 1.5, '1.5', '1e3', '', 'ten', true]) {
      const input = { title: 'Teapot', categoryId: merchant.id, price: { amountMinor: amount, currency: 'EUR' } };
      const query = 'mutation ($input: CreateProductInput!) { createProduct(input: $input) { userErrors { code } } }';
      const { errors } = await plaza.query(query, { input }, merchant.token);
      expect(errors, String(amount)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.price.amountMinor' } }]);
    }
    const { userErrors } = await create(merchant, -1, 'EUR');
    expect(userErrors).toMatchObject([{ code: 'OUT_OF_RANGE', field: ['input', 'price', 'amountMinor'] }]);
  });

  test('is not formatted for what is no language', async () => {
    const { productId } = await scene();
    for (const locale of ['de_DE', '', 'no language', 'x'.repeat(200)]) {
      const query = 'query ($id: ID!, $locale: String!) { product(id: $id) { price { formatted(locale: $locale) } } }';
      const { errors } = await plaza.query(query, { id: productId, locale });
      expect(errors, locale).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'locale' } }]);
    }
  });
});

async function slugOf(id: string): Promise<string> {
  return (await plaza.data('query ($id: ID!) { product(id: $id) { slug } }', { id })).product.slug;
}
