/**
 * What became of the latest write of each session, kept in the data in the same commit as the write
 * itself: a driver that lost the answer asks again with the same number, and must not write twice.
 */
import type { Document } from 'bson';
import type { Catalog } from './catalog.js';
import { CommandError } from './errors.js';
import { decode, encodeAny } from './raw-document.js';
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
  once(session: string, number: number, write: WriteRun): Run<Document | Buffer> {
    let resumed = false;
    return (deadline) => {
      const earlier = this.outcomeOf(session, number);
      if (earlier?.reply) return earlier.reply;
      if (earlier?.committed) throw new CommandError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
      if (earlier?.progress && !resumed) write.resume(earlier.progress);
      resumed = true;
      const reply = write.next(deadline);
      if (reply === unfinished) {
        this.save(session, { number, progress: write.progress() });
        return reply;
      }
      const bytes = encodeAny(reply);
      this.catalog.saveOutcome(session, finished(number, bytes));
      return bytes;
    };
  }

  isCommitted(session: string, number: number): boolean {
    return this.outcomeOf(session, number)?.committed === true;
  }

  noteCommit(session: string, number: number): void {
    this.save(session, { number, committed: true });
  }

  private save(session: string, outcome: Omit<Outcome, 'at'>): void {
    this.catalog.saveOutcome(session, encodeAny({ ...outcome, at: new Date() }));
  }

  private outcomeOf(session: string, number: number): Outcome | undefined {
    const stored = this.catalog.readOutcome(session);
    const latest = stored ? numberOf(stored) : -1;
    if (latest > number) {
      throw new CommandError(225, `Write with txnNumber ${number} is prohibited: a newer one of its session has started`);
    }
    return latest === number ? (decode(stored!) as Outcome) : undefined;
  }
}

/** Where an outcome's number is, which is its first field. */
const numberAt = 12;
const head = Buffer.from('\0\0\0\0\x01number\0........\x09at\0........\x03reply\0', 'latin1');
const timeAt = 24;

function numberOf(outcome: Buffer): number {
  return outcome[4] === 0x10 ? outcome.readInt32LE(numberAt) : outcome.readDoubleLE(numberAt);
}

/** The outcome of a finished write as `encodeAny` would make it, of an answer that is bytes already. */
function finished(number: number, reply: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + reply.length + 1);
  bytes.set(head);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeDoubleLE(number, numberAt);
  bytes.writeBigInt64LE(BigInt(Date.now()), timeAt);
  bytes.set(reply, head.length);
  bytes[bytes.length - 1] = 0;
  return bytes;
}
