/** What the models learn from. */
import { randomNumbers } from './random-numbers.js';
import { filterEntries, fromRows, lengthOf, matrixOfCells, sparseMatrix, type SparseMatrix } from './sparse-matrix.js';

/** What one user made of one item, all they did with it taken together. */
export interface Observation {
  user: number;
  item: number;
  /** How much it speaks for the user's interest, above 0 and up to 1. A rating of any kind is some interest. */
  strength: number;
  /** Whether they like it: what a recommendation should find. */
  liked: boolean;
  /** The rating they gave, on whatever scale the data has; null without one. */
  rating: number | null;
  /** Whether they bought it. */
  bought?: boolean;
  /** When it last happened, in milliseconds since 1970; null or left out where nobody knows. */
  at?: number | null;
}

/** A rating as interest: even a low one is some, and the square sets high ones apart. @returns above 0, up to 1 */
export function strengthOfRating(rating: number, most: number): number {
  return Math.max(0.01, (rating / most) ** 2);
}

export interface Dataset {
  users: number;
  items: number;
  /** Users by items: the strength of every observation. */
  strengths: SparseMatrix;
  /** Users by items: 1 for what is liked. */
  liked: SparseMatrix;
  /** Users by items: the ratings, where there are any. */
  ratings: SparseMatrix;
  /** Users by items: 1 for what they bought. */
  bought: SparseMatrix;
  /** Users by items: how fresh each observation is, 1 for the latest of all, halved with every month; empty without times. */
  recency: SparseMatrix;
  /** Users by users: 1 for whom they follow. */
  follows: SparseMatrix;
  vocabulary: Vocabulary;
  /** Items by terms: the TF-IDF vector of each item's text, of length 1. */
  content: SparseMatrix;
}

/** Observations side by side, a column for each of their properties: a tenth of the memory of as many objects. */
export interface ObservationColumns {
  users: Uint32Array;
  items: Uint32Array;
  strengths: Float32Array;
  /** NaN without one. */
  ratings: Float32Array;
  /** NaN where nobody knows. */
  times: Float64Array;
  /** `likedFlag` and `boughtFlag`, added. */
  flags: Uint8Array;
}

export const likedFlag = 1;
const boughtFlag = 2;

/** Collects observations one by one. */
export class ObservationTable {
  private count = 0;
  private held = columnsOfLength(1024);

  add({ user, item, strength, liked, rating, bought, at }: Observation): void {
    if (this.count === this.held.users.length) this.held = grown(this.held);
    const { users, items, strengths, ratings, times, flags } = this.held;
    const place = this.count++;
    users[place] = user;
    items[place] = item;
    strengths[place] = strength;
    ratings[place] = rating ?? NaN;
    times[place] = at ?? NaN;
    flags[place] = (liked ? likedFlag : 0) + (bought ? boughtFlag : 0);
  }

  get length(): number {
    return this.count;
  }

  columns(): ObservationColumns {
    const { users, items, strengths, ratings, times, flags } = this.held;
    const end = this.count;
    return {
      users: users.subarray(0, end),
      items: items.subarray(0, end),
      strengths: strengths.subarray(0, end),
      ratings: ratings.subarray(0, end),
      times: times.subarray(0, end),
      flags: flags.subarray(0, end),
    };
  }
}

function columnsOfLength(length: number): ObservationColumns {
  return {
    users: new Uint32Array(length),
    items: new Uint32Array(length),
    strengths: new Float32Array(length),
    ratings: new Float32Array(length),
    times: new Float64Array(length),
    flags: new Uint8Array(length),
  };
}

function grown(columns: ObservationColumns): ObservationColumns {
  const larger = columnsOfLength(2 * columns.users.length);
  larger.users.set(columns.users);
  larger.items.set(columns.items);
  larger.strengths.set(columns.strengths);
  larger.ratings.set(columns.ratings);
  larger.times.set(columns.times);
  larger.flags.set(columns.flags);
  return larger;
}

export interface DatasetInput {
  users: number;
  items: number;
  observations: readonly Observation[] | ObservationColumns;
  follows: readonly (readonly [follower: number, followee: number])[];
  /** Each item's text and attributes, already as terms; may be shorter than the items. */
  terms: readonly (readonly string[])[];
}

const recencyHalfLife = 30 * 24 * 60 * 60 * 1000;

export function buildDataset({ users, items, observations, follows, terms }: DatasetInput): Dataset {
  const texts = Array.from({ length: items }, (_, item) => terms[item] ?? []);
  const vocabulary = vocabularyOf(texts);
  const columns = 'users' in observations ? observations : columnsOf(observations);
  const newest = latestOf(columns.times);
  const matrix = (valueAt: (place: number) => number): SparseMatrix => matrixOfColumns(users, items, columns, valueAt);
  return {
    users,
    items,
    strengths: matrix((at) => columns.strengths[at]!),
    liked: matrix((at) => (columns.flags[at]! & likedFlag ? 1 : NaN)),
    ratings: matrix((at) => columns.ratings[at]!),
    bought: matrix((at) => (columns.flags[at]! & boughtFlag ? 1 : NaN)),
    recency: matrix((at) => Math.max(1e-6, 0.5 ** ((newest - columns.times[at]!) / recencyHalfLife))),
    follows: sparseMatrix(
      users,
      users,
      follows.map(([row, column]) => ({ row, column, value: 1 })),
    ),
    vocabulary,
    content: termVectors(texts, vocabulary),
  };
}

