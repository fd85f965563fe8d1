import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildDataset, type Dataset, type Observation } from '../../src/recommender/dataset.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { diversify } from '../../src/recommender/diversity.js';
import { matchByText } from '../../src/recommender/fresh-items.js';
import { itemNeighbourhood } from '../../src/recommender/models/item-similarity.js';
import { fitUsers, UserNeighbourhood } from '../../src/recommender/models/user-similarity.js';
import { defaultParameters } from '../../src/recommender/parameters.js';
import { interestIn, preprocess, type RawInteraction } from '../../src/recommender/preprocessing.js';
import { profileOf } from '../../src/recommender/profile.js';
import { searchParameters } from '../../src/recommender/search.js';
import { packInteractions, readInteractions } from '../../src/recommender/raw-interactions.js';
import { Ranker } from '../../src/recommender/serving.js';
import { rowOf, sparseMatrix } from '../../src/recommender/sparse-matrix.js';
import { modelNames, trainRecommender } from '../../src/recommender/training.js';
import { warmStartFrom, type WarmStart } from '../../src/recommender/warm-start.js';
import { alwaysValidP, wilsonInterval } from '../../src/scoring/index.js';

const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2026, 0, 1);

/** Several tastes, each with its own items and a few that everybody likes. */
function tastes(users: number, items: number, kinds: number, seed: number): Dataset {
  const random = randomNumbers(seed);
  const observations: Observation[] = [];
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      const own = user % kinds === item % kinds;
      if (random() < (own ? 0.4 : item < 3 ? 0.3 : 0.02))
        observations.push({ user, item, strength: 1, liked: true, rating: null, at: now - item * day });
    }
  }
  const terms = Array.from({ length: items }, (_, item) => [`kind${item % kinds}`, `item${item}`]);
  return buildDataset({ users, items, observations, follows: [], terms });
}

describe('a reason', () => {
  test('is true: without the product it names, the recommended one scores lower', async () => {
    const dataset = tastes(120, 60, 3, 5);
    const ranker = new Ranker(await trainRecommender(dataset));
    const scoreOf = (profile: Parameters<Ranker['recommend']>[0], item: number): number =>
      ranker.recommend(profile, 60, []).find((one) => one.item === item)!.score;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 119 }), (user) => {
        const profile = profileOf(dataset, user);
        fc.pre(profile.items.length >= 4);
        const explain = ranker.explain(profile);
        for (const { item, score } of ranker.recommend(profile, 3, Array.from(profile.items))) {
          const [cause] = explain(item, 1);
          if (cause === undefined) continue;
          const without = {
            items: Array.from(profile.items).filter((_, at) => at !== cause),
            strengths: Array.from(profile.strengths).filter((_, at) => at !== cause),
            liked: Array.from(profile.liked).filter((_, at) => at !== cause),
            ratings: Array.from(profile.ratings).filter((_, at) => at !== cause),
            follows: [],
          };
          expect(scoreOf(without, item)).toBeLessThan(score);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('a diverse list', () => {
  const likeness = sparseMatrix(6, 6, [
    { row: 0, column: 1, value: 0.9 },
    { row: 1, column: 0, value: 0.9 },
    { row: 0, column: 2, value: 0.9 },
    { row: 2, column: 0, value: 0.9 },
  ]);
  const ranked = [5, 4.9, 4.8, 3, 2, 1].map((score, item) => ({ item, score }));

  test('keeps the order where only relevance counts, and puts what is unlike between what is alike otherwise', () => {
    expect(diversify(ranked, likeness, 1, 6).map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(diversify(ranked, likeness, 0.5, 3).map(({ item }) => item)).toEqual([0, 3, 4]);
  });

  test('begins with the best and holds nothing twice, whatever the weights', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 6 }), (lambda, count) => {
        const list = diversify(ranked, likeness, lambda, count);
        expect(list[0]).toEqual(ranked[0]);
        expect(new Set(list.map(({ item }) => item)).size).toBe(count);
      }),
    );
  });
});

