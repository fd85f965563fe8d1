/**
 * Milliseconds until something is tried again: twice as long after each attempt.
 * @param attempts that were made so far
 * @param first the delay after the first attempt
 */
export function doublingDelay(attempts: number, first: number, longest: number): number {
  return Math.min(longest, first * 2 ** (attempts - 1));
}
