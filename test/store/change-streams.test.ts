/** Change streams, through the driver. */
import fc from 'fast-check';
import type { Document } from 'bson';
import type mongoose from 'mongoose';
import { afterEach, describe, expect, test } from 'vitest';
import { KillableStore } from '../support/killable-store.js';
import { Long, MongoClient, useStore, type Db } from '../support/store.js';

type ChangeStream = mongoose.mongo.ChangeStream;
type Change = mongoose.mongo.ChangeStreamDocument & Record<string, unknown>;
type Options = mongoose.mongo.ChangeStreamOptions;

interface Numbered extends Document {
  _id: number;
}

const store = useStore();
const streams: ChangeStream[] = [];
let name = 0;

afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.close();
});

function collection() {
  return store.db.collection<Numbered>(`watched${++name}`);
}

/** What a stream told when it was opened. */
const early = new WeakMap<ChangeStream, Change>();

async function opened(stream: ChangeStream): Promise<ChangeStream> {
  streams.push(stream);
  const first = (await stream.tryNext()) as Change | null;
  if (first) early.set(stream, first);
  return stream;
}

async function watch(target: { watch(pipeline: object[], options: Options): unknown }, options: Options = {}, pipeline: object[] = []) {
  return opened(target.watch(pipeline, { maxAwaitTimeMS: 50, ...options }) as ChangeStream);
}

async function take(stream: ChangeStream, count: number): Promise<Change[]> {
  const first = early.get(stream);
  const changes: Change[] = first ? [first] : [];
  early.delete(stream);
  while (changes.length < count) changes.push((await stream.next()) as Change);
  return changes;
}

async function nothing(stream: ChangeStream): Promise<void> {
  expect(await stream.tryNext()).toBeNull();
}

const kinds = (changes: Change[]) => changes.map(({ operationType }) => operationType);

