/** Lists that do not say the same thing ten times. */
import { rowOf, type SparseMatrix } from './sparse-matrix.js';

/** How many of the best are considered for each place. */
const considered = 100;

/**
 * Orders the best items so that each place goes to what is good and unlike what stands before it: the item with the most
 * of λ · score − (1 − λ) · likeness to the likest chosen one, both from 0 to 1.
 * Source: J. Carbonell, J. Goldstein, "The use of MMR, diversity-based reranking for reordering documents and
 * producing summaries", 1998.
 * @param ranked items and their scores, the best first
 * @param likeness items by items, 0 to 1; what is not in it is unlike
 * @param lambda 1 keeps the order
 */
export function diversify<Item extends { item: number; score: number }>(
  ranked: readonly Item[],
  likeness: SparseMatrix,
  lambda: number,
  count: number,
): Item[] {
  const pool = ranked.slice(0, Math.max(considered, count));
  const [highest, lowest] = [pool[0]?.score ?? 0, pool.at(-1)?.score ?? 0];
  const spread = highest - lowest || 1;
  const nearest = new Float64Array(pool.length);
  const places = new Map(pool.map(({ item }, at) => [item, at]));
  const left = new Set(pool.keys());
  const chosen: Item[] = [];
  while (chosen.length < count && left.size > 0) {
    let best = -1;
    let most = -Infinity;
    for (const at of left) {
      const worth = (lambda * (pool[at]!.score - lowest)) / spread - (1 - lambda) * nearest[at]!;
      if (worth > most) [best, most] = [at, worth];
    }
    left.delete(best);
    chosen.push(pool[best]!);
    const { indices, values } = rowOf(likeness, pool[best]!.item);
    indices.forEach((other, entry) => {
      const at = places.get(other);
      if (at !== undefined) nearest[at] = Math.max(nearest[at]!, values[entry]!);
    });
  }
  return [...chosen, ...ranked.slice(pool.length)].slice(0, Math.max(count, chosen.length));
}