describe('preprocessing', () => {
  const raw = (user: number, item: number, what: Partial<RawInteraction> = {}): RawInteraction => ({
    user,
    item,
    views: 0,
    clicks: 0,
    carts: 0,
    purchases: 0,
    comments: 0,
    questions: 0,
    shares: 0,
    referrals: 0,
    rating: null,
    at: now,
    ...what,
  });

  test('leaves out machines, the oldest of what is too much, uniform ratings and what says nothing, and says so', () => {
    const bot = Array.from({ length: 400 }, (_, item) => raw(0, item, { views: 1 }));
    const reader = Array.from({ length: 400 }, (_, item) => raw(1, item, { views: 1, purchases: item === 0 ? 1 : 0 }));
    const collector = Array.from({ length: 2100 }, (_, item) => raw(2, item, { purchases: 1, at: now - item * day }));
    const admirer = Array.from({ length: 60 }, (_, item) => raw(3, item, { rating: 1 }));
    const { observations, report } = preprocess([...bot, ...reader, ...collector, ...admirer, raw(4, 0)], now);
    expect(report).toMatchObject({
      interactions: 2961,
      bots: 1,
      ofBots: 400,
      extremes: 1,
      ofExtremes: 100,
      uniformRatings: 60,
      empty: 1,
      observations: 2460,
    });
    expect(observations.some(({ user }) => user === 0)).toBe(false);
    expect(observations.filter(({ user }) => user === 2).every(({ item }) => item < 2000)).toBe(true);
    expect(observations.filter(({ user }) => user === 3).every(({ rating, liked }) => rating === null && liked)).toBe(true);
  });

  test('is the same for the same input', () => {
    const random = randomNumbers(2);
    const input = Array.from({ length: 500 }, (_, at) =>
      raw(at % 20, at, { views: Math.floor(random() * 5), purchases: Math.floor(random() * 2) }),
    );
    expect(preprocess(input, now)).toEqual(preprocess(structuredClone(input), now));
  });

  test('takes interactions that crossed threads as they were', () => {
    const input = [raw(1, 2, { views: 3, rating: 0.6 }), raw(4, 5, { purchases: 2, rating: null, at: 1.5e12 })];
    expect(readInteractions(packInteractions(input))).toEqual(input);
  });

  test('takes more for more, ratings for good, and lets everything else fade with time', () => {
    const of = (what: Partial<RawInteraction>) => interestIn(raw(0, 0, what), now).strength;
    expect(of({ views: 1 })).toBeLessThan(of({ clicks: 1 }));
    expect(of({ clicks: 1 })).toBeLessThan(of({ carts: 1 }));
    expect(of({ carts: 1 })).toBeLessThan(of({ shares: 1 }));
    expect(of({ shares: 1 })).toBeLessThan(of({ purchases: 1 }));
    expect(of({ purchases: 1, at: now - 365 * day })).toBeCloseTo(0.7, 10);
    expect(of({ purchases: 1, at: now - 50 * 365 * day })).toBeCloseTo(0.4, 6);
    expect(of({ rating: 0.8, at: now - 3000 * day })).toBe(of({ rating: 0.8 }));
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), fc.nat(3), fc.nat(2), (views, clicks, carts, purchases) => {
        const strength = of({ views, clicks, carts, purchases });
        expect(strength).toBeLessThanOrEqual(1);
        expect(of({ views: views + 1, clicks, carts, purchases })).toBeGreaterThanOrEqual(strength);
      }),
    );
  });
});

test('what is popular lately outweighs what was popular once', async () => {
  const observations: Observation[] = [];
  for (let user = 0; user < 30; user++) observations.push({ user, item: 0, strength: 1, liked: true, rating: null, at: now - 300 * day });
  for (let user = 0; user < 10; user++) observations.push({ user, item: 1, strength: 1, liked: true, rating: null, at: now });
  const trained = await trainRecommender(buildDataset({ users: 30, items: 2, observations, follows: [], terms: [] }));
  const trend = trained.models.find(({ name }) => name === 'trend') as { figures: Float32Array };
  const popularity = trained.models.find(({ name }) => name === 'popularity') as { figures: Float32Array };
  expect(popularity.figures[0]).toBeGreaterThan(popularity.figures[1]!);
  expect(trend.figures[1]).toBeGreaterThan(trend.figures[0]!);
});

