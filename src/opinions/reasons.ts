/** Why some people like or dislike a product: what their reviews praise and what they blame. */
import { aspects } from './aspects.js';
import type { Mention, ReviewDigest } from './digest.js';
import { worth } from './quotes.js';
import type { Span } from './sentences.js';

export interface ReasonReview<Id> {
  id: Id;
  digest: ReviewDigest;
  helpful: number;
}

export interface OpinionReason<Id> {
  /** An aspect's key, or a phrase in lower case. */
  topic: string;
  /** Number of reviews that say so. */
  mentions: number;
  /** Sentences that say it, the best first, each of another review. */
  quotes: (Span & { review: Id })[];
}

export interface OpinionReasons<Id> {
  praised: OpinionReason<Id>[];
  blamed: OpinionReason<Id>[];
}

const maxReasons = 3;
/** More than are shown, so that one that is out of sight leaves others. */
const maxQuotes = 4;
/** What is said more mildly praises and blames nothing. */
const leastSentiment = 0.15;
const aspectKeys = new Set(aspects.map(({ key }) => key));

/**
 * The topics that most of the reviews praise and blame; a review that does both for one topic counts for what it says more strongly.
 * @param phrases that count as topics beside the aspects
 */
export function reasonsOf<Id>(reviews: readonly ReasonReview<Id>[], phrases: ReadonlySet<string>): OpinionReasons<Id> {
  const praised = new Map<string, Said<Id>[]>();
  const blamed = new Map<string, Said<Id>[]>();
  for (const review of reviews) {
    for (const mention of strongestByTopic(review.digest)) {
      const side = mention.sentiment > 0 ? praised : blamed;
      if (aspectKeys.has(mention.topic) || phrases.has(mention.topic))
        side.set(mention.topic, [...(side.get(mention.topic) ?? []), { ...review, mention }]);
    }
  }
  return { praised: ranked(praised), blamed: ranked(blamed) };
}

interface Said<Id> extends ReasonReview<Id> {
  mention: Mention;
}

function strongestByTopic({ mentions }: ReviewDigest): Mention[] {
  const strongest = new Map<string, Mention>();
  for (const mention of mentions) {
    const earlier = strongest.get(mention.topic);
    if (!earlier || Math.abs(mention.sentiment) > Math.abs(earlier.sentiment)) strongest.set(mention.topic, mention);
  }
  return [...strongest.values()].filter(({ sentiment }) => Math.abs(sentiment) >= leastSentiment);
}

function ranked<Id>(side: ReadonlyMap<string, readonly Said<Id>[]>): OpinionReason<Id>[] {
  const strengthOf = (said: readonly Said<Id>[]): number => said.reduce((sum, { mention }) => sum + Math.abs(mention.sentiment), 0);
  return [...side]
    .sort(([a, left], [b, right]) => right.length - left.length || strengthOf(right) - strengthOf(left) || (a < b ? -1 : 1))
    .slice(0, maxReasons)
    .map(([topic, said]) => ({ topic, mentions: said.length, quotes: quotesOf(said) }));
}

function quotesOf<Id>(said: readonly Said<Id>[]): OpinionReason<Id>['quotes'] {
  const ordered = [...said].sort((a, b) => worth(b.mention, b.helpful) - worth(a.mention, a.helpful));
  return ordered.slice(0, maxQuotes).map(({ id, mention: { from, to } }) => ({ review: id, from, to }));
}
