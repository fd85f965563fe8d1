/** Keeps a product's tally true, in the transaction of the review that changes it: only what is visible counts. */
import { isDeepStrictEqual } from 'node:util';
import type { Types } from 'mongoose';
import type { Change, Realtime } from '../../realtime/index.js';
import {
  addToTally,
  aspects,
  emptyTally,
  reviewWeight,
  summarise,
  wilsonLowerBound,
  type RatedReview,
  type RatingSummary,
  type RatingTally,
} from '../../scoring/index.js';
import type { ClientSession } from '../../store/database.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import { contentKey, type DomainEvents } from '../domain-events.js';
import { productKey, type CatalogVerbs, type TalliedProduct } from '../catalog/index.js';
import { reviewEvent } from './review.events.js';
import { traitsOf } from './review-traits.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';
import { markStale } from './topics/topic-extraction.js';

const shards = 16;
const retallyBatch = 200;

export interface CategoryTally {
  count: number;
  points: number;
}

export const ratingTopic = (product: Types.ObjectId): string => `ratings:${product.toHexString()}`;

interface ProductRatingDependencies {
  models: ReviewModels;
  realtime: Realtime;
  behaviour: BehaviourVerbs;
  catalog: CatalogVerbs;
}

export class ProductRatings {
  private readonly models: ReviewModels;

  constructor(private readonly dependencies: ProductRatingDependencies) {
    this.models = dependencies.models;
  }

  /** @returns null where there is no such product */
  async talliedProduct(session: ClientSession, id: Types.ObjectId): Promise<TalliedProduct | null> {
    const [product] = await this.dependencies.catalog.talliedProducts([id], session);
    return product ?? null;
  }

  /** Takes a review out of the product's score, puts another version of it in, or both, and says so to whoever watches. */
  async rescore(change: Change, product: TalliedProduct, removed: RatedReview | null, added: RatedReview | null): Promise<void> {
    const { session } = change;
    const tally = structuredClone(product.rating);
    if (removed) addToTally(tally, removed, -1);
    if (added) addToTally(tally, added, 1);
    const category = await this.moveCategoryTally(
      session,
      product,
      tally.count - product.rating.count,
      tally.points - product.rating.points,
    );
    const summary = summarise(tally, category);
    await this.dependencies.catalog.putScores(change, [{ product: product._id, rating: tally, score: summary.composite ?? 0 }]);
    await change.emit(ratingTopic(product._id), 'RATING_CHANGED', { product: product._id, summary });
  }

  private async moveCategoryTally(session: ClientSession, product: TalliedProduct, count: number, points: number): Promise<CategoryTally> {
    const { category } = product;
    if (count !== 0 || points !== 0) {
      await this.models.categoryTallies.updateOne(
        { _id: shardOf(product) },
        { $inc: { count, points }, $setOnInsert: { category } },
        { upsert: true, session },
      );
    }
    return addUp(await this.models.categoryTallies.find({ category }).session(session).lean());
  }

  /** Carries a product's reviews into the tally of its new category, and scores it beside the products there. */
  async moveToCategory(change: Change, { product: id, from, to, rating }: DomainEvents['productMoved']): Promise<void> {
    const { session } = change;
    const product = await this.talliedProduct(session, id);
    if (!product) return;
    await this.moveCategoryTally(session, { ...product, category: from }, -rating.count, -rating.points);
    await this.moveCategoryTally(session, { ...product, category: to }, rating.count, rating.points);
    await this.rescore(change, { ...product, category: to }, null, null);
  }

  /** Stores a changed review and carries the change into the product's score. */
  async save(change: Change, product: TalliedProduct, before: ReviewDocument, after: ReviewDocument): Promise<void> {
    after.helpfulness = wilsonLowerBound(after.helpful, after.helpful + after.unhelpful);
    after.weight = reviewWeight(after);
    after.traits = traitsOf(after);
    const fields = differing(before, after);
    if (Object.keys(fields).length > 0)
      await this.models.reviews.updateOne({ _id: after._id }, { $set: fields }, { session: change.session });
    const scoreChanged =
      before.points !== after.points || before.weight !== after.weight || aspects.some((aspect) => before[aspect] !== after[aspect]);
    if (after.visible && scoreChanged) await this.rescore(change, product, before, after);
  }

  /** A delivered order makes the buyer's earlier reviews of its products verified. */
  async verify(change: Change, buyer: Types.ObjectId, products: readonly Types.ObjectId[]): Promise<void> {
    for (const id of products) {
      const review = await this.models.reviews.findOne({ product: id, author: buyer }).session(change.session).lean();
      const product = review && (await this.talliedProduct(change.session, id));
      if (review && product) await this.setVerified(change, product, review, true);
    }
  }

  /** A refund of the only delivered order of a product makes the buyer's review of it verified no more. */
  async withdrawPurchase(change: Change, buyer: Types.ObjectId, id: Types.ObjectId): Promise<void> {
    const review = await this.models.reviews.findOne({ product: id, author: buyer }).session(change.session).lean();
    const product = review && (await this.talliedProduct(change.session, id));
    if (review && product) await this.setVerified(change, product, review, false);
  }

  private async setVerified(change: Change, product: TalliedProduct, review: ReviewDocument, verifiedPurchase: boolean): Promise<void> {
    if (review.verifiedPurchase === verifiedPurchase) return;
    await this.save(change, product, review, { ...review, verifiedPurchase });
    if (review.visible) await change.emitMany([reviewEvent('REVIEW_EDITED', review)]);
  }

