import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GorseStandIn } from '../support/gorse.js';
import { metricsOf } from '../support/processes.js';
import { Plaza, type Account } from '../support/plaza.js';

const plaza = new Plaza();
const gorse = new GorseStandIn();
const hexOf = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().split(':')[1]!;

let merchant: Account;
let reader: Account;
const products: string[] = [];

beforeAll(async () => {
  await plaza.start({ RECOMMENDER: 'gorse', GORSE_URL: await gorse.start() });
  merchant = await plaza.account({ merchant: true });
  reader = await plaza.account();
  const categoryId = await plaza.category();
  for (let at = 0; at < 6; at++) products.push(await plaza.product(merchant, { categoryId, title: `Teapot ${at}` }));
  for (let person = 0; person < 8; person++) {
    const account = await plaza.account();
    for (const id of products.filter((_, at) => (at + person) % 3 !== 0))
      await plaza.review(account, id, { ratings: { quality: 5, price: 5, service: 5 } });
  }
  await plaza.review(reader, products[0]!, { ratings: { quality: 5, price: 5, service: 5 } });
  await plaza.app.verbs.recommendations.train();
});

afterAll(async () => {
  await plaza.stop();
  gorse.stop();
});

async function recommended(account: Account) {
  const query = '{ viewer { recommendedProducts { edges { modelVersion product: node { id } reasons { kind products { id } } } } } }';
  return (await plaza.data(query, {}, account.token)).viewer.recommendedProducts.edges;
}

async function fallbacks(): Promise<number> {
  const metrics = await metricsOf(plaza.url);
  return Number(/^plaza_recommender_fallbacks_total (\d+)/m.exec(metrics)?.[1] ?? 0);
}

describe('a Gorse', () => {
  test('is kept up to date with users, products and what users like, sold-out products hidden', async () => {
    const sold = await plaza.product(merchant, { title: 'Sold out', stock: 0 });
    await plaza.settle('gorse');
    expect(gorse.items.size).toBe(7);
    expect(gorse.items.get(hexOf(sold))).toMatchObject({ IsHidden: true });
    expect(gorse.items.get(hexOf(products[0]!))).toMatchObject({ IsHidden: false, Labels: expect.arrayContaining(['teapot']) as string[] });
    expect(gorse.users.has(hexOf(reader.id))).toBe(true);
    expect(gorse.feedback.has(`like ${hexOf(reader.id)} ${hexOf(products[0]!)}`)).toBe(true);
  });

  test('is sent what changed since, and what changed lately once more, without anything counting twice', async () => {
    await plaza.settle('gorse');
    const before = gorse.feedback.size;
    await plaza.mutate(
      'trackEvents',
      { events: [{ eventId: 'view', kind: 'VIEW', productId: products[1] }] },
      'acceptedCount',
      reader.token,
    );
    await plaza.settle('gorse');
    await plaza.settle('gorse');
    expect(gorse.feedback.size).toBe(before + 1);
    expect(gorse.feedback.has(`read ${hexOf(reader.id)} ${hexOf(products[1]!)}`)).toBe(true);
  });

  test('recommends, in its order, with reasons of our own, and never what one has reviewed', async () => {
    gorse.recommendations = [products[3]!, products[0]!, products[2]!].map(hexOf);
    const shown = await recommended(reader);
    expect(shown.map(({ product }: { product: { id: string } }) => product.id)).toEqual([products[3], products[2]]);
    expect(shown[0]).toMatchObject({ modelVersion: 'gorse', reasons: [{ kind: expect.any(String) as string }] });
  });

  test('says which products go together', async () => {
    gorse.neighbours = [products[4]!, products[1]!].map(hexOf);
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { similarProducts { edges { node { id } } } } }', {
      id: products[0],
    });
    expect(product.similarProducts.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([products[4], products[1]]);
  });

  test('that does not answer is stood in for by the local model, and counted', async () => {
    const before = await fallbacks();
    gorse.broken = true;
    const shown = await recommended(reader);
    gorse.broken = false;
    expect(shown.length).toBeGreaterThan(3);
    expect(shown[0].modelVersion).not.toBe('gorse');
    expect(await fallbacks()).toBe(before + 1);
  });

  test('is not asked for those who want no personal recommendations, and not told what they do', async () => {
    const silent = await plaza.account();
    await plaza.mutate('updatePrivacySettings', { personalise: false }, 'privacySettings { personalise }', silent.token);
    await plaza.review(silent, products[0]!);
    await plaza.settle('gorse');
    await recommended(silent);
    expect(gorse.users.has(hexOf(silent.id))).toBe(false);
    expect(gorse.requests.some((request) => request.includes(hexOf(silent.id)))).toBe(false);
  });

  test('forgets whoever is erased', async () => {
    const leaver = await plaza.account();
    await plaza.review(leaver, products[0]!);
    await plaza.settle('gorse');
    expect(gorse.users.has(hexOf(leaver.id))).toBe(true);
    await plaza.mutate('eraseMe', { password: leaver.password, confirm: true }, 'erased', leaver.token);
    await plaza.settle('erasures');
    await plaza.settle('gorse');
    expect(gorse.users.has(hexOf(leaver.id))).toBe(false);
    expect([...gorse.feedback.keys()].some((key) => key.includes(hexOf(leaver.id)))).toBe(false);
    expect((await plaza.documents())['gorse_forgotten'] ?? 0).toBe(0);
  });
});
