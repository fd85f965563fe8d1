/**
 * What one training leaves to the next, so that little new data costs little: the weights of the blend, the models whose fits
 * take longest and change least, and factors to go on from.
 */
import type { BlendWeights } from './blend.js';
import type { FittedModel } from './fitted-model.js';
import type { HyperParameters } from './parameters.js';
import type { TrainedRecommender } from './trained-recommender.js';

export interface WarmStart {
  weights: BlendWeights;
  /** By name: models that are taken over as they are, in the new numbering. */
  models: Record<string, FittedModel>;
  /** By item and factor; 0 for new items. */
  itemFactors: Float32Array;
  lineage: TrainedRecommender['lineage'];
}

/** With more new data, or after so many warm starts, everything is fitted anew. */
const mostNew = 0.05;
const maxWarmStarts = 20;
const takenOver = ['ease', 'ease-liked'];

interface Numbered {
  userIds: readonly string[];
  productIds: readonly string[];
}

/**
 * @returns null where everything must be fitted anew: somebody is gone whom the earlier models learnt from, a product is gone,
 *   there are other parameters or models, or much is new
 */
export function warmStartFrom(
  earlier: Numbered & { trained: TrainedRecommender },
  now: Numbered & { observations: number; parameters: HyperParameters; models: readonly string[] },
): WarmStart | null {
  const { trained } = earlier;
  const { observations, warmStarts } = trained.lineage;
  const grown = Math.abs(now.observations - observations) / Math.max(1, observations);
  if (grown > mostNew || warmStarts >= maxWarmStarts) return null;
  if (JSON.stringify(trained.parameters) !== JSON.stringify(now.parameters)) return null;
  if (trained.models.map(({ name }) => name).join() !== now.models.join()) return null;
  const users = new Set(now.userIds);
  const products = new Map(now.productIds.map((id, number) => [id, number]));
  if (!earlier.userIds.every((id) => users.has(id)) || !earlier.productIds.every((id) => products.has(id))) return null;
  const numbers = Uint32Array.from(earlier.productIds, (id) => products.get(id)!);
  return {
    weights: trained.weights,
    models: Object.fromEntries(
      trained.models.filter(({ name }) => takenOver.includes(name)).map((model) => [model.name, renumbered(model, numbers)]),
    ),
    itemFactors: renumberedFactors(trained, numbers, now.productIds.length),
    lineage: { observations, warmStarts: warmStarts + 1 },
  };
}

function renumbered(model: FittedModel, numbers: Uint32Array): FittedModel {
  if (model.kind !== 'dense-items') return model;
  return { ...model, fitted: { ...model.fitted, items: model.fitted.items.map((item) => numbers[item]!) } };
}

function renumberedFactors({ models }: TrainedRecommender, numbers: Uint32Array, items: number): Float32Array {
  const model = models.find(({ kind }) => kind === 'implicit-factors') as Extract<FittedModel, { kind: 'implicit-factors' }>;
  const { factors } = model.parameters;
  const found = new Float32Array(items * factors);
  numbers.forEach((number, item) => found.set(model.itemFactors.subarray(item * factors, (item + 1) * factors), number * factors));
  return found;
}
