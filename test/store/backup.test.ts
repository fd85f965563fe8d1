/** Backups, restoring them, and checking data. These tests are about the embedded store alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { MongoClient } from '../support/store.js';

const plaza = fileURLToPath(new URL('../../dist/cli/plaza.js', import.meta.url));
let data: string;
let store: EmbeddedStore | null;
let client: MongoClient;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'plaza-backup-'));
  store = null;
});

afterEach(async () => {
  await stop();
  rmSync(data, { recursive: true, force: true });
});

const file = () => join(data, 'store', 'plaza.lmdb');
const backup = () => join(data, 'backup.lmdb');
const documents = () => client.db('d').collection<{ _id: number | string; n: number; tags?: string[]; text: string }>('c');

async function start(): Promise<void> {
  store = await startEmbeddedStore({ directory: join(data, 'store') });
  client = await MongoClient.connect(store.uri);
}

async function stop(): Promise<void> {
  if (!store) return;
  await client.close();
  await store.stop();
  store = null;
}

async function filled(): Promise<void> {
  await start();
  await documents().createIndexes([{ key: { n: 1 } }, { key: { tags: 1 } }, { key: { text: 1 }, unique: true }]);
  const some = Array.from({ length: 2000 }, (_, n) => ({
    _id: n % 2 === 0 ? n : `id ${n}`,
    n,
    tags: ['a', `t${n % 7}`],
    text: `text-${n}-${'x'.repeat(200)}`,
  }));
  await documents().insertMany(some);
}

async function run(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, PLAZA_DATA_DIR: data, MONGODB_URI: '', NODE_ENV: 'test' };
  const child = spawn(process.execPath, [plaza, name, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit') as Promise<[number]>]);
  return { code, output: output + errors };
}

function overwrite(at: number, bytes: Buffer): void {
  const handle = openSync(file(), 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}

test('a backup made while others write holds a whole state, and restoring brings it back', async () => {
  await filled();
  let writes = 0;
  let done = false;
  const writing = (async () => {
    while (!done) await documents().insertOne({ _id: `w${writes}`, n: writes++, text: `written ${writes}` });
  })();
  expect(await run('backup', backup())).toMatchObject({ code: 0 });
  done = true;
  await writing;
  expect(statSync(backup()).mode & 0o077).toBe(0);
  expect((await run('check-data', backup())).output).toMatch(/: 0 problems/);
  expect((await run('restore', backup())).output).toMatch(
    /^The backup cannot be restored: the data directory .* is in use by another process\.\n$/,
  );
  await documents().deleteMany({});
  await stop();
  expect(await run('restore', backup())).toMatchObject({ code: 0 });
  await start();
  const found = await documents().countDocuments();
  expect(found).toBeGreaterThanOrEqual(2000);
  expect(found).toBeLessThanOrEqual(2000 + writes);
});

test('a backup never overwrites a file', async () => {
  await filled();
  await run('backup', backup());
  const before = readFileSync(backup());
  expect(await run('backup', backup())).toMatchObject({ code: 1, output: `${backup()} exists already: name another file.\n` });
  expect(readFileSync(backup()).equals(before)).toBe(true);
});

test('sound data is found sound beside a running server', async () => {
  await filled();
  await documents().updateMany({ n: { $lt: 500 } }, { $push: { tags: 'late' } });
  await documents().deleteMany({ n: { $gte: 1500 } });
  expect(await run('check-data')).toMatchObject({ code: 0, output: '1 collections, 1500 documents, 6500 index entries: 0 problems\n' });
});

test('checking a backup writes nothing, neither into it nor beside it', async () => {
  await filled();
  await run('backup', backup());
  await stop();
  const shelf = join(data, 'shelf');
  mkdirSync(shelf);
  copyFileSync(backup(), join(shelf, 'backup.lmdb'));
  const before = readFileSync(backup());
  chmodSync(join(shelf, 'backup.lmdb'), 0o400);
  chmodSync(shelf, 0o500);
  try {
    expect(await run('check-data', join(shelf, 'backup.lmdb'))).toMatchObject({ code: 0 });
  } finally {
    chmodSync(shelf, 0o700);
  }
  expect(readdirSync(shelf)).toEqual(['backup.lmdb']);
  expect(readFileSync(join(shelf, 'backup.lmdb')).equals(before)).toBe(true);
});

test('a backup that cannot be written leaves no copy behind', async () => {
  await filled();
  const before = readdirSync(join(data, 'store'));
  expect(await run('backup', join(data, 'nowhere', 'backup.lmdb'))).toMatchObject({ code: 1 });
  expect(readdirSync(join(data, 'store'))).toEqual(before);
});

test('something else than a backup is refused by its name, and neither it nor the data is touched', async () => {
  await filled();
  await stop();
  const [empty, short] = [join(data, 'empty'), join(data, 'short')];
  writeFileSync(empty, '');
  writeFileSync(short, readFileSync(file()).subarray(0, 100_000));
  const before = [file(), empty, short].map((path) => readFileSync(path));
  for (const [path, problem] of [
    [plaza, 'is no Plaza store'],
    [data, 'is a folder'],
    [empty, 'is empty'],
    [short, 'is cut short'],
  ] as const) {
    for (const command of path === plaza || path === empty ? ['restore', 'check-data'] : ['restore'])
      expect(await run(command, path)).toEqual({
        code: 1,
        output: expect.stringMatching(new RegExp(`^${path} ${problem}[^\n]*\\.\n$`)) as string,
      });
  }
  expect([file(), empty, short].map((path) => readFileSync(path))).toEqual(before);
  expect(readdirSync(join(data, 'store')).filter((name) => !/^plaza\.(lmdb(-lock)?|lock)$/.test(name))).toEqual([]);
});

describe('damage', () => {
  test('in a document is reported with its collection, by the check and to whoever reads it', async () => {
    await filled();
    await stop();
    const marker = Buffer.from(`text-77-${'x'.repeat(20)}`);
    for (let at = readFileSync(file()).indexOf(marker); at !== -1; at = readFileSync(file()).indexOf(marker))
      overwrite(at, Buffer.from('damage!!'));
    const { code, output } = await run('check-data');
    expect(code).toBe(1);
    expect(output).toMatch(/d\.c: the document stored under [0-9a-f]+ is damaged/);
    await start();
    await expect(documents().findOne({ _id: 'id 77' })).rejects.toMatchObject({ code: 322, codeName: 'DataCorruptionDetected' });
    expect(await documents().findOne({ _id: 78 })).toMatchObject({ n: 78 });
  });

  test('of whole pages is reported with the collection, never without a word', async () => {
    await filled();
    await stop();
    const { size } = statSync(file());
    for (let at = 20 * 4096; at < size; at += 4096) overwrite(at, Buffer.alloc(4096, 0xa5));
    const { code, output } = await run('check-data');
    expect(code).toBe(1);
    expect(output).toMatch(/damaged|should have|lacks|counts/);
  });
});
