import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildDataset, splitFolds, type Observation } from '../../src/recommender/dataset.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { isCompiled, newKernel } from '../../src/recommender/compiled-kernel.js';
import { startFitThreads } from '../../src/recommender/fit-threads.js';
import { bytesOfSparse, scratchFor, type Kernel } from '../../src/recommender/kernel.js';
import { invertPositiveDefinite } from '../../src/recommender/linear-algebra.js';
import { ndcg, recall } from '../../src/recommender/metrics.js';
import { itemNeighbourhood } from '../../src/recommender/models/item-similarity.js';
import { reviveModel } from '../../src/recommender/fitted-model.js';
import type { ItemModel } from '../../src/recommender/models/model.js';
import { PlainKernel } from '../../src/recommender/plain-kernel.js';
import { defaultParameters } from '../../src/recommender/parameters.js';
import { Ranker } from '../../src/recommender/serving.js';
import { largest, rowOf, sparseMatrix, transpose } from '../../src/recommender/sparse-matrix.js';
import { unshareArrays } from '../../src/recommender/shared-arrays.js';
import { planTraining, trainRecommender } from '../../src/recommender/training.js';

/** Two tastes: users of each half like the items of their half. */
function twoTastes(users = 80, items = 40) {
  const random = randomNumbers(7);
  const observations: Observation[] = [];
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      const own = user % 2 === item % 2;
      if (random() < (own ? 0.35 : 0.02)) observations.push({ user, item, strength: own ? 1 : 0.3, liked: own, rating: own ? 5 : 2 });
    }
  }
  return buildDataset({ users, items, observations, follows: [], terms: [] });
}

function oneTaste(users: number): Observation[] {
  return Array.from({ length: 3 * users }, (_, at) => ({ user: at % users, item: (at * 7) % 40, strength: 1, liked: true, rating: 5 }));
}

function floatsOf(kernel: Kernel, numbers: number[]): Float32Array {
  const array = kernel.floats(numbers.length);
  array.set(numbers);
  return array;
}

/** What every function of a kernel makes of the same input. */
function resultsOf(kernel: Kernel, seed: number, width: number) {
  const random = randomNumbers(seed);
  const values = (count: number): number[] => Array.from({ length: count }, () => random() - 0.5);
  const [rows, columns, depth] = [8, 16, 40];
  const product = floatsOf(kernel, values((rows + 4) * 20));
  kernel.subtractProduct(
    { array: product, from: 1, stride: 20 },
    { array: floatsOf(kernel, values(rows * 50)), from: 3, stride: 50 },
    { array: floatsOf(kernel, values(columns * 50)), from: 5, stride: 50 },
    { rows, columns, depth },
  );
  const [users, items] = [150, 12];
  const cells = Array.from({ length: 700 }, () => {
    const value = random() < 0.1 ? 0 : random();
    return { row: Math.floor(random() * users), column: Math.floor(random() * (items - 1)), value };
  });
  const byUser = sparseMatrix(users, items, cells);
  const matrix = kernel.sparse(byUser);
  const turned = kernel.sparse(transpose(byUser));
  const [sums, common, touched] = [kernel.doubles(items), kernel.doubles(4 * items), kernel.integers(items)];
  const shared = Array.from({ length: items }, (_, item) => {
    const found = [...touched.subarray(0, kernel.addShared(turned, item, matrix, item + 2, sums.fill(0), touched))];
    const others = [...touched.subarray(0, kernel.addCommon(turned, item, matrix, items - 1, common.fill(0), touched))];
    return { found, sums: [...sums], others, common: [...common] };
  });
  const [ofUsers, ofItems] = [kernel.floats(users * width), floatsOf(kernel, values(items * width))];
  const parameters = { width, regularisation: 0.01, unobserved: 0.1, scratch: kernel.doubles(scratchFor(width)) };
  kernel.solveSide({ strengths: matrix, others: ofItems, own: ofUsers, ...parameters });
  kernel.solveSide({ strengths: turned, others: ofUsers, own: ofItems, ...parameters });
  return { product: [...product], shared, ofUsers: [...ofUsers], ofItems: [...ofItems], matrix: byUser };
}

describe('a sparse matrix', () => {
  const entries = fc.array(fc.record({ row: fc.nat(8), column: fc.nat(6), value: fc.integer({ min: 1, max: 9 }) }));

  test('turned twice is itself', () => {
    fc.assert(
      fc.property(entries, (cells) => {
        const matrix = sparseMatrix(9, 7, cells);
        expect(transpose(transpose(matrix))).toEqual(matrix);
      }),
    );
  });
});

