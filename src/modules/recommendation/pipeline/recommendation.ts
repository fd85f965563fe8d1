/** What the steps of the pipeline hand to each other. */
import type { Types } from 'mongoose';
import type { ProductDocument } from '../../catalog/index.js';

export type ReasonKind = 'BOUGHT' | 'REVIEWED' | 'VIEWED' | 'FOLLOWED' | 'ALIKE' | 'TASTE' | 'POPULAR';

export interface Reason {
  kind: ReasonKind;
  products: Types.ObjectId[];
  users: Types.ObjectId[];
}

/** A product that may be recommended, and how it ranks. */
export interface Candidate {
  product: Types.ObjectId;
  /** The higher the better; comparable within one list only. */
  score: number;
}

export interface RecommendedItem extends Candidate {
  /** The strongest first. */
  reasons: Reason[];
  modelVersion: string | null;
}

export interface RecommendationRequest {
  user: Types.ObjectId | null;
  /** The random id that an anonymous client keeps, as with tracked events. */
  visitor: string | null;
  /** At most this many come back. */
  count: number;
  /** Products of the page or the cart that the recommendations should go with. */
  seeds: Types.ObjectId[];
  exclude: Types.ObjectId[];
  /** Reads a product; null for those that are gone. */
  productOf: (id: Types.ObjectId) => Promise<ProductDocument | null>;
}
