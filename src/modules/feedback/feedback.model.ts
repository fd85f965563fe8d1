import mongoose, { Schema, type Types } from 'mongoose';

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
  createdAt: Date;
}

const feedbackSchema = new Schema<FeedbackDocument>({
  sender: { type: Schema.Types.ObjectId, required: true },
  merchant: { type: Schema.Types.ObjectId, required: true },
  product: { type: Schema.Types.ObjectId, default: null },
  kind: { type: String, required: true },
  body: { type: String, required: true },
  answer: { type: String, default: null },
  answeredAt: { type: Date, default: null },
  createdAt: { type: Date, required: true },
});
feedbackSchema.index({ merchant: 1, createdAt: -1, _id: -1 });
feedbackSchema.index({ merchant: 1, kind: 1, createdAt: -1, _id: -1 });
feedbackSchema.index({ merchant: 1, product: 1, createdAt: -1, _id: -1 });
feedbackSchema.index({ sender: 1, createdAt: -1, _id: -1 });

export const FeedbackModel = mongoose.model('MerchantFeedback', feedbackSchema, 'merchant_feedback');

/** How much feedback a merchant has, by kind: over all, and about each product. */
export interface FeedbackTallyDocument {
  /** Merchant and product, or the merchant alone. */
  _id: string;
  merchant: Types.ObjectId;
  product: Types.ObjectId | null;
  kinds: Partial<Record<FeedbackKindName, number>>;
  total: number;
}

const tallySchema = new Schema<FeedbackTallyDocument>({
  _id: { type: String, required: true },
  merchant: { type: Schema.Types.ObjectId, required: true },
  product: { type: Schema.Types.ObjectId, default: null },
  kinds: { type: Schema.Types.Mixed, default: {} },
  total: { type: Number, default: 0 },
});
tallySchema.index({ merchant: 1, total: -1, _id: 1 });

export const FeedbackTallyModel = mongoose.model('FeedbackTally', tallySchema, 'feedback_tallies');
