/** Deletes what has expired: documents by their TTL indexes, what became of old writes, and the log of changes that nobody reads. */
import type { Catalog, Collection, Index } from './catalog.js';
import type { Reader, Row } from './reader.js';
import { Locked } from './transaction.js';
import { unfinished, type Run, type WriteQueue } from './write-queue.js';
import type { Writer } from './writer.js';

/** As long as a driver may keep a session that it does not use. */
const outcomeRetention = 30 * 60_000;
const outcomeSweepInterval = 60_000;

export class Expiry {
  private outcomesSweptAt = -Infinity;

  constructor(
    private readonly catalog: Catalog,
    private readonly reader: Reader,
    private readonly writer: Writer,
    private readonly queue: WriteQueue,
  ) {}

  /** Deletes all that has expired by now, in steps between which other writes are made. */
  async sweep(): Promise<void> {
    for (const collection of this.catalog.list()) {
      for (const index of collection.indexes) {
        if (index.expireAfterSeconds !== undefined) await this.queue.submit(this.expire(collection, index, index.expireAfterSeconds));
      }
    }
    if (performance.now() - this.outcomesSweptAt < outcomeSweepInterval) return;
    this.outcomesSweptAt = performance.now();
    await this.queue.submit(() => {
      this.catalog.sweepOutcomes(new Date(Date.now() - outcomeRetention));
      this.catalog.log.sweep();
    });
  }

  private expire(collection: Collection, index: Index, seconds: number): Run<void> {
    const filter = { [index.fields[0]!]: { $lte: new Date(Date.now() - seconds * 1000) } };
    const rows = this.reader.find(collection, filter, { hint: index.name }, {}, { keysExamined: 0, documentsExamined: 0 });
    return (deadline) => {
      for (;;) {
        const next = rows.next();
        if (next.done) return;
        this.remove(collection, next.value);
        if (performance.now() > deadline) return unfinished;
      }
    };
  }

  /** A document that a transaction has written stays until the next sweep. */
  private remove(collection: Collection, row: Row): void {
    const change = this.writer.deletion(collection, row);
    try {
      this.writer.requireFree(change);
    } catch (error) {
      if (error instanceof Locked) return;
      throw error;
    }
    this.writer.apply(change, null);
  }
}
