import { expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza({ CURRENCY: 'JPY' });

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
