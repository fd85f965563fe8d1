/** Who is like whom, from what they rated, bought and discussed. What people only looked at stays out of it. */
import { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { pointsPerStar, userSimilarity, type SimilarityMetricName, type TasteVector } from '../../scoring/index.js';
import { historiesOf, sharersOf, type InteractionDocument } from '../behaviour/index.js';

/** How many products of a user are compared, the latest. */
const comparedProducts = 200;
const sharersPerProduct = 100;
const mostCandidates = 100;

/** 1 for a purchase or a rating of three stars, more or less for other ratings, half for a discussion; empty without any. */
export function tasteOf(history: readonly InteractionDocument[]): TasteVector {
  const strengths = history.map((one): [string, number] => [one.product.toHexString(), strengthOf(one)]);
  return new Map(strengths.filter(([, strength]) => strength > 0));
}

function strengthOf({ points, purchases, comments, questions }: InteractionDocument): number {
  if (points !== null) return points / pointsPerStar / 3;
  if (purchases > 0) return 1;
  return comments + (questions ?? 0) > 0 ? 0.5 : 0;
}

export interface SimilarUser {
  user: Types.ObjectId;
  similarity: number;
}

/**
 * The users most like one, the most alike first: candidates are those who had to do with the most of one's products.
 * Three queries, whatever the shop's size.
 */
export async function similarUsers(user: Types.ObjectId, metric: SimilarityMetricName, hidden: Types.ObjectId[]): Promise<SimilarUser[]> {
  const own = tasteOf((await historiesOf([user], comparedProducts)).get(user.toHexString()) ?? []);
  if (own.size === 0) return [];
  const products = [...own.keys()].map((id) => new Types.ObjectId(id));
  const candidates = await sharersOf(products, [user, ...hidden], { perProduct: sharersPerProduct, most: mostCandidates });
  const histories = await historiesOf(candidates, comparedProducts);
  return candidates
    .map((candidate) => ({
      user: candidate,
      similarity: userSimilarity(metric, own, tasteOf(histories.get(candidate.toHexString()) ?? [])),
    }))
    .filter(({ similarity }) => similarity > 0)
    .sort((a, b) => b.similarity - a.similarity || a.user.toHexString().localeCompare(b.user.toHexString()));
}

/** The taste of many users, in one query. */
export const tasteOfUser: LoaderDefinition<Types.ObjectId, TasteVector> = {
  cacheKey: (user) => user.toHexString(),
  async batch(users) {
    const histories = await historiesOf([...users], comparedProducts);
    return users.map((user) => tasteOf(histories.get(user.toHexString()) ?? []));
  },
};
