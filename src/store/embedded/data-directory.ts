/**
 * The data directory has one owner at a time. What makes it so is a lock that the kernel holds on an open
 * file: it reaches across containers and process namespaces, and ends with its process, however that ends.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock } from 'fs-native-extensions';
import { makeFolder } from '../../folders.js';

/** Where the owner listens: a socket beside the data is named relative to it, for others may see the directory elsewhere. */
interface Owner {
  socket?: string;
  port?: number;
}

export interface Address {
  /** A Unix socket's path, or null for a loopback port. */
  socket: string | null;
  port: number;
}

const longestSocketPath = 100;
const dataFile = 'plaza.lmdb';
const lockFile = 'plaza.lock';
const ownerFile = 'owner.json';

/** Beyond any data, since a lock on Windows keeps others from the bytes it covers. */
const lockedByte = 2 ** 52;
const publishWait = { attempts: 40, milliseconds: 50 };

/** Another process owns the directory. `uri` is how to reach its store, or null where it cannot be reached. */
export class DirectoryInUse extends Error {
  constructor(
    directory: string,
    readonly uri: string | null,
  ) {
    super(`the data directory ${directory} is in use by another process`);
  }
}

/** This process's hold on a data directory. */
export class Claim {
  private readonly held: number[] = [];

  private constructor(private readonly directory: string) {}

  /**
   * Takes the directory for this process.
   * @throws DirectoryInUse while another process holds it; nothing was changed then
   */
  static async take(directory: string): Promise<Claim> {
    const claim = new Claim(directory);
    try {
      makeFolder(directory, { mode: 0o700 });
      claim.lock(lockFile, 'a');
      if (existsSync(join(directory, dataFile))) claim.lock(dataFile, 'r+');
      restrict(directory, 0o700);
      rmSync(join(directory, ownerFile), { force: true });
      return claim;
    } catch (error) {
      claim.close();
      if (error instanceof Contended) throw new DirectoryInUse(directory, await addressOfOwner(directory));
      throw explained(directory, error as NodeJS.ErrnoException);
    }
  }

  /** Completes the hold once the data file is there, and tells others where this process listens. */
  publish({ socket, port }: Address): void {
    if (this.held.length === 1) this.lock(dataFile, 'r+');
    for (const file of [dataFile, `${dataFile}-lock`, lockFile]) restrict(join(this.directory, file), 0o600);
    const beside = socket !== null && dirname(socket) === this.directory;
    const owner: Owner = socket === null ? { port } : { socket: beside ? 'store.sock' : socket };
    writeFileSync(join(this.directory, ownerFile), JSON.stringify(owner), { mode: 0o600 });
  }

  release(): void {
    rmSync(join(this.directory, ownerFile), { force: true });
    this.close();
  }

  /**
   * Locks a file for as long as it stays open. The data file is locked too: whoever deletes the lock file
   * under a running server has not made the data anybody's.
   */
  private lock(name: string, flags: 'a' | 'r+'): void {
    const path = join(this.directory, name);
    const file = openSync(path, flags, 0o600);
    this.held.push(file);
    if (!tryLock(file, lockedByte, 1)) throw new Contended();
    if (fstatSync(file, { bigint: true }).ino !== statSync(path, { bigint: true }).ino) throw new Contended();
  }

  private close(): void {
    for (const file of this.held.splice(0)) closeSync(file);
  }
}

class Contended extends Error {}

/** Waits a moment for an owner that is only starting. */
async function addressOfOwner(directory: string): Promise<string | null> {
  for (let attempt = 0; attempt < publishWait.attempts; attempt++) {
    const owner = readOwner(directory);
    if (owner?.port !== undefined) return storeUri(`127.0.0.1:${owner.port}`);
    if (owner?.socket !== undefined) {
      const socket = owner.socket.includes('/') ? owner.socket : join(directory, owner.socket);
      return existsSync(socket) ? storeUri(socket) : null;
    }
    await delay(publishWait.milliseconds);
  }
  return null;
}

/** What a MongoDB driver connects to. */
export function storeUri(address: string): string {
  return `mongodb://${address.includes(':') ? address : encodeURIComponent(address)}/plaza?directConnection=true`;
}

function readOwner(directory: string): Owner | null {
  try {
    return JSON.parse(readFileSync(join(directory, ownerFile), 'utf8')) as Owner;
  } catch {
    return null;
  }
}

function restrict(path: string, mode: number): void {
  if (existsSync(path) && (statSync(path).mode & 0o077) !== 0) chmodSync(path, mode);
}

function explained(directory: string, error: NodeJS.ErrnoException): Error {
  const reasons: Record<string, string> = {
    EACCES: 'this user may not write there',
    EPERM: 'this user may not write there',
    EROFS: 'it is read-only',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a part of its path is a file',
    EEXIST: 'it is a file',
    ENOLCK: 'its file system keeps no locks',
    EINVAL: 'its file system keeps no locks',
    ENOTSUP: 'its file system keeps no locks',
  };
  const reason = reasons[error.code ?? ''];
  return reason ? new Error(`the data directory ${directory} cannot be used: ${reason}`, { cause: error }) : error;
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

/** Refuses a data file that is not ours or not whole. */
export function requireSoundFile(path: string): void {
  const problem = existsSync(path) ? problemOfFile(path) : null;
  if (problem !== null) throw new Error(`${path} ${problem}: restore a backup, move it away or name another data directory`);
}

/** What is wrong with a file that is not ours or not whole, which must not be mapped into memory; null for a sound one. */
export function problemOfFile(path: string): string | null {
  const stats = statSync(path);
  if (!stats.isFile()) return stats.isDirectory() ? 'is a folder' : 'is not a file';
  const { size } = stats;
  if (size === 0) return 'is empty';
  const head = Buffer.alloc(2 * largestPage);
  const file = openSync(path, 'r');
  const read = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  const pageSize = head.readUInt32LE(pageHeader + 24);
  const whole = pageSize >= 512 && pageSize <= largestPage && read >= 2 * pageSize;
  if (head.readUInt32LE(pageHeader) !== magic || !whole) return 'is no Plaza store';
  const pages = Math.max(lastPage(head, pageHeader), lastPage(head, pageSize + pageHeader)) + 1;
  return size < pages * pageSize ? `is cut short (${size} bytes of ${pages * pageSize})` : null;
}

/** The last used page that one of the two meta pages names. */
function lastPage(head: Buffer, meta: number): number {
  return Number(head.readBigUInt64LE(meta + 24 + 2 * 48));
}