test('the largest values are those that sorting finds', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 50 })), fc.integer({ min: 1, max: 12 }), (values, count) => {
      const found = largest(Float32Array.from(values), count).map((at) => values[at]);
      const sorted = values.filter((value) => value > 0).sort((a, b) => b - a);
      expect(found).toEqual(sorted.slice(0, count));
    }),
  );
});

test('the inverse of a positive definite matrix times the matrix is the identity', () => {
  const random = randomNumbers(3);
  for (const size of [1, 2, 63, 64, 65, 150]) {
    const factor = Float32Array.from({ length: size * size }, () => random() - 0.5);
    const product = (a: Float32Array, b: Float32Array, row: number, column: number, turned: boolean) => {
      let sum = 0;
      for (let at = 0; at < size; at++) sum += a[row * size + at]! * (turned ? b[column * size + at]! : b[at * size + column]!);
      return sum;
    };
    const matrix = Float32Array.from({ length: size * size }, (_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      return product(factor, factor, row, column, true) + (row === column ? 1 : 0);
    });
    const inverse = invertPositiveDefinite(matrix.slice(), size);
    for (let row = 0; row < size; row += 7) {
      for (let column = 0; column < size; column += 5)
        expect(product(matrix, inverse, row, column, false)).toBeCloseTo(row === column ? 1 : 0, 3);
    }
  }
});

test('the compiled kernel and the plain one give the same numbers to the last digit', () => {
  expect(isCompiled()).toBe(true);
  for (let seed = 1; seed <= 20; seed++) {
    const width = 8 * (1 + (seed % 4));
    expect(resultsOf(newKernel(1 << 20), seed, width)).toEqual(resultsOf(new PlainKernel(), seed, width));
  }
});

test('the kernel adds up what rows share', () => {
  const { matrix, shared } = resultsOf(newKernel(1 << 20), 3, 8);
  const cell = (user: number, item: number): number => {
    const { indices, values } = rowOf(matrix, user);
    return indices.includes(item) ? values[indices.indexOf(item)]! : NaN;
  };
  const users = [...Array(matrix.rows).keys()];
  shared.forEach(({ sums, common, found, others }, item) => {
    for (let other = 0; other < matrix.columns; other++) {
      const both = users.map((user) => [cell(user, item), cell(user, other)]).filter((pair) => !pair.some(Number.isNaN));
      const total = (of: (own: number, other: number) => number): number => both.reduce((sum, [a, b]) => sum + of(a!, b!), 0);
      expect(sums[other]).toBeCloseTo(other < item + 2 ? total((a, b) => a * b) : 0, 10);
      expect(common.slice(4 * other, 4 * other + 4)).toEqual([
        expect.closeTo(
          total((a, b) => a * b),
          10,
        ),
        expect.closeTo(
          total((_, b) => b * b),
          10,
        ),
        expect.closeTo(
          total((a) => a * a),
          10,
        ),
        both.length,
      ]);
      expect(found.includes(other)).toBe(sums[other]! > 0);
      expect(others.includes(other)).toBe(both.length > 0);
    }
    expect(new Set(found).size).toBe(found.length);
  });
});

test('a kernel has room for what is asked of it', () => {
  const matrix = sparseMatrix(3, 5, [{ row: 1, column: 2, value: 4 }]);
  const copy = newKernel(bytesOfSparse(matrix)).sparse(matrix);
  expect(copy).toEqual(matrix);
});

test('a matrix that is not positive definite is refused', () => {
  expect(() => invertPositiveDefinite(Float32Array.of(1, 2, 2, 1), 2)).toThrow('not positive definite');
});

describe('the metrics', () => {
  test('are those of the textbook', () => {
    const relevant = new Set([1, 4, 9]);
    expect(ndcg([1, 2, 4], relevant, 3)).toBeCloseTo((1 + 1 / 2) / (1 + 1 / Math.log2(3) + 1 / 2), 12);
    expect(recall([1, 2, 4], relevant, 3)).toBeCloseTo(2 / 3, 12);
    expect(recall([1], new Set([1]), 10)).toBe(1);
  });

  test('are 1 for the ideal ranking and 0 for none', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 20 }), (items) => {
        expect(ndcg(items, new Set(items), 10)).toBeCloseTo(1, 12);
        expect(ndcg([], new Set(items), 10)).toBe(0);
      }),
    );
  });
});

