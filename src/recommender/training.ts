/** Learns the blend's weights on held-out observations, and fits every model on everything. */
import { shareOfExamples, WeightLearner } from './blend-weights.js';
import type { BlendWeights } from './blend.js';
import { splitFolds, type Dataset } from './dataset.js';
import { reviveModel, type FittedModel } from './fitted-model.js';
import { ease } from './models/ease.js';
import { fitItemFactors, type FactorParameters } from './models/implicit-factors.js';
import { contentSimilarity, coPurchases, graphWalk, itemCosine } from './models/item-similarity.js';
import { countLikes, meanStrength } from './models/popularity.js';
import { fitRatings } from './models/rating-neighbourhood.js';
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
  weights: BlendWeights;
  /** Items by items: how often the same people bought both. */
  boughtTogether: SparseMatrix;
  /** Users by items: what is liked. */
  liked: SparseMatrix;
}

const folds = 5;
const itemNeighbours = 100;
const userNeighbours = 80;
const contentNeighbours = 50;
const companions = 30;
const regardPrior = 5;

/** EASE keeps a number for every pair of items; where there are more, those with the most users count. */
const mostItemsForEase = 3000;

const factorParameters: FactorParameters = { factors: 32, regularisation: 0.01, unobserved: 0.1, sweeps: 8, seed: 1 };

export function trainRecommender(dataset: Dataset, { onProgress = () => {}, seed = 1 }: Training = {}): TrainedRecommender {
  const weights = learnBlend(dataset, seed, (share, what) => onProgress(0.8 * share, what));
  const models = fitModels(dataset, (share, what) => onProgress(0.8 + share * 0.2, what));
  onProgress(1, 'done');
  return {
    items: dataset.items,
    users: dataset.users,
    models,
    weights,
    liked: dataset.liked,
    boughtTogether: coPurchases(dataset.bought, companions),
  };
}

/** Every observation is held out once, so that all of them teach how much each model should count. */
function learnBlend(dataset: Dataset, seed: number, onProgress: (share: number, what: string) => void): BlendWeights {
  const learner = new WeightLearner(modelNames(dataset));
  splitFolds(dataset, folds, seed).forEach(({ train, heldOut }, fold) => {
    const fitted = fitModels(train, (share, what) => onProgress((fold + share) / (folds + 1), `${what}, fold ${fold + 1}`));
    const models = fitted.map((one) => reviveModel(one, train.liked));
    learner.add(models, train, heldOut, shareOfExamples(dataset.users, folds));
  });
  onProgress(folds / (folds + 1), 'weights of the blend');
  return learner.learn();
}

interface ModelPlan {
  name: string;
  /** Whether the data has what the model needs. */
  suits: (dataset: Dataset) => boolean;
  fit: (dataset: Dataset) => FittedModel;
}

const always = (): boolean => true;

const plans: readonly ModelPlan[] = [
  { name: 'popularity', suits: always, fit: (dataset) => ({ kind: 'item-figure', name: 'popularity', figures: countLikes(dataset) }) },
  {
    name: 'regard',
    suits: always,
    fit: (dataset) => ({ kind: 'item-figure', name: 'regard', figures: meanStrength(dataset, regardPrior) }),
  },
  {
    name: 'expected-rating',
    suits: ({ ratings }) => ratings.values.length > 0,
    fit: ({ ratings }) => ({ kind: 'rating-neighbourhood', name: 'expected-rating', fitted: fitRatings(ratings) }),
  },
  {
    name: 'item-cosine',
    suits: always,
    fit: ({ liked }) => ({ kind: 'sparse-items', name: 'item-cosine', evidence: 'liked', similarities: itemCosine(liked, itemNeighbours) }),
  },
  { name: 'user-cosine', suits: always, fit: () => ({ kind: 'user-neighbourhood', name: 'user-cosine', neighbours: userNeighbours }) },
  {
    name: 'graph-walk',
    suits: always,
    fit: ({ strengths }) => {
      const similarities = graphWalk(strengths, { alpha: 0.8, beta: 0.4, neighbours: 2 * itemNeighbours });
      return { kind: 'sparse-items', name: 'graph-walk', evidence: 'strengths', similarities };
    },
  },
  { name: 'followed', suits: ({ follows }) => follows.indices.length > 0, fit: () => ({ kind: 'followed-taste', name: 'followed' }) },
  {
    name: 'content',
    suits: ({ content }) => content.indices.length > 0,
    fit: ({ content }) => ({
      kind: 'sparse-items',
      name: 'content',
      evidence: 'liked',
      similarities: contentSimilarity(content, contentNeighbours),
    }),
  },
  { name: 'ease-liked', suits: always, fit: ({ liked }) => fitEase('ease-liked', 'liked', liked, 300) },
  { name: 'ease', suits: always, fit: ({ strengths }) => fitEase('ease', 'strengths', strengths, 150) },
  {
    name: 'factors',
    suits: always,
    fit: ({ strengths }) => ({
      kind: 'implicit-factors',
      name: 'factors',
      itemFactors: fitItemFactors(strengths, factorParameters),
      parameters: factorParameters,
    }),
  },
];

function modelNames(dataset: Dataset): string[] {
  return plans.filter(({ suits }) => suits(dataset)).map(({ name }) => name);
}

function fitModels(dataset: Dataset, onProgress: (share: number, what: string) => void): FittedModel[] {
  const suiting = plans.filter(({ suits }) => suits(dataset));
  return suiting.map(({ name, fit }, at) => {
    onProgress(at / suiting.length, name);
    return fit(dataset);
  });
}

function fitEase(name: string, evidence: 'liked' | 'strengths', users: SparseMatrix, regularisation: number): FittedModel {
  return { kind: 'dense-items', name, evidence, fitted: ease(users, { regularisation, dropout: 0.2 }, mostItemsForEase) };
}
