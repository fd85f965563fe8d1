/** Fakes among honest reviews: what is planted is found, what is honest is left alone. */
import { describe, expect, test } from 'vitest';
import { suspiciousReviews, type ReviewSample, type SuspicionKind } from '../../src/fraud/index.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';

const day = 24 * 60 * 60 * 1000;
const random = randomNumbers(7);
const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
let numbers = 0;

function review(what: Partial<ReviewSample> & Pick<ReviewSample, 'author' | 'product'>): ReviewSample {
  return { id: `r${numbers++}`, stars: 1 + Math.floor(random() * 5), at: random() * 365 * day, text: '', ...what };
}

/** A year of a shop: 300 people, 120 products, some of them much more popular than others. */
const honest = Array.from({ length: 300 }, (_, author) =>
  Array.from({ length: 1 + Math.floor(12 * random() ** 2) }, () =>
    review({ author: `a${author}`, product: `p${Math.floor(120 * random() ** 2)}` }),
  ),
).flat();

function kindsOf(planted: readonly ReviewSample[], background = honest): (SuspicionKind[] | null)[] {
  const found = new Map(suspiciousReviews([...background, ...planted]).map(({ review: id, signs }) => [id, signs.map(({ kind }) => kind)]));
  return planted.map(({ id }) => found.get(id) ?? null);
}

test('honest reviews are not suspected', () => {
  expect(suspiciousReviews(honest)).toEqual([]);
});

test('the same reviews give the same answer in whatever order they come', () => {
  const ring = plantRing(5, 4);
  const forward = suspiciousReviews([...honest, ...ring]);
  const backward = suspiciousReviews([...ring, ...honest].reverse());
  expect(new Set(backward.map(({ review: id }) => id))).toEqual(new Set(forward.map(({ review: id }) => id)));
  expect(forward.length).toBe(ring.length);
});

function plantRing(size: number, targets: number): ReviewSample[] {
  const products = Array.from({ length: targets }, (_, at) => `p${60 + at * 7}`);
  return Array.from({ length: size }, (_, member) =>
    products.map((product, at) => review({ author: `ring${size}-${member}`, product, stars: 5, at: (100 + 20 * at + random()) * day })),
  ).flat();
}

describe('a ring', () => {
  test.each([3, 6, 10])('of %i authors who praise the same products within days is found, camouflaged or not', (size) => {
    const ring = plantRing(size, 4);
    expect(kindsOf(ring).every((kinds) => kinds?.includes('RING'))).toBe(true);
    const camouflage = [...new Set(ring.map(({ author }) => author))].flatMap((author) =>
      Array.from({ length: 4 }, () => review({ author, product: pick(honest).product })),
    );
    expect(kindsOf(ring, [...honest, ...camouflage]).every((kinds) => kinds?.includes('RING'))).toBe(true);
    expect(kindsOf(camouflage, [...honest, ...ring]).filter((kinds) => kinds !== null).length).toBeLessThanOrEqual(1);
  });

  test('is not made by two friends, nor by people who agree over the year', () => {
    expect(kindsOf(plantRing(2, 4)).every((kinds) => kinds === null)).toBe(true);
    const agreeing = plantRing(5, 4).map((entry) => ({ ...entry, at: random() * 365 * day }));
    expect(kindsOf(agreeing).every((kinds) => !kinds?.includes('RING'))).toBe(true);
  });
});

describe('copies', () => {
  const text = 'I bought this jug for my mother and she uses it every single morning because the handle stays cool and the lid never drips';

  test('of another author’s text are found, also with a word changed', () => {
    const copies = [
      review({ author: 'c1', product: 'p1', text }),
      review({ author: 'c2', product: 'p2', text: text.replace('mother', 'sister') }),
    ];
    expect(kindsOf(copies)).toEqual([['COPY'], ['COPY']]);
  });

  test('are found in Chinese too, and short phrases that everybody writes are none', () => {
    const chinese = '这个茶壶质量非常好，倒水很顺畅，手柄不烫手，包装也很仔细，下次还会再来购买。';
    expect(kindsOf([1, 2].map((at) => review({ author: `z${at}`, product: 'p3', text: chinese })))).toEqual([['COPY'], ['COPY']]);
    const short = [1, 2, 3].map((at) => review({ author: `s${at}`, product: 'p4', text: 'Great product, fast delivery!' }));
    expect(kindsOf(short)).toEqual([null, null, null]);
  });

  test('of one’s own text alone are no reason to suspect', () => {
    expect(kindsOf(['p5', 'p6'].map((product) => review({ author: 'own', product, text })))).toEqual([null, null]);
  });
});

test('a burst of strangers’ praise is found, and steady popularity is none', () => {
  const usual = Array.from({ length: 20 }, (_, at) => review({ author: `u${at}`, product: 'new', stars: 4, at: at * 18 * day }));
  const burst = Array.from({ length: 12 }, (_, at) => review({ author: `b${at}`, product: 'new', stars: 5, at: (200 + random()) * day }));
  expect(kindsOf(burst, [...honest, ...usual]).every((kinds) => kinds?.includes('BURST'))).toBe(true);
  const steady = Array.from({ length: 200 }, (_, at) => review({ author: `v${at}`, product: 'hit', stars: 5, at: at * 1.8 * day }));
  expect(kindsOf(steady).every((kinds) => kinds === null)).toBe(true);
});

test('who only blames what everybody else praises adds to a suspicion, and is no reason by themselves', () => {
  const praised = Array.from({ length: 40 }, (_, at) => review({ author: `w${at}`, product: `q${at % 8}`, stars: 5 }));
  const blaming = Array.from({ length: 8 }, (_, at) => review({ author: 'hater', product: `q${at}`, stars: 1 }));
  expect(kindsOf(blaming, [...honest, ...praised]).every((kinds) => kinds === null)).toBe(true);
  const text = 'Broke on the very first day and the seller never answered any of the letters that I wrote to them about it';
  const copied = blaming.map((entry) => ({ ...entry, text }));
  expect(kindsOf(copied, [...honest, ...praised]).every((kinds) => kinds?.includes('ONE_SIDED') && kinds.includes('COPY'))).toBe(true);
});
