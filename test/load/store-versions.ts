/**
 * The embedded store beside another build of it, such as an earlier release: the same driver, the same documents, taking
 * turns every few hundred milliseconds. Reports operations a second and the processor time that an operation takes in
 * the store's process, which other work on the machine disturbs less. Linux alone tells that time.
 *
 *   npm run bench:store-versions -- <the other checkout, built> [documents] [scenario]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import mongoose from 'mongoose';
import { processorSeconds } from './process-use.js';
import { StoreWorkload } from './store-workload.js';

const { MongoClient } = mongoose.mongo;

const [other, count = '100000', only = ''] = process.argv.slice(2);
if (!other) throw new Error('Name the directory of another checkout, built.');
const documents = Number(count);
const turns = 10;
const milliseconds = 400;

interface Side {
  child: ChildProcess;
  client: mongoose.mongo.MongoClient;
  directory: string;
  workload: StoreWorkload;
}

async function start(checkout: string): Promise<Side> {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-versions-'));
  const child = fork(resolve(checkout, 'test/support/store-process.js'), [directory], {
    execArgv: [],
  });
  const [message] = (await once(child, 'message')) as [{ uri: string; error?: string }];
  if (message.error) throw new Error(message.error);
  const client = await MongoClient.connect(message.uri, { maxPoolSize: 40 });
  const workload = new StoreWorkload(documents);
  await workload.fill(client.db('bench'));
  return { child, client, directory, workload };
}

async function stop({ child, client, directory }: Side): Promise<void> {
  await client.close();
  child.kill();
  await once(child, 'exit');
  rmSync(directory, { recursive: true, force: true });
}

interface Measured {
  done: number;
  seconds: number;
  processor: number;
}

async function turn(side: Side, scenario: string, inFlight: number): Promise<Measured> {
  const db = side.client.db('bench');
  const { run } = side.workload.scenarios[scenario]!;
  const [startedAt, processor] = [performance.now(), processorSeconds(side.child)];
  const end = startedAt + milliseconds;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (; performance.now() < end; done++) await run(db);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { done, seconds: (performance.now() - startedAt) / 1000, processor: processorSeconds(side.child) - processor };
}

function sum(measured: readonly Measured[]): { perSecond: number; microseconds: number } {
  const total = (of: keyof Measured): number => measured.reduce((all, one) => all + one[of], 0);
  return { perSecond: total('done') / total('seconds'), microseconds: (total('processor') / total('done')) * 1e6 };
}

const sides = { now: await start('.'), then: await start(other) };
for (const name of Object.keys(sides.now.workload.scenarios).filter((scenario) => scenario.includes(only))) {
  for (const inFlight of [1, 32]) {
    const measured = { now: [] as Measured[], then: [] as Measured[] };
    for (const side of ['now', 'then'] as const) await turn(sides[side], name, inFlight);
    for (let at = 0; at < turns; at++) {
      for (const side of at % 2 ? (['now', 'then'] as const) : (['then', 'now'] as const)) {
        measured[side].push(await turn(sides[side], name, inFlight));
      }
    }
    const [now, then] = [sum(measured.now), sum(measured.then)];
    console.log(
      `${name}, ${inFlight} in flight: ${now.perSecond.toFixed(0)}/s, ${(now.perSecond / then.perSecond).toFixed(2)} of the other's ` +
        `${then.perSecond.toFixed(0)}/s; ${now.microseconds.toFixed(0)} µs of processor each, the other ${then.microseconds.toFixed(0)} µs, ` +
        `${(then.microseconds / now.microseconds).toFixed(2)}`,
    );
  }
}
await stop(sides.now);
await stop(sides.then);
