/** What the models learn from. */
import { fromRows, lengthOf, mapValues, sparseMatrix, type SparseMatrix } from './sparse-matrix.js';

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

export interface DatasetInput {
  users: number;
  items: number;
  observations: readonly Observation[];
  follows: readonly (readonly [follower: number, followee: number])[];
  /** Each item's text and attributes, already as terms; may be shorter than the items. */
  terms: readonly (readonly string[])[];
}

const recencyHalfLife = 30 * 24 * 60 * 60 * 1000;

export function buildDataset({ users, items, observations, follows, terms }: DatasetInput): Dataset {
  const texts = Array.from({ length: items }, (_, item) => terms[item] ?? []);
  const vocabulary = vocabularyOf(texts);
  const newest = observations.reduce((latest, { at }) => Math.max(latest, at ?? -Infinity), -Infinity);
  const place = ({ user, item }: Observation, value: number) => ({ row: user, column: item, value });
  return {
    users,
    items,
    strengths: sparseMatrix(
      users,
      items,
      observations.map((one) => place(one, one.strength)),
    ),
    liked: sparseMatrix(
      users,
      items,
      observations.filter(({ liked }) => liked).map((one) => place(one, 1)),
    ),
    ratings: sparseMatrix(
      users,
      items,
      observations.filter(({ rating }) => rating !== null).map((one) => place(one, one.rating!)),
    ),
    bought: sparseMatrix(
      users,
      items,
      observations.filter(({ bought }) => bought).map((one) => place(one, 1)),
    ),
    recency: sparseMatrix(
      users,
      items,
      observations
        .filter(({ at }) => at !== undefined && at !== null)
        .map((one) => place(one, Math.max(1e-6, 0.5 ** ((newest - one.at!) / recencyHalfLife)))),
    ),
    follows: sparseMatrix(
      users,
      users,
      follows.map(([row, column]) => ({ row, column, value: 1 })),
    ),
    vocabulary,
    content: termVectors(texts, vocabulary),
  };
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

/** Splits the observations at random into folds; each fold holds its own out, and what was liked among them is to be found. */
export function splitFolds(dataset: Dataset, folds: number, seed: number): Holdout[] {
  const random = randomNumbers(seed);
  const foldOf = mapValues(dataset.strengths, () => 1 + Math.floor(random() * folds));
  return Array.from({ length: folds }, (_, fold) =>
    holdOut(
      dataset,
      mapValues(foldOf, (own) => Number(own === fold + 1)),
    ),
  );
}

/** @param held users by items: 1 for what is held out */
function holdOut(dataset: Dataset, held: SparseMatrix): Holdout {
  const isHeld = membership(held);
  const keep = (matrix: SparseMatrix): SparseMatrix => mapValues(matrix, (value, row, column) => (isHeld(row, column) ? 0 : value));
  const train = {
    ...dataset,
    strengths: keep(dataset.strengths),
    liked: keep(dataset.liked),
    ratings: keep(dataset.ratings),
    recency: keep(dataset.recency),
  };
  return { train, heldOut: mapValues(dataset.liked, (value, row, column) => (isHeld(row, column) ? value : 0)) };
}

function membership(matrix: SparseMatrix): (row: number, column: number) => boolean {
  const sets = new Map<number, Set<number>>();
  return (row, column) => {
    let set = sets.get(row);
    if (!set) sets.set(row, (set = new Set(matrix.indices.subarray(matrix.offsets[row], matrix.offsets[row + 1]))));
    return set.has(column);
  };
}

/** A reproducible sequence of numbers from 0 to 1. Source: mulberry32, T. Ettinger, public domain, 2017. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
