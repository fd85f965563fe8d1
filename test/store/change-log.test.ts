/** The bounds of the log that change streams read. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChangeLog, type LogBounds } from '../../src/store/embedded/changes/log.js';
import { encodeToken, parseToken, type Position } from '../../src/store/embedded/changes/position.js';

const bounds: LogBounds = { bytes: 100_000, changes: 50, unused: 60_000 };
const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;
let directory: string;
let environment: RootDatabase<Buffer, Buffer>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plaza-log-'));
  openFile('log.lmdb');
});

afterEach(async () => {
  await environment.close();
  rmSync(directory, { recursive: true, force: true });
});

function openFile(name: string): void {
  environment = open<Buffer, Buffer>({ path: join(directory, name), maxDbs: 2, noSubdir: true, ...encoding });
}

function logOf(name = 'log.lmdb', given: LogBounds = bounds): ChangeLog {
  const meta = environment.openDB<Buffer, Buffer>('meta', encoding);
  const key = Buffer.from('changes');
  return new ChangeLog(
    {
      path: join(directory, name),
      entries: environment.openDB<Buffer, Buffer>('changes', encoding),
      readState: () => meta.get(key),
      writeState: (state) => void (state ? meta.putSync(key, state) : meta.removeSync(key)),
    },
    given,
  );
}

function commit(log: ChangeLog, work: () => void): void {
  environment.transactionSync(() => {
    work();
    log.save();
  });
}

function begun(): ChangeLog {
  const log = logOf();
  commit(log, () => log.begin());
  return log;
}

function append(log: ChangeLog, from: number, count: number, text = ''): void {
  for (let n = from; n < from + count; n++) commit(log, () => log.append([{ n, text }]));
}

const numbers = (log: ChangeLog, after: Position) => log.read(after, 1000).map(({ event }) => event['n'] as number);
const tokenOf = (log: ChangeLog, position: Position) => parseToken(encodeToken({ position, kind: 'event', log: log.id }));

test('nothing is written before the first reader comes', () => {
  const log = logOf();
  append(log, 0, 3);
  expect(log.isOn).toBe(false);
  expect(environment.openDB<Buffer, Buffer>('changes', encoding).getCount()).toBe(0);
});

test('no more changes are kept than the bound, and a reader that is too late is told so', () => {
  const log = begun();
  const start = log.end;
  append(log, 0, 40);
  const middle = log.end;
  expect(numbers(log, start)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  append(log, 40, 60);
  expect(() => numbers(log, start)).toThrow(/no longer/);
  expect(() => log.resume(tokenOf(log, middle))).toThrow(/no longer/);
  const oldest = environment.openDB<Buffer, Buffer>('changes', encoding).getKeys({ limit: 1 });
  expect(numbers(log, [...oldest][0]!)).toEqual(Array.from({ length: 49 }, (_, n) => n + 51));
});

test('no more bytes are kept than the bound', () => {
  const log = begun();
  append(log, 0, 30, 'x'.repeat(10_000));
  const entries = environment.openDB<Buffer, Buffer>('changes', encoding);
  const bytes = [...entries.getRange()].reduce((sum, { value }) => sum + value.length, 0);
  expect(bytes).toBeLessThanOrEqual(bounds.bytes);
  expect(bytes).toBeGreaterThan(bounds.bytes / 2);
});

test('it goes on after a new start, with later positions than before', () => {
  const log = begun();
  const start = log.end;
  append(log, 0, 3);
  const again = logOf();
  append(again, 3, 3);
  expect(again.id).toBe(log.id);
  expect(numbers(again, start)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('it ends when nobody has read it for long, and what comes after is another log', () => {
  const log = logOf('log.lmdb', { ...bounds, unused: -1 });
  commit(log, () => log.begin());
  append(log, 0, 3);
  const token = tokenOf(log, log.end);
  commit(log, () => log.sweep());
  expect(log.isOn).toBe(false);
  commit(log, () => log.begin());
  expect(() => log.resume(token)).toThrow(/no longer/);
});

test('a copy of the data begins a log of its own, for it has not what was written since', async () => {
  const log = begun();
  append(log, 0, 3);
  const token = tokenOf(log, log.end);
  await environment.close();
  copyFileSync(join(directory, 'log.lmdb'), join(directory, 'copy.lmdb'));
  openFile('copy.lmdb');
  const copy = logOf('copy.lmdb');
  expect(copy.isToBegin).toBe(true);
  commit(copy, () => copy.begin());
  expect(() => copy.resume(token)).toThrow(/no longer/);
});
