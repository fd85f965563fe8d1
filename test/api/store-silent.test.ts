/** A store whose connections stay open and say nothing, such as one behind a network that has lost its way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { Plaza } from '../support/plaza.js';
import { StoreProxy } from '../support/store-proxy.js';

const directory = mkdtempSync(join(tmpdir(), 'plaza-silent-'));
const plaza = new Plaza();
let store: EmbeddedStore;
let proxy: StoreProxy;

beforeAll(async () => {
  store = await startEmbeddedStore({ directory, port: 0 });
  proxy = await StoreProxy.open(store.uri);
  await plaza.start({ MONGODB_URI: proxy.uri });
});

afterAll(async () => {
  await proxy.close();
  await store.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = Date.now();
  await work();
  return (Date.now() - begun) / 1000;
}

test('a server says soon that it is not ready, is ready when the store speaks again, and stops in time while it does not', async () => {
  const ready = async () => (await fetch(`${plaza.url}/health/ready`)).status;
  expect(await ready()).toBe(200);
  proxy.stall();
  let status = 0;
  expect(await secondsOf(async () => (status = await ready()))).toBeLessThan(3);
  expect(status).toBe(503);
  proxy.flow();
  await expect.poll(ready).toBe(200);
  proxy.stall();
  expect(await secondsOf(() => plaza.app.close())).toBeLessThan(28);
  rmSync(plaza.dataDirectory, { recursive: true, force: true });
}, 90_000);
