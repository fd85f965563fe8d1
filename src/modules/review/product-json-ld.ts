/** A product as search engines read it: schema.org/Product with AggregateRating, Offer and Review. */
import { GraphQLJSONObject } from 'graphql-scalars';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { pointsPerStar, type RatingSummary } from '../../scoring/index.js';
import { Product, type ProductDocument } from '../catalog/index.js';
import { userById } from '../user/index.js';
import { categoryTally, ratingOf } from './product-rating.js';
import { reviewsOfProduct } from './review.loader.js';
import type { ReviewDocument } from './review.model.js';
import { reviewList } from './review.service.js';

const topReviews = 5;

@Resolver(() => Product)
export class ProductJsonLdResolver {
  /** @param urlOf where the shop shows a product */
  constructor(private readonly urlOf: (slug: string) => string) {}

  @Cost({ weight: 20 })
  @FieldResolver(() => GraphQLJSONObject, {
    description: 'The schema.org description with its score and top reviews, for a `<script type="application/ld+json">`.',
  })
  async jsonLd(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<object> {
    const list = reviewList(product._id, [], {}, 'HELPFUL');
    const [rating, page] = await Promise.all([
      context.require(categoryTally, product.category).then((tally) => ratingOf(product, tally)),
      context.require(reviewsOfProduct, { parent: product._id, list, args: { first: topReviews } }),
    ]);
    const reviews = await Promise.all(page.edges.map(({ node }) => describeReview(node, context)));
    return { ...describeProduct(product, this.urlOf(product.slug), rating), ...(reviews.length > 0 && { review: reviews }) };
  }
}

function describeProduct(
  { _id, title, description, imageUrl, attributes, price, stock }: ProductDocument,
  url: string,
  rating: RatingSummary,
): object {
  const brand = attributes.find(({ name }) => name.toLowerCase() === 'brand')?.value;
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    url,
    sku: _id.toHexString(),
    name: title,
    description,
    ...(imageUrl && { image: imageUrl }),
    ...(brand && { brand: { '@type': 'Brand', name: brand } }),
    offers: {
      '@type': 'Offer',
      price: priceOf(price),
      priceCurrency: price.currency,
      availability: `https://schema.org/${stock === 0 ? 'OutOfStock' : 'InStock'}`,
    },
    // schema.org knows no score of nobody.
    ...(rating.count > 0 && {
      aggregateRating: {
        '@type': 'AggregateRating',
        ratingValue: rounded(rating.mean!),
        reviewCount: rating.count,
        bestRating: 5,
        worstRating: 1,
      },
    }),
  };
}

async function describeReview(review: ReviewDocument, context: RequestContext): Promise<object> {
  const author = await context.load(userById, review.author);
  return {
    '@type': 'Review',
    author: { '@type': 'Person', name: author?.name ?? 'A former user' },
    datePublished: review.createdAt.toISOString().slice(0, 10),
    ...(review.title && { name: review.title }),
    reviewBody: review.body,
    reviewRating: { '@type': 'Rating', ratingValue: rounded(review.points / pointsPerStar), bestRating: 5, worstRating: 1 },
  };
}

function rounded(stars: number): number {
  return Math.round(stars * 100) / 100;
}

/** As a decimal number in the currency's main unit, such as 19.99. */
function priceOf({ amountMinor, currency }: ProductDocument['price']): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return (amountMinor / 10 ** digits).toFixed(digits);
}
