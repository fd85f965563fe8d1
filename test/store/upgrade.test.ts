/** Data files that earlier versions wrote. These tests are about the embedded store alone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { dataFileOf, startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { runCommand } from '../support/processes.js';
import { Decimal128, Long, MongoClient, ObjectId } from '../support/store.js';

interface Numbered {
  _id: unknown;
  at: number;
  group: number;
}

/** What the files hold, in the order it was inserted in. */
const ids: unknown[] = [
  1,
  2.5,
  Long.fromString('9007199254740993'),
  Long.fromNumber(5),
  Decimal128.fromString('0.1'),
  Decimal128.fromString('12345678901234567890.123'),
  -7,
  -0.5,
  1e300,
  Long.fromString('-9007199254740995'),
  'text',
  new Date(1e12),
  { a: 1, b: 'x' },
  true,
  new ObjectId('0123456789abcdef01234567'),
];
/** In the order of values: numbers, texts, documents, ObjectIds, booleans, dates. */
const inOrder = [9, 6, 7, 4, 0, 1, 3, 2, 5, 8, 10, 12, 14, 13, 11];
let directory = '';
let store: EmbeddedStore | null = null;
let client: MongoClient;

afterEach(async () => {
  await client.close();
  await store?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe.each([1, 2])('data of layout %i', (layout) => {
  test('is brought up to date when the server starts, with documents of all kinds of _id', async () => {
    directory = mkdtempSync(join(tmpdir(), 'plaza-upgrade-'));
    const packed = readFileSync(new URL(`../fixtures/store/layout-${layout}.lmdb.gz`, import.meta.url));
    writeFileSync(dataFileOf(directory), gunzipSync(packed));
    store = await startEmbeddedStore({ directory });
    client = await MongoClient.connect(store.uri, { promoteValues: true });
    const numbers = client.db('d').collection<Numbered>('numbers');
    for (const [at, _id] of ids.entries()) expect(await numbers.findOne({ _id: { $eq: _id } as never }), String(_id)).toMatchObject({ at });
    expect((await numbers.find().sort({ _id: 1 }).toArray()).map(({ at }) => at)).toEqual(inOrder);
    const grouped = await numbers.find({ group: 1 }).sort({ _id: -1 }).toArray();
    expect(grouped.map(({ at }) => at)).toEqual(inOrder.filter((at) => at % 3 === 1).reverse());
    expect(await numbers.findOne({ tags: 'u5' })).toEqual({
      _id: ids[5],
      at: 5,
      group: 2,
      tags: ['t1', 'u5'],
      text: 'text 5',
      amount: 5,
      nested: { list: [{ a: 5 }, null, [1, 2]] },
    });
    await expect(numbers.insertOne({ _id: 99, at: 99, group: 0, text: 'text 3' } as Numbered)).rejects.toMatchObject({ code: 11000 });
    await expect(numbers.insertOne({ _id: 5, at: 99, group: 0 })).rejects.toMatchObject({ code: 11000 });
    await store.stop();
    store = null;
    const { stdout } = await runCommand('check-data', [dataFileOf(directory)]);
    expect(stdout).toContain(`${ids.length} documents`);
    expect(stdout).toContain(': 0 problems');
  });
});
