/**
 * News of everything that changes in the embedded store, from whatever process. A process that hosts the store knows
 * without asking whether there is news that it has not heard: it counts commits in shared memory. Any other asks after
 * each write of its own how far the store has come, and trusts what it has heard only while it hears from the store.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Binary } from 'bson';
import mongoose, { type Connection } from 'mongoose';
import type { Logger } from '../../log.js';

type Document = Record<string, unknown>;

/** A document before and after a change. */
export interface DocumentChange {
  collection: string;
  /** Null where it was made. */
  before: () => Document | null;
  /** Null where it is gone. */
  after: () => Document | null;
}

export interface FeedListener {
  onChanges(changes: readonly DocumentChange[]): void;
  /** Anything may have changed. */
  onLost(): void;
}

/** How long the store may leave a question for news open, in milliseconds. */
const wait = 250;
/** A process that has not heard from the store for longer does not know what others wrote. */
const longestSilence = 1_000;
/** Who waits longer for news to arrive had better ask the store. */
const longestWait = 100;
const pauseAfterError = 100;

interface News {
  id: string;
  sequence: number;
  commits?: number;
  lost: boolean;
  changes: { collection: string; before: Binary | null; after: Binary | null }[];
}

export class ChangeFeed {
  private place: { id?: string; sequence?: number } = {};
  /** Every commit up to this one has been told. */
  private told = -1;
  private heardAt = Number.NEGATIVE_INFINITY;
  private wroteAt = 0;
  private askedAt = 0;
  private waiting: { commits: number; resolve: (isThere: boolean) => void }[] = [];
  private running: Promise<void> | null = null;
  private stopped = false;

  /** @param commits how often has been committed, where this process hosts the store */
  constructor(
    private readonly connection: Connection,
    private readonly commits: (() => number) | null,
    private readonly listener: FeedListener,
    private readonly log: Logger,
  ) {}

  /** Milliseconds since the store was heard last. */
  get silence(): number {
    return performance.now() - this.heardAt;
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.arrive();
    await this.running;
  }

  /** Notes that this process wrote something. */
  noteOwnWrite(): void {
    this.wroteAt++;
  }

  /** Whether everything has been told that was acknowledged to this process; false where that would take long to know. */
  isCurrent(): boolean | Promise<boolean> {
    if (this.told < 0 || this.stopped) return false;
    if (this.commits) return this.hasArrived(this.commits());
    if (this.silence > longestSilence) return false;
    return this.askedAt === this.wroteAt || this.afterOwnWrites();
  }

  private hasArrived(commits: number): boolean | Promise<boolean> {
    if (this.told >= commits) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), longestWait);
      const settle = (isThere: boolean): void => {
        clearTimeout(timer);
        resolve(isThere);
      };
      this.waiting.push({ commits, resolve: settle });
    });
  }

  private async afterOwnWrites(): Promise<boolean> {
    const wroteAt = this.wroteAt;
    try {
      const { commits } = await this.ask({});
      if (commits === undefined || !(await this.hasArrived(commits))) return false;
    } catch {
      return false;
    }
    this.askedAt = Math.max(this.askedAt, wroteAt);
    return this.askedAt === this.wroteAt;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        this.take(await this.ask({ wait, ...this.place, ...(this.told >= 0 && { commits: this.told }) }));
      } catch (error) {
        if (this.stopped) return;
        const wasHeard = this.told >= 0;
        this.lose();
        if (isUnknownCommand(error)) return this.log.info({}, 'this store does not tell its changes: no answers are kept');
        if (wasHeard) this.log.warn({ err: error }, 'the store tells no changes: no answers are kept until it does');
        await pause(pauseAfterError);
      }
    }
  }

  private async ask(question: object): Promise<News> {
    return (await this.connection.db!.command({ plazaChanges: 1, ...question })) as unknown as News;
  }

  private take({ id, sequence, commits, lost, changes }: News): void {
    const isFirst = this.place.id === undefined;
    this.place = { id, sequence };
    this.heardAt = performance.now();
    if (lost && !isFirst) this.listener.onLost();
    if (changes.length > 0) this.listener.onChanges(changes.map(readable));
    if (commits === undefined) return;
    this.told = commits;
    this.arrive();
  }

  private arrive(): void {
    const [there, waiting] = [[], []] as [typeof this.waiting, typeof this.waiting];
    for (const one of this.waiting) (this.stopped || one.commits <= this.told ? there : waiting).push(one);
    this.waiting = waiting;
    for (const { resolve } of there) resolve(!this.stopped);
  }

  private lose(): void {
    this.told = -1;
    this.heardAt = Number.NEGATIVE_INFINITY;
    this.listener.onLost();
  }
}

/** MongoDB's own server has no such command. */
function isUnknownCommand(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 59;
}

function readable({ collection, before, after }: News['changes'][number]): DocumentChange {
  return { collection, before: () => before && read(before), after: () => after && read(after) };
}

function read(bytes: Binary): Document {
  return mongoose.mongo.BSON.deserialize(bytes.buffer);
}
