/**
 * How long the ten best of 100,000 items (or of as many as are given) take a warm user, of candidates and of all, and how many of the
 * exact ten are among those of the candidates; beside the least that any factor model must do: the product of
 * the user's vector with every item's, over the same arrays, and picking the ten largest. One after the other, in turns.
 */
import { buildDataset, type Observation } from '../../src/recommender/dataset.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { defaultParameters } from '../../src/recommender/parameters.js';
import { profileOf } from '../../src/recommender/profile.js';
import { Ranker } from '../../src/recommender/serving.js';
import { equalWeights } from '../../src/recommender/blend.js';
import { largest, sparseMatrix } from '../../src/recommender/sparse-matrix.js';
import { fitModels } from '../../src/recommender/training.js';

const items = Number(process.argv[2] ?? 100_000);
const users = 20_000;
const perUser = 30;
const rounds = 200;
const now = Date.now();

const random = randomNumbers(1);
const observations: Observation[] = [];
for (let user = 0; user < users; user++) {
  for (let at = 0; at < perUser; at++) {
    // A long tail, and a taste for one of fifty kinds.
    const tail = Math.floor(items * random() ** 3);
    const item = random() < 0.7 ? tail - (tail % 50) + (user % 50) : tail;
    if (item >= items) continue;
    const rating = 1 + Math.floor(5 * random());
    observations.push({ user, item, strength: (rating / 5) ** 2, liked: rating >= 4, rating, at: now - Math.floor(random() * 3e10) });
  }
}
const follows = Array.from({ length: users }, (_, user): [number, number] => [user, (user * 7919) % users]);
const terms = Array.from({ length: items }, (_, item) => [
  `kind${item % (items / 2000)}`,
  `maker${item % Math.floor(items / 100 - 3)}`,
  `word${item % Math.floor(items / 20 - 1)}`,
  `item${item}`,
]);
const dataset = buildDataset({ users, items, observations, follows, terms });
// The time to serve does not depend on how often the factors are swept.
const models = fitModels(dataset, { ...defaultParameters, factors: { ...defaultParameters.factors, sweeps: 3 } });
const trained = {
  items,
  users,
  models,
  weights: equalWeights(models.map(() => 1)),
  boughtTogether: sparseMatrix(items, items, []),
  likeness: sparseMatrix(items, items, []),
  vocabulary: dataset.vocabulary,
  liked: dataset.liked,
  parameters: defaultParameters,
  lineage: { observations: observations.length, warmStarts: 0 },
};
const exact = new Ranker(trained, Infinity);
const ranker = new Ranker(trained, 0);
const factors = models.find((model) => model.kind === 'implicit-factors')!;
const { itemFactors, parameters } = factors as { itemFactors: Float32Array; parameters: { factors: number } };

function bare(user: number): number[] {
  const width = parameters.factors;
  const vector = itemFactors.subarray(user * width, (user + 1) * width);
  const scores = new Float32Array(items);
  for (let item = 0; item < items; item++) {
    let sum = 0;
    for (let at = 0; at < width; at++) sum += vector[at]! * itemFactors[item * width + at]!;
    scores[item] = sum;
  }
  return largest(scores, 10);
}

const times = { bare: [] as number[], exact: [] as number[], blend: [] as number[] };
let hits = 0;

function time(name: keyof typeof times, work: () => unknown): void {
  const from = performance.now();
  work();
  times[name].push(performance.now() - from);
}

for (let round = -50; round < rounds; round++) {
  const user = Math.floor(random() * users);
  const profile = profileOf(dataset, user);
  if (round === 0) hits = times.bare.length = times.exact.length = times.blend.length = 0;
  time('bare', () => bare(user));
  let [all, some]: { item: number }[][] = [[], []];
  time('exact', () => (all = exact.recommend(profile, 10, Array.from(profile.items))));
  time('blend', () => (some = ranker.recommend(profile, 10, Array.from(profile.items))));
  hits += all!.filter(({ item }) => some!.some((other) => other.item === item)).length;
}

const at = (values: number[], share: number): number => [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!;
const line = (share: number): string =>
  `bare ${at(times.bare, share).toFixed(2)} ms, all ${models.length} models of all items ${at(times.exact, share).toFixed(2)} ms, of candidates ${at(times.blend, share).toFixed(2)} ms`;
process.stdout.write(
  `${items} items\nmedian: ${line(0.5)}\np99:    ${line(0.99)}\nrecall@10 of candidates: ${(hits / (10 * rounds)).toFixed(4)}\n`,
);
