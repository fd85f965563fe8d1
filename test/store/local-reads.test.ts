/** Short reads in the process that hosts the store are what its driver would have answered. These tests are about the embedded store alone. */
import fc from 'fast-check';
import { Schema, type Model } from 'mongoose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findStored } from '../../src/store/documents.js';
import { decode } from '../../src/store/embedded/raw-document.js';
import { FieldNames, pack, StoredDocument } from '../../src/store/embedded/stored-document.js';
import { storedFields } from '../../src/store/embedded/stored-values.js';
import { useHostedStore } from '../support/hosted-store.js';
import { Decimal128, Long, ObjectId } from '../support/store.js';

const hosted = useHostedStore({ storePoolSize: 5 });
const { told, driverCommands } = hosted;
let items: Model<Record<string, unknown>>;

beforeAll(async () => {
  items = hosted.store.database.model(
    'Item',
    new Schema<Record<string, unknown>>({ _id: Schema.Types.Mixed }, { strict: false, versionKey: false }),
    'items',
  );
  await items.collection.createIndex({ group: 1, rank: -1, _id: 1 });
  await items.collection.createIndex({ tags: 1 });
});

beforeEach(async () => {
  await items.collection.deleteMany({});
  hosted.forgetCommands();
});

const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }),
  fc.constantFrom('', 'a', 'b', 'ä', 'twenty and one letters', '二十', null, true, false, new Date(0), new Date(86_400_000), new Date(-1)),
  fc.constantFrom(Long.fromNumber(-5_000_000_000), Long.fromString('9007199254740993'), Long.fromString('-9007199254740993')),
  // The outermost that the driver takes for exact, and halves of pairs, which it writes as other characters.
  fc.constantFrom<unknown>(Long.fromString('9007199254740992'), Long.fromString('-9007199254740992'), '\ud800', '\ufffd', 'a\udc00b'),
  fc.constantFrom(Decimal128.fromString('1.50'), new ObjectId('000000000000000000000001'), /a/i, NaN, -0, Infinity),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
);
const document = fc.record({
  _id: fc.nat({ max: 30 }),
  group: fc.integer({ min: 0, max: 2 }),
  rank: value,
  tags: fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 }),
  deep: fc.record({ value, list: fc.array(value, { maxLength: 2 }) }),
  rare: fc.constantFrom<unknown>(
    {},
    [],
    [[], {}],
    { $ref: 'items', $id: 1 },
    { list: [{ $ref: 'items', $id: 1, more: [] }] },
    JSON.parse('{ "__proto__": { "a": 1 }, "constructor": 2 }'),
    { 2: 'b', 1: 'a' },
    { 'ä ö': 1, 'a.b': 2 },
  ),
});
const filter = fc.oneof(
  fc.constant({}),
  fc.nat({ max: 30 }).map((_id) => ({ _id })),
  fc.array(fc.nat({ max: 30 }), { maxLength: 5 }).map((ids) => ({ _id: { $in: ids } })),
  fc.integer({ min: 0, max: 2 }).map((group) => ({ group })),
  value.filter((rank) => !(rank instanceof RegExp)).map((rank) => ({ group: 1, rank: { $gte: rank } })),
  fc.constantFrom(
    { tags: 'x' },
    { 'deep.list': { $size: 1 } },
    { $or: [{ group: 0 }, { tags: { $in: ['y', 'z'] } }] },
    { rank: undefined },
    { group: 1, $nor: [{ 'deep.value': null }], $comment: 'why' },
    { $expr: { $eq: ['$group', 1] } },
    { 'rare.1': 'a' },
    { rare: { 1: 'a', 2: 'b' } },
    { 'deep.value': /A/i },
  ),
  value.map((one) => ({ 'deep.value': one })),
);
const options = fc.record(
  {
    projection: fc.constantFrom<Record<string, 0 | 1>>(
      { rank: 1 },
      { deep: 0 },
      { rare: 1, rank: 1 },
      { _id: 0 },
      { 'deep.value': 1, _id: 0 },
    ),
    sort: fc.constantFrom<Record<string, 1 | -1>>({ rank: -1, _id: 1 }, { _id: -1 }),
    limit: fc.nat({ max: 4 }),
    skip: fc.nat({ max: 3 }),
  },
  { requiredKeys: [] },
);

