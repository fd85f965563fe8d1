import mongoose, { Schema, type Types } from 'mongoose';

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

const referralSchema = new Schema<ReferralDocument>({
  sender: { type: Schema.Types.ObjectId, required: true },
  recipient: { type: Schema.Types.ObjectId, required: true },
  product: { type: Schema.Types.ObjectId, required: true },
  message: { type: String, default: '' },
  status: { type: String, required: true },
  createdAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true },
});
referralSchema.index({ sender: 1, recipient: 1, product: 1 }, { unique: true });
referralSchema.index({ sender: 1, createdAt: -1, _id: -1 });
referralSchema.index({ recipient: 1, createdAt: -1, _id: -1 });
referralSchema.index({ recipient: 1, product: 1 });

export const ReferralModel = mongoose.model('Referral', referralSchema, 'referrals');
