/** One training of made ratings in a process of its own: seconds and megabytes, as a line of JSON. */
import { buildDataset } from '../../src/recommender/dataset.js';
import { startFitThreads } from '../../src/recommender/fit-threads.js';
import { trainRecommender } from '../../src/recommender/training.js';
import { inputOf, madeRatings } from './made-ratings.js';

const [count, threads] = process.argv.slice(2).map(Number);
const input = inputOf(madeRatings(count!));
const startedAt = performance.now();
const dataset = buildDataset(input);
const builtAt = performance.now();
const processor = process.cpuUsage();
await trainRecommender(dataset, { start: (plan) => startFitThreads(threads!, plan) });
const seconds = (from: number, to: number): number => (to - from) / 1000;
const used = process.cpuUsage(processor);
const figures = {
  build: seconds(startedAt, builtAt),
  fit: seconds(builtAt, performance.now()),
  cpu: (used.user + used.system) / 1e6,
  memory: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
