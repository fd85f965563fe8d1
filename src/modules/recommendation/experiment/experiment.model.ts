import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../../store/database.js';
import { documentSchema } from '../../../store/documents.js';

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

export const outcomeNames = ['CLICKED', 'DISMISSED', 'BOUGHT'] as const;
export type OutcomeName = (typeof outcomeNames)[number];

/** What the viewer did with one recommended product, once of each kind. */
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

/** That a user does not want to see a product recommended. */
export interface DismissalDocument {
  /** User and product. */
  _id: string;
  user: Types.ObjectId;
  product: Types.ObjectId;
  at: Date;
}

export interface ExperimentModels {
  impressions: Model<ImpressionDocument>;
  outcomes: Model<OutcomeDocument>;
  dismissals: Model<DismissalDocument>;
}

/** @param retention milliseconds that impressions and outcomes are kept */
export function experimentModels(database: Database, retention: number): ExperimentModels {
  return {
    impressions: database.model('RecommendationImpression', impressionSchema(retention), 'recommendation_impressions'),
    outcomes: database.model('RecommendationOutcome', outcomeSchema(retention), 'recommendation_outcomes'),
    dismissals: database.model('Dismissal', dismissalSchema(), 'dismissals'),
  };
}

function impressionSchema(retention: number): Schema<ImpressionDocument> {
  const schema = documentSchema<ImpressionDocument>(
    {
      user: { type: Schema.Types.ObjectId, default: null },
      products: { type: [Schema.Types.ObjectId] },
      context: { type: String, required: true },
      variant: { type: String, required: true },
      modelVersion: { type: String, default: null },
      at: { type: Date, required: true },
    },
    { shardKey: { _id: 'hashed' } },
  );
  schema.index({ user: 1, at: -1 });
  schema.index({ variant: 1, at: -1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function outcomeSchema(retention: number): Schema<OutcomeDocument> {
  const schema = documentSchema<OutcomeDocument>(
    {
      _id: { type: String, required: true },
      impression: { type: Schema.Types.ObjectId, required: true },
      user: { type: Schema.Types.ObjectId, default: null },
      product: { type: Schema.Types.ObjectId, required: true },
      outcome: { type: String, required: true },
      variant: { type: String, required: true },
      modelVersion: { type: String, default: null },
      at: { type: Date, required: true },
    },
    { shardKey: { user: 1, product: 1 } },
  );
  schema.index({ user: 1, product: 1, outcome: 1, at: -1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function dismissalSchema(): Schema<DismissalDocument> {
  const schema = documentSchema<DismissalDocument>({
    _id: { type: String, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    product: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
  });
  schema.index({ user: 1, at: -1 });
  return schema;
}
