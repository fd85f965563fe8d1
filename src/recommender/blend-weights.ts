/**
 * Learns how much each model of the blend should count, from observations that the models have not seen. The
 * objective is the likelihood that a held-out like is drawn before all else that could be recommended, a
 * listwise softmax. Source: Z. Cao et al., "Learning to rank: from pairwise approach to listwise approach"
 * (ListNet), 2007.
 */
import { equalWeights, logSize, spread, type BlendWeights } from './blend.js';
import type { Holdout } from './dataset.js';
import { solvePositiveDefinite } from './linear-algebra.js';
import type { Model, Profile } from './models/model.js';
import { profileOf } from './profile.js';
import { largest, rowOf } from './sparse-matrix.js';

const candidatesPerModel = 25;
const penalty = 0.01;
const steps = 20;
const damping = 1e-6;
const shortestStep = 1 / 1024;

/** A user's candidates, with each model's standardised score of each, candidate by candidate. */
export interface Example {
  features: Float32Array;
  relevant: number[];
  logSize: number;
}

/**
 * What models say of users with held-out likes.
 * @param models fitted on `train`, which lacks what is held out
 */
export function examplesOf(models: readonly Model[], { train, heldOut }: Holdout, users: readonly number[]): Example[] {
  const scores = models.map(() => new Float32Array(train.items));
  const known = new Uint8Array(train.items);
  return users
    .map((user) => exampleOf(models, profileOf(train, user), rowOf(heldOut, user).indices, scores, known))
    .filter(({ relevant }) => relevant.length > 0);
}

/** @param count of the models, in whose order the weights are */
export function learnWeights(examples: readonly Example[], count: number): BlendWeights {
  if (examples.length === 0) return equalWeights(Array.from({ length: count }, () => 1));
  const sizes = examples.map((example) => example.logSize);
  const meanLogSize = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const weights = new Float64Array(2 * count);
  for (let step = 0; step < steps; step++) if (improve(examples, weights, count, meanLogSize) < 1e-4) break;
  return {
    base: Array.from(weights.subarray(0, count)),
    bySize: Array.from(weights.subarray(count)),
    meanLogSize,
    leastLogSize: sizes.reduce((least, size) => Math.min(least, size), Infinity),
    mostLogSize: sizes.reduce((most, size) => Math.max(most, size), -Infinity),
  };
}

function exampleOf(models: readonly Model[], profile: Profile, relevant: Uint32Array, scores: Float32Array[], known: Uint8Array): Example {
  known.fill(0);
  for (let at = 0; at < profile.items.length; at++) known[profile.items[at]!] = 1;
  models.forEach((model, at) => {
    model.score(profile, scores[at]!);
    standardise(scores[at]!, known);
  });
  const items = candidatesOf(scores, known);
  const features = new Float32Array(items.length * models.length);
  items.forEach((item, at) => scores.forEach((own, model) => (features[at * models.length + model] = own[item]!)));
  const wanted = new Set(relevant);
  return { features, relevant: [...items.keys()].filter((at) => wanted.has(items[at]!)), logSize: logSize(profile) };
}

function standardise(scores: Float32Array, known: Uint8Array): void {
  const { mean, deviation } = spread(scores, known);
  for (let item = 0; item < scores.length; item++) scores[item] = deviation > 0 && !known[item] ? (scores[item]! - mean) / deviation : 0;
}

/**
 * The best of each model. What should be found and is not among them is left out: it could only teach that
 * low scores are good.
 */
function candidatesOf(scores: readonly Float32Array[], known: Uint8Array): number[] {
  const candidates = new Set<number>();
  for (const own of scores) for (const item of largest(own, candidatesPerModel)) if (!known[item]) candidates.add(item);
  return [...candidates].sort((a, b) => a - b);
}

/** One step of Newton's method. @returns how far it went */
function improve(examples: readonly Example[], weights: Float64Array, count: number, meanLogSize: number): number {
  const size = 2 * count;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const means = new Float64Array(count);
  const squares = new Float64Array(count * count);
  for (const { features, relevant, logSize: own } of examples) {
    const by = own - meanLogSize;
    means.fill(0);
    squares.fill(0);
    addMoments(features, count, probabilities(features, weights, count, by), means, squares);
    for (let row = 0; row < count; row++) {
      let wanted = 0;
      for (const at of relevant) wanted += features[at * count + row]!;
      const slope = (means[row]! - wanted / relevant.length) / examples.length;
      gradient[row]! += slope;
      gradient[count + row]! += by * slope;
      for (let column = 0; column < count; column++) {
        const curve = (squares[row * count + column]! - means[row]! * means[column]!) / examples.length;
        hessian[row * size + column]! += curve;
        hessian[(count + row) * size + column]! += by * curve;
        hessian[(count + row) * size + count + column]! += by * by * curve;
      }
    }
  }
  for (let at = 0; at < size; at++) {
    gradient[at]! += 2 * penalty * weights[at]!;
    hessian[at * size + at]! += 2 * penalty + damping;
  }
  return descend(examples, weights, solvePositiveDefinite(hessian, gradient, size), count, meanLogSize);
}

/** Goes as far along a direction as makes things better, at first all the way. @returns how far it went */
function descend(examples: readonly Example[], weights: Float64Array, direction: Float64Array, count: number, meanLogSize: number): number {
  const before = lossOf(examples, weights, count, meanLogSize);
  const start = weights.slice();
  for (let length = 1; length > shortestStep; length /= 2) {
    for (let at = 0; at < weights.length; at++) weights[at] = start[at]! - length * direction[at]!;
    if (lossOf(examples, weights, count, meanLogSize) < before) return length * Math.max(...direction.map(Math.abs));
  }
  weights.set(start);
  return 0;
}

/** The mean of -log the chance of each held-out like, and the penalty of the weights. */
function lossOf(examples: readonly Example[], weights: Float64Array, count: number, meanLogSize: number): number {
  let loss = 0;
  for (const { features, relevant, logSize: own } of examples) {
    const chances = probabilities(features, weights, count, own - meanLogSize);
    for (const at of relevant) loss -= Math.log(Math.max(chances[at]!, Number.MIN_VALUE)) / relevant.length;
  }
  return loss / examples.length + penalty * weights.reduce((sum, weight) => sum + weight * weight, 0);
}

/** The chance of each candidate to be drawn. */
function probabilities(features: Float32Array, weights: Float64Array, count: number, by: number): Float64Array {
  const chances = new Float64Array(features.length / count);
  let highest = -Infinity;
  for (let at = 0; at < chances.length; at++) {
    let score = 0;
    for (let model = 0; model < count; model++) score += (weights[model]! + by * weights[count + model]!) * features[at * count + model]!;
    chances[at] = score;
    highest = Math.max(highest, score);
  }
  let total = 0;
  for (let at = 0; at < chances.length; at++) total += chances[at] = Math.exp(chances[at]! - highest);
  for (let at = 0; at < chances.length; at++) chances[at]! /= total;
  return chances;
}

/** Adds the expectations of the features and, in the lower half, of their products. */
function addMoments(features: Float32Array, count: number, chances: Float64Array, means: Float64Array, squares: Float64Array): void {
  for (let at = 0; at < chances.length; at++) {
    for (let row = 0; row < count; row++) {
      const weighted = chances[at]! * features[at * count + row]!;
      means[row]! += weighted;
      for (let column = 0; column <= row; column++) squares[row * count + column]! += weighted * features[at * count + column]!;
    }
  }
  for (let row = 0; row < count; row++)
    for (let column = row + 1; column < count; column++) squares[row * count + column] = squares[column * count + row]!;
}
