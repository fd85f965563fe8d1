import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agreement, signsOfText, spamScore, userSimilarity, verdictOf, type SimilarityMetricName } from '../../src/scoring/index.js';
import { euclideanDistance } from '../../src/scoring/user-similarity.js';

const metrics: SimilarityMetricName[] = ['COSINE', 'EUCLIDEAN', 'JACCARD'];
const vector = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.double({ min: 0.01, max: 5, noNaN: true }))
  .map((entries) => new Map(Object.entries(entries)));

describe.each(metrics)('similarity by %s', (metric) => {
  test('lies between 0 and 1 and does not depend on the order of the two', () => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const similarity = userSimilarity(metric, a, b);
        expect(similarity).toBeGreaterThanOrEqual(0);
        expect(similarity).toBeLessThanOrEqual(1);
        expect(similarity).toBeCloseTo(userSimilarity(metric, b, a), 12);
      }),
    );
  });

  test('is 1 of a user to themselves, and 0 of anybody to somebody who did nothing', () => {
    fc.assert(
      fc.property(vector, (a) => {
        fc.pre(a.size > 0);
        expect(userSimilarity(metric, a, a)).toBeCloseTo(1, 6);
        expect(userSimilarity(metric, a, new Map())).toBe(0);
      }),
    );
  });
});

describe('agreement', () => {
  const ratings = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.integer({ min: 1, max: 5 }))
    .map((entries) => new Map(Object.entries(entries).map(([product, stars]) => [product, stars / 3])));

  test('is as its formula says, whichever of the two comes first, and does not hang on the product that it is asked for', () => {
    fc.assert(
      fc.property(ratings, ratings, (a, b) => {
        const shared = [...a.keys()].filter((product) => product !== 'a' && b.has(product));
        const distance =
          shared.reduce((sum, product) => sum + Math.abs(Math.round(a.get(product)! * 3) - Math.round(b.get(product)! * 3)), 0) /
          shared.length;
        const found = agreement(a, b, 'a');
        expect(agreement(b, a, 'a')).toEqual(found);
        expect(agreement(new Map([...a, ['a', 1 / 3]]), new Map([...b, ['a', 5 / 3]]), 'a')).toEqual(found);
        if (shared.length < 3 || distance > 1) expect(found).toBeNull();
        else expect(found).toBeCloseTo((shared.length / (shared.length + 5)) * (1 - distance / 4), 10);
      }),
    );
  });

  test('weighs what its users rate', () => {
    const verdict = verdictOf([
      { stars: 5, weight: 0.6 },
      { stars: 3, weight: 0.3 },
      { stars: 1, weight: 0.1 },
    ]);
    expect(verdict).toEqual({ rating: expect.closeTo(4, 10), liked: 1, disliked: 1 });
  });
});

test('the distance keeps the triangle inequality', () => {
  fc.assert(
    fc.property(vector, vector, vector, (a, b, c) => {
      expect(euclideanDistance(a, c)).toBeLessThanOrEqual(euclideanDistance(a, b) + euclideanDistance(b, c) + 1e-9);
    }),
  );
});

test('cosine minds proportions and not amounts; Jaccard minds neither; the distance minds both', () => {
  const a = new Map([
    ['x', 1],
    ['y', 2],
  ]);
  const twice = new Map([
    ['x', 2],
    ['y', 4],
  ]);
  const turned = new Map([
    ['x', 2],
    ['y', 1],
  ]);
  expect(userSimilarity('COSINE', a, twice)).toBeCloseTo(1, 12);
  expect(userSimilarity('COSINE', a, turned)).toBeCloseTo(0.8, 12);
  expect(userSimilarity('JACCARD', a, turned)).toBe(1);
  expect(userSimilarity('EUCLIDEAN', a, twice)).toBeCloseTo(1 / (1 + Math.sqrt(5)), 12);
});

describe('a spam score', () => {
  const none = { accountAge: 0, links: 0, repeats: 0, recent: 0, capitals: 0 };

  test('never falls when a sign grows, and never rises as the account ages', () => {
    const signs = fc.record({
      accountAge: fc.double({ min: 0, max: 1000, noNaN: true }),
      links: fc.nat(10),
      repeats: fc.nat(10),
      recent: fc.nat(50),
      capitals: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(signs, (one) => {
        for (const sign of ['links', 'repeats', 'recent'] as const)
          expect(spamScore({ ...one, [sign]: one[sign] + 1 })).toBeGreaterThanOrEqual(spamScore(one));
        expect(spamScore({ ...one, accountAge: one.accountAge + 1 })).toBeLessThanOrEqual(spamScore(one));
      }),
    );
  });

  test('is 0 without signs, and holds a new account’s first link but not that of a week-old one', () => {
    expect(spamScore(none)).toBe(0);
    expect(spamScore({ ...none, links: 1 })).toBeGreaterThanOrEqual(1);
    expect(spamScore({ ...none, accountAge: 7 * 24, links: 1 })).toBeLessThan(1);
  });

  test('knows links and shouting when it sees them', () => {
    expect(signsOfText('See https://a.example/b and www.c.example, or d.shop').links).toBe(3);
    for (const one of [
      't.me/cheap',
      'bit.ly/3xYz',
      'WWW.C.EXAMPLE',
      'ｈｔｔｐｓ://a.example',
      'cheap。com',
      'see shop.example.org/a?b',
      'a.store',
    ])
      expect(signsOfText(one).links, one).toBe(1);
    for (const one of ['and/or', 'Node.js', '1.5kg/m', 'i.e. this', 'a/b/c', '24/7', 'v2.0/3']) expect(signsOfText(one).links, one).toBe(0);
    const own = new Set(['shop.example']);
    expect(
      signsOfText('https://shop.example/products/a and http://shop.example@evil.example/ and https://shop.example.evil.example', own).links,
    ).toBe(2);
    expect(signsOfText('It is 3.5 l, e.g. for tea. Nice.').links).toBe(0);
    expect(signsOfText('BUY THIS TEAPOT NOW, EVERYBODY').capitals).toBe(1);
    expect(signsOfText('OK').capitals).toBe(0);
  });
});
