/**
 * What one training leaves to the next, so that little new data costs little: the weights of the blend, the models whose fits
 * take longest and change least, and factors to go on from.
 */
import type { BlendWeights } from './blend.js';
import type { FittedModel } from './fitted-model.js';
import type { HyperParameters } from './parameters.js';
import { GrowingMatrix, rowOf, type SparseMatrix } from './sparse-matrix.js';
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
const takenOver = ['ease', 'ease-liked', 'graph-walk'];

interface Numbered {
  userIds: readonly string[];
  productIds: readonly string[];
}

/** Why a training fits everything anew. */
export type Anew =
  | 'there is no training to go on from'
  | 'much of the data is new'
  | 'many trainings went on from the last whole one'
  | 'the parameters are others'
  | 'the models are others'
  | 'a user is gone'
  | 'a product is gone';

interface Current extends Numbered {
  observations: number;
  parameters: HyperParameters;
  models: readonly string[];
}

/** What an earlier training leaves to one of this data, or why it leaves nothing. */
export function warmStartFrom(
  earlier: (Numbered & { trained: TrainedRecommender }) | null,
  now: Current,
): { warm: WarmStart } | { anew: Anew } {
  // Trainings of before there were warm starts have no lineage.
  if (!earlier?.trained.lineage) return { anew: 'there is no training to go on from' };
  const { trained } = earlier;
  const products = new Map(now.productIds.map((id, number) => [id, number]));
  const anew = lossOf(earlier, now, products) ?? changeOf(trained, now);
  if (anew) return { anew };
  const numbers = Uint32Array.from(earlier.productIds, (id) => products.get(id)!);
  const warm: WarmStart = {
    weights: trained.weights,
    models: Object.fromEntries(
      trained.models
        .filter(({ name }) => takenOver.includes(name))
        .map((model) => [model.name, renumbered(model, numbers, now.productIds.length)]),
    ),
    itemFactors: renumberedFactors(trained, numbers, now.productIds.length),
    lineage: { ...trained.lineage, warmStarts: trained.lineage.warmStarts + 1 },
  };
  return { warm };
}

function changeOf({ lineage, parameters, models }: TrainedRecommender, now: Current): Anew | null {
  const grown = Math.abs(now.observations - lineage.observations) / Math.max(1, lineage.observations);
  if (grown > mostNew) return 'much of the data is new';
  if (lineage.warmStarts >= maxWarmStarts) return 'many trainings went on from the last whole one';
  if (JSON.stringify(parameters) !== JSON.stringify(now.parameters)) return 'the parameters are others';
  return models.map(({ name }) => name).join() === now.models.join() ? null : 'the models are others';
}

/** Whoever and whatever is gone must not be learnt from, and the earlier models did. */
function lossOf(earlier: Numbered, now: Numbered, products: ReadonlyMap<string, number>): Anew | null {
  const users = new Set(now.userIds);
  if (!earlier.userIds.every((id) => users.has(id))) return 'a user is gone';
  return earlier.productIds.every((id) => products.has(id)) ? null : 'a product is gone';
}

function renumbered(model: FittedModel, numbers: Uint32Array, items: number): FittedModel {
  if (model.kind === 'dense-items')
    return { ...model, fitted: { ...model.fitted, items: model.fitted.items.map((item) => numbers[item]!) } };
  if (model.kind === 'sparse-items') return { ...model, similarities: renumberedRows(model.similarities, numbers, items) };
  return model;
}

/** The rows of new items are empty. */
function renumberedRows(matrix: SparseMatrix, numbers: Uint32Array, items: number): SparseMatrix {
  const earlier = new Int32Array(items).fill(-1);
  numbers.forEach((number, item) => (earlier[number] = item));
  const found = new GrowingMatrix(items, items);
  const scratch = new Float32Array(items);
  for (const item of earlier) {
    if (item < 0) {
      found.add([], scratch);
      continue;
    }
    const { indices, values } = rowOf(matrix, item);
    const places = indices.map((other) => numbers[other]!);
    places.forEach((place, at) => (scratch[place] = values[at]!));
    found.add(places, scratch);
  }
  return found.matrix();
}

function renumberedFactors({ models }: TrainedRecommender, numbers: Uint32Array, items: number): Float32Array {
  const model = models.find(({ kind }) => kind === 'implicit-factors') as Extract<FittedModel, { kind: 'implicit-factors' }>;
  const { factors } = model.parameters;
  const found = new Float32Array(items * factors);
  numbers.forEach((number, item) => found.set(model.itemFactors.subarray(item * factors, (item + 1) * factors), number * factors));
  return found;
}
