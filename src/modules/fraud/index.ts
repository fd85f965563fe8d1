import { describeModule, type Foundation } from '../module.js';
import type { ModerationVerbs } from '../moderation/index.js';
import type { ReviewVerbs } from '../review/index.js';
import { FakeReviewSearch } from './fake-review-search.js';

interface FraudDependencies {
  reviews: ReviewVerbs;
  moderation: ModerationVerbs;
}

/** Looks for fake reviews, and brings them before the moderators with the reasons; nothing else happens to them. */
export function fraudModule({ log }: Foundation, dependencies: FraudDependencies) {
  const search = new FakeReviewSearch({ ...dependencies, log });
  return describeModule({ name: 'fraud', workers: [search.worker], verbs: {} });
}
