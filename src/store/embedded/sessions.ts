/** Sessions: the open transaction of each, and cursors that outlive a command. */
import { randomInt } from 'node:crypto';
import type { Binary, Document } from 'bson';
import type { Catalog } from './catalog.js';
import { CommandError } from './errors.js';
import type { ChangeStream } from './changes/stream.js';
import type { Row } from './reader.js';
import { noSuchTransaction, type LockTable, type StoreTransaction } from './transaction.js';

export interface SessionTransaction {
  number: number;
  transaction: StoreTransaction;
}

export class Sessions {
  private readonly transactions = new Map<string, SessionTransaction>();

  constructor(
    private readonly catalog: Catalog,
    private readonly locks: LockTable,
  ) {}

  begin(session: string, number: number): StoreTransaction {
    const current = this.transactions.get(session);
    if (current && number < current.number) {
      throw new CommandError(225, `Cannot start transaction with number ${number} because a newer one has started`);
    }
    if (current?.number === number) {
      throw new CommandError(117, `Cannot start transaction ${number}: it has already started`);
    }
    if (current) this.abort(current.transaction);
    const transaction = this.locks.begin(this.catalog);
    this.transactions.set(session, { number, transaction });
    return transaction;
  }

  /** The open transaction a command belongs to. */
  require(session: string, number: number): StoreTransaction {
    const current = this.find(session, number);
    if (current.state === 'committed') throw new CommandError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
    if (current.state !== 'open') throw noSuchTransaction(number);
    return current;
  }

  find(session: string, number: number): StoreTransaction {
    const current = this.transactions.get(session);
    if (!current || current.number !== number) throw noSuchTransaction(number);
    return current.transaction;
  }

  abort(transaction: StoreTransaction): void {
    if (transaction.state !== 'open') return;
    this.locks.release(transaction, 'aborted');
  }

  end(session: string): void {
    const current = this.transactions.get(session);
    if (current) this.abort(current.transaction);
    this.transactions.delete(session);
  }

  sweep(): void {
    for (const transaction of this.locks.expired(Date.now())) this.abort(transaction);
  }
}

/** The session a command belongs to. */
export function sessionOf(command: Document): string {
  return sessionName(command['lsid'] as Document);
}

export function sessionName(lsid: Document): string {
  const { buffer } = lsid['id'] as Binary;
  return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).toString('hex');
}

export interface OpenCursor {
  id: bigint;
  namespace: string;
  rows: Iterator<Row>;
  project: (row: Row) => Buffer;
  usedAt: number;
  /** The collection it reads, by its number, where that can be dropped while it is open. */
  collection: number | null;
  /** What a cursor reads that waits for changes. */
  stream?: ChangeStream;
}

const longestIdle = 10 * 60_000;

export class Cursors {
  private readonly open = new Map<bigint, OpenCursor>();

  /** @param thread the number of the thread they live in, from 0 to 3, which every id ends with */
  constructor(private readonly thread: number) {}

  add(namespace: string, rows: Iterator<Row>, project: (row: Row) => Buffer, collection: number | null = null): OpenCursor {
    const id = (BigInt(randomInt(1, 2 ** 48 - 1)) << 2n) | BigInt(this.thread);
    const cursor: OpenCursor = { id, namespace, rows, project, collection, usedAt: Date.now() };
    this.open.set(id, cursor);
    return cursor;
  }

  require(id: bigint): OpenCursor {
    const cursor = this.open.get(id);
    if (!cursor) throw new CommandError(43, `cursor id ${id} not found`);
    cursor.usedAt = Date.now();
    return cursor;
  }

  close(id: bigint): boolean {
    const cursor = this.open.get(id);
    if (cursor?.stream) cursor.stream.isOpen = false;
    return this.open.delete(id);
  }

  sweep(): void {
    const before = Date.now() - longestIdle;
    for (const cursor of this.open.values()) if (cursor.usedAt < before) this.open.delete(cursor.id);
  }

  get size(): number {
    return this.open.size;
  }
}
