/** Above some tens of thousands of items only candidates are scored: each gets the score that scoring everything gives it. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Blend } from '../../src/recommender/blend.js';
import { CandidateBlend } from '../../src/recommender/candidate-blend.js';
import { buildDataset, type Dataset, type Observation } from '../../src/recommender/dataset.js';
import { reviveModel } from '../../src/recommender/fitted-model.js';
import type { Model, Profile } from '../../src/recommender/models/model.js';
import { isPointModel } from '../../src/recommender/models/model.js';
import { profileOf } from '../../src/recommender/profile.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { Ranker } from '../../src/recommender/serving.js';
import type { TrainedRecommender } from '../../src/recommender/trained-recommender.js';
import { trainRecommender } from '../../src/recommender/training.js';

const [users, items] = [90, 60];
let dataset: Dataset;
let trained: TrainedRecommender;
let models: Model[];

beforeAll(async () => {
  const random = randomNumbers(3);
  const observations: Observation[] = [];
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      const own = user % 3 === item % 3;
      if (random() > (own ? 0.3 : 0.05)) continue;
      const rating = own ? 3 + Math.round(2 * random()) : 1 + Math.round(2 * random());
      observations.push({ user, item, strength: (rating / 5) ** 2, liked: rating >= 4, rating, at: 1e12 + 1e9 * random() });
    }
  }
  const follows = Array.from({ length: users }, (_, user): [number, number] => [user, (user * 7 + 3) % users]);
  const terms = Array.from({ length: items }, (_, item) => [`kind${item % 3}`, `word${item % 7}`]);
  dataset = buildDataset({ users, items, observations, follows, terms });
  trained = await trainRecommender(dataset);
  models = trained.models.map((fitted) => reviveModel(fitted, trained.liked));
});

const someUser = fc.nat(users - 1);
/** A part of what a user did, or nothing of it. */
const someProfile = fc.tuple(someUser, fc.nat(100)).map(([user, share]): Profile => {
  const whole = profileOf(dataset, user);
  const kept = Array.from(whole.items, (_, at) => at).filter((at) => (at * 37) % 101 < share);
  const pick = <Value>(of: ArrayLike<Value>): Value[] => kept.map((at) => of[at]!);
  return {
    items: pick(whole.items),
    strengths: pick(whole.strengths),
    liked: pick(whole.liked),
    ratings: pick(whole.ratings),
    follows: whole.follows,
  };
});

test('a model says of each item, and of all together, what scoring all of them says', () => {
  const able = models.filter(isPointModel);
  expect(able.map(({ name }) => name).sort()).toEqual(['expected-rating', 'factors']);
  fc.assert(
    fc.property(someProfile, (profile) => {
      for (const model of able) {
        const scores = new Float32Array(items);
        model.score(profile, scores);
        const points = model.pointsOf(profile);
        scores.forEach((score, item) => expect(points.scoreOf(item)).toBeCloseTo(score, 3));
        expect(points.sum).toBeCloseTo(
          scores.reduce((sum, score) => sum + score, 0),
          2,
        );
        expect(points.squares).toBeCloseTo(
          scores.reduce((sum, score) => sum + score * score, 0),
          2,
        );
      }
    }),
    { numRuns: 40 },
  );
});

test('candidates get the scores of the whole blend, and reasons the same scales', () => {
  const blend = new Blend(models, trained.weights, items);
  const candidates = new CandidateBlend(models, trained.weights, items);
  const scores = new Float32Array(items);
  fc.assert(
    fc.property(someProfile, (profile) => {
      blend.score(profile, scores);
      const found = candidates.recommend(profile, items, new Set());
      for (const { item, score } of found) expect(score).toBeCloseTo(scores[item]!, 2);
      const [whole, some] = [blend.scalesFor(profile), candidates.scalesFor(profile)];
      whole.forEach((scale, model) => expect(some[model]! / (scale || 1)).toBeCloseTo(scale === 0 ? 0 : 1, 2));
    }),
    { numRuns: 40 },
  );
});

test('where every item is a candidate the list is the same, and what is excluded is in none', () => {
  const [exact, some] = [new Ranker(trained, Infinity), new Ranker(trained, 0)];
  fc.assert(
    fc.property(someUser, (user) => {
      const profile = profileOf(dataset, user);
      const excluded = Array.from(profile.items);
      const list = some.recommend(profile, 10, excluded);
      expect(list.map(({ item }) => item)).toEqual(exact.recommend(profile, 10, excluded).map(({ item }) => item));
      for (const { item } of list) expect(excluded).not.toContain(item);
    }),
    { numRuns: 40 },
  );
});

test('what goes with an item is the same from candidates', () => {
  const [exact, some] = [new Ranker(trained, Infinity), new Ranker(trained, 0)];
  fc.assert(
    fc.property(fc.nat(items - 1), (item) => {
      const list = some.similarTo(item, 10);
      expect(list.map(({ item: other }) => other)).toEqual(exact.similarTo(item, 10).map(({ item: other }) => other));
    }),
    { numRuns: 40 },
  );
});

test('more than there are candidates is answered from all items', () => {
  const profile = profileOf(dataset, 1);
  expect(new Ranker(trained, 0).recommend(profile, items, [0]).length).toBe(items - 1);
});
