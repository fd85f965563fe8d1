import type { Dataset } from '../dataset.js';
import { transpose } from '../sparse-matrix.js';
import type { Model } from './model.js';

/** How many users like each item; where that is the same, how strongly all users took to it decides. @returns one figure an item */
export function countLikes({ liked, strengths, items }: Dataset): Float32Array {
  const counts = new Float32Array(items);
  for (const item of liked.indices) counts[item]!++;
  strengths.indices.forEach((item, at) => (counts[item]! += 1e-4 * strengths.values[at]!));
  return counts;
}

/** How many users had to do with each item lately: every observation counts by its recency. @returns one figure an item */
export function countRecent({ recency, items }: Dataset): Float32Array {
  const counts = new Float32Array(items);
  recency.indices.forEach((item, at) => (counts[item]! += recency.values[at]!));
  return counts;
}

/** The mean strength with which each item's users took to it, drawn to the overall mean while they are few. */
export function meanStrength({ strengths, items }: Dataset, priorUsers: number): Float32Array {
  const overall = strengths.values.reduce((sum, value) => sum + value, 0) / Math.max(1, strengths.values.length);
  const byItem = transpose(strengths);
  return Float32Array.from({ length: items }, (_, item) => {
    const values = byItem.values.subarray(byItem.offsets[item], byItem.offsets[item + 1]);
    return (values.reduce((sum, value) => sum + value, 0) + priorUsers * overall) / (values.length + priorUsers);
  });
}

/** The same figure of each item for everyone. */
export class ItemFigure implements Model {
  constructor(
    readonly name: string,
    readonly figures: Float32Array,
  ) {}

  score(_profile: unknown, scores: Float32Array): void {
    scores.set(this.figures);
  }
}
