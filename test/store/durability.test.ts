/** What was acknowledged is there after the process is killed, and nothing half. These tests are about the embedded store alone. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbeddedStore } from '../../src/store/embedded/index.js';
import { MongoClient } from '../support/store.js';
import { until } from '../support/until.js';

const server = fileURLToPath(new URL('../support/store-process.js', import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plaza-durability-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Starts a store in a process of its own, which can be killed without killing the test. */
async function startProcess(): Promise<{ child: ChildProcess; uri: string }> {
  const child = fork(server, [directory], { execArgv: [] });
  const [message] = (await once(child, 'message')) as [{ uri: string } | { error: string }];
  if ('error' in message) throw new Error(message.error);
  return { child, uri: message.uri };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

interface Acknowledged {
  pairs: string[];
  singles: string[];
}

/** A pair of documents in one transaction, then a single insert. */
async function writeOnce(client: MongoClient, worker: string, key: string, acknowledged: Acknowledged): Promise<void> {
  const db = client.db('durable');
  const concern = { writeConcern: { w: 'majority' as const } };
  await client.withSession(async (session) => {
    session.startTransaction(concern);
    await db.collection<{ _id: string }>('left').insertOne({ _id: key }, { session });
    await db.collection<{ _id: string }>('right').insertOne({ _id: key }, { session });
    await db.collection<{ _id: string; n: number }>('counter').updateOne({ _id: worker }, { $inc: { n: 1 } }, { session, upsert: true });
    await session.commitTransaction();
  });
  acknowledged.pairs.push(key);
  await db.collection<{ _id: string }>('single').insertOne({ _id: key }, concern);
  acknowledged.singles.push(key);
}

/** Whether something succeeded. */
const succeeded = [() => true, () => false] as const;

/** Writes until the server is gone; while it is there, a busy machine may fail some, and others follow. */
async function writeUntilKilled(uri: string, worker: string, acknowledged: Acknowledged, killed: AbortSignal): Promise<void> {
  // A client that could not connect at first never will.
  for (let at = 0; !killed.aborted; at++) {
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: 500, retryWrites: false });
    while (!killed.aborted && (await writeOnce(client, worker, `${worker}-${at}`, acknowledged).then(...succeeded))) at++;
    await client.close(true).catch(() => {});
  }
}

test('every acknowledged write survives kill -9, and no transaction is half there', async () => {
  const acknowledged: Acknowledged = { pairs: [], singles: [] };
  for (let round = 0; round < 8; round++) {
    const { child, uri } = await startProcess();
    const killed = new AbortController();
    const writers = Array.from({ length: 6 }, (_, at) => writeUntilKilled(uri, `r${round}w${at}`, acknowledged, killed.signal));
    const enough = acknowledged.singles.length + 10 * (round + 1);
    await until(() => acknowledged.singles.length >= enough);
    killed.abort();
    await kill(child);
    await Promise.all(writers);
  }
  const { child, uri } = await startProcess();
  const client = await MongoClient.connect(uri);
  const db = client.db('durable');
  const ids = async (name: string) =>
    new Set(
      (
        await db
          .collection<{ _id: string }>(name)
          .find({}, { projection: { _id: 1 } })
          .toArray()
      ).map(({ _id }) => _id),
    );
  const [left, right, single] = [await ids('left'), await ids('right'), await ids('single')];
  expect(acknowledged.pairs.length).toBeGreaterThan(50);
  expect(acknowledged.pairs.filter((key) => !left.has(key) || !right.has(key))).toEqual([]);
  expect(acknowledged.singles.filter((key) => !single.has(key))).toEqual([]);
  expect([...left].filter((key) => !right.has(key))).toEqual([]);
  expect([...right].filter((key) => !left.has(key))).toEqual([]);
  const counters = await db.collection<{ _id: string; n: number }>('counter').find().toArray();
  expect(counters.reduce((sum, { n }) => sum + n, 0)).toBe(left.size);
  expect(await db.collection('left').estimatedDocumentCount()).toBe(left.size);
  await client.close();
  await kill(child);
});

describe('a data directory', () => {
  const file = () => join(directory, 'plaza.lmdb');

  async function filled(): Promise<void> {
    const store = await startEmbeddedStore({ directory });
    const client = await MongoClient.connect(store.uri);
    await client
      .db('d')
      .collection('c')
      .insertMany(Array.from({ length: 2000 }, (_, n) => ({ n, text: 'x'.repeat(200) })));
    await client.close();
    await store.stop();
  }

  async function refusal(): Promise<string> {
    const before = readFileSync(file());
    const error = await startEmbeddedStore({ directory }).then(
      async (store) => {
        await store.stop();
        return expect.fail('it was accepted');
      },
      (reason: Error) => reason,
    );
    expect(readFileSync(file()).equals(before)).toBe(true);
    return error.message;
  }

  test('is found again with all it holds', async () => {
    await filled();
    const store = await startEmbeddedStore({ directory });
    const client = await MongoClient.connect(store.uri);
    expect(await client.db('d').collection('c').countDocuments()).toBe(2000);
    await client.close();
    await store.stop();
  });

  test('that is cut short is refused and left as it is', async () => {
    await filled();
    truncateSync(file(), Math.floor(statSync(file()).size / 2 / 4096) * 4096);
    expect(await refusal()).toContain('is cut short');
  });

  test('that is empty is refused and left as it is', async () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file(), '');
    expect(await refusal()).toContain('is empty');
  });

  test('of something else is refused and left as it is', async () => {
    writeFileSync(file(), Buffer.alloc(100_000, 'SQLite format 3\0'));
    expect(await refusal()).toContain('is no Plaza store');
  });

  test('with a damaged head is refused and left as it is', async () => {
    await filled();
    const handle = openSync(file(), 'r+');
    writeSync(handle, Buffer.alloc(64, 0x5a), 0, 64, 0);
    closeSync(handle);
    expect(await refusal()).toContain('is no Plaza store');
  });

  test('of a newer Plaza is refused and left as it is', async () => {
    await filled();
    const { open } = await import('lmdb');
    const { serialize } = await import('bson');
    const environment = open<Buffer, Buffer>({ path: file(), maxDbs: 4, noSubdir: true, encoding: 'binary', keyEncoding: 'binary' });
    const meta = environment.openDB<Buffer, Buffer>('meta', { encoding: 'binary', keyEncoding: 'binary' });
    await meta.put(Buffer.from('format'), Buffer.from(serialize({ product: 'plaza', version: 99, nextId: 1 })));
    await environment.close();
    expect(await refusal()).toContain('written by a newer Plaza');
  });

  test('lets nobody else read it', async () => {
    await filled();
    expect(statSync(directory).mode & 0o077).toBe(0);
    expect(existsSync(join(directory, 'owner.json'))).toBe(false);
  });
});
