/** What others make of a review: readers' votes, and the merchant's response. */
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { SignedIn } from '../../relay/context.js';
import { pairKey } from '../../store/loaders.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { ProductRatings } from './product-rating.js';
import type { ReviewChanges } from './review-change.js';
import { reviewEvent } from './review.events.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';

interface ReviewReactionDependencies {
  models: ReviewModels;
  changes: ReviewChanges;
  ratings: ProductRatings;
  notifications: NotificationVerbs;
  screening: ScreeningVerbs;
}

export class ReviewReactions {
  private readonly models: ReviewModels;

  constructor(private readonly dependencies: ReviewReactionDependencies) {
    this.models = dependencies.models;
  }

  /** One vote per user, which they may change; null takes it back. @throws RulesBroken NOT_ALLOWED on one's own review */
  async vote(voter: Types.ObjectId, id: Types.ObjectId, helpful: boolean | null): Promise<ReviewDocument> {
    const { changes, ratings } = this.dependencies;
    return changes.ofReader(voter, id, async (change, review, product) => {
      if (review.author.equals(voter)) throw broken('NOT_ALLOWED', 'You can’t vote on your own review.', 'reviewId');
      const { session } = change;
      const _id = pairKey({ subject: id, user: voter });
      const earlier = await this.models.votes.findById(_id).session(session).lean();
      const before = earlier?.helpful ?? null;
      if (before === helpful) return review;
      if (helpful === null) await this.models.votes.deleteOne({ _id }, { session });
      else await this.models.votes.updateOne({ _id }, { $set: { review: id, voter, helpful, at: new Date() } }, { upsert: true, session });
      const changed = {
        ...review,
        helpful: review.helpful + Number(helpful === true) - Number(before === true),
        unhelpful: review.unhelpful + Number(helpful === false) - Number(before === false),
      };
      await ratings.save(change, product, review, changed);
      return changed;
    });
  }

  /** The merchant's public answer; an empty one takes it back. @throws RulesBroken, RequestError FORBIDDEN */
  async respond(merchant: SignedIn, id: Types.ObjectId, body: string): Promise<ReviewDocument> {
    new InputRules().text(body, { max: 5000 }, 'body').check();
    const { changes, notifications, screening } = this.dependencies;
    return changes.ofReader(merchant.userId, id, async (change, review, product) => {
      if (!product.merchant.equals(merchant.userId)) throw new RequestError('FORBIDDEN', 'Only the product’s merchant can respond.');
      await screening.requireClean(change, merchant.userId, body, 'body');
      const response = body.trim() === '' ? null : { body, at: new Date(), by: merchant.userId };
      await this.models.reviews.updateOne({ _id: id }, { $set: { response } }, { session: change.session });
      if (response) {
        const subject = { type: 'Review', id };
        await notifications.notify(change, { recipient: review.author, kind: 'REVIEW_ANSWERED', actor: merchant.userId, subject });
      }
      await change.emitMany([reviewEvent('REVIEW_EDITED', review)]);
      return { ...review, response };
    });
  }
}
