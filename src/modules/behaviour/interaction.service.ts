/** What users did with products, added up: the recommender's input, and what likeness and trends follow from. */
import { LRUCache } from 'lru-cache';
import type { Types } from 'mongoose';
import type { ClientSession } from '../../store/database.js';
import { updateEach } from '../../store/documents.js';
import { ChangedDocuments } from '../../workers/index.js';
import { dependsOnMoment } from '../../store/cache/reads.js';
import type { BehaviourModels, InteractionDocument } from './behaviour.model.js';

const maxHistory = 500;
const trendLifetime = 60_000;
const maxTrending = 100;
const day = 24 * 60 * 60 * 1000;

type Counter = 'views' | 'carts' | 'purchases' | 'comments' | 'questions' | 'shares' | 'referrals' | 'clicks';

export interface InteractionChange {
  increments?: Partial<Record<Counter, number>>;
  /** The new rating, or null where the review is gone. */
  points?: number | null;
}

/** What is stored only by consent to tracking. */
export const trackedCounters = ['views', 'carts', 'clicks'] as const satisfies Counter[];

function isKept({ increments = {}, points }: InteractionChange): boolean {
  const tracked: readonly string[] = trackedCounters;
  return points !== undefined || Object.keys(increments).some((counter) => !tracked.includes(counter));
}

/** The write that adds to what a user did with a product. */
export function interactionUpdate(user: Types.ObjectId, product: Types.ObjectId, at: Date, change: InteractionChange) {
  const { increments = {}, points } = change;
  const counts = { views: 0, carts: 0, purchases: 0, comments: 0, questions: 0, shares: 0, referrals: 0, clicks: 0, ...increments };
  return {
    updateOne: {
      filter: { user, product },
      update: {
        $inc: counts,
        $max: { lastAt: at, ...(isKept(change) && { keptAt: at }) },
        ...(points === undefined ? { $setOnInsert: { points: null } } : { $set: { points } }),
      },
      upsert: true,
    },
  };
}

export class InteractionService {
  private readonly trends = new LRUCache<number, Types.ObjectId[]>({ max: 10, ttl: trendLifetime });

  constructor(private readonly models: BehaviourModels) {}

  /** Notes, in the transaction of the change itself, what a user did with products. */
  async noteInteractions(session: ClientSession, user: Types.ObjectId, products: Types.ObjectId[], what: InteractionChange): Promise<void> {
    const at = new Date();
    const updates = products.map((product) => interactionUpdate(user, product, at, what));
    await updateEach(this.models.interactions, updates, session);
  }

  /** A user's latest interactions, the newest first. */
  async historyOf(user: Types.ObjectId): Promise<InteractionDocument[]> {
    return await this.models.interactions.find({ user }).sort({ lastAt: -1 }).limit(maxHistory).lean();
  }

  /** The products that most people had to do with in the last days, the most first; a minute old at most. */
  async trending(days: number): Promise<Types.ObjectId[]> {
    dependsOnMoment();
    const fresh = this.trends.get(days);
    if (fresh) return fresh;
    const since = new Date(Date.now() - days * day);
    const products = await this.models.interactions.aggregate<{ _id: Types.ObjectId }>([
      { $match: { lastAt: { $gte: since } } },
      { $group: { _id: '$product', people: { $sum: 1 } } },
      { $sort: { people: -1, _id: 1 } },
      { $limit: maxTrending },
    ]);
    const ids = products.map(({ _id }) => _id);
    this.trends.set(days, ids);
    return ids;
  }

  /** A reader of the interactions that change. */
  changedInteractions(from: Date | null = null): ChangedDocuments<InteractionDocument> {
    return new ChangedDocuments(this.models.interactions, 'lastAt', from);
  }
}
