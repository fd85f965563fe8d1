/** Lists of comments, as a viewer sees them. */
import type { Types } from 'mongoose';
import type { ListDefinition } from '../../relay/connection.js';
import { listedFilter } from './comment-places.js';

const commentOrders = {
  NEWEST: [
    ['createdAt', -1],
    ['_id', -1],
  ],
  OLDEST: [
    ['createdAt', 1],
    ['_id', 1],
  ],
} as const;

export function commentList(subject: Types.ObjectId, hidden: Types.ObjectId[], sort: keyof typeof commentOrders): ListDefinition {
  return { name: `comments/${sort}`, filter: { subject, parent: null, ...seenBy(hidden) }, order: commentOrders[sort] };
}

export function replyList(parent: Types.ObjectId, hidden: Types.ObjectId[]): ListDefinition {
  return { name: 'replies', filter: { parent, ...seenBy(hidden) }, order: commentOrders.OLDEST };
}

/** What is listed, of authors whom the viewer sees. */
function seenBy(hidden: Types.ObjectId[]): Record<string, unknown> {
  return { ...listedFilter, ...(hidden.length > 0 && { author: { $nin: hidden } }) };
}
