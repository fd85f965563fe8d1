import type { Dataset } from './dataset.js';
import type { Profile } from './models/model.js';
import { rowOf } from './sparse-matrix.js';

/** What a data set knows of one of its users. */
export function profileOf(dataset: Dataset, user: number): Profile {
  const { indices, values } = rowOf(dataset.strengths, user);
  const liked = new Set(rowOf(dataset.liked, user).indices);
  const rated = rowOf(dataset.ratings, user);
  const ratings = new Map(Array.from(rated.indices, (item, at) => [item, rated.values[at]!]));
  return {
    ratings: Array.from(indices, (item) => ratings.get(item) ?? null),
    items: indices,
    strengths: values,
    liked: Array.from(indices, (item) => liked.has(item)),
    follows: rowOf(dataset.follows, user).indices,
  };
}
