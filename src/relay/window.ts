/** Which part of a ranking a page is, by the positions that cursors of rankings hold. */
export interface RankedPage {
  size: number;
  backwards: boolean;
  /** The position that it comes after, or before. */
  after: number | null;
  before: number | null;
}

/** @returns from the first position to before the second */
export function windowOf({ size, backwards, after, before }: RankedPage, length: number): [start: number, end: number] {
  const from = after === null ? 0 : Math.min(after + 1, length);
  const to = before === null ? length : Math.min(before, length);
  const start = backwards ? Math.max(from, to - size) : from;
  const end = backwards ? to : Math.min(to, from + size);
  return [start, Math.max(start, end)];
}
