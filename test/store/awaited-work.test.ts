/** Work whose answer was given up while it waited for its turn. */
import { createConnection, type Connection } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RequestError } from '../../src/errors.js';
import { whileAwaited } from '../../src/store/awaited-work.js';
import { Database } from '../../src/store/database.js';
import { useStore } from '../support/store.js';

const store = useStore();
let connection: Connection;
let database: Database;

beforeAll(async () => {
  connection = await createConnection(store.uri, { dbName: `awaited_${process.pid}` }).asPromise();
  database = new Database(connection, { shared: false });
});
afterAll(async () => {
  await connection.db?.dropDatabase();
  await connection.close();
});

test('what was given up while it waited for its turn writes nothing, and what comes after it does', async () => {
  const notes = connection.collection('notes');
  const write = (text: string) => database.inTransaction(['note'], async (session) => void (await notes.insertOne({ text }, { session })));
  let letGo = (): void => {};
  let held: Promise<void> = Promise.resolve();
  await new Promise<void>((begun) => {
    held = database.inTransaction(['note'], () => {
      begun();
      return new Promise((resolve) => (letGo = resolve));
    });
  });
  const answer = new AbortController();
  const late = whileAwaited(answer.signal, () => write('late'));
  const after = write('after');
  answer.abort(new RequestError('OPERATION_TIMEOUT', 'The operation took too long.'));
  letGo();
  await expect(late).rejects.toMatchObject({ code: 'OPERATION_TIMEOUT' });
  await Promise.all([held, after]);
  expect((await notes.find().toArray()).map(({ text }) => text as string)).toEqual(['after']);
});
