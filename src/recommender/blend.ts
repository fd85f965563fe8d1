/** Several models as one: each model's scores are standardised for the user at hand, weighted and added. */
import { isItemModel, isSparseModel, type Model, type Profile, type SparseModel } from './models/model.js';
import { ItemFigure } from './models/popularity.js';

/** How much each model counts, and how that changes with how much is known of the user. */
export interface BlendWeights {
  base: number[];
  /** Added for every unit by which the logarithm of the profile's size is above the mean. */
  bySize: number[];
  meanLogSize: number;
  /** The sizes that were seen while learning; beyond them, nothing is known of how weights change. */
  leastLogSize: number;
  mostLogSize: number;
}

/** The same weights whatever the size of the profile. */
export function equalWeights(base: number[]): BlendWeights {
  return { base, bySize: base.map(() => 0), meanLogSize: 0, leastLogSize: 0, mostLogSize: 0 };
}

export function logSize(profile: Profile): number {
  return Math.log1p(profile.items.length);
}

/** How much a model counts for a profile. */
export function weightOf({ base, bySize, meanLogSize, leastLogSize, mostLogSize }: BlendWeights, profile: Profile, model: number): number {
  const size = Math.min(mostLogSize, Math.max(leastLogSize, logSize(profile)));
  return base[model]! + bySize[model]! * (size - meanLogSize);
}

export class Blend implements Model {
  readonly name = 'blend';
  private readonly scores: Float32Array;
  private readonly touched: Uint32Array;
  private readonly known: Uint8Array;
  /** The sums and sums of squares of the models that say the same to everybody. */
  private readonly sums: ({ sum: number; squares: number } | null)[];

  constructor(
    readonly models: readonly Model[],
    readonly weights: BlendWeights,
    readonly items: number,
  ) {
    this.scores = new Float32Array(items);
    this.touched = new Uint32Array(items);
    this.known = new Uint8Array(items);
    this.sums = models.map((model) => (model instanceof ItemFigure ? sumsOf(model.figures) : null));
  }

  score(profile: Profile, total: Float32Array): void {
    total.fill(0);
    // What every item gets alike; it is added at the end, where it is known whole.
    let offset = 0;
    this.eachModel(profile, (index, scores, touched, { mean, deviation }) => {
      const factor = this.weightFor(profile, index) / deviation;
      offset -= factor * mean;
      if (touched) for (const item of touched) total[item]! += factor * scores[item]!;
      else for (let item = 0; item < total.length; item++) total[item]! += factor * scores[item]!;
    });
    for (let item = 0; item < total.length; item++) total[item]! += offset;
  }

  /** What `contributions` needs to know of a profile, once for all items that are to be explained. */
  scalesFor(profile: Profile): Float32Array {
    const scales = new Float32Array(this.models.length);
    this.eachModel(profile, (index, _scores, _touched, { deviation }) => (scales[index] = this.weightFor(profile, index) / deviation));
    return scales;
  }

  /** How much each of the profile's items adds to the score of an item, over all models that can tell. */
  contributions(profile: Profile, scales: Float32Array, item: number): Float32Array {
    const sums = new Float32Array(profile.items.length);
    this.models.forEach((model, at) => {
      if (scales[at] === 0 || !isItemModel(model)) return;
      for (let own = 0; own < sums.length; own++) sums[own]! += scales[at]! * model.contribution(profile, own, item);
    });
    return sums;
  }

  private weightFor(profile: Profile, model: number): number {
    return weightOf(this.weights, profile, model);
  }

  /** Runs each model with weight, and says how its scores spread over the items that are new to the user. */
  private eachModel(profile: Profile, use: UseScores): void {
    for (let at = 0; at < profile.items.length; at++) this.known[profile.items[at]!] = 1;
    this.models.forEach((model, index) => {
      if (this.weightFor(profile, index) === 0) return;
      if (model instanceof ItemFigure) this.useFigures(profile, model, index, use);
      else if (isSparseModel(model)) this.useTouched(profile, model, index, use);
      else {
        model.score(profile, this.scores);
        const own = spread(this.scores, this.known);
        if (own.deviation > 0) use(index, this.scores, null, own);
        this.scores.fill(0);
      }
    });
    for (let at = 0; at < profile.items.length; at++) this.known[profile.items[at]!] = 0;
  }

  private useFigures(profile: Profile, { figures }: ItemFigure, index: number, use: UseScores): void {
    const all = this.sums[index]!;
    const own = sumsOf(Float32Array.from(profile.items, (item) => figures[item]!));
    const result = spreadOf(all.sum - own.sum, all.squares - own.squares, this.items - profile.items.length);
    if (result.deviation > 0) use(index, figures, null, result);
  }

  private useTouched(profile: Profile, model: SparseModel, index: number, use: UseScores): void {
    const touched = this.touched.subarray(0, model.scoreTouched(profile, this.scores, this.touched));
    let sum = 0;
    let squares = 0;
    for (const item of touched) {
      const score = this.known[item] ? 0 : this.scores[item]!;
      sum += score;
      squares += score * score;
    }
    const result = spreadOf(sum, squares, this.items - profile.items.length);
    if (result.deviation > 0) use(index, this.scores, touched, result);
    for (const item of touched) this.scores[item] = 0;
  }
}

interface Spread {
  mean: number;
  deviation: number;
}

/** @param touched where the scores are not 0; null for anywhere */
type UseScores = (model: number, scores: Float32Array, touched: Uint32Array | null, spread: Spread) => void;

export function sumsOf(values: Float32Array): { sum: number; squares: number } {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return { sum, squares };
}

export function spreadOf(sum: number, squares: number, count: number): Spread {
  const mean = count <= 0 ? 0 : sum / count;
  return { mean, deviation: count <= 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

/** The mean and standard deviation of the scores that are not masked. */
export function spread(scores: Float32Array, masked: Uint8Array): Spread {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let item = 0; item < scores.length; item++) {
    if (masked[item]) continue;
    const score = scores[item]!;
    count++;
    sum += score;
    squares += score * score;
  }
  return spreadOf(sum, squares, count);
}
