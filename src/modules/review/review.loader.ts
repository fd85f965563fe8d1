import type { Types } from 'mongoose';
import { pagesByParent } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId, byPair } from '../../relay/loader.js';
import {
  ReviewModel,
  ReviewRevisionModel,
  ReviewVoteModel,
  type ReviewDocument,
  type ReviewRevisionDocument,
  type ReviewVoteDocument,
} from './review.model.js';

export const reviewById = byId<ReviewDocument>(ReviewModel);
export const reviewsOfProduct = pagesByParent<ReviewDocument>(ReviewModel, 'product');
export const reviewsOfAuthor = pagesByParent<ReviewDocument>(ReviewModel, 'author');

export const revisionsOfReview = pagesByParent<ReviewRevisionDocument>(ReviewRevisionModel, 'review');

export const voteOn = byPair<ReviewVoteDocument>(ReviewVoteModel);

export interface OwnReviewKey {
  product: Types.ObjectId;
  author: Types.ObjectId;
}

export const ownReview: LoaderDefinition<OwnReviewKey, ReviewDocument> = {
  cacheKey: ({ product, author }) => `${product.toHexString()}:${author.toHexString()}`,
  async batch(keys) {
    const found = await ReviewModel.find({ product: { $in: keys.map(({ product }) => product) }, author: keys[0]!.author }).lean();
    return keys.map(({ product }) => found.find((review) => review.product.equals(product)) ?? null);
  },
};
