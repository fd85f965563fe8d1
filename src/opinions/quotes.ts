/** Which sentences are worth showing. */
import type { Mention } from './digest.js';

/** A good quote says something, and neither too little nor too much. @param helpful votes of its review */
export function worth({ sentiment, from, to }: Mention, helpful: number): number {
  const length = to - from;
  const readable = length < 12 ? 0.3 : length <= 180 ? 1 : 180 / length;
  return Math.abs(sentiment) * readable + 0.05 * Math.log1p(helpful);
}
