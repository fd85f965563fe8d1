/** What an import would do with reviews, without doing it: told of them in the same order, it counts the same. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { changedBy, mayReplace, type ImportableReview, type OnConflict } from './review.bulk.js';
import type { ReviewDocument } from './review.model.js';

export interface PreviewedReviews {
  inserted: number;
  updated: number;
  unchanged: number;
}

/** What of a review would be there by now: enough to tell whether a later one changes it, and no more, since there may be many. */
interface Kept extends Pick<ReviewDocument, 'createdAt' | 'editedAt'> {
  content: string;
  response: string | null;
}

/** Of so many reviews, the latest, it is kept what a later one would change; those before are as they are in the shop. */
const mostKept = 1_000_000;

export class ReviewPreview {
  private readonly kept = new Map<string, Kept>();

  /** @param currentOf the reviews that are there, by their ids */
  constructor(
    private readonly onConflict: OnConflict,
    private readonly currentOf: (reviews: readonly ImportableReview[]) => Promise<ReadonlyMap<string, ReviewDocument>>,
  ) {}

  async take(reviews: readonly ImportableReview[]): Promise<PreviewedReviews> {
    const counts = { inserted: 0, updated: 0, unchanged: 0 };
    const unmet = reviews.filter(({ review }) => !this.kept.has(review._id.toHexString()));
    const current = unmet.length > 0 ? await this.currentOf(unmet) : new Map<string, ReviewDocument>();
    for (const incoming of reviews) {
      const id = incoming.review._id.toHexString();
      const before = this.kept.get(id);
      const [outcome, after] = before ? this.again(before, incoming) : this.first(current.get(id), incoming);
      counts[outcome]++;
      this.keep(id, after);
    }
    return counts;
  }

  private keep(id: string, review: Kept): void {
    this.kept.set(id, review);
    if (this.kept.size > mostKept) this.kept.delete(this.kept.keys().next().value!);
  }

  private first(before: ReviewDocument | undefined, incoming: ImportableReview): [keyof PreviewedReviews, Kept] {
    if (!before) return ['inserted', keptOf(incoming.review)];
    const after = changedBy(before, incoming, this.onConflict);
    return after ? ['updated', keptOf(after)] : ['unchanged', keptOf(before)];
  }

  private again(before: Kept, incoming: ImportableReview): [keyof PreviewedReviews, Kept] {
    if (!mayReplace(before, incoming, this.onConflict)) return ['unchanged', before];
    const given = keptOf(incoming.review);
    const after = {
      ...before,
      content: given.content,
      response: given.response ?? before.response,
      createdAt: incoming.dated ? given.createdAt : before.createdAt,
    };
    return [isDeepStrictEqual(after, before) ? 'unchanged' : 'updated', after];
  }
}

function keptOf(review: ReviewDocument): Kept {
  const { quality, price, service, points, stars, title, body, imageUrls, verifiedPurchase, incentivised, response } = review;
  const { helpful = 0, unhelpful = 0 } = review.importedVotes ?? {};
  const content = [quality, price, service, points, stars, title, body, imageUrls, verifiedPurchase, incentivised, helpful, unhelpful];
  return {
    content: digestOf([...content, review.hiddenAtSource ?? false]),
    response: response ? digestOf([response.body, response.at]) : null,
    createdAt: review.createdAt,
    editedAt: review.editedAt,
  };
}

function digestOf(values: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 16);
}
