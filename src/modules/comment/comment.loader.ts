import type { Types } from 'mongoose';
import { pagesByParent } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../relay/loader.js';
import { CommentModel, ReactionModel, type CommentDocument, type ReactionDocument } from './comment.model.js';

export const commentById = byId<CommentDocument>(CommentModel);
export const commentsOfSubject = pagesByParent<CommentDocument>(CommentModel, 'subject');
export const repliesOfComment = pagesByParent<CommentDocument>(CommentModel, 'parent');

export interface ReactionKey {
  comment: Types.ObjectId;
  user: Types.ObjectId;
}

export const reactionTo: LoaderDefinition<ReactionKey, ReactionDocument> = {
  cacheKey: ({ comment, user }) => `${comment.toHexString()}:${user.toHexString()}`,
  async batch(keys) {
    const ids = keys.map((key) => reactionTo.cacheKey(key));
    const reactions = await ReactionModel.find({ _id: { $in: ids } }).lean();
    const byKey = new Map(reactions.map((reaction) => [reaction._id, reaction]));
    return ids.map((id) => byKey.get(id) ?? null);
  },
};
