import { Schema, type Model, type Types } from 'mongoose';
import type { Scope } from '../../relay/scopes.js';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

/** A machine account. Its secret is known to its owner alone. */
export interface ApiKeyDocument {
  _id: Types.ObjectId;
  /** The beginning of its secret, by which it is found and told apart from others. */
  prefix: string;
  /** Digest of the secret, which is random and long enough for a plain hash. */
  secretHash: string;
  name: string;
  owner: Types.ObjectId;
  scopes: Scope[];
  createdAt: Date;
  expiresAt: Date | null;
  /** To the minute, so that not every request is a write. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  /** When the store forgets it, a while after it ended. */
  removeAt?: Date;
}

export interface ApiKeyModels {
  apiKeys: Model<ApiKeyDocument>;
}

export function apiKeyModels(database: Database): ApiKeyModels {
  return { apiKeys: database.model('ApiKey', apiKeySchema(), 'api_keys') };
}

function apiKeySchema(): Schema<ApiKeyDocument> {
  const schema = documentSchema<ApiKeyDocument>({
    prefix: { type: String, required: true },
    secretHash: { type: String, required: true },
    name: { type: String, required: true },
    owner: { type: Schema.Types.ObjectId, required: true },
    scopes: { type: [String], default: [] },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, default: null },
    lastUsedAt: { type: Date, default: null },
    revokedAt: { type: Date, default: null },
    removeAt: { type: Date },
  });
  schema.index({ prefix: 1 }, { unique: true });
  schema.index({ owner: 1, createdAt: -1, _id: -1 });
  schema.index({ createdAt: -1, _id: -1 });
  schema.index({ removeAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
