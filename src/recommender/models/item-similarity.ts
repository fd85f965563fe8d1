/** Models that hold how much one item speaks for another: a score is the sum over the items of the profile. */
import { newKernel } from '../compiled-kernel.js';
import { bytesOfSparse } from '../kernel.js';
import { filterEntries, fromRows, GrowingMatrix, largest, lengthOf, rowOf, transpose, type SparseMatrix } from '../sparse-matrix.js';
import type { EaseWeights } from './ease.js';
import type { HyperParameters, NeighbourhoodMetric } from '../parameters.js';
import type { ItemModel, Profile, SparseModel } from './model.js';

/** Which of a profile's items a model looks at, and with what weight. */
export type Evidence = 'liked' | 'strengths';

export function evidenceOf(profile: Profile, at: number, evidence: Evidence): number {
  return evidence === 'liked' ? Number(profile.liked[at]) : profile.strengths[at]!;
}

export class SparseItemModel implements ItemModel, SparseModel {
  private readonly touched: Uint32Array;

  constructor(
    readonly name: string,
    readonly evidence: Evidence,
    readonly similarities: SparseMatrix,
  ) {
    this.touched = new Uint32Array(similarities.rows);
  }

  score(profile: Profile, scores: Float32Array): void {
    scores.fill(0);
    this.scoreTouched(profile, scores, this.touched);
  }

  scoreTouched(profile: Profile, scores: Float32Array, touched: Uint32Array): number {
    const { offsets, indices, values } = this.similarities;
    let count = 0;
    for (let at = 0; at < profile.items.length; at++) {
      const weight = evidenceOf(profile, at, this.evidence);
      if (weight === 0) continue;
      const item = profile.items[at]!;
      for (let entry = offsets[item]!; entry < offsets[item + 1]!; entry++) {
        const other = indices[entry]!;
        if (scores[other] === 0) touched[count++] = other;
        scores[other]! += weight * values[entry]!;
      }
    }
    return count;
  }

  contribution(profile: Profile, at: number, item: number): number {
    const { indices, values } = rowOf(this.similarities, profile.items[at]!);
    const place = indices.indexOf(item);
    return place < 0 ? 0 : evidenceOf(profile, at, this.evidence) * values[place]!;
  }
}

const rowsAtOnce = 4;

/** Weights between all pairs of some items; of the others it knows nothing. */
export class DenseItemModel implements ItemModel, SparseModel {
  private readonly places: Int32Array;
  private readonly sums: Float64Array;

  /** @param catalogue how many items there are in all */
  constructor(
    readonly name: string,
    readonly evidence: Evidence,
    readonly fitted: EaseWeights,
    catalogue: number,
  ) {
    this.places = new Int32Array(catalogue).fill(-1);
    this.sums = new Float64Array(fitted.items.length);
    fitted.items.forEach((item, at) => (this.places[item] = at));
  }

  score(profile: Profile, scores: Float32Array): void {
    scores.fill(0);
    this.addUp(profile, scores);
  }

  scoreTouched(profile: Profile, scores: Float32Array, touched: Uint32Array): number {
    this.addUp(profile, scores);
    touched.set(this.fitted.items);
    return this.fitted.items.length;
  }

  /** Four rows at a time, since reading and writing the sums takes as long as adding. */
  private addUp(profile: Profile, scores: Float32Array): void {
    const { items, weights } = this.fitted;
    const { sums } = this;
    const width = items.length;
    const { rows, factors } = this.rowsOf(profile);
    sums.fill(0);
    for (let at = 0; at < rows.length; at += rowsAtOnce) {
      const [a, b, c, d] = [rows[at]!, rows[at + 1]!, rows[at + 2]!, rows[at + 3]!];
      const [first, second, third, fourth] = [factors[at]!, factors[at + 1]!, factors[at + 2]!, factors[at + 3]!];
      for (let other = 0; other < width; other++)
        sums[other]! +=
          first * weights[a + other]! + second * weights[b + other]! + third * weights[c + other]! + fourth * weights[d + other]!;
    }
    for (let other = 0; other < width; other++) scores[items[other]!] = sums[other]!;
  }

  /** Where the rows of the profile's items begin, and by what they count; filled up to a multiple of four with rows that count nothing. */
  private rowsOf(profile: Profile): { rows: number[]; factors: number[] } {
    const [rows, factors]: [number[], number[]] = [[], []];
    for (let at = 0; at < profile.items.length; at++) {
      const weight = evidenceOf(profile, at, this.evidence);
      const place = this.places[profile.items[at]!]!;
      if (weight === 0 || place < 0) continue;
      rows.push(place * this.fitted.items.length);
      factors.push(weight);
    }
    while (rows.length % rowsAtOnce > 0) {
      rows.push(0);
      factors.push(0);
    }
    return { rows, factors };
  }

  contribution(profile: Profile, at: number, item: number): number {
    const [row, column] = [this.places[profile.items[at]!]!, this.places[item]!];
    return row < 0 || column < 0
      ? 0
      : evidenceOf(profile, at, this.evidence) * this.fitted.weights[row * this.fitted.items.length + column]!;
  }
}

