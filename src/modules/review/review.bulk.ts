/** Reviews in bulk: of another shop or data set, and for export. */
import { isDeepStrictEqual } from 'node:util';
import { reviewWeight, wilsonLowerBound } from '../../scoring/index.js';
import type { ClientSession, Database } from '../../store/database.js';
import { insertNew } from '../../store/documents.js';
import { productKey } from '../catalog/index.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';
import { traitsOf } from './review-traits.js';

/** What becomes of a review that is there already: it is changed to what the source says now, kept, or changed where that is newer. */
export type OnConflict = 'update' | 'keep' | 'newest';

export interface ImportableReview {
  review: ReviewDocument;
  /** Whether the source says when it was written. */
  dated: boolean;
}

export interface ImportedReviews {
  inserted: number;
  updated: ReviewDocument[];
  /** Those that were there, and stay as they are. */
  unchanged: number;
  /** Those that were not inserted, whether they were changed or not. */
  taken: ReadonlySet<ReviewDocument>;
}

const readBatch = 2500;
/** A transaction holds what it changes, so it is kept short. */
const updateBatch = 500;

export class ReviewBulk {
  constructor(
    private readonly models: ReviewModels,
    private readonly database: Database,
  ) {}

  /** Reviews of another shop or data set; their products must be tallied anew after it. */
  async importReviews(reviews: readonly ImportableReview[], onConflict: OnConflict): Promise<ImportedReviews> {
    const { inserted, taken } = await insertNew(
      this.models.reviews,
      reviews.map(({ review }) => review),
    );
    const known = new Set(taken.filter(({ index }) => index === '_id_').map(({ document }) => document));
    const again = onConflict === 'keep' ? [] : reviews.filter(({ review }) => known.has(review));
    const updated = again.length === 0 ? [] : await this.updateReviews(await this.changedAmong(again, onConflict), onConflict);
    return { inserted, updated, unchanged: taken.length - updated.length, taken: new Set(taken.map(({ document }) => document)) };
  }

  /** Most of what is imported again is as it was: only what seems changed is looked at in a transaction. */
  private async changedAmong(reviews: ImportableReview[], onConflict: OnConflict): Promise<ImportableReview[]> {
    const changed: ImportableReview[] = [];
    for (let from = 0; from < reviews.length; from += readBatch) {
      const some = reviews.slice(from, from + readBatch);
      const current = await this.currentOf(some);
      changed.push(
        ...some.filter((incoming) => {
          const before = current.get(incoming.review._id.toHexString());
          return before && changedBy(before, incoming, onConflict);
        }),
      );
    }
    return changed;
  }

  private async updateReviews(reviews: ImportableReview[], onConflict: OnConflict): Promise<ReviewDocument[]> {
    const updated: ReviewDocument[] = [];
    for (let from = 0; from < reviews.length; from += updateBatch)
      updated.push(...(await this.updateSome(reviews.slice(from, from + updateBatch), onConflict)));
    return updated;
  }

  /** In a transaction, so that a vote or an edit meanwhile is not lost. */
  private async updateSome(reviews: ImportableReview[], onConflict: OnConflict): Promise<ReviewDocument[]> {
    const products = new Set(reviews.map(({ review }) => productKey(review.product)));
    return this.database.inTransaction([...products], async (session) => {
      const current = await this.currentOf(reviews, session);
      const changed = reviews.flatMap((incoming) => {
        const before = current.get(incoming.review._id.toHexString());
        const after = before && changedBy(before, incoming, onConflict);
        return after ? [after] : [];
      });
      if (changed.length === 0) return [];
      const operations = changed.map(({ _id, ...fields }) => ({ updateOne: { filter: { _id }, update: { $set: fields } } }));
      await this.models.reviews.bulkWrite(operations, { session });
      return changed;
    });
  }

  private async currentOf(
    reviews: readonly ImportableReview[],
    session: ClientSession | null = null,
  ): Promise<Map<string, ReviewDocument>> {
    const ids = reviews.map(({ review }) => review._id);
    const found = this.models.reviews.collection.find<ReviewDocument>(
      { _id: { $in: ids } },
      { batchSize: readBatch, ...(session && { session }) },
    );
    const reviewsById = new Map<string, ReviewDocument>();
    for await (const review of found) reviewsById.set(review._id.toHexString(), review);
    return reviewsById;
  }

  /** Of these reviews, those that are there, by their ids. */
  async reviewsThere(reviews: readonly ImportableReview[]): Promise<ReadonlyMap<string, ReviewDocument>> {
    const there = new Map<string, ReviewDocument>();
    for (let from = 0; from < reviews.length; from += readBatch)
      for (const [id, review] of await this.currentOf(reviews.slice(from, from + readBatch))) there.set(id, review);
    return there;
  }

  /** The latest reviews that are seen, the newest first. */
  latestReviews(max: number): AsyncIterable<ReviewDocument> {
    return this.models.reviews.collection.find<ReviewDocument>({ visible: true }, { sort: { _id: -1 }, limit: max, batchSize: 1000 });
  }

  /** Every visible review, for export. */
  allReviews(): AsyncIterable<ReviewDocument> {
    return this.models.reviews.collection.find<ReviewDocument>({ visible: true }, { batchSize: 1000 });
  }
}

/** Whether what the source says now may stand in the place of what is here; an author's own edit in this shop stands above it. */
export function mayReplace(
  before: Pick<ReviewDocument, 'createdAt' | 'editedAt'>,
  { review, dated }: ImportableReview,
  onConflict: OnConflict,
): boolean {
  if (onConflict === 'keep' || before.editedAt) return false;
  return onConflict === 'update' || (dated && review.createdAt > before.createdAt);
}

/** @returns null where nothing changes */
export function changedBy(before: ReviewDocument, incoming: ImportableReview, onConflict: OnConflict): ReviewDocument | null {
  if (!mayReplace(before, incoming, onConflict)) return null;
  const { review, dated } = incoming;
  const { quality, price, service, points, stars, title, body, imageUrls, verifiedPurchase, incentivised } = review;
  const votes = { helpful: 0, unhelpful: 0, ...before.importedVotes };
  const imported = { helpful: 0, unhelpful: 0, ...review.importedVotes };
  const hidden = review.hiddenAtSource ?? false;
  const after: ReviewDocument = {
    ...before,
    ...{ quality, price, service, points, stars, title, body, imageUrls, verifiedPurchase, incentivised },
    helpful: before.helpful - votes.helpful + imported.helpful,
    unhelpful: before.unhelpful - votes.unhelpful + imported.unhelpful,
    response: review.response ?? before.response,
    createdAt: dated ? review.createdAt : before.createdAt,
    // What moderation has hidden stays hidden.
    visible: hidden ? false : before.hiddenAtSource ? true : before.visible,
    ...((review.importedVotes ?? before.importedVotes) && { importedVotes: imported }),
    ...((hidden || before.hiddenAtSource) && { hiddenAtSource: hidden }),
  };
  after.helpfulness = wilsonLowerBound(after.helpful, after.helpful + after.unhelpful);
  after.weight = reviewWeight(after);
  after.traits = traitsOf(after);
  // What its text says is found anew.
  return isSame(before, after) ? null : { ...after, digest: null };
}

function isSame(before: ReviewDocument, after: ReviewDocument): boolean {
  const names = Object.keys(after) as (keyof ReviewDocument)[];
  return names.every((name) => {
    const [left, right] = [before[name], after[name]];
    if (left === right) return true;
    if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime();
    return isDeepStrictEqual(plain(left), plain(right));
  });
}

/** Without what distinguishes only objects of one meaning. */
function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}
