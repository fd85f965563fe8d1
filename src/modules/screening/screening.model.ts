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

export interface ScreeningModels {
  contributions: Model<ContributionDocument>;
}

/** @param retention in milliseconds */
export function screeningModels(database: Database, retention: number): ScreeningModels {
  return { contributions: database.model('Contribution', contributionSchema(retention), 'contributions') };
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
