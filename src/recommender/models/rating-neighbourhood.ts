/**
 * Predicts ratings: what user and item usually give and get, and from there as far as the user's ratings of
 * alike items lie off that. Source: Y. Koren, "Factor in the neighbors: scalable and accurate collaborative
 * filtering", 2010 (baselines and item neighbourhoods with shrunk correlations); and P. Massa, P. Avesani,
 * "Trust-aware recommender systems", 2007 (what followed people gave counts a little too).
 */
import { newKernel } from '../compiled-kernel.js';
import { bytesOfSparse } from '../kernel.js';
import type { PointModel, PointScores, Profile } from './model.js';
import { fromRows, mapValues, rowOf, transpose, type SparseMatrix } from '../sparse-matrix.js';

const itemPrior = 5;
const userPrior = 5;
const rounds = 10;

/** A correlation over few common users counts as over many fewer. */
const correlationShrinkage = 100;
const weightPrior = 0.5;

/** How much of a user's own trail a followed person's rating is worth; chosen on held-out ratings. */
const trust = 0.03;

interface Baselines {
  overall: number;
  users: Float32Array;
  items: Float32Array;
}

/** @param ratings users by items */
function fitBaselines(ratings: SparseMatrix): Baselines {
  const overall = ratings.values.reduce((sum, value) => sum + value, 0) / Math.max(1, ratings.values.length);
  const byItem = transpose(ratings);
  const baselines: Baselines = { overall, users: new Float32Array(ratings.rows), items: new Float32Array(ratings.columns) };
  for (let round = 0; round < rounds; round++) {
    fitOffsets(byItem, baselines.items, baselines.users, overall, itemPrior);
    fitOffsets(ratings, baselines.users, baselines.items, overall, userPrior);
  }
  return baselines;
}

function fitOffsets(matrix: SparseMatrix, offsets: Float32Array, others: Float32Array, overall: number, prior: number): void {
  for (let row = 0; row < matrix.rows; row++) {
    const { indices, values } = rowOf(matrix, row);
    let sum = 0;
    for (let at = 0; at < indices.length; at++) sum += values[at]! - overall - others[indices[at]!]!;
    offsets[row] = sum / (indices.length + prior);
  }
}

/** What prediction needs, as plain data. */
export interface FittedRatings {
  overall: number;
  /** How far off the overall mean each item's ratings lie. */
  items: Float32Array;
  correlations: SparseMatrix;
  /** Users by items: how far each rating lies off what its user and item usually have. */
  residuals: SparseMatrix;
  least: number;
  most: number;
}

