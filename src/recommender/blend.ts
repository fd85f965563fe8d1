/** Several models as one: each model's scores are standardised for the user at hand, weighted and added. */
import { isItemModel, type Model, type Profile } from './models/model.js';

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

export class Blend implements Model {
  readonly name = 'blend';
  private readonly scores: Float32Array;
  private readonly known: Uint8Array;

  constructor(
    readonly models: readonly Model[],
    readonly weights: BlendWeights,
    readonly items: number,
  ) {
    this.scores = new Float32Array(items);
    this.known = new Uint8Array(items);
  }

  score(profile: Profile, total: Float32Array): void {
    total.fill(0);
    this.eachStandardised(profile, (model, mean, deviation) => {
      const factor = this.weightFor(profile, model) / deviation;
      for (let item = 0; item < this.items; item++) total[item]! += factor * (this.scores[item]! - mean);
    });
  }

  /** What `contributions` needs to know of a profile, once for all items that are to be explained. */
  scalesFor(profile: Profile): Float32Array {
    const scales = new Float32Array(this.models.length);
    this.eachStandardised(profile, (model, _mean, deviation) => (scales[model] = this.weightFor(profile, model) / deviation));
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
    const { base, bySize, meanLogSize, leastLogSize, mostLogSize } = this.weights;
    const size = Math.min(mostLogSize, Math.max(leastLogSize, logSize(profile)));
    return base[model]! + bySize[model]! * (size - meanLogSize);
  }

  /** Runs each model with weight and says the mean and deviation of its scores over the items that are new to the user. */
  private eachStandardised(profile: Profile, use: (model: number, mean: number, deviation: number) => void): void {
    for (let at = 0; at < profile.items.length; at++) this.known[profile.items[at]!] = 1;
    this.models.forEach((model, index) => {
      if (this.weightFor(profile, index) === 0) return;
      model.score(profile, this.scores);
      const { mean, deviation } = spread(this.scores, this.known);
      if (deviation > 0) use(index, mean, deviation);
    });
    for (let at = 0; at < profile.items.length; at++) this.known[profile.items[at]!] = 0;
  }
}

/** The mean and standard deviation of the scores that are not masked. */
export function spread(scores: Float32Array, masked: Uint8Array): { mean: number; deviation: number } {
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
  const mean = count === 0 ? 0 : sum / count;
  return { mean, deviation: count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}
