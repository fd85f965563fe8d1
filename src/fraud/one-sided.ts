/**
 * One-sided authors: all they ever give is one extreme, far from what others give the same products. Source: E.-P. Lim et al.,
 * "Detecting product review spammers using rating behaviors", 2010.
 */
import { groupBy, type ReviewSample, type Sign } from './sample.js';

const fewest = 4;
const leastDistance = 1;
const mostStrength = 0.6;

export function oneSidedSigns(samples: readonly ReviewSample[]): Sign[] {
  const sums = new Map([...groupBy(samples, ({ product }) => product)].map(([product, reviews]) => [product, sumOf(reviews)]));
  return [...groupBy(samples, ({ author }) => author).values()].flatMap((own): Sign[] => {
    const [{ stars }] = own as [ReviewSample];
    if (own.length < fewest || (stars !== 1 && stars !== 5) || own.some((review) => review.stars !== stars)) return [];
    const distances = own.flatMap(({ product }) => {
      const { total, count } = sums.get(product)!;
      return count > 1 ? [Math.abs(stars - (total - stars) / (count - 1))] : [];
    });
    const distance = distances.reduce((sum, each) => sum + each, 0) / Math.max(1, distances.length);
    if (distance < leastDistance) return [];
    const strength = mostStrength * Math.min(1, distance / 2) * (1 - 0.5 ** (own.length - fewest + 1));
    return own.map(({ id }) => ({ review: id, kind: 'ONE_SIDED', strength, reviews: own.length }));
  });
}

function sumOf(reviews: readonly ReviewSample[]): { total: number; count: number } {
  return { total: reviews.reduce((sum, { stars }) => sum + stars, 0), count: reviews.length };
}
