import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { radixSort, sortableHalves } from '../../src/search/radix-sort.js';
import { SegmentBuilder } from '../../src/search/segment.js';

function segmentOf(terms: readonly string[]) {
  const builder = new SegmentBuilder(1);
  builder.add(0, new Map(terms.map((term) => [term, [1]])));
  return builder.finish();
}

/** By the textbook. Source: Wagner and Fischer, The String-to-String Correction Problem (1974). */
function distanceBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++)
      next.push(Math.min(above[column]! + 1, next[column - 1]! + 1, above[column - 1]! + Number(one[row - 1] !== other[column - 1])));
    above = next;
  }
  return above[other.length]!;
}

const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 9 });

describe('terms', () => {
  test('that are alike are all those within the distance, wherever in the word it is mistyped', () => {
    fc.assert(
      fc.property(fc.uniqueArray(words, { minLength: 1, maxLength: 60 }), words, fc.constantFrom(1, 2), (terms, word, maxDistance) => {
        const segment = segmentOf(terms);
        const found = Object.fromEntries([...segment.alike(word, maxDistance)].map(([at, distance]) => [segment.terms[at]!, distance]));
        const near = terms.map((term) => [term, distanceBetween(term, word)] as const).filter(([, distance]) => distance <= maxDistance);
        expect(found).toEqual(Object.fromEntries(near));
      }),
    );
  });

  test('that begin so are one range', () => {
    fc.assert(
      fc.property(fc.uniqueArray(words, { minLength: 1, maxLength: 60 }), words, (terms, prefix) => {
        const segment = segmentOf(terms);
        const [from, to] = segment.beginningWith(prefix);
        expect(segment.terms.slice(from, to)).toEqual(terms.filter((term) => term.startsWith(prefix)).sort());
      }),
    );
  });
});

test('numbers of every size and sign are sorted, equal ones by what comes before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.double({ noNaN: true }), fc.nat())), (rows) => {
      const numbers = Float64Array.from(rows, ([number]) => number);
      const ids = Uint32Array.from(rows, ([, id]) => id);
      const order = radixSort(Uint32Array.from(rows.keys()), [ids, ...sortableHalves(numbers)]);
      const expected = [...rows.keys()].sort((one, other) =>
        numbers[one] === numbers[other] ? ids[one]! - ids[other]! || one - other : numbers[one]! < numbers[other]! ? -1 : 1,
      );
      expect([...order]).toEqual(expected);
    }),
  );
});