describe('a stream over a collection', () => {
  test('tells inserts, updates, replacements and deletions in their order', async () => {
    const watched = collection();
    const stream = await watch(watched);
    await watched.insertOne({ _id: 1, a: 1, b: { c: 1, d: 1 }, list: [1, 2] });
    await watched.updateOne({ _id: 1 }, { $set: { 'b.c': 2, e: 'new' }, $unset: { a: '' }, $push: { list: 3 } as never });
    await watched.replaceOne({ _id: 1 }, { whole: true });
    await watched.deleteOne({ _id: 1 });
    const [insert, update, replace, deletion] = (await take(stream, 4)) as [Change, Change, Change, Change];
    const ns = { db: store.db.databaseName, coll: watched.collectionName };
    expect(insert).toMatchObject({ operationType: 'insert', ns, documentKey: { _id: 1 }, fullDocument: { _id: 1, a: 1 } });
    expect(update).toMatchObject({
      operationType: 'update',
      documentKey: { _id: 1 },
      updateDescription: { updatedFields: { 'b.c': 2, e: 'new', 'list.2': 3 }, removedFields: ['a'], truncatedArrays: [] },
    });
    expect(update['fullDocument']).toBeUndefined();
    expect(replace).toMatchObject({ operationType: 'replace', fullDocument: { _id: 1, whole: true } });
    expect(deletion).toMatchObject({ operationType: 'delete', documentKey: { _id: 1 } });
    expect(deletion['fullDocument']).toBeUndefined();
    const times = [insert, update, replace, deletion].map((one) => (one['clusterTime'] as mongoose.mongo.Timestamp).toBigInt());
    expect(times).toEqual([...times].sort((one, other) => (one < other ? -1 : 1)));
  });

  test('tells an upsert as an insert, and nothing of a write that changes nothing or fails', async () => {
    const watched = collection();
    const stream = await watch(watched);
    await watched.updateOne({ _id: 1 }, { $set: { a: 1 } }, { upsert: true });
    await watched.updateOne({ _id: 1 }, { $set: { a: 1 } });
    await watched.insertOne({ _id: 1 }).catch(() => null);
    await watched.deleteOne({ _id: 2 });
    await watched.deleteOne({ _id: 1 });
    expect(kinds(await take(stream, 2))).toEqual(['insert', 'delete']);
    await nothing(stream);
  });

  test('looks the document up as it is now, where that is asked for', async () => {
    const watched = collection();
    await watched.insertMany([{ _id: 1 }, { _id: 2 }]);
    const stream = await watch(watched, { fullDocument: 'updateLookup' });
    await watched.updateOne({ _id: 1 }, { $set: { a: 1 } });
    await watched.updateOne({ _id: 1 }, { $set: { b: 1 } });
    await watched.updateOne({ _id: 2 }, { $set: { a: 1 } });
    await watched.deleteOne({ _id: 2 });
    const changes = await take(stream, 4);
    expect(changes.map((one) => one['fullDocument'])).toEqual([{ _id: 1, a: 1, b: 1 }, { _id: 1, a: 1, b: 1 }, null, undefined]);
  });

  test('hears nothing of other collections', async () => {
    const [watched, other] = [collection(), collection()];
    const stream = await watch(watched);
    await other.insertOne({ _id: 1 });
    await watched.insertOne({ _id: 2 });
    expect((await take(stream, 1))[0]!['documentKey']).toEqual({ _id: 2 });
  });

  test('passes its events through the stages behind it', async () => {
    const watched = collection();
    const stream = await watch(watched, {}, [
      { $match: { operationType: 'insert', 'fullDocument.n': { $gte: 2 } } },
      { $set: { twice: { $multiply: ['$fullDocument.n', 2] } } },
      { $project: { twice: 1 } },
    ]);
    await watched.insertMany([1, 2, 3].map((n) => ({ _id: n, n })));
    await watched.deleteMany({});
    const changes = await take(stream, 2);
    expect(changes.map(({ _id, ...rest }) => rest)).toEqual([{ twice: 4 }, { twice: 6 }]);
    await nothing(stream);
  });

  test('is refused stages that would not tell single events, and a pipeline that takes the token away', async () => {
    const watched = collection();
    await expect(watch(watched, {}, [{ $group: { _id: null } }])).rejects.toMatchObject({ code: 20 });
    await expect(watched.aggregate([{ $match: {} }, { $changeStream: {} }]).toArray()).rejects.toMatchObject({ code: 40602 });
    const stream = await watch(watched, {}, [{ $project: { _id: 0 } }]);
    await watched.insertOne({ _id: 1 });
    await expect(stream.next()).rejects.toThrow();
  });

  test('ends with an invalidation when the collection is dropped or renamed', async () => {
    const [dropped, renamed] = [collection(), collection()];
    await dropped.insertOne({ _id: 1 });
    await renamed.insertOne({ _id: 1 });
    const [first, second] = [await watch(dropped), await watch(renamed)];
    await dropped.drop();
    await renamed.rename(`${renamed.collectionName}_elsewhere`);
    const ends = await take(first, 2);
    expect(kinds(ends)).toEqual(['drop', 'invalidate']);
    expect(kinds(await take(second, 2))).toEqual(['rename', 'invalidate']);
    await expect(first.next()).rejects.toThrow();
    await dropped.insertOne({ _id: 2 });
    const after = await watch(dropped, { startAfter: ends[1]!._id });
    expect((await take(after, 1))[0]).toMatchObject({ operationType: 'insert', documentKey: { _id: 2 } });
    await expect(watch(dropped, { resumeAfter: ends[1]!._id })).rejects.toMatchObject({ code: 260 });
  });
});

describe('a stream over more', () => {
  test('a database tells of all its collections, and ends when it is dropped', async () => {
    const db = store.client.db(`${store.db.databaseName}_whole`);
    const stream = await watch(db);
    await db.collection<Numbered>('a').insertOne({ _id: 1 });
    await db.collection<Numbered>('b').insertOne({ _id: 1 });
    await db.dropDatabase();
    const changes = await take(stream, 6);
    expect(changes.map(({ operationType, ns }) => [operationType, (ns as { coll?: string } | undefined)?.coll])).toEqual([
      ['insert', 'a'],
      ['insert', 'b'],
      ['drop', 'a'],
      ['drop', 'b'],
      ['dropDatabase', undefined],
      ['invalidate', undefined],
    ]);
  });

  test('a client tells of all databases', async () => {
    const stream = await watch(store.client);
    const databases = ['one', 'two'].map((one) => `${store.db.databaseName}_${one}`);
    for (const one of databases) await store.client.db(one).collection<Numbered>('c').insertOne({ _id: 1 });
    const changes = await take(stream, 2);
    expect(changes.map(({ ns }) => (ns as { db: string }).db)).toEqual(databases);
    for (const one of databases) await store.client.db(one).dropDatabase();
  });
});

