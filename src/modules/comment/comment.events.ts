/** What subscribers of a subject's comments are told. */
import type { Types } from 'mongoose';
import type { EventEntry } from '../../realtime/index.js';
import { contentKey, hiddenWith } from '../domain-events.js';
import type { CommentDocument } from './comment.model.js';

export const commentTopic = (subject: Types.ObjectId): string => `comments:${subject.toHexString()}`;

/** The events of `commentChanged`. */
export const commentChanges = ['COMMENT_ADDED', 'COMMENT_RESTORED', 'COMMENT_EDITED', 'COMMENT_REMOVED'] as const;
type CommentChange = (typeof commentChanges)[number];

export function commentEvent(type: CommentChange, { _id, subjectType, subject, author }: CommentDocument): EventEntry {
  const about = contentKey({ type: subjectType, id: subject });
  const data = { comment: _id, author, subject: about, ...hiddenWith(type, { type: 'Comment', id: _id }) };
  return { topic: commentTopic(subject), type, data };
}
