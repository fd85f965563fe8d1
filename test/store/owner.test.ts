/** A data directory has one owner, whoever else sees it. These tests are about the embedded store alone. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/connection.js';
import { startEmbeddedStore } from '../../src/store/embedded/index.js';
import { MongoClient } from '../support/store.js';

const server = fileURLToPath(new URL('../support/store-process.js', import.meta.url));
const namespaces = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0;
let data: string;
let directory: string;
let children: ChildProcess[];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'plaza-owner-'));
  directory = join(data, 'store');
  children = [];
});

afterEach(async () => {
  for (const child of children) await kill(child);
  rmSync(data, { recursive: true, force: true });
});

type Started = { uri: string; error?: undefined } | { error: string; uri?: undefined };

/** Starts a store in a process of its own, if need be behind a command that runs it elsewhere. */
async function start(...prefix: string[]): Promise<Started & { child: ChildProcess }> {
  const [command, ...args] = [...prefix, process.execPath, server, directory];
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(child);
  const [message] = (await once(child, 'message')) as [Started];
  return { ...message, child };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Names, sizes and times of change of all that is in the directory, and the data itself. */
function contents(): unknown {
  const files = readdirSync(directory).sort();
  return [
    ...files.map((name) => {
      const { size, mtimeMs, ino, mode } = statSync(join(directory, name));
      return { name, size, mtimeMs, ino, mode };
    }),
    readFileSync(join(directory, 'plaza.lmdb')).toString('base64'),
  ];
}

test('a second owner is refused before it has touched anything', async () => {
  await start();
  const before = contents();
  expect((await start()).error).toBe(`the data directory ${directory} is in use by another process`);
  expect(contents()).toEqual(before);
});

test.skipIf(!namespaces)('a second owner in another process namespace is refused before it has touched anything', async () => {
  await start();
  const before = contents();
  expect((await start('unshare', '--pid', '--fork')).error).toContain('is in use by another process');
  expect(contents()).toEqual(before);
});

test.skipIf(!namespaces)('an owner in another process namespace keeps others out', async () => {
  const { uri } = await start('unshare', '--pid', '--fork', '--kill-child');
  expect(uri).toBeDefined();
  expect((await start()).error).toContain('is in use by another process');
});

test('of many that start at once, one gets the directory', async () => {
  const started = await Promise.all(Array.from({ length: 5 }, () => start()));
  expect(started.filter(({ uri }) => uri !== undefined)).toHaveLength(1);
});

test('a stopped owner is still the owner', async () => {
  const { child } = await start();
  child.kill('SIGSTOP');
  expect((await start()).error).toContain('is in use by another process');
});

test('a deleted lock file under a running server lets nobody in', async () => {
  await start();
  rmSync(join(directory, 'plaza.lock'));
  rmSync(join(directory, 'owner.json'));
  expect((await start()).error).toContain('is in use by another process');
});

test('a killed owner leaves the directory free at once', async () => {
  const { child } = await start();
  await kill(child);
  expect((await start()).uri).toBeDefined();
});

test('the same process cannot own a directory twice', async () => {
  const store = await startEmbeddedStore({ directory });
  await expect(startEmbeddedStore({ directory })).rejects.toThrow('is in use by another process');
  await store.stop();
});

test('a copy of the directory has an owner of its own', async () => {
  const store = await startEmbeddedStore({ directory });
  await store.stop();
  cpSync(directory, join(data, 'copy'), { recursive: true });
  const stores = [await startEmbeddedStore({ directory }), await startEmbeddedStore({ directory: join(data, 'copy') })];
  for (const one of stores) await one.stop();
});

test('a directory that cannot be used is refused with the reason', async () => {
  writeFileSync(directory, 'a file');
  await expect(startEmbeddedStore({ directory })).rejects.toThrow(/cannot start: the data directory .* cannot be used: it is a file/);
});

test('nobody else can read the directory or what is in it', async () => {
  const store = await startEmbeddedStore({ directory });
  const modes = ['.', ...readdirSync(directory)].map((name) => [name, statSync(join(directory, name)).mode & 0o077]);
  await store.stop();
  expect(modes.filter(([, open]) => open !== 0)).toEqual([]);
});

const options = () => ({ mongodbUri: undefined, dataDirectory: data, storePoolSize: 5 });

test('a tool beside a running server goes through the server', async () => {
  const { uri } = await start();
  const store = await openStore(options(), { share: true });
  expect(store).toMatchObject({ uri, embedded: false });
  await store.close();
});

test('a tool whose server does not answer is refused in one sentence', async () => {
  const { child } = await start();
  child.kill('SIGSTOP');
  await expect(openStore(options(), { share: true })).rejects.toThrow(/^The embedded store cannot start: .*, whose store does not answer$/);
});

test('a server beside a running one is refused in one sentence, and the running one goes on', async () => {
  const { uri } = await start();
  await expect(openStore(options())).rejects.toThrow(/^The embedded store cannot start: .* is in use by another process$/);
  const client = await MongoClient.connect(uri!);
  expect(await client.db('d').collection('c').insertOne({})).toMatchObject({ acknowledged: true });
  await client.close();
});
