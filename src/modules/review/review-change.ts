/** How a review that is there is changed: together with its product, one change at a time. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { Change, Realtime } from '../../realtime/index.js';
import { productKey, type TalliedProduct } from '../catalog/index.js';
import type { ProductRatings } from './product-rating.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';

/** @returns the review, as changed */
type ReviewWork = (change: Change, review: ReviewDocument, product: TalliedProduct) => Promise<ReviewDocument>;

export class ReviewChanges {
  constructor(
    private readonly models: ReviewModels,
    private readonly realtime: Realtime,
    private readonly ratings: ProductRatings,
  ) {}

  /** @throws RulesBroken NOT_FOUND, and what the work throws */
  async change(id: Types.ObjectId, work: ReviewWork): Promise<ReviewDocument> {
    const missing = noReview();
    const found = await this.models.reviews.findById(id, { product: 1 }).lean();
    if (!found) throw missing;
    return this.realtime.recordChange([productKey(found.product)], async (change) => {
      const review = await this.models.reviews.findById(id).session(change.session).lean();
      const product = await this.ratings.talliedProduct(change.session, found.product);
      if (!review || !product) throw missing;
      return work(change, review, product);
    });
  }
}

export const noReview = () => broken('NOT_FOUND', 'There is no such review.', 'reviewId');
