/** Impressions: a product was recommended to somebody, at a place of a list. */
import type { Types } from 'mongoose';
import { message } from '../messages/index.js';
import { dependsOnMoment } from '../store/cache/reads.js';

/** In which it can be told what became of an impression. */
const lifetimeDays = 7;

export const tooOld = message('This recommendation is more than {days} days old.', { days: lifetimeDays });

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
  dependsOnMoment();
  return Date.now() - issuedAt.getTime() > lifetimeDays * 24 * 60 * 60 * 1000;
}

/** Whether the list was made for somebody else than who speaks of it. */
export function isOfAnother({ user }: Impression, viewer: Types.ObjectId | null): boolean {
  return user !== null && !viewer?.equals(user);
}
