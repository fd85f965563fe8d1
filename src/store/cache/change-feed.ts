/**
 * News of everything that changes in the store, from whatever process. A process that hosts the store knows without
 * asking whether there is news that it has not heard: commits are counted in shared memory. Any other asks after each
 * write of its own how far the store has come, and trusts what it has heard only while it hears from the store.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../log.js';
import { NotOffered, type DocumentChange, type News, type NewsSource } from './news.js';

export interface FeedListener {
  onChanges(changes: readonly DocumentChange[]): void;
  /** Anything may have changed. */
  onLost(): void;
}

/** A process that has not heard from the store for longer does not know what others wrote. */
export const longestSilence = 1_000;
/** Who waits longer for news to arrive had better ask the store. */
const longestWait = 100;
const pauseAfterError = 100;
const never = Number.NEGATIVE_INFINITY;

export class ChangeFeed {
  /** Every change up to this place has been told. */
  private told = -1n;
  /** The store knew nothing else then. */
  private heardAt = never;
  private wroteAt = 0;
  /** The last own write for which it is known how far the store had come. */
  private askedAt = 0;
  private asking: { wroteAt: number; isThere: Promise<boolean> } | null = null;
  private waiting: { place: bigint; resolve: (isThere: boolean) => void }[] = [];
  private running: Promise<void> | null = null;
  private stopped = false;
  private source: NewsSource;

  /**
   * @param sources ways to hear of changes; the first that the store offers is taken
   * @param commits how often has been committed, where this process hosts the store
   */
  constructor(
    private readonly sources: readonly [NewsSource, ...NewsSource[]],
    private readonly commits: (() => number) | null,
    private readonly listener: FeedListener,
    private readonly log: Logger,
  ) {
    this.source = sources[0];
  }

  /** Milliseconds for which nothing may have been heard of what others wrote. */
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
    this.source.reset();
  }

  /** Notes that this process wrote something. */
  noteOwnWrite(): void {
    this.wroteAt++;
  }

  /** Whether everything has been told that was acknowledged to this process; false where that would take long to know. */
  isCurrent(): boolean | Promise<boolean> {
    if (this.told < 0n || this.stopped) return false;
    if (this.commits) return this.hasArrived(BigInt(this.commits()));
    if (this.silence > longestSilence) return false;
    return this.askedAt === this.wroteAt || this.afterOwnWrites();
  }

  /** How far the store has come: beyond every write that has been acknowledged to this process. */
  position(): Promise<bigint> {
    return this.source.position();
  }

  /** Waits until nothing older than a place in the store's order is answered any more. */
  async catchUpTo(place: bigint): Promise<void> {
    const isBehind = (): boolean => this.told >= 0n && this.told < place && this.silence <= longestSilence && !this.stopped;
    while (isBehind()) await this.hasArrived(place);
  }

  private hasArrived(place: bigint): boolean | Promise<boolean> {
    if (this.told >= place) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), longestWait);
      const settle = (isThere: boolean): void => {
        clearTimeout(timer);
        resolve(isThere);
      };
      this.waiting.push({ place, resolve: settle });
    });
  }

  private afterOwnWrites(): Promise<boolean> {
    const { wroteAt } = this;
    if (this.asking?.wroteAt !== wroteAt) this.asking = { wroteAt, isThere: this.askFor(wroteAt) };
    return this.asking.isThere;
  }

  private async askFor(wroteAt: number): Promise<boolean> {
    try {
      if (!(await this.hasArrived(await this.source.position()))) return false;
      this.askedAt = Math.max(this.askedAt, wroteAt);
      return this.askedAt === this.wroteAt;
    } catch {
      return false;
    } finally {
      if (this.asking?.wroteAt === wroteAt) this.asking = null;
    }
  }

  private async run(): Promise<void> {
    for (const source of this.sources) {
      this.source = source;
      if (await this.follow()) return;
    }
    this.log.info({}, 'this store does not tell its changes: no answers are kept');
  }

  /** @returns false where the store does not tell its changes so */
  private async follow(): Promise<boolean> {
    while (!this.stopped) {
      const askedAt = performance.now();
      try {
        this.take(await this.source.next(), askedAt);
      } catch (error) {
        if (this.stopped) break;
        const wasHeard = this.told >= 0n;
        this.lose();
        if (error instanceof NotOffered) return false;
        if (wasHeard) this.log.warn({ err: error }, 'the store tells no changes: no answers are kept until it does');
        await pause(pauseAfterError);
      }
    }
    return true;
  }

  /** @param askedAt what the store answers was true then: the answer itself may have waited for long, while this process was stopped */
  private take({ changes, isLost, told, isAll }: News, askedAt: number): void {
    if (isLost) this.listener.onLost();
    if (changes.length > 0) this.listener.onChanges(changes);
    for (const { collection, images } of changes) if (!images) this.source.askForImages(collection);
    if (!isAll) return;
    this.heardAt = askedAt;
    this.told = told;
    this.arrive();
  }

  private arrive(): void {
    const [there, waiting] = [[], []] as [typeof this.waiting, typeof this.waiting];
    for (const waiter of this.waiting) (this.stopped || waiter.place <= this.told ? there : waiting).push(waiter);
    this.waiting = waiting;
    for (const { resolve } of there) resolve(!this.stopped);
  }

  private lose(): void {
    this.told = -1n;
    this.heardAt = never;
    this.source.reset();
    this.listener.onLost();
  }
}
