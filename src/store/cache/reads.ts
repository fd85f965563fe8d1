/**
 * What an answer was made from. While work is recorded, every read of the store notes what it depends on, before it is
 * sent; what cannot be known again from the store, such as the time, notes that the answer is not to be kept.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { tagsOf } from './tags.js';

/** Told of what recorded work reads. */
export interface Reads {
  /** When the work began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The work depends on whatever bears the tag. */
  add(tag: string): void;
  /** What comes of the work holds for this moment alone. */
  refuse(): void;
  /** What the work read has changed. */
  invalidate(): void;
  /** Calls back when it no longer matters what the work read. */
  onEnd(callback: () => void): void;
}

/** Keeps what reads found, each under a key that says all that was asked. */
export interface KeptReads {
  /** What is kept and known to be true in this turn. */
  known<Found>(key: string): Found | undefined;
  /**
   * Finds it, and keeps it where that is true.
   * @param sizeOf the bytes that it takes
   */
  find<Found>(key: string, find: () => Promise<Found>, sizeOf: (found: Found) => number): Promise<Found>;
}

/** What is made is either kept as a whole, or made from reads that are kept. */
const working = new AsyncLocalStorage<{ reads: Reads | null; kept: KeptReads | null }>();

export function recordReads<Result>(reads: Reads, work: () => Promise<Result>): Promise<Result> {
  return working.run({ reads, kept: null }, work);
}

/** For work whose result is of no use to others, though most of what it reads is. */
export function withKeptReads<Result>(kept: KeptReads, work: () => Promise<Result>): Promise<Result> {
  return working.run({ reads: null, kept }, work);
}

export function keptReads(): KeptReads | null {
  return working.getStore()?.kept ?? null;
}

function recording(): Reads | null {
  return working.getStore()?.reads ?? null;
}

/** Says that an answer depends on more than the store: on the time, on chance, or on another service. */
export function dependsOnMoment(): void {
  recording()?.refuse();
}

/** Notes a read of the documents of a collection that meet a filter. */
export function noteRead(collection: string, filter: unknown): void {
  const reads = recording();
  if (!reads) return;
  if (hasRecentDate(filter, reads.startedAt)) reads.refuse();
  for (const tag of tagsOf(collection, filter)) reads.add(tag);
}

export function isRecording(): boolean {
  return recording() !== null;
}

/** Something in this process's memory that answers depend on, such as an index for searches. */
export class Memory {
  private readonly readers = new Set<Reads>();

  /** Call before reading it. */
  noteRead(): void {
    const reads = recording();
    if (!reads) return;
    this.readers.add(reads);
    reads.onEnd(() => this.readers.delete(reads));
  }

  /** Call in the same turn as changing it: nothing that was made from it before is answered any more. */
  changed(): void {
    for (const reads of [...this.readers]) reads.invalidate();
  }
}

/** A condition on the time of asking: what it finds changes without a write. */
function hasRecentDate(value: unknown, startedAt: number): boolean {
  if (value instanceof Date) return value.getTime() >= startedAt;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => hasRecentDate(item, startedAt));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).some((item) => hasRecentDate(item, startedAt));
}
