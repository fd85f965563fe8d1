/** Pages of what a search has found, the highest score first and equal ones by id, without ordering all of it. */
import { radixSort } from '../../../search/radix-sort.js';
import type { Columns } from './columns.js';

/** Scores are divided by their upper half: sign, exponent and seven bits. */
const halfBits = 16;
const counts = new Uint32Array(2 ** halfBits);

/**
 * @param scores by slot, none of them negative
 * @returns the slots at the places from `start` to before `end`
 */
export function mostRelevant(
  slots: Uint32Array<ArrayBuffer>,
  scores: Float32Array,
  { of: { id0, id1, id2 } }: Columns,
  start: number,
  end: number,
): Uint32Array {
  if (start >= end) return new Uint32Array(0);
  // As whole numbers, the bits of positive numbers have the same order.
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  counts.fill(0);
  for (let at = 0; at < slots.length; at++) counts[bits[slots[at]!]! >>> halfBits]!++;
  let part = counts.length - 1;
  let before = 0;
  while (before + counts[part]! <= start) before += counts[part--]!;
  const highest = part;
  for (let reached = before + counts[part]!; reached < end; reached += counts[part]!) part--;
  const near = slots.filter((slot) => bits[slot]! >>> halfBits >= part && bits[slot]! >>> halfBits <= highest);
  const fromLowest = new Uint32Array(scores.length);
  for (const slot of near) fromLowest[slot] = ~bits[slot]!;
  return radixSort(near, [id2, id1, id0, fromLowest]).subarray(start - before, end - before);
}
