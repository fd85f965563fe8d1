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

const { MongoClient, ObjectId } = mongoose.mongo;
type Db = mongoose.mongo.Db;
type Id = mongoose.mongo.ObjectId;

const documents = Number(process.argv[2] ?? 1_000_000);
const products = Math.max(1, Math.floor(documents / 100));
const batch = 5000;
const milliseconds = 2500;
const majority = { writeConcern: { w: 'majority' as const, j: true } };

const idOf = (n: number): Id => new ObjectId(n.toString(16).padStart(24, '0'));
const random = (limit: number): number => Math.floor(Math.random() * limit);

function review(n: number) {
  return {
    _id: idOf(n),
    product: idOf(n % products),
    author: idOf((n * 7919) % 50_000),
    points: 60 + ((n * 31) % 241),
    title: `Review number ${n}`,
    body: 'It makes a wonderful cup every morning, and keeps the heat for hours. '.repeat(3),
    helpful: n % 13,
    createdAt: new Date(1.6e12 + n * 1000),
  };
}

async function fill(db: Db): Promise<void> {
  const reviews = db.collection('reviews');
  await reviews.createIndex({ product: 1, createdAt: -1, _id: -1 });
  for (let from = 0; from < documents; from += batch) {
    await reviews.insertMany(
      Array.from({ length: Math.min(batch, documents - from) }, (_, at) => review(from + at)),
      { ordered: false },
    );
  }
  await db.collection<{ _id: string; n: number }>('counters').insertMany(Array.from({ length: 64 }, (_, at) => ({ _id: `c${at}`, n: 0 })));
}

let inserted = documents;

const scenarios: Record<string, { command: string; run: (db: Db) => Promise<unknown> }> = {
  'point read': { command: 'find', run: (db) => db.collection('reviews').findOne({ _id: idOf(random(documents)) }) },
  '$in of 50': {
    command: 'find',
    run: (db) =>
      db
        .collection('reviews')
        .find({ _id: { $in: Array.from({ length: 50 }, () => idOf(random(documents))) } })
        .toArray(),
  },
  'page of 20 by index': {
    command: 'find',
    run: (db) =>
      db
        .collection('reviews')
        .find({ product: idOf(random(products)) })
        .sort({ createdAt: -1, _id: -1 })
        .limit(20)
        .toArray(),
  },
  'durable insert': { command: 'insert', run: (db) => db.collection('inserts').insertOne(review(++inserted), majority) },
  $inc: {
    command: 'update',
    run: (db) => db.collection<{ _id: string }>('counters').updateOne({ _id: `c${random(64)}` }, { $inc: { n: 1 } }, majority),
  },
};

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
await fill(client.db('bench'));
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
  await fill(peer.db('bench'));
  console.log(`the other server was filled in ${((Date.now() - peerFilledAt) / 1000).toFixed(0)} s`);
} else {
  console.log('BENCH_MONGODB_URI names no other server to compare with');
}

const hello = Buffer.from(serialize({ ...(await client.db('admin').command({ hello: 1 })), ok: 1 })).toString('base64');
const ping = Buffer.from(serialize({ ok: 1 })).toString('base64');
for (const [name, { command, run }] of Object.entries(scenarios)) {
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
