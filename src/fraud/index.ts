/** Which reviews a moderator should look at twice, and why. Nothing is decided here. */
import { burstSigns } from './bursts.js';
import { copySigns } from './copies.js';
import { oneSidedSigns } from './one-sided.js';
import { ringSigns } from './rings.js';
import type { ReviewSample, Sign } from './sample.js';

export { suspicionKinds, type ReviewSample, type Sign, type SuspicionKind } from './sample.js';

export interface Suspicion {
  review: string;
  /** How sure all signs are together, 0 to 1. */
  score: number;
  signs: Sign[];
}

/** From which score on a review is worth a moderator's time. */
export const suspiciousFrom = 0.7;

/** The suspicious reviews, the surest first. The same reviews give the same answer. */
export function suspiciousReviews(samples: readonly ReviewSample[]): Suspicion[] {
  const signs = new Map<string, Sign[]>();
  for (const find of [ringSigns, copySigns, burstSigns, oneSidedSigns]) {
    for (const sign of find(samples)) signs.set(sign.review, [...(signs.get(sign.review) ?? []), sign]);
  }
  return [...signs]
    .map(([review, own]) => ({ review, score: 1 - own.reduce((doubt, { strength }) => doubt * (1 - strength), 1), signs: own }))
    .filter(({ score }) => score >= suspiciousFrom)
    .sort((a, b) => b.score - a.score || (a.review < b.review ? -1 : 1));
}
