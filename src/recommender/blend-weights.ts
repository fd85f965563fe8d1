/** Learns how much each model of the blend should count, from observations that the models have not seen. */
import { spread } from './blend.js';
import type { Dataset } from './dataset.js';
import type { Model } from './models/model.js';
import { ndcg } from './metrics.js';
import { profileOf } from './profile.js';
import { largest, rowOf, type SparseMatrix } from './sparse-matrix.js';

const k = 10;
const candidatesPerModel = 60;
const mostUsers = 2000;
const steps = [0, 0.5, 0.8, 1.25, 2];
const startOfUnused = 0.1;
const rounds = 6;

/** A user's candidates, with each model's standardised score of each, model by model. */
interface Example {
  items: number[];
  features: Float32Array;
  relevant: Set<number>;
}

/**
 * Coordinate search for the highest NDCG@10 on held-out likes.
 * @param models fitted without what is held out
 * @returns one weight a model
 */
export function learnWeights(models: readonly Model[], train: Dataset, heldOut: SparseMatrix): number[] {
  const examples = collectExamples(models, train, heldOut);
  let weights: number[] = models.map(() => 1);
  if (examples.length === 0) return weights;
  let best = quality(examples, weights);
  for (let round = 0; round < rounds; round++) {
    const before = best;
    for (let model = 0; model < models.length; model++) {
      for (const step of steps) {
        const tried = weights.slice();
        tried[model] = weights[model] === 0 ? startOfUnused * (1 + step) : weights[model]! * step;
        const reached = quality(examples, tried);
        if (reached <= best) continue;
        best = reached;
        weights = tried;
      }
    }
    if (best - before < 1e-5) break;
  }
  return weights;
}

function collectExamples(models: readonly Model[], train: Dataset, heldOut: SparseMatrix): Example[] {
  const scores = models.map(() => new Float32Array(train.items));
  const masked = new Uint8Array(train.items);
  const users = Array.from({ length: train.users }, (_, user) => user).filter((user) => rowOf(heldOut, user).indices.length > 0);
  const stride = Math.max(1, Math.floor(users.length / mostUsers));
  return users
    .filter((_, at) => at % stride === 0)
    .map((user) => {
      const profile = profileOf(train, user);
      masked.fill(0);
      for (let at = 0; at < profile.items.length; at++) masked[profile.items[at]!] = 1;
      models.forEach((model, at) => {
        model.score(profile, scores[at]!);
        standardise(scores[at]!, masked);
      });
      const relevant = new Set(rowOf(heldOut, user).indices);
      const items = candidatesOf(scores, masked, relevant);
      const features = new Float32Array(items.length * models.length);
      scores.forEach((own, model) => items.forEach((item, at) => (features[model * items.length + at] = own[item]!)));
      return { items, features, relevant };
    });
}

function standardise(scores: Float32Array, masked: Uint8Array): void {
  const { mean, deviation } = spread(scores, masked);
  for (let item = 0; item < scores.length; item++) scores[item] = deviation > 0 ? (scores[item]! - mean) / deviation : 0;
}

function candidatesOf(scores: readonly Float32Array[], masked: Uint8Array, relevant: ReadonlySet<number>): number[] {
  const candidates = new Set(relevant);
  for (const own of scores) {
    let taken = 0;
    for (const item of largest(own, candidatesPerModel + masked.reduce((sum, one) => sum + one, 0))) {
      if (masked[item] || taken >= candidatesPerModel) continue;
      candidates.add(item);
      taken++;
    }
  }
  return [...candidates].sort((a, b) => a - b);
}

function quality(examples: readonly Example[], weights: readonly number[]): number {
  let sum = 0;
  for (const { items, features, relevant } of examples) {
    const totals = new Float32Array(items.length).fill(100);
    weights.forEach((weight, model) => {
      if (weight === 0) return;
      for (let at = 0; at < items.length; at++) totals[at]! += weight * features[model * items.length + at]!;
    });
    const ranking = largest(totals, k).map((at) => items[at]!);
    sum += ndcg(ranking, relevant, k);
  }
  return sum / examples.length;
}
