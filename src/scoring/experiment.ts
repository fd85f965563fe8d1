/** What an experiment's figures say, and how sure that is. */

export interface Proportion {
  successes: number;
  trials: number;
}

export interface ProportionInterval {
  mean: number;
  low: number;
  high: number;
}

const z95 = 1.959963984540054;

/**
 * A share with its 95 % interval, all from 0 to 1; null without trials.
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
 */
export function wilsonInterval({ successes, trials }: Proportion): ProportionInterval | null {
  if (trials === 0) return null;
  const mean = successes / trials;
  const z2 = z95 * z95;
  const centre = (mean + z2 / (2 * trials)) / (1 + z2 / trials);
  const margin = (z95 / (1 + z2 / trials)) * Math.sqrt((mean * (1 - mean)) / trials + z2 / (4 * trials * trials));
  return { mean, low: Math.max(0, centre - margin), high: Math.min(1, centre + margin) };
}

/** How large a difference of shares is expected to be, where there is one: the spread of the mixture. */
const expectedDifference = 0.01;

/**
 * The chance, at most, of ever seeing a difference as large as this where there is none: it stays valid however
 * often one looks, so nobody is misled by stopping at a lucky moment. 1 for nothing seen, towards 0.
 * Source: R. Johari et al., "Peeking at A/B tests: why it matters, and what to do about it", 2017, the mixture
 * sequential probability ratio test with a normal approximation.
 */
export function alwaysValidP(control: Proportion, treatment: Proportion): number {
  const pairs = Math.min(control.trials, treatment.trials);
  if (pairs === 0) return 1;
  const pooled = (control.successes + treatment.successes) / (control.trials + treatment.trials);
  const variance = 2 * pooled * (1 - pooled);
  if (variance === 0) return 1;
  const difference = treatment.successes / treatment.trials - control.successes / control.trials;
  const spread = expectedDifference * expectedDifference;
  const evidence = (pairs * pairs * spread * difference * difference) / (2 * variance * (variance + pairs * spread));
  const ratio = Math.sqrt(variance / (variance + pairs * spread)) * Math.exp(evidence);
  return Math.min(1, 1 / ratio);
}
