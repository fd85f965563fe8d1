import mongoose, { Schema, type Types } from 'mongoose';

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
  /** When moderation took it out of sight. */
  hiddenAt: Date | null;
}

const commentSchema = new Schema<CommentDocument>({
  subjectType: { type: String, required: true },
  subject: { type: Schema.Types.ObjectId, required: true },
  parent: { type: Schema.Types.ObjectId, default: null },
  author: { type: Schema.Types.ObjectId, required: true },
  body: { type: String, default: '' },
  replyCount: { type: Number, default: 0 },
  mentions: { type: [Schema.Types.ObjectId], default: undefined },
  reactions: { type: Schema.Types.Mixed, default: {} },
  createdAt: { type: Date, required: true },
  editedAt: { type: Date, default: null },
  deletedAt: { type: Date, default: null },
  hiddenAt: { type: Date, default: null },
});
commentSchema.index({ subject: 1, parent: 1, createdAt: -1, _id: -1 });
commentSchema.index({ parent: 1, createdAt: 1, _id: 1 });
commentSchema.index({ mentions: 1 }, { sparse: true });
commentSchema.index({ author: 1, createdAt: -1, _id: -1 });

export const CommentModel = mongoose.model('Comment', commentSchema, 'comments');

export interface ReactionDocument {
  /** Comment and user, so that there is one reaction each. */
  _id: string;
  comment: Types.ObjectId;
  user: Types.ObjectId;
  reaction: ReactionName;
  at: Date;
}

const reactionSchema = new Schema<ReactionDocument>({
  _id: { type: String, required: true },
  comment: { type: Schema.Types.ObjectId, required: true },
  user: { type: Schema.Types.ObjectId, required: true },
  reaction: { type: String, required: true },
  at: { type: Date, required: true },
});
reactionSchema.index({ user: 1 });
reactionSchema.index({ comment: 1 });

export const ReactionModel = mongoose.model('CommentReaction', reactionSchema, 'comment_reactions');
