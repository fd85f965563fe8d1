/**
 * What became of the latest write of each session, kept in the data in the same commit as the write
 * itself: a driver that lost the answer asks again with the same number, and must not write twice.
 */
import type { Document } from 'bson';
import type { Catalog } from './catalog.js';
import { CommandError } from './errors.js';
import { unfinished, type Run } from './write-queue.js';
import type { WriteProgress, WriteRun } from './write-commands.js';

interface Outcome {
  number: number;
  at: Date;
  /** The answer of a retryable write that is finished. */
  reply?: Document;
  /** How far a retryable write of many statements has come. */
  progress?: WriteProgress;
  /** The number was a transaction's, and it was committed. */
  committed?: boolean;
}

export class RetryableWrites {
  constructor(private readonly catalog: Catalog) {}

  /** The write as one that is done at most once, however often it is asked for. */
  once(session: string, number: number, write: WriteRun): Run<Document> {
    let resumed = false;
    return (deadline) => {
      const earlier = this.outcomeOf(session, number);
      if (earlier?.reply) return earlier.reply;
      if (earlier?.committed) throw new CommandError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
      if (earlier?.progress && !resumed) write.resume(earlier.progress);
      resumed = true;
      const reply = write.next(deadline);
      this.save(session, reply === unfinished ? { number, progress: write.progress() } : { number, reply });
      return reply;
    };
  }

  isCommitted(session: string, number: number): boolean {
    return this.outcomeOf(session, number)?.committed === true;
  }

  noteCommit(session: string, number: number): void {
    this.save(session, { number, committed: true });
  }

  private save(session: string, outcome: Omit<Outcome, 'at'>): void {
    this.catalog.saveOutcome(session, { ...outcome, at: new Date() });
  }

  private outcomeOf(session: string, number: number): Outcome | undefined {
    const outcome = this.catalog.readOutcome(session) as Outcome | undefined;
    if (outcome && outcome.number > number) {
      throw new CommandError(225, `Write with txnNumber ${number} is prohibited: a newer one of its session has started`);
    }
    return outcome?.number === number ? outcome : undefined;
  }
}
