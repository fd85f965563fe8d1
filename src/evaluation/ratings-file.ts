/** Data sets for evaluation, straight from their files: the store is not asked. */
import { readEntries, type ReadingOptions, type ReadLine } from '../import/entries.js';
import { planFiles, trustFormat, type FormatChoice } from '../import/formats/catalogue.js';
import { inputFiles } from '../import/reading/input-files.js';
import type { ImportedRating } from '../import/record.js';
import { buildDataset, strengthOfRating, type Dataset, type Observation } from '../recommender/dataset.js';
import { sparseMatrix, type SparseMatrix } from '../recommender/sparse-matrix.js';

export interface RatingsFile {
  ratings: ImportedRating[];
  rejected: number;
}

/** Lines that are no ratings are counted and left out; of several ratings of one pair, the first counts. */
export async function readRatings(path: string, format: FormatChoice, options: ReadingOptions = {}): Promise<RatingsFile> {
  const ratings = new Map<string, ImportedRating>();
  let rejected = 0;
  for await (const { entry } of linesIn(path, format, options)) {
    const rating = entry?.rating;
    const pair = rating && `${rating.user}\0${rating.product}`;
    if (!entry || (pair && ratings.has(pair))) rejected++;
    else if (pair) ratings.set(pair, rating);
  }
  return { ratings: [...ratings.values()], rejected };
}

export async function readTrust(path: string): Promise<[string, string][]> {
  const pairs: [string, string][] = [];
  for await (const { entry } of linesIn(path, trustFormat, {})) {
    if (entry?.follow) pairs.push([entry.follow.follower, entry.follow.followee]);
  }
  return pairs;
}

async function* linesIn(path: string, format: FormatChoice, options: ReadingOptions): AsyncGenerator<ReadLine> {
  const input = await inputFiles(path);
  try {
    const planned = planFiles(path, input.files, format, input.single);
    // Of a whole data set, only the ratings count.
    for (const { file } of planned.filter((plan) => plan.format === format)) yield* readEntries(file, format, options);
  } finally {
    input.close();
  }
}

export interface Split {
  train: ImportedRating[];
  test: ImportedRating[];
}

export interface EvaluationData {
  dataset: Dataset;
  /** Users by items: what is in the test data and liked. */
  heldOut: SparseMatrix;
  /** Users by items: the ratings of the test data. */
  testRatings: SparseMatrix;
}

/**
 * Numbers users and items and builds what the models learn from out of the training data alone.
 * @param positive from which rating on an item counts as liked
 */
export function prepare({ train, test }: Split, trust: [string, string][], positive: number): EvaluationData {
  const users = numbering([...train, ...test].map(({ user }) => user));
  const items = numbering([...train, ...test].map(({ product }) => product));
  const most = train.reduce((highest, { rating }) => Math.max(highest, rating), 0);
  const observations = train.map(({ user, product, rating, at }): Observation => ({
    user: users.get(user)!,
    item: items.get(product)!,
    strength: strengthOfRating(rating, most),
    liked: rating >= positive,
    rating,
    at: at?.getTime() ?? null,
  }));
  const follows = trust.flatMap(([from, to]): [number, number][] => {
    const [follower, followee] = [users.get(from), users.get(to)];
    return follower === undefined || followee === undefined ? [] : [[follower, followee]];
  });
  const cells = (of: ImportedRating[], value: (rating: number) => number) =>
    sparseMatrix(
      users.size,
      items.size,
      of.map(({ user, product, rating }) => ({ row: users.get(user)!, column: items.get(product)!, value: value(rating) })),
    );
  return {
    dataset: buildDataset({ users: users.size, items: items.size, observations, follows, terms: [] }),
    heldOut: cells(
      test.filter(({ rating }) => rating >= positive),
      () => 1,
    ),
    testRatings: cells(test, (rating) => rating),
  };
}

function numbering(names: string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const name of names) if (!numbers.has(name)) numbers.set(name, numbers.size);
  return numbers;
}

/** Liked is what is at most one star (of five) below the best rating of the data: 4 of 5, 3 of 4, 8 of 10. */
export function defaultPositive(ratings: ImportedRating[]): number {
  const most = ratings.reduce((highest, { rating }) => Math.max(highest, rating), 0);
  return most <= 5 ? most - 1 : 0.8 * most;
}
