/** Background work and what wakes it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { pino } from 'pino';
import { Worker } from '../../src/workers/index.js';

test('a run has none of the context of the request that wakes it', async () => {
  const request = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const run = async () => void seen.push(request.getStore());
  const worker = new Worker({ name: 'test', interval: 60_000, run, log: pino({ level: 'silent' }) });
  worker.start({ now: false });
  await request.run('a request', () => worker.settle());
  await worker.stop();
  expect(seen).toEqual([undefined]);
});
