/** A product as search engines read it: schema.org/Product with AggregateRating, Offer and Review. */
import { GraphQLJSONObject } from 'graphql-scalars';
import { Ctx, Resolver, Root } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import { decimalOf } from '../../relay/currency.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { pointsPerStar, type RatingSummary } from '../../scoring/index.js';
import { availabilityOf, isPriced, Product, ProductAvailability, type PricedProduct, type ProductDocument } from '../catalog/index.js';
import type { ImageVerbs } from '../image/index.js';
import type { PublicUser, UserVerbs } from '../user/index.js';
import { ratingOf } from './product-rating.js';
import { reviewList } from './review-list.js';
import type { ReviewLoaders } from './review.loader.js';
import type { ReviewDocument } from './review.model.js';

const topReviews = 5;

@Resolver(() => Product)
export class ProductJsonLdResolver {
  /** @param urlOf where the shop shows a product */
  constructor(
    private readonly loaders: ReviewLoaders,
    private readonly users: UserVerbs,
    private readonly images: ImageVerbs,
    private readonly urlOf: (slug: string) => string,
  ) {}

  @Cost({ weight: 20 })
  @Cost({ weight: 20 })
  @FieldResolver(() => GraphQLJSONObject, {
    description: 'The product as schema.org JSON-LD, with its score and top reviews. For a `<script type="application/ld+json">`.',
  })
  async jsonLd(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<object> {
    const list = reviewList(product._id, [], {}, 'HELPFUL');
    const [rating, page, images] = await Promise.all([
      context.require(this.loaders.categoryTally, product.category).then((tally) => ratingOf(product, tally)),
      context.require(this.loaders.reviewsOfProduct, { parent: product._id, list, args: { first: topReviews } }),
      this.images.shown(context, product.images, product.imageUrl ? [product.imageUrl] : []),
    ]);
    const reviews = await Promise.all(
      page.edges.map(async ({ node }) => describeReview(node, await context.load(this.users.userById, node.author))),
    );
    const urls = images.map(({ source }) =>
      typeof source === 'string' ? source : this.images.link(source, { width: 1024, format: 'JPEG' }),
    );
    return { ...describeProduct(product, urls, this.urlOf(product.slug), rating), ...(reviews.length > 0 && { review: reviews }) };
  }
}

function describeProduct(product: ProductDocument, images: string[], url: string, rating: RatingSummary): object {
  const { _id, title, description, brand, sku, gtin, mpn } = product;
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    url,
    sku: sku ?? _id.toHexString(),
    ...(gtin && { gtin }),
    ...(mpn && { mpn }),
    name: title,
    description,
    ...(images.length > 0 && { image: images.length === 1 ? images[0] : images }),
    ...(brand && { brand: { '@type': 'Brand', name: brand } }),
    ...(isPriced(product) && { offers: describeOffer(product) }),
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

const schemaAvailability: Record<ProductAvailability, string> = {
  [ProductAvailability.IN_STOCK]: 'InStock',
  [ProductAvailability.BACKORDER]: 'BackOrder',
  [ProductAvailability.OUT_OF_STOCK]: 'OutOfStock',
  [ProductAvailability.UNLISTED]: 'Discontinued',
};

function describeOffer(product: PricedProduct): object {
  return {
    '@type': 'Offer',
    price: decimalOf(product.price),
    priceCurrency: product.price.currency,
    availability: `https://schema.org/${schemaAvailability[availabilityOf(product)]}`,
  };
}

function describeReview(review: ReviewDocument, author: PublicUser | null): object {
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
