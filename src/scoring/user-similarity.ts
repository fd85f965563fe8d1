/** How alike two users are, from what they did with products. Each user is a sparse vector: product → strength, all above 0. */

export type TasteVector = ReadonlyMap<string, number>;

export const similarityMetrics = ['COSINE', 'EUCLIDEAN', 'JACCARD'] as const;
export type SimilarityMetricName = (typeof similarityMetrics)[number];

/**
 * The cosine of the angle between two vectors: Σ aᵢbᵢ / (√Σaᵢ² √Σbᵢ²). 0 (nothing in common) to 1 (the same proportions);
 * 0 where either is empty. Source: G. Salton, M. McGill, Introduction to Modern Information Retrieval, 1983.
 */
export function cosineSimilarity(a: TasteVector, b: TasteVector): number {
  const lengths = Math.sqrt(squares(a)) * Math.sqrt(squares(b));
  return lengths === 0 ? 0 : Math.min(1, dot(a, b) / lengths);
}

/**
 * The straight distance between two vectors, √Σ(aᵢ − bᵢ)², with 0 for what one of them lacks. 0 (the same) upwards.
 * Source: L. Candan, M. Sapino, Data Management for Multimedia Retrieval, 2010, section 3.1.3.
 */
export function euclideanDistance(a: TasteVector, b: TasteVector): number {
  return Math.sqrt(Math.max(0, squares(a) + squares(b) - 2 * dot(a, b)));
}

/**
 * The distance as a similarity, 1 / (1 + d): 1 (the same) towards 0. Two users with nothing at all have 0, since nothing
 * says that they are alike. Source: T. Segaran, Programming Collective Intelligence, 2007, chapter 2.
 */
export function euclideanSimilarity(a: TasteVector, b: TasteVector): number {
  return a.size === 0 || b.size === 0 ? 0 : 1 / (1 + euclideanDistance(a, b));
}

/**
 * The share of products that both have among those that either has: |A ∩ B| / |A ∪ B|, strengths aside. 0 to 1;
 * 0 where both are empty. Source: P. Jaccard, Étude comparative de la distribution florale, 1901.
 */
export function jaccardSimilarity(a: TasteVector, b: TasteVector): number {
  let common = 0;
  for (const product of a.keys()) if (b.has(product)) common++;
  const union = a.size + b.size - common;
  return union === 0 ? 0 : common / union;
}

const metrics: Record<SimilarityMetricName, (a: TasteVector, b: TasteVector) => number> = {
  COSINE: cosineSimilarity,
  EUCLIDEAN: euclideanSimilarity,
  JACCARD: jaccardSimilarity,
};

/** 0 (nothing alike) to 1 (the same), by the chosen metric; the order of the two does not matter. */
export function userSimilarity(metric: SimilarityMetricName, a: TasteVector, b: TasteVector): number {
  return metrics[metric](a, b);
}

function dot(a: TasteVector, b: TasteVector): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [product, strength] of small) sum += strength * (large.get(product) ?? 0);
  return sum;
}

function squares(vector: TasteVector): number {
  let sum = 0;
  for (const strength of vector.values()) sum += strength * strength;
  return sum;
}
