import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inPlainWords } from '../../src/evaluation/plain-words.js';
import { buildDataset, ObservationTable, type Observation } from '../../src/recommender/dataset.js';
import { listsOf } from '../../src/recommender/evaluation.js';
import { evaluateRecommender } from '../../src/recommender/evaluation-report.js';
import { coverage, gini, itemGroups, ListMeasures } from '../../src/recommender/exposure.js';
import { ndcg, recall } from '../../src/recommender/metrics.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { segmentsOf } from '../../src/recommender/segments.js';
import { rowOf, sparseMatrix } from '../../src/recommender/sparse-matrix.js';
import { bootstrap, bootstrapRatio, countsOf, exposureInterval, holm, pairedTest } from '../../src/recommender/statistics.js';
import { splitByTime } from '../../src/recommender/temporal-split.js';
import { trainRecommender } from '../../src/recommender/training.js';

const counts = fc.array(fc.nat(20), { minLength: 1, maxLength: 12 });
const differences = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 8 });
const lists = fc.array(fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 12 });

describe('which items are listed', () => {
  test('Gini is half the mean difference of any two counts, by their mean', () => {
    fc.assert(
      fc.property(counts, (of) => {
        const mean = of.reduce((sum, count) => sum + count, 0) / of.length;
        const gaps = of.flatMap((a) => of.map((b) => Math.abs(a - b)));
        const expected = mean === 0 ? 0 : gaps.reduce((sum, gap) => sum + gap, 0) / (2 * of.length ** 2 * mean);
        expect(gini(Uint32Array.from(of))).toBeCloseTo(expected, 10);
      }),
    );
  });

  test('coverage is the share of items in any list, and its interval is that of the jackknife over single lists', () => {
    fc.assert(
      fc.property(lists, (of) => {
        const share = (some: number[][]) => new Set(some.flat()).size / 10;
        const found = exposureInterval(of, 10, coverage, of.length);
        const without = of.map((_, left) => share(of.filter((__, at) => at !== left)));
        const center = without.reduce((sum, value) => sum + value, 0) / of.length;
        const variance = ((of.length - 1) / of.length) * without.reduce((sum, value) => sum + (value - center) ** 2, 0);
        expect(found.mean).toBeCloseTo(share(of), 10);
        expect(found.high).toBeCloseTo(Math.min(1, share(of) + 1.959964 * Math.sqrt(variance)), 8);
        expect(found.low).toBeLessThanOrEqual(found.mean);
      }),
    );
  });

  test('every item of every list is counted', () => {
    fc.assert(
      fc.property(lists, (of) => {
        expect(countsOf(of, 10).reduce((sum, count) => sum + count, 0)).toBe(of.flat().length);
      }),
    );
  });
});

describe('the paired test', () => {
  test('is the share of all assignments of signs that differ as much, where all can be tried', () => {
    fc.assert(
      fc.property(differences, (of) => {
        const sums = Array.from({ length: 2 ** of.length }, (_, signs) =>
          Math.abs(of.reduce((sum, value, at) => sum + (Math.floor(signs / 2 ** at) % 2 ? -value : value), 0)),
        );
        const observed = Math.abs(of.reduce((sum, value) => sum + value, 0));
        const expected = sums.filter((sum) => sum >= observed).length / sums.length;
        expect(
          pairedTest(
            of,
            of.map(() => 0),
            1,
          ).p,
        ).toBeCloseTo(expected, 10);
      }),
    );
  });

  test('does not hang on which of the two comes first, and is 1 for the same figures', () => {
    fc.assert(
      fc.property(differences, differences, (one, other) => {
        const length = Math.min(one.length, other.length);
        const [a, b] = [one.slice(0, length), other.slice(0, length)];
        expect(pairedTest(a, b, 1).p).toBeCloseTo(pairedTest(b, a, 1).p, 10);
        expect(pairedTest(a, b, 1).difference.mean).toBeCloseTo(-pairedTest(b, a, 1).difference.mean, 10);
        expect(pairedTest(a, a, 1).p).toBe(1);
      }),
    );
  });

  test('of many users finds a difference that is there, and cries wolf about as often as it should', () => {
    const random = randomNumbers(5);
    const noise = () => Array.from({ length: 60 }, random);
    const base = noise();
    expect(
      pairedTest(
        base.map((value) => value + 0.1 * random()),
        base,
        1,
      ).p,
    ).toBeLessThan(0.001);
    const alarms = Array.from({ length: 60 }, (_, at) => pairedTest(noise(), noise(), at).p < 0.1).filter(Boolean).length;
    expect(alarms).toBeLessThanOrEqual(14);
  });

  test('of several comparisons is corrected step by step: never below the plain p, above Bonferroni, or out of order', () => {
    const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(ps, (of) => {
        const adjusted = holm(of);
        of.forEach((p, at) => {
          const smaller = [...of].sort((a, b) => a - b);
          const expected = Math.max(
            ...smaller.filter((other) => other <= p).map((other) => Math.min(1, (of.length - smaller.indexOf(other)) * other)),
          );
          expect(adjusted[at]).toBeGreaterThanOrEqual(p);
          expect(adjusted[at]).toBeLessThanOrEqual(Math.min(1, of.length * p) + 1e-12);
          expect(adjusted[at]).toBeCloseTo(expected, 10);
        });
      }),
    );
  });
});

