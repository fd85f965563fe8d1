/** A write whose answer is lost is not made twice, even where the store died in between. These tests are about the embedded store alone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KillableStore } from '../support/killable-store.js';
import { Long, MongoClient, type Db } from '../support/store.js';

let store: KillableStore;
let client: MongoClient;
let db: Db;

beforeEach(async () => {
  store = new KillableStore();
  await store.start();
  client = await MongoClient.connect(store.uri, { retryWrites: true, serverSelectionTimeoutMS: 100_000 });
  db = client.db('d');
  await db.collection<{ _id: string }>('c').insertOne({ _id: 'counter' });
});

afterEach(async () => {
  await client.close(true);
  await store.stop();
});

const counter = () => db.collection<{ _id: string; n: number }>('c').findOne({ _id: 'counter' });

test('a transaction committed just before the store died is found committed', async () => {
  const session = client.startSession();
  session.startTransaction();
  await db.collection<{ _id: string }>('c').updateOne({ _id: 'counter' }, { $inc: { n: 1 } }, { session });
  const died = store.killAtReplyTo('commitTransaction');
  await session.commitTransaction();
  await died;
  expect(await counter()).toEqual({ _id: 'counter', n: 1 });
  await session.endSession();
});

test('a transaction run by withTransaction is applied once where the store dies at its commit', async () => {
  const died = store.killAtReplyTo('commitTransaction');
  let runs = 0;
  await client.withSession((session) =>
    session.withTransaction(async () => {
      runs++;
      await db.collection<{ _id: string }>('c').updateOne({ _id: 'counter' }, { $inc: { n: 1 } }, { session });
    }),
  );
  await died;
  expect({ runs, found: await counter() }).toEqual({ runs: 1, found: { _id: 'counter', n: 1 } });
});

test('a transaction that was not committed when the store died is run again', async () => {
  let runs = 0;
  await client.withSession((session) =>
    session.withTransaction(async () => {
      const died = runs++ === 0 ? store.killAtReplyTo('update') : null;
      await db.collection<{ _id: string }>('c').updateOne({ _id: 'counter' }, { $inc: { n: 1 } }, { session });
      await died;
    }),
  );
  expect({ runs, found: await counter() }).toEqual({ runs: 2, found: { _id: 'counter', n: 1 } });
});

test('a single write is made once and answered the second time as the first', async () => {
  const died = store.killAtReplyTo('findAndModify');
  const found = await db
    .collection<{ _id: string; n: number }>('c')
    .findOneAndUpdate({ _id: 'counter' }, { $inc: { n: 1 } }, { returnDocument: 'after' });
  await died;
  expect([found, await counter()]).toEqual([
    { _id: 'counter', n: 1 },
    { _id: 'counter', n: 1 },
  ]);
});

test('an insert of many documents goes on where it was when the store died', async () => {
  const collection = db.collection<{ _id: number; text: string }>('many');
  await collection.createIndexes([{ key: { text: 1 } }, { key: { text: -1 } }]);
  const documents = Array.from({ length: 8000 }, (_, n) => ({ _id: n, text: `text ${n * 7919}`.repeat(10) }));
  await client.withSession(async (session) => {
    const insert = () => db.command({ insert: 'many', documents, txnNumber: Long.fromNumber(7) }, { session });
    const lost = insert().catch((error: unknown) => error);
    while ((await collection.estimatedDocumentCount()) === 0) await new Promise(setImmediate);
    await store.killAndRestart();
    await lost;
    expect(await insert()).toMatchObject({ n: 8000 });
    expect(await insert()).toMatchObject({ n: 8000 });
  });
  expect(await collection.countDocuments()).toBe(8000);
});

test('a number that a committed transaction had is refused to a later write of the session', async () => {
  const session = client.startSession();
  session.startTransaction();
  await db.collection<{ _id: string }>('c').updateOne({ _id: 'counter' }, { $inc: { n: 1 } }, { session });
  await session.commitTransaction();
  const number = (session as unknown as { serverSession: { txnNumber: number } }).serverSession.txnNumber;
  const again = db.command({ insert: 'c', documents: [{ _id: 'late' }], txnNumber: Long.fromNumber(number) }, { session });
  await expect(again).rejects.toMatchObject({ code: 256 });
  await session.endSession();
});
