/** Finds by `_id` are answered the same whichever way they take. These tests are about the embedded store alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from 'bson';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { Long, MongoClient, ObjectId, type Db } from '../support/store.js';

const directory = mkdtempSync(join(tmpdir(), 'plaza-identity-'));
let store: EmbeddedStore;
let client: MongoClient;
let db: Db;

const ids: unknown[] = [
  new ObjectId('000000000000000000000001'),
  new ObjectId('ff0000000000000000000000'),
  0,
  7,
  -7,
  2 ** 31,
  1.5,
  Long.fromString('9007199254740993'),
  '',
  'text',
  'text\0and more',
  'größe',
  'x'.repeat(100),
  'x'.repeat(500),
  `${'x'.repeat(500)}y`,
  true,
  null,
  new Date(0),
  { nested: 1 },
  { nested: 1, more: [1] },
];
const unknownIds = [new ObjectId('000000000000000000000002'), 8, 'nothing', 'x'.repeat(501), false, { nested: 2 }];

beforeAll(async () => {
  store = await startEmbeddedStore({ directory });
  client = await MongoClient.connect(store.uri);
  db = client.db('d');
  await db.command({ insert: 'c', documents: ids.map((_id, n) => ({ _id, n, text: `document ${n}`.repeat(n) })) });
});

afterAll(async () => {
  await client.close();
  await store.stop();
  rmSync(directory, { recursive: true, force: true });
});

const anyId = fc.constantFrom(...ids, ...unknownIds);
const filter = fc.oneof(
  anyId.map((_id) => ({ _id })),
  fc.array(anyId, { maxLength: 150 }).map((list) => ({ _id: { $in: list } })),
);
const find = fc.record(
  {
    filter,
    limit: fc.integer({ min: 0, max: 5 }),
    batchSize: fc.integer({ min: 1, max: 200 }),
    singleBatch: fc.boolean(),
    maxTimeMS: fc.constant(60_000),
    readConcern: fc.constantFrom({ level: 'local' }, { level: 'majority' }),
  },
  { requiredKeys: ['filter'] },
);

/** The first batch, whether a cursor stays, and what the driver is told besides. */
async function answerTo(command: Document): Promise<Document> {
  const { cursor, ok } = await db.command({ find: 'c', ...command });
  const { id, ...rest } = cursor as { id: number | typeof Long.ZERO };
  return { ok, ...rest, isOpen: Number(id) !== 0 };
}

test('a find by _id has the answer that it has with a comment, which makes the store look at it closely', async () => {
  await fc.assert(
    fc.asyncProperty(find, async (command) => {
      expect(await answerTo(command)).toEqual(await answerTo({ ...command, comment: 'closely' }));
    }),
    { numRuns: 400 },
  );
});

test('a find by _id sees each write that was acknowledged before', async () => {
  const collection = db.collection<{ _id: string; n: number }>('written');
  for (let n = 1; n <= 200; n++) {
    await collection.updateOne({ _id: 'one' }, { $set: { n } }, { upsert: true });
    expect(await collection.findOne({ _id: 'one' })).toEqual({ _id: 'one', n });
  }
  await collection.deleteOne({ _id: 'one' });
  expect(await collection.findOne({ _id: 'one' })).toBeNull();
});

test.each([
  ['an argument that there is not', { nonsense: 1 }, 40415],
  ['a negative limit of a batch', { batchSize: -1 }, 51024],
  ['a read concern that there is not', { readConcern: { level: 'nonsense' } }, 9],
  ['a time that is none', { maxTimeMS: -1 }, 2],
])('a find by _id is refused for %s', async (_what, wrong, code) => {
  await expect(db.command({ find: 'c', filter: { _id: 7 }, ...wrong })).rejects.toMatchObject({ code });
});

test('thousands of values read what they name alone, and come in the order that is asked for', async () => {
  const many = Array.from({ length: 3000 }, (_, at) => at);
  await db.command({ insert: 'many', documents: many.map((at) => ({ _id: at, group: at, rank: (at * 7919) % 3000, half: at % 2 })) });
  await db.collection('many').createIndexes([{ key: { group: 1, rank: 1 } }, { key: { half: 1, group: 1 } }]);
  const wanted = many.filter((at) => at % 6 !== 0);
  for (const [filter, sort, examined] of [
    [{ _id: { $in: wanted } }, {}, 2500],
    [{ group: { $in: wanted } }, {}, 2500],
    [{ group: { $in: wanted } }, { rank: 1 }, 2500],
    [{ group: { $in: wanted }, half: 1 }, { rank: -1 }, 2500],
    [{ half: { $in: [0, 1] }, group: { $in: wanted } }, { group: 1 }, 3000],
  ] as const) {
    const found = db.collection('many').find(filter as Document, { sort, batchSize: 5000 });
    const documents = await found.toArray();
    const expected = many.filter(
      (at) => wanted.includes(at) && (!('half' in filter) || typeof filter.half === 'object' || at % 2 === filter.half),
    );
    const [field = 'group', direction = 1] = Object.entries(sort)[0] ?? [];
    expect(documents.map(({ _id }) => Number(_id)).sort((one, other) => one - other)).toEqual(expected);
    if (Object.keys(sort).length > 0) {
      const ranks = documents.map((document) => Number(document[field]));
      expect(ranks).toEqual([...ranks].sort((one, other) => (one - other) * direction));
    }
    const { executionStats } = await db
      .collection('many')
      .find(filter as Document, { sort })
      .explain('executionStats');
    expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(examined);
  }
});
