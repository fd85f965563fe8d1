/** The lists in which reviews are read. */
import type { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import { aspectNamed, isAspect } from '../../opinions/index.js';
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

/** What was found in a review’s text is longer than the text, and no part of a review. */
const shown = { digest: 0 } as const;

const maxTopic = 100;

/** @throws RequestError BAD_USER_INPUT for a rating outside 1 to 5 and a topic that is too long */
export function reviewList(
  product: Types.ObjectId,
  hidden: Types.ObjectId[],
  conditions: ReviewConditions,
  sort: keyof typeof reviewOrders,
): ListDefinition {
  const { rating, verified, withImages } = conditions;
  if (typeof rating === 'number' && (rating < 1 || rating > 5))
    throw new RequestError('BAD_USER_INPUT', 'A rating is from 1 to 5.', 'filter.rating');
  const topic = topicNamed(conditions.topic);
  const speaksOfAspect = topic !== null && isAspect(topic);
  // The index of aspects is ordered by the traits next, so that a list of one aspect names all of them.
  const isFiltered = speaksOfAspect || [rating, verified, withImages].some((condition) => condition !== null && condition !== undefined);
  const filter = {
    product,
    visible: true,
    ...(topic !== null && { [speaksOfAspect ? 'digest.aspects' : 'digest.mentions.topic']: topic }),
    ...(hidden.length > 0 && { author: { $nin: hidden } }),
    ...(isFiltered && { traits: { $in: matchingTraits({ stars: rating, verified, withImages }) } }),
  };
  return { name: `reviews/${sort}`, filter, order: reviewOrders[sort], projection: shown };
}

/**
 * The key of an aspect that is called so in any language, or else a phrase as reviews' digests have it.
 * @throws RequestError BAD_USER_INPUT for a topic that is too long
 */
export function topicNamed(name: string | null | undefined): string | null {
  if (name === null || name === undefined) return null;
  if (name.length > maxTopic) throw new RequestError('BAD_USER_INPUT', `A topic can have up to ${maxTopic} characters.`, 'filter.topic');
  return aspectNamed(name) ?? name.trim().toLowerCase();
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
  return { name: 'reviewsBy', filter: { author, visible: true }, order: reviewOrders.NEWEST, projection: shown };
}
