/** Migrations and indexes: one process at a time brings a store to the release that opens it. */
import { createConnection, type Connection, type Schema } from 'mongoose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/store/database.js';
import { documentSchema } from '../../src/store/documents.js';
import { Migrations, type Migration } from '../../src/store/migrations.js';
import { useStore } from '../support/store.js';

const store = useStore();
const log = { info: () => {}, warn: () => {}, error: () => {} } as never;

interface Thing {
  name: string;
  at: Date;
}

let connections: Connection[] = [];
let name = '';

beforeEach(() => (name = `migrations_${Date.now()}_${Math.random().toString(36).slice(2)}`));
afterEach(async () => {
  await connections[0]?.db?.dropDatabase();
  await Promise.all(connections.map((connection) => connection.close()));
  connections = [];
});

/** A process on the store, as far as migrations are concerned. */
async function processWith(migrations: Migration[], index: (schema: Schema<Thing>) => void = () => {}) {
  const connection = await createConnection(store.uri, { dbName: name, monitorCommands: true }).asPromise();
  connections.push(connection);
  const database = new Database(connection);
  const schema = documentSchema<Thing>({ name: { type: String, required: true }, at: { type: Date, required: true } });
  index(schema);
  const things = database.model<Thing>('Thing', schema, 'things');
  return { database, things: things.collection, migrations: new Migrations(database, migrations, log) };
}

/** A migration that counts itself in the store. */
function counted(description: string): Migration {
  return {
    description,
    run: async ({ connection }) =>
      void (await connection.collection<{ _id: string }>('runs').updateOne({ _id: description }, { $inc: { count: 1 } }, { upsert: true })),
  };
}

const runs = (database: Database) => database.connection.collection('runs').find().sort({ _id: 1 }).toArray();

describe('migrations', () => {
  test('are not taken in an empty store, which has the latest version at once', async () => {
    const { database, migrations } = await processWith([counted('a'), counted('b')]);
    await migrations.run({ indexes: 'ALL' });
    expect(await runs(database)).toEqual([]);
    expect(await database.connection.collection('store_state').findOne({})).toMatchObject({ version: 2, holder: null });
  });

  test('are taken in order and once each, also by ten processes that start together', async () => {
    const first = await processWith([]);
    await first.things.insertOne({ name: 'old', at: new Date() });
    const order: string[] = [];
    const noting = (description: string): Migration => {
      const { run } = counted(description);
      return { description, run: (database) => (order.push(description), run(database)) };
    };
    const all = await Promise.all(Array.from({ length: 10 }, () => processWith([noting('a'), noting('b')])));
    await Promise.all(all.map(({ migrations }) => migrations.run({ indexes: 'ALL' })));
    expect(order).toEqual(['a', 'b']);
    expect(await runs(first.database)).toEqual([
      { _id: 'a', count: 1 },
      { _id: 'b', count: 1 },
    ]);
  });

  test('go on after the last one that was finished, where a process died', async () => {
    const first = await processWith([]);
    await first.things.insertOne({ name: 'old', at: new Date() });
    const failing: Migration = { description: 'b', run: () => Promise.reject(new Error('killed')) };
    await expect((await processWith([counted('a'), failing])).migrations.run({ indexes: 'ALL' })).rejects.toThrow('killed');
    await first.database.connection
      .collection('store_state')
      .updateOne({}, { $set: { holder: 'a process that is gone', heldUntil: new Date(Date.now() + 1000) } });
    await (await processWith([counted('a'), counted('b')])).migrations.run({ indexes: 'ALL' });
    expect(await runs(first.database)).toEqual([
      { _id: 'a', count: 1 },
      { _id: 'b', count: 1 },
    ]);
  });

  test('refuse a store that a later release has migrated', async () => {
    await (await processWith([counted('a'), counted('b')])).migrations.run({ indexes: 'ALL' });
    const older = await processWith([counted('a')]);
    await expect(older.migrations.run({ indexes: 'ALL' })).rejects.toMatchObject({ code: 'STORE_IS_NEWER' });
  });
});

describe('indexes', () => {
  const indexesOf = async ({ things }: Awaited<ReturnType<typeof processWith>>) =>
    (await things.listIndexes().toArray()).map(({ v: _, ...index }) => index as Record<string, unknown>);

  test('of a collection that is not there yet are made in one step', async () => {
    const { database, things } = await processWith([], (schema) => {
      schema.index({ name: 1 }, { unique: true });
      schema.index({ at: 1 }, { expireAfterSeconds: 60 });
    });
    const asked: string[] = [];
    database.connection.getClient().on('commandStarted', ({ commandName }) => asked.push(commandName));
    await database.alignIndexes('ALL');
    expect(asked).toEqual(['listCollections', 'createIndexes']);
    expect(await things.indexes()).toMatchObject([
      { key: { _id: 1 } },
      { key: { name: 1 }, unique: true },
      { key: { at: 1 }, expireAfterSeconds: 60 },
    ]);
    expect(await database.needsIndexes('ALL')).toBe(false);
  });

  test('whose time of expiry changed get the new one', async () => {
    await (await processWith([], (schema) => schema.index({ at: 1 }, { expireAfterSeconds: 60 }))).migrations.run({ indexes: 'REQUIRED' });
    const second = await processWith([], (schema) => schema.index({ at: 1 }, { expireAfterSeconds: 3600 }));
    await second.migrations.run({ indexes: 'REQUIRED' });
    expect((await indexesOf(second)).find(({ key }) => JSON.stringify(key) === '{"at":1}')).toMatchObject({ expireAfterSeconds: 3600 });
  });

  test('whose options differ are made anew, and an operator’s own stay', async () => {
    const first = await processWith([], (schema) => schema.index({ name: 1 }));
    await first.migrations.run({ indexes: 'ALL' });
    await first.things.createIndex({ name: 1, at: -1 }, { name: 'by_the_operator' });
    const second = await processWith([], (schema) => schema.index({ name: 1 }, { unique: true }));
    await second.migrations.run({ indexes: 'REQUIRED' });
    const names = await indexesOf(second);
    expect(names.find(({ key }) => JSON.stringify(key) === '{"name":1}')).toMatchObject({ unique: true });
    expect(names.map((index) => index['name'])).toContain('by_the_operator');
  });

  test('that documents break are told by collection and key', async () => {
    const first = await processWith([]);
    const at = new Date();
    await first.things.insertMany([
      { name: 'same', at },
      { name: 'same', at },
    ]);
    const second = await processWith([], (schema) => schema.index({ name: 1 }, { unique: true }));
    await expect(second.migrations.run({ indexes: 'REQUIRED' })).rejects.toMatchObject({
      code: 'INDEX_CANNOT_BE_BUILT',
      message: expect.stringContaining('The index {"name":1} of things cannot be built'),
    });
  });

  test('that only make answers quicker are left for later on a collection with documents', async () => {
    const first = await processWith([]);
    await first.things.insertOne({ name: 'old', at: new Date() });
    const second = await processWith([], (schema) => schema.index({ at: 1 }));
    await second.migrations.run({ indexes: 'REQUIRED' });
    expect(await indexesOf(second)).toHaveLength(1);
    await second.migrations.run({ indexes: 'ALL' });
    expect(await indexesOf(second)).toHaveLength(2);
  });
});
