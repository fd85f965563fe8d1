/**
 * EASE: the item-to-item weights, none of an item with itself, that best rebuild what users like.
 * Source: H. Steck, "Embarrassingly shallow autoencoders for sparse data", 2019; the regularisation
 * that grows with an item's popularity is the closed form of dropout in H. Steck, "Autoencoders that
 * don't overfit towards the identity", 2020.
 */
import { newKernel } from '../compiled-kernel.js';
import { bytesOfSparse } from '../kernel.js';
import { invertPositiveDefinite } from '../linear-algebra.js';
import { transpose, type SparseMatrix } from '../sparse-matrix.js';

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
  const scales = Float64Array.from({ length: size }, (_, item) => -1 / inverse[item * size + item]!);
  const weights = new Float32Array(size * size);
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at++) weights[at] = row === column ? 0 : inverse[at]! * scales[column]!;
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

/** The sum over users of the products of their values, in the lower half. */
function gramMatrix(users: SparseMatrix, items: Uint32Array): Float32Array {
  const place = new Int32Array(users.columns).fill(-1);
  items.forEach((item, at) => (place[item] = at));
  const size = items.length;
  const gram = new Float32Array(size * size);
  const byItem = transpose(users);
  const kernel = newKernel(bytesOfSparse(users) + bytesOfSparse(byItem) + 12 * users.columns);
  const [rows, turned] = [kernel.sparse(byItem), kernel.sparse(users)];
  const [sums, touched] = [kernel.doubles(users.columns), kernel.integers(users.columns)];
  for (let row = 0; row < size; row++) {
    // Items ascend, and so do their places.
    const found = touched.subarray(0, kernel.addShared(rows, items[row]!, turned, items[row]! + 1, sums, touched));
    for (const other of found) {
      if (place[other]! >= 0) gram[row * size + place[other]!] = sums[other]!;
      sums[other] = 0;
    }
  }
  return gram;
}
