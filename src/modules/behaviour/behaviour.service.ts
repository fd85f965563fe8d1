import { LRUCache } from 'lru-cache';
import mongoose, { type Types } from 'mongoose';
import { InputRules } from '../../input-rules.js';
import { inTransaction, type ClientSession } from '../../store/transaction.js';
import { ProductModel } from '../catalog/index.js';
import { registerOwnedDocuments } from '../user/index.js';
import {
  BehaviourEventModel,
  InteractionModel,
  type BehaviourEventDocument,
  type InteractionDocument,
  type TrackedKind,
} from './behaviour.model.js';

export const largestBatch = 100;
const longestHistory = 500;
const longestDelay = 7 * 24 * 60 * 60 * 1000;

export interface TrackedEvent {
  eventId: string;
  kind: TrackedKind;
  product: Types.ObjectId;
  at?: Date | null;
}

export interface Tracked {
  accepted: number;
  duplicates: number;
}

/** Stores a batch; events that were sent before count once. @throws RulesBroken naming the event at fault */
export async function trackEvents(user: Types.ObjectId | null, visitor: string | null, events: TrackedEvent[]): Promise<Tracked> {
  await checkEvents(user, visitor, events);
  const owner = user?.toHexString() ?? `visitor:${visitor}`;
  const documents = new Map<string, BehaviourEventDocument>();
  for (const { eventId, kind, product, at } of events) {
    const _id = `${owner}:${eventId}`;
    documents.set(_id, { _id, user, visitor: user ? null : visitor, product, kind, at: at ?? new Date() });
  }
  const accepted = await inTransaction([`tracked:${owner}`], (session) => storeEvents(session, user, [...documents.values()]));
  return { accepted, duplicates: events.length - accepted };
}

async function checkEvents(user: Types.ObjectId | null, visitor: string | null, events: TrackedEvent[]): Promise<void> {
  const rules = new InputRules()
    .require(events.length > 0, 'REQUIRED', 'Send at least one event.', 'events')
    .require(events.length <= largestBatch, 'TOO_LONG', `Send at most ${largestBatch} events at once.`, 'events');
  if (!user)
    rules.require(
      /^[\w-]{8,64}$/.test(visitor ?? ''),
      'REQUIRED',
      'A stranger needs a visitorId of 8 to 64 letters, digits, - or _.',
      'visitorId',
    );
  const batch = events.slice(0, largestBatch);
  const now = Date.now();
  batch.forEach(({ eventId, at }, index) => {
    rules.text(eventId, { least: 1, most: 64 }, 'events', String(index), 'eventId');
    if (at)
      rules.require(
        at.getTime() <= now + 60_000 && at.getTime() >= now - longestDelay,
        'OUT_OF_RANGE',
        'This must lie within the last 7 days.',
        'events',
        String(index),
        'at',
      );
  });
  const known = await ProductModel.find({ _id: { $in: batch.map(({ product }) => product) } }, { _id: 1 }).lean();
  const ids = new Set(known.map(({ _id }) => _id.toHexString()));
  batch.forEach(({ product }, index) =>
    rules.require(ids.has(product.toHexString()), 'NOT_FOUND', 'There is no such product.', 'events', String(index), 'productId'),
  );
  rules.check();
}

async function storeEvents(session: ClientSession, user: Types.ObjectId | null, events: BehaviourEventDocument[]): Promise<number> {
  const earlier = await BehaviourEventModel.find({ _id: { $in: events.map(({ _id }) => _id) } }, { _id: 1 })
    .session(session)
    .lean();
  const seen = new Set(earlier.map(({ _id }) => _id));
  const fresh = events.filter(({ _id }) => !seen.has(_id));
  if (fresh.length === 0) return 0;
  await BehaviourEventModel.insertMany(fresh, { session, lean: true });
  if (user)
    await InteractionModel.collection.bulkWrite(
      fresh.map((event) => interactionUpdate(user, event)),
      { session },
    );
  return fresh.length;
}

const counters = { VIEW: 'views', CLICK: 'views', ADD_TO_CART: 'carts' } as const;

function interactionUpdate(user: Types.ObjectId, { product, kind, at }: BehaviourEventDocument) {
  return noted(user, product, at, { increments: { [counters[kind]]: 1 } });
}

type Counter = 'views' | 'carts' | 'purchases' | 'comments' | 'questions' | 'shares' | 'referrals' | 'clicks';

interface Noted {
  increments?: Partial<Record<Counter, number>>;
  /** The new rating, or null where the review is gone. */
  points?: number | null;
}

function noted(user: Types.ObjectId, product: Types.ObjectId, at: Date, { increments = {}, points }: Noted) {
  const counts = { views: 0, carts: 0, purchases: 0, comments: 0, questions: 0, shares: 0, referrals: 0, clicks: 0, ...increments };
  return {
    updateOne: {
      filter: { user, product },
      update: { $inc: counts, $max: { lastAt: at }, ...(points === undefined ? { $setOnInsert: { points: null } } : { $set: { points } }) },
      upsert: true,
    },
  };
}