describe('transactions', () => {
  test('are told when they are committed, all their writes together and in order', async () => {
    const watched = collection();
    await watched.insertOne({ _id: 0, n: 0 });
    const stream = await watch(watched);
    const session = store.client.startSession();
    session.startTransaction();
    await watched.insertOne({ _id: 1, n: 1 }, { session });
    await watched.updateOne({ _id: 1 }, { $set: { n: 2 } }, { session });
    await watched.updateOne({ _id: 0 }, { $inc: { n: 1 } }, { session });
    await watched.insertOne({ _id: 9 });
    expect((await take(stream, 1))[0]!['documentKey']).toEqual({ _id: 9 });
    await nothing(stream);
    await session.commitTransaction();
    const changes = await take(stream, 3);
    expect(changes.map((one) => [one.operationType, (one['documentKey'] as Numbered)._id])).toEqual([
      ['insert', 1],
      ['update', 1],
      ['update', 0],
    ]);
    expect(new Set(changes.map((one) => (one['clusterTime'] as mongoose.mongo.Timestamp).toBigInt())).size).toBe(1);
    expect(changes[0]).toMatchObject({ txnNumber: expect.anything() as unknown, lsid: expect.anything() as unknown });
    const resumed = await watch(watched, { resumeAfter: changes[0]!._id });
    expect((await take(resumed, 2)).map((one) => one._id)).toEqual(changes.slice(1).map((one) => one._id));
    await session.endSession();
  });

  test('that are aborted are not told', async () => {
    const watched = collection();
    const stream = await watch(watched);
    const session = store.client.startSession();
    session.startTransaction();
    await watched.insertOne({ _id: 1 }, { session });
    await session.abortTransaction();
    await session.endSession();
    await watched.insertOne({ _id: 2 });
    expect((await take(stream, 1))[0]!['documentKey']).toEqual({ _id: 2 });
  });
});

describe('where a stream starts', () => {
  test('after the event of a token, whoever has it', async () => {
    const watched = collection();
    const stream = await watch(watched);
    await watched.insertMany(Array.from({ length: 20 }, (_, n) => ({ _id: n })));
    const changes = await take(stream, 20);
    for (const at of [0, 7, 19]) {
      for (const start of ['resumeAfter', 'startAfter']) {
        const again = await watch(watched, { [start]: changes[at]!._id });
        expect((await take(again, 19 - at)).map(({ _id }) => _id)).toEqual(changes.slice(at + 1).map(({ _id }) => _id));
      }
    }
  });

  test('after what a quiet stream has seen of others', async () => {
    const [watched, other] = [collection(), collection()];
    const stream = await watch(watched);
    const before = stream.resumeToken as { _data: string };
    await other.insertOne({ _id: 1 });
    await nothing(stream);
    const later = stream.resumeToken as { _data: string };
    expect(later._data > before._data).toBe(true);
    await watched.insertOne({ _id: 1 });
    const again = await watch(watched, { resumeAfter: later });
    expect((await take(again, 1))[0]!['documentKey']).toEqual({ _id: 1 });
  });

  test('at a time of operation that a reply names', async () => {
    const watched = collection();
    await watch(watched);
    await watched.insertOne({ _id: 1 });
    const { operationTime } = await store.db.command({ ping: 1 });
    await watched.insertOne({ _id: 2 });
    const stream = await watch(watched, { startAtOperationTime: operationTime });
    expect((await take(stream, 1))[0]!['documentKey']).toEqual({ _id: 2 });
  });

  test('nowhere that is no token, names two starts, or is unknown', async () => {
    const watched = collection();
    await expect(watch(watched, { resumeAfter: { _data: 'nonsense' } })).rejects.toMatchObject({ code: 260 });
    const stream = await watch(watched);
    const token = stream.resumeToken as { _data: string };
    await expect(watch(watched, { resumeAfter: token, startAfter: token })).rejects.toMatchObject({ code: 40674 });
    const foreign = { _data: token._data.replace(/.{16}$/, '0123456789abcdef') };
    await expect(watch(watched, { resumeAfter: foreign })).rejects.toMatchObject({ code: 286 });
  });
});

