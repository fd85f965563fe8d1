import { expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza({ CURRENCY: 'JPY' });

test('an order of the demo shop took no stock, and cancelled, gives none back', async () => {
  await plaza.commandWith({ CURRENCY: 'JPY' }, 'seed');
  const order = await plaza.connection.collection('orders').findOne({ status: 'PLACED' });
  const productOf = () => plaza.connection.collection('products').findOne({ _id: order!.items[0].product });
  const { stock } = (await productOf())!;
  const { token } = await plaza.account({ role: 'ADMIN' });
  const orderId = Buffer.from(`Order:${order!._id.toHexString()}`).toString('base64');
  const cancelled = await plaza.mutate('updateOrderStatus', { orderId, status: 'CANCELLED' }, 'order { status }', token);
  expect(cancelled.order).toEqual({ status: 'CANCELLED' });
  expect((await productOf())!.stock).toBe(stock);
});

test('the demo shop has its prices in the shop’s currency, so that they can be filtered and sorted', async () => {
  await plaza.commandWith({ CURRENCY: 'JPY' }, 'seed');
  await plaza.settle('catalogue search');
  const counts = `{ all: searchProducts(query: "") { totalCount } priced: searchProducts(query: "", filter: { price: { min: 1 } }) { totalCount }
    products(first: 1, sort: PRICE_LOWEST) { edges { node { price { formatted } } } } }`;
  const { all, priced, products } = await plaza.data(counts);
  expect(all.totalCount).toBeGreaterThan(0);
  expect(priced).toEqual(all);
  expect(products.edges[0].node.price.formatted).toMatch(/^¥/);
});
