import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export const reactionNames = ['LIKE', 'LOVE', 'LAUGH', 'SURPRISE', 'SAD', 'ANGRY'] as const;
export type ReactionName = (typeof reactionNames)[number];

export interface CommentDocument {
  _id: Types.ObjectId;
  subjectType: string;
  subject: Types.ObjectId;
  /** The comment it replies to; null right below the subject. */
  parent: Types.ObjectId | null;
  author: Types.ObjectId;
  body: string;
  replyCount: number;
  /** Whom its text names, as `@handle`. */
  mentions?: Types.ObjectId[];
  /** How many reacted how. */
  reactions?: Partial<Record<ReactionName, number>>;
  createdAt: Date;
  editedAt: Date | null;
  /** When it was deleted while it had replies: its place is kept, its text is gone. */
  deletedAt: Date | null;
  /** When moderation took it out of sight, or it was held. */
  hiddenAt: Date | null;
}

export interface ReactionDocument {
  /** Comment and user, so that there is one reaction each. */
  _id: string;
  comment: Types.ObjectId;
  user: Types.ObjectId;
  reaction: ReactionName;
  at: Date;
}

export interface CommentModels {
  comments: Model<CommentDocument>;
  reactions: Model<ReactionDocument>;
}

export function commentModels(database: Database): CommentModels {
  return {
    comments: database.model('Comment', commentSchema(), 'comments'),
    reactions: database.model('CommentReaction', reactionSchema(), 'comment_reactions'),
  };
}

function commentSchema(): Schema<CommentDocument> {
  const schema = documentSchema<CommentDocument>({
    subjectType: { type: String, required: true },
    subject: { type: Schema.Types.ObjectId, required: true },
    parent: { type: Schema.Types.ObjectId, default: null },
    author: { type: Schema.Types.ObjectId, required: true },
    body: { type: String, default: '' },
    replyCount: { type: Number, default: 0 },
    mentions: { type: [Schema.Types.ObjectId], default: undefined },
    reactions: { type: Schema.Types.Mixed, default: () => ({}) },
    createdAt: { type: Date, required: true },
    editedAt: { type: Date, default: null },
    deletedAt: { type: Date, default: null },
    hiddenAt: { type: Date, default: null },
  });
  schema.index({ subject: 1, parent: 1, createdAt: -1, _id: -1 });
  schema.index({ parent: 1, createdAt: 1, _id: 1 });
  schema.index({ mentions: 1 }, { sparse: true });
  schema.index({ author: 1, createdAt: -1, _id: -1 });
  return schema;
}

function reactionSchema(): Schema<ReactionDocument> {
  const schema = documentSchema<ReactionDocument>(
    {
      _id: { type: String, required: true },
      comment: { type: Schema.Types.ObjectId, required: true },
      user: { type: Schema.Types.ObjectId, required: true },
      reaction: { type: String, required: true, enum: reactionNames },
      at: { type: Date, required: true },
    },
    { shardKey: { _id: 'hashed' } },
  );
  schema.index({ user: 1 });
  schema.index({ comment: 1 });
  return schema;
}
