/** The places from `start` to before `end` of an order, without ordering the rest. Source: Hoare, Algorithm 65: Find (1961). */

type Compare = (left: number, right: number) => number;

/** @param compare tells all of them apart */
export function selectRange(items: Uint32Array, start: number, end: number, compare: Compare): Uint32Array {
  if (start >= end) return new Uint32Array(0);
  settle(items, 0, items.length - 1, start, compare);
  if (end < items.length) settle(items, start, items.length - 1, end, compare);
  return items.slice(start, end).sort(compare);
}

/** Moves what belongs before a place before it, and the rest behind it. */
function settle(items: Uint32Array, from: number, to: number, place: number, compare: Compare): void {
  let [low, high] = [from, to];
  while (low < high) {
    const pivot = median(items, low, high, compare);
    let [left, right] = [low, high];
    while (left <= right) {
      while (compare(items[left]!, pivot) < 0) left++;
      while (compare(items[right]!, pivot) > 0) right--;
      if (left > right) break;
      const swapped = items[left]!;
      items[left++] = items[right]!;
      items[right--] = swapped;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else return;
  }
}

function median(items: Uint32Array, low: number, high: number, compare: Compare): number {
  const [first, middle, last] = [items[low]!, items[(low + high) >>> 1]!, items[high]!];
  if (compare(first, middle) < 0) return compare(middle, last) < 0 ? middle : compare(first, last) < 0 ? last : first;
  return compare(first, last) < 0 ? first : compare(middle, last) < 0 ? last : middle;
}
