/** An evaluation of a trained recommender: every model, the blend, and what sets them apart from each other. */
import { Blend } from './blend.js';
import type { Dataset } from './dataset.js';
import { diversify } from './diversity.js';
import { listsOf, type Reordering } from './evaluation.js';
import { coverage, gini, itemGroups, ListMeasures, type ItemGroups } from './exposure.js';
import { reviveModel } from './fitted-model.js';
import { ndcg, recall } from './metrics.js';
import type { Model } from './models/model.js';
import { accuracyIn, segmentsOf, type Segment, type SegmentName } from './segments.js';
import { rowOf, type SparseMatrix } from './sparse-matrix.js';
import { bootstrap, bootstrapRatio, exposureInterval, holm, pairedTest, type Interval, type PairedTest } from './statistics.js';
import type { TrainedRecommender } from './trained-recommender.js';

export interface SegmentFigures {
  segment: SegmentName;
  users: number;
  ndcg: Interval;
  recall: Interval;
}

/** How well one model does; all lists are of ten items. */
export interface ModelEvaluation {
  model: string;
  ndcg: Interval;
  recall: Interval;
  coverage: Interval;
  gini: Interval;
  novelty: Interval;
  diversity: Interval;
  /** The mean share of users who like the listed items. */
  popularity: Interval;
  /** Popularity of the lists divided by that of what the same users liked before; 1 is no bias. New users aside. */
  popularityLift: Interval;
  /** Share of the lists that is not of the most popular items. */
  tailShare: Interval;
  segments: SegmentFigures[];
}

/** A model beside the blend, by NDCG, over the same users. */
export interface ModelComparison extends PairedTest {
  model: string;
  /** The p-value, corrected for the number of comparisons. */
  adjustedP: number;
}

export interface EvaluationReport {
  split: 'RANDOM' | 'TEMPORAL' | 'GIVEN';
  /** Users who have something to find, and were ranked for. */
  users: number;
  newUsers: number;
  /** Items to be found that nobody had to do with before. */
  newItems: number;
  items: number;
  observations: number;
  /** Likes that were to be found. */
  likes: number;
  /** The blend, then the same made more diverse, then its models. */
  models: ModelEvaluation[];
  /** Of each model with the blend: above 0 where the blend is better. */
  comparisons: ModelComparison[];
}

export interface EvaluationOptions {
  split: EvaluationReport['split'];
  seed: number;
  /** How much relevance counts against variety in the diverse blend. */
  diversity: number;
  /** So many users are ranked for at most, from all over. */
  maxUsers?: number;
  onProgress?: (share: number, what: string) => void;
}

const k = 10;
export const blendName = 'blend';
export const diverseName = 'diverse-blend';

/** One user who is tested. */
interface Tested {
  user: number;
  relevant: ReadonlySet<number>;
}

interface Measured {
  train: Dataset;
  tested: Tested[];
  groups: ItemGroups;
  segments: Segment[];
  measures: ListMeasures;
  /** Popularity of what each tested user liked before; NaN for those who liked nothing. */
  liked: number[];
  seed: number;
}

/**
 * @param train what the recommender was trained on
 * @param heldOut users by items: what is to be found
 */
export function evaluateRecommender(
  trained: TrainedRecommender,
  train: Dataset,
  heldOut: SparseMatrix,
  options: EvaluationOptions,
): EvaluationReport {
  const { split, seed, maxUsers = Infinity, onProgress = () => {} } = options;
  const measured = measure(train, heldOut, maxUsers, seed);
  const ranked = rankersOf(trained, options.diversity);
  const accuracy = new Map<string, number[]>();
  const models = ranked.map(({ name, model, reorder }, at) => {
    onProgress(at / ranked.length, name);
    const users = measured.tested.map(({ user }) => user);
    const lists = listsOf(model, train, users, reorder);
    accuracy.set(
      name,
      lists.map((list, place) => ndcg(list, measured.tested[place]!.relevant, k)),
    );
    return figuresOf(name, lists, accuracy.get(name)!, measured);
  });
  const wanted = new Set(measured.tested.flatMap(({ relevant }) => [...relevant]));
  return {
    split,
    users: measured.tested.length,
    newUsers: measured.segments.find(({ name }) => name === 'NEW_USERS')?.places.length ?? 0,
    newItems: [...wanted].filter((item) => measured.groups.cold.has(item)).length,
    items: train.items,
    observations: train.strengths.indices.length,
    likes: measured.tested.reduce((sum, { relevant }) => sum + relevant.size, 0),
    models,
    comparisons: compareWithBlend(accuracy, seed),
  };
}

