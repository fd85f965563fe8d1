/** Which reviews of a product help the viewer: of people who rate as they do, whom they follow, and about what they write about. */
import type { Types } from 'mongoose';
import { labelOf } from '../../opinions/index.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import type { ProductDocument } from '../catalog/index.js';
import type { ReviewDocument, ReviewVerbs } from '../review/index.js';
import type { LikeMindedUser, SimilarityVerbs } from '../similarity/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { bestFirst, maxNamed, reason, type Suggestion, type SuggestionReason } from './suggestion.js';

const maxSuggested = 50;
const maxFollowees = 100;
const worth = { SAME_TASTE: 1, FOLLOWED: 0.6, TOPIC: 0.3, HELPFUL: 1 };
const maxTopics = 5;
/** From this Wilson bound on, others found it helpful. */
const leastHelpfulness = 0.2;

interface SuggestedReviewsDependencies {
  reviews: ReviewVerbs;
  similarity: SimilarityVerbs;
  socialGraph: SocialGraphVerbs;
  users: UserVerbs;
}

/** What tells which reviews help somebody. */
interface Reader {
  id: Types.ObjectId | null;
  hidden: ReadonlySet<string>;
  likeMinded: ReadonlyMap<string, LikeMindedUser>;
  followees: ReadonlySet<string>;
  /** Whose reviews are looked for beside the most helpful and the latest. */
  authors: Types.ObjectId[];
  topics: ReadonlySet<string>;
}

export class SuggestedReviews {
  private readonly readers: LoaderDefinition<RequestContext, Reader>;
  private readonly candidates: LoaderDefinition<{ product: Types.ObjectId; authors: readonly Types.ObjectId[] }, ReviewDocument[]>;

  constructor(private readonly dependencies: SuggestedReviewsDependencies) {
    // The reader of all products of a request is the same.
    this.readers = { cacheKey: () => 'viewer', batch: (contexts) => Promise.all(contexts.map((context) => this.readerOf(context))) };
    this.candidates = {
      cacheKey: ({ product }) => product.toHexString(),
      batch: (keys) =>
        dependencies.reviews.reviewCandidates(
          keys.map(({ product }) => product),
          keys[0]!.authors,
        ),
    };
  }

  /** The most helpful for the viewer first; for strangers and those who opted out, by what all others found helpful. */
  async suggestedFor({ _id: product }: ProductDocument, context: RequestContext): Promise<Suggestion[]> {
    const reader = await context.require(this.readers, context);
    const found = await context.require(this.candidates, { product, authors: reader.authors });
    const readable = found.filter(({ author }) => !reader.hidden.has(author.toHexString()) && !reader.id?.equals(author));
    return bestFirst(
      readable.map((review) => suggestionOf(review, reader)),
      maxSuggested,
    );
  }

  private async readerOf(context: RequestContext): Promise<Reader> {
    const { similarity, socialGraph, users, reviews } = this.dependencies;
    const hidden = await socialGraph.hiddenFrom(context);
    const id = context.signedIn?.userId ?? null;
    const seen = new Set(hidden.map((user) => user.toHexString()));
    const personal = id && (await context.load(users.isSuggestible, id));
    if (!personal) return { id, hidden: seen, likeMinded: new Map(), followees: new Set(), authors: [], topics: new Set() };
    const [likeMinded, followees, topics] = await Promise.all([
      similarity.likeMindedOf(id, hidden, context),
      socialGraph.followedBy(id),
      reviews.topicsWrittenAboutBy(id, maxTopics),
    ]);
    const followed = followees.slice(0, maxFollowees);
    return {
      ...{ id, hidden: seen, topics: new Set(topics) },
      likeMinded: new Map(likeMinded.map((user) => [user.user.toHexString(), user])),
      followees: new Set(followed.map((user) => user.toHexString())),
      authors: [...likeMinded.map(({ user }) => user), ...followed],
    };
  }
}

function suggestionOf({ _id, author, helpfulness, digest }: ReviewDocument, reader: Reader): Suggestion {
  const key = author.toHexString();
  const weighed: [number, SuggestionReason][] = [];
  const alike = reader.likeMinded.get(key);
  if (alike) weighed.push([worth.SAME_TASTE * alike.agreement, reason('SAME_TASTE', { products: alike.shared.slice(0, maxNamed) })]);
  if (reader.followees.has(key)) weighed.push([worth.FOLLOWED, reason('FOLLOWED', { users: [author] })]);
  const topics = [...new Set(digest?.mentions.map(({ topic }) => topic))].filter((topic) => reader.topics.has(topic)).slice(0, maxNamed);
  const language = digest?.language ?? 'en';
  if (topics.length > 0)
    weighed.push([(worth.TOPIC * topics.length) / maxNamed, reason('TOPIC', { topics: topics.map((topic) => labelOf(topic, language)) })]);
  if (helpfulness >= leastHelpfulness) weighed.push([worth.HELPFUL * helpfulness, reason('HELPFUL')]);
  const personal = weighed.filter(([, { kind }]) => kind !== 'HELPFUL').reduce((sum, [value]) => sum + value, 0);
  return {
    id: _id,
    score: personal + worth.HELPFUL * helpfulness,
    reasons: weighed
      .sort(([a], [b]) => b - a)
      .slice(0, maxNamed)
      .map(([, why]) => why),
  };
}
