import { pagesByParent } from '../../relay/connection.js';
import { byId } from '../../relay/loader.js';
import { CommentModel, type CommentDocument } from './comment.model.js';

export const commentById = byId<CommentDocument>(CommentModel);
export const commentsOfSubject = pagesByParent<CommentDocument>(CommentModel, 'subject');
export const repliesOfComment = pagesByParent<CommentDocument>(CommentModel, 'parent');