function latestOf(times: Float64Array): number {
  let latest = -Infinity;
  for (const at of times) if (at > latest) latest = at;
  return latest;
}

function columnsOf(observations: readonly Observation[]): ObservationColumns {
  const table = new ObservationTable();
  for (const observation of observations) table.add(observation);
  return table.columns();
}

/** @param valueAt the value of each observation; NaN leaves it out */
function matrixOfColumns(users: number, items: number, columns: ObservationColumns, valueAt: (place: number) => number): SparseMatrix {
  const length = columns.users.length;
  const cells = { rows: new Uint32Array(length), columns: new Uint32Array(length), values: new Float32Array(length) };
  let count = 0;
  for (let at = 0; at < length; at++) {
    const value = valueAt(at);
    if (Number.isNaN(value)) continue;
    cells.rows[count] = columns.users[at]!;
    cells.columns[count] = columns.items[at]!;
    cells.values[count++] = value;
  }
  return matrixOfCells(users, items, {
    rows: cells.rows.subarray(0, count),
    columns: cells.columns.subarray(0, count),
    values: cells.values.subarray(0, count),
  });
}

/** Which terms there are, and how many items have each: what makes a term telling. */
export interface Vocabulary {
  items: number;
  terms: Map<string, number>;
  /** By the number of the term. */
  documentFrequency: number[];
}

export function vocabularyOf(items: readonly (readonly string[])[]): Vocabulary {
  const vocabulary: Vocabulary = { items: items.length, terms: new Map(), documentFrequency: [] };
  for (const terms of items) {
    for (const term of new Set(terms)) {
      const number = vocabulary.terms.get(term) ?? vocabulary.terms.size;
      vocabulary.terms.set(term, number);
      vocabulary.documentFrequency[number] = (vocabulary.documentFrequency[number] ?? 0) + 1;
    }
  }
  return vocabulary;
}

/**
 * TF-IDF with sublinear term frequency, each vector of length 1; terms that the vocabulary lacks count as new.
 * Source: G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval", 1988.
 */
export function termVectors(items: readonly (readonly string[])[], vocabulary: Vocabulary): SparseMatrix {
  const { terms: known, documentFrequency } = vocabulary;
  const numbers = new Map(known);
  const rows = items.map((terms) => {
    const counts = new Map<number, number>();
    for (const term of terms) {
      const number = numbers.get(term) ?? numbers.size;
      numbers.set(term, number);
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    const indices = Uint32Array.from(counts.keys()).sort();
    const values = Float32Array.from(
      indices,
      (term) => (1 + Math.log(counts.get(term)!)) * Math.log((1 + vocabulary.items) / (1 + (documentFrequency[term] ?? 0))),
    );
    const length = lengthOf(values) || 1;
    return { indices, values: values.map((value) => value / length) };
  });
  return fromRows(Math.max(1, numbers.size), rows);
}

/** Lower-case words of three letters and more. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
}

export interface Holdout {
  train: Dataset;
  /** Users by items: what was liked and is held out. */
  heldOut: SparseMatrix;
}

/**
 * Splits the observations at random into folds; each fold holds its own out, and what was liked among them is to be found.
 * @param users whose observations may be held out; everybody's where left out
 * @param count how many of the folds to make; all where left out
 */
export function splitFolds(
  dataset: Dataset,
  folds: number,
  seed: number,
  { users, count = folds }: { users?: ReadonlySet<number>; count?: number } = {},
): Holdout[] {
  const random = randomNumbers(seed);
  const foldOf = new Uint8Array(dataset.strengths.indices.length);
  for (let user = 0; user < dataset.users; user++) {
    if (users && !users.has(user)) continue;
    const to = dataset.strengths.offsets[user + 1]!;
    for (let at = dataset.strengths.offsets[user]!; at < to; at++) foldOf[at] = 1 + Math.floor(random() * folds);
  }
  return Array.from({ length: count }, (_, fold) => holdOut(dataset, (at) => foldOf[at] === fold + 1));
}

/** @param isHeld says of each entry of the strengths whether it is held out */
function holdOut(dataset: Dataset, isHeld: (at: number) => boolean): Holdout {
  const { strengths } = dataset;
  const heldBy = new Uint32Array(dataset.items);
  let marked = -1;
  /** Matrices are asked for row by row, so one row's marks are enough. */
  const held = (user: number, item: number): boolean => {
    if (marked !== user) {
      for (let at = strengths.offsets[user]!; at < strengths.offsets[user + 1]!; at++)
        if (isHeld(at)) heldBy[strengths.indices[at]!] = user + 1;
      marked = user;
    }
    return heldBy[item] === user + 1;
  };
  const without = (matrix: SparseMatrix): SparseMatrix => filterEntries(matrix, (at, row) => !held(row, matrix.indices[at]!));
  const { liked } = dataset;
  const train = {
    ...dataset,
    strengths: filterEntries(strengths, (at) => !isHeld(at)),
    liked: without(liked),
    ratings: without(dataset.ratings),
    recency: without(dataset.recency),
  };
  return { train, heldOut: filterEntries(liked, (at, row) => held(row, liked.indices[at]!)) };
}
