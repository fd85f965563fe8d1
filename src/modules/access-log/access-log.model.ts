import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export const accessKinds = ['EXPORT', 'MODERATION_CASE', 'AUDIT_ENTRY', 'APPEAL', 'ORDER'] as const;
export type AccessKindName = (typeof accessKinds)[number];

/** That somebody read or exported what is held on a person and not public. */
export interface AccessDocument {
  _id: Types.ObjectId;
  /** Whose data it is. */
  subject: Types.ObjectId;
  reader: Types.ObjectId;
  kind: AccessKindName;
  at: Date;
}

/** @param retention in milliseconds */
export function accessModel(database: Database, retention: number): Model<AccessDocument> {
  const schema = documentSchema<AccessDocument>({
    subject: { type: Schema.Types.ObjectId, required: true },
    reader: { type: Schema.Types.ObjectId, required: true },
    kind: { type: String, required: true, enum: accessKinds },
    at: { type: Date, required: true },
  });
  schema.index({ subject: 1, at: -1, _id: -1 });
  schema.index({ reader: 1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return database.model('PersonalDataAccess', schema, 'personal_data_accesses');
}
