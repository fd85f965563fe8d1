import { Schema, type Model, type Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import type { SealedField } from '../../resealing.js';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';
import type { Erasure } from '../personal-data.js';

/** An account that is gone, and whose traces are being erased. It holds what must be taken out of texts until that is done. */
export interface ErasureDocument {
  /** The user that was. */
  _id: Types.ObjectId;
  /** Stands for the user in what stays: nobody, or the account that a customer has joined. */
  anonymousId: Types.ObjectId;
  /** Whether a customer has joined an account of their own. */
  isMerge?: boolean;
  /** What is looked for: the handle, name and address in texts, and the ID in another system. Sealed, and gone with this document. */
  sealed: string;
  /** When the account went. */
  at: Date;
  /** When everything that was there then had been erased. */
  sweptAt: Date | null;
}

/** What of an account may be left in texts. */
interface Traces {
  handle: string;
  names: string[];
  /** What another system called the user. */
  external?: Erasure['external'];
}

export function sealTraces(traces: Traces, user: Types.ObjectId, keys: DataKeys): string {
  return keys.seal(JSON.stringify(traces), contextOf(user));
}

export function openTraces(sealed: string, user: Types.ObjectId, keys: DataKeys): Traces {
  return JSON.parse(keys.open(sealed, contextOf(user))) as Traces;
}

function contextOf(user: Types.ObjectId): string {
  return `erasure ${user.toHexString()}`;
}

export function sealedTraces({ erasures }: PrivacyModels): SealedField {
  return { model: erasures, field: 'sealed', contextOf: ({ _id }) => contextOf(_id) };
}

export interface PrivacyModels {
  erasures: Model<ErasureDocument>;
}

export function privacyModels(database: Database): PrivacyModels {
  const schema = documentSchema<ErasureDocument>({
    anonymousId: { type: Schema.Types.ObjectId, required: true },
    isMerge: { type: Boolean },
    sealed: { type: String, required: true },
    at: { type: Date, required: true },
    sweptAt: { type: Date, default: null },
  });
  schema.index({ at: 1 });
  return { erasures: database.model('Erasure', schema, 'erasures') };
}
