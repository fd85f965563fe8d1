/** Learns the blend's weights on held-out observations, and fits every model on everything. */
import { examplesOf, learnWeights, type Example } from './blend-weights.js';
import { splitFolds, type Dataset } from './dataset.js';
import { reviveModel, type FittedModel } from './fitted-model.js';
import { ease } from './models/ease.js';
import { fitItemFactors, sumsOfFactors } from './models/implicit-factors.js';
import { contentSimilarity, coPurchases, graphWalk, itemNeighbourhood } from './models/item-similarity.js';
import { countLikes, countRecent, meanStrength } from './models/popularity.js';
import { fitRatings } from './models/rating-neighbourhood.js';
import { fitUsers } from './models/user-similarity.js';
import { defaultParameters, type HyperParameters } from './parameters.js';
import { shareArrays } from './shared-arrays.js';
import type { SparseMatrix } from './sparse-matrix.js';
import type { TrainedRecommender } from './trained-recommender.js';
import type { WarmStart } from './warm-start.js';

/** What one training works on: the data sets that models are fitted on, and what each but the last lacks. */
export interface TrainingPlan {
  /** One for each fold that weights are learnt on; then everything. */
  datasets: Dataset[];
  /** By fold. */
  heldOut: SparseMatrix[];
  /** By fold: the users whom weights are learnt from. */
  learners: number[][];
  /** The data set that the models of the recommender are fitted on. */
  serving: number;
  parameters: HyperParameters;
  /** What an earlier training leaves to this one; null where everything is fitted anew. */
  warm: WarmStart | null;
}

/** A part of a training that needs no other but those whose result it holds; it gives the same wherever it runs. */
export type TrainingTask =
  | { kind: 'fit'; dataset: number; model: string }
  | { kind: 'companions' | 'likeness'; dataset: number }
  | { kind: 'examples'; dataset: number; models: FittedModel[]; users: number[] };

export interface TrainingResults {
  fit: FittedModel;
  companions: SparseMatrix;
  likeness: SparseMatrix;
  examples: Example[];
}

/** Runs tasks, those that were given first first, or several at once. */
export type TaskRunner = <Task extends TrainingTask>(task: Task) => Promise<TrainingResults[Task['kind']]>;

export interface Training {
  /** 1 for everything the training does, else the share that is done. */
  onProgress?: (done: number, what: string) => void;
  seed?: number;
  parameters?: HyperParameters;
  /** What an earlier training of almost the same data leaves, if any. */
  warm?: WarmStart | null;
  /** Who runs the tasks of a plan; this thread, one after the other, where left out. */
  start?: (plan: TrainingPlan) => { run: TaskRunner; stop: () => void };
}

const shares = 5;
/** So many users teach the weights well enough; with fewer, more folds are made, so that each of them teaches more. */
const enoughLearners = 1500;
/** What is held out of so small a share of the data is not missed: the models that weights are learnt with may serve. */
const negligibleShare = 0.01;
const usersPerTask = 250;
const textModel = 'content';
const neighbourModel = 'item-neighbours';
const companions = 30;
const likenessNeighbours = 50;
const likenessMetric = 'cosine';
const regardPrior = 5;
/** Factors that are almost right need few sweeps. */
const warmSweeps = 2;

/** EASE keeps a number for every pair of items; where there are more, those with the most users count. */
const mostItemsForEase = 3000;

export function planTraining(dataset: Dataset, seed: number, parameters: HyperParameters, warm: WarmStart | null = null): TrainingPlan {
  if (warm) return { datasets: [dataset], heldOut: [], learners: [], serving: 0, parameters, warm };
  const candidates = Array.from({ length: dataset.users }, (_, user) => user).filter((user) => sizeOf(dataset.liked, user) > 0);
  const learners = evenly(candidates, enoughLearners);
  const count = Math.max(1, Math.min(shares, Math.ceil(enoughLearners / Math.max(1, learners.length))));
  const holdouts = splitFolds(dataset, shares, seed, { users: new Set(learners), count });
  const heldEntries = learners.reduce((sum, user) => sum + sizeOf(dataset.strengths, user), 0) / shares;
  const isNegligible = count === 1 && heldEntries <= negligibleShare * dataset.strengths.indices.length;
  return {
    datasets: [...holdouts.map(({ train }) => train), ...(isNegligible ? [] : [dataset])],
    heldOut: holdouts.map(({ heldOut }) => heldOut),
    learners: holdouts.map(({ heldOut }) => learners.filter((user) => sizeOf(heldOut, user) > 0)),
    serving: isNegligible ? 0 : count,
    parameters,
    warm,
  };
}

function sizeOf(matrix: SparseMatrix, row: number): number {
  return matrix.offsets[row + 1]! - matrix.offsets[row]!;
}

/** So many of a list, from all over it. */
function evenly(list: readonly number[], most: number): number[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, at) => list[Math.floor((at * list.length) / most)]!);
}

/** Does what a task says, in this thread. */
export function runTask<Task extends TrainingTask>(plan: TrainingPlan, task: Task): TrainingResults[Task['kind']] {
  return resultOf(plan, task) as TrainingResults[Task['kind']];
}

function resultOf({ datasets, heldOut, parameters, warm }: TrainingPlan, task: TrainingTask): TrainingResults[keyof TrainingResults] {
  const dataset = datasets[task.dataset]!;
  switch (task.kind) {
    case 'fit':
      return plans.find(({ name }) => name === task.model)!.fit(dataset, parameters, warm);
    case 'companions':
      return coPurchases(dataset.bought, companions);
    case 'likeness':
      return likenessOf(dataset);
    case 'examples': {
      const models = task.models.map((fitted) => reviveModel(fitted, dataset.liked));
      return examplesOf(models, { train: dataset, heldOut: heldOut[task.dataset]! }, task.users);
    }
  }
}

