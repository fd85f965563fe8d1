/** No client and no disk ends the store. These tests are about the embedded store alone. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { runCommand } from '../support/processes.js';
import { MongoClient } from '../support/store.js';

const disk = mkdtempSync(join(tmpdir(), 'plaza-disk-'));
const run = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const mounted = process.platform === 'linux' && run('mount', '-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk);
let store: EmbeddedStore;
let client: MongoClient;

afterAll(async () => {
  await client?.close();
  await store?.stop();
  if (mounted) run('umount', disk);
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(!mounted)('on a full disk', () => {
  const collection = () => client.db('d').collection<{ _id: number; text: string }>('c');
  const insert = (n: number) => collection().insertOne({ _id: n, text: 'x'.repeat(20_000) });
  let kept = 0;

  beforeAll(async () => {
    store = await startEmbeddedStore({ directory: join(disk, 'store') });
    client = await MongoClient.connect(store.uri, { retryWrites: false });
  });

  test('a write is refused with the code for it', async () => {
    let failure: unknown = null;
    while (!failure)
      await insert(kept).then(
        () => kept++,
        (error: unknown) => (failure = error),
      );
    expect(failure).toMatchObject({ code: 14031, codeName: 'OutOfDiskSpace' });
    expect(kept).toBeGreaterThan(10);
  });

  test('reading goes on, and all that was acknowledged is there', async () => {
    expect(await collection().countDocuments()).toBe(kept);
    expect(await collection().estimatedDocumentCount()).toBe(kept);
    expect((await collection().find().toArray()).every(({ text }) => text.length === 20_000)).toBe(true);
  });

  test('a transaction is refused as a whole', async () => {
    const session = client.startSession();
    session.startTransaction();
    for (let n = 0; n < 20; n++) await collection().insertOne({ _id: -1 - n, text: 'x'.repeat(50_000) }, { session });
    await expect(session.commitTransaction()).rejects.toMatchObject({ code: 14031 });
    await session.endSession();
    expect(await collection().countDocuments()).toBe(kept);
  });

  test('a collection that could not be made is not there, and is made later', async () => {
    const big = { text: 'x'.repeat(2_000_000) };
    await expect(
      client
        .db('d')
        .collection('late')
        .insertOne({ ...big }),
    ).rejects.toMatchObject({ code: 14031 });
    expect(await client.db('d').listCollections({ name: 'late' }).toArray()).toEqual([]);
  });

  test('many writes in a row are refused, of every kind and size, and the store lives', async () => {
    const code = (failure: { code: number }) => failure.code;
    const refused = { code: 14031 };
    for (let round = 0; round < 10; round++) {
      const large = Array.from({ length: 5 }, (_, at) => ({ _id: -1000 - at, text: 'x'.repeat(400_000) }));
      await expect(collection().insertMany(large)).rejects.toMatchObject(refused);
      expect(
        await collection()
          .updateMany({}, { $set: { text: 'y'.repeat(40_000) } })
          .then(() => 0, code),
      ).toBe(14031);
      await expect(collection().createIndex({ text: 1, round: 1 })).rejects.toMatchObject(refused);
    }
    expect(await collection().countDocuments({ text: /^x{20000}$/ })).toBe(kept);
  });

  test('writes are taken again once there is space', async () => {
    expect(run('mount', '-o', 'remount,size=64m', disk)).toBe(true);
    await insert(kept++);
    await client
      .db('d')
      .collection('late')
      .insertOne({ text: 'x'.repeat(2_000_000) });
    expect(await collection().countDocuments()).toBe(kept);
  });
});

describe.skipIf(!mounted)('a command on a full disk', () => {
  const small = mkdtempSync(join(tmpdir(), 'plaza-small-disk-'));
  const file = join(small, '..', 'plaza-small-disk.csv');

  afterAll(() => {
    run('umount', small);
    rmSync(small, { recursive: true, force: true });
    rmSync(file, { force: true });
  });

  test('says so in a sentence, and what it has written stays', async () => {
    expect(run('mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small)).toBe(true);
    const lines = Array.from({ length: 40_000 }, (_, at) => `user${at % 5000},product${at % 700},${1 + (at % 5)},A text of review ${at}`);
    writeFileSync(file, ['user,product,rating,text', ...lines].join('\n'));
    const environment = { PLAZA_DATA_DIR: small, LOG_LEVEL: 'silent' };
    const failure = await runCommand('import', [file, '--format', 'csv'], environment).then(
      () => null,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringMatching(/^The store failed: .*disk/m) });
    expect(failure!.stderr).not.toMatch(/^ +at /m);
    run('mount', '-o', 'remount,size=64m', small);
    expect((await runCommand('check-data', [], environment)).stdout).toMatch(/no problem|0 problems|No problem/i);
  });
});
