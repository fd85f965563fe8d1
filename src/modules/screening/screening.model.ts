import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

/** That somebody wrote something, for a while: enough to see floods and repetitions. */
export interface ContributionDocument {
  _id: Types.ObjectId;
  author: Types.ObjectId;
  /** SHA-256 of the text, spaces and case aside. */
  digest: string;
  at: Date;
}

/** A text of a new account as hashed features, and what a moderator made of it. */
export interface SpamExampleDocument {
  /** `Type:id` of the content. */
  _id: string;
  author: Types.ObjectId;
  features: number[];
  /** Null until somebody has decided. */
  unwanted: boolean | null;
  at: Date;
  expiresAt: Date;
}

/** A version of what was learnt from decisions. */
export interface SpamClassifierDocument {
  _id: Types.ObjectId;
  createdAt: Date;
  /** Single-precision floats by feature. */
  weights: Buffer;
  decisionCount: number;
  exampleCount: number;
  precision: number;
  recall: number;
}

export interface ScreeningModels {
  contributions: Model<ContributionDocument>;
  spamExamples: Model<SpamExampleDocument>;
  spamClassifiers: Model<SpamClassifierDocument>;
}

/** @param retention in milliseconds */
export function screeningModels(database: Database, retention: number): ScreeningModels {
  return {
    contributions: database.model('Contribution', contributionSchema(retention), 'contributions'),
    spamExamples: database.model('SpamExample', spamExampleSchema(), 'spam_examples'),
    spamClassifiers: database.model('SpamClassifier', spamClassifierSchema(), 'spam_classifiers'),
  };
}

function contributionSchema(retention: number): Schema<ContributionDocument> {
  const schema = documentSchema<ContributionDocument>({
    author: { type: Schema.Types.ObjectId, required: true },
    digest: { type: String, required: true },
    at: { type: Date, required: true },
  });
  schema.index({ author: 1, at: -1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function spamExampleSchema(): Schema<SpamExampleDocument> {
  const schema = documentSchema<SpamExampleDocument>({
    _id: { type: String, required: true },
    author: { type: Schema.Types.ObjectId, required: true },
    features: { type: [Number] },
    unwanted: { type: Boolean, default: null },
    at: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  });
  schema.index({ author: 1 });
  schema.index({ unwanted: 1, at: -1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}

function spamClassifierSchema(): Schema<SpamClassifierDocument> {
  const schema = documentSchema<SpamClassifierDocument>({
    createdAt: { type: Date, required: true },
    weights: { type: Schema.Types.Buffer, required: true },
    decisionCount: { type: Number, required: true },
    exampleCount: { type: Number, required: true },
    precision: { type: Number, required: true },
    recall: { type: Number, required: true },
  });
  schema.index({ createdAt: -1 });
  return schema;
}