test('a bootstrap interval holds its mean, and a ratio of the same is 1', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 2, maxLength: 30 }), (values) => {
      const { mean, low, high } = bootstrap(values, 3);
      expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 8);
      expect(low).toBeLessThanOrEqual(mean + 1e-9);
      expect(high).toBeGreaterThanOrEqual(mean - 1e-9);
      expect(bootstrapRatio(values, values, 3)).toEqual({ mean: 1, low: 1, high: 1 });
    }),
    { numRuns: 20 },
  );
});

const day = 24 * 60 * 60 * 1000;

/** Three tastes; the last users and items come late. */
function made(users: number, items: number): Observation[] {
  const random = randomNumbers(7);
  const observations: Observation[] = [];
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      const own = user % 3 === item % 3;
      if (random() > (own ? 0.4 : 0.05)) continue;
      const lateness = user >= users - 4 || item >= items - 4 ? 100 : 0;
      const liked = own || random() < 0.2;
      observations.push({ user, item, strength: liked ? 1 : 0.2, liked, rating: liked ? 5 : 2, at: day * (1 + lateness + random() * 100) });
    }
  }
  return observations;
}

const [users, items] = [60, 40];
const table = new ObservationTable();
for (const observation of made(users, items)) table.add(observation);
const split = splitByTime(table.columns(), users, items, 0.25)!;
const train = buildDataset({ users, items, observations: split.train, follows: [], terms: [] });

describe('a split by time', () => {
  test('trains on nothing that came after what is to be found, and loses nothing that was liked', () => {
    const columns = table.columns();
    const latest = split.train.times.reduce((most, at) => Math.max(most, at), 0);
    const later = [...columns.users.keys()].filter((at) => columns.times[at]! > latest);
    const liked = later.filter((at) => columns.flags[at]! % 2 === 1);
    expect(split.train.users.length + later.length).toBe(columns.users.length);
    expect(later.length / columns.users.length).toBeCloseTo(0.25, 1);
    expect(split.heldOut.indices.length).toBe(liked.length);
    for (const at of liked) expect([...rowOf(split.heldOut, columns.users[at]!).indices]).toContain(columns.items[at]!);
  });

  test('is none where nobody knows when anything happened, or nothing was liked later', () => {
    const undated = new ObservationTable();
    undated.add({ user: 0, item: 0, strength: 1, liked: true, rating: null });
    expect(splitByTime(undated.columns(), 1, 1, 0.2)).toBeNull();
    undated.add({ user: 0, item: 1, strength: 1, liked: false, rating: null, at: 5 });
    expect(splitByTime(undated.columns(), 1, 2, 0.5)).toBeNull();
  });
});

describe('segments', () => {
  const groups = itemGroups(train);
  const tested = Array.from({ length: users }, (_, user) => ({ user, relevant: new Set(rowOf(split.heldOut, user).indices) })).filter(
    ({ relevant }) => relevant.size > 0,
  );
  const segments = segmentsOf(train, groups, tested);
  const placesOf = (name: string) => segments.find((segment) => segment.name === name)?.places ?? [];

  test('part the users: each is new, light or heavy', () => {
    const all = ['NEW_USERS', 'LIGHT_USERS', 'HEAVY_USERS'].flatMap(placesOf);
    expect([...all].sort((a, b) => a - b)).toEqual([...tested.keys()]);
    const sizeOf = (place: number) => rowOf(train.strengths, tested[place]!.user).indices.length;
    expect(placesOf('NEW_USERS').map(sizeOf)).toEqual(placesOf('NEW_USERS').map(() => 0));
    expect(Math.max(...placesOf('LIGHT_USERS').map(sizeOf))).toBeLessThan(Math.min(...placesOf('HEAVY_USERS').map(sizeOf)));
  });

  test('part the items: the head is the fewest with half of all likes, and new items have no observation', () => {
    const likes = Array.from({ length: items }, (_, item) => train.liked.indices.filter((other) => other === item).length);
    const sum = (of: Iterable<number>) => [...of].reduce((total, item) => total + likes[item]!, 0);
    const [half, headLikes] = [train.liked.indices.length / 2, sum(groups.head)];
    expect(headLikes).toBeGreaterThanOrEqual(half);
    expect(headLikes - Math.min(...[...groups.head].map((item) => likes[item]!))).toBeLessThan(half);
    expect(Math.min(...[...groups.head].map((item) => likes[item]!))).toBeGreaterThanOrEqual(
      Math.max(...[...groups.tail].map((item) => likes[item]!)),
    );
    expect(groups.head.size + groups.tail.size + groups.cold.size).toBe(items);
    for (const item of groups.cold) expect(train.strengths.indices).not.toContain(item);
    const found = segments.filter(({ name }) => name.endsWith('ITEMS')).flatMap(({ relevant }) => relevant.map(({ size }) => size));
    expect(found.reduce((total, size) => total + size, 0)).toBe(split.heldOut.indices.length);
  });
});

