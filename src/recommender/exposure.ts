/** What recommendations are like, besides right: which products get seen, how popular and how different they are. */
import type { Dataset } from './dataset.js';
import { rowOf, transpose, type SparseMatrix } from './sparse-matrix.js';

/**
 * The share of items that are in any list. Source: M. Ge, C. Delgado-Battenfeld, D. Jannach, "Beyond accuracy: evaluating
 * recommender systems by coverage and serendipity", 2010 (catalogue coverage).
 * @param counts in how many lists each item is
 */
export function coverage(counts: Uint32Array): number {
  return counts.reduce((covered, count) => covered + Number(count > 0), 0) / Math.max(1, counts.length);
}

/**
 * How unequally lists are spread over the items: 0 where all are listed alike, towards 1 where few are listed always.
 * With counts in ascending order, Σ (2i − n − 1) xᵢ / (n Σ x). Source: C. Gini, "Variabilità e mutabilità", 1912; for
 * recommendations D. Fleder, K. Hosanagar, "Blockbuster culture's next rise or fall", 2009.
 */
export function gini(counts: Uint32Array): number {
  const ascending = counts.slice().sort();
  let [total, weighted] = [0, 0];
  for (let at = 0; at < ascending.length; at++) {
    total += ascending[at]!;
    weighted += (2 * (at + 1) - ascending.length - 1) * ascending[at]!;
  }
  return total === 0 ? 0 : weighted / (ascending.length * total);
}

/** Which items many like, and which few. */
export interface ItemGroups {
  /** The fewest items that have half of all likes. */
  head: ReadonlySet<number>;
  /** The other items that anybody had to do with. */
  tail: ReadonlySet<number>;
  /** Items that nobody had to do with before the test. */
  cold: ReadonlySet<number>;
}

const headShare = 0.5;

export function itemGroups({ items, strengths, liked }: Dataset): ItemGroups {
  const [users, likes] = [entriesByColumn(strengths), entriesByColumn(liked)];
  const cold = new Set<number>();
  const known: number[] = [];
  for (let item = 0; item < items; item++) if (users[item]! > 0) known.push(item);
  for (let item = 0; item < items; item++) if (users[item] === 0) cold.add(item);
  known.sort((a, b) => likes[b]! - likes[a]! || a - b);
  const enough = headShare * liked.indices.length;
  const head = new Set<number>();
  let covered = 0;
  for (const item of known) {
    if (covered >= enough) break;
    head.add(item);
    covered += likes[item]!;
  }
  return { head, tail: new Set(known.filter((item) => !head.has(item))), cold };
}

function entriesByColumn({ columns, indices }: SparseMatrix): Uint32Array {
  const counts = new Uint32Array(columns);
  for (const column of indices) counts[column]!++;
  return counts;
}

/** Measures lists against what was known when they were made. */
export class ListMeasures {
  private readonly byItem: SparseMatrix;
  private readonly users: number;

  constructor(
    { liked, users }: Dataset,
    private readonly groups: ItemGroups,
  ) {
    this.byItem = transpose(liked);
    this.users = users;
  }

  /**
   * How surprising a list is: the mean of −log₂ of the share of users who like the item. Source: T. Zhou et al., "Solving the
   * apparent diversity-accuracy dilemma of recommender systems", 2010.
   */
  novelty(list: ArrayLike<number>): number {
    return meanOf(list, (item) => -Math.log2((this.likesOf(item) + 1) / (this.users + 1)));
  }

  /**
   * How different the items of a list are: the mean of 1 − cosine of who likes them, over their pairs. Source: C. Ziegler et al.,
   * "Improving recommendation lists through topic diversification", 2005.
   */
  diversity(list: ArrayLike<number>): number {
    let [sum, pairs] = [0, 0];
    for (let first = 0; first < list.length; first++) {
      for (let other = first + 1; other < list.length; other++) {
        sum += 1 - cosine(rowOf(this.byItem, list[first]!).indices, rowOf(this.byItem, list[other]!).indices);
        pairs++;
      }
    }
    return pairs === 0 ? 0 : sum / pairs;
  }

  /**
   * The mean share of users who like the items of a list. Source: H. Yin et al., "Challenging the long tail recommendation", 2012
   * (average recommendation popularity).
   */
  popularity(list: ArrayLike<number>): number {
    return meanOf(list, (item) => this.likesOf(item) / Math.max(1, this.users));
  }

  /**
   * The share of a list that is not of the head. Source: H. Abdollahpouri, R. Burke, B. Mobasher, "Controlling popularity bias in
   * learning-to-rank recommendation", 2017.
   */
  tailShare(list: ArrayLike<number>): number {
    return meanOf(list, (item) => Number(!this.groups.head.has(item)));
  }

  private likesOf(item: number): number {
    return this.byItem.offsets[item + 1]! - this.byItem.offsets[item]!;
  }
}

function meanOf(list: ArrayLike<number>, value: (item: number) => number): number {
  let sum = 0;
  for (let at = 0; at < list.length; at++) sum += value(list[at]!);
  return sum / Math.max(1, list.length);
}

/** Of two ascending sets. */
function cosine(left: Uint32Array, right: Uint32Array): number {
  let shared = 0;
  for (let a = 0, b = 0; a < left.length && b < right.length;) {
    if (left[a] === right[b]) shared++;
    if (left[a]! <= right[b]!) a++;
    else b++;
  }
  return shared === 0 ? 0 : shared / Math.sqrt(left.length * right.length);
}
