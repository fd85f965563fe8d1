/** A cache of what is made from the store, which never answers what the store would not. */
import type { Connection } from 'mongoose';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Logger } from '../../log.js';
import { ChangeFeed, longestSilence } from './change-feed.js';
import { EmbeddedNews } from './embedded-news.js';
import { ExactCache, type Made } from './exact-cache.js';
import type { NewsSource } from './news.js';
import type { KeptReads } from './reads.js';
import { StreamNews } from './stream-news.js';

export type { Made } from './exact-cache.js';

/** How often news may have to be waited for again, for one question. */
const mostWaits = 3;

/** The ways in which a store may tell its changes. */
export function newsOf(connection: Connection, log: Logger): StoreCacheOptions['sources'] {
  return [new EmbeddedNews(connection), new StreamNews(connection, log)];
}

export interface StoreCacheOptions {
  /** Ways to hear of changes; the first that the store offers is taken. */
  sources: readonly [NewsSource, ...NewsSource[]];
  /** How often has been committed, where this process hosts the store. */
  commits: (() => number) | null;
  /** What all that is kept takes. */
  maxBytes: number;
  metrics: Registry;
  log: Logger;
}

export class StoreCache implements KeptReads {
  private readonly cache: ExactCache;
  private readonly feed: ChangeFeed;
  private readonly answered: Counter;
  private readonly read: Counter;

  constructor({ sources, commits, maxBytes, metrics, log }: StoreCacheOptions) {
    const counter = (name: string, help: string): Counter => new Counter({ name: `plaza_cache_${name}_total`, help, registers: [metrics] });
    const evictions = counter('evictions', 'Kept answers that had to go for others.');
    const invalidations = counter('invalidations', 'Kept answers that a change in the store removed.');
    this.answered = new Counter({
      name: 'plaza_cache_answers_total',
      help: 'Questions to the cache: answered from memory (hit), from the store (miss), or past it while changes had not been heard (behind).',
      labelNames: ['outcome'],
      registers: [metrics],
    });
    this.read = new Counter({
      name: 'plaza_cache_reads_total',
      help: 'Reads for answers that are not kept: from memory (hit), from the store (miss), or past the cache while changes had not been heard (behind).',
      labelNames: ['outcome'],
      registers: [metrics],
    });
    this.cache = new ExactCache(maxBytes, { onEvict: () => evictions.inc(), onInvalidate: (count) => invalidations.inc(count) });
    this.feed = new ChangeFeed(sources, commits, this.cache, log);
    this.watch(metrics);
  }

  private watch(metrics: Registry): void {
    const { cache, feed } = this;
    const gauge = (name: string, help: string, read: () => number, aggregator: 'sum' | 'max' = 'sum'): Gauge =>
      new Gauge({
        name: `plaza_cache_${name}`,
        help,
        aggregator,
        registers: [metrics],
        collect() {
          this.set(read());
        },
      });
    gauge('bytes', 'About how many bytes kept answers take.', () => cache.bytes);
    gauge('entries', 'Kept answers.', () => cache.size);
    gauge('lag_seconds', 'How long ago the store last told its changes.', () => feed.silence / 1000, 'max');
  }

  start(): void {
    this.feed.start();
  }

  stop(): Promise<void> {
    return this.feed.stop();
  }

  noteOwnWrite(): void {
    this.feed.noteOwnWrite();
  }

  /**
   * What is kept under the key, or what the work makes.
   * @param sizeOf the bytes that a value takes; null for one that is not to be kept or shared
   */
  async get<Value>(key: string, work: () => Promise<Value>, sizeOf: (value: Value) => number | null): Promise<Made<Value>> {
    if (!(await this.isCurrent())) {
      this.answered.inc({ outcome: 'behind' });
      return { value: await work(), isCacheable: true };
    }
    const cached = this.cache.get<Value>(key);
    this.answered.inc({ outcome: cached === undefined ? 'miss' : 'hit' });
    return cached === undefined ? this.cache.make(key, work, sizeOf) : { value: cached, isCacheable: true };
  }

  known<Found>(key: string): Found | undefined {
    const known = this.peek<Found>(key);
    if (known !== undefined) this.read.inc({ outcome: 'hit' });
    return known;
  }

  async find<Found>(key: string, find: () => Promise<Found>, sizeOf: (found: Found) => number): Promise<Found> {
    const isCurrent = await this.isCurrent();
    const known = isCurrent ? this.cache.get<Found>(key) : undefined;
    this.read.inc({ outcome: known !== undefined ? 'hit' : isCurrent ? 'miss' : 'behind' });
    if (known !== undefined) return known;
    return isCurrent ? (await this.cache.make(key, find, sizeOf)).value : find();
  }

  /**
   * Waits until no other process answers what was before a write of this one.
   * @param agree asks them
   */
  async settle(agree: (place: bigint, longest: number) => Promise<void>): Promise<void> {
    const place = await this.feed.position().catch(() => null);
    // Who has not heard for so long does not answer from memory.
    if (place !== null) await agree(place, longestSilence);
  }

  /** Waits until nothing older than a place in the store's order is answered from memory. */
  catchUpTo(place: bigint): Promise<void> {
    return this.feed.catchUpTo(place);
  }

  /** What is kept under the key now, if that is known to be true in this turn. */
  peek<Value>(key: string): Value | undefined {
    return this.feed.isCurrent() === true ? this.cache.get<Value>(key) : undefined;
  }

  private async isCurrent(): Promise<boolean> {
    for (let waits = 0; waits < mostWaits; waits++) {
      const current = this.feed.isCurrent();
      if (typeof current === 'boolean') return current;
      if (!(await current)) return false;
    }
    return this.feed.isCurrent() === true;
  }
}
