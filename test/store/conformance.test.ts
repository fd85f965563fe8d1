/**
 * What Plaza, mongoose and the driver need of MongoDB. The same expectations hold for MongoDB itself:
 * MONGODB_URI names another server to run them against.
 */
import { describe, expect, test } from 'vitest';
import { Binary, Decimal128, Long, MaxKey, MinKey, MongoClient, ObjectId, useStore } from '../support/store.js';
import { until } from '../support/until.js';

const store = useStore();
let collections = 0;

// Documents of tests have any shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Any = any;

function fresh() {
  return store.db.collection<Any>(`c${++collections}`);
}

async function filled(documents: object[]) {
  const collection = fresh();
  await collection.insertMany(documents.map((document, at) => ({ _id: at, ...document })));
  return collection;
}

const idsOf = (documents: { _id: unknown }[]) => documents.map(({ _id }) => _id);

async function errorOf(work: Promise<unknown>): Promise<Any> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('the handshake', () => {
  test('says that this is the primary of a replica set, with sessions', async () => {
    const hello = await store.client.db('admin').command({ hello: 1 });
    expect(hello).toMatchObject({
      ok: 1,
      isWritablePrimary: true,
      setName: expect.any(String),
      logicalSessionTimeoutMinutes: expect.any(Number),
    });
    expect(hello['maxWireVersion']).toBeGreaterThanOrEqual(21);
  });

  test('answers ping and buildInfo', async () => {
    expect(await store.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
    expect((await store.db.command({ buildInfo: 1 }))['versionArray']).toHaveLength(4);
  });

  test('refuses an unknown command by its code', async () => {
    expect(await errorOf(store.db.command({ fetchCoffee: 1 }))).toMatchObject({ code: 59, codeName: 'CommandNotFound' });
  });
});

describe('find', () => {
  const documents = [{ a: 1, t: ['x', 'y'] }, { a: 2, t: ['y'], n: { d: 5 } }, { a: 3 }, { a: null, t: [] }, { b: 1 }];

  test.each<[string, object, number[]]>([
    ['equality', { a: 2 }, [1]],
    ['null matches missing', { a: null }, [3, 4]],
    ['$exists', { a: { $exists: true } }, [0, 1, 2, 3]],
    ['$gt and $lte', { a: { $gt: 1, $lte: 3 } }, [1, 2]],
    ['$in', { a: { $in: [1, 3, 9] } }, [0, 2]],
    ['$in with null', { a: { $in: [1, null] } }, [0, 3, 4]],
    ['$nin', { a: { $nin: [1, 2, 3] } }, [3, 4]],
    ['$ne', { a: { $ne: 1 } }, [1, 2, 3, 4]],
    ['$not', { a: { $not: { $gt: 1 } } }, [0, 3, 4]],
    ['an element of an array', { t: 'y' }, [0, 1]],
    ['a whole array', { t: ['x', 'y'] }, [0]],
    ['an empty array', { t: [] }, [3]],
    ['$all', { t: { $all: ['x', 'y'] } }, [0]],
    ['$size', { t: { $size: 1 } }, [1]],
    ['$elemMatch', { t: { $elemMatch: { $eq: 'x' } } }, [0]],
    ['an index in an array', { 't.0': 'y' }, [1]],
    ['a nested path', { 'n.d': 5 }, [1]],
    ['$or', { $or: [{ a: 1 }, { b: 1 }] }, [0, 4]],
    ['$and', { $and: [{ a: { $gte: 2 } }, { t: 'y' }] }, [1]],
    ['$nor', { $nor: [{ a: 1 }, { a: 2 }] }, [2, 3, 4]],
    ['$type', { a: { $type: 'null' } }, [3]],
    ['$mod', { a: { $mod: [2, 1] } }, [0, 2]],
    ['$expr', { $expr: { $gt: ['$a', 2] } }, [2]],
  ])('by %s', async (_name, filter, expected) => {
    const collection = await filled(documents);
    expect(idsOf(await collection.find(filter).sort({ _id: 1 }).toArray())).toEqual(expected);
    await collection.createIndexes([{ key: { a: 1 } }, { key: { t: 1, a: -1 } }, { key: { 'n.d': 1 } }]);
    expect(idsOf(await collection.find(filter).sort({ _id: 1 }).toArray())).toEqual(expected);
  });

  test('by a pattern, anchored or not', async () => {
    const collection = await filled([{ s: 'apple' }, { s: 'Apple pie' }, { s: 'pineapple' }]);
    await collection.createIndex({ s: 1 });
    expect(idsOf(await collection.find({ s: /^app/ }).toArray())).toEqual([0]);
    expect(idsOf(await collection.find({ s: /apple/i }).sort({ _id: 1 }).toArray())).toEqual([0, 1, 2]);
    expect(
      idsOf(
        await collection
          .find({ s: { $regex: '^APP', $options: 'i' } })
          .sort({ _id: 1 })
          .toArray(),
      ),
    ).toEqual([0, 1]);
  });

  test('sorts, skips and limits, also by several fields and backwards', async () => {
    const collection = await filled([
      { a: 2, b: 1 },
      { a: 1, b: 1 },
      { a: 1, b: 2 },
      { a: 2, b: 2 },
    ]);
    const read = () => collection.find().sort({ a: 1, b: -1 }).skip(1).limit(2).toArray();
    expect(idsOf(await read())).toEqual([1, 3]);
    await collection.createIndex({ a: 1, b: -1 });
    expect(idsOf(await read())).toEqual([1, 3]);
    expect(idsOf(await collection.find().sort({ a: -1, b: 1 }).toArray())).toEqual([0, 3, 1, 2]);
  });

  test('projects fields in and out, nested ones too', async () => {
    const collection = await filled([{ a: 1, b: { c: 2, d: 3 }, e: [1, 2, 3] }]);
    expect(await collection.findOne({}, { projection: { a: 1 } })).toEqual({ _id: 0, a: 1 });
    expect(await collection.findOne({}, { projection: { _id: 0, 'b.c': 1 } })).toEqual({ b: { c: 2 } });
    expect(await collection.findOne({}, { projection: { 'b.d': 0, e: 0 } })).toEqual({ _id: 0, a: 1, b: { c: 2 } });
    expect(await collection.findOne({}, { projection: { e: { $slice: 2 }, a: 1 } })).toMatchObject({ e: [1, 2] });
  });

  test('leaves no cursor open where the first batch reaches the limit', async () => {
    const { collectionName } = await filled(Array.from({ length: 10 }, (_, n) => ({ n })));
    const cursorOf = async (limit: number, batchSize: number) =>
      Number(((await store.db.command({ find: collectionName, limit, batchSize })) as Any).cursor.id);
    expect(await cursorOf(3, 3)).toBe(0);
    expect(await cursorOf(3, 5)).toBe(0);
    expect(await cursorOf(5, 3)).not.toBe(0);
  });

  test('pages through cursors of any batch size, and kills them', async () => {
    const collection = await filled(Array.from({ length: 250 }, (_, n) => ({ n })));
    expect(await collection.find().batchSize(7).toArray()).toHaveLength(250);
    const cursor = collection.find().batchSize(2);
    await cursor.next();
    await cursor.close();
    const { cursor: opened } = (await store.db.command({ find: collection.collectionName, batchSize: 2 })) as Any;
    await store.db.command({ killCursors: collection.collectionName, cursors: [opened.id] });
    expect(await errorOf(store.db.command({ getMore: Long.fromValue(opened.id), collection: collection.collectionName }))).toMatchObject({
      code: 43,
      codeName: 'CursorNotFound',
    });
  });

  test('refuses an unknown operator', async () => {
    const collection = await filled([{ a: 1 }]);
    expect(await errorOf(collection.find({ a: { $near_enough: 1 } }).toArray())).toMatchObject({ code: 2, codeName: 'BadValue' });
  });

  test('of a collection that is not there is empty', async () => {
    expect(await fresh().find().toArray()).toEqual([]);
    expect(await fresh().countDocuments()).toBe(0);
  });
});

describe('BSON’s types', () => {
  test('come back as they were stored', async () => {
    const collection = fresh();
    const document = {
      _id: new ObjectId(),
      text: 'ünï 🫖',
      empty: '',
      yes: true,
      no: false,
      nothing: null,
      whole: 7,
      negative: -3,
      half: 0.5,
      large: 2 ** 40,
      date: new Date(1234567890123),
      old: new Date(-1),
      long: Long.fromString('9007199254740993'),
      decimal: Decimal128.fromString('0.1'),
      bytes: new Binary(Buffer.from([0, 1, 255])),
      nested: { array: [1, [2, { three: 3 }]] },
    };
    await collection.insertOne(document);
    const stored = await collection.findOne({ _id: document._id }, { promoteLongs: false, promoteValues: true });
    expect(stored!.long.toString()).toBe('9007199254740993');
    expect(stored!.decimal.toString()).toBe('0.1');
    expect(Buffer.from(stored!.bytes.buffer)).toEqual(Buffer.from([0, 1, 255]));
    for (const field of ['text', 'empty', 'yes', 'no', 'nothing', 'date', 'old', '_id'] as const)
      expect(stored![field]).toEqual(document[field]);
    expect(Number(stored!.large)).toBe(2 ** 40);
  });

  test('keep numbers of all kinds equal by value', async () => {
    const collection = await filled([
      { v: 1 },
      { v: Long.fromNumber(1) },
      { v: 1.5 },
      { v: Long.fromNumber(2) },
      { v: Decimal128.fromString('1.5') },
    ]);
    for (const index of [false, true]) {
      if (index) await collection.createIndex({ v: 1 });
      expect(idsOf(await collection.find({ v: 1 }).sort({ _id: 1 }).toArray())).toEqual([0, 1]);
      expect(
        idsOf(
          await collection
            .find({ v: { $gt: 1, $lt: 2 } })
            .sort({ _id: 1 })
            .toArray(),
        ),
      ).toEqual([2, 4]);
      expect(
        idsOf(
          await collection
            .find({ v: { $gte: 1.5 } })
            .sort({ v: 1, _id: 1 })
            .toArray(),
        ),
      ).toEqual([2, 4, 3]);
    }
  });

  test('have MongoDB’s order across kinds', async () => {
    const values = [
      new MinKey(),
      null,
      -1,
      2,
      'a',
      'b',
      { a: 1 },
      [3],
      new Binary(Buffer.from('z')),
      new ObjectId(),
      false,
      true,
      new Date(0),
      new Date(5),
      /x/,
      new MaxKey(),
    ];
    // An array sorts by its smallest element: here among the numbers.
    const expected = [0, 1, 2, 3, 7, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    const collection = await filled(values.map((v) => ({ v })).reverse());
    const order = (documents: { _id: number }[]) => documents.map(({ _id }) => values.length - 1 - _id);
    expect(order(await collection.find().sort({ v: 1 }).toArray())).toEqual(expected);
    await collection.createIndex({ v: 1 });
    expect(order(await collection.find().sort({ v: 1 }).hint({ v: 1 }).toArray())).toEqual(expected);
    expect(order(await collection.find().sort({ v: -1 }).hint({ v: 1 }).toArray())).toEqual([...expected].reverse());
  });

  test('are told apart in ranges: a range of one kind finds no other', async () => {
    const collection = await filled([{ v: 5 }, { v: '5' }, { v: new Date(5) }, { v: null }, {}, { v: true }]);
    for (const index of [false, true]) {
      if (index) await collection.createIndex({ v: 1 });
      expect(idsOf(await collection.find({ v: { $gt: 1 } }).toArray())).toEqual([0]);
      expect(idsOf(await collection.find({ v: { $gte: '' } }).toArray())).toEqual([1]);
      expect(idsOf(await collection.find({ v: { $lt: new Date(10) } }).toArray())).toEqual([2]);
    }
  });

  test('sort strings by their bytes', async () => {
    const words = ['Z', 'a', 'é', 'ñ', '', '𐍈', '￿', 'a\u0001', 'aa'];
    const collection = await filled(words.map((w) => ({ w })));
    const expected = [...words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect((await collection.find().sort({ w: 1 }).toArray()).map(({ w }) => w)).toEqual(expected);
    await collection.createIndex({ w: 1 });
    expect((await collection.find().sort({ w: 1 }).toArray()).map(({ w }) => w)).toEqual(expected);
  });
});

describe('insert', () => {
  test('makes an ObjectId where there is none', async () => {
    const { insertedId } = await fresh().insertOne({ a: 1 });
    expect(insertedId).toBeInstanceOf(ObjectId);
  });

  test('refuses a taken _id with what was taken', async () => {
    const collection = await filled([{ a: 1 }]);
    expect(await errorOf(collection.insertOne({ _id: 0 }))).toMatchObject({ code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 0 } });
  });

  test('goes on after an error where it is unordered, and stops where it is ordered', async () => {
    const [ordered, unordered] = [await filled([{}]), await filled([{}])];
    const batch = [{ _id: 1 }, { _id: 0 }, { _id: 2 }];
    expect(await errorOf(ordered.insertMany(batch))).toMatchObject({ code: 11000, result: { insertedCount: 1 } });
    expect(await errorOf(unordered.insertMany(batch, { ordered: false }))).toMatchObject({ code: 11000, result: { insertedCount: 2 } });
    expect(await ordered.countDocuments()).toBe(2);
    expect(await unordered.countDocuments()).toBe(3);
  });

  test('refuses an array as _id', async () => {
    expect(await errorOf(fresh().insertOne({ _id: [1] }))).toMatchObject({ code: expect.any(Number) });
  });
});

describe('update', () => {
  test.each<[string, object, object, object]>([
    ['$set, nested', { a: { b: 1 } }, { $set: { 'a.c': 2, d: 3 } }, { a: { b: 1, c: 2 }, d: 3 }],
    [
      '$set with an ObjectId',
      {},
      { $set: { a: new ObjectId('6b05a9a300828c0ecf35ff81') } },
      { a: new ObjectId('6b05a9a300828c0ecf35ff81') },
    ],
    ['$unset', { a: 1, b: 2 }, { $unset: { a: '' } }, { b: 2 }],
    ['$inc and $mul', { a: 1, b: 3 }, { $inc: { a: 2, n: 1 }, $mul: { b: 2 } }, { a: 3, b: 6, n: 1 }],
    ['$min and $max', { a: 5, b: 5 }, { $min: { a: 3 }, $max: { b: 3 } }, { a: 3, b: 5 }],
    ['$push', { a: [1] }, { $push: { a: 2 } }, { a: [1, 2] }],
    ['$push with $each, $sort and $slice', { a: [3, 1] }, { $push: { a: { $each: [2, 0], $sort: 1, $slice: -3 } } }, { a: [1, 2, 3] }],
    ['$addToSet', { a: [1] }, { $addToSet: { a: { $each: [1, 2] } } }, { a: [1, 2] }],
    ['$pull', { a: [1, 2, 3, 2] }, { $pull: { a: 2 } }, { a: [1, 3] }],
    ['$pull with a condition', { a: [1, 5, 9] }, { $pull: { a: { $gt: 4 } } }, { a: [1] }],
    ['$pop', { a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
    ['$rename', { a: 1 }, { $rename: { a: 'b' } }, { b: 1 }],
    ['$setOnInsert, which does nothing here', { a: 1 }, { $setOnInsert: { b: 1 }, $set: { c: 1 } }, { a: 1, c: 1 }],
    ['a pipeline', { a: 2, b: 3 }, [{ $set: { sum: { $add: ['$a', '$b'] } } }, { $unset: 'a' }], { b: 3, sum: 5 }],
  ])('by %s', async (_name, before, change, after) => {
    const collection = await filled([before]);
    const result = await collection.updateOne({ _id: 0 }, change);
    expect(result).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
    expect(await collection.findOne()).toEqual({ _id: 0, ...after });
  });

  test('through the positional operators', async () => {
    const collection = await filled([
      {
        a: [
          { k: 1, v: 1 },
          { k: 2, v: 1 },
          { k: 3, v: 1 },
        ],
      },
    ]);
    await collection.updateOne({ 'a.k': 2 }, { $set: { 'a.$.v': 20 } });
    await collection.updateOne({}, { $inc: { 'a.$[].v': 1 } });
    await collection.updateOne({}, { $set: { 'a.$[big].v': 0 } }, { arrayFilters: [{ 'big.k': { $gte: 3 } }] });
    expect((await collection.findOne())!.a).toEqual([
      { k: 1, v: 2 },
      { k: 2, v: 21 },
      { k: 3, v: 0 },
    ]);
  });

  test('of one or of many, saying what was matched and what changed', async () => {
    const collection = await filled([{ a: 1 }, { a: 1 }, { a: 2 }]);
    expect(await collection.updateOne({ a: 1 }, { $set: { a: 1 } })).toMatchObject({ matchedCount: 1, modifiedCount: 0 });
    expect(await collection.updateMany({}, { $set: { a: 2 } })).toMatchObject({ matchedCount: 3, modifiedCount: 2 });
  });

  test('inserts by upsert from the filter’s equalities, also with _id in $setOnInsert', async () => {
    const collection = fresh();
    const result = await collection.updateOne(
      { _id: 5, 'a.b': 1, c: { $gt: 2 } },
      { $set: { d: 1 }, $setOnInsert: { e: 2 } },
      { upsert: true },
    );
    expect(result).toMatchObject({ matchedCount: 0, upsertedId: 5, upsertedCount: 1 });
    expect(await collection.findOne()).toEqual({ _id: 5, a: { b: 1 }, d: 1, e: 2 });
    const _id = new ObjectId();
    await collection.bulkWrite([{ updateOne: { filter: { _id }, update: { $setOnInsert: { _id, z: 1 } }, upsert: true } }]);
    expect(await collection.findOne({ _id })).toEqual({ _id, z: 1 });
  });

  test('replaces, and keeps the _id', async () => {
    const collection = await filled([{ a: 1 }]);
    await collection.replaceOne({ _id: 0 }, { b: 2 });
    expect(await collection.findOne()).toEqual({ _id: 0, b: 2 });
  });

  test.each<[string, object, number]>([
    ['the _id', { $set: { _id: 9 } }, 66],
    ['one path twice', { $set: { a: 1 }, $inc: { a: 1 } }, 40],
    ['a path and one below it', { $set: { a: 1, 'a.b': 1 } }, 40],
    ['by an unknown operator', { $grow: { a: 1 } }, 9],
    ['text by $inc', { $inc: { s: 1 } }, 14],
  ])('refuses to change %s', async (_name, change, code) => {
    const collection = await filled([{ s: 'text' }]);
    expect(await errorOf(collection.updateOne({ _id: 0 }, change))).toMatchObject({ code });
    expect(await collection.findOne()).toEqual({ _id: 0, s: 'text' });
  });

  test('keeps the order of fields, and adds new ones at the end', async () => {
    const collection = await filled([{ b: 1, a: 2 }]);
    await collection.updateOne({}, { $set: { a: 3, c: 4 } });
    expect(Object.keys(await collection.findOne())).toEqual(['_id', 'b', 'a', 'c']);
  });
});

describe('findAndModify', () => {
  test('answers the document before or after', async () => {
    const collection = await filled([{ a: 1 }]);
    expect(await collection.findOneAndUpdate({ _id: 0 }, { $inc: { a: 1 } })).toEqual({ _id: 0, a: 1 });
    expect(await collection.findOneAndUpdate({ _id: 0 }, { $inc: { a: 1 } }, { returnDocument: 'after', projection: { _id: 0 } })).toEqual({
      a: 3,
    });
    expect(await collection.findOneAndUpdate({ _id: 1 }, { $inc: { a: 1 } })).toBeNull();
    expect(await collection.findOneAndUpdate({ _id: 1 }, { $inc: { a: 1 } }, { upsert: true, returnDocument: 'after' })).toEqual({
      _id: 1,
      a: 1,
    });
  });

  test('takes the first by a sort, and deletes', async () => {
    const collection = await filled([{ a: 3 }, { a: 1 }, { a: 2 }]);
    expect(await collection.findOneAndDelete({}, { sort: { a: 1 } })).toEqual({ _id: 1, a: 1 });
    expect(await collection.findOneAndReplace({}, { z: 1 }, { sort: { a: -1 } })).toEqual({ _id: 0, a: 3 });
    expect(await collection.countDocuments()).toBe(2);
  });

  test('hands each of many who ask at once another document', async () => {
    const collection = await filled(Array.from({ length: 50 }, (_, n) => ({ n, taken: false })));
    const taken = await Promise.all(
      Array.from({ length: 60 }, () => collection.findOneAndUpdate({ taken: false }, { $set: { taken: true } })),
    );
    const ids = taken.filter(Boolean).map((document) => document!._id);
    expect(new Set(ids).size).toBe(50);
  });
});

describe('delete', () => {
  test('of one and of many', async () => {
    const collection = await filled([{ a: 1 }, { a: 1 }, { a: 2 }]);
    expect(await collection.deleteOne({ a: 1 })).toMatchObject({ deletedCount: 1 });
    expect(await collection.deleteMany({})).toMatchObject({ deletedCount: 2 });
    expect(await collection.estimatedDocumentCount()).toBe(0);
  });
});

describe('aggregate', () => {
  const sales = [
    { shop: 'a', amount: 5, tags: ['x', 'y'] },
    { shop: 'a', amount: 7, tags: [] },
    { shop: 'b', amount: 1, tags: ['x'] },
  ];

  test.each<[string, object[], object[]]>([
    [
      '$match and $group',
      [
        { $match: { amount: { $gt: 1 } } },
        { $group: { _id: '$shop', total: { $sum: '$amount' }, count: { $sum: 1 }, mean: { $avg: '$amount' } } },
      ],
      [{ _id: 'a', total: 12, count: 2, mean: 6 }],
    ],
    [
      '$unwind and $sortByCount',
      [{ $unwind: '$tags' }, { $sortByCount: '$tags' }],
      [
        { _id: 'x', count: 2 },
        { _id: 'y', count: 1 },
      ],
    ],
    ['$project', [{ $match: { _id: 0 } }, { $project: { double: { $multiply: ['$amount', 2] } } }], [{ _id: 0, double: 10 }]],
    [
      '$addFields and $sort',
      [{ $addFields: { rank: { $subtract: [10, '$amount'] } } }, { $sort: { rank: 1 } }, { $limit: 1 }, { $project: { rank: 1 } }],
      [{ _id: 1, rank: 3 }],
    ],
    [
      '$facet',
      [{ $facet: { all: [{ $count: 'n' }], best: [{ $sort: { amount: -1 } }, { $limit: 1 }, { $project: { amount: 1 } }] } }],
      [{ all: [{ n: 3 }], best: [{ _id: 1, amount: 7 }] }],
    ],
    ['$replaceRoot', [{ $match: { _id: 2 } }, { $replaceRoot: { newRoot: { was: '$shop' } } }], [{ was: 'b' }]],
    ['$skip', [{ $sort: { _id: 1 } }, { $skip: 2 }, { $project: { _id: 1 } }], [{ _id: 2 }]],
  ])('by %s', async (_name, pipeline, expected) => {
    const collection = await filled(sales);
    expect(await collection.aggregate(pipeline).toArray()).toEqual(expected);
  });

  test('joins by $lookup, with a pipeline of its own', async () => {
    const [shops, all] = [fresh(), await filled(sales)];
    await shops.insertMany([{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }]);
    await all.createIndex({ shop: 1, amount: -1 });
    const joined = await shops
      .aggregate([
        { $sort: { _id: 1 } },
        {
          $lookup: {
            from: all.collectionName,
            localField: '_id',
            foreignField: 'shop',
            as: 'best',
            pipeline: [{ $sort: { amount: -1 } }, { $limit: 1 }, { $project: { _id: 0, amount: 1 } }],
          },
        },
      ])
      .toArray();
    expect(joined).toEqual([
      { _id: 'a', best: [{ amount: 7 }] },
      { _id: 'b', best: [{ amount: 1 }] },
      { _id: 'c', best: [] },
    ]);
  });

  test('starts from $documents', async () => {
    expect(await store.db.aggregate([{ $documents: [{ a: 1 }, { a: 2 }] }, { $match: { a: { $gt: 1 } } }]).toArray()).toEqual([{ a: 2 }]);
  });

  test('refuses an unknown stage', async () => {
    expect(await errorOf((await filled(sales)).aggregate([{ $shuffle: {} }]).toArray())).toMatchObject({ code: 40324 });
  });
});

describe('count and distinct', () => {
  test('count by filter, with skip and limit', async () => {
    const collection = await filled(Array.from({ length: 10 }, (_, n) => ({ n })));
    await collection.createIndex({ n: 1 });
    expect(await collection.countDocuments({ n: { $gte: 3 } })).toBe(7);
    expect(await collection.countDocuments({ n: { $gte: 3 } }, { skip: 2, limit: 3 })).toBe(3);
    expect(await collection.estimatedDocumentCount()).toBe(10);
  });

  test('distinct looks into arrays', async () => {
    const collection = await filled([{ t: ['x', 'y'] }, { t: 'x' }, { t: 'z' }, {}]);
    expect((await collection.distinct('t')).sort()).toEqual(['x', 'y', 'z']);
    expect(await collection.distinct('t', { t: 'y' })).toEqual(['x', 'y']);
  });

  test('distinct answers values as they are first seen, and in order where they have an index', async () => {
    const collection = await filled([{ t: 'z' }, { t: 'x' }, { t: 'z' }, { t: 'y' }]);
    expect(await collection.distinct('t')).toEqual(['z', 'x', 'y']);
    await collection.createIndex({ t: 1 });
    expect(await collection.distinct('t')).toEqual(['x', 'y', 'z']);
  });
});

describe('an index', () => {
  test('is listed, made once, and dropped', async () => {
    const collection = await filled([{ a: 1 }]);
    expect(await collection.createIndex({ a: 1, b: -1 })).toBe('a_1_b_-1');
    expect(await collection.createIndex({ a: 1, b: -1 })).toBe('a_1_b_-1');
    expect((await collection.indexes()).map(({ name, key }) => [name, key])).toEqual([
      ['_id_', { _id: 1 }],
      ['a_1_b_-1', { a: 1, b: -1 }],
    ]);
    await collection.dropIndex('a_1_b_-1');
    expect(await collection.indexes()).toHaveLength(1);
    expect(await errorOf(collection.dropIndex('a_1_b_-1'))).toMatchObject({ code: 27, codeName: 'IndexNotFound' });
  });

  test('that is unique refuses a second, in inserts, updates and upserts', async () => {
    const collection = await filled([
      { a: 1, b: 'x' },
      { a: 2, b: 'x' },
    ]);
    await collection.createIndex({ a: 1, b: 1 }, { unique: true });
    const taken = { code: 11000, keyPattern: { a: 1, b: 1 }, keyValue: { a: 1, b: 'x' } };
    expect(await errorOf(collection.insertOne({ a: 1, b: 'x' }))).toMatchObject(taken);
    expect(await errorOf(collection.updateOne({ a: 2 }, { $set: { a: 1 } }))).toMatchObject(taken);
    await collection.updateOne({ _id: 0 }, { $set: { a: 3 } });
    await collection.insertOne({ a: 1, b: 'x' });
    expect(await collection.countDocuments()).toBe(3);
  });

  test('that is unique counts missing as null', async () => {
    const collection = await filled([{}]);
    await collection.createIndex({ a: 1 }, { unique: true });
    expect(await errorOf(collection.insertOne({ a: null }))).toMatchObject({ code: 11000 });
  });

  test('that is unique and partial binds only what it covers', async () => {
    const collection = await filled([{}, {}]);
    await collection.createIndex({ email: 1 }, { unique: true, partialFilterExpression: { email: { $exists: true } } });
    await collection.insertOne({ email: 'a' });
    expect(await errorOf(collection.insertOne({ email: 'a' }))).toMatchObject({ code: 11000 });
    await collection.insertOne({});
    expect(await collection.find({ email: 'a' }).toArray()).toHaveLength(1);
  });

  test('that is unique cannot be made over duplicates', async () => {
    const collection = await filled([{ a: 1 }, { a: 1 }]);
    expect(await errorOf(collection.createIndex({ a: 1 }, { unique: true }))).toMatchObject({ code: 11000 });
    expect(await collection.indexes()).toHaveLength(1);
  });

  test('over an array has an entry for each element, once for each document', async () => {
    const collection = await filled([{ t: ['a', 'b', 'a'] }, { t: ['b', 'c'] }]);
    await collection.createIndex({ t: 1 });
    expect(
      idsOf(
        await collection
          .find({ t: { $in: ['a', 'b', 'c'] } })
          .sort({ _id: 1 })
          .toArray(),
      ),
    ).toEqual([0, 1]);
    await collection.updateOne({ _id: 0 }, { $pull: { t: 'b' } as Any });
    expect(idsOf(await collection.find({ t: 'b' }).toArray())).toEqual([1]);
  });

  test('is used where it fits, and explain says how much was read', async () => {
    const collection = await filled(Array.from({ length: 200 }, (_, n) => ({ g: n % 4, n })));
    await collection.createIndex({ g: 1, n: -1 });
    const plan = await collection.find({ g: 2 }).sort({ n: -1 }).limit(5).explain('executionStats');
    const text = JSON.stringify(plan);
    expect(text).toContain('"IXSCAN"');
    expect(text).not.toContain('"SORT"');
    expect(plan['executionStats']).toMatchObject({ nReturned: 5 });
    expect(plan['executionStats'].totalDocsExamined).toBeLessThanOrEqual(6);
    expect(JSON.stringify(await collection.find({ n: 7 }).explain())).toContain('"COLLSCAN"');
  });

  test('of whole unique keys is preferred to one of what many documents have', async () => {
    const collection = await filled(Array.from({ length: 200 }, (_, _id) => ({ _id, archivedAt: null })));
    await collection.createIndex({ archivedAt: 1 });
    const plan = await collection.find({ _id: { $in: [3, 5, 7] as never[] }, archivedAt: null }).explain('executionStats');
    expect(plan['executionStats']).toMatchObject({ nReturned: 3, totalDocsExamined: 3 });
  });

  test('that is asked for and is not there is refused', async () => {
    const collection = await filled([{ a: 1 }]);
    expect(await errorOf(collection.find({ a: 1 }).hint({ b: 1 }).toArray())).toMatchObject({ code: 2 });
  });
});

describe('collections', () => {
  test('are listed, created, and dropped with all they hold', async () => {
    const name = `made${++collections}`;
    await store.db.createCollection(name);
    expect((await store.db.listCollections({ name }).toArray()).map((one) => one.name)).toEqual([name]);
    await store.db.collection<Any>(name).insertOne({ _id: 1 });
    await store.db.dropCollection(name);
    expect(await store.db.listCollections({ name }).toArray()).toEqual([]);
    expect(await store.db.collection(name).countDocuments()).toBe(0);
  });

  test('come with their first document', async () => {
    const collection = fresh();
    await collection.insertOne({});
    expect(await store.db.listCollections({ name: collection.collectionName }).toArray()).toHaveLength(1);
  });
});

describe('a transaction', () => {
  async function inTransaction<Result>(work: (session: Any) => Promise<Result>): Promise<Result> {
    const session = store.client.startSession();
    try {
      return await session.withTransaction(() => work(session));
    } finally {
      await session.endSession();
    }
  }

  test('is seen as a whole once it is committed, and by itself before', async () => {
    const collection = await filled([{ a: 1 }]);
    await inTransaction(async (session) => {
      await collection.insertOne({ _id: 1 }, { session });
      await collection.updateOne({ _id: 0 }, { $inc: { a: 1 } }, { session });
      expect(await collection.countDocuments({}, { session })).toBe(2);
      expect(await collection.findOne({ _id: 0 }, { session })).toEqual({ _id: 0, a: 2 });
      expect(await collection.countDocuments()).toBe(1);
      expect(await collection.findOne({ _id: 0 })).toEqual({ _id: 0, a: 1 });
    });
    expect(await collection.find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 0, a: 2 }, { _id: 1 }]);
  });

  test('leaves no trace when it is aborted', async () => {
    const collection = await filled([{ a: 1 }]);
    await collection.createIndex({ a: 1 }, { unique: true });
    await errorOf(
      inTransaction(async (session) => {
        await collection.insertOne({ _id: 1, a: 5 }, { session });
        await collection.deleteOne({ _id: 0 }, { session });
        throw new Error('no');
      }),
    );
    expect(await collection.find().toArray()).toEqual([{ _id: 0, a: 1 }]);
    await collection.insertOne({ _id: 2, a: 5 });
  });

  test('reads one state of the data from its first read on', async () => {
    const collection = await filled([{ a: 1 }]);
    await inTransaction(async (session) => {
      expect(await collection.findOne({ _id: 0 }, { session })).toEqual({ _id: 0, a: 1 });
      await collection.insertOne({ _id: 7 });
      expect(await collection.countDocuments({}, { session })).toBe(1);
    });
  });

  test('meets its own changes through indexes and sorts', async () => {
    const collection = await filled([{ a: 1 }, { a: 3 }]);
    await collection.createIndex({ a: 1 });
    await inTransaction(async (session) => {
      await collection.insertOne({ _id: 9, a: 2 }, { session });
      await collection.updateOne({ _id: 0 }, { $set: { a: 4 } }, { session });
      expect(
        idsOf(
          await collection
            .find({ a: { $gte: 2 } }, { session })
            .sort({ a: 1 })
            .toArray(),
        ),
      ).toEqual([9, 1, 0]);
      expect(await collection.countDocuments({ a: 1 }, { session })).toBe(0);
    });
  });

  test('that writes what another has written since is told to run again', async () => {
    const collection = await filled([{ a: 1 }]);
    const session = store.client.startSession();
    session.startTransaction();
    await collection.findOne({ _id: 0 }, { session });
    await collection.updateOne({ _id: 0 }, { $set: { a: 2 } });
    const error = await errorOf(collection.updateOne({ _id: 0 }, { $set: { a: 3 } }, { session }));
    expect(error).toMatchObject({ code: 112, codeName: 'WriteConflict' });
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(true);
    await session.endSession();
    expect(await collection.findOne()).toEqual({ _id: 0, a: 2 });
  });

  test('keeps a counter exact when a hundred increment it by reading and writing', async () => {
    const collection = await filled([{ n: 0 }]);
    await Promise.all(
      Array.from({ length: 100 }, () =>
        inTransaction(async (session) => {
          const { n } = (await collection.findOne({ _id: 0 }, { session }))!;
          await collection.updateOne({ _id: 0 }, { $set: { n: n + 1 } }, { session });
        }),
      ),
    );
    expect(await collection.findOne()).toEqual({ _id: 0, n: 100 });
  });

  test('holds a unique key against others until it ends', async () => {
    const collection = await filled([]).catch(() => fresh());
    await collection.createIndex({ k: 1 }, { unique: true });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) => inTransaction((session) => collection.insertOne({ _id: at, k: 'one' }, { session }))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await collection.countDocuments()).toBe(1);
  });

  test('that is not open is refused', async () => {
    const session = store.client.startSession();
    session.startTransaction();
    await (await filled([{}])).findOne({}, { session });
    await session.abortTransaction();
    const lsid = session.id;
    const command = { find: 'c', lsid, txnNumber: Long.fromNumber(1), autocommit: false };
    expect(await errorOf(store.db.command(command))).toMatchObject({ code: 251, codeName: 'NoSuchTransaction' });
    await session.endSession();
  });
});

