/** Who rates as the viewer does, and what they make of a product. */
import type { TasteVector } from './user-similarity.js';

/** With fewer products in common, likeness would tell what somebody rated rather than what their taste is. */
export const leastShared = 3;
/** Ratings that lie further apart on the mean, in stars, are another taste. */
const maxDistance = 1;
const range = 4;
const shrinkage = 5;
/** The strength of a rating of one star in a taste vector. */
const strengthPerStar = 1 / 3;
/** Distances are summed in whole millionths of a star, so that the sum does not hang on the order, and "one star" is one star. */
const units = 1e6;
const likedFrom = 3.5;
const dislikedBelow = 2.5;

/**
 * How far two users agree on what both rated: n / (n + 5) · (1 − d / 4), with n products in common and the mean distance d of
 * their ratings in stars. The first factor counts agreement on few products less.
 * Sources: U. Shardanand, P. Maes, "Social information filtering", 1995 (mean difference of ratings); R. Bell, Y. Koren,
 * "Scalable collaborative filtering with jointly derived neighborhood interpolation weights", 2007 (shrinkage).
 * @param except a product that does not count, because it is what the two are asked about
 * @returns 0 to 1; null for users who share fewer than three products or rate them more than one star apart on the mean
 */
export function agreement(a: TasteVector, b: TasteVector, except: string): number | null {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let shared = 0;
  let sum = 0;
  for (const [product, strength] of small) {
    const other = large.get(product);
    if (other === undefined || product === except) continue;
    shared++;
    sum += Math.round((Math.abs(strength - other) / strengthPerStar) * units);
  }
  if (shared < leastShared) return null;
  const distance = sum / units / shared;
  return distance > maxDistance ? null : (shared / (shared + shrinkage)) * (1 - distance / range);
}

export interface WeighedRating {
  /** 1 to 5. */
  stars: number;
  /** How far its author agrees with the viewer, above 0. */
  weight: number;
}

export interface Verdict {
  /** The mean of the ratings, each weighed by its author's agreement, 1 to 5. */
  rating: number;
  liked: number;
  disliked: number;
}

/** What some make of a product; those of three stars neither like nor dislike it. @param ratings at least one */
export function verdictOf(ratings: readonly WeighedRating[]): Verdict {
  const weights = ratings.reduce((sum, { weight }) => sum + weight, 0);
  return {
    rating: ratings.reduce((sum, { stars, weight }) => sum + stars * weight, 0) / weights,
    liked: ratings.filter(({ stars }) => stars >= likedFrom).length,
    disliked: ratings.filter(({ stars }) => stars < dislikedBelow).length,
  };
}