function measure(train: Dataset, heldOut: SparseMatrix, maxUsers: number, seed: number): Measured {
  const all: Tested[] = [];
  for (let user = 0; user < train.users; user++) {
    const relevant = new Set(rowOf(heldOut, user).indices);
    if (relevant.size > 0) all.push({ user, relevant });
  }
  const apart = Math.max(1, all.length / maxUsers);
  const tested = Array.from({ length: Math.min(all.length, maxUsers) }, (_, at) => all[Math.floor(at * apart)]!);
  const groups = itemGroups(train);
  const measures = new ListMeasures(train, groups);
  const liked = tested.map(({ user }) => {
    const { indices } = rowOf(train.liked, user);
    return indices.length === 0 ? NaN : measures.popularity(indices);
  });
  return { train, tested, groups, measures, liked, seed, segments: segmentsOf(train, groups, tested) };
}

/** What is evaluated: the blend as it serves, the same made more diverse, and each of its models. */
function rankersOf(trained: TrainedRecommender, lambda: number): { name: string; model: Model; reorder?: Reordering }[] {
  const models = trained.models.map((fitted) => reviveModel(fitted, trained.liked));
  const blend = servedBlend(models, trained);
  const reorder: Reordering = (ranking, scores) => {
    const ranked = ranking.map((item) => ({ item, score: scores[item]! }));
    return diversify(ranked, trained.likeness, lambda, k).map(({ item }) => item);
  };
  return [
    { name: blendName, model: blend },
    { name: diverseName, model: blend, reorder },
    ...models.map((model) => ({ name: model.name, model })),
  ];
}

/** Of whom nothing is known gets what is popular. */
function servedBlend(models: readonly Model[], trained: TrainedRecommender): Model {
  const blend = new Blend(models, trained.weights, trained.items);
  const popularity = models.find(({ name }) => name === 'popularity')!;
  return {
    name: blendName,
    score(profile, scores) {
      const isStranger = profile.items.length === 0 && profile.follows.length === 0;
      (isStranger ? popularity : blend).score(profile, scores);
    },
  };
}

function figuresOf(model: string, lists: number[][], accuracy: readonly number[], measured: Measured): ModelEvaluation {
  const { tested, measures, segments, train, liked, seed } = measured;
  const mean = (figure: (list: number[], place: number) => number): Interval => bootstrap(lists.map(figure), seed);
  const known = [...lists.keys()].filter((place) => !Number.isNaN(liked[place]));
  return {
    model,
    ndcg: bootstrap(accuracy, seed),
    recall: mean((list, place) => recall(list, tested[place]!.relevant, k)),
    coverage: exposureInterval(lists, train.items, coverage),
    gini: exposureInterval(lists, train.items, gini),
    novelty: mean((list) => measures.novelty(list)),
    diversity: mean((list) => measures.diversity(list)),
    popularity: mean((list) => measures.popularity(list)),
    popularityLift: bootstrapRatio(
      known.map((place) => measures.popularity(lists[place]!)),
      known.map((place) => liked[place]!),
      seed,
    ),
    tailShare: mean((list) => measures.tailShare(list)),
    segments: segments.map((segment) => {
      const found = accuracyIn(segment, lists, k);
      return {
        segment: segment.name,
        users: segment.places.length,
        ndcg: bootstrap(found.ndcg, seed),
        recall: bootstrap(found.recall, seed),
      };
    }),
  };
}

function compareWithBlend(accuracy: ReadonlyMap<string, readonly number[]>, seed: number): ModelComparison[] {
  const blend = accuracy.get(blendName)!;
  const others = [...accuracy].filter(([model]) => model !== blendName);
  const tests = others.map(([, values]) => pairedTest(blend, values, seed));
  const adjusted = holm(tests.map(({ p }) => p));
  return others.map(([model], at) => ({ model, ...tests[at]!, adjustedP: adjusted[at]! }));
}
