/**
 * Reads of the store in the thread that asks, without a driver, sockets and messages in between: the file is open here
 * too, and what the thread that writes has committed is seen by the next read. Only what is short is read here; all else
 * is left to the store's own threads, and so is saying what is wrong with a command.
 */
import type { Document } from 'bson';
import type { Transaction } from 'lmdb';
import { mongo } from 'mongoose';
import { Catalog } from './catalog.js';
import { commitsOn } from './clock.js';
import { Commands } from './commands.js';
import { CommandError } from './errors.js';
import { storeDocument } from './command-values.js';
import { OverBudget, type Row } from './reader.js';
import type { Shown } from './projection.js';
import { driverDocument } from './stored-values.js';

const { deserialize } = mongo.BSON;

/** A command's fields, its name first. */
type Command = Record<string, unknown>;
type Stored = Record<string, unknown>;

/** Less than at the store's door: while a read runs here, no request is answered. */
const budget = 300;

/** As the driver reads. */
const read = { validation: { utf8: false } } as const;

interface Found {
  rows: Row[];
  shown: Shown;
}

export class LocalReads {
  private readonly catalog: Catalog;
  private readonly commands: Commands;
  private isClosed = false;

  /**
   * @param path the data file, which the thread that writes has made
   * @param clock that of the store's threads
   */
  constructor(
    path: string,
    private readonly clock: SharedArrayBuffer,
  ) {
    this.catalog = new Catalog(path, { readOnly: true, commits: () => BigInt(commitsOn(clock)) });
    this.commands = new Commands(this.catalog, () => '', { thread: null, budget });
  }

  /** What a find finds; null where it is left to the store's threads. */
  find(command: Command): Stored[] | null {
    return whereShort(() => decoded(this.found(storeDocument(command))));
  }

  /** What a count counts; null where it is left to the store's threads. */
  count(command: Command): number | null {
    return whereShort(() => this.counted(storeDocument(command)));
  }

  /** The data as it is now, to be read from until it is closed. */
  snapshot(): LocalSnapshot {
    return new LocalSnapshot(() => this.pinned());
  }

  private pinned(): Pinned | null {
    if (this.isClosed) return null;
    const { catalog } = this;
    // In this order: a commit that is seen and not counted yet makes the store refuse a transaction that goes by the count.
    const commits = commitsOn(this.clock);
    catalog.refresh();
    const { definitions } = catalog;
    const transaction = catalog.snapshot();
    return {
      commits,
      isReadable: () => !this.isClosed && catalog.definitions === definitions,
      isLatest: () => commitsOn(this.clock) === commits,
      find: (command) => this.found(command, transaction),
      count: (command) => this.counted(command, transaction),
      close: () => {
        if (!this.isClosed) transaction.done();
      },
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.catalog.environment.close();
  }

  /** @param transaction the state that is read; the latest where left out */
  private found(command: Document, transaction?: Transaction): Found {
    if (!transaction) this.catalog.refresh();
    return this.commands.found(command, transaction);
  }

  private counted(command: Document, transaction?: Transaction): number {
    if (!transaction) this.catalog.refresh();
    return this.commands.counted(command, transaction);
  }
}

/** A state of the data that is kept from being overwritten. */
interface Pinned {
  /** How often had been committed by then. */
  commits: number;
  /** Whether the collections and indexes are still those of the time. */
  isReadable: () => boolean;
  isLatest: () => boolean;
  find: (command: Document) => Found;
  count: (command: Document) => number;
  close: () => void;
}

/** One state of the data, for reads that have to fit together, such as those of a transaction. */
class LocalSnapshot {
  private pinned: Pinned | null;
  /** What has been read: whether a later state says the same. */
  private readonly seen: ((later: Pinned) => boolean)[] = [];

  /** @param pin keeps the state that is the latest; null where none can be kept any more */
  constructor(private readonly pin: () => Pinned | null) {
    this.pinned = pin();
  }

  /** How often had been committed at least; null where it cannot be read from. */
  get commits(): number | null {
    return this.pinned?.commits ?? null;
  }

  /** What a find finds; null where it is left to the store's threads. */
  find(command: Command): Stored[] | null {
    const document = whereShort(() => storeDocument(command));
    const found = document && this.read((pinned) => pinned.find(document));
    if (!found) return null;
    this.seen.push((later) => areEqual(later.find(document), found));
    return decoded(found);
  }

  /** What a count counts; null where it is left to the store's threads. */
  count(command: Command): number | null {
    const document = whereShort(() => storeDocument(command));
    const count = document && this.read((pinned) => pinned.count(document));
    if (document && count !== null) this.seen.push((later) => later.count(document) === count);
    return count;
  }

  private read<Result>(work: (pinned: Pinned) => Result): Result | null {
    const { pinned } = this;
    return pinned?.isReadable() ? whereShort(() => work(pinned)) : null;
  }

  /** Becomes the latest state, where all that has been read is the same in it. */
  moveOn(): void {
    if (!this.pinned || this.pinned.isLatest()) return;
    const later = this.pin();
    if (!later) return;
    const isSame = whereShort(() => this.seen.every((says) => says(later))) === true;
    (isSame ? this.pinned : later).close();
    if (isSame) this.pinned = later;
  }

  close(): void {
    this.pinned?.close();
    this.pinned = null;
  }
}

function areEqual({ rows }: Found, { rows: others, shown }: Found): boolean {
  return rows.length === others.length && rows.every((row, at) => shown.bytes(row).equals(shown.bytes(others[at]!)));
}

function decoded({ rows, shown }: Found): Stored[] {
  const { choice } = shown;
  return rows.map((row) => (choice && row.stored && driverDocument(row.stored, choice)) ?? deserialize(shown.bytes(row), read));
}

function whereShort<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof OverBudget || error instanceof CommandError) return null;
    throw error;
  }
}