describe('a short read in the process of the store', () => {
  test('finds and counts what the driver does, and its values are of the same types', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(document, { selector: ({ _id }) => _id, minLength: 1, maxLength: 25 }),
        fc.array(fc.tuple(filter, options), { minLength: 1, maxLength: 5 }),
        async (documents, questions) => {
          const beside = hosted.other.db(hosted.store.database.connection.db!.databaseName).collection('items');
          await beside.deleteMany({});
          await beside.insertMany(documents as never);
          for (const [filter, options] of questions) {
            const expected = await beside.find(filter as never, options).toArray();
            expect(await items.collection.find(filter as never, options).toArray()).toStrictEqual(expected);
            expect(await findStored(items, filter, options)).toStrictEqual(expected);
            const { limit: _limit, ...ofOne } = options;
            expect(await items.collection.findOne(filter as never, ofOne)).toStrictEqual(await beside.findOne(filter as never, ofOne));
            expect(await items.collection.countDocuments(filter as never)).toBe(await beside.countDocuments(filter as never));
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(told.length).toBeGreaterThan(100);
    expect(driverCommands).not.toContain('find');
  });

  test('knows of every write that was acknowledged, of this process and of others', async () => {
    const beside = hosted.other.db(hosted.store.database.connection.db!.databaseName).collection<{ _id: number; n: number }>('items');
    for (let n = 0; n < 200; n++) {
      await (n % 2 ? items.collection : (beside as never as typeof items.collection)).updateOne(
        { _id: 1 } as never,
        { $set: { n } },
        { upsert: true },
      );
      expect(await items.findOne({ _id: 1 }).lean()).toEqual({ _id: 1, n });
    }
    expect(driverCommands).not.toContain('find');
  });

  test('knows of collections and indexes that were made, renamed and dropped', async () => {
    const database = hosted.other.db(hosted.store.database.connection.db!.databaseName);
    const seen = hosted.store.database.model('Seen', new Schema<Record<string, unknown>>({}, { strict: false }), 'seen');
    const names = async () => (await seen.collection.find({}).toArray()).map(({ name }) => name as string);
    expect(await names()).toEqual([]);
    await database.collection('seen').insertOne({ name: 'first' });
    expect(await names()).toEqual(['first']);
    await database.collection('seen').createIndex({ name: 1 });
    expect(await seen.collection.find({ name: 'first' }).toArray()).toHaveLength(1);
    await database.renameCollection('seen', 'moved');
    expect(await names()).toEqual([]);
    await database.renameCollection('moved', 'seen');
    await database.collection('seen').drop();
    expect(await names()).toEqual([]);
  });

  test('knows the names of a document’s fields from the moment in which it sees the document', async () => {
    const beside = hosted.other.db(hosted.store.database.connection.db!.databaseName).collection<{ _id: number }>('items');
    const wrong: unknown[] = [];
    for (let number = 0; number < 240; number++) {
      const name = `new_${'abcdefghijklmnop'[number % 16]}${'abcdefghijklmno'[Math.floor(number / 16)]}`;
      let isWritten = false;
      const writing = beside.insertOne({ _id: number, [name]: 'v' }).then(() => (isWritten = true));
      while (!isWritten) {
        const [found] = await items.collection.find({ _id: number } as never, { projection: { [name]: 1 } }).toArray();
        const without = await items.collection.countDocuments({ _id: number, [name]: null } as never);
        if ((found && found[name] !== 'v') || without > 0) wrong.push({ name, found, without });
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
    }
    expect(wrong).toEqual([]);
  });

  test('refuses what the driver refuses to write', async () => {
    let deep: object = {};
    for (let depth = 0; depth < 300; depth++) deep = { deep };
    for (const filter of [{ 'a\0b': 1 }, { rank: { 'a\0b': 1 } }, { rank: deep }, { rank: { _bsontype: 'Nonsense' } }]) {
      const beside = hosted.other.db(hosted.store.database.connection.db!.databaseName).collection('items');
      const refusal = await beside
        .find(filter)
        .toArray()
        .catch((error: Error) => error.constructor.name);
      expect(typeof refusal).toBe('string');
      expect(await findStored(items, filter).catch((error: Error) => error.constructor.name)).toBe(refusal);
    }
  });

  test('is left to the store’s threads where it takes long', async () => {
    await items.collection.insertMany(Array.from({ length: 1500 }, (_, n) => ({ _id: n, group: 5 })) as never);
    driverCommands.splice(0);
    expect(await items.collection.find({}).toArray()).toHaveLength(1500);
    expect(await items.collection.countDocuments({ deep: null })).toBe(1500);
    expect(driverCommands).toEqual(expect.arrayContaining(['find', 'aggregate']));
  });

  test('is left to the store where it is refused, which says why', async () => {
    await expect(items.collection.find({ $nonsense: 1 } as never).toArray()).rejects.toMatchObject({ code: 2 });
    await expect(items.collection.countDocuments({ group: { $in: 5 } })).rejects.toMatchObject({ code: 2 });
  });

  test('is left to the driver in a session, and with options that mean more', async () => {
    await items.collection.insertOne({ _id: 1, name: 'a' } as never);
    driverCommands.splice(0);
    const session = await hosted.store.database.connection.startSession();
    await session.withTransaction(async () => {
      await items.collection.updateOne({ _id: 1 } as never, { $set: { name: 'b' } }, { session });
      expect(await items.collection.findOne({ _id: 1 } as never, { session })).toEqual({ _id: 1, name: 'b' });
      // Outside of it, nobody sees what is not committed.
      expect(await items.collection.findOne({ _id: 1 } as never)).toEqual({ _id: 1, name: 'a' });
    });
    await session.endSession();
    const folded = { collation: { locale: 'en', strength: 2 } };
    expect(await items.collection.find({ name: 'B' } as never, folded).toArray()).toHaveLength(1);
    expect(driverCommands.filter((name) => name === 'find')).toHaveLength(2);
  });

  test('is what a changed cursor says', async () => {
    await items.collection.insertMany([1, 2, 3].map((n) => ({ _id: n })) as never);
    const ids = (documents: unknown[]) => documents.map((one) => (one as { _id: number })._id);
    expect(ids(await items.collection.find({}).sort({ _id: -1 }).limit(2).toArray())).toEqual([3, 2]);
    expect(ids(await items.collection.find({}).skip(1).toArray())).toEqual([2, 3]);
    const cursor = items.collection.find({}, { sort: { _id: 1 } });
    expect(await cursor.next()).toEqual({ _id: 1 });
  });

  test('leaves no cursor that the driver’s client would remember for good', async () => {
    await items.collection.insertOne({ _id: 1 } as never);
    driverCommands.splice(0);
    const cursor = items.collection.find({ _id: 1 } as never);
    expect(await cursor.toArray()).toHaveLength(1);
    expect(driverCommands).toEqual([]);
    expect(cursor.closed).toBe(true);
  });
});

test('a document that has a field twice is read in part as it is read whole', () => {
  // { a: 1, a: 2, b: 3 }, which JavaScript's driver cannot write.
  const field = (name: string, value: number) => Buffer.from([0x10, name.charCodeAt(0), 0, value, 0, 0, 0]);
  const fields = Buffer.concat([field('a', 1), field('a', 2), field('b', 3), Buffer.from([0])]);
  const bytes = Buffer.concat([Buffer.from([fields.length + 4, 0, 0, 0]), fields]);
  const names = new FieldNames([], () => {});
  const stored = StoredDocument.read(pack(bytes, names), names, Buffer.from('key'));
  expect(stored.bytes.equals(bytes)).toBe(true);
  expect(decode(stored.bytes)).toEqual({ a: 2, b: 3 });
  for (const wanted of [['a'], ['b'], ['a', 'b'], ['b', 'c']])
    expect(storedFields(stored, new Set(wanted))).toEqual(pick({ a: 2, b: 3 }, wanted));
});

function pick(document: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([name]) => names.includes(name)));
}
