import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addToTally,
  emptyTally,
  overallPoints,
  reviewWeight,
  summarise,
  tallyOf,
  wilsonLowerBound,
  type RatedReview,
} from '../../src/scoring/index.js';

const stars = fc.integer({ min: 1, max: 5 });
const review = fc
  .record({ quality: stars, price: stars, service: stars, weight: fc.integer({ min: 1, max: 10_000_000 }) })
  .map((one): RatedReview => ({ ...one, points: overallPoints(one) }));

describe('the tally', () => {
  test('is the same in whatever order reviews are added and taken away', () => {
    fc.assert(
      fc.property(fc.array(review, { maxLength: 50 }), fc.array(review, { maxLength: 50 }), (kept, removed) => {
        const tally = emptyTally();
        for (const one of [...removed, ...kept]) addToTally(tally, one, 1);
        for (const one of removed) addToTally(tally, one, -1);
        expect(tally).toEqual(tallyOf(kept));
      }),
    );
  });
});

describe('the scores', () => {
  test('lie within the scale, and the composite between the weighted mean and the category’s mean', () => {
    fc.assert(
      fc.property(fc.array(review, { minLength: 1 }), fc.array(review, { minLength: 1 }), (own, others) => {
        const all = tallyOf([...own, ...others]);
        const { mean, weightedMean, composite, distribution, count } = summarise(tallyOf(own), { count: all.count, points: all.points });
        const categoryMean = all.points / all.count / 60;
        for (const score of [mean!, weightedMean!, composite!]) expect(score >= 1 - 1e-9 && score <= 5 + 1e-9).toBe(true);
        expect(composite!).toBeGreaterThanOrEqual(Math.min(weightedMean!, categoryMean) - 1e-9);
        expect(composite!).toBeLessThanOrEqual(Math.max(weightedMean!, categoryMean) + 1e-9);
        expect(distribution.reduce((sum, bucket) => sum + bucket, 0)).toBe(count);
      }),
    );
  });

  test('weigh equal reviews equally', () => {
    const one: RatedReview = { quality: 5, price: 5, service: 5, points: 300, weight: 7 };
    const other: RatedReview = { quality: 2, price: 2, service: 2, points: 120, weight: 7 };
    const { mean, weightedMean } = summarise(tallyOf([one, other]), { count: 0, points: 0 });
    expect([mean, weightedMean]).toEqual([3.5, 3.5]);
  });
});

describe('a review’s weight', () => {
  const plain = { createdAt: new Date('2026-01-01'), verifiedPurchase: false, helpful: 0, unhelpful: 0 };

  test('doubles when the purchase is verified', () => {
    expect(reviewWeight({ ...plain, verifiedPurchase: true }) / reviewWeight(plain)).toBeCloseTo(2, 4);
  });

  test('halves for every two years of age', () => {
    expect(reviewWeight(plain) / reviewWeight({ ...plain, createdAt: new Date('2024-01-01') })).toBeCloseTo(2, 2);
  });

  test('grows with helpful votes, and with few of them only a little', () => {
    const weight = (helpful: number, unhelpful: number) => reviewWeight({ ...plain, helpful, unhelpful }) / reviewWeight(plain);
    expect(weight(1, 0)).toBeLessThan(weight(10, 0));
    expect(weight(10, 0)).toBeLessThan(weight(100, 0));
    expect(weight(100, 0)).toBeLessThan(2);
    expect(weight(0, 100)).toBe(1);
  });
});

test('the Wilson bound knows ninety of a hundred from one of one', () => {
  expect(wilsonLowerBound(90, 100)).toBeCloseTo(0.8256, 3);
  expect(wilsonLowerBound(1, 1)).toBeCloseTo(0.2065, 3);
  expect(wilsonLowerBound(0, 0)).toBe(0);
});
