/** Never a silently wrong answer: what clients try, and either the right outcome or MongoDB's code. */
import { createHash } from 'node:crypto';
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
  if (documents.length > 0) await collection.insertMany(documents.map((document, _id) => ({ _id, ...document })));
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
    ['$pop through a scalar', { a: 1 }, { $pop: { 'a.b': 1 } }, 28],
    ['$pop through a list by no position', { a: [1] }, { $pop: { 'a.-1': 1 } }, 28],
    ['$pop of what is missing', { a: {} }, { $pop: { 'a.b.c': 1 } }, 'done'],
    ['$pop of an item that a list lacks', { a: [1] }, { $pop: { 'a.5': 1 } }, 'done'],
    ['$pull through a scalar', { a: 1 }, { $pull: { 'a.b': 1 } }, 'done'],
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

  test('$pull looks into arrays within the array where it is given operators', async () => {
    const collection = await having({ a: [[1, 9], 2, 7] });
    await collection.updateOne({ _id: 0 }, { $pull: { a: { $gt: 5 } } } as Any);
    expect((await collection.findOne())!.a).toEqual([2]);
  });

  test('an upsert takes no value from $all with several', async () => {
    const collection = await having();
    expect(await codeOf(collection.updateOne({ a: { $all: [1, 2] } }, { $set: { b: 1 } }, { upsert: true }))).toBe(54);
    await collection.updateOne({ a: { $all: [7] } }, { $set: { b: 1 } }, { upsert: true });
    expect(await collection.findOne({}, { projection: { _id: 0 } })).toEqual({ a: 7, b: 1 });
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
    ['$expr of an item', { a: { $elemMatch: { $expr: { $eq: ['$b', 1] } } } }, 2],
    ['$where', { $where: 'true' }, 238],
  ])('%s is refused', async (_name, filter, code) => {
    const collection = await having({ a: 1 });
    await collection.createIndex({ a: 1 });
    expect(await codeOf(collection.find(filter).toArray())).toBe(code);
  });

  test('$elemMatch looks at the elements themselves, not into arrays within the array', async () => {
    const collection = await having({ a: [[1, 2]] }, { a: [1, 2] }, { a: [[3], 4] });
    const found = async (condition: object) =>
      (await collection.find({ a: { $elemMatch: condition } }).toArray()).map(({ _id }: Any) => _id);
    expect(await found({ $gt: 1 })).toEqual([1, 2]);
    expect(await found({ $in: [1, 3] })).toEqual([1]);
    expect(await found({ $size: 2 })).toEqual([0]);
    expect(await found({ $not: { $gt: 3 } })).toEqual([0, 1, 2]);
    expect(await found({ $elemMatch: { $gt: 2 } })).toEqual([2]);
  });

  test('$all finds a scalar', async () => {
    expect(await (await having({ a: 1 })).countDocuments({ a: { $all: [1] } })).toBe(1);
  });
});

