import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export type UploadPurposeName = 'PRODUCT' | 'REVIEW' | 'AVATAR';

export interface ImageDocument {
  _id: Types.ObjectId;
  owner: Types.ObjectId;
  purpose: UploadPurposeName;
  /** What it was announced as. */
  contentType: string;
  byteSize: number;
  altText: string | null;
  /** Of the image as it is kept; null until what was uploaded has been checked. */
  width: number | null;
  height: number | null;
  digest: string | null;
  /** What shows it, such as `Review:<id>`; without it, the image goes when it expires. */
  usedBy?: string;
  /** Whether what shows it is out of sight. */
  hidden: boolean;
  createdAt: Date;
  /** When it goes; missing while something shows it. */
  expiresAt?: Date;
  /** Whether its files are being removed: nothing can show it any more. */
  removing?: boolean;
}

/** What a user uploaded on one day. */
export interface UploadQuotaDocument {
  /** User and day. */
  _id: string;
  user: Types.ObjectId;
  count: number;
  bytes: number;
  expiresAt: Date;
}

export interface ImageModels {
  images: Model<ImageDocument>;
  quotas: Model<UploadQuotaDocument>;
}

export function imageModels(database: Database): ImageModels {
  return {
    images: database.model('Image', imageSchema(), 'images'),
    quotas: database.model('UploadQuota', quotaSchema(), 'upload_quotas'),
  };
}

function imageSchema(): Schema<ImageDocument> {
  const schema = documentSchema<ImageDocument>({
    owner: { type: Schema.Types.ObjectId, required: true },
    purpose: { type: String, required: true },
    contentType: { type: String, required: true },
    byteSize: { type: Number, required: true },
    altText: { type: String, default: null },
    width: { type: Number, default: null },
    height: { type: Number, default: null },
    digest: { type: String, default: null },
    usedBy: { type: String },
    hidden: { type: Boolean, default: false },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date },
    removing: { type: Boolean },
  });
  schema.index({ owner: 1 });
  schema.index({ usedBy: 1 }, { sparse: true });
  schema.index({ expiresAt: 1 }, { sparse: true });
  return schema;
}

function quotaSchema(): Schema<UploadQuotaDocument> {
  const schema = documentSchema<UploadQuotaDocument>({
    _id: { type: String, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    count: { type: Number, required: true },
    bytes: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  });
  schema.index({ user: 1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
