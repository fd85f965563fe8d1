/**
 * What a policy would have got, from a log of choices made at random: only those count where the policy would have chosen the same, and
 * only of them it learns. Unbiased where the logged choices were uniformly random, whatever the policy. Source: L. Li et al., "Unbiased
 * offline evaluation of contextual-bandit-based news article recommendation algorithms", 2011.
 */
import type { Explorable, Showings } from '../../src/recommender/exploration.js';

/** One choice that was made at random. */
export interface Logged {
  /** What there was to choose from, and how well each fits the viewer. */
  choices: readonly { product: number; fit: number }[];
  /** The place of the choice. */
  chosen: number;
  clicked: boolean;
}

export type Policy = (choices: readonly Explorable[]) => number | null;

export interface Replayed {
  /** Choices that were the same. */
  matched: number;
  /** The click rate of them. */
  rate: number;
}

export function replay(log: Iterable<Logged>, policy: Policy): Replayed {
  const showings = new Map<number, Showings>();
  const showingsOf = (product: number): Showings => showings.get(product) ?? { shown: 0, clicked: 0 };
  let [matched, clicks] = [0, 0];
  for (const { choices, chosen, clicked } of log) {
    if (policy(choices.map(({ product, fit }) => ({ ...showingsOf(product), fit }))) !== chosen) continue;
    const { product } = choices[chosen]!;
    const before = showingsOf(product);
    showings.set(product, { shown: before.shown + 1, clicked: before.clicked + Number(clicked) });
    matched++;
    clicks += Number(clicked);
  }
  return { matched, rate: clicks / Math.max(1, matched) };
}
