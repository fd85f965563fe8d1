import mongoose, { Schema, type Types } from 'mongoose';

/** A list of recommendations that was shown, or the part of it that was. */
export interface ImpressionDocument {
  _id: Types.ObjectId;
  /** To whom; null for strangers. */
  user: Types.ObjectId | null;
  products: Types.ObjectId[];
  context: string;
  variant: string;
  modelVersion: string | null;
  at: Date;
}

const kept = 100 * 24 * 60 * 60;

const impressionSchema = new Schema<ImpressionDocument>({
  user: { type: Schema.Types.ObjectId, default: null },
  products: [Schema.Types.ObjectId],
  context: { type: String, required: true },
  variant: { type: String, required: true },
  modelVersion: { type: String, default: null },
  at: { type: Date, required: true },
});
impressionSchema.index({ user: 1, at: -1 });
impressionSchema.index({ at: 1 }, { expireAfterSeconds: kept });

export const ImpressionModel = mongoose.model('RecommendationImpression', impressionSchema, 'recommendation_impressions');

export const outcomeNames = ['CLICKED', 'DISMISSED', 'BOUGHT'] as const;
export type OutcomeName = (typeof outcomeNames)[number];

/** What came of one recommended product, once of each kind. */
export interface OutcomeDocument {
  /** Impression, product and outcome. */
  _id: string;
  impression: Types.ObjectId;
  user: Types.ObjectId | null;
  product: Types.ObjectId;
  outcome: OutcomeName;
  /** As the impression has them, so that figures need no look-up. */
  variant: string;
  modelVersion: string | null;
  at: Date;
}

const outcomeSchema = new Schema<OutcomeDocument>({
  _id: { type: String, required: true },
  impression: { type: Schema.Types.ObjectId, required: true },
  user: { type: Schema.Types.ObjectId, default: null },
  product: { type: Schema.Types.ObjectId, required: true },
  outcome: { type: String, required: true },
  variant: { type: String, required: true },
  modelVersion: { type: String, default: null },
  at: { type: Date, required: true },
});
outcomeSchema.index({ user: 1, product: 1, outcome: 1, at: -1 });
outcomeSchema.index({ at: 1 }, { expireAfterSeconds: kept });

export const OutcomeModel = mongoose.model('RecommendationOutcome', outcomeSchema, 'recommendation_outcomes');

/** That a user does not want to see a product recommended. */
export interface DismissalDocument {
  /** User and product. */
  _id: string;
  user: Types.ObjectId;
  product: Types.ObjectId;
  at: Date;
}

const dismissalSchema = new Schema<DismissalDocument>({
  _id: { type: String, required: true },
  user: { type: Schema.Types.ObjectId, required: true },
  product: { type: Schema.Types.ObjectId, required: true },
  at: { type: Date, required: true },
});
dismissalSchema.index({ user: 1, at: -1 });

export const DismissalModel = mongoose.model('Dismissal', dismissalSchema, 'dismissals');
