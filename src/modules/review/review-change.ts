/** How a review that is there is changed: together with its product, one change at a time. */
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import type { Change, Realtime } from '../../realtime/index.js';
import { productKey, type TalliedProduct } from '../catalog/index.js';
import type { Hideable, SocialGraphVerbs } from '../social-graph/index.js';
import type { ProductRatings } from './product-rating.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';

/** @returns the review, as changed */
type ReviewWork = (change: Change, review: ReviewDocument, product: TalliedProduct) => Promise<ReviewDocument>;

export class ReviewChanges {
  constructor(
    private readonly models: ReviewModels,
    private readonly realtime: Realtime,
    private readonly ratings: ProductRatings,
    private readonly socialGraph: SocialGraphVerbs,
  ) {}

  /** Changes the author's own review, hidden or not. @throws RulesBroken NOT_FOUND, RequestError FORBIDDEN, and what the work throws */
  ofAuthor(author: Types.ObjectId, id: Types.ObjectId, work: ReviewWork): Promise<ReviewDocument> {
    return this.change(author, id, (change, review, product) => {
      if (!review.author.equals(author)) throw new RequestError('FORBIDDEN', 'You can only change your own reviews.');
      return work(change, review, product);
    });
  }

  /** What others do with a review that they see. @throws RulesBroken NOT_FOUND, and what the work throws */
  ofReader(reader: Types.ObjectId, id: Types.ObjectId, work: ReviewWork): Promise<ReviewDocument> {
    return this.change(reader, id, (change, review, product) => {
      if (!review.visible) throw noReview();
      return work(change, review, product);
    });
  }

  private async change(viewer: Types.ObjectId, id: Types.ObjectId, work: ReviewWork): Promise<ReviewDocument> {
    const found = await this.models.reviews.findById(id, { product: 1 }).lean();
    if (!found) throw noReview();
    return this.realtime.recordChange([productKey(found.product)], async (change) => {
      const { session } = change;
      const review = await this.models.reviews.findById(id).session(session).lean();
      const product = await this.ratings.talliedProduct(session, found.product);
      if (!review || !product) throw noReview();
      if (!(await this.socialGraph.maySee(viewer, hideable(review), session))) throw noReview();
      return work(change, review, product);
    });
  }
}

export function hideable({ author, visible }: ReviewDocument): Hideable {
  return { author, hidden: !visible };
}

export const noReview = () => broken('NOT_FOUND', 'There is no such review.', 'reviewId');
