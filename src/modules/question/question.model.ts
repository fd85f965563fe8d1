import mongoose, { Schema, type Types } from 'mongoose';

export interface QuestionDocument {
  _id: Types.ObjectId;
  product: Types.ObjectId;
  author: Types.ObjectId;
  body: string;
  /** Its words, by which similar questions are found. */
  terms: string[];
  answerCount: number;
  acceptedAnswer: Types.ObjectId | null;
  createdAt: Date;
  /** When moderation took it out of sight. */
  hiddenAt: Date | null;
}

const questionSchema = new Schema<QuestionDocument>({
  product: { type: Schema.Types.ObjectId, required: true },
  author: { type: Schema.Types.ObjectId, required: true },
  body: { type: String, required: true },
  terms: { type: [String], default: [] },
  answerCount: { type: Number, default: 0 },
  acceptedAnswer: { type: Schema.Types.ObjectId, default: null },
  createdAt: { type: Date, required: true },
  hiddenAt: { type: Date, default: null },
});
questionSchema.index({ product: 1, createdAt: -1, _id: -1 });
questionSchema.index({ product: 1, answerCount: -1, createdAt: -1, _id: -1 });
questionSchema.index({ product: 1, terms: 1 });
questionSchema.index({ author: 1, createdAt: -1, _id: -1 });

export const QuestionModel = mongoose.model('Question', questionSchema, 'questions');

export interface AnswerDocument {
  _id: Types.ObjectId;
  question: Types.ObjectId;
  product: Types.ObjectId;
  author: Types.ObjectId;
  body: string;
  byMerchant: boolean;
  byVerifiedBuyer: boolean;
  accepted: boolean;
  helpful: number;
  unhelpful: number;
  /** The Wilson lower bound of its votes. */
  helpfulness: number;
  commentCount: number;
  createdAt: Date;
  editedAt: Date | null;
  hiddenAt: Date | null;
}

const answerSchema = new Schema<AnswerDocument>({
  question: { type: Schema.Types.ObjectId, required: true },
  product: { type: Schema.Types.ObjectId, required: true },
  author: { type: Schema.Types.ObjectId, required: true },
  body: { type: String, required: true },
  byMerchant: { type: Boolean, required: true },
  byVerifiedBuyer: { type: Boolean, required: true },
  accepted: { type: Boolean, default: false },
  helpful: { type: Number, default: 0 },
  unhelpful: { type: Number, default: 0 },
  helpfulness: { type: Number, default: 0 },
  commentCount: { type: Number, default: 0 },
  createdAt: { type: Date, required: true },
  editedAt: { type: Date, default: null },
  hiddenAt: { type: Date, default: null },
});
answerSchema.index({ question: 1, accepted: -1, helpfulness: -1, createdAt: 1, _id: 1 });
answerSchema.index({ author: 1, createdAt: -1, _id: -1 });

export const AnswerModel = mongoose.model('Answer', answerSchema, 'answers');

export interface AnswerVoteDocument {
  /** Answer and voter, so that there is one vote each. */
  _id: string;
  answer: Types.ObjectId;
  voter: Types.ObjectId;
  helpful: boolean;
  at: Date;
}

const voteSchema = new Schema<AnswerVoteDocument>({
  _id: { type: String, required: true },
  answer: { type: Schema.Types.ObjectId, required: true },
  voter: { type: Schema.Types.ObjectId, required: true },
  helpful: { type: Boolean, required: true },
  at: { type: Date, required: true },
});
voteSchema.index({ voter: 1 });
voteSchema.index({ answer: 1 });

export const AnswerVoteModel = mongoose.model('AnswerVote', voteSchema, 'answer_votes');
