/**
 * The event log: what anyone may watch, written in the transaction of the change itself. A topic's
 * sequence has no holes, and its order is the order of the commits, because the counter's document
 * lets only one transaction a topic through at a time.
 */
import mongoose, { Schema, type ClientSession, type Types } from 'mongoose';
import { RequestError } from '../errors.js';

const retention = 7 * 24 * 60 * 60;

/** Busier topics keep their latest events only; they are trimmed now and then. */
const eventsPerTopic = 10_000;
const trimEvery = 100;

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
  /** What it is about, as `Type:id`, so that it can be hidden with it. */
  content?: string;
}

interface TopicCounter {
  _id: string;
  sequence: number;
}

const eventSchema = new Schema<LoggedEvent>({
  topic: { type: String, required: true },
  sequence: { type: Number, required: true },
  type: { type: String, required: true },
  data: { type: Schema.Types.Mixed, required: true },
  at: { type: Date, required: true },
  hidden: Boolean,
});
eventSchema.index({ 'data.content': 1 }, { sparse: true });
eventSchema.index({ 'data.author': 1 }, { sparse: true });
eventSchema.index({ topic: 1, sequence: 1 }, { unique: true });
eventSchema.index({ at: 1 }, { expireAfterSeconds: retention });

const counterSchema = new Schema<TopicCounter>({ _id: { type: String, required: true }, sequence: { type: Number, required: true } });

export const EventModel = mongoose.model('Event', eventSchema, 'events');
export const TopicModel = mongoose.model('Topic', counterSchema, 'topics');

/** Appends inside a transaction; the topic must be announced once that is committed. */
export async function appendEvent(session: ClientSession, topic: string, type: string, data: EventData): Promise<void> {
  const counter = await TopicModel.findOneAndUpdate(
    { _id: topic },
    { $inc: { sequence: 1 } },
    { upsert: true, returnDocument: 'after', session },
  ).lean();
  await EventModel.collection.insertOne({ topic, sequence: counter.sequence, type, data, at: new Date() }, { session });
  if (counter.sequence % trimEvery === 0) {
    await EventModel.deleteMany({ topic, sequence: { $lte: counter.sequence - eventsPerTopic } }, { session });
  }
}

/** Appends the same event to many topics of different readers, in four round trips. */
export async function appendToTopics(session: ClientSession, topics: string[], type: string, data: EventData): Promise<void> {
  if (topics.length === 0) return;
  await TopicModel.collection.bulkWrite(
    topics.map((_id) => ({ updateOne: { filter: { _id: _id as never }, update: { $inc: { sequence: 1 } }, upsert: true } })),
    { session },
  );
  const counters = await TopicModel.find({ _id: { $in: topics } })
    .session(session)
    .lean();
  const at = new Date();
  await EventModel.collection.insertMany(
    counters.map(({ _id, sequence }) => ({ topic: _id, sequence, type, data, at })),
    {
      session,
    },
  );
  const full = counters.filter(({ sequence }) => sequence % trimEvery === 0);
  for (const { _id, sequence } of full)
    await EventModel.deleteMany({ topic: _id, sequence: { $lte: sequence - eventsPerTopic } }, { session });
}

/** Forgets topics that only one user could read, events and all. */
export async function dropTopics(session: ClientSession, topics: string[]): Promise<void> {
  await EventModel.deleteMany({ topic: { $in: topics } }, { session });
  await TopicModel.deleteMany({ _id: { $in: topics } }, { session });
}

/** Has somebody else stand for an author in every kept event. */
export async function reassignEvents(session: ClientSession, author: Types.ObjectId, to: Types.ObjectId): Promise<void> {
  await EventModel.updateMany({ 'data.author': author }, { $set: { 'data.author': to } }, { session });
}

/** Keeps the events about some content from everybody, or gives them back. The topics must then be announced. */
export async function hideEvents(session: ClientSession, content: string, hidden: boolean): Promise<string[]> {
  const topics = await EventModel.distinct('topic', { 'data.content': content }).session(session);
  await EventModel.updateMany({ 'data.content': content }, { $set: { hidden } }, { session });
  return topics;
}

export async function latestSequence(topic: string): Promise<number> {
  const counter = await TopicModel.findById(topic).lean();
  return counter?.sequence ?? 0;
}

/** The same for many topics; those without events are left out. */
export async function latestSequences(topics: string[]): Promise<[topic: string, sequence: number][]> {
  const counters = await TopicModel.find({ _id: { $in: topics } }).lean();
  return counters.map(({ _id, sequence }) => [_id, sequence]);
}

/** A topic's events after a sequence, in order, at most `limit`. */
export async function eventsAfter(topic: string, sequence: number, limit: number): Promise<LoggedEvent[]> {
  return await EventModel.find({ topic, sequence: { $gt: sequence } })
    .sort({ sequence: 1 })
    .limit(limit)
    .lean();
}

/** @throws RequestError CURSOR_EXPIRED where events after the sequence are no longer kept. */
export async function requireRetained(topic: string, sequence: number): Promise<void> {
  const latest = await latestSequence(topic);
  if (sequence > latest) throw new RequestError('BAD_USER_INPUT', 'This cursor is ahead of the stream.', 'after');
  if (sequence === latest) return;
  const next = await EventModel.exists({ topic, sequence: sequence + 1 });
  if (!next) throw new RequestError('CURSOR_EXPIRED', 'Events after this cursor are no longer kept: read the list anew.', 'after');
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
  if (!Array.isArray(parsed) || !Number.isInteger(parsed[1]) || (parsed[1] as number) < 0) {
    throw new RequestError('BAD_USER_INPUT', 'This is not a cursor.', 'after');
  }
  if (parsed[0] !== topic) throw new RequestError('BAD_USER_INPUT', 'This cursor belongs to another stream.', 'after');
  return parsed[1] as number;
}
