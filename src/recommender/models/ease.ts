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

/** @returns items by items: what the row's item says of the column's */
export function ease(users: SparseMatrix, { regularisation, dropout }: EaseParameters): Float32Array {
  const items = users.columns;
  const gram = gramMatrix(users);
  for (let item = 0; item < items; item++)
    gram[item * items + item]! += regularisation + (dropout / (1 - dropout)) * gram[item * items + item]!;
  const inverse = invertPositiveDefinite(gram, items);
  const weights = new Float32Array(items * items);
  for (let column = 0; column < items; column++) {
    const scale = -1 / inverse[column * items + column]!;
    for (let row = 0; row < items; row++) weights[row * items + column] = row === column ? 0 : inverse[row * items + column]! * scale;
  }
  return weights;
}

/** Items by items: the sum over users of the products of their values. */
function gramMatrix(users: SparseMatrix): Float64Array {
  const { rows, columns: items, offsets, indices, values } = users;
  const gram = new Float64Array(items * items);
  for (let user = 0; user < rows; user++) {
    for (let one = offsets[user]!; one < offsets[user + 1]!; one++) {
      const row = indices[one]! * items;
      const value = values[one]!;
      for (let other = offsets[user]!; other < offsets[user + 1]!; other++) gram[row + indices[other]!]! += value * values[other]!;
    }
  }
  return gram;
}
