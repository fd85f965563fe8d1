import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

/** An account that is gone, and whose traces are being erased. It holds what must be taken out of texts until that is done. */
export interface ErasureDocument {
  /** The user that was. */
  _id: Types.ObjectId;
  /** Stands for the user in what stays. */
  anonymousId: Types.ObjectId;
  handle: string;
  /** What is taken out of texts: name, handle and address. */
  names: string[];
  /** When the account went. */
  at: Date;
  /** When everything that was there then had been erased. */
  sweptAt: Date | null;
}

export interface PrivacyModels {
  erasures: Model<ErasureDocument>;
}

export function privacyModels(database: Database): PrivacyModels {
  const schema = documentSchema<ErasureDocument>({
    anonymousId: { type: Schema.Types.ObjectId, required: true },
    handle: { type: String, required: true },
    names: { type: [String], required: true },
    at: { type: Date, required: true },
    sweptAt: { type: Date, default: null },
  });
  schema.index({ at: 1 });
  return { erasures: database.model('Erasure', schema, 'erasures') };
}
