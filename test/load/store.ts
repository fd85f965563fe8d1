/**
 * The embedded store over a million review-like documents, beside the same driver on a server of canned
 * replies (the limit of driver and wire) and beside another server, where BENCH_MONGODB_URI names one.
 * Servers run in processes of their own; the scenarios take turns, and the ratios are what counts.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from 'bson';
import mongoose from 'mongoose';
import { idOf, StoreWorkload, type Db } from './store-workload.js';

const { MongoClient } = mongoose.mongo;

const documents = Number(process.argv[2] ?? 1_000_000);
const workload = new StoreWorkload(documents);
const milliseconds = 2500;

async function perSecond(db: Db, run: (db: Db) => Promise<unknown>, inFlight: number): Promise<number> {
  const end = Date.now() + milliseconds;
  let done = 0;
  const startedAt = Date.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (Date.now() < end) {
        await run(db);
        done++;
      }
    }),
  );
  return (done * 1000) / (Date.now() - startedAt);
}

async function startProcess(
  script: string,
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ child: ChildProcess; uri: string }> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, { execArgv: [], env: { ...process.env, ...environment } });
  const [message] = (await once(child, 'message')) as [{ uri: string; error?: string }];
  if (message.error) throw new Error(message.error);
  return { child, uri: message.uri };
}

function residentMegabytes({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

/** The reply that a command of the scenario gets, for the canned server to give every time. */
async function recorded(db: Db, scenario: string): Promise<string> {
  const reviews = db.collection('reviews');
  const batchOf = async (filter: object, limit: number) => ({
    cursor: { firstBatch: await reviews.find(filter).limit(limit).toArray(), id: mongoose.mongo.Long.ZERO, ns: 'bench.reviews' },
    ok: 1,
  });
  const replies: Record<string, () => Promise<object>> = {
    'point read': () => batchOf({ _id: idOf(1) }, 1),
    '$in of 50': () => batchOf({ _id: { $in: Array.from({ length: 50 }, (_, at) => idOf(at)) } }, 50),
    'page of 20 by index': () => batchOf({ product: idOf(0) }, 20),
    'durable insert': async () => ({ n: 1, ok: 1 }),
    $inc: async () => ({ n: 1, nModified: 1, ok: 1 }),
  };
  return Buffer.from(serialize(await replies[scenario]!())).toString('base64');
}

const directory = mkdtempSync(join(tmpdir(), 'plaza-bench-store-'));
let store = await startProcess('../support/store-process.js', [directory]);
let client = await MongoClient.connect(store.uri);
const filledAt = Date.now();
await workload.fill(client.db('bench'));
console.log(
  `${documents} documents filled in ${((Date.now() - filledAt) / 1000).toFixed(0)} s; the store's process holds ${residentMegabytes(store.child).toFixed(0)} MB, its file ${(statSync(join(directory, 'plaza.lmdb')).size / 1e6).toFixed(0)} MB`,
);
await client.close();
store.child.kill();
await once(store.child, 'exit');
const restartedAt = Date.now();
store = await startProcess('../support/store-process.js', [directory]);
client = await MongoClient.connect(store.uri, { maxPoolSize: 40 });
await client
  .db('bench')
  .collection('reviews')
  .findOne({ _id: idOf(1) });
console.log(`started and answered after ${Date.now() - restartedAt} ms`);

const peerUri = process.env['BENCH_MONGODB_URI'];
const peer = peerUri ? await MongoClient.connect(peerUri, { maxPoolSize: 40 }) : null;
if (peer) {
  await peer.db('bench').dropDatabase();
  const peerFilledAt = Date.now();
  await workload.fill(peer.db('bench'));
  console.log(`the other server was filled in ${((Date.now() - peerFilledAt) / 1000).toFixed(0)} s`);
} else {
  console.log('BENCH_MONGODB_URI names no other server to compare with');
}

const hello = Buffer.from(serialize({ ...(await client.db('admin').command({ hello: 1 })), ok: 1 })).toString('base64');
const ping = Buffer.from(serialize({ ok: 1 })).toString('base64');
for (const [name, { command, run }] of Object.entries(workload.scenarios)) {
  const replies = JSON.stringify({ hello, ping, [command]: await recorded(client.db('bench'), name) });
  const canned = await startProcess('./canned-server.js', [], { REPLIES: replies });
  const limit = await MongoClient.connect(canned.uri, { maxPoolSize: 40 });
  for (const inFlight of [1, 32]) {
    const own = await perSecond(client.db('bench'), run, inFlight);
    const best = await perSecond(limit.db('bench'), run, inFlight);
    const other = peer ? await perSecond(peer.db('bench'), run, inFlight) : null;
    const beside = other === null ? '' : `, ${(own / other).toFixed(2)} of the other server's ${other.toFixed(0)}/s`;
    console.log(`${name}, ${inFlight} in flight: ${own.toFixed(0)}/s, ${(own / best).toFixed(2)} of the limit${beside}`);
  }
  await limit.close();
  canned.child.kill();
}
console.log(`afterwards the store's process holds ${residentMegabytes(store.child).toFixed(0)} MB`);
await client.close();
await peer?.close();
store.child.kill();
await once(store.child, 'exit');
rmSync(directory, { recursive: true, force: true });
