/** Who is like whom, from what they rated, bought and discussed. What people only looked at stays out of it. */
import { Types } from 'mongoose';
import { pointsPerStar, userSimilarity, type SimilarityMetricName, type TasteVector } from '../../scoring/index.js';
import type { BehaviourVerbs, InteractionDocument } from '../behaviour/index.js';

/** How many products of a user are compared, the latest. */
export const maxComparedProducts = 200;
const maxSharersPerProduct = 100;
const maxCandidates = 100;

/** 1 for a purchase or a rating of three stars, more or less for other ratings, half for a discussion; empty without any. */
export function tasteOf(history: readonly InteractionDocument[]): TasteVector {
  const strengths = history.map((interaction): [string, number] => [interaction.product.toHexString(), strengthOf(interaction)]);
  return new Map(strengths.filter(([, strength]) => strength > 0));
}

function strengthOf({ points, purchases, comments, questions }: InteractionDocument): number {
  if (points !== null) return points / pointsPerStar / 3;
  if (purchases > 0) return 1;
  return comments + (questions ?? 0) > 0 ? 0.5 : 0;
}

export interface SimilarUserEntry {
  user: Types.ObjectId;
  similarity: number;
}

export class SimilarityService {
  constructor(private readonly behaviour: BehaviourVerbs) {}

  /**
   * The users most like a user, the most alike first: candidates are those who had to do with the most of the same
   * products. Three queries, whatever the shop's size.
   */
  async similarUsers(user: Types.ObjectId, metric: SimilarityMetricName, hidden: Types.ObjectId[]): Promise<SimilarUserEntry[]> {
    const { behaviour } = this;
    const own = tasteOf((await behaviour.historiesOf([user], maxComparedProducts)).get(user.toHexString()) ?? []);
    if (own.size === 0) return [];
    const products = [...own.keys()].map((id) => new Types.ObjectId(id));
    const bounds = { perProduct: maxSharersPerProduct, limit: maxCandidates };
    const candidates = await behaviour.sharersOf(products, [user, ...hidden], bounds);
    const histories = await behaviour.historiesOf(candidates, maxComparedProducts);
    return candidates
      .map((candidate) => ({
        user: candidate,
        similarity: userSimilarity(metric, own, tasteOf(histories.get(candidate.toHexString()) ?? [])),
      }))
      .filter(({ similarity }) => similarity > 0)
      .sort((a, b) => b.similarity - a.similarity || a.user.toHexString().localeCompare(b.user.toHexString()));
  }
}
