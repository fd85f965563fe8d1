/** What figures of a sample say of everybody: intervals, and whether two models differ by more than chance. */
import { randomNumbers } from './random-numbers.js';

const resamples = 1000;

/** A figure, and the 95 % interval in which it lies. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** The percentile bootstrap of a mean. Source: B. Efron, "Bootstrap methods: another look at the jackknife", 1979. */
export function bootstrap(values: ArrayLike<number>, seed: number): Interval {
  return bootstrapStatistic(values.length, seed, (draw) => {
    let sum = 0;
    for (let at = 0; at < draw.length; at++) sum += values[draw[at]!]!;
    return sum / Math.max(1, draw.length);
  });
}

/** The percentile bootstrap of Σ a / Σ b, both drawn together. 0 where there is nothing to divide by. */
export function bootstrapRatio(a: ArrayLike<number>, b: ArrayLike<number>, seed: number): Interval {
  return bootstrapStatistic(a.length, seed, (draw) => {
    let [above, below] = [0, 0];
    for (let at = 0; at < draw.length; at++) {
      above += a[draw[at]!]!;
      below += b[draw[at]!]!;
    }
    return below === 0 ? 0 : above / below;
  });
}

function bootstrapStatistic(count: number, seed: number, statistic: (draw: Uint32Array) => number): Interval {
  const random = randomNumbers(seed);
  const draw = new Uint32Array(count);
  const found = Float64Array.from({ length: resamples }, () => {
    for (let at = 0; at < count; at++) draw[at] = Math.floor(random() * count);
    return statistic(draw);
  }).sort();
  const mean = statistic(draw.map((_, at) => at));
  return { mean, low: found[Math.floor(0.025 * resamples)]!, high: found[Math.ceil(0.975 * resamples) - 1]! };
}

const maxGroups = 50;
const standardNormal95 = 1.959964;

/**
 * The delete-a-group jackknife of a figure of how often each item is listed, from 0 to 1; a bootstrap would list fewer items than
 * the sample does, so that its interval would miss the figure. Source: P. Kott, "The delete-a-group jackknife", 2001.
 * @param lists items by user
 * @param figure of the number of lists that each item is in
 */
export function exposureInterval(
  lists: readonly ArrayLike<number>[],
  items: number,
  figure: (counts: Uint32Array) => number,
  groups = maxGroups,
): Interval {
  const counts = countsOf(lists, items);
  const mean = figure(counts);
  const used = Math.min(groups, lists.length);
  if (used < 2) return { mean, low: 0, high: 1 };
  const without = Array.from({ length: used }, (_, group) => {
    const left = counts.slice();
    for (let at = group; at < lists.length; at += used) eachOf(lists[at]!, (item) => left[item]!--);
    return figure(left);
  });
  const center = without.reduce((sum, value) => sum + value, 0) / used;
  const squares = without.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const margin = standardNormal95 * Math.sqrt(((used - 1) / used) * squares);
  return { mean, low: Math.max(0, mean - margin), high: Math.min(1, mean + margin) };
}

/** In how many of the lists each item is. */
export function countsOf(lists: readonly ArrayLike<number>[], items: number): Uint32Array {
  const counts = new Uint32Array(items);
  for (const list of lists) eachOf(list, (item) => counts[item]!++);
  return counts;
}

function eachOf(list: ArrayLike<number>, use: (item: number) => void): void {
  for (let at = 0; at < list.length; at++) use(list[at]!);
}

export interface PairedTest {
  /** The mean of what the first is above the second, with its bootstrap interval. */
  difference: Interval;
  /** How likely so large a mean is, either way, where the two do not differ. */
  p: number;
}

const maxFlips = 10_000;
const minFlips = 1_000;
/** So many additions are enough. */
const flipBudget = 20_000_000;

/**
 * A paired randomisation test over users: where two models do not differ, each user's difference might as well have the other sign.
 * All assignments of signs are tried where they are few, else random ones, with the observed one among them.
 * Source: M. Smucker, J. Allan, B. Carterette, "A comparison of statistical significance tests for information retrieval
 * evaluation", 2007.
 * @param one a figure by user
 * @param other the same of another model, of the same users in the same order
 */
export function pairedTest(left: ArrayLike<number>, right: ArrayLike<number>, seed: number): PairedTest {
  const differences = Float64Array.from(left, (value, at) => value - right[at]!);
  return { difference: bootstrap(differences, seed), p: randomisationP(differences, seed) };
}

function randomisationP(differences: Float64Array, seed: number): number {
  // Users without a difference say nothing, whichever sign they get.
  const telling = differences.filter((value) => value !== 0);
  const observed = Math.abs(telling.reduce((sum, value) => sum + value, 0));
  const least = observed * (1 - 1e-12);
  if (2 ** telling.length <= maxFlips) {
    const all = 2 ** telling.length;
    let extreme = 0;
    for (let signs = 0; signs < all; signs++) {
      let sum = 0;
      for (let at = 0; at < telling.length; at++) sum += (signs >> at) & 1 ? -telling[at]! : telling[at]!;
      if (Math.abs(sum) >= least) extreme++;
    }
    return extreme / all;
  }
  const flips = Math.max(minFlips, Math.min(maxFlips, Math.floor(flipBudget / telling.length)));
  const random = randomNumbers(seed);
  let extreme = 1;
  for (let flip = 0; flip < flips; flip++) {
    let sum = 0;
    for (let at = 0; at < telling.length; at++) sum += random() < 0.5 ? -telling[at]! : telling[at]!;
    if (Math.abs(sum) >= least) extreme++;
  }
  return extreme / (flips + 1);
}

/**
 * p-values of several tests, corrected so that the chance of any false alarm stays what it is of one. In the given order.
 * Source: S. Holm, "A simple sequentially rejective multiple test procedure", 1979.
 */
export function holm(ps: readonly number[]): number[] {
  const order = [...ps.keys()].sort((a, b) => ps[a]! - ps[b]!);
  const adjusted = new Array<number>(ps.length);
  let most = 0;
  order.forEach((at, rank) => {
    most = Math.max(most, Math.min(1, (ps.length - rank) * ps[at]!));
    adjusted[at] = most;
  });
  return adjusted;
}
