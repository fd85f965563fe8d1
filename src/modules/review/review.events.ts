/** What subscribers of a product's reviews are told. */
import type { Types } from 'mongoose';
import type { EventEntry } from '../../realtime/index.js';
import { hiddenWith } from '../domain-events.js';
import type { ReviewDocument } from './review.model.js';

export const reviewTopic = (product: Types.ObjectId): string => `reviews:${product.toHexString()}`;

/** The events of `reviewChanged`. */
export const reviewChanges = ['REVIEW_ADDED', 'REVIEW_RESTORED', 'REVIEW_EDITED', 'REVIEW_REMOVED'] as const;
type ReviewChange = (typeof reviewChanges)[number];

export function reviewEvent(type: ReviewChange, { _id, author, product }: ReviewDocument): EventEntry {
  return { topic: reviewTopic(product), type, data: { review: _id, author, ...hiddenWith(type, { type: 'Review', id: _id }) } };
}

/** That a review changed; null for one that nobody sees. */
export function editOf(review: ReviewDocument): EventEntry | null {
  return review.visible ? reviewEvent('REVIEW_EDITED', review) : null;
}
