/** Who is like whom, from what both rated in public: what people bought or looked at is nobody else’s business. */
import { Types } from 'mongoose';
import { leastShared, pointsPerStar, userSimilarity, type SimilarityMetricName, type TasteVector } from '../../scoring/index.js';
import type { PublicRating, ReviewVerbs } from '../review/index.js';

/** How many products of a user are compared, the latest. */
export const maxComparedProducts = 200;
export const maxRatersPerProduct = 100;
const maxCandidates = 100;

/** 1 for a rating of three stars, more or less for others. */
export function tasteOf(ratings: readonly PublicRating[]): TasteVector {
  return new Map(ratings.map(({ product, points }) => [product.toHexString(), points / pointsPerStar / 3]));
}

/** @returns null for users who share too few products */
export function likeness(metric: SimilarityMetricName, a: TasteVector, b: TasteVector): number | null {
  const shared = [...a.keys()].filter((product) => b.has(product));
  return shared.length < leastShared ? null : userSimilarity(metric, a, b);
}

export interface SimilarUserEntry {
  user: Types.ObjectId;
  similarity: number;
}

export class SimilarityService {
  constructor(private readonly reviews: ReviewVerbs) {}

  /**
   * The users most like a user, the most alike first: candidates are those who rated the most of the same products. Three
   * queries, whatever the shop's size.
   */
  async similarUsers(user: Types.ObjectId, metric: SimilarityMetricName, hidden: Types.ObjectId[]): Promise<SimilarUserEntry[]> {
    const { reviews } = this;
    const own = tasteOf((await reviews.publicRatingsOf([user], maxComparedProducts)).get(user.toHexString()) ?? []);
    const products = [...own.keys()].map((id) => new Types.ObjectId(id));
    const bounds = { perProduct: maxRatersPerProduct, limit: maxCandidates, least: leastShared };
    const candidates = await reviews.ratersOf(products, [user, ...hidden], bounds);
    const ratings = await reviews.publicRatingsOf(candidates, maxComparedProducts);
    return candidates
      .map((candidate) => ({
        user: candidate,
        similarity: likeness(metric, own, tasteOf(ratings.get(candidate.toHexString()) ?? [])) ?? 0,
      }))
      .filter(({ similarity }) => similarity > 0)
      .sort((a, b) => b.similarity - a.similarity || a.user.toHexString().localeCompare(b.user.toHexString()));
  }
}
