/**
 * Multi-document transactions: a snapshot to read from, the transaction's own writes kept aside
 * until the commit, and a lock on every document and unique key it writes, so that the first
 * writer wins and the second is told to run again.
 */
import type { Transaction as Snapshot } from 'lmdb';
import type { Catalog, Collection } from './catalog.js';
import { CommandError, writeConflict } from './errors.js';
import type { Overlay, View } from './reader.js';
import type { Change } from './change.js';

const longestLifetime = 60_000;
/** A commit is one step, which other writes wait for. */
const most = { changes: 20_000, bytes: 64 * 1024 * 1024 };

/** A write outside a transaction met a document that a transaction has written: it waits and runs again. */
export class Locked extends Error {
  constructor(readonly holder: StoreTransaction) {
    super('a transaction holds this document');
  }
}

export class StoreTransaction implements View {
  readonly transaction: Snapshot;
  readonly startedAt = Date.now();
  readonly overlays = new Map<Collection, Overlay>();
  readonly locks = new Set<string>();
  /** Unique keys this transaction took (the owner's key) or gave up (null). */
  readonly claims = new Map<string, string | null>();
  /** The collections that the transaction made, by full name. */
  readonly collections = new Map<string, Collection>();
  /** What it changed, in order. */
  readonly changes: Change[] = [];
  readonly ended: Promise<void>;
  state: 'open' | 'committed' | 'aborted' = 'open';
  private end!: () => void;
  private bytes = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    catalog: Catalog,
    readonly beganAfter: number,
  ) {
    this.transaction = catalog.snapshot();
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  overlay(collection: Collection): Overlay {
    let overlay = this.overlays.get(collection);
    if (!overlay) this.overlays.set(collection, (overlay = new Map()));
    return overlay;
  }

  collectionNamed(database: string, name: string): Collection | undefined {
    return this.collections.get(`${database}.${name}`);
  }

  /** @throws CommandError for more changes than one commit may hold up others for */
  note(change: Change): void {
    this.bytes += change.after?.length ?? 0;
    if (this.changes.length >= most.changes || this.bytes > most.bytes) {
      throw new CommandError(388, `A transaction may change ${most.changes} documents of ${most.bytes} bytes together.`);
    }
    this.changes.push(change);
  }

  /** Commands of one transaction follow each other. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  finish(state: 'committed' | 'aborted'): void {
    this.state = state;
    this.transaction.done();
    this.end();
  }
}

/** Which transaction holds which document or unique key, and what was written since the oldest began. */
export class LockTable {
  private readonly holders = new Map<string, StoreTransaction>();
  private readonly open = new Set<StoreTransaction>();
  private readonly written = new Map<string, number>();
  private commits = 0;

  /** No transaction is open: nothing is held, and nothing need be noted. */
  get isIdle(): boolean {
    return this.open.size === 0;
  }

  begin(catalog: Catalog): StoreTransaction {
    const transaction = new StoreTransaction(catalog, this.commits);
    this.open.add(transaction);
    return transaction;
  }

  /** Takes the lock for a transaction, or fails where somebody else wrote after its snapshot. */
  acquire(transaction: StoreTransaction, key: string): void {
    const holder = this.holders.get(key);
    if (holder && holder !== transaction) throw writeConflict();
    if ((this.written.get(key) ?? -1) > transaction.beganAfter) throw writeConflict();
    this.holders.set(key, transaction);
    transaction.locks.add(key);
  }

  /** For a write outside transactions: fails where a transaction holds the key. */
  requireFree(key: string): void {
    const holder = this.holders.get(key);
    if (holder) throw new Locked(holder);
  }

  /** Notes a committed write, which open transactions must not overwrite. */
  noteWritten(key: string): void {
    if (this.open.size > 0) this.written.set(key, ++this.commits);
  }

  release(transaction: StoreTransaction, state: 'committed' | 'aborted'): void {
    for (const key of transaction.locks) this.holders.delete(key);
    this.open.delete(transaction);
    if (this.open.size === 0) this.written.clear();
    transaction.finish(state);
  }

  expired(now: number): StoreTransaction[] {
    return [...this.open].filter((transaction) => now - transaction.startedAt > longestLifetime);
  }
}

export function noSuchTransaction(number: bigint | number): CommandError {
  return new CommandError(251, `Given transaction number ${number} does not match any in-progress transactions.`, {}, [
    'TransientTransactionError',
  ]);
}