  /** Takes a review out of sight and out of the score, or puts it back. @returns its author, or null where there is none */
  async show(change: Change, id: Types.ObjectId, visible: boolean, isRelease = false): Promise<Types.ObjectId | null> {
    const { session } = change;
    const review = await this.models.reviews.findById(id).session(session).lean();
    const product = review && (await this.talliedProduct(session, review.product));
    if (!review || !product) return null;
    if (review.visible === visible) return review.author;
    await this.models.reviews.updateOne({ _id: id }, { $set: { visible } }, { session });
    await markStale(this.models, session, review.product);
    await this.rescore(change, product, visible ? null : review, visible ? review : null);
    // What was rated while nobody saw it was not noted.
    if (visible) await this.dependencies.behaviour.noteInteractions(session, review.author, [review.product], { points: review.points });
    await change.hideEvents(contentKey({ type: 'Review', id }), !visible);
    if (!isRelease) await change.emitMany([reviewEvent(visible ? 'REVIEW_RESTORED' : 'REVIEW_REMOVED', review)]);
    return review.author;
  }

  /**
   * Tallies products anew from their reviews, for reviews that came in bulk.
   * @param known by the hexadecimal ids of new products: the tally of the reviews that came with them, which saves reading
   *   them again; it stands where nothing has been tallied meanwhile
   */
  async retallyProducts(
    products: Types.ObjectId[],
    { known = new Map(), onProgress = () => {} }: { known?: ReadonlyMap<string, RatingTally>; onProgress?: (done: number) => void } = {},
  ): Promise<void> {
    for (let from = 0; from < products.length; from += retallyBatch) {
      const batch = products.slice(from, from + retallyBatch);
      await this.dependencies.realtime.recordChange(batch.map(productKey), (change) => this.retally(change, batch, known));
      onProgress(from + batch.length);
    }
  }

  private async retally(change: Change, ids: Types.ObjectId[], known: ReadonlyMap<string, RatingTally>): Promise<void> {
    const products = await this.dependencies.catalog.talliedProducts(ids, change.session);
    if (products.length === 0) return;
    const knownOf = ({ _id, rating }: TalliedProduct) => (rating.count === 0 ? known.get(_id.toHexString()) : undefined);
    const unknown = products.filter((product) => !knownOf(product)).map(({ _id }) => _id);
    const counted = unknown.length === 0 ? new Map<string, RatingTally>() : await this.countReviews(change.session, unknown);
    await this.putTallies(
      change,
      products.map((product) => ({ product, tally: knownOf(product) ?? counted.get(product._id.toHexString()) ?? emptyTally() })),
    );
  }

  private async putTallies(change: Change, changes: readonly { product: TalliedProduct; tally: RatingTally }[]): Promise<void> {
    const { session } = change;
    await this.models.categoryTallies.bulkWrite(
      changes.map(({ product, tally }) => ({
        updateOne: {
          filter: { _id: shardOf(product) },
          update: {
            $inc: { count: tally.count - product.rating.count, points: tally.points - product.rating.points },
            $setOnInsert: { category: product.category },
          },
          upsert: true,
        },
      })),
      { session },
    );
    const categories = await this.models.categoryTallies
      .find({ category: { $in: changes.map(({ product }) => product.category) } })
      .session(session)
      .lean();
    const scores = changes.map(({ product, tally }) => {
      const category = addUp(categories.filter((shard) => shard.category.equals(product.category)));
      return { product: product._id, rating: tally, score: summarise(tally, category).composite ?? 0 };
    });
    await this.dependencies.catalog.putScores(change, scores);
  }

  private async countReviews(session: ClientSession, products: Types.ObjectId[]): Promise<Map<string, RatingTally>> {
    const projection = { product: 1, quality: 1, price: 1, service: 1, points: 1, weight: 1 };
    const reviews = this.models.reviews.collection.find<ReviewDocument>(
      { product: { $in: products }, visible: true },
      { projection, session, batchSize: 5000 },
    );
    const tallies = new Map<string, RatingTally>();
    for await (const review of reviews) {
      const key = review.product.toHexString();
      const tally = tallies.get(key) ?? emptyTally();
      tallies.set(key, tally);
      addToTally(tally, review, 1);
    }
    return tallies;
  }
}

/** The fields of a document that another version of it has otherwise: the fewer are written, the fewer indexes are. */
function differing<Document extends object>(before: Document, after: Document): Partial<Document> {
  const names = Object.keys(after) as (keyof Document)[];
  return Object.fromEntries(
    names.filter((name) => !isDeepStrictEqual(before[name], after[name])).map((name) => [name, after[name]]),
  ) as Partial<Document>;
}

/** The score as it is now. */
export function ratingOf(product: TalliedProduct, category: CategoryTally): RatingSummary {
  return summarise(product.rating, category);
}

export function addUp(tallies: CategoryTally[]): CategoryTally {
  return tallies.reduce((sum, { count, points }) => ({ count: sum.count + count, points: sum.points + points }), { count: 0, points: 0 });
}

function shardOf({ _id, category }: TalliedProduct): string {
  return `${category.toHexString()}:${_id.id[11]! % shards}`;
}
