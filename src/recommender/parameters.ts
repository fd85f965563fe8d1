/** What models do not learn from the data but are given. */
import { randomNumbers } from './random-numbers.js';
import type { FactorParameters } from './models/implicit-factors.js';

/** How the likeness of two rows is measured; see `itemNeighbourhood`. */
export type NeighbourhoodMetric = 'cosine' | 'jaccard' | 'euclidean';

export interface HyperParameters {
  itemNeighbours: { metric: NeighbourhoodMetric; neighbours: number };
  userNeighbours: { metric: NeighbourhoodMetric; neighbours: number };
  /** `follows`: how often the walk goes on from a user to someone they follow. */
  graphWalk: { alpha: number; beta: number; follows: number; neighbours: number };
  content: { neighbours: number };
  easeLiked: { regularisation: number; dropout: number };
  ease: { regularisation: number; dropout: number };
  factors: FactorParameters;
}

export const defaultParameters: HyperParameters = {
  itemNeighbours: { metric: 'cosine', neighbours: 100 },
  userNeighbours: { metric: 'cosine', neighbours: 80 },
  graphWalk: { alpha: 0.8, beta: 0.4, follows: 0, neighbours: 200 },
  content: { neighbours: 50 },
  easeLiked: { regularisation: 300, dropout: 0.2 },
  ease: { regularisation: 150, dropout: 0.2 },
  factors: { factors: 32, regularisation: 0.01, unobserved: 0.1, sweeps: 8, seed: 1 },
};

const metrics: readonly NeighbourhoodMetric[] = ['cosine', 'jaccard', 'euclidean'];

type Random = () => number;
const pick = <Value>(random: Random, values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
const between = (random: Random, least: number, most: number): number => least + (most - least) * random();
const onScale = (random: Random, least: number, most: number): number => Math.exp(between(random, Math.log(least), Math.log(most)));

/** One random choice of each group, all of them independent of each other. */
const draws: { [Group in keyof HyperParameters]: (random: Random) => HyperParameters[Group] } = {
  itemNeighbours: (random) => ({ metric: pick(random, metrics), neighbours: Math.round(onScale(random, 20, 400)) }),
  userNeighbours: (random) => ({ metric: pick(random, metrics), neighbours: Math.round(onScale(random, 20, 400)) }),
  graphWalk: (random) => ({
    alpha: between(random, 0.5, 1.2),
    beta: between(random, 0, 0.9),
    follows: pick(random, [0, 0.1, 0.2, 0.4]),
    neighbours: Math.round(onScale(random, 50, 400)),
  }),
  content: (random) => ({ neighbours: Math.round(onScale(random, 10, 200)) }),
  easeLiked: (random) => ({ regularisation: onScale(random, 20, 2000), dropout: between(random, 0, 0.5) }),
  ease: (random) => ({ regularisation: onScale(random, 20, 2000), dropout: between(random, 0, 0.5) }),
  factors: (random) => ({
    factors: pick(random, [16, 32, 64]),
    regularisation: onScale(random, 0.001, 0.1),
    unobserved: onScale(random, 0.02, 0.5),
    sweeps: 8,
    seed: 1,
  }),
};

/** The defaults of a group first, then random ones, the same for the same seed. */
export function candidatesOf<Group extends keyof HyperParameters>(group: Group, count: number, seed: number): HyperParameters[Group][] {
  const random = randomNumbers(seed);
  const drawn: HyperParameters[Group][] = [defaultParameters[group]];
  while (drawn.length < count) drawn.push(draws[group](random));
  return drawn;
}
