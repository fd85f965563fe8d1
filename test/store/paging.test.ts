/** Pages of a list: everything once, in order, both ways, while rows come and go. */
import fc from 'fast-check';
import { createConnection, Types, type Connection } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConnectionArgs, ListDefinition } from '../../src/relay/connection.js';
import { Database } from '../../src/store/database.js';
import { documentSchema } from '../../src/store/documents.js';
import { pagesByParent, paginate } from '../../src/store/paging.js';
import { useStore } from '../support/store.js';

interface Row {
  _id: Types.ObjectId;
  parent: Types.ObjectId;
  a: number;
  b: Date;
  c: string;
}

const store = useStore();
const parents = ['a', 'b'].map((letter) => new Types.ObjectId(letter.repeat(24)));
let connection: Connection;
let model: ReturnType<typeof modelIn>;

function modelIn(database: Database) {
  const schema = documentSchema<Row>({
    parent: { type: Types.ObjectId as never, required: true },
    a: { type: Number, required: true },
    b: { type: Date, required: true },
    c: { type: String, required: true },
  });
  schema.index({ parent: 1, a: -1, b: -1, _id: -1 });
  schema.index({ parent: 1, c: 1, a: -1, _id: 1 });
  return database.model<Row>('Row', schema, 'rows');
}

beforeAll(async () => {
  connection = await createConnection(store.uri, { dbName: `paging_${process.pid}` }).asPromise();
  const database = new Database(connection);
  model = modelIn(database);
  await database.alignIndexes('ALL');
});
afterAll(async () => {
  await connection.db?.dropDatabase();
  await connection.close();
});

const direction = fc.constantFrom(1 as const, -1 as const);
const orders = fc
  .tuple(fc.subarray(['a', 'b', 'c'] as const, { minLength: 0 }), fc.array(direction, { minLength: 4, maxLength: 4 }))
  .map(([fields, directions]) => [...fields, '_id'].map((field, at) => [field, directions[at]!] as const));
// Few values, so that many rows are equal in the first fields.
const row = fc.record({
  a: fc.integer({ min: 0, max: 2 }),
  b: fc.integer({ min: 0, max: 2 }).map((at) => new Date(at)),
  c: fc.constantFrom('', 'x', 'é', '\u{1f600}'),
});

let ids = 0;
/** In no order of time. */
function newRow(values: Omit<Row, '_id' | 'parent'>, parent = parents[0]!): Row {
  return { _id: new Types.ObjectId((((ids += 7919) * 2654435761) % 2 ** 32).toString(16).padStart(24, '0')), parent, ...values };
}

function listOf(parent: Types.ObjectId, order: ListDefinition['order']): ListDefinition {
  return { name: 'rows', filter: { parent }, order };
}

function sorted(rows: readonly Row[], order: ListDefinition['order']): string[] {
  const keyOf = (one: Row, field: string): Buffer | number => {
    const value = (one as never)[field] as unknown;
    if (value instanceof Types.ObjectId) return Buffer.from(value.id);
    return typeof value === 'string' ? Buffer.from(value) : Number(value);
  };
  const compare = (one: Row, two: Row): number => {
    for (const [field, way] of order) {
      const [x, y] = [keyOf(one, field), keyOf(two, field)];
      const difference = Buffer.isBuffer(x) ? Buffer.compare(x, y as Buffer) : x - (y as number);
      if (difference !== 0) return difference * way;
    }
    return 0;
  };
  return [...rows].sort(compare).map(({ _id }) => _id.toHexString());
}

async function replaceRows(rows: readonly Row[]): Promise<void> {
  await model.collection.deleteMany({});
  if (rows.length > 0) await model.collection.insertMany([...rows]);
}

test('paging through a list gives all that stays in it once, in its order, both ways, while other rows come and go', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 25 }),
      fc.array(row, { maxLength: 6 }),
      orders,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      async (staying, passing, order, size, backwards) => {
        const kept = staying.map((values) => newRow(values));
        const going = passing.map((values) => newRow(values));
        await replaceRows([...kept, ...going]);
        const list = listOf(parents[0]!, order);
        const seen: string[] = [];
        let cursor: string | null = null;
        for (;;) {
          const args: ConnectionArgs = backwards ? { last: size, before: cursor } : { first: size, after: cursor };
          const { edges, pageInfo } = await paginate<Row>(model, list, args);
          const page = edges.map(({ node }) => node._id.toHexString());
          seen.splice(backwards ? 0 : seen.length, 0, ...page);
          if (backwards ? !pageInfo.hasPreviousPage : !pageInfo.hasNextPage) break;
          cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
          const gone = going.pop();
          if (gone) await model.collection.deleteOne({ _id: gone._id });
          await model.collection.insertOne(newRow(gone ?? { a: 1, b: new Date(1), c: 'x' }));
          if (seen.length > 200) break;
        }
        const staid = new Set(kept.map(({ _id }) => _id.toHexString()));
        expect(seen.filter((id) => staid.has(id))).toEqual(sorted(kept, order));
        expect(new Set(seen).size).toBe(seen.length);
      },
    ),
    { numRuns: 40 },
  );
});

test('a page between two cursors is what lies between them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 2, maxLength: 25 }),
      orders,
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (values, order, one, two, size, backwards) => {
        const rows = values.map((each) => newRow(each));
        await replaceRows(rows);
        const list = listOf(parents[0]!, order);
        const all = await paginate<Row>(model, list, { first: 100 });
        const [from, to] = [one % rows.length, two % rows.length];
        const bounds = { after: all.edges[from]!.cursor, before: all.edges[to]!.cursor };
        const { edges, pageInfo } = await paginate<Row>(model, list, { ...bounds, ...(backwards ? { last: size } : { first: size }) });
        const between = sorted(rows, order).slice(from + 1, Math.max(to, from + 1));
        expect(edges.map(({ node }) => node._id.toHexString())).toEqual(backwards ? between.slice(-size) : between.slice(0, size));
        expect(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage).toBe(between.length > size);
      },
    ),
    { numRuns: 40 },
  );
});

test('the pages below several parents are each parent’s own', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(row, fc.boolean()), { minLength: 1, maxLength: 25 }),
      orders,
      fc.nat(),
      async (values, order, at) => {
        const rows = values.map(([each, isSecond]) => newRow(each, parents[Number(isSecond)]));
        await replaceRows(rows);
        const all = await paginate<Row>(model, { name: 'rows', filter: {}, order }, { first: 100 });
        const after = all.edges[at % rows.length]!.cursor;
        const keys = parents.map((parent) => ({ parent, list: listOf(parent, order), args: { first: 3, after } }));
        const pages = await pagesByParent<Row>(model, 'parent').batch(keys);
        for (const [index, key] of keys.entries()) {
          const alone = await paginate<Row>(model, key.list, key.args);
          const { edges, pageInfo } = pages[index]!;
          expect({ edges, pageInfo }).toEqual({ edges: alone.edges, pageInfo: alone.pageInfo });
        }
      },
    ),
    { numRuns: 25 },
  );
});
