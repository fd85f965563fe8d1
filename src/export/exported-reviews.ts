/** The shop's visible reviews as other shops read them, with their products and authors. */
import type { CatalogVerbs, ProductDocument } from '../modules/catalog/index.js';
import type { ReviewDocument } from '../modules/review/index.js';
import type { PublicUser, UserVerbs } from '../modules/user/index.js';
import { aspects, pointsPerStar } from '../scoring/index.js';
import { plainRating, type ImportedRating } from '../import/record.js';

export interface ExportedReview {
  review: ReviewDocument;
  /** As an import reads it: users go by their handles, products by their slugs. */
  rating: ImportedRating;
  product: ProductDocument | null;
  category: string;
  author: PublicUser | null;
}

/** What an export asks of the shop. */
export interface ExportVerbs {
  catalog: Pick<CatalogVerbs, 'allCategories' | 'productById'>;
  reviews: { allReviews(): AsyncIterable<ReviewDocument> };
  users: Pick<UserVerbs, 'userById'>;
}

const batchSize = 500;

export async function* exportedReviews(verbs: ExportVerbs): AsyncGenerator<ExportedReview> {
  const categories = new Map<string, string>();
  for await (const { _id, name } of verbs.catalog.allCategories()) categories.set(_id.toHexString(), name);
  let batch: ReviewDocument[] = [];
  for await (const review of verbs.reviews.allReviews()) {
    if (batch.push(review) < batchSize) continue;
    yield* await describe(verbs, batch, categories);
    batch = [];
  }
  yield* await describe(verbs, batch, categories);
}

async function describe(
  { catalog, users }: ExportVerbs,
  reviews: ReviewDocument[],
  categories: Map<string, string>,
): Promise<ExportedReview[]> {
  const [products, authors] = await Promise.all([
    catalog.productById.batch(reviews.map(({ product }) => product)),
    users.userById.batch(reviews.map(({ author }) => author)),
  ]);
  return reviews.map((review, at) => {
    const [product, author] = [products[at] ?? null, authors[at] ?? null];
    const category = (product && categories.get(product.category.toHexString())) ?? '';
    return { review, rating: ratingOf(review, product, author), product, category, author };
  });
}

function ratingOf(review: ReviewDocument, product: ProductDocument | null, author: PublicUser | null): ImportedRating {
  const user = author?.handle ?? review.author.toHexString();
  const rated = aspects.filter((aspect) => review[aspect] !== null);
  return {
    ...plainRating(user, product?.slug ?? review.product.toHexString(), review.points / pointsPerStar, review.createdAt),
    userName: author?.name ?? 'A former user',
    aspects: Object.fromEntries(rated.map((aspect) => [aspect, review[aspect]])),
    title: review.title,
    body: review.body,
    helpful: review.helpful,
    unhelpful: review.unhelpful,
    verified: review.verifiedPurchase,
    incentivised: review.incentivised,
    images: review.imageUrls,
    reply: review.response && { body: review.response.body, at: review.response.at },
  };
}