describe('neighbourhoods', () => {
  const users = sparseMatrix(
    3,
    3,
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 1],
      [2, 2],
    ].map(([row, column]) => ({ row: row!, column: column!, value: 1 })),
  );

  test('of items measure as their formulas say', () => {
    const likeness = (metric: 'cosine' | 'jaccard' | 'euclidean') =>
      rowOf(itemNeighbourhood(users, { metric, neighbours: 5 }), 0).values[0]!;
    expect(likeness('cosine')).toBeCloseTo(2 / Math.sqrt(2 * 3), 6);
    expect(likeness('jaccard')).toBeCloseTo(2 / 3, 6);
    expect(likeness('euclidean')).toBeCloseTo(1 / (1 + Math.sqrt(1)), 6);
  });

  test.each(['cosine', 'jaccard', 'euclidean'] as const)('of users rank by %s what the most alike like', (metric) => {
    const model = new UserNeighbourhood('users', users, { metric, neighbours: 2 }, fitUsers(users));
    const scores = new Float32Array(3);
    model.score({ items: [0, 1], strengths: [1, 1], liked: [true, true], ratings: [null, null], follows: [] }, scores);
    expect(scores[0]).toBeGreaterThan(scores[2]!);
  });
});

test('the search keeps, for each model, what ranked held-out items best, and is the same for the same seed', async () => {
  const dataset = tastes(80, 30, 2, 3);
  const { best, trials } = searchParameters(dataset, { trials: 3, seed: 4 });
  for (const model of new Set(trials.map((trial) => trial.model))) {
    const own = trials.filter((trial) => trial.model === model);
    expect(own).toHaveLength(3);
    const highest = Math.max(...own.map(({ ndcg }) => ndcg));
    expect(Object.values(best)).toContainEqual(own.find(({ ndcg }) => ndcg === highest)!.parameters);
  }
  expect(searchParameters(dataset, { trials: 3, seed: 4 })).toEqual({ best, trials });
  const trained = await trainRecommender(dataset, { parameters: best });
  expect(trained.parameters).toEqual(best);
  expect((await trainRecommender(dataset)).parameters).toEqual(defaultParameters);
});

