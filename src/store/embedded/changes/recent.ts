/**
 * The latest changes with the documents before and after them, in memory, for readers who keep answers and have to know
 * at once which of them are no longer true. Nobody pays for it who does not ask: changes are noted while somebody reads. Of
 * large documents, such as files in parts, only the collection is noted, or they would leave no place for others.
 */
import { randomUUID } from 'node:crypto';
import { Binary, type Document } from 'bson';
import { commitsSoFar } from '../clock.js';

interface Change {
  collection: { database: string; name: string };
  before: Buffer | null;
  after: Buffer | null;
}

/** A document before and after, each null where there was none; without both where they are too large to be told. */
interface NotedChange {
  collection: Change['collection'];
  images: Pick<Change, 'before' | 'after'> | null;
}

interface Noted {
  sequence: number;
  /** Null where something happened that is no change of single documents. */
  change: NotedChange | null;
  bytes: number;
}

const bounds = { bytes: 32 * 1024 * 1024, imageBytes: 64 * 1024, replyBytes: 8 * 1024 * 1024, unused: 60_000, overhead: 100 };

export class RecentChanges {
  private readonly id = randomUUID();
  private entries: Noted[] = [];
  private staged: Noted[] = [];
  private bytes = 0;
  private sequence = 0;
  /** Every change after this one is here. */
  private since = 0;
  private askedAt = Number.NEGATIVE_INFINITY;

  private get isRead(): boolean {
    return performance.now() - this.askedAt < bounds.unused;
  }

  /** Notes changes; inside the commit that makes them. */
  note(changes: readonly Change[]): void {
    if (!this.isRead) {
      this.sequence += changes.length;
      return this.forget();
    }
    for (const { collection, before, after } of changes) {
      const size = (before?.length ?? 0) + (after?.length ?? 0);
      const isTold = size <= bounds.imageBytes;
      // The storage engine may use the bytes of what it has read again.
      const images = isTold ? { before: before && Buffer.from(before), after: after && Buffer.from(after) } : null;
      this.staged.push({ sequence: ++this.sequence, change: { collection, images }, bytes: (isTold ? size : 0) + bounds.overhead });
    }
  }

  /** Notes what makes every kept answer doubtful, such as a collection that is dropped. */
  noteUpheaval(): void {
    this.staged.push({ sequence: ++this.sequence, change: null, bytes: bounds.overhead });
  }

  /** Shows what was noted, once it is committed and before anybody is told. */
  publish(): void {
    for (const entry of this.staged) {
      this.entries.push(entry);
      this.bytes += entry.bytes;
    }
    this.staged = [];
    if (this.bytes > bounds.bytes) this.forget();
  }

  /** Forgets what was noted for a commit that failed. */
  discard(): void {
    this.staged = [];
  }

  /**
   * What follows a place that an earlier answer named.
   * @returns with `lost` where it is not known what followed: every kept answer is doubtful
   */
  read(database: string, after: { id?: unknown; sequence?: unknown }): Document & { changes: Document[]; lost: boolean } {
    const lost = after.id !== this.id || !(Number(after.sequence) >= this.since) || !this.isRead;
    this.askedAt = performance.now();
    if (lost) return { ...this.place(), changes: [], lost: true };
    const fresh = this.entriesAfter(Number(after.sequence));
    if (fresh.some(({ change }) => change === null)) return { ...this.place(), changes: [], lost: true };
    let bytes = 0;
    const taken = fresh.filter((entry) => (bytes += entry.bytes) <= bounds.replyBytes || entry === fresh[0]);
    const isAll = taken.length === fresh.length;
    const changes = taken.filter(({ change }) => change!.collection.database === database).map(({ change }) => told(change!));
    this.trim(Number(after.sequence));
    return { ...this.place(isAll ? undefined : taken.at(-1)!.sequence), changes, lost: false };
  }

  /** Where a reader stands who has read all; with a sequence, who has read up to it. */
  private place(sequence?: number): Document {
    return sequence === undefined ? { id: this.id, sequence: this.sequence, commits: Number(commitsSoFar()) } : { id: this.id, sequence };
  }

  private entriesAfter(sequence: number): Noted[] {
    let at = this.entries.length;
    while (at > 0 && this.entries[at - 1]!.sequence > sequence) at--;
    return this.entries.slice(at);
  }

  /** Other readers may be a little behind: half of what may be kept stays. */
  private trim(read: number): void {
    let gone = 0;
    while (this.bytes > bounds.bytes / 2 && gone < this.entries.length && this.entries[gone]!.sequence <= read) {
      this.bytes -= this.entries[gone]!.bytes;
      this.since = this.entries[gone++]!.sequence;
    }
    if (gone > 0) this.entries.splice(0, gone);
  }

  private forget(): void {
    this.staged = [];
    this.entries = [];
    this.bytes = 0;
    this.since = this.sequence;
  }
}

function told({ collection: { name }, images }: NotedChange): Document {
  if (!images) return { collection: name, images: null };
  const { before, after } = images;
  return { collection: name, images: { before: before && new Binary(before), after: after && new Binary(after) } };
}
