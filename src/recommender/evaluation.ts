/** How good the models are on what was held out, with confidence intervals. */
import type { Dataset } from './dataset.js';
import { ndcg, recall } from './metrics.js';
import type { Model } from './models/model.js';
import { profileOf } from './profile.js';
import { largest, rowOf, type SparseMatrix } from './sparse-matrix.js';
import { bootstrap, type Interval } from './statistics.js';

const k = 10;

/** How many of the best are handed to whoever reorders them. */
const reordered = 100;

/** Makes a list of ten out of the best hundred and the scores of all items. */
export type Reordering = (ranking: number[], scores: Float32Array) => number[];

export interface Evaluation {
  model: string;
  ndcg: Interval;
  recall: Interval;
}

/**
 * Ranks, for every user with a held-out like, all items that are not in the user's training data.
 * @param train what the model was fitted on
 * @param heldOut users by items: what a ranking should find
 */
export function evaluate(model: Model, train: Dataset, heldOut: SparseMatrix, seed = 1): Evaluation {
  const users = Array.from({ length: train.users }, (_, user) => user).filter((user) => rowOf(heldOut, user).indices.length > 0);
  const lists = listsOf(model, train, users);
  const relevant = users.map((user) => new Set(rowOf(heldOut, user).indices));
  const mean = (figure: (list: number[], relevant: ReadonlySet<number>) => number): Interval =>
    bootstrap(
      lists.map((list, at) => figure(list, relevant[at]!)),
      seed,
    );
  return {
    model: model.name,
    ndcg: mean((list, wanted) => ndcg(list, wanted, k)),
    recall: mean((list, wanted) => recall(list, wanted, k)),
  };
}

/**
 * The ten items that each user is recommended, the best first: none that the user has in the training data.
 * @param reorder what makes the list out of the ranking; the ten best where left out
 */
export function listsOf(model: Model, train: Dataset, users: readonly number[], reorder?: Reordering): number[][] {
  const scores = new Float32Array(train.items);
  return users.map((user) =>
    reorder ? reorder(rank(model, train, user, scores, reordered), scores) : rank(model, train, user, scores, k),
  );
}

function rank(model: Model, train: Dataset, user: number, scores: Float32Array, count: number): number[] {
  const profile = profileOf(train, user);
  model.score(profile, scores);
  const lowest = scores.reduce((least, score) => Math.min(least, score), Infinity) - 1;
  for (let item = 0; item < scores.length; item++) scores[item]! -= lowest;
  for (let at = 0; at < profile.items.length; at++) scores[profile.items[at]!] = 0;
  return largest(scores, count);
}

export interface RatingErrors {
  model: string;
  /** The root of the mean squared error. */
  rmse: Interval;
  /** The mean absolute error. */
  mae: Interval;
}

/**
 * How far predicted ratings lie off the real ones.
 * @param testRatings users by items
 */
export function evaluateRatings(model: Model, train: Dataset, testRatings: SparseMatrix, seed = 1): RatingErrors {
  const scores = new Float32Array(train.items);
  const errors: number[] = [];
  for (let user = 0; user < train.users; user++) {
    const { indices, values } = rowOf(testRatings, user);
    if (indices.length === 0) continue;
    model.score(profileOf(train, user), scores);
    for (let at = 0; at < indices.length; at++) errors.push(scores[indices[at]!]! - values[at]!);
  }
  const squares = bootstrap(
    errors.map((error) => error * error),
    seed,
  );
  return {
    model: model.name,
    rmse: { mean: Math.sqrt(squares.mean), low: Math.sqrt(squares.low), high: Math.sqrt(squares.high) },
    mae: bootstrap(errors.map(Math.abs), seed),
  };
}
