import type { Model } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

/** A customer's token that was exchanged, so that it is exchanged once. */
export interface SpentTokenDocument {
  /** Digest of who signed it and its `jti`. */
  _id: string;
  /** When the token expires, and need not be remembered any more. */
  expiresAt: Date;
}

export function spentTokenModel(database: Database): Model<SpentTokenDocument> {
  const schema = documentSchema<SpentTokenDocument>({
    _id: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return database.model('SpentCustomerToken', schema, 'spent_customer_tokens');
}
