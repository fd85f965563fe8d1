/** Never a silently wrong answer: what clients try, and either the right outcome or MongoDB's code. */
import { describe, expect, test } from 'vitest';
import { Decimal128, Long, MongoClient, useStore } from '../support/store.js';
import mongoose from 'mongoose';

const { Double } = mongoose.mongo.BSON;
const store = useStore();
let collections = 0;

// Documents of tests have any shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Any = any;

async function having(...documents: object[]) {
  const collection = store.db.collection<Any>(`t${++collections}`);
  await collection.insertMany(documents.map((document, _id) => ({ _id, ...document })));
  return collection;
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: { code: unknown }) => error.code,
  );

describe('updates', () => {
  test.each<[string, object, object, unknown]>([
    ['$set through a scalar', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
    ['$push on a scalar', { a: 1 }, { $push: { a: 1 } }, 2],
    ['$addToSet on a scalar', { a: 1 }, { $addToSet: { a: 1 } }, 2],
    ['$pull on a scalar', { a: 1 }, { $pull: { a: 1 } }, 2],
    ['$pop on a scalar', { a: 1 }, { $pop: { a: 1 } }, 14],
    ['$inc of a text', { a: 'x' }, { $inc: { a: 1 } }, 14],
    ['two operators on one path', { a: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
    ['a path and its beginning', {}, { $set: { a: 1, 'a.b': 1 } }, 40],
    ['an array filter that nothing uses', { a: [1] }, { $set: { b: 1 } }, 'done'],
  ])('%s: the code or the outcome', async (_name, document, update, outcome) => {
    const collection = await having(document);
    expect(await codeOf(collection.updateOne({ _id: 0 }, update))).toBe(outcome);
  });

  test('leave the types of other fields as they were', async () => {
    const collection = await having({ d: new Double(1), l: Long.fromNumber(2), n: Decimal128.fromString('1.50'), x: 0 });
    await collection.updateOne({ _id: 0 }, { $set: { x: 1 } });
    const types = { d: 'double', l: 'long', n: 'decimal', x: 'int' };
    for (const [field, type] of Object.entries(types)) expect(await collection.countDocuments({ [field]: { $type: type } }), field).toBe(1);
  });

  test('$inc keeps longs exact, widens ints and adds decimals', async () => {
    const collection = await having({ l: Long.fromString('9007199254740993'), i: 2147483647, n: Decimal128.fromString('0.1') });
    await collection.updateOne({ _id: 0 }, { $inc: { l: 1, i: 1, n: Decimal128.fromString('0.2') } });
    const found = (await collection.findOne({ _id: 0 }, { promoteLongs: false }))!;
    expect([String(found.l), String(found.i), String(found.n)]).toEqual(['9007199254740994', '2147483648', '0.3']);
  });

  test('$pull takes operators, filters and $or', async () => {
    const collection = await having({ a: [{ x: 1 }, { x: 2 }, { x: 3 }], n: [1, 5, 9] });
    await collection.updateOne({ _id: 0 }, { $pull: { a: { $or: [{ x: 1 }, { x: 3 }] }, n: { $gte: 5 } } } as Any);
    expect(await collection.findOne()).toEqual({ _id: 0, a: [{ x: 2 }], n: [1] });
  });

  test('several positional paths and array filters change one update’s elements', async () => {
    const collection = await having({
      a: [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ],
    });
    await collection.updateOne({ 'a.x': 2 }, { $set: { 'a.$.y': 9, 'a.$.z': 8 } });
    await collection.updateOne({ _id: 0 }, { $inc: { 'a.$[one].x': 10 } }, { arrayFilters: [{ 'one.y': 1 }] });
    expect((await collection.findOne())!.a).toEqual([
      { x: 11, y: 1 },
      { x: 2, y: 9, z: 8 },
    ]);
  });

  test('sort says which document changes', async () => {
    const collection = await having({ n: 1 }, { n: 3 }, { n: 2 });
    await collection.updateOne({}, { $set: { hit: true } }, { sort: { n: -1 } } as Any);
    expect((await collection.findOne({ hit: true }))!._id).toBe(1);
  });
});

describe('filters', () => {
  test.each<[string, object, unknown]>([
    ['$and: []', { $and: [] }, 2],
    ['$not: 5', { a: { $not: 5 } }, 2],
    ['$type nonsense', { a: { $type: 'nonsense' } }, 2],
    ['$in of no array', { a: { $in: 5 } }, 2],
    ['an unknown operator', { a: { $foo: 1 } }, 2],
    ['$where', { $where: 'true' }, 238],
  ])('%s is refused', async (_name, filter, code) => {
    const collection = await having({ a: 1 });
    await collection.createIndex({ a: 1 });
    expect(await codeOf(collection.find(filter).toArray())).toBe(code);
  });

  test('$all finds a scalar', async () => {
    expect(await (await having({ a: 1 })).countDocuments({ a: { $all: [1] } })).toBe(1);
  });
});

describe('projections', () => {
  test('$slice keeps the other fields, $elemMatch and the positional operator give what matched', async () => {
    const collection = await having({ a: [{ x: 1 }, { x: 2 }], b: 1 });
    expect(await collection.findOne({}, { projection: { a: { $slice: 1 } } })).toEqual({ _id: 0, a: [{ x: 1 }], b: 1 });
    expect(await collection.findOne({}, { projection: { a: { $elemMatch: { x: 2 } } } })).toEqual({ _id: 0, a: [{ x: 2 }] });
    expect(await collection.findOne({ 'a.x': 2 }, { projection: { 'a.$': 1 } })).toEqual({ _id: 0, a: [{ x: 2 }] });
  });
});

test('a collation of strength 2 makes texts equal in unique indexes, filters, sorts and distinct', async () => {
  const collation = { locale: 'en', strength: 2 };
  const collection = await having({ s: 'ping' }, { s: 'Pong' });
  await collection.createIndex({ s: 1 }, { unique: true, collation });
  expect(await codeOf(collection.insertOne({ _id: 9, s: 'PING' }))).toBe(11000);
  expect(await collection.countDocuments({ s: 'PONG' }, { collation })).toBe(1);
  expect(await codeOf(collection.find({}, { collation: { locale: 'en', strength: 4 } }).toArray())).toBe(238);
});

test('integers beyond 2^53 are apart as unique keys', async () => {
  const collection = await having({ n: Long.fromString('9007199254740992') }, { n: Long.fromString('9007199254740993') });
  await collection.createIndex({ n: 1 }, { unique: true });
  expect(await collection.countDocuments({ n: Long.fromString('9007199254740993') })).toBe(1);
});

test('validators refuse, w: 10 is told, unknown arguments and snapshots outside transactions are refused', async () => {
  const collection = await store.db.createCollection<Any>(`t${++collections}`, { validator: { $jsonSchema: { required: ['a'] } } });
  expect(await codeOf(collection.insertOne({ b: 1 }))).toBe(121);
  expect(await codeOf(collection.insertOne({ a: 1 }, { writeConcern: { w: 10 } }))).toBe(100);
  expect(await codeOf(store.db.command({ find: collection.collectionName, nonsense: 1 }))).toBe(40415);
  const client = await MongoClient.connect(store.uri);
  const session = client.startSession({ snapshot: true });
  expect(await codeOf(client.db(store.db.databaseName).collection(collection.collectionName).find({}, { session }).toArray())).toBe(238);
  await session.endSession();
  await client.close();
});
