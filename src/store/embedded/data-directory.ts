/** The data directory has one owner at a time; others find the owner's address in its lock file. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  closeSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Owner {
  pid: number;
  startedAt: string;
  uri: string;
}

const longestSocketPath = 100;

export class DirectoryInUse extends Error {
  constructor(
    directory: string,
    readonly uri: string,
    pid: number,
  ) {
    super(`the data directory ${directory} is in use by process ${pid}`);
  }
}

/** Takes the directory for this process. @throws DirectoryInUse while another process lives that holds it. */
export function claim(directory: string, uri: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = join(directory, 'owner.json');
  const mine = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid), uri } satisfies Owner);
  for (;;) {
    try {
      writeFileSync(lock, mine, { flag: 'wx', mode: 0o600 });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(directory);
    if (owner && isAlive(owner)) throw new DirectoryInUse(directory, owner.uri, owner.pid);
    discardStale(lock);
  }
}

/** The address of the store that holds a directory, where one does. */
export function ownerOf(directory: string): string | null {
  const owner = readOwner(directory);
  return owner && isAlive(owner) && owner.pid !== process.pid ? owner.uri : null;
}

function readOwner(directory: string): Owner | null {
  try {
    return JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8')) as Owner;
  } catch {
    return null;
  }
}

function discardStale(lock: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    rmSync(aside, { force: true });
  } catch {
    // Another process was quicker; the next turn of the loop meets its lock.
  }
}

function isAlive({ pid, startedAt }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startOf(pid) === startedAt;
}

/** When a process started, where the system tells, so that a reused process number is not taken for the owner. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/**
 * A private place for the socket: beside the data, or in a temporary directory if the path has more bytes than the
 * system takes or a percent sign, which the driver decodes once too often.
 */
export function socketPath(directory: string): string {
  const beside = join(directory, 'store.sock');
  if (Buffer.byteLength(beside) <= longestSocketPath && !beside.includes('%')) return beside;
  return join(mkdtempSync(join(tmpdir(), 'plaza-')), 'store.sock');
}

/** The storage engine's file: two meta pages, each behind a page header, with this number first. */
const magic = 0xbeefc0de;
const pageHeader = 24;
const largestPage = 65_536;

/** Refuses a data file that is not ours or not whole, before the storage engine maps it into memory. */
export function requireSoundFile(path: string): void {
  if (!existsSync(path)) return;
  const { size } = statSync(path);
  if (size === 0) throw new Error(`${path} is empty: restore it from a backup or move it away`);
  const head = Buffer.alloc(2 * largestPage);
  const file = openSync(path, 'r');
  const read = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  const pageSize = head.readUInt32LE(pageHeader + 24);
  const whole = pageSize >= 512 && pageSize <= largestPage && read >= 2 * pageSize;
  if (head.readUInt32LE(pageHeader) !== magic || !whole) {
    throw new Error(`${path} is no Plaza store: move it away or name another data directory`);
  }
  const pages = Math.max(lastPage(head, pageHeader), lastPage(head, pageSize + pageHeader)) + 1;
  if (size < pages * pageSize) throw new Error(`${path} is cut short (${size} bytes of ${pages * pageSize}): restore it from a backup`);
}

/** The last used page that one of the two meta pages names. */
function lastPage(head: Buffer, meta: number): number {
  return Number(head.readBigUInt64LE(meta + 24 + 2 * 48));
}
