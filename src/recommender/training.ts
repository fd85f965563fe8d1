/** Fits every model, learns the blend's weights on held-out observations, and fits again on everything. */
import { learnWeights } from './blend-weights.js';
import { holdOut, type Dataset } from './dataset.js';
import { reviveModel, type FittedModel } from './fitted-model.js';
import { ease } from './models/ease.js';
import { contentSimilarity, graphWalk, itemCosine } from './models/item-similarity.js';
import { countLikes, meanStrength } from './models/popularity.js';
import type { SparseMatrix } from './sparse-matrix.js';

export interface Training {
  /** 1 for everything the training does, else the share that is done. */
  onProgress?: (done: number, what: string) => void;
  seed?: number;
}

/** All that serving needs. */
export interface TrainedRecommender {
  items: number;
  users: number;
  models: FittedModel[];
  weights: number[];
  /** Users by items: what is liked. */
  liked: SparseMatrix;
}

const validationShare = 0.15;
const itemNeighbours = 100;
const userNeighbours = 80;
const contentNeighbours = 50;

/** EASE keeps a number for every pair of items; beyond so many the sparse models stand alone. */
const mostItemsForEase = 4096;

export function trainRecommender(dataset: Dataset, { onProgress = () => {}, seed = 1 }: Training = {}): TrainedRecommender {
  const { train, heldOut } = holdOut(dataset, validationShare, seed);
  const validating = fitModels(train, (share, what) => onProgress(share * 0.4, `${what}, for validation`));
  onProgress(0.4, 'weights of the blend');
  const weights = learnWeights(
    validating.map((fitted) => reviveModel(fitted, train.liked)),
    train,
    heldOut,
  );
  const models = fitModels(dataset, (share, what) => onProgress(0.5 + share * 0.5, what));
  onProgress(1, 'done');
  return { items: dataset.items, users: dataset.users, models, weights, liked: dataset.liked };
}

export function fitModels(dataset: Dataset, onProgress: (share: number, what: string) => void): FittedModel[] {
  const { liked, strengths, items, content } = dataset;
  const fits: [string, () => FittedModel[]][] = [
    ['popularity', () => [{ kind: 'item-figure', name: 'popularity', figures: countLikes(dataset) }]],
    ['regard', () => [{ kind: 'item-figure', name: 'regard', figures: meanStrength(dataset, 5) }]],
    [
      'item-cosine',
      () => [{ kind: 'sparse-items', name: 'item-cosine', evidence: 'liked', similarities: itemCosine(liked, itemNeighbours) }],
    ],
    ['user-cosine', () => [{ kind: 'user-neighbourhood', name: 'user-cosine', neighbours: userNeighbours }]],
    [
      'graph-walk',
      () => [
        {
          kind: 'sparse-items',
          name: 'graph-walk',
          evidence: 'liked',
          similarities: graphWalk(liked, { alpha: 0.8, beta: 0.4, neighbours: 2 * itemNeighbours }),
        },
      ],
    ],
    ['followed', () => (dataset.follows.indices.length > 0 ? [{ kind: 'followed-taste', name: 'followed' }] : [])],
    [
      'content',
      () =>
        content.indices.length > 0
          ? [{ kind: 'sparse-items', name: 'content', evidence: 'liked', similarities: contentSimilarity(content, contentNeighbours) }]
          : [],
    ],
    ['ease-liked', () => fitEase('ease-liked', 'liked', liked, items, 300)],
    ['ease-all', () => fitEase('ease-all', 'strengths', strengths, items, 150)],
  ];
  return fits.flatMap(([name, fit], at) => {
    onProgress(at / fits.length, name);
    return fit();
  });
}

function fitEase(name: string, evidence: 'liked' | 'strengths', users: SparseMatrix, items: number, regularisation: number): FittedModel[] {
  if (items > mostItemsForEase) return [];
  return [{ kind: 'dense-items', name, evidence, items, weights: ease(users, { regularisation, dropout: 0.2 }) }];
}