/** @param ratings users by items */
export function fitRatings(ratings: SparseMatrix): FittedRatings {
  const { overall, users, items } = fitBaselines(ratings);
  const residuals = mapValues(ratings, (value, user, item) => value - overall - users[user]! - items[item]! || 1e-9);
  return {
    overall,
    items,
    correlations: correlate(residuals),
    residuals,
    least: ratings.values.reduce((least, value) => Math.min(least, value), Infinity),
    most: ratings.values.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

/** Sums over min(most, max(least, base + value)) of many values, for any base, in the time of two searches. */
class ClippedSums {
  private readonly sorted: Float32Array;
  /** Of the first n of the sorted values: their sum, and that of their squares. */
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;

  constructor(values: Float32Array) {
    this.sorted = values.slice().sort();
    this.sums = new Float64Array(values.length + 1);
    this.squares = new Float64Array(values.length + 1);
    this.sorted.forEach((value, at) => {
      this.sums[at + 1] = this.sums[at]! + value;
      this.squares[at + 1] = this.squares[at]! + value * value;
    });
  }

  of(base: number, least: number, most: number): { sum: number; squares: number } {
    const [from, to] = [this.countBelow(least - base), this.countBelow(most - base)];
    const [below, between, above] = [from, to - from, this.sorted.length - to];
    const values = this.sums[to]! - this.sums[from]!;
    return {
      sum: below * least + between * base + values + above * most,
      squares: below * least ** 2 + between * base ** 2 + 2 * base * values + this.squares[to]! - this.squares[from]! + above * most ** 2,
    };
  }

  private countBelow(bound: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]! < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The rating that a profile's user is expected to give each item. */
export class RatingNeighbourhood implements PointModel {
  private readonly sums: Float32Array;
  private readonly weights: Float32Array;
  private baselines: ClippedSums | null = null;
  private places: Uint32Array | null = null;
  /** The items that have sums, where only these do; null where all were gone through. */
  private touched: Uint32Array | null = null;

  constructor(
    readonly name: string,
    readonly fitted: FittedRatings,
  ) {
    this.sums = new Float32Array(fitted.items.length);
    this.weights = new Float32Array(fitted.items.length);
  }

  /** Of most items only the baseline is known, whose sums follow from where the bounds cut the sorted baselines. */
  pointsOf(profile: Profile): PointScores {
    const { overall, items, least, most } = this.fitted;
    const base = overall + this.userOffset(profile);
    const touched = this.takeIn(profile, base);
    const { sums, weights } = this;
    const baselines = (this.baselines ??= new ClippedSums(items));
    const clipped = (rating: number): number => Math.min(most, Math.max(least, rating));
    const scoreOf = (item: number): number => clipped(base + items[item]! + sums[item]! / weights[item]!);
    let { sum, squares } = baselines.of(base, least, most);
    for (const item of touched) {
      const [before, after] = [clipped(base + items[item]!), scoreOf(item)];
      sum += after - before;
      squares += after * after - before * before;
    }
    return { sum, squares, touched: [], scoreOf };
  }

  /** Leaves the same sums and weights as `score` does. @returns the items that have any */
  private takeIn(profile: Profile, base: number): Uint32Array {
    this.forget();
    const places = (this.places ??= new Uint32Array(this.sums.length));
    let count = 0;
    const add = (item: number, weight: number, residual: number): void => {
      if (this.weights[item] === weightPrior) places[count++] = item;
      this.sums[item]! += weight * residual;
      this.weights[item]! += weight;
    };
    this.eachRating(profile, (item, rating) => {
      const { indices, values } = rowOf(this.fitted.correlations, item);
      for (let at = 0; at < indices.length; at++) add(indices[at]!, values[at]!, rating - base - this.fitted.items[item]!);
    });
    for (let at = 0; at < profile.follows.length; at++) {
      const { indices, values } = rowOf(this.fitted.residuals, profile.follows[at]!);
      for (let entry = 0; entry < indices.length; entry++) add(indices[entry]!, trust, values[entry]!);
    }
    return (this.touched = places.subarray(0, count));
  }

  /** Sums and weights of a profile before this one. */
  private forget(): void {
    if (!this.touched) {
      this.sums.fill(0);
      this.weights.fill(weightPrior);
    }
    for (const item of this.touched ?? []) {
      this.sums[item] = 0;
      this.weights[item] = weightPrior;
    }
  }

  score(profile: Profile, scores: Float32Array): void {
    const { overall, items, correlations, least, most } = this.fitted;
    const offset = this.userOffset(profile);
    this.touched = null;
    this.sums.fill(0);
    this.weights.fill(weightPrior);
    this.eachRating(profile, (item, rating) => {
      const residual = rating - overall - offset - items[item]!;
      const { indices, values } = rowOf(correlations, item);
      for (let at = 0; at < indices.length; at++) {
        this.sums[indices[at]!]! += values[at]! * residual;
        this.weights[indices[at]!]! += values[at]!;
      }
    });
    this.addFollowed(profile);
    for (let item = 0; item < scores.length; item++) {
      const rating = overall + offset + items[item]! + this.sums[item]! / this.weights[item]!;
      scores[item] = Math.min(most, Math.max(least, rating));
    }
  }

  /** What followed people make of an item counts like what the user makes of one as much alike as `trust`. */
  private addFollowed({ follows }: Profile): void {
    for (let at = 0; at < follows.length; at++) {
      const { indices, values } = rowOf(this.fitted.residuals, follows[at]!);
      for (let entry = 0; entry < indices.length; entry++) {
        this.sums[indices[entry]!]! += trust * values[entry]!;
        this.weights[indices[entry]!]! += trust;
      }
    }
  }

  private userOffset(profile: Profile): number {
    const { overall, items } = this.fitted;
    let sum = 0;
    let count = 0;
    this.eachRating(profile, (item, rating) => {
      sum += rating - overall - items[item]!;
      count++;
    });
    return sum / (count + userPrior);
  }

  private eachRating(profile: Profile, use: (item: number, rating: number) => void): void {
    for (let at = 0; at < profile.items.length; at++) {
      const rating = profile.ratings[at];
      if (rating !== null && rating !== undefined) use(profile.items[at]!, rating);
    }
  }
}

/** Items by items: the correlation of the residuals of those who rated both, shrunk; only what is above 0. */
function correlate(residuals: SparseMatrix): SparseMatrix {
  const byItem = transpose(residuals);
  const items = byItem.rows;
  const kernel = newKernel(bytesOfSparse(byItem) + bytesOfSparse(residuals) + 36 * items);
  const [own, turned] = [kernel.sparse(byItem), kernel.sparse(residuals)];
  const [sums, touched] = [kernel.doubles(4 * items), kernel.integers(items)];
  const rows = Array.from({ length: items }, (_, item) => {
    const others = touched.subarray(0, kernel.addCommon(own, item, turned, item, sums, touched));
    const kept = others.filter((other) => sums[4 * other]! > 0).sort();
    const row = { indices: kept, values: Float32Array.from(kept, (other) => correlationIn(sums, 4 * other)) };
    for (const other of others) sums[4 * other] = sums[4 * other + 1] = sums[4 * other + 2] = sums[4 * other + 3] = 0;
    return row;
  });
  return withMirror(fromRows(items, rows));
}

function correlationIn(sums: Float64Array, place: number): number {
  const common = sums[place + 3]!;
  return (sums[place]! / Math.sqrt(sums[place + 1]! * sums[place + 2]!)) * (common / (common + correlationShrinkage));
}

/** A symmetric matrix, from what is below its diagonal. */
function withMirror(lower: SparseMatrix): SparseMatrix {
  const upper = transpose(lower);
  const offsets = lower.offsets.map((offset, row) => offset + upper.offsets[row]!);
  const whole = { ...lower, offsets, indices: new Uint32Array(offsets.at(-1)!), values: new Float32Array(offsets.at(-1)!) };
  for (let row = 0; row < lower.rows; row++) {
    const [before, after] = [rowOf(lower, row), rowOf(upper, row)];
    whole.indices.set(before.indices, offsets[row]);
    whole.indices.set(after.indices, offsets[row]! + before.indices.length);
    whole.values.set(before.values, offsets[row]);
    whole.values.set(after.values, offsets[row]! + before.indices.length);
  }
  return whole;
}
