import mongoose, { Schema, type Types } from 'mongoose';

/** That somebody wrote something, for a day: enough to see floods and repetitions. */
export interface ContributionDocument {
  _id: Types.ObjectId;
  author: Types.ObjectId;
  /** SHA-256 of the text, spaces and case aside. */
  digest: string;
  at: Date;
}

const kept = 24 * 60 * 60;

const contributionSchema = new Schema<ContributionDocument>({
  author: { type: Schema.Types.ObjectId, required: true },
  digest: { type: String, required: true },
  at: { type: Date, required: true },
});
contributionSchema.index({ author: 1, at: -1 });
contributionSchema.index({ at: 1 }, { expireAfterSeconds: kept });

export const ContributionModel = mongoose.model('Contribution', contributionSchema, 'contributions');
