/** Showing products that few have seen: what is worth showing, what a policy would get, and when showing rests. */
import fc from 'fast-check';
import { Types } from 'mongoose';
import { describe, expect, test } from 'vitest';
import { Exploration } from '../../src/modules/recommendation/pipeline/exploration.js';
import type { LoadedModel } from '../../src/modules/recommendation/pipeline/loaded-model.js';
import { vocabularyOf } from '../../src/recommender/dataset.js';
import { chooseToExplore, isWorthExploring, meanRate, type Explorable } from '../../src/recommender/exploration.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { replay, type Logged, type Policy } from '../support/replay.js';

const showings = fc
  .integer({ min: 0, max: 400 })
  .chain((shown) => fc.record({ shown: fc.constant(shown), clicked: fc.integer({ min: 0, max: shown }) }));

describe('what is explored', () => {
  test('is worth it: seldom shown, and not known to be bad', () => {
    const candidates = fc.array(fc.tuple(showings, fc.double({ min: 0.01, max: 1, noNaN: true })), { maxLength: 20 });
    fc.assert(
      fc.property(candidates, fc.integer(), (drawn, seed) => {
        const all = drawn.map(([known, fit]) => ({ ...known, fit }));
        const mean = meanRate(all);
        const chosen = chooseToExplore(all, mean, randomNumbers(seed));
        expect(chosen === null).toBe(!all.some((candidate) => isWorthExploring(candidate, mean)));
        if (chosen === null) return;
        expect(all[chosen]!.shown).toBeLessThan(200);
        expect(isWorthExploring(all[chosen]!, mean)).toBe(true);
      }),
    );
  });

  test('is left alone where hardly anybody clicked on it, and given a chance before that is known', () => {
    expect(isWorthExploring({ shown: 10, clicked: 0 }, 0.2)).toBe(true);
    expect(isWorthExploring({ shown: 60, clicked: 0 }, 0.2)).toBe(false);
    expect(isWorthExploring({ shown: 60, clicked: 12 }, 0.2)).toBe(true);
  });
});

/** Whether a viewer clicks depends on the product and on how well it fits. */
const rates = Array.from({ length: 20 }, (_, product) => (product < 2 ? 0.5 : 0.1));

function randomLog(count: number, seed: number): Logged[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () => {
    const choices = Array.from({ length: 6 }, () => ({ product: Math.floor(random() * rates.length), fit: 0.2 + 0.8 * random() }));
    const chosen = Math.floor(random() * choices.length);
    return { choices, chosen, clicked: random() < rates[choices[chosen]!.product]! * choices[chosen]!.fit };
  });
}

/** What the policy really gets, where it chooses itself. */
function online(policy: Policy, count: number, seed: number): number {
  const random = randomNumbers(seed);
  const known = rates.map(() => ({ shown: 0, clicked: 0 }));
  let clicks = 0;
  for (let at = 0; at < count; at++) {
    const choices = Array.from({ length: 6 }, () => ({ product: Math.floor(random() * rates.length), fit: 0.2 + 0.8 * random() }));
    const chosen = policy(choices.map(({ product, fit }) => ({ ...known[product]!, fit })));
    if (chosen === null) continue;
    const { product, fit } = choices[chosen]!;
    const clicked = random() < rates[product]! * fit;
    known[product]!.shown++;
    known[product]!.clicked += Number(clicked);
    clicks += Number(clicked);
  }
  return clicks / count;
}

const bandit = (seed: number): Policy => {
  const random = randomNumbers(seed);
  return (choices: readonly Explorable[]) => chooseToExplore(choices, 0.1, random);
};

describe('a replay of random choices', () => {
  test('says of the bandit what it gets when it chooses itself, and more than chance', () => {
    const log = randomLog(9_000, 1);
    const atRandom = log.filter(({ clicked }) => clicked).length / log.length;
    const replayed = replay(log, bandit(2));
    expect(replayed.matched).toBeGreaterThan(1_000);
    const real = [3, 4, 5].map((seed) => online(bandit(seed), replayed.matched, seed)).reduce((sum, rate) => sum + rate / 3, 0);
    expect(Math.abs(replayed.rate - real)).toBeLessThan(0.04);
    expect(replayed.rate).toBeGreaterThan(1.25 * atRandom);
  });

  test('counts nothing where the policy never agrees', () => {
    expect(replay(randomLog(50, 1), () => null)).toEqual({ matched: 0, rate: 0 });
  });
});

describe('a list of the exploring variant', () => {
  const product = (title: string) => ({
    _id: new Types.ObjectId(),
    title,
    description: title,
    category: new Types.ObjectId(),
    attributes: [],
  });
  const owned = product('Green teapot');
  const unseen = product('Blue teapot');
  const ranked = Array.from({ length: 10 }, (_, at) => ({ product: new Types.ObjectId(), score: 10 - at, reasons: [], modelVersion: 'v' }));
  const model = {
    version: 'v',
    ranker: { vocabulary: vocabularyOf([['green', 'teapot'], ['blue', 'teapot'], ['bicycle']]) },
  } as unknown as LoadedModel;
  const request = { user: null, visitor: null, count: 10, seeds: [owned._id], exclude: [], productOf: async () => null };
  const viewer = { user: new Types.ObjectId(), history: [], followees: [], excluded: [], tracked: true };

  const listWith = (comparisons: object[], whose: object = viewer, length = 10) => {
    const catalog = { newestSince: async () => [unseen], productsByIds: async () => [owned] };
    const experiments = { showingsOf: async () => new Map(), report: async () => ({ comparisons }) };
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const exploration = new Exploration({ catalog, experiments, log } as never);
    return exploration.mixInto(ranked.slice(0, length), model, request, { ...viewer, ...whose });
  };
  const hasUnseen = (list: { product: Types.ObjectId }[]) => list.findIndex((item) => item.product.equals(unseen._id));

  test('has one new product, at the fifth place', async () => {
    const list = await listWith([]);
    expect(hasUnseen(list)).toBe(4);
    expect(list).toHaveLength(10);
  });

  test('has none once its users click on less than others, and has one where that may be chance', async () => {
    const worse = { treatment: 'exploring', clickRateDifference: -0.02 };
    expect(hasUnseen(await listWith([{ ...worse, alwaysValidP: 0.01 }]))).toBe(-1);
    expect(hasUnseen(await listWith([{ ...worse, alwaysValidP: 0.2 }]))).toBe(4);
    expect(hasUnseen(await listWith([{ ...worse, clickRateDifference: 0.02, alwaysValidP: 0.01 }]))).toBe(4);
  });

  test('has none for strangers, in short lists, and of what the viewer does not want', async () => {
    expect(hasUnseen(await listWith([], { user: null }))).toBe(-1);
    expect(hasUnseen(await listWith([], {}, 3))).toBe(-1);
    expect(hasUnseen(await listWith([], { excluded: [unseen._id] }))).toBe(-1);
  });
});
