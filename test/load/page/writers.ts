/** Writes at a steady rate while a page is read: votes, comments and reactions. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Shop } from './shop.js';

const step = 20;

export interface Writing {
  /** How many writes were acknowledged. @throws the first failure */
  stop(): Promise<number>;
}

/** @param where on the page's own product, or on products that it does not show */
export function write(shop: Shop, perSecond: number, where: 'HERE' | 'ELSEWHERE'): Writing {
  const reviews = where === 'HERE' ? shop.reviews : shop.reviewsElsewhere;
  const products = where === 'HERE' ? [shop.product] : shop.productsElsewhere;
  let stopped = false;
  let started = 0;
  let done = 0;
  const running = new Set<Promise<void>>();
  const one = async (number: number): Promise<void> => {
    const token = shop.tokens[number % shop.tokens.length]!;
    if (number % 2 === 0) {
      // Each user votes now so and now so: every vote is a change.
      const vote = Math.floor(number / reviews.length / shop.tokens.length) % 2 === 0 ? 'HELPFUL' : 'UNHELPFUL';
      await shop.ask(
        'mutation ($input: VoteReviewInput!) { voteReview(input: $input) { userErrors { code } } }',
        { input: { reviewId: reviews[number % reviews.length], vote } },
        token,
      );
    } else
      await shop.change(
        'addComment',
        { subjectId: products[number % products.length], body: `Comment ${number}` },
        'comment { id }',
        token,
      );
    done++;
  };
  const loop = (async () => {
    const begun = performance.now();
    while (!stopped) {
      const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
      for (; started < due; started++) {
        const work = one(started).finally(() => running.delete(work));
        running.add(work);
      }
      await Promise.race([pause(step), ...running]);
    }
    await Promise.all(running);
  })();
  return {
    async stop() {
      stopped = true;
      await loop;
      return done;
    },
  };
}
