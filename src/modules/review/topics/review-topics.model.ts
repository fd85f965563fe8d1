import { createHash } from 'node:crypto';
import { Schema, type Model, type Types } from 'mongoose';
import type { Language, Topic } from '../../../opinions/index.js';
import type { Database } from '../../../store/database.js';
import { documentSchema } from '../../../store/documents.js';
import { textOf, type ReviewText } from './review-text.js';

/** A sentence in a review, as its place and a digest of its text: the text itself is nowhere but in the review. */
export interface StoredQuote {
  review: Types.ObjectId;
  from: number;
  to: number;
  digest: string;
}

export type StoredTopic = Omit<Topic<Types.ObjectId>, 'quotes'> & { quotes: StoredQuote[] };

/** What the reviews of a product speak of. */
export interface ProductTopicsDocument {
  /** The product. */
  _id: Types.ObjectId;
  topics: StoredTopic[];
  /** That of most of its reviews. */
  language: Language;
  /** Whether a review was hidden, restored or deleted since. */
  stale?: boolean;
  /** Moves with every change that makes it stale, so that none is overlooked. */
  changes?: number;
  /** How many of those changes the topics know of. */
  knows?: number;
}

export type ProductTopicsModel = Model<ProductTopicsDocument>;

export function productTopicsModel(database: Database): ProductTopicsModel {
  const schema = documentSchema<ProductTopicsDocument>({
    topics: { type: Schema.Types.Mixed },
    language: { type: String },
    stale: { type: Boolean },
    changes: { type: Number },
    knows: { type: Number },
  });
  schema.index({ stale: 1 }, { sparse: true });
  return database.model('ProductTopics', schema, 'product_topics');
}

export function digestOfQuote(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** The quoted sentence; null where the review no longer says it. */
export function quotedText(quote: StoredQuote, review: ReviewText): string | null {
  const text = textOf(review).slice(quote.from, quote.to);
  return digestOfQuote(text) === quote.digest ? text : null;
}