test('a getMore waits for what comes, and no longer than it says', async () => {
  const watched = collection();
  const { cursor } = await store.db.command({ aggregate: watched.collectionName, pipeline: [{ $changeStream: {} }], cursor: {} });
  const more = (maxTimeMS: number) =>
    store.db.command({ getMore: Long.fromString(String(cursor.id)), collection: watched.collectionName, maxTimeMS });
  const idle = await more(30);
  expect(idle['cursor'].nextBatch).toEqual([]);
  expect(idle['cursor'].postBatchResumeToken._data > cursor.postBatchResumeToken._data).toBe(true);
  const waiting = more(60_000);
  await watched.insertOne({ _id: 1 });
  expect((await waiting)['cursor'].nextBatch).toHaveLength(1);
  const killed = more(60_000);
  await store.db.command({ killCursors: watched.collectionName, cursors: [Long.fromString(String(cursor.id))] });
  await expect(killed).rejects.toMatchObject({ code: 43 });
});

describe('what a stream tells, applied to a copy', () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 5 }),
    fc.constantFrom(null, 'a', 'b', true, 2.5),
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
    fc.record({ x: fc.integer({ min: 0, max: 3 }), y: fc.array(fc.record({ z: fc.integer({ min: 0, max: 2 }) }), { maxLength: 3 }) }),
  );
  const field = fc.constantFrom('a', 'b', 'c');
  const path = fc.constantFrom('a', 'b', 'c', 'a.x', 'b.x', 'c.y', 'a.y.0', 'b.1', 'c.y.0.z');
  const body = fc.dictionary(field, value, { maxKeys: 3 });
  const step = fc.oneof(
    fc.record({ insert: body }),
    fc.record({ replace: body }),
    fc.record({ update: fc.record({ $set: fc.dictionary(path, value, { minKeys: 1, maxKeys: 1 }) }) }),
    fc.record({ update: fc.record({ $unset: fc.dictionary(path, fc.constant(''), { minKeys: 1, maxKeys: 1 }) }) }),
    fc.record({ update: fc.record({ $push: fc.dictionary(field, fc.integer(), { minKeys: 1, maxKeys: 1 }) }) }),
    fc.record({ update: fc.record({ $pop: fc.dictionary(field, fc.constant(1), { minKeys: 1, maxKeys: 1 }) }) }),
    fc.record({ update: fc.record({ $pull: fc.dictionary(field, fc.integer({ min: 0, max: 3 }), { minKeys: 1, maxKeys: 1 }) }) }),
    fc.record({ update: fc.record({ $rename: fc.constantFrom({ a: 'd' }, { d: 'a' }, { b: 'a' }) }) }),
    fc.record({
      update: fc.constantFrom([{ $set: { a: { $ifNull: ['$b', 0] }, b: '$a' } }], [{ $replaceWith: { _id: '$_id', c: '$c', a: '$a' } }]),
    }),
    fc.record({ remove: fc.constant(true) }),
  );
  const steps = fc.array(fc.record({ id: fc.integer({ min: 0, max: 3 }), step, together: fc.boolean() }), { minLength: 1, maxLength: 25 });

  async function make(target: ReturnType<typeof collection>, id: number, one: object, session?: mongoose.mongo.ClientSession) {
    const { insert, replace, update, remove } = one as { insert?: Document; replace?: Document; update?: Document; remove?: boolean };
    if (insert) await target.updateOne({ _id: id }, { $setOnInsert: insert }, { upsert: true, session });
    if (replace) await target.replaceOne({ _id: id }, replace, { session });
    if (update) await target.updateOne({ _id: id }, update, { session }).catch((error: unknown) => error);
    if (remove) await target.deleteOne({ _id: id }, { session });
  }

  async function apply(copy: ReturnType<typeof collection>, change: Change): Promise<void> {
    const { operationType, documentKey, fullDocument, updateDescription } = change as unknown as {
      operationType: string;
      documentKey: Numbered;
      fullDocument: Numbered;
      updateDescription: { updatedFields: object; removedFields: string[]; truncatedArrays: { field: string; newSize: number }[] };
    };
    if (operationType === 'insert') await copy.insertOne(fullDocument);
    else if (operationType === 'replace') await copy.replaceOne(documentKey, fullDocument);
    else if (operationType === 'delete') await copy.deleteOne(documentKey);
    else {
      const { updatedFields, removedFields, truncatedArrays } = updateDescription;
      for (const { field: at, newSize } of truncatedArrays)
        await copy.updateOne(documentKey, { $push: { [at]: { $each: [], $slice: newSize } } } as never);
      if (removedFields.length > 0) await copy.updateOne(documentKey, { $unset: Object.fromEntries(removedFields.map((at) => [at, ''])) });
      for (const [at, now] of Object.entries(updatedFields)) await copy.updateOne(documentKey, { $set: { [at]: now } });
    }
  }

  test('makes the collection, whatever is written', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const [source, copy] = [collection(), collection()];
        const stream = await watch(source);
        const session = store.client.startSession();
        for (const { id, step: one, together } of all) {
          if (!together) await make(source, id, one);
          else {
            session.startTransaction();
            await make(source, id, { insert: { made: true } }, session);
            await make(source, id + 1, one, session);
            await session.commitTransaction().catch(() => null);
          }
        }
        await session.endSession();
        await source.insertOne({ _id: 99 });
        for (;;) {
          const [change] = await take(stream, 1);
          await apply(copy, change!);
          if ((change!['documentKey'] as Numbered)._id === 99) break;
        }
        const order = { sort: { _id: 1 } } as const;
        expect(await copy.find({}, order).toArray()).toEqual(await source.find({}, order).toArray());
        await stream.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe('a store that is killed', () => {
  let killable: KillableStore | null = null;
  let client: MongoClient;
  let db: Db;

  afterEach(async () => {
    await client.close(true);
    await killable?.stop();
  });

  test('goes on telling each change once and in order', async () => {
    killable = new KillableStore();
    await killable.start();
    client = await MongoClient.connect(killable.uri, { serverSelectionTimeoutMS: 100_000 });
    db = client.db('d');
    const wanted = 600;
    const told: number[] = [];
    const stream = db.collection<Numbered>('c').watch([], { maxAwaitTimeMS: 100 });
    await stream.tryNext();
    const reading = (async () => {
      while (told.length < wanted) {
        const change = (await stream.next()) as unknown as Change;
        told.push((change['documentKey'] as Numbered)._id);
      }
    })();
    for (let n = 0; n < wanted; n++) {
      await db.collection<Numbered>('c').insertOne({ _id: n });
      if (n % 200 === 100) await killable.killAndRestart();
    }
    await reading;
    await stream.close();
    expect(told).toEqual(Array.from({ length: wanted }, (_, n) => n));
  });
});

describe('with images of the documents', () => {
  test('a stream tells the documents before and after from when the collection keeps them', async () => {
    const watched = collection();
    await watched.insertOne({ _id: 1, a: 1 });
    const stream = await watch(watched, { fullDocument: 'whenAvailable', fullDocumentBeforeChange: 'whenAvailable' });
    await watched.updateOne({ _id: 1 }, { $set: { a: 2 } });
    await store.db.command({ collMod: watched.collectionName, changeStreamPreAndPostImages: { enabled: true } });
    await watched.updateOne({ _id: 1 }, { $set: { a: 3 } });
    await watched.updateOne({ _id: 1 }, { $set: { a: 4 } });
    await watched.deleteOne({ _id: 1 });
    const told = (await take(stream, 4)).map(({ fullDocument, fullDocumentBeforeChange }) => [
      (fullDocumentBeforeChange as Document | null)?.['a'] ?? null,
      (fullDocument as Document | null)?.['a'] ?? null,
    ]);
    expect(told).toEqual([
      [null, null],
      [2, 3],
      [3, 4],
      [4, null],
    ]);
  });

  test('a stream that requires them ends where they are not kept', async () => {
    const watched = collection();
    await watched.insertOne({ _id: 1 });
    const stream = await watch(watched, { fullDocumentBeforeChange: 'required' });
    await watched.deleteOne({ _id: 1 });
    await expect(stream.next()).rejects.toMatchObject({ code: 280, errorResponse: { errorLabels: ['NonResumableChangeStreamError'] } });
  });
});
