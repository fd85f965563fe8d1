/**
 * Sorts numbers by columns that each of them has a value in, a byte at a time from the last: in steps that grow with how
 * many there are, and no faster, without comparing any. Source: Knuth, The Art of Computer Programming, 5.2.5.
 */

const digits = 256;

/** @param columns by item, the least important first */
export function radixSort(items: Uint32Array<ArrayBuffer>, columns: readonly Uint32Array[]): Uint32Array<ArrayBuffer> {
  let [from, to] = [items, new Uint32Array(items.length)];
  for (const column of columns) {
    for (let shift = 0; shift < 32; shift += 8) {
      if (!placeByDigit(from, to, column, shift)) continue;
      [from, to] = [to, from];
    }
  }
  return from;
}

/** @returns false where all have the same digit, so that nothing was moved */
function placeByDigit(from: Uint32Array, to: Uint32Array, column: Uint32Array, shift: number): boolean {
  const places = new Uint32Array(digits);
  for (let at = 0; at < from.length; at++) places[(column[from[at]!]! >>> shift) & 255]!++;
  if (from.length === 0 || places[(column[from[0]!]! >>> shift) & 255] === from.length) return false;
  let before = 0;
  for (let digit = 0; digit < digits; digit++) {
    const count = places[digit]!;
    places[digit] = before;
    before += count;
  }
  for (let at = 0; at < from.length; at++) {
    const item = from[at]!;
    to[places[(column[item]! >>> shift) & 255]!++] = item;
  }
  return true;
}

/**
 * Two columns that order as the numbers of one: the lower half, and the upper one. What is negative comes first, and
 * −0 is 0.
 */
export function sortableHalves(numbers: Float64Array): [lower: Uint32Array, upper: Uint32Array] {
  const [lower, upper] = [new Uint32Array(numbers.length), new Uint32Array(numbers.length)];
  const words = new Uint32Array(new Float64Array(1).buffer);
  const number = new Float64Array(words.buffer);
  for (let at = 0; at < numbers.length; at++) {
    number[0] = numbers[at]! + 0;
    const flipped = words[1]! >>> 31 === 1 ? 0xffffffff : 0;
    lower[at] = words[0]! ^ flipped;
    upper[at] = words[1]! ^ (flipped || 0x80000000);
  }
  return [lower, upper];
}
