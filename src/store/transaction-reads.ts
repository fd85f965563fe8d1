/**
 * A transaction's short reads, in this process, where it hosts the store. They are of one state of the data, and the store
 * begins its part of the transaction from that very state, or has the whole run again. What the transaction has written
 * itself is read from the store.
 */
import type { ClientSession } from 'mongoose';
import type { LocalReads, ReadSnapshot } from './short-reads.js';

const bySession = new WeakMap<object, TransactionReads>();

/** What the driver keeps of a transaction. */
interface DriverTransaction {
  /** Whether nothing has been sent of it. */
  isStarting: boolean;
  options: { readConcern?: object };
}

/** The reads of the transaction that a session is in; null where they are the driver's. */
export function transactionReads(session: unknown): TransactionReads | null {
  return bySession.get(session as object) ?? null;
}

export class TransactionReads {
  private snapshot: ReadSnapshot | null = null;
  private readonly written = new Set<string>();

  constructor(
    private readonly session: ClientSession,
    private readonly reads: Pick<LocalReads, 'snapshot'>,
  ) {
    bySession.set(session, this);
  }

  /** Where a collection's documents are read; null for the store. */
  of(collection: string): ReadSnapshot | null {
    return this.written.has(collection) ? null : this.opened();
  }

  private opened(): ReadSnapshot | null {
    if (!this.snapshot && this.transaction.isStarting) {
      this.snapshot = this.reads.snapshot();
      this.goBySnapshot();
    }
    return this.snapshot;
  }

  /** Call before each write. */
  noteWrite(collection: string): void {
    this.written.add(collection);
    if (!this.snapshot || !this.transaction.isStarting) return;
    this.snapshot.moveOn();
    this.goBySnapshot();
  }

  private goBySnapshot(): void {
    const plazaCommits = this.snapshot?.commits;
    if (typeof plazaCommits === 'number') this.transaction.options.readConcern = { level: 'snapshot', plazaCommits };
  }

  private get transaction(): DriverTransaction {
    return (this.session as unknown as { transaction: DriverTransaction }).transaction;
  }

  end(): void {
    this.snapshot?.close();
    bySession.delete(this.session);
  }
}