describe('a retryable write', () => {
  test('that is sent again with its number is applied once, with the same reply', async () => {
    const collection = await filled([{ n: 0 }]);
    // A client of its own, since the driver would go on counting where this session's numbers end.
    const client = await MongoClient.connect(store.uri);
    const session = client.startSession();
    const command = {
      update: collection.collectionName,
      updates: [{ q: { _id: 0 }, u: { $inc: { n: 1 } } }],
      lsid: session.id,
      txnNumber: Long.fromNumber(1),
    };
    const first = await client.db(store.db.databaseName).command(command);
    const second = await client.db(store.db.databaseName).command(command);
    expect([first['nModified'], second['nModified']]).toEqual([1, 1]);
    expect(await collection.findOne()).toEqual({ _id: 0, n: 1 });
    await client.close();
  });
});

test('counters stay exact when a hundred clients increment at once', async () => {
  const collection = await filled([{ n: 0 }]);
  await Promise.all(Array.from({ length: 100 }, () => collection.updateOne({ _id: 0 }, { $inc: { n: 1 } })));
  expect(await collection.findOne()).toEqual({ _id: 0, n: 100 });
});

test('a TTL index deletes what has expired, and nothing else', async () => {
  const collection = await filled([{ at: new Date(Date.now() - 60_000) }, { at: new Date(Date.now() + 3_600_000) }, { at: 'no date' }, {}]);
  await collection.createIndex({ at: 1 }, { expireAfterSeconds: 5 });
  // MongoDB looks once a minute, the embedded store twice.
  await until(async () => (await collection.countDocuments()) === 3);
  expect(idsOf(await collection.find().sort({ _id: 1 }).toArray())).toEqual([1, 2, 3]);
});
