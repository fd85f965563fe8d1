/** What is missing, tiny, mixed or nested: expressions, joins and sorts of lists give MongoDB's answer, or its code. */
import { describe, expect, test } from 'vitest';
import { Decimal128, Long, MaxKey, MinKey, useStore } from '../support/store.js';
import mongoose from 'mongoose';

const { Double, EJSON } = mongoose.mongo.BSON;
const store = useStore();
let collections = 0;

// Documents of tests have any shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Any = any;

const fresh = () => store.db.collection<Any>(`t${++collections}`);
const date = new Date('2021-01-02T03:04:05Z');
const decimal = (text: string) => Decimal128.fromString(text);

/** An expression's value over a document; undefined where it is missing. */
async function valueOf(expression: unknown, document: object = {}): Promise<unknown> {
  const pipeline = [{ $documents: [{ $literal: { date, ...document } }] }, { $project: { value: expression } }];
  const [found] = await store.db.aggregate(pipeline, { promoteValues: false }).toArray();
  return found!['value'];
}

const codeOf = (work: Promise<unknown>): Promise<unknown> => work.catch(({ code }: { code: unknown }) => Number(code));

test('the ends of the order are beyond every value, and beyond a field that is missing', async () => {
  const collection = fresh();
  await collection.insertMany([{ _id: 1 }, { _id: 2, a: null }, { _id: 3, a: 5 }, { _id: 4, a: new MinKey() }]);
  const found = async (filter: object) => (await collection.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
  for (const indexed of [false, true]) {
    if (indexed) await collection.createIndex({ a: 1 });
    expect(await found({ a: { $gt: new MinKey() } })).toEqual([1, 2, 3]);
    expect(await found({ a: { $gte: new MinKey() } })).toEqual([1, 2, 3, 4]);
    expect(await found({ a: { $lt: new MaxKey() } })).toEqual([1, 2, 3, 4]);
    expect(await found({ a: { $gt: new MaxKey() } })).toEqual([]);
  }
});

describe('an argument that is missing', () => {
  test.each<[string, object]>([
    ['a time zone', { $year: { date: '$date', timezone: '$none' } }],
    ['a time zone of a text', { $dateFromString: { dateString: '2020-01-01', timezone: '$none' } }],
    ['a format', { $dateToString: { date: '$date', format: '$none' } }],
    ['a part of a date', { $dateFromParts: { year: 2020, month: '$none' } }],
    ['a size of bins', { $dateTrunc: { date: '$date', unit: 'day', binSize: '$none' } }],
    ['the start of a week', { $dateTrunc: { date: '$date', unit: 'week', startOfWeek: '$none' } }],
    ['characters to trim', { $trim: { input: ' a ', chars: '$none' } }],
    ['places to round to', { $round: [1.5, '$none'] }],
    ['the input of $getField', { $getField: { field: 'a', input: null } }],
  ])('makes null of what is asked for: %s', async (_name, expression) => {
    expect(await valueOf(expression)).toBeNull();
  });

  test.each<[string, object, number]>([
    ['where a search begins', { $indexOfArray: [[1], 1, '$none'] }, 40096],
    ['where a search of a text begins', { $indexOfCP: ['a', 'a', '$none'] }, 40096],
    ['the step of a range', { $range: [0, 3, '$none'] }, 34447],
  ])('is refused as %s', async (_name, expression, code) => {
    expect(await codeOf(valueOf(expression))).toBe(code);
  });

  test('as what stands for a missing date stays missing', async () => {
    expect(await valueOf({ $dateToString: { date: '$none', onNull: '$none' } })).toBeUndefined();
    expect(await valueOf({ $dateToString: { date: '$none', onNull: 'never' } })).toBe('never');
  });
});

describe('expressions', () => {
  test.each<[string, unknown, unknown]>([
    ['a double is written with an exponent from 1e16', { $toString: 1e16 }, '1e+16'],
    ['a double is written with an exponent below 1e-4', { $toString: 0.00001 }, '1e-05'],
    ['a negative zero is written with its sign', { $toString: new Double(-0) }, '-0'],
    ['a decimal that no double holds is true', { $toBool: decimal('1E-6000') }, true],
    ['a decimal that no double holds divides', { $divide: [1, decimal('1E-400')] }, decimal('1E+400')],
    ['only Unicode’s blanks that MongoDB knows are trimmed', { $trim: { input: '\u00a0\u3000a\u2003' } }, '\u3000a'],
    ['one to any whole power is one of the same type', { $pow: [Long.fromNumber(-1), -3] }, Long.fromNumber(-1)],
    [
      'a list is sorted by a path, where what is missing is null',
      { $sortArray: { input: [{ a: { b: 2 } }, { a: null }, {}, { a: { b: 1 } }], sortBy: { 'a.b': -1 } } },
      [{ a: { b: 2 } }, { a: { b: 1 } }, { a: null }, {}],
    ],
  ])('%s', async (_name, expression, value) => {
    expect(EJSON.stringify(await valueOf(expression), { relaxed: false })).toBe(EJSON.stringify(value, { relaxed: false }));
  });

  test.each<[string, unknown, number]>([
    ['a search before a list’s beginning', { $indexOfArray: [[1, 2], 1, -1] }, 40097],
    ['a text that overflows a double', { $toDouble: '1E400' }, 241],
    ['a decimal that overflows a double', { $toDouble: decimal('-1E400') }, 241],
    ['pairs of two kinds', { $arrayToObject: { $literal: [['a', 1], { k: 'b', v: 2 }] } }, 40396],
    ['pairs of two kinds the other way round', { $arrayToObject: { $literal: [{ k: 'b', v: 2 }, ['a', 1]] } }, 40391],
    ['a part of what is no timestamp', { $tsSecond: 1 }, 5687301],
    ['a year beyond 9999', { $dateFromParts: { year: 10000 } }, 40523],
    ['a range of more than 32 bits', { $range: [0, 2 ** 40] }, 34446],
    ['lists to zip that an expression gives', { $zip: { inputs: '$date' } }, 34461],
    ['a list sorted in no direction', { $sortArray: { input: [1, 2], sortBy: 2 } }, 2],
  ])('%s is refused', async (_name, expression, code) => {
    expect(await codeOf(valueOf(expression))).toBe(code);
  });

  test('an accumulator of a group has one operand', async () => {
    for (const name of ['$sum', '$push', '$first', '$max'])
      expect(
        await codeOf(
          fresh()
            .aggregate([{ $group: { _id: null, n: { [name]: ['$a', 1] } } }])
            .toArray(),
        ),
        name,
      ).toBe(40237);
  });
});

describe('$lookup by fields', () => {
  const matches = async (localField: string, locals: unknown[], value: unknown): Promise<number[]> => {
    const [local, foreign] = [fresh(), fresh()];
    await local.insertMany(locals.map((a, _id) => (a === undefined ? { _id } : { _id, a })));
    await foreign.insertOne(value === undefined ? {} : { b: value });
    const join = { from: foreign.collectionName, localField, foreignField: 'b', as: 'found' };
    const found = await local.aggregate([{ $lookup: join }, { $match: { found: { $ne: [] } } }, { $sort: { _id: 1 } }]).toArray();
    return found.map(({ _id }) => _id);
  };

  test.each([null, undefined])('joins an empty list, and a path that leads nowhere, with %s', async (value) => {
    expect(await matches('a', [[], null, undefined, [1], {}, [[]]], value)).toEqual([0, 1, 2]);
    expect(await matches('a.x', [[], [1], { x: [] }, [[1]], [{}, {}], [{ x: null }, { x: 1 }]], value)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('joins by what some of a list’s documents have, and not by what the others lack', async () => {
    expect(
      await matches(
        'a.x',
        [
          [{ x: 1 }, {}],
          [{ x: [1, 2] }, { y: 1 }],
          [{}, {}],
        ],
        null,
      ),
    ).toEqual([2]);
    expect(await matches('a.x', [[{ x: 1 }, {}], [[{ x: 1 }]], [{ x: [2, 1] }]], 1)).toEqual([0, 2]);
  });

  test('takes a number in the path for a position', async () => {
    expect(await matches('a.0.x', [[{ x: 1 }, { x: 2 }], [{ x: 2 }, { x: 1 }], { x: 1 }, { 0: { x: 1 } }], 1)).toEqual([0, 3]);
  });
});

test('$push sorts by a path with positions, where what is missing is null', async () => {
  const collection = fresh();
  await collection.insertOne({ _id: 0, a: [{ b: [3] }, { b: null }, {}, { b: [1] }] } as Any);
  await collection.updateOne({ _id: 0 }, { $push: { a: { $each: [{ b: [2] }], $sort: { 'b.0': -1 } } } } as Any);
  expect((await collection.findOne())!.a).toEqual([{ b: [3] }, { b: [2] }, { b: [1] }, { b: null }, {}]);
});

test('$mod takes a number without its fraction, exactly, and none that 64 bits do not hold', async () => {
  const collection = fresh();
  const numbers = [decimal('12345678901234567.9'), decimal('9223372036854775809'), 1e300, new Double(-5.5), decimal('NaN'), decimal('1E2')];
  await collection.insertMany(numbers.map((a, _id) => ({ _id, a })) as Any[]);
  const found = async (...$mod: unknown[]) =>
    (
      await collection
        .find({ a: { $mod } } as Any)
        .sort({ _id: 1 })
        .toArray()
    ).map(({ _id }) => _id);
  expect(await found(10, 7)).toEqual([0]);
  expect(await found(2, -1)).toEqual([3]);
  expect(await found(1, 0)).toEqual([0, 3, 5]);
  expect(await codeOf(found(1e300, 0))).toBe(2);
});

test('a schema takes 0.3 for a multiple of 0.1, of any numeric types', async () => {
  const collection = fresh();
  await collection.insertMany([0.3, decimal('0.3'), 1, 0.35, decimal('0.35'), Infinity].map((a, _id) => ({ _id, a })) as Any[]);
  for (const multipleOf of [0.1, decimal('0.1')])
    expect(await collection.countDocuments({ $jsonSchema: { properties: { a: { multipleOf } } } } as Any)).toBe(3);
});

test('bits are those of whole numbers of 64 bits, also of decimals', async () => {
  const collection = fresh();
  const numbers = [decimal('9007199254740993'), decimal('1.5'), 2 ** 70 + 2 ** 60, decimal('18446744073709551617'), new Double(5), 1.5];
  await collection.insertMany(numbers.map((a, _id) => ({ _id, a })) as Any[]);
  const found = await collection
    .find({ a: { $bitsAllSet: [0] } })
    .sort({ _id: 1 })
    .toArray();
  expect(found.map(({ _id }) => _id)).toEqual([0, 4]);
  expect(await collection.countDocuments({ a: { $bitsAnySet: [60] } })).toBe(0);
});
