/** How good the models are on what was held out, with confidence intervals. */
import type { Dataset } from './dataset.js';
import { randomNumbers } from './dataset.js';
import type { Model } from './models/model.js';
import { ndcg, recall } from './metrics.js';
import { profileOf } from './profile.js';
import { largest, rowOf, transpose, type SparseMatrix } from './sparse-matrix.js';

const k = 10;
const resamples = 1000;

/** How many of the best are handed to whoever reorders them. */
const reordered = 100;

/** Makes a list of ten out of the best hundred and the scores of all items. */
export type Reordering = (ranking: number[], scores: Float32Array) => number[];

/** A mean over users, and the 95 % interval in which it lies. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

export interface Evaluation {
  model: string;
  ndcg: Interval;
  recall: Interval;
  /** The share of items that are recommended to anybody. */
  coverage: number;
  /** How surprising recommendations are: the mean of -log2 of the share of users who like the item. */
  novelty: Interval;
  /** How different the items of one list are: the mean of 1 - cosine over their pairs. */
  diversity: Interval;
}

/**
 * Ranks, for every user with a held-out like, all items that are not in the user's training data.
 * @param train what the models were fitted on
 * @param heldOut users by items: what a ranking should find
 * @param reorder what makes the list out of the ranking; the ten best where left out
 */
export function evaluate(model: Model, train: Dataset, heldOut: SparseMatrix, seed = 1, reorder?: Reordering): Evaluation {
  const scores = new Float32Array(train.items);
  const byItem = transpose(train.liked);
  const recommended = new Set<number>();
  const figures: { ndcg: number; recall: number; novelty: number; diversity: number }[] = [];
  for (let user = 0; user < train.users; user++) {
    const relevant = new Set(rowOf(heldOut, user).indices);
    if (relevant.size === 0) continue;
    const ranking = reorder ? reorder(rank(model, train, user, scores, reordered), scores) : rank(model, train, user, scores, k);
    for (const item of ranking) recommended.add(item);
    figures.push({
      ndcg: ndcg(ranking, relevant, k),
      recall: recall(ranking, relevant, k),
      novelty: noveltyOf(ranking, byItem, train.users),
      diversity: diversityOf(ranking, byItem),
    });
  }
  const interval = (name: 'ndcg' | 'recall' | 'novelty' | 'diversity'): Interval =>
    bootstrap(
      figures.map((figure) => figure[name]),
      seed,
    );
  return {
    model: model.name,
    ndcg: interval('ndcg'),
    recall: interval('recall'),
    coverage: recommended.size / Math.max(1, train.items),
    novelty: interval('novelty'),
    diversity: interval('diversity'),
  };
}

function rank(model: Model, train: Dataset, user: number, scores: Float32Array, count: number): number[] {
  const profile = profileOf(train, user);
  model.score(profile, scores);
  const lowest = scores.reduce((least, score) => Math.min(least, score), Infinity) - 1;
  for (let item = 0; item < scores.length; item++) scores[item]! -= lowest;
  for (let at = 0; at < profile.items.length; at++) scores[profile.items[at]!] = 0;
  return largest(scores, count);
}

function noveltyOf(ranking: number[], byItem: SparseMatrix, users: number): number {
  const surprise = ranking.map((item) => -Math.log2((rowOf(byItem, item).indices.length + 1) / (users + 1)));
  return surprise.reduce((sum, one) => sum + one, 0) / Math.max(1, ranking.length);
}

function diversityOf(ranking: number[], byItem: SparseMatrix): number {
  let sum = 0;
  let pairs = 0;
  for (let one = 0; one < ranking.length; one++) {
    for (let other = one + 1; other < ranking.length; other++) {
      sum += 1 - cosine(rowOf(byItem, ranking[one]!).indices, rowOf(byItem, ranking[other]!).indices);
      pairs++;
    }
  }
  return pairs === 0 ? 0 : sum / pairs;
}

/** Of two ascending sets. */
function cosine(one: Uint32Array, other: Uint32Array): number {
  let shared = 0;
  for (let a = 0, b = 0; a < one.length && b < other.length;) {
    if (one[a] === other[b]) shared++;
    if (one[a]! <= other[b]!) a++;
    else b++;
  }
  return shared === 0 ? 0 : shared / Math.sqrt(one.length * other.length);
}

/** The percentile bootstrap of a mean. Source: B. Efron, "Bootstrap methods: another look at the jackknife", 1979. */
export function bootstrap(values: readonly number[], seed: number): Interval {
  const random = randomNumbers(seed);
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let at = 0; at < values.length; at++) sum += values[Math.floor(random() * values.length)]!;
    return sum / Math.max(1, values.length);
  }).sort();
  return { mean, low: means[Math.floor(0.025 * resamples)]!, high: means[Math.ceil(0.975 * resamples) - 1]! };
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
