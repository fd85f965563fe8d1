/** Follows what changes in a collection by the time of the change, each version of a document once. */
import type { Model, Types } from 'mongoose';

/** A transaction commits later than it takes its time: for as long, older times may still appear. */
const maxCommitDelay = 60_000;
const batchSize = 200;

interface Changed {
  _id: Types.ObjectId;
}

/**
 * Reads the documents that changed since it last looked. The index of the field answers what is new; only that is
 * fetched. Versions that it has seen are remembered for as long as something older may still be committed. While
 * nothing seems to change, it asks for the newest time and a count only, and reads the index once a minute.
 */
export class ChangedDocuments<Document extends Changed> {
  private readonly seen = new Map<string, number>();
  private settled: Date;
  private newest = -1;
  private readAt = Number.NEGATIVE_INFINITY;

  /**
   * @param field an indexed field that holds when a document last changed
   * @param from the `position` of an earlier reader; everything where left out
   */
  constructor(
    private readonly model: Model<Document>,
    private readonly field: keyof Document & string,
    from: Date | null = null,
    private readonly now: () => number = Date.now,
  ) {
    this.settled = from ?? new Date(0);
  }

  /** Everything that changed before has been read. A later reader may start here. */
  get position(): Date {
    return this.settled;
  }

  /** In batches, the earliest changes first. */
  async *read(): AsyncGenerator<Document[]> {
    if (await this.seemsUnchanged()) return;
    const readAt = this.now();
    const settles = readAt - maxCommitDelay;
    let batch: { id: Types.ObjectId; time: number }[] = [];
    for await (const { _id, time } of this.changes()) {
      if ((this.seen.get(_id.toHexString()) ?? -1) >= time) continue;
      batch.push({ id: _id, time });
      if (batch.length < batchSize) continue;
      yield await this.fetch(batch);
      this.remember(batch);
      this.settle(Math.min(time, settles));
      batch = [];
    }
    if (batch.length > 0) yield await this.fetch(batch);
    this.remember(batch);
    this.settle(settles);
    this.readAt = readAt;
  }

  /** A change that neither is the newest nor adds a document is found by the next reading of the index. */
  private async seemsUnchanged(): Promise<boolean> {
    if (this.now() - this.readAt >= maxCommitDelay) return false;
    const since = { [this.field]: { $gte: this.settled } } as never;
    let latest = -1;
    for await (const { time } of this.changes({ newestFirst: true, limit: 1 })) latest = time;
    if (latest !== this.newest) return false;
    return (await this.model.collection.countDocuments(since)) === this.seen.size;
  }

  private async *changes({ newestFirst = false, limit = 0 } = {}): AsyncGenerator<{ _id: Types.ObjectId; time: number }> {
    const { field } = this;
    const cursor = this.model.collection.find({ [field]: { $gte: this.settled } } as never, {
      projection: { _id: 1, [field]: 1 },
      sort: { [field]: newestFirst ? -1 : 1 },
      limit,
      batchSize: 1000,
    });
    for await (const document of cursor) yield { _id: document['_id'], time: (document[field] as Date).getTime() };
  }

  private async fetch(batch: { id: Types.ObjectId; time: number }[]): Promise<Document[]> {
    return await this.model.find({ _id: { $in: batch.map(({ id }) => id) } } as never).lean();
  }

  /** Only once a batch has been taken, so that one whose taking failed comes again. */
  private remember(batch: { id: Types.ObjectId; time: number }[]): void {
    for (const { id, time } of batch) {
      this.seen.set(id.toHexString(), time);
      this.newest = Math.max(this.newest, time);
    }
  }

  private settle(until: number): void {
    if (until <= this.settled.getTime()) return;
    this.settled = new Date(until);
    for (const [key, time] of this.seen) if (time < until) this.seen.delete(key);
    if (this.seen.size === 0) this.newest = -1;
  }
}
