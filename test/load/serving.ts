/**
 * How long the ten best of 100,000 items (or of as many as are given) take a warm user, of candidates and of all, and how many of the
 * exact ten are among those of the candidates; beside the least that any factor model must do: the product of
 * the user's vector with every item's, over the same arrays, and picking the ten largest. One after the other, in turns.
 * And what it takes to train on such a catalogue, by the processor's time.
 *
 * npm run bench:serving -- [items...]     by default 100000
 */
import { buildDataset, type Dataset, type Observation } from '../../src/recommender/dataset.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { defaultParameters } from '../../src/recommender/parameters.js';
import { profileOf } from '../../src/recommender/profile.js';
import { Ranker } from '../../src/recommender/serving.js';
import { equalWeights } from '../../src/recommender/blend.js';
import { largest, sparseMatrix } from '../../src/recommender/sparse-matrix.js';
import type { TrainedRecommender } from '../../src/recommender/trained-recommender.js';
import { fitModels } from '../../src/recommender/training.js';

const users = 20_000;
const perUser = 30;
const rounds = 200;
const now = Date.now();
/** Words that are in half of all texts, in a quarter, and so on: every catalogue has such. */
const commonWords = 8;

function madeDataset(items: number): Dataset {
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
    ...Array.from({ length: commonWords }, (_unused, word) => word).flatMap((word) =>
      random() < 0.5 ** (word + 1) ? `common${word}` : [],
    ),
  ]);
  return buildDataset({ users, items, observations, follows, terms });
}

const seconds = ({ user, system }: NodeJS.CpuUsage): string => ((user + system) / 1e6).toFixed(1);

function train(items: number): { dataset: Dataset; trained: TrainedRecommender } {
  const building = process.cpuUsage();
  const dataset = madeDataset(items);
  process.stdout.write(`${items} items\ndata in ${seconds(process.cpuUsage(building))} s of the processor\n`);
  const fits: string[] = [];
  let [before, last] = [process.cpuUsage(), ''];
  const fitting = before;
  const note = (_share: number, name: string): void => {
    if (last) fits.push(`${last} ${seconds(process.cpuUsage(before))}`);
    [before, last] = [process.cpuUsage(), name];
  };
  // The time to serve does not depend on how often the factors are swept.
  const models = fitModels(dataset, { ...defaultParameters, factors: { ...defaultParameters.factors, sweeps: 3 } }, note);
  note(1, '');
  const highest = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  process.stdout.write(`fits in ${seconds(process.cpuUsage(fitting))} s of the processor (${fits.join(', ')}), ${highest} MB at most\n`);
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
    lineage: { observations: dataset.strengths.indices.length, warmStarts: 0 },
  };
  return { dataset, trained };
}

function bare(itemFactors: Float32Array, width: number, user: number): number[] {
  const vector = itemFactors.subarray(user * width, (user + 1) * width);
  const scores = new Float32Array(itemFactors.length / width);
  for (let item = 0; item < scores.length; item++) {
    let sum = 0;
    for (let at = 0; at < width; at++) sum += vector[at]! * itemFactors[item * width + at]!;
    scores[item] = sum;
  }
  return largest(scores, 10);
}

const at = (values: number[], share: number): number => [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!;

function serve(items: number): void {
  const { dataset, trained } = train(items);
  const exact = new Ranker(trained, Infinity);
  const ranker = new Ranker(trained, 0);
  const factors = trained.models.find((model) => model.kind === 'implicit-factors')!;
  const times = { bare: [] as number[], exact: [] as number[], blend: [] as number[], alike: [] as number[] };
  const random = randomNumbers(2);
  let hits = 0;
  const time = (name: keyof typeof times, work: () => unknown): void => {
    const from = performance.now();
    work();
    times[name].push(performance.now() - from);
  };
  for (let round = -50; round < rounds; round++) {
    const user = Math.floor(random() * users);
    const profile = profileOf(dataset, user);
    if (round === 0) hits = times.bare.length = times.exact.length = times.blend.length = times.alike.length = 0;
    time('bare', () => bare(factors.itemFactors, factors.parameters.factors, user));
    let [all, some]: { item: number }[][] = [[], []];
    time('exact', () => (all = exact.recommend(profile, 10, Array.from(profile.items))));
    time('blend', () => (some = ranker.recommend(profile, 10, Array.from(profile.items))));
    time('alike', () => ranker.similarTo(profile.items[0]!, 10));
    hits += all!.filter(({ item }) => some!.some((other) => other.item === item)).length;
  }
  for (const [name, share] of [
    ['median', 0.5],
    ['p99', 0.99],
  ] as const)
    process.stdout.write(
      `${name}: bare ${at(times.bare, share).toFixed(2)} ms, all ${trained.models.length} models of all items ${at(times.exact, share).toFixed(2)} ms, of candidates ${at(times.blend, share).toFixed(2)} ms; ten alike ${at(times.alike, share).toFixed(2)} ms\n`,
    );
  process.stdout.write(`recall@10 of candidates: ${(hits / (10 * rounds)).toFixed(4)}\n`);
}

for (const items of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100_000]) serve(items);
