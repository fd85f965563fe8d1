/** No statement stops the others. These tests are about the embedded store alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { MongoClient, type Db } from '../support/store.js';

const documents = 100_000;
const directory = mkdtempSync(join(tmpdir(), 'plaza-long-'));
let store: EmbeddedStore;
let client: MongoClient;
let beside: MongoClient;
let db: Db;

beforeAll(async () => {
  store = await startEmbeddedStore({ directory });
  client = await MongoClient.connect(store.uri);
  beside = await MongoClient.connect(store.uri);
  db = client.db('d');
  const collection = db.collection<{ _id: number; group: number; n: number; text: string }>('many');
  await collection.createIndex({ group: 1 });
  for (let from = 0; from < documents; from += 10_000) {
    await collection.insertMany(
      Array.from({ length: 10_000 }, (_, at) => ({ _id: from + at, group: at % 100, n: 0, text: `document ${from + at}` })),
    );
  }
}, 300_000);

afterAll(async () => {
  await client.close();
  await beside.close();
  await store.stop();
  rmSync(directory, { recursive: true, force: true });
});

const pointRead = () =>
  beside
    .db('d')
    .collection<{ _id: number }>('many')
    .findOne({ _id: Math.floor(Math.random() * documents) });

/** How long each of the answers took that came until the work was done, in milliseconds. */
async function timesWhile(work: Promise<unknown>, ask: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let done = false;
  const finished = work.finally(() => (done = true));
  while (!done) {
    const startedAt = performance.now();
    await ask();
    times.push(performance.now() - startedAt);
  }
  await finished;
  return times;
}

function longest(times: readonly number[]): number {
  return times.reduce((most, time) => Math.max(most, time), 0);
}

async function durationOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const statements: Record<string, () => Promise<unknown>> = {
  'a scan': () => db.collection('many').countDocuments({ text: /9{4}$/ }),
  'reading all': () => db.collection('many').find({}, { raw: true, batchSize: 1000 }).toArray(),
  'a sort': () => db.collection('many').find({}).sort({ text: -1 }).limit(10).toArray(),
  'an aggregation': () =>
    db
      .collection('many')
      .aggregate([{ $group: { _id: { $strLenCP: '$text' }, sum: { $sum: '$n' }, most: { $max: '$text' } } }])
      .toArray(),
  'a distinct': () => db.collection('many').distinct('group', { text: /1/ }),
  'an update of all': () => db.collection('many').updateMany({}, { $inc: { n: 1 } }),
};

/** In the time of this many point reads a statement would have to let at least one through. */
const fairShare = 10;

describe('point reads go on beside', () => {
  test.each(Object.keys(statements))('%s', async (name) => {
    const usual: number[] = [];
    for (let at = 0; at < 200; at++) usual.push(await durationOf(pointRead));
    let took = 0;
    const during = await timesWhile(
      durationOf(statements[name]!).then((time) => (took = time)),
      pointRead,
    );
    const usually = usual.reduce((sum, time) => sum + time, 0) / usual.length;
    expect(during.length).toBeGreaterThan(took / usually / fairShare);
    expect(longest(during)).toBeLessThan(Math.max(took / 3, fairShare * longest(usual)));
  });
});

const p99 = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!;

async function timesOf(ask: () => Promise<unknown>, count: number): Promise<number[]> {
  const times: number[] = [];
  while (times.length < count) times.push(await durationOf(ask));
  return times;
}

/** How many times their usual p99 point reads take beside a statement. */
async function slowdownBy(statement: () => Promise<unknown>): Promise<number> {
  const before = await timesOf(pointRead, 500);
  const meanwhile = await timesWhile(statement(), pointRead);
  const after = await timesOf(pointRead, 500);
  return p99(meanwhile) / Math.max(p99(before), p99(after));
}

describe('point reads keep twice their usual p99 beside', () => {
  test.each(['a scan', 'an aggregation', 'an update of all'])('%s', async (name) => {
    // A busy machine stretches single measurements; one undisturbed one is enough to tell.
    const ratios: number[] = [];
    while (ratios.length < 8 && !ratios.some((ratio) => ratio <= 2)) ratios.push(await slowdownBy(statements[name]!));
    expect(Math.min(...ratios)).toBeLessThanOrEqual(2);
  });
});

