import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

/** What somebody agreed to at a time. Earlier decisions are kept for a while, as proof. */
export interface ConsentDocument {
  _id: Types.ObjectId;
  user: Types.ObjectId | null;
  /** The random id that an anonymous client keeps. */
  visitor: string | null;
  /** Whether views, clicks and add-to-carts may be stored. */
  tracking: boolean;
  /** Whether recommendations may follow from what is stored. */
  personalisation: boolean;
  /** Which version of the shop's wording they were shown. */
  wordingVersion: string;
  at: Date;
  /** When another decision took its place. */
  replacedAt: Date | null;
  /** The time of a visitor's decision, after which they are asked again some day. */
  visitorAt?: Date;
  /** What was tracked before is still to be deleted. */
  forget?: boolean;
  /** When what other processes were storing by leave of an earlier decision is deleted too. */
  forgetAgainAt?: Date;
}

/** @param replaced milliseconds that earlier decisions are kept. @param visitors milliseconds that a visitor's decision holds */
export function consentModel(database: Database, { replaced, visitors }: { replaced: number; visitors: number }): Model<ConsentDocument> {
  const schema = documentSchema<ConsentDocument>({
    user: { type: Schema.Types.ObjectId, default: null },
    visitor: { type: String, default: null },
    tracking: { type: Boolean, required: true },
    personalisation: { type: Boolean, required: true },
    wordingVersion: { type: String, required: true },
    at: { type: Date, required: true },
    replacedAt: { type: Date, default: null },
    visitorAt: { type: Date },
    forget: { type: Boolean },
    forgetAgainAt: { type: Date },
  });
  schema.index({ user: 1, at: -1 });
  schema.index({ visitor: 1, at: -1 });
  schema.index({ forget: 1 }, { partialFilterExpression: { forget: true } });
  schema.index({ forgetAgainAt: 1 }, { partialFilterExpression: { forgetAgainAt: { $exists: true } } });
  schema.index({ replacedAt: 1 }, { expireAfterSeconds: replaced / 1000 });
  schema.index({ visitorAt: 1 }, { expireAfterSeconds: visitors / 1000 });
  return database.model('Consent', schema, 'consents');
}