test('item cosine is the cosine of the items’ columns', () => {
  const dataset = buildDataset({
    users: 3,
    items: 3,
    observations: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 1],
      [2, 2],
    ].map(([user, item]) => ({ user: user!, item: item!, strength: 1, liked: true, rating: null })),
    follows: [],
    terms: [],
  });
  const similarities = itemNeighbourhood(dataset.liked, { metric: 'cosine', neighbours: 10 });
  expect(rowOf(similarities, 0)).toEqual({ indices: Uint32Array.of(1), values: Float32Array.of(2 / Math.sqrt(2 * 3)) });
  expect([...rowOf(similarities, 2).indices]).toEqual([1]);
});

describe('a trained recommender', async () => {
  const dataset = twoTastes();
  const trained = await trainRecommender(dataset);
  const ranker = new Ranker(trained);

  test('recommends what others of the same taste like, and nothing that is excluded', () => {
    for (const taste of [0, 1]) {
      const items = [taste, taste + 2, taste + 4];
      const profile = { items, strengths: [1, 1, 1], liked: [1, 1, 1], ratings: [5, 5, 5], follows: [] };
      const recommended = ranker.recommend(profile, 5, [...items, taste + 6]);
      expect(recommended).toHaveLength(5);
      expect(recommended.every(({ item }) => item % 2 === taste && !items.includes(item) && item !== taste + 6)).toBe(true);
    }
  });

  test('recommends to a stranger what most like', () => {
    const counts = new Map<number, number>();
    for (const item of dataset.liked.indices) counts.set(item, (counts.get(item) ?? 0) + 1);
    const [first] = ranker.recommend({ items: [], strengths: [], liked: [], ratings: [], follows: [] }, 1, []);
    expect(counts.get(first!.item)).toBe(Math.max(...counts.values()));
  });

  test('explains a factor model’s score as a sum over the profile’s items', () => {
    const fitted = trained.models.find(({ name }) => name === 'factors')!;
    const model = reviveModel(fitted, trained.liked) as ItemModel;
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 8 }), (items) => {
        const profile = {
          items,
          strengths: items.map((item) => 0.2 + (item % 3) / 3),
          liked: items.map(() => 1),
          ratings: items.map(() => null),
          follows: [],
        };
        const scores = new Float32Array(dataset.items);
        model.score(profile, scores);
        for (const item of [0, 7, 21]) {
          const sum = items.reduce((total, _, at) => total + model.contribution(profile, at, item), 0);
          expect(sum).toBeCloseTo(scores[item]!, 4);
        }
      }),
    );
  });

  test('is the same for the same data and seed, however many threads train', async () => {
    for (const threads of [1, 3]) {
      const again = await trainRecommender(dataset, { start: (plan) => startFitThreads(threads, plan) });
      expect(unshareArrays(again)).toEqual(trained);
    }
  });

  test('ends its training with what went wrong in a thread', async () => {
    const broken = { ...dataset, strengths: { ...dataset.strengths, indices: dataset.strengths.indices.map(() => 1e9) } };
    await expect(trainRecommender(broken, { start: (plan) => startFitThreads(2, plan) })).rejects.toThrow();
  });

  test('needs no second fit where what is held out is not missed, and learns from a bounded number of users', () => {
    const many = twoTastes(300, 20);
    const few = planTraining(many, 1, defaultParameters);
    expect(few.datasets).toHaveLength(few.learners.length + 1);
    expect(few.datasets[few.serving]).toBe(many);
    const large = buildDataset({ users: 60_000, items: 40, observations: oneTaste(60_000), follows: [], terms: [] });
    const plan = planTraining(large, 1, defaultParameters);
    expect(plan.datasets).toHaveLength(1);
    expect(plan.learners[0]!.length).toBeLessThanOrEqual(2000);
    const held = large.strengths.indices.length - plan.datasets[0]!.strengths.indices.length;
    expect(held / large.strengths.indices.length).toBeLessThan(0.01);
    expect(held).toBeGreaterThan(0);
  });

  test('learns its weights on folds that hold every observation out once, and train on none that they hold', () => {
    const holdouts = splitFolds(dataset, 5, 3);
    let held = 0;
    for (const { train, heldOut } of holdouts) {
      held += heldOut.indices.length;
      for (let user = 0; user < dataset.users; user++) {
        const seen = new Set(rowOf(train.strengths, user).indices);
        for (const item of rowOf(heldOut, user).indices) expect(seen.has(item)).toBe(false);
      }
    }
    expect(held).toBe(dataset.liked.indices.length);
  });
});