describe('projections', () => {
  test.each<[string, object, number]>([
    ['two positional operators', { 'a.$': 1, 'b.$': 1 }, 31276],
    ['a positional operator, then $elemMatch', { 'a.$': 1, b: { $elemMatch: { $gt: 0 } } }, 31255],
    ['$elemMatch, then a positional operator', { b: { $elemMatch: { $gt: 0 } }, 'a.$': 1 }, 31256],
  ])('%s: refused', async (_name, projection, code) => {
    const collection = await having({ a: [1, 5], b: [1] });
    expect(await codeOf(collection.findOne({ a: 5 }, { projection }))).toBe(code);
  });

  test('$elemMatch beside an exclusion or $slice leaves the other fields, and beside an inclusion those that are named', async () => {
    const collection = await having({ a: [1, 2], b: 1, c: [3, 4] });
    const found = (projection: object): Promise<unknown> => collection.findOne({}, { projection });
    const a = { $elemMatch: { $gt: 1 } };
    expect(await found({ a, b: 0 })).toEqual({ _id: 0, a: [2], c: [3, 4] });
    expect(await found({ b: 0, a: { $elemMatch: { $gt: 5 } } })).toEqual({ _id: 0, c: [3, 4] });
    expect(await found({ a, c: { $slice: 1 } })).toEqual({ _id: 0, a: [2], b: 1, c: [3] });
    expect(await found({ _id: 0, a })).toEqual({ a: [2] });
    expect(await found({ a, b: 1 })).toEqual({ _id: 0, a: [2], b: 1 });
    expect(await codeOf(found({ a, b: 1, c: 0 }))).toBe(31254);
  });

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

describe('indexes', () => {
  test('that are partial are read where what is asked for lies within them, and nowhere else', async () => {
    const collection = await having({ x: 5, a: 2 }, { x: 6, a: 1 }, { x: 6, a: [9, 1] }, { x: 6, a: 'text' }, { x: 6 });
    await collection.createIndex({ x: 1 }, { partialFilterExpression: { a: { $lte: 1.5 } }, dropDups: true } as Any);
    const read = async (a: Any): Promise<[boolean, unknown[]]> => {
      const found = collection.find({ x: 6, a }, { collation: {} as Any });
      const { queryPlanner } = (await found.clone().explain('queryPlanner')) as Any;
      return [queryPlanner.winningPlan.inputStage?.isPartial === true, (await found.toArray()).map(({ _id }: Any) => _id)];
    };
    expect(await read(1)).toEqual([true, [1, 2]]);
    expect(await read({ $lte: 1.5 })).toEqual([true, [1, 2]]);
    expect(await read({ $lt: 1.5 })).toEqual([true, [1, 2]]);
    expect(await read({ $lte: 1.6 })).toEqual([false, [1, 2]]);
    expect(await read({ $gte: 1 })).toEqual([false, [1, 2]]);
    expect(await read({ $lte: 'z' })).toEqual([false, [3]]);
    expect(await read(9)).toEqual([false, [2]]);
  });

  test('that are sparse give what is in them where they are named, and are left aside where they are not', async () => {
    const collection = await having({ i: 1 }, { i: 1, x: 5 }, { i: 2, x: 6 });
    await collection.createIndex({ x: 1 }, { sparse: true });
    const found = async (hint?: string): Promise<unknown[]> =>
      (await collection.find({ i: 1 }, { hint, sort: { _id: 1 } }).toArray()).map(({ _id }: Any) => _id);
    expect([await found(), await found('_id_'), await found('x_1')]).toEqual([[0, 1], [0, 1], [1]]);
    expect(await collection.countDocuments({}, { hint: 'x_1' })).toBe(2);
  });

  test('of a list give the order of its smallest item, also where one item was asked for', async () => {
    const collection = await having({ a: [5] }, { a: [1, 5] }, { a: [3, 5] });
    await collection.createIndex({ a: 1 });
    const found = await collection.find({ a: 5 }).sort({ a: 1 }).toArray();
    expect(found.map(({ _id }: Any) => _id)).toEqual([1, 2, 0]);
  });

  test('of several fields of one list keep them together, and find what matches by two items', async () => {
    const collection = await having(
      {
        l: [
          { k: 'a', n: 1 },
          { k: 'b', n: 2 },
        ],
      },
      { l: [] },
      {},
      { l: [{ k: 'a', n: 2 }] },
    );
    await collection.createIndex({ 'l.k': 1, 'l.n': 1 });
    const found = await collection.find({ 'l.k': 'a', 'l.n': 2 }).hint({ 'l.k': 1, 'l.n': 1 }).sort({ _id: 1 }).toArray();
    expect(found.map(({ _id }: Any) => _id)).toEqual([0, 3]);
  });

  test('that are unique over one list compare pairs, and tell the one that is taken', async () => {
    const collection = await having();
    await collection.createIndex({ 'l.k': 1, 'l.v': 1 }, { unique: true });
    await collection.insertOne({
      l: [
        { k: 1, v: 1 },
        { k: 2, v: 2 },
      ],
    });
    await collection.insertOne({ l: [{ k: 1, v: 2 }] });
    const taken = collection.insertOne({
      l: [
        { k: 9, v: 9 },
        { k: 2, v: 2 },
      ],
    });
    await expect(taken).rejects.toMatchObject({ code: 11000, keyValue: { 'l.k': 2, 'l.v': 2 } });
  });

  test('over two lists refuse a document, also where one of them is short', async () => {
    const collection = await having();
    await collection.createIndex({ a: 1, b: 1 });
    expect(await codeOf(collection.insertOne({ a: [1], b: [2] }))).toBe(171);
    expect(await codeOf(collection.insertOne({ a: [1, 2], b: [] }))).toBe(171);
  });

  test.each<[string, [Any, Any?][], unknown]>([
    ['another name', [[{ a: 1 }], [{ a: 1 }, { name: 'x' }]], 85],
    [
      'another key of the same name',
      [
        [{ a: 1 }, { name: 'x' }],
        [{ b: 1 }, { name: 'x' }],
      ],
      86,
    ],
    ['unique, where it was not', [[{ a: 1 }], [{ a: 1 }, { unique: true }]], 86],
    [
      'another expiry',
      [
        [{ a: 1 }, { expireAfterSeconds: 9 }],
        [{ a: 1 }, { expireAfterSeconds: 8 }],
      ],
      85,
    ],
    [
      'another expiry and name',
      [
        [{ a: 1 }, { expireAfterSeconds: 9 }],
        [{ a: 1 }, { expireAfterSeconds: 8, name: 'x' }],
      ],
      85,
    ],
    ['an expiry of two fields', [[{ a: 1, b: 1 }, { expireAfterSeconds: 9 }]], 67],
    ['a negative expiry', [[{ a: 1 }, { expireAfterSeconds: -9 }]], 67],
    ['an expiry that is no number', [[{ a: 1 }, { expireAfterSeconds: 'x' }]], 14],
    ['_id, unique', [[{ _id: 1 }, { unique: true }]], 197],
    ['sparse and partial', [[{ a: 1 }, { sparse: true, partialFilterExpression: { a: 1 } }]], 67],
    ['a partial filter with $ne', [[{ a: 1 }, { partialFilterExpression: { a: { $ne: 1 } } }]], 67],
    ['a partial filter with $exists: false', [[{ a: 1 }, { partialFilterExpression: { a: { $exists: false } } }]], 67],
    ['an empty field name', [[{ 'a.': 1 }]], 67],
    ['a name that begins with $', [[{ $a: 1 }]], 67],
  ])('%s: refused', async (_name, specifications, code) => {
    const collection = await having({ a: 1 });
    const outcomes: unknown[] = [];
    for (const [key, options] of specifications) outcomes.push(await codeOf(collection.createIndex(key, options)));
    expect(outcomes.at(-1)).toBe(code);
  });

  test('of _id are not dropped, and several are dropped at once', async () => {
    const collection = await having({ a: 1 });
    await collection.createIndexes([
      { key: { a: 1 }, name: 'one' },
      { key: { b: 1 }, name: 'two' },
    ]);
    expect(await codeOf(collection.dropIndex('_id_'))).toBe(72);
    await store.db.command({ dropIndexes: collection.collectionName, index: ['one', 'two'] });
    expect((await collection.indexes()).map(({ name }) => name)).toEqual(['_id_']);
  });
});

describe('sorting', () => {
  const order = async (documents: object[], sort: Any) =>
    (await (await having(...documents)).find().sort(sort).toArray()).map(({ _id }: Any) => _id);

  test('by two fields of one list goes by its items, which give both', async () => {
    const documents = [
      {
        a: [
          { x: 1, y: 9 },
          { x: 2, y: 2 },
        ],
      },
      { a: [{ x: 1, y: 5 }] },
    ];
    expect(await order(documents, { 'a.x': 1, 'a.y': 1 })).toEqual([1, 0]);
  });

  test('takes an item without the field for null', async () => {
    expect(await order([{ a: [{ b: 2 }] }, { a: [{ b: 5 }, 7] }], { 'a.b': 1 })).toEqual([1, 0]);
  });

  test('by $natural, in a sort or a hint, takes documents as they are stored, forwards or backwards', async () => {
    const collection = await having({ a: 1 }, { a: 2 }, { a: 3 });
    const found = async (cursor: Any) => (await cursor.toArray()).map(({ _id }: Any) => _id);
    expect(await found(collection.find().sort({ $natural: -1 }))).toEqual([2, 1, 0]);
    expect(
      await found(
        collection
          .find({ a: { $gt: 1 } })
          .sort({ $natural: -1 })
          .limit(1),
      ),
    ).toEqual([2]);
    expect(await found(collection.find().hint({ $natural: -1 }))).toEqual([2, 1, 0]);
    expect(await codeOf(found(collection.find().sort({ $natural: 1, a: 1 })))).toBe(2);
    expect(await codeOf(found(collection.find().sort({ $nonsense: 1 })))).toBe(16410);
  });

  describe('by long values that begin alike goes by what follows', () => {
    const shuffled = [3, 0, 4, 1, 5, 2];
    const start = 'x'.repeat(600);

    test.each<[string, (n: number) => unknown]>([
      ['texts', (n) => `${start}${n}`],
      ['documents', (n) => ({ start, n })],
      ['binary values', (n) => Buffer.from(`${start}${n}`)],
      ['lists', (n) => [[start, n]]],
    ])('%s', async (_name, make) => {
      const collection = store.db.collection<Any>(`t${++collections}`);
      await collection.insertMany(shuffled.map((n) => ({ _id: { v: make(n) }, v: make(n), w: make(n), n, k: 1, m: n % 2 })));
      for (const index of [null, { v: 1 }, { k: 1, v: -1 }, { m: 1, v: 1, n: 1 }] as Any[]) {
        if (index) await collection.createIndex(index);
        for (const [filter, sort] of [
          [{}, { v: 1 }],
          [{}, { v: -1, n: 1 }],
          [{}, { w: 1 }],
          [{}, { _id: 1 }],
          [{}, { _id: -1 }],
          [{ k: 1 }, { v: 1 }],
          [{ m: 1 }, { v: -1 }],
          [{ m: { $in: [0, 1] } }, { v: 1 }],
          [{ v: { $gte: make(2) } }, { v: 1 }],
          [{ v: { $in: shuffled.map(make) } }, { v: -1 }],
        ] as Any[]) {
          const found = (await collection.find(filter).sort(sort).toArray()).map(({ n }) => n as number);
          const rising = Object.values(sort)[0] === 1;
          expect(found, JSON.stringify([index, sort])).toEqual([...found].sort((one, other) => (rising ? one - other : other - one)));
          const [first, second] = (await collection.find(filter).sort(sort).skip(1).limit(2).toArray()).map(({ n }) => n as number);
          expect([first, second], JSON.stringify([index, sort])).toEqual(found.slice(1, 3));
        }
      }
      const least = { $group: { _id: null, n: { $top: { sortBy: { v: 1 }, output: '$n' } } } };
      expect((await collection.aggregate([{ $set: { x: 1 } }, least]).toArray())[0]!['n']).toBe(0);
    });
  });

  test('by two lists is refused', async () => {
    expect(await codeOf(order([{ a: [1], b: [2] }, {}], { a: 1, b: 1 }))).toBe(2);
  });
});

describe('patterns', () => {
  test.each<[string, object]>([
    ['none', {}],
    ['one', { a: 1 }],
    ['a descending one', { a: -1 }],
    ['a compound one', { k: 1, a: -1 }],
  ])('find stored patterns like themselves, and texts with any letter behind their beginning: index %s', async (_name, index) => {
    const last = '\u{10ffff}';
    const texts = [/^abc/, /^abc/i, /^abd/, 'abc', `abc${last}`, `abc${last}x`, 'abd', 'ab', ['x', /^abc/], ['abcd'], 'abcz', 5];
    const collection = await having(...texts.map((a) => ({ a, k: 1 })));
    if (Object.keys(index).length > 0) await collection.createIndex(index as Any);
    const found = async (filter: object, sort: Any = { _id: 1 }): Promise<number[]> =>
      (await collection.find(filter).sort(sort).toArray()).map(({ _id }) => _id);
    expect(await found({ k: 1, a: /^abc/ })).toEqual([0, 3, 4, 5, 8, 9, 10]);
    expect(await found({ k: { $in: [1, 2] }, a: /^abc/ })).toEqual([0, 3, 4, 5, 8, 9, 10]);
    await collection.deleteMany({ a: { $type: 'array' } });
    expect(await found({ k: 1, a: /^abc/ }, { a: -1 })).toEqual([0, 5, 4, 10, 3]);
    expect(await collection.countDocuments({ k: 1, a: /^abc/ })).toBe(5);
  });

  test.each<[string, string, string, string[], number[]]>([
    ['\\s is a space of ASCII', 'a\\sb', '', ['a b', 'a\u00a0b', 'a\tb'], [0, 2]],
    ['a line begins after a line feed alone', '^b', 'm', ['a\nb', 'a\rb', 'b'], [0, 2]],
    ['a line ends before a line feed alone', 'a$', 'm', ['a\nb', 'a\rb', 'a'], [0, 2]],
    ['. is anything but a line feed', 'a.b', '', ['a\nb', 'a\rb'], [1]],
  ])('%s', async (_name, $regex, $options, texts, found) => {
    const collection = await having(...texts.map((a) => ({ a })));
    expect((await collection.find({ a: { $regex, $options } }).toArray()).map(({ _id }: Any) => _id)).toEqual(found);
  });
});

describe('aggregation', () => {
  const [double, decimal] = [(value: number) => new Double(value), (text: string) => Decimal128.fromString(text)];

  test.each<[string, object, unknown]>([
    ['$round goes by all digits of a double', { $round: [2.675, 2] }, double(2.67)],
    ['$round goes to the even half', { $round: [2.5] }, double(2)],
    ['$trunc goes by all digits of a double', { $trunc: [0.29, 2] }, double(0.28)],
    ['$toDecimal gives a double 15 digits', { $toDecimal: 2.5 }, decimal('2.50000000000000')],
    ['$sum loses nothing', { $sum: [0.1, 0.2, 0.3] }, double(0.6)],
    [
      'hours are those that passed',
      {
        $dateDiff: {
          startDate: new Date('2024-03-10T06:30:00Z'),
          endDate: new Date('2024-03-10T07:30:00Z'),
          unit: 'hour',
          timezone: 'America/New_York',
        },
      },
      Long.fromNumber(1),
    ],
    ['a path does not go into arrays within arrays', '$nested.b' as Any, []],
    ['$dateToString ends with Z in UTC', { $dateToString: { date: new Date(0), timezone: 'UTC' } }, '1970-01-01T00:00:00.000Z'],
  ])('%s', async (_name, expression, value) => {
    const collection = await having({ nested: [[{ b: 1 }]] });
    const [result] = await collection.aggregate([{ $project: { _id: 0, value: expression } }], { promoteValues: false }).toArray();
    expect(result!.value).toEqual(value);
  });

  test('$sum and $avg of a group lose nothing', async () => {
    const collection = await having(...[1e16, 1, -1e16].map((v) => ({ v })), ...Array.from({ length: 10 }, () => ({ w: 0.1 })));
    const [result] = await collection
      .aggregate([{ $group: { _id: null, v: { $sum: '$v' }, w: { $sum: '$w' }, a: { $avg: '$w' } } }])
      .toArray();
    expect(result).toEqual({ _id: null, v: 1, w: 1, a: 0.1 });
  });

  test('$unwind numbers the elements with longs', async () => {
    const collection = await having({ a: ['x'] });
    const pipeline = [{ $unwind: { path: '$a', includeArrayIndex: 'at' } }, { $project: { _id: 0, type: { $type: '$at' } } }];
    expect(await collection.aggregate(pipeline).toArray()).toEqual([{ type: 'long' }]);
  });

  const invalidDate = { $project: { d: { $toDate: '2021-02-30' } } };
  test.each<[string, object, number]>([
    ['$unwind with an unknown option', { $unwind: { path: '$a', nonsense: 1 } }, 28811],
    ['$unwind that keeps by a number', { $unwind: { path: '$a', preserveNullAndEmptyArrays: 1 } }, 28809],
    ['$lookup with an unknown argument', { $lookup: { from: 'x', localField: 'a', foreignField: 'b', as: 'c', nonsense: 1 } }, 9],
    ['$lookup from nowhere', { $lookup: { localField: 'a', foreignField: 'b', as: 'c' } }, 9],
    ['$unionWith with an unknown argument', { $unionWith: { coll: 'x', nonsense: 1 } }, 40415],
    ['$sortByCount of a text', { $sortByCount: 'a' }, 40148],
    ['$sortByCount of a document', { $sortByCount: { a: 1 } }, 40147],
    ['$bucket of several types', { $bucket: { groupBy: '$a', boundaries: [1, 'x'] } }, 40193],
    ['$bucket with a default within', { $bucket: { groupBy: '$a', boundaries: [0, 5], default: 3 } }, 40199],
    ['$bucket with an unknown option', { $bucket: { groupBy: '$a', boundaries: [0, 5], nonsense: 3 } }, 40197],
    ['$arrayToObject of one item', { $project: { o: { $arrayToObject: [[['a']]] } } }, 40397],
    ['$setEquals of one set', { $project: { o: { $setEquals: [[1]] } } }, 17045],
    ['$zip with defaults it does not use', { $project: { o: { $zip: { inputs: [[1], [2]], defaults: [0, 0] } } } }, 34466],
    ['a day that its month does not have', invalidDate, 241],
    ['$documents over a collection', { $documents: [{ a: 1 }] }, 73],
  ])('%s is refused', async (_name, stage, code) => {
    const collection = await having({ a: [1] });
    expect(await codeOf(collection.aggregate([stage]).toArray())).toBe(code);
  });
});

describe('commands', () => {
  const name = 'commands';
  test('say what is so of a server without profiler, users and test commands', async () => {
    const { db } = store;
    const admin = db.admin();
    expect(await admin.command({ getParameter: '*' })).toMatchObject({
      enableTestCommands: false,
      featureCompatibilityVersion: { version: '7.0' },
    });
    expect(await codeOf(admin.command({ getParameter: 1, nonsense: 1 }))).toBe(72);
    expect(await admin.command({ getCmdLineOpts: 1 })).toMatchObject({ parsed: {} });
    expect(await db.command({ dropAllUsersFromDatabase: 1 })).toMatchObject({ n: 0 });
    expect(await db.command({ profile: -1 })).toMatchObject({ was: 0 });
    expect(await codeOf(db.command({ profile: 2 }))).toBe(238);
  });

  test('say that they went well, or not, with a double, as drivers of typed languages read it', async () => {
    const { db } = store;
    const types = { promoteValues: false };
    expect(await db.command({ ping: 1 }, types)).toMatchObject({ ok: new Double(1) });
    expect(await db.command({ insert: name, documents: [{ a: 1 }] }, types)).toMatchObject({ ok: new Double(1) });
    expect(await db.command({ find: name }, types)).toMatchObject({ ok: new Double(1) });
    const { errorResponse } = await db.command({ nonsense: 1 }, types).catch((error: Any) => error);
    expect(errorResponse).toMatchObject({ ok: new Double(0) });
  });

  test('a find takes partial results, of which there are none without shards', async () => {
    const collection = await having({ a: 1 });
    expect(await collection.find({}, { allowPartialResults: true }).toArray()).toEqual([{ _id: 0, a: 1 }]);
  });

  test('a collection that is there is not created again by a transaction', async () => {
    const collection = await having({ a: 1 });
    const create = { create: collection.collectionName };
    expect(await store.db.command(create)).toMatchObject({ ok: 1 });
    const client = await MongoClient.connect(store.uri);
    const session = client.startSession();
    session.startTransaction();
    expect(await codeOf(client.db(store.db.databaseName).command(create, { session }))).toBe(48);
    await session.endSession();
    await client.close();
  });

  test('a change stream reads what the majority has, and nothing else', async () => {
    const watch = { aggregate: name, pipeline: [{ $changeStream: {} }], cursor: {} };
    expect(await codeOf(store.db.command({ ...watch, readConcern: { level: 'local' } }))).toBe(72);
    expect(await codeOf(store.db.command({ ...watch, readConcern: { level: 'majority' } }))).toBe('done');
  });

  test('drop of what is not there is done already', async () => {
    expect(await store.db.command({ drop: 'never-was' })).toMatchObject({ ok: 1 });
  });

  test('writes that ask for no acknowledgement are answered with no result', async () => {
    const writes = { insert: 'quiet', documents: [{ _id: 1 }, { _id: 1 }] };
    const reply = await store.db.command({ ...writes, writeConcern: { w: 0 } });
    expect([reply['ok'], reply['n'], reply['writeErrors']]).toEqual([1, undefined, undefined]);
    expect(await store.db.collection('quiet').countDocuments()).toBe(1);
  });

  test('filemd5 is of a file’s chunks in the order of their numbers', async () => {
    const { BSON } = mongoose.mongo;
    const piece = (text: string): unknown => new BSON.Binary(Buffer.from(text));
    await store.db.collection<Any>('pictures.chunks').insertMany([
      { _id: 1, files_id: 7, n: 1, data: piece('c') },
      { _id: 2, files_id: 7, n: 0, data: piece('ab') },
      { _id: 3, files_id: 8, n: 1, data: piece('x') },
    ]);
    const digest = (id: number): Promise<Any> => store.db.command({ filemd5: id, root: 'pictures' });
    expect(await digest(7)).toMatchObject({ numChunks: 2, md5: createHash('md5').update('abc').digest('hex') });
    expect(await digest(9)).toMatchObject({ numChunks: 0, md5: createHash('md5').digest('hex') });
    expect(await codeOf(digest(8))).toBe(50985);
  });

  test('explain names the plans that it tried, where it is asked for all of them', async () => {
    const explained = await (await having({ a: 1 })).find({ a: 1 }).explain('allPlansExecution');
    expect((explained as Any).executionStats.allPlansExecution).toEqual([]);
  });

  test('explain says the command that it explains', async () => {
    const collection = await having({ a: 1 });
    const { command } = (await collection.aggregate([{ $match: { a: 1 } }]).explain('queryPlanner')) as Any;
    expect(command).toMatchObject({ aggregate: collection.collectionName, pipeline: [{ $match: { a: 1 } }], $db: collection.dbName });
  });

  test.each<[string, Any, unknown]>([
    ['a filter that is a list', { find: name, filter: [] }, 14],
    ['a negative skip', { find: name, skip: -1 }, 51024],
    ['a negative batch', { find: name, batchSize: -1 }, 51024],
    ['an empty name', { find: '' }, 73],
    ['a count of nothing like a filter', { count: name, query: 5 }, 14],
    ['a count by no index', { count: name, hint: 'nonsense' }, 2],
    ['a count that skips fewer than none', { count: name, skip: -1 }, 51024],
    ['distinct of nothing', { distinct: name }, 40414],
    ['distinct of a number', { distinct: name, key: 5 }, 14],
    ['a pipeline without a cursor', { aggregate: name, pipeline: [] }, 9],
    ['a pipeline that is a document', { aggregate: name, pipeline: {}, cursor: {} }, 14],
    ['no documents', { insert: name, documents: [] }, 16],
    ['no statements', { update: name, updates: [] }, 16],
    ['an update without a filter', { update: name, updates: [{ u: { $set: { a: 1 } } }] }, 40414],
    ['an update without a modification', { update: name, updates: [{ q: {} }] }, 40414],
    ['an update by a number', { update: name, updates: [{ q: {}, u: 5 }] }, 9],
    ['an update whose filter is a number', { update: name, updates: [{ q: 5, u: { $set: { a: 1 } } }] }, 14],
    ['a deletion without a limit', { delete: name, deletes: [{ q: {} }] }, 40414],
    ['no indexes', { createIndexes: name, indexes: [] }, 2],
    ['an index without a name', { createIndexes: name, indexes: [{ key: { a: 1 } }] }, 9],
  ])('%s: refused', async (_name, command, code) => {
    await store.db.collection<Any>(name).updateOne({ _id: 0 }, { $set: { a: 1 } }, { upsert: true });
    expect(await codeOf(store.db.command(command))).toBe(code);
  });

  test('collections and databases are listed by a filter, or by their names alone', async () => {
    const { collectionName } = await having({ a: 1 });
    const named = { name: { $in: [collectionName] } };
    expect(await store.db.listCollections(named, { nameOnly: true }).toArray()).toEqual([{ name: collectionName, type: 'collection' }]);
    expect(await store.db.listCollections({ name: collectionName, type: 'view' }).toArray()).toEqual([]);
    const { databases } = await store.db.admin().listDatabases({ filter: { name: 'nonsense' }, nameOnly: true });
    expect(databases).toEqual([]);
  });

  test('a cursor is read on under its own collection', async () => {
    const collection = await having(...Array.from({ length: 5 }, () => ({})));
    const { cursor } = await store.db.command({ find: collection.collectionName, batchSize: 2 });
    const more = { getMore: Long.fromValue(cursor.id), collection: 'nonsense' };
    expect(await codeOf(store.db.command(more))).toBe(13);
    expect((await store.db.command({ ...more, collection: collection.collectionName }))['cursor'].nextBatch).toHaveLength(3);
  });

  test('a cursor ends when its collection is dropped', async () => {
    const collection = await having({}, {}, {});
    const { cursor } = await store.db.command({ find: collection.collectionName, batchSize: 1 });
    await collection.drop();
    expect(await codeOf(store.db.command({ getMore: Long.fromValue(cursor.id), collection: collection.collectionName }))).toBe(175);
  });

  test('an _id is no pattern', async () => {
    const collection = await having();
    expect(await codeOf(collection.insertOne({ _id: /x/ }))).toBe(53);
  });
});
