import mongoose, { Schema, type Types } from 'mongoose';

export const shareChannels = ['FOLLOWERS', 'LINK', 'EMAIL', 'WHATSAPP', 'FACEBOOK', 'X', 'PINTEREST'] as const;
export type ShareChannelName = (typeof shareChannels)[number];

export interface ShareDocument {
  _id: Types.ObjectId;
  /** Its short link's end. */
  code: string;
  author: Types.ObjectId;
  product: Types.ObjectId;
  channel: ShareChannelName;
  message: string;
  visits: number;
  uniqueVisitors: number;
  /** Orders that followed a visit, cancelled ones left out. */
  orders: number;
  commentCount: number;
  createdAt: Date;
  /** When moderation took it out of sight. */
  hiddenAt: Date | null;
}

const shareSchema = new Schema<ShareDocument>({
  code: { type: String, required: true },
  author: { type: Schema.Types.ObjectId, required: true },
  product: { type: Schema.Types.ObjectId, required: true },
  channel: { type: String, required: true },
  message: { type: String, default: '' },
  visits: { type: Number, default: 0 },
  uniqueVisitors: { type: Number, default: 0 },
  orders: { type: Number, default: 0 },
  commentCount: { type: Number, default: 0 },
  createdAt: { type: Date, required: true },
  hiddenAt: { type: Date, default: null },
});
shareSchema.index({ code: 1 }, { unique: true });
shareSchema.index({ author: 1, createdAt: -1, _id: -1 });

export const ShareModel = mongoose.model('Share', shareSchema, 'shares');

/** One visitor of one share. Whoever it is, is known by keyed digests only. */
export interface ShareVisitDocument {
  /** The share's code and the visitor's digest; the visitor carries it on as the share token. */
  _id: string;
  share: Types.ObjectId;
  /** The digest of the address, which limits how many visitors one address can make up. */
  origin: string;
  count: number;
  lastAt: Date;
}

const visitsKept = 90 * 24 * 60 * 60;

const visitSchema = new Schema<ShareVisitDocument>({
  _id: { type: String, required: true },
  share: { type: Schema.Types.ObjectId, required: true },
  origin: { type: String, required: true },
  count: { type: Number, required: true },
  lastAt: { type: Date, required: true },
});
visitSchema.index({ share: 1, origin: 1 });
visitSchema.index({ lastAt: 1 }, { expireAfterSeconds: visitsKept });

export const ShareVisitModel = mongoose.model('ShareVisit', visitSchema, 'share_visits');

/** That a share led to an order, whose id is its own. */
export interface AttributionDocument {
  _id: Types.ObjectId;
  share: Types.ObjectId;
}

const attributionSchema = new Schema<AttributionDocument>({
  _id: { type: Schema.Types.ObjectId, required: true },
  share: { type: Schema.Types.ObjectId, required: true },
});
attributionSchema.index({ share: 1 });

export const AttributionModel = mongoose.model('ShareAttribution', attributionSchema, 'share_attributions');
