import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

/** That somebody wrote something, for a day: enough to see floods and repetitions. */
export interface ContributionDocument {
  _id: Types.ObjectId;
  author: Types.ObjectId;
  /** SHA-256 of the text, spaces and case aside. */
  digest: string;
  at: Date;
}

const retention = 24 * 60 * 60;

export interface ScreeningModels {
  contributions: Model<ContributionDocument>;
}

export function screeningModels(database: Database): ScreeningModels {
  return { contributions: database.model('Contribution', contributionSchema(), 'contributions') };
}

function contributionSchema(): Schema<ContributionDocument> {
  const schema = documentSchema<ContributionDocument>({
    author: { type: Schema.Types.ObjectId, required: true },
    digest: { type: String, required: true },
    at: { type: Date, required: true },
  });
  schema.index({ author: 1, at: -1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention });
  return schema;
}
