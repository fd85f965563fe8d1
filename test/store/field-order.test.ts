/** Fields keep their order, also where they are named by numbers, which JavaScript’s objects put first. */
import { describe, expect, test } from 'vitest';
import { useStore } from '../support/store.js';

const store = useStore();
let collections = 0;

// Documents of tests have any shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Any = any;

/** A document in an order of its own, as clients in other languages send it. */
const inOrder = (...names: string[]): Any => new Map(names.map((name, at) => [name, at]));

async function having(...values: unknown[]) {
  const collection = store.db.collection<Any>(`t${++collections}`);
  await collection.insertMany(values.map((v, _id) => ({ _id, v })) as Any[]);
  return collection;
}

type Collection = Awaited<ReturnType<typeof having>>;

/** The names of a field’s fields, in the order that the store has. */
async function namesIn(collection: Collection, path = '$v', ...stages: object[]): Promise<string[]> {
  const names = { $map: { input: { $objectToArray: path }, in: '$$this.k' } };
  const [found] = await collection.aggregate([...(stages as Any[]), { $project: { names } }]).toArray();
  return found!['names'] as string[];
}

describe('fields named by numbers', () => {
  test.each<[string, (collection: Collection) => Promise<unknown>, string[]]>([
    ['$set of another field', (one) => one.updateOne({}, { $set: { x: 1 } }), ['b', '10', '9']],
    ['$set of one of them', (one) => one.updateOne({}, { $set: { 'v.10': 5, 'v.2': 6 } }), ['b', '10', '9', '2']],
    ['$set of the whole', (one) => one.updateOne({}, { $set: { v: inOrder('z', '1', 'a', '0') } }), ['z', '1', 'a', '0']],
    ['a replacement', (one) => one.replaceOne({}, { v: inOrder('z', '1') }), ['z', '1']],
    ['a pipeline that sets', (one) => one.updateOne({}, [{ $set: { 'v.1': 1, 'v.9': 7 } }]), ['b', '10', '9', '1']],
    [
      'an upsert by a whole document',
      (one) => one.drop().then(() => one.updateOne({ v: inOrder('z', '1') }, { $set: { y: 1 } }, { upsert: true })),
      ['z', '1'],
    ],
  ])('keep their places in an update: %s', async (_name, change, names) => {
    const collection = await having(inOrder('b', '10', '9'));
    await change(collection);
    expect(await namesIn(collection)).toEqual(names);
  });

  test.each<[string, string, object[], string[]]>([
    ['what is read', '$v', [], ['b', '10', '9']],
    ['an exclusion', '$v', [{ $project: { 'v.b': 0, x: 0 } }], ['10', '9']],
    ['an inclusion', '$v', [{ $project: { 'v.9': 1, 'v.b': 1, 'v.10': 1 } }], ['b', '10', '9']],
    ['a field set', '$v', [{ $set: { v: { $setField: { field: '1', input: '$v', value: 1 } } } }], ['b', '10', '9', '1']],
    ['a field taken away', '$v', [{ $set: { v: { $unsetField: { field: '10', input: '$v' } } } }], ['b', '9']],
    [
      'documents merged',
      '$v',
      [{ $set: { v: { $mergeObjects: ['$v', { $literal: inOrder('c', '3', 'b') }] } } }],
      ['b', '10', '9', 'c', '3'],
    ],
    ['a document of pairs', '$v', [{ $set: { v: { $arrayToObject: { $reverseArray: { $objectToArray: '$v' } } } } }], ['9', '10', 'b']],
    ['a list unwound within', '$v', [{ $set: { 'v.10': [1] } }, { $unwind: '$v.10' }], ['b', '10', '9']],
    [
      'a group',
      '$$ROOT',
      [
        {
          $group: new Map<string, unknown>([
            ['_id', null],
            ['b', { $sum: 1 }],
            ['1', { $sum: 1 }],
          ]),
        },
      ],
      ['_id', 'b', '1'],
    ],
  ])('keep their places in a pipeline: %s', async (_name, path, stages, names) => {
    expect(await namesIn(await having(inOrder('b', '10', '9')), path, ...stages)).toEqual(names);
  });

  test('in another order make another value: to filters, groups, indexes and as identities', async () => {
    const collection = await having(
      inOrder('b', '1'),
      new Map([
        ['1', 1],
        ['b', 0],
      ]),
    );
    const counts = async () => [
      await collection.countDocuments({ v: inOrder('b', '1') }),
      await collection.countDocuments({ v: { $in: [inOrder('b', '1')] } }),
      await collection.countDocuments({ v: { $ne: inOrder('b', '1') } }),
    ];
    expect(await counts()).toEqual([1, 1, 1]);
    expect(await collection.aggregate([{ $group: { _id: '$v' } }]).toArray()).toHaveLength(2);
    await collection.createIndex({ v: 1 }, { unique: true });
    expect(await counts()).toEqual([1, 1, 1]);
    await collection.insertMany([
      new Map([['_id', inOrder('b', '1')]]),
      new Map([
        [
          '_id',
          new Map([
            ['1', 1],
            ['b', 0],
          ]),
        ],
        ['v', 1 as Any],
      ]),
    ] as Any[]);
    expect(await collection.countDocuments({ _id: inOrder('b', '1') })).toBe(1);
  });

  test('are sorted by in the order in which a sort names them', async () => {
    const collection = store.db.collection<Any>(`t${++collections}`);
    await collection.insertMany([
      { _id: 0, b: 1, 1: 2 },
      { _id: 1, b: 2, 1: 3 },
      { _id: 2, b: 1, 1: 1 },
    ]);
    const sort = new Map<string, 1 | -1>([
      ['b', 1],
      ['1', -1],
    ]);
    const order = async () => (await collection.find().sort(sort).toArray()).map(({ _id }) => _id);
    expect(await order()).toEqual([0, 2, 1]);
  });
});
