/** New products that hardly anybody has seen get a place in the lists of users who explore. */
import { expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza({ EXPLORATION_SHARE: '1' });
const loved = { quality: 5, price: 5, service: 5 };

interface Shown {
  impressionId: string;
  product: { id: string };
  reasons: { kind: string }[];
}

async function recommended(account: Account): Promise<Shown[]> {
  const query =
    '{ viewer { recommendedProducts(first: 6) { edges { impressionId product: node { id } reasons { kind products { id } } } } } }';
  return (await plaza.data(query, {}, account.token)).viewer.recommendedProducts.edges;
}

test('the fifth place goes to one that is like what the user likes, the same all day, and is counted apart', async () => {
  const [merchant, admin] = [await plaza.account({ merchant: true }), await plaza.account({ role: 'ADMIN' })];
  const categoryId = await plaza.category();
  const make = (title: string) => plaza.product(merchant, { categoryId, title, description: title });
  const known: string[] = [];
  const enamel: string[] = [];
  for (let at = 0; at < 14; at++) known.push(await make(at % 2 ? `Enamel teapot ${at}` : `Racing bicycle ${at}`));
  for (let person = 0; person < 4; person++) {
    const account = await plaza.account();
    for (const id of known) await plaza.review(account, id, { ratings: loved });
  }
  for (let at = 0; at < 10; at++) enamel.push(await make(`Enamel kettle ${at}`));
  enamel.push(...known.filter((_, at) => at % 2 === 1));
  await plaza.app.verbs.recommendations.train();
  const explorer = await plaza.account();
  await plaza.review(explorer, known[1]!, { ratings: loved });

  const list = await recommended(explorer);
  expect(enamel).toContain(list[4]!.product.id);
  expect(list[4]!.reasons).toMatchObject([{ kind: 'REVIEWED', products: [{ id: known[1] }] }]);
  expect(new Set(list.map(({ product }) => product.id)).size).toBe(6);
  expect((await recommended(explorer)).map(({ product }) => product.id)).toEqual(list.map(({ product }) => product.id));

  const events = list.map(({ impressionId }, at) => ({ eventId: `seen-${at}`, kind: 'IMPRESSION', impressionId }));
  await plaza.mutate('trackEvents', { events }, 'acceptedCount', explorer.token);
  const { recommenderReport } = await plaza.data('{ recommenderReport { variants { variant impressionCount } } }', {}, admin.token);
  expect(recommenderReport.variants).toEqual([{ variant: 'exploring', impressionCount: 6 }]);
});
