import type { Model, Types } from 'mongoose';
import type { Database } from '../../../store/database.js';
import { documentSchema } from '../../../store/documents.js';

/** Up to when Gorse has what changed. */
export interface GorseCursorDocument {
  _id: 'products' | 'interactions';
  at: Date;
}

/** A user that was erased here and must be there; the id goes as soon as Gorse has forgotten them. */
export interface GorseForgottenDocument {
  _id: Types.ObjectId;
  at: Date;
}

export interface GorseModels {
  cursors: Model<GorseCursorDocument>;
  forgotten: Model<GorseForgottenDocument>;
}

export function gorseModels(database: Database): GorseModels {
  const cursor = documentSchema<GorseCursorDocument>({ _id: { type: String, required: true }, at: { type: Date, required: true } });
  const forgotten = documentSchema<GorseForgottenDocument>({ at: { type: Date, required: true } });
  return {
    cursors: database.model('GorseCursor', cursor, 'gorse_cursors'),
    forgotten: database.model('GorseForgotten', forgotten, 'gorse_forgotten'),
  };
}
