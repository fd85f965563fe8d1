/** Looks through the latest reviews again and again, and tells the moderators of those that look made up. */
import { Types } from 'mongoose';
import { answerFromBackground } from '../../background/index.js';
import type { ReviewSample, Suspicion } from '../../fraud/index.js';
import type { Logger } from '../../log.js';
import { Worker } from '../../workers/index.js';
import type { ModerationVerbs } from '../moderation/index.js';
import type { ReviewDocument, ReviewVerbs } from '../review/index.js';

const interval = 60 * 60 * 1000;
/** Old fakes have done what they could; rings show within months. */
const maxReviews = 50_000;
/** The surest first; the others come with the next look, when these are decided. */
const maxSuspicions = 200;

interface FakeReviewSearchDependencies {
  reviews: ReviewVerbs;
  moderation: ModerationVerbs;
  log: Logger;
}

export class FakeReviewSearch {
  readonly worker: Worker;
  private newest: string | null = null;

  constructor(private readonly dependencies: FakeReviewSearchDependencies) {
    this.worker = new Worker({ name: 'fake reviews', interval, log: dependencies.log, run: (signal) => this.run(signal) });
  }

  private async run(signal: AbortSignal): Promise<void> {
    const authors = new Map<string, Types.ObjectId>();
    const samples: ReviewSample[] = [];
    for await (const review of this.dependencies.reviews.latestReviews(maxReviews)) {
      // The newest comes first: where that is known, so is the rest.
      if (samples.length === 0 && review._id.toHexString() === this.newest) return;
      signal.throwIfAborted();
      samples.push(sampleOf(review));
      authors.set(review._id.toHexString(), review.author);
    }
    const newest = samples[0]?.id ?? null;
    if (newest === null && this.newest === null) return;
    const suspicions = await answerFromBackground<Suspicion[]>('fraud/worker', samples, signal);
    for (const suspicion of suspicions.slice(0, maxSuspicions)) {
      signal.throwIfAborted();
      await this.tell(suspicion, authors.get(suspicion.review)!);
    }
    this.newest = newest;
  }

  private async tell({ review, score, signs }: Suspicion, author: Types.ObjectId): Promise<void> {
    const content = { type: 'Review', id: new Types.ObjectId(review) };
    await this.dependencies.moderation.suspect(content, author, {
      score: Math.round(score * 100) / 100,
      signs: signs.map(({ kind, strength, reviews }) => ({ kind, strength: Math.round(strength * 100) / 100, reviews })),
    });
  }
}

function sampleOf({ _id, product, author, stars, createdAt, title, body }: ReviewDocument): ReviewSample {
  return {
    id: _id.toHexString(),
    product: product.toHexString(),
    author: author.toHexString(),
    stars,
    at: createdAt.getTime(),
    text: title === '' ? body : `${title}\n${body}`,
  };
}
