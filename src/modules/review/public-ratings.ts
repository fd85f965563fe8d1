/** What users rated in public: what anybody can read, and so what likeness may follow from. */
import { Types } from 'mongoose';
import { listsBelow } from '../../store/below.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';

export type PublicRating = Pick<ReviewDocument, 'author' | 'product' | 'points'>;

export class PublicRatings {
  constructor(private readonly models: ReviewModels) {}

  /** The latest visible ratings of many users, in one query. @param limit of each */
  async publicRatingsOf(users: readonly Types.ObjectId[], limit: number): Promise<Map<string, PublicRating[]>> {
    if (users.length === 0) return new Map();
    const rows = await this.latestBelow('author', users, limit);
    return new Map(rows.map(({ parent, latest }) => [parent.toHexString(), latest]));
  }

  /** Who else rated these products in public lately, those with the most of them first. */
  async ratersOf(
    products: readonly Types.ObjectId[],
    except: readonly Types.ObjectId[],
    { perProduct, limit, least }: { perProduct: number; limit: number; least: number },
  ): Promise<Types.ObjectId[]> {
    if (products.length < least) return [];
    const rows = await this.latestBelow('product', products, perProduct);
    const counts = new Map<string, number>();
    for (const { latest } of rows)
      for (const { author } of latest) counts.set(author.toHexString(), (counts.get(author.toHexString()) ?? 0) + 1);
    for (const user of except) counts.delete(user.toHexString());
    const ranked = [...counts].filter(([, count]) => count >= least).sort(([a, many], [b, few]) => few - many || a.localeCompare(b));
    return ranked.slice(0, limit).map(([user]) => new Types.ObjectId(user));
  }

  /** What some of these authors wrote of some of these products and is visible, found by the pairs: at most one review for each. */
  async publicReviewsOf(products: readonly Types.ObjectId[], authors: readonly Types.ObjectId[]): Promise<ReviewDocument[]> {
    if (products.length === 0 || authors.length === 0) return [];
    return this.models.reviews.find({ product: { $in: products }, author: { $in: authors }, visible: true }).lean();
  }

  /** The latest visible reviews below each author or product, found by index. */
  private async latestBelow(
    field: 'author' | 'product',
    parents: readonly Types.ObjectId[],
    limit: number,
  ): Promise<{ parent: Types.ObjectId; latest: PublicRating[] }[]> {
    const project = { $project: { author: 1, product: 1, points: 1 } };
    const pipeline = [{ $match: { visible: true } }, { $sort: { createdAt: -1, _id: -1 } }, { $limit: limit }, project];
    const found = await listsBelow<PublicRating>(this.models.reviews, field, parents, [pipeline]);
    return found.map(({ parent, rows }) => ({ parent: parent as Types.ObjectId, latest: rows }));
  }
}
