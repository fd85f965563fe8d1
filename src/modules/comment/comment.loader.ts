import type { Types } from 'mongoose';
import type { Connection } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId, byPair, type Pair } from '../../store/loaders.js';
import { pagesByParent, type ListKey } from '../../store/paging.js';
import type { CommentDocument, CommentModels, ReactionDocument } from './comment.model.js';

export interface CommentLoaders {
  commentById: LoaderDefinition<Types.ObjectId, CommentDocument>;
  commentsOfSubject: LoaderDefinition<ListKey, Connection<CommentDocument>>;
  repliesOfComment: LoaderDefinition<ListKey, Connection<CommentDocument>>;
  reactionTo: LoaderDefinition<Pair, ReactionDocument>;
}

export function commentLoaders({ comments, reactions }: CommentModels): CommentLoaders {
  return {
    commentById: byId<CommentDocument>(comments),
    commentsOfSubject: pagesByParent<CommentDocument>(comments, 'subject'),
    repliesOfComment: pagesByParent<CommentDocument>(comments, 'parent'),
    reactionTo: byPair<ReactionDocument>(reactions),
  };
}
