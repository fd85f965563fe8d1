import { pagesByParent } from '../../relay/connection.js';
import { byId, byPair } from '../../relay/loader.js';
import { CommentModel, ReactionModel, type CommentDocument, type ReactionDocument } from './comment.model.js';

export const commentById = byId<CommentDocument>(CommentModel);
export const commentsOfSubject = pagesByParent<CommentDocument>(CommentModel, 'subject');
export const repliesOfComment = pagesByParent<CommentDocument>(CommentModel, 'parent');

export const reactionTo = byPair<ReactionDocument>(ReactionModel);
