/** Background work and what wakes it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { pino } from 'pino';
import { Worker } from '../../src/workers/index.js';
import { until } from '../support/until.js';

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

test('a worker that is stopped and started again while a run goes on runs again after it', async () => {
  const runs: (() => void)[] = [];
  const run = () => new Promise<void>((resolve) => runs.push(resolve));
  const worker = new Worker({ name: 'test', interval: 60_000, run, log: pino({ level: 'silent' }) });
  worker.start();
  const stopped = worker.stop();
  worker.start();
  runs[0]!();
  await stopped;
  await until(() => runs.length === 2);
  runs[1]!();
  await worker.stop();
});

test.each(Array.from({ length: 12 }, (_, turns) => turns))(
  'a worker woken %i turns after a run has ended runs again at once',
  async (turns) => {
    let [runs, ends] = [0, () => {}];
    const run = () => {
      runs++;
      return new Promise<void>((resolve) => (ends = resolve));
    };
    const worker = new Worker({ name: 'test', interval: 60_000, run, log: pino({ level: 'silent' }) });
    worker.start();
    ends();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    worker.wake();
    await until(() => runs === 2);
    ends();
    await worker.stop();
  },
);
