/** Learns the blend's weights on held-out observations, and fits every model on everything. */
import { shareOfExamples, WeightLearner } from './blend-weights.js';
import type { BlendWeights } from './blend.js';
import { splitFolds, type Dataset, type Vocabulary } from './dataset.js';
import { reviveModel, type FittedModel } from './fitted-model.js';
import { ease } from './models/ease.js';
import { fitItemFactors } from './models/implicit-factors.js';
import { contentSimilarity, coPurchases, graphWalk, itemNeighbourhood } from './models/item-similarity.js';
import { countLikes, countRecent, meanStrength } from './models/popularity.js';
import { fitRatings } from './models/rating-neighbourhood.js';
import { defaultParameters, type HyperParameters } from './parameters.js';
import type { SparseMatrix } from './sparse-matrix.js';

export interface Training {
  /** 1 for everything the training does, else the share that is done. */
  onProgress?: (done: number, what: string) => void;
  seed?: number;
  parameters?: HyperParameters;
}

/** All that serving needs. */
export interface TrainedRecommender {
  items: number;
  users: number;
  models: FittedModel[];
  weights: BlendWeights;
  /** Items by items: how often the same people bought both. */
  boughtTogether: SparseMatrix;
  /** Items by items: how alike they are in whom they please, or else in their text; for lists that do not repeat themselves. */
  likeness: SparseMatrix;
  /** How telling each term is, for items that come after the training. */
  vocabulary: Vocabulary;
  /** Users by items: what is liked. */
  liked: SparseMatrix;
  parameters: HyperParameters;
}

const folds = 5;
const companions = 30;
const likenessNeighbours = 50;
const regardPrior = 5;

/** EASE keeps a number for every pair of items; where there are more, those with the most users count. */
const mostItemsForEase = 3000;

export function trainRecommender(
  dataset: Dataset,
  { onProgress = () => {}, seed = 1, parameters = defaultParameters }: Training = {},
): TrainedRecommender {
  const weights = learnBlend(dataset, parameters, seed, (share, what) => onProgress(0.8 * share, what));
  const models = fitModels(dataset, parameters, (share, what) => onProgress(0.8 + share * 0.2, what));
  onProgress(1, 'done');
  return {
    items: dataset.items,
    users: dataset.users,
    models,
    weights,
    liked: dataset.liked,
    boughtTogether: coPurchases(dataset.bought, companions),
    likeness: likenessOf(dataset),
    vocabulary: dataset.vocabulary,
    parameters,
  };
}

function likenessOf({ liked, content }: Dataset): SparseMatrix {
  if (content.indices.length > 0) return contentSimilarity(content, likenessNeighbours);
  return itemNeighbourhood(liked, { metric: 'cosine', neighbours: likenessNeighbours });
}

/** Every observation is held out once, so that all of them teach how much each model should count. */
function learnBlend(
  dataset: Dataset,
  parameters: HyperParameters,
  seed: number,
  onProgress: (share: number, what: string) => void,
): BlendWeights {
  const learner = new WeightLearner(modelNames(dataset));
  splitFolds(dataset, folds, seed).forEach(({ train, heldOut }, fold) => {
    const fitted = fitModels(train, parameters, (share, what) => onProgress((fold + share) / (folds + 1), `${what}, fold ${fold + 1}`));
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
  fit: (dataset: Dataset, parameters: HyperParameters) => FittedModel;
  /** The parameters that make this model what it is. */
  tunes?: keyof HyperParameters;
}

const always = (): boolean => true;

const plans: readonly ModelPlan[] = [
  { name: 'popularity', suits: always, fit: (dataset) => ({ kind: 'item-figure', name: 'popularity', figures: countLikes(dataset) }) },
  {
    name: 'trend',
    suits: ({ recency }) => recency.indices.length > 0,
    fit: (dataset) => ({ kind: 'item-figure', name: 'trend', figures: countRecent(dataset) }),
  },
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
    name: 'item-neighbours',
    suits: always,
    tunes: 'itemNeighbours',
    fit: ({ liked }, { itemNeighbours }) => ({
      kind: 'sparse-items',
      name: 'item-neighbours',
      evidence: 'liked',
      similarities: itemNeighbourhood(liked, itemNeighbours),
    }),
  },
  {
    name: 'user-neighbours',
    suits: always,
    tunes: 'userNeighbours',
    fit: (_dataset, { userNeighbours }) => ({ kind: 'user-neighbourhood', name: 'user-neighbours', parameters: userNeighbours }),
  },
  {
    name: 'graph-walk',
    suits: always,
    tunes: 'graphWalk',
    fit: ({ strengths, follows }, parameters) => {
      const similarities = graphWalk(strengths, follows, parameters.graphWalk);
      return { kind: 'sparse-items', name: 'graph-walk', evidence: 'strengths', similarities };
    },
  },
  { name: 'followed', suits: ({ follows }) => follows.indices.length > 0, fit: () => ({ kind: 'followed-taste', name: 'followed' }) },
  {
    name: 'content',
    suits: ({ content }) => content.indices.length > 0,
    tunes: 'content',
    fit: ({ content }, parameters) => ({
      kind: 'sparse-items',
      name: 'content',
      evidence: 'liked',
      similarities: contentSimilarity(content, parameters.content.neighbours),
    }),
  },
  {
    name: 'ease-liked',
    suits: always,
    tunes: 'easeLiked',
    fit: ({ liked }, { easeLiked }) => fitEase('ease-liked', 'liked', liked, easeLiked),
  },
  {
    name: 'ease',
    suits: always,
    tunes: 'ease',
    fit: ({ strengths }, parameters) => fitEase('ease', 'strengths', strengths, parameters.ease),
  },
  {
    name: 'factors',
    suits: always,
    tunes: 'factors',
    fit: ({ strengths }, { factors }) => ({
      kind: 'implicit-factors',
      name: 'factors',
      itemFactors: fitItemFactors(strengths, factors),
      parameters: factors,
    }),
  },
];

function modelNames(dataset: Dataset): string[] {
  return plans.filter(({ suits }) => suits(dataset)).map(({ name }) => name);
}

/** The models that have parameters to choose, where the data suits them. */
export function tunablePlans(dataset: Dataset): (ModelPlan & { tunes: keyof HyperParameters })[] {
  return plans.flatMap((plan) => (plan.tunes && plan.suits(dataset) ? [{ ...plan, tunes: plan.tunes }] : []));
}

/** Fits every model that the data suits, once. */
export function fitModels(
  dataset: Dataset,
  parameters: HyperParameters,
  onProgress: (share: number, what: string) => void = () => {},
): FittedModel[] {
  const suiting = plans.filter(({ suits }) => suits(dataset));
  return suiting.map(({ name, fit }, at) => {
    onProgress(at / suiting.length, name);
    return fit(dataset, parameters);
  });
}

function fitEase(name: string, evidence: 'liked' | 'strengths', users: SparseMatrix, parameters: HyperParameters['ease']): FittedModel {
  return { kind: 'dense-items', name, evidence, fitted: ease(users, parameters, mostItemsForEase) };
}
