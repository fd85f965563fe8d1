/** What users rated in public: what anybody can read, and so what likeness may follow from. */
import { Types } from 'mongoose';
import { listsBelow } from '../../store/below.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';

const maxHelpful = 50;
const maxLatest = 25;
const maxOwn = 100;

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
    return this.models.reviews
      .find({ product: { $in: products }, author: { $in: authors }, visible: true })
      .hint({ product: 1, author: 1 })
      .lean();
  }

  /**
   * Reviews that may help somebody, by product: the most helpful, the latest, and those of some authors; at most one by each author
   * and only visible ones. Two queries.
   */
  async reviewCandidates(products: readonly Types.ObjectId[], authors: readonly Types.ObjectId[]): Promise<ReviewDocument[][]> {
    const visible = { $match: { visible: true } };
    const helpful = [visible, { $sort: { helpfulness: -1, createdAt: -1, _id: -1 } }, { $limit: maxHelpful }];
    const latest = [visible, { $sort: { createdAt: -1, _id: -1 } }, { $limit: maxLatest }];
    const [below, theirs] = await Promise.all([
      listsBelow<ReviewDocument>(this.models.reviews, 'product', products, [helpful, latest]),
      this.publicReviewsOf(products, authors),
    ]);
    return products.map((product) => {
      const found = [...below.flatMap(({ rows }) => rows), ...theirs].filter((review) => review.product.equals(product));
      return [...new Map(found.map((review) => [review._id.toHexString(), review])).values()];
    });
  }

  /** The aspects that most of a user's latest visible reviews speak of, the most frequent first. */
  async topicsWrittenAboutBy(author: Types.ObjectId, limit: number): Promise<string[]> {
    const own: Pick<ReviewDocument, 'digest'>[] = await this.models.reviews
      .find({ author, visible: true }, { digest: 1 })
      .sort({ createdAt: -1, _id: -1 })
      .limit(maxOwn)
      .lean();
    const counts = new Map<string, number>();
    for (const { digest } of own) for (const aspect of digest?.aspects ?? []) counts.set(aspect, (counts.get(aspect) ?? 0) + 1);
    const ranked = [...counts].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
    return ranked.slice(0, limit).map(([topic]) => topic);
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
