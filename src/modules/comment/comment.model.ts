import mongoose, { Schema, type Types } from 'mongoose';

export interface CommentDocument {
  _id: Types.ObjectId;
  subjectType: string;
  subject: Types.ObjectId;
  /** The comment it replies to; null right below the subject. */
  parent: Types.ObjectId | null;
  author: Types.ObjectId;
  body: string;
  replyCount: number;
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
  createdAt: { type: Date, required: true },
  editedAt: { type: Date, default: null },
  deletedAt: { type: Date, default: null },
  hiddenAt: { type: Date, default: null },
});
commentSchema.index({ subject: 1, parent: 1, createdAt: -1, _id: -1 });
commentSchema.index({ parent: 1, createdAt: 1, _id: 1 });
commentSchema.index({ author: 1, createdAt: -1, _id: -1 });

export const CommentModel = mongoose.model('Comment', commentSchema, 'comments');
