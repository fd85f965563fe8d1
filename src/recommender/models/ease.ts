/**
 * EASE: the item-to-item weights, none of an item with itself, that best rebuild what users like.
 * Source: H. Steck, "Embarrassingly shallow autoencoders for sparse data", 2019; the regularisation
 * that grows with an item's popularity is the closed form of dropout in H. Steck, "Autoencoders that
 * don't overfit towards the identity", 2020.
 */
import { invertPositiveDefinite } from '../linear-algebra.js';
import type { SparseMatrix } from '../sparse-matrix.js';

export interface EaseParameters {
  /** The same for every item. */
  regularisation: number;
  /** The share of a user's items that is forgotten when the others have to predict them, 0 up to 1. */
  dropout: number;
}

/** Items with fewer users say nothing that could be told from chance, and cost as much as all others. */
const fewestUsers = 3;

export interface EaseWeights {
  /** The items that have weights, ascending. */
  items: Uint32Array;
  /** Those items by those items, row by row: what the row's item says of the column's. */
  weights: Float32Array;
}

/** @param mostItems where more items qualify, those with the most users do */
export function ease(users: SparseMatrix, { regularisation, dropout }: EaseParameters, mostItems: number): EaseWeights {
  const items = qualifying(users, mostItems);
  const size = items.length;
  const gram = gramMatrix(users, items);
  for (let item = 0; item < size; item++)
    gram[item * size + item]! += regularisation + (dropout / (1 - dropout)) * gram[item * size + item]!;
  const inverse = invertPositiveDefinite(gram, size);
  const weights = new Float32Array(size * size);
  for (let column = 0; column < size; column++) {
    const scale = -1 / inverse[column * size + column]!;
    for (let row = 0; row < size; row++) weights[row * size + column] = row === column ? 0 : inverse[row * size + column]! * scale;
  }
  return { items, weights };
}

function qualifying(users: SparseMatrix, mostItems: number): Uint32Array {
  const counts = new Uint32Array(users.columns);
  for (const item of users.indices) counts[item]!++;
  const items = [...counts.keys()].filter((item) => counts[item]! >= fewestUsers);
  if (items.length > mostItems) items.sort((a, b) => counts[b]! - counts[a]! || a - b).length = mostItems;
  return Uint32Array.from(items).sort();
}

/** The sum over users of the products of their values. */
function gramMatrix({ rows, columns, offsets, indices, values }: SparseMatrix, items: Uint32Array): Float64Array {
  const place = new Int32Array(columns).fill(-1);
  items.forEach((item, at) => (place[item] = at));
  const size = items.length;
  const gram = new Float64Array(size * size);
  for (let user = 0; user < rows; user++) {
    for (let one = offsets[user]!; one < offsets[user + 1]!; one++) {
      const row = place[indices[one]!]! * size;
      if (row < 0) continue;
      const value = values[one]!;
      for (let other = offsets[user]!; other < offsets[user + 1]!; other++) {
        const column = place[indices[other]!]!;
        if (column >= 0) gram[row + column]! += value * values[other]!;
      }
    }
  }
  return gram;
}
