/** Answers that are each viewer's own are made from reads that are kept. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Plaza, storeId, type Account } from '../support/plaza.js';
import { metricsOf } from '../support/processes.js';

const plaza = new Plaza();
let [one, another]: Account[] = [];
let merchant: Account;
let product: string;

beforeAll(async () => {
  await plaza.start();
  [one, another] = [await plaza.account(), await plaza.account()];
  merchant = await plaza.account({ merchant: true });
  product = await plaza.product(merchant);
});
afterAll(() => plaza.stop());

const ownPage = 'query ($id: ID!) { product(id: $id) { title category { name } viewerReview { body } comments(first: 2) { totalCount } } }';
const titleAt = async (viewer: Account): Promise<string> => (await plaza.data(ownPage, { id: product }, viewer.token)).product.title;

async function reads(outcome: 'hit' | 'miss'): Promise<number> {
  return Number(new RegExp(`plaza_cache_reads_total\\{outcome="${outcome}"\\} (\\d+)`).exec(await metricsOf(plaza.url))?.[1] ?? 0);
}

async function readsDuring(work: () => Promise<unknown>): Promise<{ hits: number; misses: number }> {
  const before = [await reads('hit'), await reads('miss')] as const;
  await work();
  return { hits: (await reads('hit')) - before[0], misses: (await reads('miss')) - before[1] };
}

/** Until it is known that the answer is the viewer's own. */
async function warm(): Promise<void> {
  for (const viewer of [one!, another!]) for (let time = 0; time < 3; time++) await titleAt(viewer);
}

test('a viewer’s own page that was made before asks the store for nothing', async () => {
  await warm();
  const { hits, misses } = await readsDuring(() => titleAt(one!));
  expect(misses).toBe(0);
  expect(hits).toBeGreaterThan(2);
});

test('what is the same for all is read once for all of them', async () => {
  await warm();
  const newcomer = await plaza.account();
  const { hits, misses } = await readsDuring(() => titleAt(newcomer));
  expect(hits).toBeGreaterThan(2);
  // Their review, and whom they blocked or are blocked by.
  expect(misses).toBeLessThanOrEqual(3);
});

test('a write is seen by the next page, wherever it was made', async () => {
  await warm();
  const products = plaza.app.store.database.connection.collection('products');
  for (let number = 0; number < 20; number++) {
    await products.updateOne({ _id: storeId(product) }, { $set: { title: `Title ${number}` } });
    expect(await titleAt(one!)).toBe(`Title ${number}`);
    expect(await titleAt(another!)).toBe(`Title ${number}`);
  }
});

test('reads that say alike and mean different things are kept apart', async () => {
  await warm();
  const other = await plaza.product(merchant, { title: 'Another' });
  const ask = async (id: string): Promise<string> => (await plaza.data(ownPage, { id }, one!.token)).product?.title;
  expect([await ask(product), await ask(other), await ask(product)]).toEqual([await titleAt(one!), 'Another', await titleAt(one!)]);
});
