/**
 * A model of what a store owes its clients, beside a store that is killed again and again: every acknowledged
 * write is there, none is there twice, and transactions are there as a whole. `npm run test:crash` makes it
 * a long run, or CRASH_WRITES says how many writes. These tests are about the embedded store alone.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KillableStore } from '../support/killable-store.js';
import { MongoClient, type Db } from '../support/store.js';

const longRun = process.env['npm_lifecycle_event'] === 'test:crash';
const wanted = Number(process.env['CRASH_WRITES'] ?? (longRun ? 1_000_000 : 1500));
const writesBetweenKills = wanted > 10_000 ? 5000 : 400;
const workers = 8;

interface Mark {
  _id: string;
}

interface Counter extends Mark {
  n: number;
}

let store: KillableStore;
let client: MongoClient;
let db: Db;

beforeEach(async () => {
  store = new KillableStore();
  await store.start();
  client = await MongoClient.connect(store.uri, { retryWrites: true, serverSelectionTimeoutMS: 100_000, maxPoolSize: workers + 2 });
  db = client.db('d');
});

afterEach(async () => {
  await client.close(true);
  await store.stop();
});

/** What one worker knows of its own writes; nobody else touches them. */
class Model {
  counted = 0;
  readonly acknowledged: string[] = [];
  readonly pairs: string[] = [];
  readonly uncertain = new Set<string>();
  acknowledgedWrites = 0;

  constructor(readonly name: string) {}

  async write(at: number): Promise<void> {
    const key = `${this.name}-${at}`;
    try {
      if (at % 3 === 0) await this.pair(key);
      else if (at % 3 === 1) await this.insert(key);
      else await this.count(1);
      this.acknowledgedWrites++;
    } catch {
      this.uncertain.add(key);
      await this.lookAtCounter();
    }
  }

  private async insert(key: string): Promise<void> {
    await db.collection<Mark>('single').insertOne({ _id: key });
    this.acknowledged.push(key);
  }

  private async count(by: number): Promise<void> {
    await db.collection<Counter>('counters').updateOne({ _id: this.name }, { $inc: { n: by } }, { upsert: true });
    this.counted += by;
  }

  private async pair(key: string): Promise<void> {
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await db.collection<Mark>('left').insertOne({ _id: key }, { session });
        await db.collection<Mark>('right').insertOne({ _id: key }, { session });
        await db.collection<Counter>('counters').updateOne({ _id: this.name }, { $inc: { n: 1 } }, { session, upsert: true });
      }),
    );
    this.pairs.push(key);
    this.counted++;
  }

  /** After an answer that never came, the write was made once or not at all. */
  private async lookAtCounter(): Promise<void> {
    const found = (await db.collection<Counter>('counters').findOne({ _id: this.name }))?.n ?? 0;
    expect([this.counted, this.counted + 1]).toContain(found);
    this.counted = found;
  }
}

async function idsOf(name: string): Promise<Set<string>> {
  return new Set((await db.collection<Mark>(name).find().toArray()).map(({ _id }) => _id));
}

test('of many acknowledged writes, a third of them transactions, none is lost and none is made twice', async () => {
  const models = Array.from({ length: workers }, (_, at) => new Model(`w${at}`));
  const acknowledged = () => models.reduce((sum, model) => sum + model.acknowledgedWrites, 0);
  let kills = 0;
  let killing: Promise<void> | null = null;
  const work = async (model: Model): Promise<void> => {
    for (let at = 0; acknowledged() < wanted; at++) {
      await model.write(at);
      if (killing || acknowledged() < writesBetweenKills * (kills + 1)) continue;
      kills++;
      killing = store.killAndRestart().finally(() => (killing = null));
    }
  };
  await Promise.all(models.map(work));
  await (killing as Promise<void> | null);
  const [single, left, right] = [await idsOf('single'), await idsOf('left'), await idsOf('right')];
  const counters = new Map((await db.collection<Counter>('counters').find().toArray()).map(({ _id, n }) => [_id, n]));
  expect(kills).toBeGreaterThan(2);
  expect(models.flatMap((model) => model.acknowledged).filter((key) => !single.has(key))).toEqual([]);
  expect(models.flatMap((model) => model.pairs).filter((key) => !left.has(key))).toEqual([]);
  expect([...left].sort()).toEqual([...right].sort());
  expect(models.map(({ name }) => counters.get(name))).toEqual(models.map(({ counted }) => counted));
  const known = new Set(models.flatMap((model) => [...model.acknowledged, ...model.pairs, ...model.uncertain]));
  expect([...single, ...left].filter((key) => !known.has(key))).toEqual([]);
  expect(await db.collection('single').estimatedDocumentCount()).toBe(single.size);
}, 36_000_000);
