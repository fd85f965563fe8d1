/** However long a list has become, a page of it looks at about as many index keys and documents as it has items. */
import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isObjectType } from 'graphql';
import { createConnection, type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { edgeIn, readPage, type ConnectionArgs, type ListDefinition } from '../../src/relay/connection.js';
import { Database } from '../../src/store/database.js';
import { pageReads } from '../../src/store/paging.js';
import { everyList, fill, listsInMemory, type ListedRows } from '../support/every-list.js';
import { useStore } from '../support/store.js';

const rows = 800;
const rareEvery = 16;
const pageSize = 10;
/** What a page may look at besides its items: the first key of each range that is merged, and where a range ends. */
const allowance = 120;

const store = useStore();
let connection: Connection;
let database: Database;

beforeAll(async () => {
  connection = await createConnection(store.uri, { dbName: `lists_${process.pid}` }).asPromise();
  database = new Database(connection);
  lists = everyList(database);
  await database.alignIndexes('ALL');
});
afterAll(async () => {
  await connection.db?.dropDatabase();
  await connection.close();
});

let lists: ListedRows[] = everyList(new Database(createConnection()));

describe.each(lists.map(({ fields, lists: named }, at) => ({ at, name: `${fields.join(', ')} (${Object.keys(named).length})` })))(
  '$name',
  ({ at }) => {
    test('first, deep and last pages look at what they show', async () => {
      const listed = lists[at]!;
      await fill(listed, rows, rareEvery);
      for (const [name, list] of Object.entries(listed.lists)) {
        const middle = await cursorInTheMiddle(listed, list);
        const pages: Record<string, ConnectionArgs> = {
          first: { first: pageSize },
          deep: { first: pageSize, after: middle },
          'deep, backwards': { last: pageSize, before: middle },
          last: { last: pageSize },
        };
        for (const [page, args] of Object.entries(pages)) {
          const { found, examined, sorted } = await costOf(listed, list, args);
          expect(found, `${name}, ${page}`).toBe(pageSize + 1);
          expect(examined, `${name}, ${page}`).toBeLessThanOrEqual(2 * (pageSize + 1) + allowance);
          expect(sorted, `${name}, ${page}: sorted by an index`).toBe(true);
        }
      }
    });
  },
);

test('every list of the API is among them, or is chosen in memory', () => {
  const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields())
          .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
  const known = new Set([...lists.flatMap((listed) => listed.fields), ...listsInMemory]);
  expect(fields.filter((field) => !known.has(field))).toEqual([]);
  expect([...known].filter((field) => !fields.includes(field))).toEqual([]);
});

async function cursorInTheMiddle({ model }: ListedRows, list: ListDefinition): Promise<string> {
  const filter = model.find().cast(model, { ...list.filter }) as object;
  const all = await model.collection.find(filter).sort(Object.fromEntries(list.order)).toArray();
  return edgeIn(list, all[Math.floor(all.length / 2)]).cursor;
}

/** The reads of a page, one after another until it is full. */
async function costOf({ model }: ListedRows, list: ListDefinition, args: ConnectionArgs) {
  const page = readPage(args, list.name, list.order.length);
  let [found, examined, sorted] = [0, 0, true];
  for (const { filter, sort, limit } of pageReads(list, page)) {
    if (found >= limit) break;
    const find = model.collection.find(model.find().cast(model, filter) as object, { sort, limit });
    const { executionStats } = (await find.explain('executionStats')) as { executionStats: Record<string, number> };
    found = Math.min(limit, found + executionStats['nReturned']!);
    examined = Math.max(examined, executionStats['totalKeysExamined']!, executionStats['totalDocsExamined']!);
    sorted &&= !JSON.stringify(executionStats['executionStages']).includes('"SORT"');
  }
  return { found, examined, sorted };
}