/** The same data, seed and parameters give the same recommender, whoever runs the tasks. */
export async function trainRecommender(dataset: Dataset, training: Training = {}): Promise<TrainedRecommender> {
  const { onProgress = () => {}, seed = 1, parameters = defaultParameters, warm = null, start } = training;
  const planned = planTraining(dataset, seed, parameters, warm);
  const plan = start ? shareArrays(planned) : planned;
  const { run, stop } = start?.(plan) ?? { run: async (task) => runTask(plan, task), stop: () => {} };
  const names = modelNames(dataset);
  try {
    return await runPlan(dataset, plan, withProgress(run, plan, names, onProgress), names);
  } finally {
    stop();
    onProgress(1, 'done');
  }
}

async function runPlan(dataset: Dataset, plan: TrainingPlan, run: TaskRunner, names: readonly string[]): Promise<TrainedRecommender> {
  const fit = async (at: number, model: string): Promise<FittedModel> =>
    plan.warm?.models[model] ?? run({ kind: 'fit', dataset: at, model });
  // Texts are the same in every fold.
  const byText = names.includes(textModel) ? fit(0, textModel) : null;
  const fits = plan.datasets.map((_, at) => names.map((model) => (model === textModel ? byText! : fit(at, model))));
  const fitted = fits.map((models) => Promise.all(models));
  const last = plan.datasets.length - 1;
  const telling = tellsLikeness(plan.parameters, byText !== null);
  const likenessTask = async (): Promise<SparseMatrix> =>
    (telling ? neighboursIn(await fits[last]![names.indexOf(telling)]!) : null) ?? run({ kind: 'likeness', dataset: last });
  const others = Promise.all([run({ kind: 'companions', dataset: last }), likenessTask()]);
  const examples = plan.learners.map(async (users, fold) => {
    const models = await fitted[fold]!;
    const tasks = chunksOf(users, usersPerTask).map((some) => run({ kind: 'examples', dataset: fold, models, users: some }));
    return (await Promise.all(tasks)).flat();
  });
  const [models, [boughtTogether, likeness], learnt] = await Promise.all([fitted[plan.serving]!, others, Promise.all(examples)]);
  return {
    items: dataset.items,
    users: dataset.users,
    models,
    weights: plan.warm?.weights ?? learnWeights(learnt.flat(), names.length),
    liked: dataset.liked,
    boughtTogether,
    likeness,
    vocabulary: dataset.vocabulary,
    parameters: plan.parameters,
    lineage: plan.warm?.lineage ?? { observations: dataset.strengths.indices.length, warmStarts: 0 },
  };
}

/** The model that knows enough to say how alike items are; null where none does. */
function tellsLikeness({ content, itemNeighbours }: HyperParameters, hasTexts: boolean): string | null {
  if (hasTexts) return content.neighbours >= likenessNeighbours ? textModel : null;
  const { metric, neighbours } = itemNeighbours;
  return metric === likenessMetric && neighbours >= likenessNeighbours ? neighbourModel : null;
}

function neighboursIn(model: FittedModel): SparseMatrix | null {
  return model.kind === 'sparse-items' ? model.similarities : null;
}

function chunksOf(list: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

/** Reports each task that is done, as one of all there are. */
function withProgress(
  run: TaskRunner,
  plan: TrainingPlan,
  names: readonly string[],
  onProgress: (done: number, what: string) => void,
): TaskRunner {
  const chunks = plan.learners.reduce((sum, users) => sum + Math.ceil(users.length / usersPerTask), 0);
  const texts = Number(names.includes(textModel));
  const total = plan.datasets.length * (names.length - texts) + texts + 2 + chunks;
  let done = 0;
  return async (task) => {
    const result = await run(task);
    onProgress(Math.min(0.99, ++done / total), task.kind === 'fit' ? task.model : task.kind);
    return result;
  };
}

function likenessOf({ liked, content }: Dataset): SparseMatrix {
  if (content.indices.length > 0) return contentSimilarity(content, likenessNeighbours);
  return itemNeighbourhood(liked, { metric: likenessMetric, neighbours: likenessNeighbours });
}

interface ModelPlan {
  name: string;
  /** Whether the data has what the model needs. */
  suits: (dataset: Dataset) => boolean;
  fit: (dataset: Dataset, parameters: HyperParameters, warm?: WarmStart | null) => FittedModel;
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
    name: neighbourModel,
    suits: always,
    tunes: 'itemNeighbours',
    fit: ({ liked }, { itemNeighbours }) => ({
      kind: 'sparse-items',
      name: neighbourModel,
      evidence: 'liked',
      similarities: itemNeighbourhood(liked, itemNeighbours),
    }),
  },
  {
    name: 'user-neighbours',
    suits: always,
    tunes: 'userNeighbours',
    fit: ({ liked }, { userNeighbours }) => ({
      kind: 'user-neighbourhood',
      name: 'user-neighbours',
      parameters: userNeighbours,
      fitted: fitUsers(liked),
    }),
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
    name: textModel,
    suits: ({ content }) => content.indices.length > 0,
    tunes: 'content',
    fit: ({ content }, parameters) => ({
      kind: 'sparse-items',
      name: textModel,
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
    fit: ({ strengths }, { factors }, warm) => {
      const itemFactors = warm
        ? fitItemFactors(strengths, { ...factors, sweeps: warmSweeps }, warm.itemFactors)
        : fitItemFactors(strengths, factors);
      return { kind: 'implicit-factors', name: 'factors', itemFactors, parameters: factors, sums: sumsOfFactors(itemFactors, factors) };
    },
  },
];

/** The models that the data suits, in the order of the weights. */
export function modelNames(dataset: Dataset): string[] {
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
