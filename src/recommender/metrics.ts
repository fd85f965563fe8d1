/** How good a ranking is, against what was held out. */

/**
 * Normalised discounted cumulative gain of the first `k`, 0 to 1: hits count, and the higher the more.
 * Source: K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002.
 */
export function ndcg(ranking: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  let gain = 0;
  let ideal = 0;
  for (let rank = 0; rank < k; rank++) {
    const discount = 1 / Math.log2(rank + 2);
    if (rank < ranking.length && relevant.has(ranking[rank]!)) gain += discount;
    if (rank < relevant.size) ideal += discount;
  }
  return ideal === 0 ? 0 : gain / ideal;
}

/** Hits among the first `k`, out of as many as there could be, 0 to 1. */
export function recall(ranking: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  let hits = 0;
  for (let rank = 0; rank < Math.min(k, ranking.length); rank++) if (relevant.has(ranking[rank]!)) hits++;
  return relevant.size === 0 ? 0 : hits / Math.min(k, relevant.size);
}
