/**
 * The event log: what anyone may watch, written in the transaction of the change itself. A topic's
 * sequence has no holes, and its order is the order of the commits, because the counter's document
 * lets only one transaction a topic through at a time. It is read at majority, so that no failover takes
 * back an event that somebody has seen and gives its number to another.
 */
import { Schema, Types, type Model } from 'mongoose';
import { RequestError } from '../errors.js';
import type { ClientSession, Database } from '../store/database.js';
import { documentSchema, insert } from '../store/documents.js';

const trimEvery = 100;

export interface EventLogOptions {
  /** Milliseconds that events are kept. */
  retention: number;
  /** Busier topics keep their latest events only; they are trimmed now and then. */
  maxEventsPerTopic: number;
}

export interface LoggedEvent {
  _id: Types.ObjectId;
  topic: string;
  sequence: number;
  type: string;
  data: EventData;
  at: Date;
  /** The content it is about was hidden since: it is delivered to nobody. */
  hidden?: boolean;
}

/** References, and what they are to whoever may not see everything. */
export interface EventData extends Record<string, unknown> {
  /** Who did it; nobody who blocks them receives the event. */
  author?: Types.ObjectId;
  /** Whose it is what it belongs to; nobody who blocks them receives it either. */
  owner?: Types.ObjectId;
  /** What it is about, as `Type:id`, so that it can be hidden with it. */
  content?: string;
}

export interface EventEntry {
  topic: string;
  type: string;
  data: EventData;
}

/** The type of the event that ends a topic's subscriptions. */
export const endOfStream = 'END';

/** What a topic is about is gone or out of sight: its subscriptions end, but for those whose viewer sees it still. */
export function endOf(topic: string): EventEntry {
  return { topic, type: endOfStream, data: {} };
}

interface TopicCounter {
  _id: string;
  sequence: number;
}

