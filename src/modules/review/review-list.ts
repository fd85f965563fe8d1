/** The lists in which reviews are read. */
import type { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import { aspectNamed } from '../../opinions/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import { matchingTraits } from './review-traits.js';

const reviewOrders = {
  HELPFUL: [
    ['helpfulness', -1],
    ['createdAt', -1],
    ['_id', -1],
  ],
  NEWEST: [
    ['createdAt', -1],
    ['_id', -1],
  ],
  OLDEST: [
    ['createdAt', 1],
    ['_id', 1],
  ],
  HIGHEST: [
    ['points', -1],
    ['createdAt', -1],
    ['_id', -1],
  ],
  LOWEST: [
    ['points', 1],
    ['createdAt', 1],
    ['_id', 1],
  ],
} as const;

export interface ReviewConditions {
  rating?: number | null;
  verified?: boolean | null;
  withImages?: boolean | null;
  topic?: string | null;
}

const maxTopic = 100;

/** @throws RequestError BAD_USER_INPUT for a rating outside 1 to 5 and a topic that is too long */
export function reviewList(
  product: Types.ObjectId,
  hidden: Types.ObjectId[],
  conditions: ReviewConditions,
  sort: keyof typeof reviewOrders,
): ListDefinition {
  const { rating, verified, withImages, topic } = conditions;
  if (typeof rating === 'number' && (rating < 1 || rating > 5))
    throw new RequestError('BAD_USER_INPUT', 'A rating is from 1 to 5.', 'filter.rating');
  const isFiltered = [rating, verified, withImages].some((condition) => condition !== null && condition !== undefined);
  if (typeof topic === 'string' && topic.length > maxTopic)
    throw new RequestError('BAD_USER_INPUT', `A topic can have up to ${maxTopic} characters.`, 'filter.topic');
  const filter = {
    product,
    visible: true,
    ...(typeof topic === 'string' && { 'digest.mentions.topic': aspectNamed(topic) ?? topic.trim().toLowerCase() }),
    ...(hidden.length > 0 && { author: { $nin: hidden } }),
    ...(isFiltered && { traits: { $in: matchingTraits({ stars: rating, verified, withImages }) } }),
  };
  return { name: `reviews/${sort}`, filter, order: reviewOrders[sort] };
}

export function revisionList(review: Types.ObjectId): ListDefinition {
  return {
    name: 'revisions',
    filter: { review, hidden: { $in: [null, false] } },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

export function reviewsBy(author: Types.ObjectId): ListDefinition {
  return { name: 'reviewsBy', filter: { author, visible: true }, order: reviewOrders.NEWEST };
}