describe('the report', () => {
  test('measures every model on the same users, the blend with each of them, and new users and items apart', async () => {
    const trained = await trainRecommender(train);
    const report = evaluateRecommender(trained, train, split.heldOut, { split: 'TEMPORAL', seed: 1, diversity: 0.6 });
    const [blend] = report.models;
    expect(report.models.map(({ model }) => model).slice(0, 3)).toEqual(['blend', 'diverse-blend', 'popularity']);
    expect(report.comparisons.map(({ model }) => model)).toEqual(report.models.slice(1).map(({ model }) => model));
    expect(report.newUsers).toBeGreaterThan(0);
    expect(report.newItems).toBeGreaterThan(0);
    expect(report.likes).toBe(split.heldOut.indices.length);
    for (const { model, difference } of report.comparisons) {
      const other = report.models.find((one) => one.model === model)!;
      expect(difference.mean).toBeCloseTo(blend!.ndcg.mean - other.ndcg.mean, 10);
    }
    for (const { coverage: share, gini: unequal, tailShare } of report.models)
      for (const { mean, low, high } of [share, unequal, tailShare])
        expect(low <= mean && mean <= high && low >= 0 && high <= 1).toBe(true);
    const words = inPlainWords(report).join('\n');
    expect(words).toContain(`${report.newUsers} of them were new customers`);
    expect(words).toContain('take every figure as a rough hint');
  });

  test('has the figures that counting by hand gives', () => {
    const model = {
      name: 'fixed',
      score: (_profile: unknown, scores: Float32Array) => scores.forEach((_, item) => (scores[item] = -item)),
    };
    const tested = [0, 1, 2];
    const found = listsOf(model, train, tested);
    const measures = new ListMeasures(train, itemGroups(train));
    found.forEach((list, user) => {
      const known = new Set(rowOf(train.strengths, user).indices);
      expect(list).toEqual(
        Array.from({ length: items }, (_, item) => item)
          .filter((item) => !known.has(item))
          .slice(0, 10),
      );
      const likes = list.map((item) => train.liked.indices.filter((other) => other === item).length);
      expect(measures.popularity(list)).toBeCloseTo(likes.reduce((sum, count) => sum + count / users, 0) / 10, 10);
      expect(measures.novelty(list)).toBeCloseTo(likes.reduce((sum, count) => sum - Math.log2((count + 1) / (users + 1)), 0) / 10, 10);
      const relevant = new Set(list.slice(2, 4));
      expect(recall(list, relevant, 10)).toBe(1);
      expect(ndcg(list, relevant, 10)).toBeCloseTo((1 / Math.log2(4) + 1 / Math.log2(5)) / (1 + 1 / Math.log2(3)), 10);
    });
  });

  test('measures how different the items of a list are by who likes them', () => {
    const cells = [
      [0, 0],
      [1, 0],
      [0, 1],
      [2, 2],
    ] as const;
    const observations = cells.map(([user, item]): Observation => ({ user, item, strength: 1, liked: true, rating: null }));
    const dataset = buildDataset({ users: 3, items: 3, observations, follows: [], terms: [] });
    expect(dataset.liked).toEqual(
      sparseMatrix(
        3,
        3,
        cells.map(([row, column]) => ({ row, column, value: 1 })),
      ),
    );
    const measures = new ListMeasures(dataset, itemGroups(dataset));
    expect(measures.diversity([0, 1])).toBeCloseTo(1 - 1 / Math.sqrt(2), 10);
    expect(measures.diversity([0, 2])).toBe(1);
    expect(measures.tailShare([0, 1, 2])).toBeCloseTo(2 / 3, 10);
  });
});