function eventSchema(retention: number): Schema<LoggedEvent> {
  const schema = documentSchema<LoggedEvent>(
    {
      topic: { type: String, required: true },
      sequence: { type: Number, required: true },
      type: { type: String, required: true },
      data: { type: Schema.Types.Mixed, required: true },
      at: { type: Date, required: true },
      hidden: { type: Boolean },
    },
    { shardKey: { topic: 1 } },
  );
  schema.index({ 'data.content': 1 }, { sparse: true });
  schema.index({ 'data.author': 1 }, { sparse: true });
  schema.index({ 'data.owner': 1 }, { sparse: true });
  schema.index({ topic: 1, sequence: 1 }, { unique: true });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function counterSchema(): Schema<TopicCounter> {
  return documentSchema<TopicCounter>(
    { _id: { type: String, required: true }, sequence: { type: Number, required: true } },
    { shardKey: { _id: 'hashed' } },
  );
}

export class EventLog {
  private readonly events: Model<LoggedEvent>;
  private readonly topics: Model<TopicCounter>;

  constructor(
    database: Database,
    private readonly options: EventLogOptions,
  ) {
    this.events = database.model('Event', eventSchema(options.retention), 'events');
    this.topics = database.model('Topic', counterSchema(), 'topics');
  }

  /** Appends inside a transaction; the topic must be announced once that is committed. */
  async append(session: ClientSession, topic: string, type: string, data: EventData): Promise<void> {
    const { sequence } = await this.countOn(session, topic, 1);
    await insert(this.events, { _id: new Types.ObjectId(), topic, sequence, type, data, at: new Date() }, session);
    await this.trim(session, topic, sequence);
  }

  /** Counts a topic on. @returns the counter as it is then */
  private async countOn(session: ClientSession, topic: string, by: number): Promise<TopicCounter> {
    return await this.topics
      .findOneAndUpdate({ _id: topic }, { $inc: { sequence: by } }, { upsert: true, returnDocument: 'after', session })
      .lean();
  }

  /** The same for many topics, in two round trips. */
  private async countAllOn(session: ClientSession, counts: ReadonlyMap<string, number>): Promise<TopicCounter[]> {
    const [[only, by]] = [...counts] as [[string, number]];
    if (counts.size === 1) return [await this.countOn(session, only, by)];
    await this.topics.bulkWrite(
      [...counts].map(([_id, sequence]) => ({ updateOne: { filter: { _id }, update: { $inc: { sequence } }, upsert: true } })),
      { session },
    );
    return await this.topics
      .find({ _id: { $in: [...counts.keys()] } })
      .session(session)
      .lean();
  }

  /** Appends the same event to many topics of different readers, in three round trips. */
  async appendToAll(session: ClientSession, topics: string[], type: string, data: EventData): Promise<void> {
    if (topics.length === 0) return;
    const counters = await this.countAllOn(session, countsOf(topics));
    const at = new Date();
    const events = counters.map(({ _id, sequence }) => ({ _id: new Types.ObjectId(), topic: _id, sequence, type, data, at }));
    await insert(this.events, events, session);
    for (const { _id, sequence } of counters) await this.trim(session, _id, sequence);
  }

  /** Appends different events to any topics, in three round trips; in two where the topic is one. */
  async appendMany(session: ClientSession, entries: readonly EventEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const counts = countsOf(entries.map(({ topic }) => topic));
    const counters = await this.countAllOn(session, counts);
    const next = new Map(counters.map(({ _id, sequence }) => [_id, sequence - counts.get(_id)!]));
    const at = new Date();
    const events = entries.map((entry) => {
      const sequence = next.get(entry.topic)! + 1;
      next.set(entry.topic, sequence);
      return { _id: new Types.ObjectId(), ...entry, sequence, at };
    });
    await insert(this.events, events, session);
    for (const { _id, sequence } of counters) {
      const lastTrim = sequence - (sequence % trimEvery);
      if (sequence - counts.get(_id)! < lastTrim) await this.trim(session, _id, lastTrim);
    }
  }

  private async trim(session: ClientSession, topic: string, sequence: number): Promise<void> {
    if (sequence % trimEvery !== 0) return;
    await this.events.deleteMany({ topic, sequence: { $lte: sequence - this.options.maxEventsPerTopic } }, { session });
  }

  /** Forgets some events of a topic that only one user could read, and the topic with the last. @returns how many events it found */
  async dropTopic(session: ClientSession, topic: string, max: number): Promise<number> {
    const found = await this.events.find({ topic }, { _id: 1 }).limit(max).session(session).lean();
    if (found.length > 0) await this.events.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } }, { session });
    if (found.length < max) await this.topics.deleteOne({ _id: topic }, { session });
    return found.length;
  }

  /** Has somebody else stand for a user in some of the kept events. @returns how many it found */
  async reassign(session: ClientSession, user: Types.ObjectId, to: Types.ObjectId, max: number): Promise<number> {
    const counts = [];
    for (const field of ['data.author', 'data.owner']) {
      const found = await this.events
        .find({ [field]: user }, { _id: 1 })
        .limit(max)
        .session(session)
        .lean();
      const ids = found.map(({ _id }) => _id);
      if (ids.length > 0) await this.events.updateMany({ _id: { $in: ids } }, { $set: { [field]: to } }, { session });
      counts.push(ids.length);
    }
    return Math.max(...counts);
  }

  /** Keeps the events about some content from everybody, or gives them back. @returns the topics that must be announced then */
  async hide(session: ClientSession, content: string, hidden: boolean): Promise<string[]> {
    const about = await this.events.find({ 'data.content': content }, { topic: 1 }).session(session).lean();
    if (about.length === 0) return [];
    await this.events.updateMany({ 'data.content': content }, { $set: { hidden } }, { session });
    return [...new Set(about.map(({ topic }) => topic))];
  }

  async latestSequence(topic: string): Promise<number> {
    const counter = await this.topics.findById(topic).readConcern('majority').lean();
    return counter?.sequence ?? 0;
  }

  /** The same for many topics; those without events are left out. */
  async latestSequences(topics: string[]): Promise<[topic: string, sequence: number][]> {
    const counters = await this.topics
      .find({ _id: { $in: topics } })
      .readConcern('majority')
      .lean();
    return counters.map(({ _id, sequence }) => [_id, sequence]);
  }

  /** A topic's events after a sequence, in order, at most `limit`. */
  async after(topic: string, sequence: number, limit: number): Promise<LoggedEvent[]> {
    return await this.events
      .find({ topic, sequence: { $gt: sequence } })
      .readConcern('majority')
      .sort({ sequence: 1 })
      .limit(limit)
      .lean();
  }

  /** @throws RequestError CURSOR_EXPIRED where events after the sequence are no longer kept. */
  async requireRetained(topic: string, sequence: number): Promise<void> {
    const latest = await this.latestSequence(topic);
    if (sequence > latest) throw new RequestError('BAD_USER_INPUT', 'This cursor is ahead of the stream.', 'after');
    if (sequence === latest) return;
    const next = await this.events.exists({ topic, sequence: sequence + 1 }).readConcern('majority');
    if (!next) throw new RequestError('CURSOR_EXPIRED', 'This cursor has expired. Fetch the list again, then resubscribe.', 'after');
  }
}

/** How often each topic is named. */
function countsOf(topics: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return counts;
}

export function encodeEventCursor(event: Pick<LoggedEvent, 'topic' | 'sequence'>): string {
  return Buffer.from(JSON.stringify([event.topic, event.sequence])).toString('base64url');
}

/** @throws RequestError BAD_USER_INPUT for a cursor that is broken or of another stream. */
export function decodeEventCursor(cursor: string, topic: string): number {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    parsed = null;
  }
  if (!Array.isArray(parsed) || !Number.isSafeInteger(parsed[1]) || (parsed[1] as number) < 0) {
    throw new RequestError('BAD_USER_INPUT', 'This cursor is not valid.', 'after');
  }
  if (parsed[0] !== topic) throw new RequestError('BAD_USER_INPUT', 'This cursor belongs to another stream.', 'after');
  return parsed[1] as number;
}
