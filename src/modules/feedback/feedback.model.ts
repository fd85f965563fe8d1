import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export const feedbackKinds = ['NEED', 'PREFERENCE', 'COMPLAINT', 'PRAISE'] as const;
export type FeedbackKindName = (typeof feedbackKinds)[number];

/** What a buyer tells a merchant, between the two of them. */
export interface FeedbackDocument {
  _id: Types.ObjectId;
  sender: Types.ObjectId;
  merchant: Types.ObjectId;
  product: Types.ObjectId | null;
  kind: FeedbackKindName;
  body: string;
  answer: string | null;
  answeredAt: Date | null;
  /** Whether it is, for lists. */
  answered: boolean;
  createdAt: Date;
}

/** How much feedback a merchant has, by kind: over all, and about each product. */
export interface FeedbackTallyDocument {
  /** Merchant and product, or the merchant alone. */
  _id: string;
  merchant: Types.ObjectId;
  product: Types.ObjectId | null;
  kinds: Partial<Record<FeedbackKindName, number>>;
  total: number;
}

export interface FeedbackModels {
  feedback: Model<FeedbackDocument>;
  tallies: Model<FeedbackTallyDocument>;
}

export function feedbackModels(database: Database): FeedbackModels {
  return {
    feedback: database.model('MerchantFeedback', feedbackSchema(), 'merchant_feedback'),
    tallies: database.model('FeedbackTally', tallySchema(), 'feedback_tallies'),
  };
}

function feedbackSchema(): Schema<FeedbackDocument> {
  const schema = documentSchema<FeedbackDocument>({
    sender: { type: Schema.Types.ObjectId, required: true },
    merchant: { type: Schema.Types.ObjectId, required: true },
    product: { type: Schema.Types.ObjectId, default: null },
    kind: { type: String, required: true, enum: feedbackKinds },
    body: { type: String, required: true },
    answer: { type: String, default: null },
    answeredAt: { type: Date, default: null },
    answered: { type: Boolean, default: false },
    createdAt: { type: Date, required: true },
  });
  schema.index({ merchant: 1, createdAt: -1, _id: -1 });
  schema.index({ merchant: 1, kind: 1, answered: 1, createdAt: -1, _id: -1 });
  schema.index({ merchant: 1, product: 1, kind: 1, answered: 1, createdAt: -1, _id: -1 });
  schema.index({ sender: 1, createdAt: -1, _id: -1 });
  return schema;
}

function tallySchema(): Schema<FeedbackTallyDocument> {
  const schema = documentSchema<FeedbackTallyDocument>({
    _id: { type: String, required: true },
    merchant: { type: Schema.Types.ObjectId, required: true },
    product: { type: Schema.Types.ObjectId, default: null },
    kinds: { type: Schema.Types.Mixed, default: () => ({}) },
    total: { type: Number, default: 0 },
  });
  schema.index({ merchant: 1, total: -1, _id: 1 });
  return schema;
}