/**
 * For every row of an item-by-feature matrix, the rows most like it.
 * @param value the similarity, from the sum of products over shared features
 * @param neighbours how many to keep for each
 */
export function nearestItems(
  byItem: SparseMatrix,
  byFeature: SparseMatrix,
  neighbours: number,
  value: (product: number, item: number, other: number) => number,
): SparseMatrix {
  const nearest = new GrowingMatrix(byItem.rows, byItem.rows);
  eachShared(byItem, byFeature, (item, sums, others) => {
    for (const other of others) if (other !== item) sums[other] = value(sums[other]!, item, other);
    nearest.add(largest(sums, neighbours, others), sums);
  });
  return nearest.matrix();
}

/**
 * For every row of an item-by-feature matrix, the sum of products with each other row that shares a feature.
 * @param use gets the sums by row, and the rows that share a feature, itself with a sum of 0 among them
 */
function eachShared(
  byItem: SparseMatrix,
  byFeature: SparseMatrix,
  use: (item: number, sums: Float64Array, others: Uint32Array) => void,
): void {
  const kernel = newKernel(bytesOfSparse(byItem) + bytesOfSparse(byFeature) + 12 * byItem.rows);
  const [own, turned] = [kernel.sparse(byItem), kernel.sparse(byFeature)];
  const [sums, touched] = [kernel.doubles(byItem.rows), kernel.integers(byItem.rows)];
  for (let item = 0; item < byItem.rows; item++) {
    const others = touched.subarray(0, kernel.addShared(own, item, turned, byItem.rows, sums, touched));
    sums[item] = 0;
    use(item, sums, others);
    for (const other of others) sums[other] = 0;
  }
}

/** The likeness of two vectors, 0 to 1, from their scalar product and their squared lengths. */
export const likenessBy: Record<NeighbourhoodMetric, (product: number, square: number, other: number) => number> = {
  cosine: (product, square, other) => product / Math.sqrt(square * other),
  // Tanimoto's: on vectors of 0 and 1, the share that both have of what either has.
  jaccard: (product, square, other) => product / (square + other - product),
  euclidean: (product, square, other) => 1 / (1 + Math.sqrt(Math.max(0, square + other - 2 * product))),
};

/**
 * Item-to-item neighbourhoods, by the cosine of the items' users, by Jaccard's share of common users, or by their distance.
 * Source: B. Sarwar et al., "Item-based collaborative filtering recommendation algorithms", 2001.
 */
export function itemNeighbourhood(users: SparseMatrix, { metric, neighbours }: HyperParameters['itemNeighbours']): SparseMatrix {
  const items = transpose(users);
  const squares = Float32Array.from({ length: items.rows }, (_, item) => lengthOf(rowOf(items, item).values) ** 2);
  const likeness = likenessBy[metric];
  return nearestItems(items, users, neighbours, (product, item, other) => likeness(product, squares[item]!, squares[other]!));
}

/** One common buyer may be chance. */
const fewestCommonBuyers = 2;

/** The cosine of the items' buyers, where at least two people bought both. */
export function coPurchases(buyers: SparseMatrix, neighbours: number): SparseMatrix {
  const items = transpose(buyers);
  const counts = Float32Array.from({ length: items.rows }, (_, item) => rowOf(items, item).indices.length);
  return nearestItems(items, buyers, neighbours, (common, item, other) =>
    common < fewestCommonBuyers ? 0 : common / Math.sqrt(counts[item]! * counts[other]!),
  );
}

/**
 * A walk of three steps from item to user to item, with popular items damped; now and then it goes on from the user to
 * someone they follow. Source: B. Paudel et al., "Updatable, accurate, diverse, and scalable recommendations for
 * interactive applications" (RP3β), 2017.
 * @param alpha the exponent of the transition probabilities
 * @param beta how strongly popular items are damped
 * @param follows the share of walks that pass through a followed user
 */
export function graphWalk(
  users: SparseMatrix,
  follows: SparseMatrix,
  { alpha, beta, follows: share, neighbours }: HyperParameters['graphWalk'],
): SparseMatrix {
  const items = transpose(users);
  const degree = (matrix: SparseMatrix, row: number): number => rowOf(matrix, row).values.reduce((sum, value) => sum + value, 0);
  const own: SparseMatrix = { ...users, values: stepProbabilities(users, alpha, degree) };
  const toItem = share > 0 ? throughFollowed(own, follows, share) : own;
  const toUser: SparseMatrix = { ...items, values: stepProbabilities(items, alpha, degree) };
  const damping = Float32Array.from({ length: items.rows }, (_, item) => Math.max(1e-9, degree(items, item)) ** beta);
  return nearestItems(toUser, toItem, neighbours, (probability, _item, other) => probability / damping[other]!);
}

const mostFollowed = 50;

