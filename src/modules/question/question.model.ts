import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export interface QuestionDocument {
  _id: Types.ObjectId;
  product: Types.ObjectId;
  author: Types.ObjectId;
  body: string;
  /** Its words, by which similar questions are found. */
  terms: string[];
  /** How many answers can be seen. */
  answerCount: number;
  /** Whether it has any, for lists. */
  answered: boolean;
  acceptedAnswer: Types.ObjectId | null;
  createdAt: Date;
  /** When moderation took it out of sight. */
  hiddenAt: Date | null;
}

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
  /** When moderation took it out of sight. */
  hiddenAt: Date | null;
}

export interface AnswerVoteDocument {
  /** Answer and voter, so that there is one vote each. */
  _id: string;
  answer: Types.ObjectId;
  voter: Types.ObjectId;
  helpful: boolean;
  at: Date;
}

export interface QuestionModels {
  questions: Model<QuestionDocument>;
  answers: Model<AnswerDocument>;
  votes: Model<AnswerVoteDocument>;
}

export function questionModels(database: Database): QuestionModels {
  return {
    questions: database.model('Question', questionSchema(), 'questions'),
    answers: database.model('Answer', answerSchema(), 'answers'),
    votes: database.model('AnswerVote', voteSchema(), 'answer_votes'),
  };
}

function questionSchema(): Schema<QuestionDocument> {
  const schema = documentSchema<QuestionDocument>({
    product: { type: Schema.Types.ObjectId, required: true },
    author: { type: Schema.Types.ObjectId, required: true },
    body: { type: String, required: true },
    terms: { type: [String], default: [] },
    answerCount: { type: Number, default: 0 },
    answered: { type: Boolean, default: false },
    acceptedAnswer: { type: Schema.Types.ObjectId, default: null },
    createdAt: { type: Date, required: true },
    hiddenAt: { type: Date, default: null },
  });
  const filters: Record<string, 1>[] = [{}, { answered: 1 }];
  for (const filtered of filters) {
    schema.index({ product: 1, hiddenAt: 1, ...filtered, createdAt: -1, _id: -1 });
    schema.index({ product: 1, hiddenAt: 1, ...filtered, answerCount: -1, createdAt: -1, _id: -1 });
  }
  schema.index({ product: 1, terms: 1 });
  schema.index({ terms: 1 });
  schema.index({ author: 1, createdAt: -1, _id: -1 });
  return schema;
}

function answerSchema(): Schema<AnswerDocument> {
  const schema = documentSchema<AnswerDocument>({
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
  schema.index({ question: 1, hiddenAt: 1, accepted: -1, helpfulness: -1, createdAt: 1, _id: 1 });
  schema.index({ author: 1, createdAt: -1, _id: -1 });
  schema.index({ author: 1, question: 1 });
  return schema;
}

function voteSchema(): Schema<AnswerVoteDocument> {
  const schema = documentSchema<AnswerVoteDocument>(
    {
      _id: { type: String, required: true },
      answer: { type: Schema.Types.ObjectId, required: true },
      voter: { type: Schema.Types.ObjectId, required: true },
      helpful: { type: Boolean, required: true },
      at: { type: Date, required: true },
    },
    { shardKey: { _id: 'hashed' } },
  );
  schema.index({ voter: 1 });
  schema.index({ answer: 1 });
  return schema;
}
