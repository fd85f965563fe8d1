import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildDataset, randomNumbers, splitFolds, type Observation } from '../../src/recommender/dataset.js';
import { invertPositiveDefinite } from '../../src/recommender/linear-algebra.js';
import { ndcg, recall } from '../../src/recommender/metrics.js';
import { itemNeighbourhood } from '../../src/recommender/models/item-similarity.js';
import { reviveModel } from '../../src/recommender/fitted-model.js';
import type { ItemModel } from '../../src/recommender/models/model.js';
import { Ranker } from '../../src/recommender/serving.js';
import { largest, rowOf, sparseMatrix, transpose } from '../../src/recommender/sparse-matrix.js';
import { trainRecommender } from '../../src/recommender/training.js';

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
  for (const size of [1, 2, 47, 48, 49, 150]) {
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

describe('a trained recommender', () => {
  const dataset = twoTastes();
  const trained = trainRecommender(dataset);
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

  test('is the same for the same data and seed', () => {
    expect(trainRecommender(dataset).weights).toEqual(trained.weights);
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