/** The last step from each user, where a share of the walks takes it from someone they follow. */
function throughFollowed(toItem: SparseMatrix, follows: SparseMatrix, share: number): SparseMatrix {
  const sums = new Float32Array(toItem.columns);
  const rows = Array.from({ length: toItem.rows }, (_, user) => {
    const followees = rowOf(follows, user).indices.subarray(0, mostFollowed);
    if (followees.length === 0) return rowOf(toItem, user);
    const touched = new Set<number>();
    const add = (from: number, weight: number): void => {
      const { indices, values } = rowOf(toItem, from);
      indices.forEach((item, at) => {
        sums[item]! += weight * values[at]!;
        touched.add(item);
      });
    };
    add(user, 1 - share);
    for (const followee of followees) add(followee, share / followees.length);
    const indices = Uint32Array.from(touched).sort();
    const row = { indices, values: Float32Array.from(indices, (item) => sums[item]!) };
    for (const item of touched) sums[item] = 0;
    return row;
  });
  return fromRows(toItem.columns, rows);
}

function stepProbabilities(matrix: SparseMatrix, alpha: number, degree: (matrix: SparseMatrix, row: number) => number): Float32Array {
  const values = new Float32Array(matrix.values.length);
  for (let row = 0; row < matrix.rows; row++) {
    const total = degree(matrix, row);
    for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++) values[at] = (matrix.values[at]! / total) ** alpha;
  }
  return values;
}

/** What is looked at to find the items whose texts are most alike. */
export interface SharedTerms {
  /** Items by terms: of each item the rarest terms. */
  rare: SparseMatrix;
  /** Terms by items: of each term the items that it says most of. */
  byTerm: SparseMatrix;
  /** By item: whether nothing was left out. */
  whole: Uint8Array;
}

/** For each item so many others are looked at, however large the catalogue: words that every tenth item has tell little. */
const leastShared = 2500;
/** A small catalogue can afford more: so many in all. */
const sharedInAll = 1e8;
/** So many times the wanted neighbours are compared by all of their terms where only some were looked up. */
const compared = 4;

/**
 * @param content items by terms
 * @param most how many other items may be looked at for each item
 */
export function sharedTerms(content: SparseMatrix, most: number): SharedTerms {
  const byTerm = transpose(content);
  const itemsWith = (at: number): number => byTerm.offsets[content.indices[at]! + 1]! - byTerm.offsets[content.indices[at]!]!;
  const whole = new Uint8Array(content.rows);
  const isKept = new Uint8Array(content.indices.length);
  for (let item = 0; item < content.rows; item++) {
    const [from, to] = [content.offsets[item]!, content.offsets[item + 1]!];
    let left = most;
    for (let at = from; at < to; at++) left -= itemsWith(at);
    if (left >= 0) {
      isKept.fill(1, from, to);
      whole[item] = 1;
      continue;
    }
    left = most;
    const places = Array.from({ length: to - from }, (_, place) => from + place).sort((a, b) => itemsWith(a) - itemsWith(b) || a - b);
    for (const [order, at] of places.entries()) {
      left -= itemsWith(at);
      if (left < 0 && order > 0) break;
      isKept[at] = 1;
    }
  }
  return { rare: filterEntries(content, (at) => isKept[at] === 1), byTerm: strongest(byTerm, most), whole };
}

/** The same with no more than so many of each row's entries, those of the largest values. */
function strongest(matrix: SparseMatrix, most: number): SparseMatrix {
  const isKept = new Uint8Array(matrix.indices.length).fill(1);
  for (let row = 0; row < matrix.rows; row++) {
    const [from, to] = [matrix.offsets[row]!, matrix.offsets[row + 1]!];
    if (to - from <= most) continue;
    isKept.fill(0, from, to);
    for (const place of largest(matrix.values.subarray(from, to), most, undefined, -Infinity)) isKept[from + place] = 1;
  }
  return filterEntries(matrix, (at) => isKept[at] === 1);
}

/** Items whose text is alike: the cosine of their TF-IDF vectors. It is exact but where an item's terms are in too many others. */
export function contentSimilarity(
  content: SparseMatrix,
  neighbours: number,
  most = Math.max(leastShared, sharedInAll / content.rows),
): SparseMatrix {
  const { rare, byTerm, whole } = sharedTerms(content, most);
  const own = new Float32Array(content.columns);
  const nearest = new GrowingMatrix(content.rows, content.rows);
  eachShared(rare, byTerm, (item, sums, others) => {
    if (whole[item]) return nearest.add(largest(sums, neighbours, others), sums);
    const likely = largest(sums, compared * neighbours, others);
    const { indices, values } = rowOf(content, item);
    indices.forEach((term, at) => (own[term] = values[at]!));
    for (const other of likely) sums[other] = productWith(own, content, other);
    for (const term of indices) own[term] = 0;
    nearest.add(largest(sums, neighbours, likely), sums);
  });
  return nearest.matrix();
}

/** The product of a row with a vector that has a place for every column. */
function productWith(vector: Float32Array, { offsets, indices, values }: SparseMatrix, row: number): number {
  let sum = 0;
  for (let at = offsets[row]!; at < offsets[row + 1]!; at++) sum += vector[indices[at]!]! * values[at]!;
  return sum;
}