describe('a training after little new data', () => {
  const before = tastes(150, 60, 3, 5);
  const ids = (count: number, kind: string): string[] => Array.from({ length: count }, (_, at) => `${kind}${at}`);
  const [userIds, productIds] = [ids(150, 'user'), ids(60, 'product')];
  const size = before.strengths.indices.length;
  const models = modelNames(before);
  const now = { userIds, productIds, observations: size + 10, parameters: defaultParameters, models };
  const earlier = async () => ({ userIds, productIds, trained: await trainRecommender(before) });

  test('goes on from the last one, in another numbering too, and ranks as well as one that begins anew', async () => {
    const turned = [...productIds].reverse();
    const entries = Array.from({ length: 150 }, (_, user) =>
      Array.from(rowOf(before.strengths, user).indices, (item): Observation => ({
        user,
        item: 59 - item,
        strength: 1,
        liked: true,
        rating: null,
        at: Date.UTC(2026, 0, 1),
      })),
    ).flat();
    const dataset = buildDataset({ users: 150, items: 60, observations: entries, follows: [], terms: [] });
    const anew = await trainRecommender(dataset);
    const last = await trainRecommender(
      buildDataset({
        users: 150,
        items: 60,
        observations: entries.map((one) => ({ ...one, item: 59 - one.item })),
        follows: [],
        terms: [],
      }),
    );
    const start = warmStartFrom(
      { userIds, productIds, trained: last },
      { ...now, productIds: turned, observations: entries.length, models: modelNames(dataset) },
    );
    const warmed = await trainRecommender(dataset, start as { warm: WarmStart });
    expect(warmed.lineage).toEqual({ observations: entries.length, warmStarts: 1 });
    const walkOf = ({ models }: typeof anew) => models.find(({ name }) => name === 'graph-walk');
    expect(walkOf(warmed)).toEqual(walkOf(anew));
    const profile = profileOf(dataset, 7);
    const top = (trained: typeof anew) =>
      new Set(new Ranker(trained).recommend(profile, 10, Array.from(profile.items)).map(({ item }) => item));
    const shared = [...top(warmed)].filter((item) => top(anew).has(item));
    expect(shared.length).toBeGreaterThanOrEqual(8);
  });

  test('begins anew where somebody is gone whom the models learnt from, and where much or anything else changed', async () => {
    const last = await earlier();
    const old = { ...last, trained: { ...last.trained, lineage: { ...last.trained.lineage, warmStarts: 20 } } };
    const other = { ...defaultParameters, content: { neighbours: 7 } };
    expect(warmStartFrom(last, now)).toHaveProperty('warm');
    expect(warmStartFrom(null, now)).toEqual({ anew: 'there is no training to go on from' });
    expect(warmStartFrom(last, { ...now, userIds: userIds.slice(1) })).toEqual({ anew: 'a user is gone' });
    expect(warmStartFrom(last, { ...now, productIds: productIds.slice(1) })).toEqual({ anew: 'a product is gone' });
    expect(warmStartFrom(last, { ...now, observations: 1.1 * size })).toEqual({ anew: 'much of the data is new' });
    expect(warmStartFrom(last, { ...now, models: models.slice(1) })).toEqual({ anew: 'the models are others' });
    expect(warmStartFrom(last, { ...now, parameters: other })).toEqual({ anew: 'the parameters are others' });
    expect(warmStartFrom(old, now)).toEqual({ anew: 'many trainings went on from the last whole one' });
  });
});

test('a text match names the own item that is most alike, and nothing where nothing is', () => {
  const own = [
    ['red', 'kettle'],
    ['blue', 'sofa'],
  ];
  expect(matchByText(own, [['green', 'kettle'], ['bicycle'], ['blue', 'sofa', 'bed']])).toMatchObject([
    { candidate: 2, own: 1 },
    { candidate: 0, own: 0 },
  ]);
  expect(matchByText([], [['kettle']])).toEqual([]);
});

interface Arm {
  successes: number;
  trials: number;
}

describe('an experiment', () => {
  test('has intervals that hold the share, and narrow with more trials', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const successes = Math.round(trials * share);
        const interval = wilsonInterval({ successes, trials })!;
        expect(interval.low).toBeLessThanOrEqual(interval.mean + 1e-12);
        expect(interval.high).toBeGreaterThanOrEqual(interval.mean - 1e-12);
        const tenfold = wilsonInterval({ successes: 10 * successes, trials: 10 * trials })!;
        expect(tenfold.high - tenfold.low).toBeLessThan(interval.high - interval.low);
      }),
    );
    expect(wilsonInterval({ successes: 0, trials: 0 })).toBeNull();
  });

  test('misleads those who look again and again, and stop when it looks good, in few cases of a hundred', () => {
    const random = randomNumbers(11);
    let misled = 0;
    for (let run = 0; run < 200; run++) {
      const arms: [Arm, Arm] = [
        { successes: 0, trials: 0 },
        { successes: 0, trials: 0 },
      ];
      let stopped = false;
      for (let look = 0; look < 100 && !stopped; look++) {
        for (const arm of arms) {
          for (let visit = 0; visit < 50; visit++) arm.successes += Number(random() < 0.1);
          arm.trials += 50;
        }
        stopped = alwaysValidP(...arms) < 0.05;
      }
      misled += Number(stopped);
    }
    expect(misled / 200).toBeLessThan(0.05);
  });

  test('finds a real difference', () => {
    expect(alwaysValidP({ successes: 1000, trials: 20_000 }, { successes: 1300, trials: 20_000 })).toBeLessThan(0.01);
    expect(alwaysValidP({ successes: 0, trials: 0 }, { successes: 5, trials: 10 })).toBe(1);
  });
});
