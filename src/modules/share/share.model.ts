import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

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
  /** When moderation took it out of sight, or it was held. */
  hiddenAt: Date | null;
}

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

/** That a share led to an order, whose id is its own. */
export interface AttributionDocument {
  _id: Types.ObjectId;
  share: Types.ObjectId;
}

export interface ShareModels {
  shares: Model<ShareDocument>;
  visits: Model<ShareVisitDocument>;
  attributions: Model<AttributionDocument>;
}

/** @param visitRetention in milliseconds, for how long a visitor is known */
export function shareModels(database: Database, visitRetention: number): ShareModels {
  return {
    shares: database.model('Share', shareSchema(), 'shares'),
    visits: database.model('ShareVisit', visitSchema(visitRetention), 'share_visits'),
    attributions: database.model('ShareAttribution', attributionSchema(), 'share_attributions'),
  };
}

function shareSchema(): Schema<ShareDocument> {
  const schema = documentSchema<ShareDocument>({
    code: { type: String, required: true },
    author: { type: Schema.Types.ObjectId, required: true },
    product: { type: Schema.Types.ObjectId, required: true },
    channel: { type: String, required: true, enum: shareChannels },
    message: { type: String, default: '' },
    visits: { type: Number, default: 0 },
    uniqueVisitors: { type: Number, default: 0 },
    orders: { type: Number, default: 0 },
    commentCount: { type: Number, default: 0 },
    createdAt: { type: Date, required: true },
    hiddenAt: { type: Date, default: null },
  });
  schema.index({ code: 1 }, { unique: true });
  schema.index({ author: 1, createdAt: -1, _id: -1 });
  return schema;
}

function visitSchema(retention: number): Schema<ShareVisitDocument> {
  const schema = documentSchema<ShareVisitDocument>({
    _id: { type: String, required: true },
    share: { type: Schema.Types.ObjectId, required: true },
    origin: { type: String, required: true },
    count: { type: Number, required: true },
    lastAt: { type: Date, required: true },
  });
  schema.index({ share: 1, origin: 1 });
  schema.index({ lastAt: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function attributionSchema(): Schema<AttributionDocument> {
  const schema = documentSchema<AttributionDocument>({ share: { type: Schema.Types.ObjectId, required: true } });
  schema.index({ share: 1 });
  return schema;
}
