import type { Dataset } from './dataset.js';
import type { Profile } from './models/model.js';
import { rowOf } from './sparse-matrix.js';

/** What a data set knows of one of its users. */
export function profileOf(dataset: Dataset, user: number): Profile {
  const { indices, values } = rowOf(dataset.strengths, user);
  const liked = new Set(rowOf(dataset.liked, user).indices);
  return {
    items: indices,
    strengths: values,
    liked: Array.from(indices, (item) => liked.has(item)),
    follows: rowOf(dataset.follows, user).indices,
  };
}
