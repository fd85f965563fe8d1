/**
 * The embedded store beside another build of it, such as an earlier release: the same driver, the same documents, taking
 * turns every few hundred milliseconds. Reports operations a second and the processor time that an operation takes in
 * the store's process, which other work on the machine disturbs less. Linux alone tells that time.
 *
 *   npm run bench:store-versions -- <the other checkout, built> [documents] [scenario]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import mongoose from 'mongoose';

const { MongoClient, ObjectId } = mongoose.mongo;
type Db = mongoose.mongo.Db;
type Id = mongoose.mongo.ObjectId;

const [other, count = '100000', only = ''] = process.argv.slice(2);
if (!other) throw new Error('Name the directory of another checkout, built.');
const documents = Number(count);
const products = Math.max(1, Math.floor(documents / 100));
const turns = 10;
const milliseconds = 400;
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

interface Side {
  child: ChildProcess;
  client: mongoose.mongo.MongoClient;
  directory: string;
  inserted: number;
}

const scenarios: Record<string, (db: Db, side: Side) => Promise<unknown>> = {
  'point read': (db) => db.collection('reviews').findOne({ _id: idOf(random(documents)) }),
  '$in of 50': (db) =>
    db
      .collection('reviews')
      .find({ _id: { $in: Array.from({ length: 50 }, () => idOf(random(documents))) } })
      .toArray(),
  'page of 20 by index': (db) =>
    db
      .collection('reviews')
      .find({ product: idOf(random(products)) })
      .sort({ createdAt: -1, _id: -1 })
      .limit(20)
      .toArray(),
  'durable insert': (db, side) => db.collection('inserts').insertOne(review(++side.inserted), majority),
  $inc: (db) => db.collection<{ _id: string }>('counters').updateOne({ _id: `c${random(64)}` }, { $inc: { n: 1 } }, majority),
};

async function start(checkout: string): Promise<Side> {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-versions-'));
  const child = fork(resolve(checkout, 'test/support/store-process.js'), [directory], {
    execArgv: [],
  });
  const [message] = (await once(child, 'message')) as [{ uri: string; error?: string }];
  if (message.error) throw new Error(message.error);
  const client = await MongoClient.connect(message.uri, { maxPoolSize: 40 });
  const reviews = client.db('bench').collection('reviews');
  await reviews.createIndex({ product: 1, createdAt: -1, _id: -1 });
  for (let from = 0; from < documents; from += 5000) {
    await reviews.insertMany(Array.from({ length: 5000 }, (_, at) => review(from + at)));
  }
  const counters = client.db('bench').collection<{ _id: string; n: number }>('counters');
  await counters.insertMany(Array.from({ length: 64 }, (_, at) => ({ _id: `c${at}`, n: 0 })));
  return { child, client, directory, inserted: documents };
}

async function stop({ child, client, directory }: Side): Promise<void> {
  await client.close();
  child.kill();
  await once(child, 'exit');
  rmSync(directory, { recursive: true, force: true });
}

/** Seconds of processor time, of all threads, that a process has used so far. */
function processorTime({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Measured {
  done: number;
  seconds: number;
  processor: number;
}

async function turn(side: Side, run: (db: Db, side: Side) => Promise<unknown>, inFlight: number): Promise<Measured> {
  const db = side.client.db('bench');
  const [startedAt, processor] = [performance.now(), processorTime(side.child)];
  const end = startedAt + milliseconds;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (; performance.now() < end; done++) await run(db, side);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { done, seconds: (performance.now() - startedAt) / 1000, processor: processorTime(side.child) - processor };
}

function sum(measured: readonly Measured[]): { perSecond: number; microseconds: number } {
  const total = (of: keyof Measured): number => measured.reduce((all, one) => all + one[of], 0);
  return { perSecond: total('done') / total('seconds'), microseconds: (total('processor') / total('done')) * 1e6 };
}

const sides = { now: await start('.'), then: await start(other) };
for (const [name, run] of Object.entries(scenarios).filter(([one]) => one.includes(only))) {
  for (const inFlight of [1, 32]) {
    const measured = { now: [] as Measured[], then: [] as Measured[] };
    for (const side of ['now', 'then'] as const) await turn(sides[side], run, inFlight);
    for (let at = 0; at < turns; at++) {
      for (const side of at % 2 ? (['now', 'then'] as const) : (['then', 'now'] as const)) {
        measured[side].push(await turn(sides[side], run, inFlight));
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
