/** Two processes that write to the same things on one store. */
import { createConnection, type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../src/store/database.js';
import { Door } from '../support/door.js';
import { useStore } from '../support/store.js';

const store = useStore();
let connections: Connection[];
let processes: Database[];

beforeAll(async () => {
  const dbName = `turns_${process.pid}`;
  connections = await Promise.all([1, 2].map(() => createConnection(store.uri, { dbName }).asPromise()));
  processes = connections.map((connection) => new Database(connection, { shared: true }));
});
afterAll(async () => {
  await connections[0]!.db?.dropDatabase();
  await Promise.all(connections.map((connection) => connection.close()));
});

/** Counts up in a transaction of a process. @returns how often its work had to run */
async function countUp(which: number, name: string, keys = [name]): Promise<number> {
  let runs = 0;
  await processes[which]!.inTransaction(keys, async (session) => {
    runs++;
    const counters = connections[which]!.collection<{ _id: string; count: number }>('counters');
    await counters.updateOne({ _id: name }, { $inc: { count: 1 } }, { upsert: true, session });
    await counters.findOne({ _id: name }, { session });
  });
  return runs;
}

async function countOf(name: string): Promise<number | undefined> {
  return (await connections[0]!.collection<{ _id: string; count: number }>('counters').findOne({ _id: name }))?.count;
}

describe('transactions of two processes with a common key', () => {
  test.each([
    ['alone', []],
    ['beside many others', ['d', 'e', 'f', 'g']],
  ])('%s are all counted, hardly any runs twice, and both processes get on', async (name, others) => {
    const ended: number[] = [];
    const each = 60;
    const runs = await Promise.all(
      Array.from({ length: 2 * each }, async (_, at) => {
        const needed = await countUp(at % 2, name, [name, ...others]);
        ended.push(at % 2);
        return needed;
      }),
    );
    expect(await countOf(name)).toBe(2 * each);
    expect(runs.reduce((sum, needed) => sum + needed, 0)).toBeLessThan(2 * each * 1.05);
    // Neither has to wait until the other has done all it has.
    const lastOfFirst = ended.indexOf(ended[0]! === 0 ? 1 : 0);
    expect(lastOfFirst).toBeLessThan(each);
  });

  test('go on where processes were killed, in their turn and waiting for it', async () => {
    const turns = connections[0]!.collection<{ _id: string; holder: string; until: Date; next: string | null }>('key_turns');
    await turns.insertOne({ _id: 'left', holder: 'gone', until: new Date(Date.now() + 300), next: 'gone as well' });
    const began = performance.now();
    await countUp(1, 'left');
    await countUp(0, 'left');
    expect(await countOf('left')).toBe(2);
    // No longer than the turn of the first would have lasted, and nothing for the one that was to follow it.
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test('take several keys without waiting for each other in a circle, and leave no turns behind', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, at) => countUp(at % 2, 'both', at % 3 === 0 ? ['b', 'a'] : ['a', 'b', 'both'])));
    expect(await countOf('both')).toBe(20);
    await expect.poll(() => connections[0]!.collection('key_turns').countDocuments()).toBe(0);
  });

  test('fail alone where their work fails', async () => {
    const failing = processes[0]!.inTransaction(['common'], () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await countUp(1, 'after')).toBe(1);
  });
});

test.skipIf(process.env['MONGODB_URI'])('a client that is gone leaves no document locked by its transaction', async () => {
  const path = decodeURIComponent(/mongodb:\/\/([^/?]+)/.exec(store.uri)![1]!);
  const door = new Door(() => (path.endsWith('.sock') ? { path } : { port: Number(path.split(':')[1]), host: '127.0.0.1' }));
  await door.start();
  const leaving = await createConnection(`mongodb://127.0.0.1:${door.port}/?directConnection=true`, {
    dbName: connections[0]!.name,
  }).asPromise();
  const [theirs, ours] = [leaving, connections[0]!].map((one) => one.collection<{ _id: string; count: number }>('counters'));
  const session = await leaving.startSession();
  session.startTransaction();
  await theirs!.updateOne({ _id: 'locked' }, { $inc: { count: 1 } }, { upsert: true, session });
  door.stop();
  // A transaction lasts a minute where nothing ends it.
  await ours!.updateOne({ _id: 'locked' }, { $inc: { count: 10 } }, { upsert: true, maxTimeMS: 30_000 });
  expect(await ours!.findOne({ _id: 'locked' })).toEqual({ _id: 'locked', count: 10 });
  await leaving.close(true);
});

test('a write waits for somebody’s transaction no longer than it may', async () => {
  const [theirs, ours] = connections.map((one) => one.collection<{ _id: string; count: number }>('counters'));
  await connections[0]!.transaction(async (session) => {
    await theirs!.updateOne({ _id: 'held' }, { $inc: { count: 1 } }, { upsert: true, session });
    const write = ours!.updateOne({ _id: 'held' }, { $inc: { count: 10 } }, { upsert: true, maxTimeMS: 50 });
    await expect(write).rejects.toMatchObject({ code: 50 });
  });
  expect(await ours!.findOne({ _id: 'held' })).toEqual({ _id: 'held', count: 1 });
});
