/**
 * Keeps what was made from the store for as long as the store would give the same: what is kept remembers what it was
 * made from, and a change removes what it touches. Nothing expires; what is not known to be true now is not answered.
 */
import type { FeedListener } from './change-feed.js';
import type { DocumentChange } from './news.js';
import { recordReads, type Reads } from './reads.js';
import { S3Fifo } from './s3-fifo.js';
import { collectionTag, documentTags } from './tags.js';

/** Told of what the cache does, for metrics. */
export interface CacheObserver {
  onEvict(): void;
  /** @param count how many kept values a change removed */
  onInvalidate(count: number): void;
}

/** What came of some work. */
export interface Made<Value> {
  value: Value;
  /** Whether others who ask the same may have it, and it could be kept. */
  isCacheable: boolean;
}

/** About how many bytes a kept value and each of its tags take besides the value. */
const overhead = { value: 500, tag: 150 };

export class ExactCache implements FeedListener {
  private readonly entries: S3Fifo<Entry<unknown>>;
  private readonly making = new Map<string, Entry<unknown>>();
  private readonly byTag = new Map<string, Set<Entry<unknown>>>();
  /** The fields by whose values something is kept, with the tags that name them, by collection. */
  private readonly fields = new Map<string, Map<string, Set<string>>>();

  constructor(
    maxBytes: number,
    private readonly observer: CacheObserver,
  ) {
    this.entries = new S3Fifo(maxBytes, (entry, why) => {
      if (why === 'EVICTED') observer.onEvict();
      entry.end();
    });
  }

  get bytes(): number {
    return this.entries.bytes;
  }

  get size(): number {
    return this.entries.size;
  }

  /** What is kept under a key. Ask only in a turn in which the feed is current. */
  get<Value>(key: string): Value | undefined {
    return this.entries.get(key)?.value as Value | undefined;
  }

  /**
   * Makes a value, once for all who ask for it at a time, and keeps it where nothing that it was made from has changed
   * meanwhile. Ask only in a turn in which the feed is current.
   * @param sizeOf the bytes that the value takes; null for one that only who asked first may have
   */
  async make<Value>(key: string, work: () => Promise<Value>, sizeOf: (value: Value) => number | null): Promise<Made<Value>> {
    const running = this.making.get(key) as Entry<Value> | undefined;
    // What it has read until now is still true, and what it has yet to read will be.
    if (running?.isTrue && !running.isRefused) {
      const made = await running.promise.catch(() => null);
      return made?.isCacheable ? made : { value: await work(), isCacheable: false };
    }
    const entry = new Entry<Value>(key, this);
    this.making.set(key, entry);
    entry.promise = this.run(entry, work, sizeOf);
    return entry.promise;
  }

  private async run<Value>(entry: Entry<Value>, work: () => Promise<Value>, sizeOf: (value: Value) => number | null): Promise<Made<Value>> {
    let value: Value;
    try {
      value = await recordReads(entry, work);
    } catch (error) {
      this.finish(entry);
      entry.end();
      throw error;
    }
    this.finish(entry);
    const size = entry.isRefused ? null : sizeOf(value);
    entry.value = value;
    if (size === null || !entry.isTrue || !this.entries.set(entry.key, entry, this.bytesOf(entry, size))) entry.end();
    return { value, isCacheable: size !== null };
  }

  private finish(entry: Entry<unknown>): void {
    if (this.making.get(entry.key) === entry) this.making.delete(entry.key);
  }

  private bytesOf({ key, tags }: Entry<unknown>, size: number): number {
    let bytes = size + 2 * key.length + overhead.value;
    for (const tag of tags) bytes += overhead.tag + tag.length;
    return bytes;
  }

  onChanges(changes: readonly DocumentChange[]): void {
    let count = 0;
    for (const change of changes) for (const tag of this.tagsOf(change)) count += this.invalidateTag(tag);
    if (count > 0) this.observer.onInvalidate(count);
  }

  onLost(): void {
    const all = new Set([...this.byTag.values()].flatMap((ones) => [...ones]));
    for (const entry of all) entry.invalidate();
    if (all.size > 0) this.observer.onInvalidate(all.size);
  }

  private tagsOf({ collection, images }: DocumentChange): Set<string> {
    const tags = new Set([collectionTag(collection)]);
    const fields = this.fields.get(collection);
    if (!fields) return tags;
    if (!images) return new Set([...tags, ...[...fields.values()].flatMap((ofField) => [...ofField])]);
    const documents = [images.before(), images.after()].filter((document) => document !== null);
    for (const field of fields.keys())
      for (const document of documents) for (const tag of documentTags(collection, field, document)) tags.add(tag);
    return tags;
  }

  private invalidateTag(tag: string): number {
    const touched = this.byTag.get(tag);
    if (!touched) return 0;
    const all = [...touched];
    for (const entry of all) entry.invalidate();
    return all.length;
  }

  /** For what is kept alone. */
  register(entry: Entry<unknown>, tag: string): void {
    const known = this.byTag.get(tag);
    if (known) return void known.add(entry);
    this.byTag.set(tag, new Set([entry]));
    const [collection, field] = tag.split('/', 2) as [string, string | undefined];
    if (field === undefined) return;
    const fields = this.fields.get(collection) ?? new Map<string, Set<string>>();
    fields.set(field, (fields.get(field) ?? new Set()).add(tag));
    this.fields.set(collection, fields);
  }

  /** For what is kept alone. */
  unregister(entry: Entry<unknown>, tag: string): void {
    const known = this.byTag.get(tag);
    if (!known?.delete(entry) || known.size > 0) return;
    this.byTag.delete(tag);
    const [collection, field] = tag.split('/', 2) as [string, string | undefined];
    const fields = this.fields.get(collection);
    if (field === undefined || !fields) return;
    const tags = fields.get(field)!;
    tags.delete(tag);
    if (tags.size === 0) fields.delete(field);
    if (fields.size === 0) this.fields.delete(collection);
  }

  /** For what is kept alone. */
  forget(entry: Entry<unknown>): void {
    if (this.entries.peek(entry.key) === entry) this.entries.delete(entry.key);
  }
}

/** A value with what it was made from; first while it is made, then while it is kept. */
class Entry<Value> implements Reads {
  readonly startedAt = Date.now();
  readonly tags = new Set<string>();
  value: Value | undefined;
  promise!: Promise<Made<Value>>;
  /** Whether nothing that it was made from has changed since. */
  isTrue = true;
  isRefused = false;
  private hasEnded = false;
  private readonly callbacks: (() => void)[] = [];

  constructor(
    readonly key: string,
    private readonly cache: ExactCache,
  ) {}

  add(tag: string): void {
    if (this.hasEnded || this.tags.has(tag)) return;
    this.tags.add(tag);
    this.cache.register(this, tag);
  }

  refuse(): void {
    this.isRefused = true;
  }

  onEnd(callback: () => void): void {
    if (this.hasEnded) callback();
    else this.callbacks.push(callback);
  }

  invalidate(): void {
    this.isTrue = false;
    this.end();
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const tag of this.tags) this.cache.unregister(this, tag);
    for (const callback of this.callbacks) callback();
    this.cache.forget(this);
  }
}
