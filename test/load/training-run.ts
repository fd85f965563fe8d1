/**
 * One training of made ratings in a process of its own, and one that goes on from it once there is a hundredth more: seconds
 * and megabytes, as two lines of JSON.
 */
import { buildDataset, type Dataset } from '../../src/recommender/dataset.js';
import { startFitThreads } from '../../src/recommender/fit-threads.js';
import { defaultParameters } from '../../src/recommender/parameters.js';
import { modelNames, trainRecommender, type Training } from '../../src/recommender/training.js';
import { warmStartFrom } from '../../src/recommender/warm-start.js';
import { inputOf, madeRatings, type MadeRatings } from './made-ratings.js';

const [count, threads] = process.argv.slice(2).map(Number);
const made = madeRatings(count!);
const start: Training['start'] = (plan) => startFitThreads(threads!, plan);

/** All but one of a hundred ratings. */
function earlierOf(all: MadeRatings): MadeRatings {
  const isEarlier = (_: number, at: number): boolean => at % 100 !== 0;
  return { ...all, user: all.user.filter(isEarlier), item: all.item.filter(isEarlier), rating: all.rating.filter(isEarlier) };
}

async function train(ratings: MadeRatings, prepare: (dataset: Dataset) => Training) {
  const startedAt = performance.now();
  const dataset = buildDataset(inputOf(ratings));
  const builtAt = performance.now();
  const processor = process.cpuUsage();
  const trained = await trainRecommender(dataset, { ...prepare(dataset), start });
  const used = process.cpuUsage(processor);
  const figures = {
    build: (builtAt - startedAt) / 1000,
    fit: (performance.now() - builtAt) / 1000,
    cpu: (used.user + used.system) / 1e6,
    memory: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  return trained;
}

const numbered = {
  userIds: Array.from({ length: made.users }, (_, user) => `user ${user}`),
  productIds: Array.from({ length: made.items }, (_, item) => `product ${item}`),
};
const trained = await train(earlierOf(made), () => ({}));
await train(made, (dataset) => {
  const now = { ...numbered, observations: made.user.length, parameters: defaultParameters, models: modelNames(dataset) };
  const begun = warmStartFrom({ ...numbered, trained }, now);
  if ('anew' in begun) throw new Error(begun.anew);
  return { warm: begun.warm };
});
