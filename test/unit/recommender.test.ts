import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildDataset, splitFolds, type Observation } from '../../src/recommender/dataset.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { denseKernel, isCompiled, PlainKernel } from '../../src/recommender/dense-kernel.js';
import { startFitThreads } from '../../src/recommender/fit-threads.js';
import { invertPositiveDefinite } from '../../src/recommender/linear-algebra.js';
import { ndcg, recall } from '../../src/recommender/metrics.js';
import { itemNeighbourhood } from '../../src/recommender/models/item-similarity.js';
import { reviveModel } from '../../src/recommender/fitted-model.js';
import type { ItemModel } from '../../src/recommender/models/model.js';
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

function filled<Numbers extends Float32Array | Float64Array>(array: Numbers, numbers: number[]): Numbers {
  array.set(numbers);
  return array;
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
    const factor = Float64Array.from({ length: size * size }, () => random() - 0.5);
    const product = (a: Float64Array, b: Float64Array, row: number, column: number, turned: boolean) => {
      let sum = 0;
      for (let at = 0; at < size; at++) sum += a[row * size + at]! * (turned ? b[column * size + at]! : b[at * size + column]!);
      return sum;
    };
    const matrix = Float64Array.from({ length: size * size }, (_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      return product(factor, factor, row, column, true) + (row === column ? 1 : 0);
    });
    const inverse = invertPositiveDefinite(matrix.slice(), size);
    for (let row = 0; row < size; row += 7) {
      for (let column = 0; column < size; column += 5)
        expect(product(matrix, inverse, row, column, false)).toBeCloseTo(row === column ? 1 : 0, 8);
    }
  }
});

test('the compiled kernel and the plain one give the same numbers to the last digit', () => {
  const random = randomNumbers(5);
  const values = (count: number): number[] => Array.from({ length: count }, () => random() - 0.5);
  const [rows, columns, depth] = [12, 8, 40];
  const [left, right, square, vectors, weights] = [values(rows * 50), values(columns * 50), values(256), values(16 * 30), values(30)];
  const products = [denseKernel(1 << 20), new PlainKernel()].map((kernel) => {
    const doubles = (numbers: number[]) => filled(kernel.doubles(numbers.length), numbers);
    const floats = (numbers: number[]) => filled(kernel.floats(numbers.length), numbers);
    const target = doubles(values(0).concat(Array.from({ length: rows * 10 }, (_, at) => at)));
    kernel.subtractProduct(
      { array: target, from: 1, stride: 10 },
      { array: doubles(left), from: 3, stride: 50 },
      { array: doubles(right), from: 5, stride: 50 },
      { rows: rows - 4, columns, depth },
    );
    const sums = floats(square);
    kernel.addOuterProducts(sums, 16, floats(vectors), floats(weights), 30);
    return { target: [...target], lower: [...sums].filter((_, at) => at % 16 <= Math.floor(at / 16)) };
  });
  expect(isCompiled()).toBe(true);
  expect(products[0]).toEqual(products[1]);
  expect(products[0]!.target).not.toEqual(Array.from({ length: rows * 10 }, (_, at) => at));
});

test('a matrix that is not positive definite is refused', () => {
  expect(() => invertPositiveDefinite(Float64Array.of(1, 2, 2, 1), 2)).toThrow('not positive definite');
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
