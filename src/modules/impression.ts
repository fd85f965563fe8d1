/** Impressions: a product was recommended to somebody, at a place of a list. */
import type { Types } from 'mongoose';

/** Milliseconds in which it can be told what became of an impression. */
const lifetime = 7 * 24 * 60 * 60 * 1000;

/** A product at a place of a list that was made for somebody. */
export interface Impression {
  /** The list; with the product it tells impressions apart. */
  list: Types.ObjectId;
  product: Types.ObjectId;
  /** From 0. */
  position: number;
  /** For whom the list was made; null where it may not be known. */
  user: Types.ObjectId | null;
  context: string;
  variant: string;
  modelVersion: string | null;
  issuedAt: Date;
}

export function isExpired({ issuedAt }: Impression): boolean {
  return Date.now() - issuedAt.getTime() > lifetime;
}

/** Whether the list was made for somebody else than who speaks of it. */
export function isOfAnother({ user }: Impression, viewer: Types.ObjectId | null): boolean {
  return user !== null && !viewer?.equals(user);
}
