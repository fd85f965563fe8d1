/** Texts are compared with few others, however large the catalogue: the work grows with the items, and what is alike is still found. */
import { expect, test } from 'vitest';
import { buildDataset } from '../../src/recommender/dataset.js';
import { contentSimilarity, sharedTerms } from '../../src/recommender/models/item-similarity.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { rowOf, type SparseMatrix } from '../../src/recommender/sparse-matrix.js';

const neighbours = 10;

/** Each text has a maker's name that thirty have, a kind that a tenth has, and words that every second one has. */
function catalogue(items: number): SparseMatrix {
  const random = randomNumbers(1);
  const terms = Array.from({ length: items }, (_, item) => [
    `maker${item % Math.ceil(items / 30)}`,
    `kind${item % 10}`,
    ...['with', 'and', 'the', 'for'].filter(() => random() < 0.5),
  ]);
  return buildDataset({ users: 1, items, observations: [], follows: [], terms }).content;
}

/** How many products are added to find what is alike. */
function workOf({ rare, byTerm }: { rare: SparseMatrix; byTerm: SparseMatrix }): number {
  let work = 0;
  for (const term of rare.indices) work += byTerm.offsets[term + 1]! - byTerm.offsets[term]!;
  return work;
}

test('the work grows with the items and not with their square', () => {
  const [small, large] = [catalogue(1000), catalogue(4000)];
  expect(workOf(sharedTerms(large, Infinity)) / workOf(sharedTerms(small, Infinity))).toBeGreaterThan(12);
  expect(workOf(sharedTerms(large, 200)) / workOf(sharedTerms(small, 200))).toBeLessThan(5);
  expect(workOf(sharedTerms(large, 200))).toBeLessThanOrEqual(4000 * 200);
});

test('what is most alike is found by its rarest terms, with the likeness that all terms give', () => {
  const content = catalogue(3000);
  const [all, some] = [contentSimilarity(content, neighbours, Infinity), contentSimilarity(content, neighbours, 200)];
  let [found, furthest] = [0, 0];
  for (let item = 0; item < content.rows; item++) {
    const [exact, rough] = [rowOf(all, item), rowOf(some, item)];
    const likeness = new Map(Array.from(exact.indices, (other, at) => [other, exact.values[at]!]));
    rough.indices.forEach((other, at) => {
      if (!likeness.has(other)) return;
      found++;
      furthest = Math.max(furthest, Math.abs(rough.values[at]! - likeness.get(other)!));
    });
  }
  expect(furthest).toBeLessThan(1e-5);
  expect(found / (neighbours * content.rows)).toBeGreaterThan(0.95);
});

test('items of common words alone are compared with the items that these words say most of', () => {
  const terms = Array.from({ length: 500 }, (_, item) => (item < 20 ? ['lamp'] : ['lamp', `own${item}`]));
  const { content } = buildDataset({ users: 1, items: 501, observations: [], follows: [], terms: [...terms, ['other']] });
  const { indices } = rowOf(contentSimilarity(content, 5, 20), 0);
  expect(indices.length).toBe(5);
  expect(Math.max(...indices)).toBeLessThan(20);
});
