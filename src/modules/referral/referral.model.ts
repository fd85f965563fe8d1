import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export const referralStatuses = ['SENT', 'SEEN', 'OPENED', 'DISMISSED', 'BOUGHT'] as const;
export type ReferralStatusName = (typeof referralStatuses)[number];

/** A product that one user recommends to another; once for each pair and product. */
export interface ReferralDocument {
  _id: Types.ObjectId;
  sender: Types.ObjectId;
  recipient: Types.ObjectId;
  product: Types.ObjectId;
  message: string;
  status: ReferralStatusName;
  createdAt: Date;
  /** When its status last changed. */
  updatedAt: Date;
}

export interface ReferralModels {
  referrals: Model<ReferralDocument>;
}

export function referralModels(database: Database): ReferralModels {
  return { referrals: database.model('Referral', referralSchema(), 'referrals') };
}

function referralSchema(): Schema<ReferralDocument> {
  const schema = documentSchema<ReferralDocument>({
    sender: { type: Schema.Types.ObjectId, required: true },
    recipient: { type: Schema.Types.ObjectId, required: true },
    product: { type: Schema.Types.ObjectId, required: true },
    message: { type: String, default: '' },
    status: { type: String, required: true, enum: referralStatuses },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  });
  schema.index({ sender: 1, recipient: 1, product: 1 }, { unique: true });
  schema.index({ sender: 1, createdAt: -1, _id: -1 });
  schema.index({ recipient: 1, createdAt: -1, _id: -1 });
  schema.index({ recipient: 1, product: 1 });
  return schema;
}