/** Notes, in the transaction of the change itself, what a user did with products. */
export async function noteInteractions(
  session: ClientSession,
  user: Types.ObjectId,
  products: Types.ObjectId[],
  what: Noted,
): Promise<void> {
  const at = new Date();
  await InteractionModel.collection.bulkWrite(
    products.map((product) => noted(user, product, at, what)),
    { session },
  );
}

/** A user's latest interactions, the newest first. */
export async function historyOf(user: Types.ObjectId): Promise<InteractionDocument[]> {
  return await InteractionModel.find({ user }).sort({ lastAt: -1 }).limit(longestHistory).lean();
}

/** The latest interactions of many users, in one query. @param most of each */
export async function historiesOf(users: Types.ObjectId[], most: number): Promise<Map<string, InteractionDocument[]>> {
  if (users.length === 0) return new Map();
  const rows = await latestBelow<InteractionDocument>('user', users, most);
  return new Map(rows.map(({ parent, latest }) => [parent.toHexString(), latest]));
}

/** Who else had to do with these products lately, those with the most of them first. */
export async function sharersOf(
  products: Types.ObjectId[],
  except: Types.ObjectId[],
  { perProduct, most }: { perProduct: number; most: number },
): Promise<Types.ObjectId[]> {
  const rows = await latestBelow<InteractionDocument>('product', products, perProduct);
  const counts = new Map<string, number>();
  for (const { latest } of rows) for (const { user } of latest) counts.set(user.toHexString(), (counts.get(user.toHexString()) ?? 0) + 1);
  for (const user of except) counts.delete(user.toHexString());
  const ranked = [...counts].sort(([a, many], [b, few]) => few - many || a.localeCompare(b));
  return ranked.slice(0, most).map(([user]) => new mongoose.Types.ObjectId(user));
}

/** The latest interactions below each user or product, found by index. */
async function latestBelow<Document>(
  field: 'user' | 'product',
  parents: Types.ObjectId[],
  most: number,
): Promise<{ parent: Types.ObjectId; latest: Document[] }[]> {
  const pipeline = [{ $sort: { lastAt: -1 } }, { $limit: most }];
  const lookUp = { from: InteractionModel.collection.name, localField: 'parent', foreignField: field, as: 'latest', pipeline };
  return InteractionModel.db
    .getClient()
    .db(InteractionModel.db.name)
    .aggregate<{ parent: Types.ObjectId; latest: Document[] }>([{ $documents: parents.map((parent) => ({ parent })) }, { $lookup: lookUp }])
    .toArray();
}

const trendKept = 60_000;
const mostTrending = 100;
const trends = new LRUCache<number, Types.ObjectId[]>({ max: 10, ttl: trendKept });

/** The products that most people had to do with in the last days, the most first; a minute old at most. */
export async function trending(days: number): Promise<Types.ObjectId[]> {
  const known = trends.get(days);
  if (known) return known;
  const since = new Date(Date.now() - days * 24 * 60 * 60 * 1000);
  const products = await InteractionModel.aggregate<{ _id: Types.ObjectId }>([
    { $match: { lastAt: { $gte: since } } },
    { $group: { _id: '$product', people: { $sum: 1 } } },
    { $sort: { people: -1, _id: 1 } },
    { $limit: mostTrending },
  ]);
  const ids = products.map(({ _id }) => _id);
  trends.set(days, ids);
  return ids;
}

/** What changed since, itself included, in the order of the changes. */
export function interactionsChangedSince(since: Date): AsyncIterable<InteractionDocument> {
  return InteractionModel.collection.find<InteractionDocument>({ lastAt: { $gte: since } }, { batchSize: 100 }).sort({ lastAt: 1 });
}

const longestSession = 100;

/** What a stranger did lately, by the random id that their client keeps. */
export async function sessionOf(visitor: string): Promise<InteractionDocument[]> {
  const events = await BehaviourEventModel.find({ visitor }).sort({ at: -1 }).limit(longestSession).lean();
  const byProduct = new Map<string, InteractionDocument>();
  for (const { product, kind, at } of events) {
    const key = product.toHexString();
    const known = byProduct.get(key) ?? {
      _id: product,
      user: product,
      product,
      views: 0,
      carts: 0,
      purchases: 0,
      comments: 0,
      points: null,
      lastAt: at,
    };
    known[counters[kind]]++;
    byProduct.set(key, known);
  }
  return [...byProduct.values()];
}

/** Every interaction, for training. */
export function allInteractions(): AsyncIterable<InteractionDocument> {
  return InteractionModel.collection.find<InteractionDocument>({}, { batchSize: 100 });
}

/** Interactions of another shop or data set, in bulk; what is there already is replaced. */
export async function importInteractions(interactions: Omit<InteractionDocument, '_id'>[]): Promise<void> {
  if (interactions.length === 0) return;
  await InteractionModel.collection.bulkWrite(
    interactions.map(({ user, product, ...rest }) => ({ updateOne: { filter: { user, product }, update: { $set: rest }, upsert: true } })),
    { ordered: false },
  );
}

registerOwnedDocuments({ name: 'behaviour', model: BehaviourEventModel, owner: 'user', erase: 'DELETE' });
registerOwnedDocuments({ name: 'interactions', model: InteractionModel, owner: 'user', erase: 'DELETE' });
