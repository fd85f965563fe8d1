/** What clients are told while the store is away, and that everything works again when it is back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { Plaza, type Account } from '../support/plaza.js';
import { metricsOf } from '../support/processes.js';

const directory = mkdtempSync(join(tmpdir(), 'plaza-away-'));
const plaza = new Plaza();
let store: EmbeddedStore;
let port = 0;
let merchant: Account;
let product = '';

beforeAll(async () => {
  store = await startEmbeddedStore({ directory, port: 0 });
  port = Number(new URL(store.uri).port);
  // What the URI says wins, and reads that may go to secondaries break no transaction.
  await plaza.start({
    MONGODB_URI: `${store.uri}&serverSelectionTimeoutMS=300&maxPoolSize=7&readPreference=secondaryPreferred`,
    METRICS_TOKEN: 'a token of the tests',
  });
  merchant = await plaza.account({ merchant: true });
  product = await plaza.product(merchant);
});
afterAll(async () => {
  await plaza.stop();
  await store.stop();
  rmSync(directory, { recursive: true, force: true });
});

const comment = (body: string) => ({ subjectId: product, body, idempotencyKey: body });
const add = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } userErrors { code } } }';

describe('the store’s URI', () => {
  test('sets the size of the pool and the time to wait for a server', () => {
    expect(plaza.connection.getClient().options).toMatchObject({ maxPoolSize: 7, serverSelectionTimeoutMS: 300 });
  });

  test('may send reads to secondaries, while every write works', async () => {
    const buyer = await plaza.account();
    await plaza.deliver(buyer, merchant, product);
    expect((await plaza.review(buyer, product)).userErrors).toEqual([]);
    expect(plaza.connection.getClient().options.readPreference.mode).toBe('secondaryPreferred');
  });
});

describe('while the store is away', () => {
  test('reads and writes are refused with a code of their own, and go on when it is back', async () => {
    await store.stop();
    const read = await plaza.query('query ($id: ID!) { product(id: $id) { title } }', { id: product });
    expect(read.errors).toMatchObject([{ extensions: { code: 'STORE_UNAVAILABLE' } }]);
    expect(JSON.stringify(read)).not.toMatch(/127\.0\.0\.1|Mongo|ECONN/);
    expect((await fetch(`${plaza.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${plaza.url}/health/live`)).status).toBe(200);
    await expect.poll(() => metricsOf(plaza.url)).toMatch(/^plaza_store_writable 0$/m);
    store = await startEmbeddedStore({ directory, port });
    await expect
      .poll(() => plaza.query('query ($id: ID!) { product(id: $id) { title } }', { id: product }))
      .toMatchObject({ data: { product: { title: expect.any(String) } } });
    expect(await metricsOf(plaza.url)).toMatch(/^plaza_store_writable 1$/m);
    expect((await plaza.data(add, { input: comment('Back again') }, merchant.token)).addComment.userErrors).toEqual([]);
  });
});
