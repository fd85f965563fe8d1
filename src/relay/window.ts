/** Which part of a ranking a page is, by the positions that cursors of rankings hold. */
export interface RankedPage {
  size: number;
  backwards: boolean;
  /** The position that it comes after, or before. */
  after: number | null;
  before: number | null;
}

/** What lies between the cursors. @returns from the first position to before the second */
export function boundsOf({ after, before }: RankedPage, length: number): [from: number, to: number] {
  return [after === null ? 0 : Math.min(after + 1, length), before === null ? length : Math.min(before, length)];
}

/** @returns from the first position to before the second */
export function windowOf(page: RankedPage, length: number): [start: number, end: number] {
  const { size, backwards } = page;
  const [from, to] = boundsOf(page, length);
  const start = backwards ? Math.max(from, to - size) : from;
  const end = backwards ? to : Math.min(to, from + size);
  return [start, Math.max(start, end)];
}