describe('a transaction over many documents', () => {
  const fewer = 15_000;

  beforeAll(async () => {
    await db.collection<{ _id: number; n: number }>('within').insertMany(Array.from({ length: fewer }, (_, at) => ({ _id: at, n: 0 })));
  });

  test('lets others write between the documents of its statements, and is committed as a whole', async () => {
    const collection = db.collection<{ _id: number; n: number }>('within');
    const others = beside.db('d').collection<{ _id: number }>('beside');
    let writtenBeside = 0;
    await client.withSession(async (session) => {
      session.startTransaction();
      const updating = collection.updateMany({}, { $inc: { n: 1 } }, { session });
      await timesWhile(updating, () => others.insertOne({ _id: writtenBeside++ }));
      expect(await updating).toMatchObject({ matchedCount: fewer, modifiedCount: fewer });
      expect(await collection.countDocuments({ n: 1 })).toBe(0);
      expect(await collection.countDocuments({ n: 1 }, { session })).toBe(fewer);
      await session.commitTransaction();
    });
    expect(writtenBeside).toBeGreaterThan(5);
    expect(await collection.countDocuments({ n: 1 })).toBe(fewer);
  });

  test('is refused beyond what one commit may hold up others for, and changes nothing', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await expect(db.collection('many').updateMany({}, { $set: { refused: true } }, { session })).rejects.toMatchObject({ code: 388 });
      await expect(session.commitTransaction()).rejects.toMatchObject({ code: 251 });
    });
    expect(await db.collection('many').countDocuments({ refused: true })).toBe(0);
  });
});

test('greetings and other writes are answered beside an update of all', async () => {
  const updating = db.collection('many').updateMany({}, { $inc: { n: 1 } });
  let at = 0;
  const times = await timesWhile(updating, async () => {
    await beside.db('admin').command({ hello: 1 });
    await beside.db('d').collection<{ _id: number }>('other').insertOne({ _id: at++ });
  });
  expect(times.length).toBeGreaterThan(5);
  expect(await beside.db('d').collection('other').countDocuments()).toBe(at);
});

describe('an update of all', () => {
  const fewer = 20_000;

  beforeAll(async () => {
    await db.collection<{ _id: number; n: number }>('fewer').insertMany(Array.from({ length: fewer }, (_, at) => ({ _id: at, n: 0 })));
  });

  test('changes each document once, whatever is written meanwhile', async () => {
    const collection = db.collection<{ _id: number; n: number; moved?: number }>('fewer');
    await collection.updateMany({}, { $set: { n: 0 } });
    const updating = collection.updateMany({ n: { $lt: 1 } }, { $inc: { n: 1 } });
    let at = 0;
    await timesWhile(updating, () =>
      beside
        .db('d')
        .collection<{ _id: number }>('fewer')
        .updateOne({ _id: at++ }, { $set: { moved: 1 } }),
    );
    const result = await updating;
    expect(result).toMatchObject({ matchedCount: fewer, modifiedCount: fewer });
    expect(await collection.countDocuments({ n: 1 })).toBe(fewer);
    expect(await collection.countDocuments({ moved: 1 })).toBe(at);
  });

  test('leaves alone what no longer matches when its turn comes', async () => {
    const collection = db.collection<{ _id: number; n: number; taken?: boolean }>('fewer');
    await collection.updateMany({}, { $set: { n: 0 } });
    const updating = collection.updateMany({ n: 0 }, { $set: { taken: true } });
    await beside
      .db('d')
      .collection<{ _id: number; n: number }>('fewer')
      .updateOne({ _id: fewer - 1 }, { $set: { n: 5 } });
    await updating;
    const last = await collection.findOne({ _id: fewer - 1 });
    const others = await collection.countDocuments({ n: 0, taken: true });
    expect(others).toBe(fewer - 1);
    expect(last!.n).toBe(5);
  });
});

test('a session reads its own writes at once, by whichever thread', async () => {
  const collection = db.collection<{ _id: string; n: number }>('own');
  await client.withSession({ causalConsistency: true }, async (session) => {
    for (let n = 0; n < 100; n++) {
      await collection.updateOne({ _id: 'a' }, { $set: { n } }, { session, upsert: true });
      expect(await collection.findOne({ _id: 'a' }, { session })).toMatchObject({ n });
      expect(await collection.countDocuments({ n }, { session })).toBe(1);
    }
  });
});

test('a new collection and a new index are seen by every reader at once', async () => {
  for (let n = 0; n < 20; n++) {
    await db.collection(`new${n}`).insertOne({ a: [n, n + 1] });
    await db.collection(`new${n}`).createIndex({ a: 1 });
    expect(
      await beside
        .db('d')
        .collection(`new${n}`)
        .find({ a: n + 1 })
        .toArray(),
    ).toHaveLength(1);
  }
});

test('all that has expired is deleted in one go, and others write meanwhile', async () => {
  const collection = db.collection('expiring');
  await collection.createIndex({ at: 1 }, { expireAfterSeconds: 0 });
  const [past, future] = [new Date(Date.now() - 1000), new Date(Date.now() + 3_600_000)];
  await collection.insertMany(Array.from({ length: 20_000 }, (_, n) => ({ at: n % 10 === 0 ? future : past })));
  let writes = 0;
  while ((await collection.estimatedDocumentCount()) > 2000) {
    await beside.db('d').collection('meanwhile').insertOne({});
    writes++;
  }
  expect(await collection.countDocuments()).toBe(2000);
  expect(await beside.db('d').collection('meanwhile').countDocuments()).toBe(writes);
});
