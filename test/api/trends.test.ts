import { expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();

async function titles(
  query: string,
  path: (data: never) => { edges: { node: { title: string } }[] },
  variables: object = {},
): Promise<string[]> {
  const data = (await plaza.data(query, variables)) as never;
  return path(data).edges.map(({ node }) => node.title);
}

const trending = () =>
  titles(
    '{ trendingProducts(window: DAY) { edges { node { title } } } }',
    ({ trendingProducts }: { trendingProducts: never }) => trendingProducts,
  );
const boughtWith = (id: string) =>
  titles(
    'query ($id: ID!) { product(id: $id) { boughtTogether { edges { node { title } } } } }',
    ({ product }: { product: { boughtTogether: never } }) => product.boughtTogether,
    { id },
  );

test('what the same people bought is shown with a product, and what most had to do with lately is trending', async () => {
  const merchant = await plaza.account({ merchant: true });
  const categoryId = await plaza.category();
  const [pot, cup, rug] = await Promise.all(['Pot', 'Cup', 'Rug'].map((title) => plaza.product(merchant, { title, categoryId })));
  for (let at = 0; at < 3; at++) {
    const buyer = await plaza.account();
    await plaza.deliver(buyer, merchant, pot!);
    await plaza.deliver(buyer, merchant, cup!);
    if (at === 0) await plaza.deliver(buyer, merchant, rug!);
  }
  await plaza.deliver(await plaza.account(), merchant, pot!);
  expect(await boughtWith(pot!)).toEqual([]);
  await plaza.app.verbs.recommendations.train();
  expect(await boughtWith(pot!)).toEqual(['Cup']);
  expect(await boughtWith(rug!)).toEqual([]);
  expect(await trending()).toEqual(['Pot', 'Cup', 'Rug']);
});
