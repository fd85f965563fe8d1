/** What is written for the entries of a source: users, categories, products, reviews, orders and interactions. */
import { LRUCache } from 'lru-cache';
import type { Types } from 'mongoose';
import type { InteractionDocument } from '../modules/behaviour/index.js';
import { slugify, type BulkCategory, type BulkProduct, type ProductFacts } from '../modules/catalog/index.js';
import type { OrderDocument } from '../modules/order/index.js';
import { traitsOf, type ImportableReview, type ReviewDocument } from '../modules/review/index.js';
import type { Account } from '../modules/user/index.js';
import { emptyTally, pointsPerStar, reviewWeight, starsOf, wilsonLowerBound } from '../scoring/index.js';
import { handleOf, idBeside, importedId, nameOf, ratingDigest } from './identity.js';
import type { ImportedProduct, ImportedRating, Scale } from './record.js';

/** When a source has no times, its lines count as seconds from here, so that their order stays. */
export const undated = Date.UTC(2011, 0, 1);

type Kind = 'user' | 'merchant' | 'product' | 'category' | 'follow';

/** So many ids of users and products are remembered; the others are made again. */
const maxIds = 100_000;

/** A review, and what the ids of all that comes of it are made from. */
export interface SourceReview extends ImportableReview {
  digest: Buffer;
}

export class SourceDocuments {
  private readonly ids = new LRUCache<string, Types.ObjectId>({ maxSize: maxIds, sizeCalculation: () => 1 });

  /** @param merchant whose products they become; null for the source's own merchant */
  constructor(
    private readonly source: string,
    private readonly merchant: Types.ObjectId | null,
  ) {}

  id(kind: Kind, key: string): Types.ObjectId {
    const name = `${kind}\0${key}`;
    let id = this.ids.get(name);
    if (!id) this.ids.set(name, (id = importedId(this.source, kind, key)));
    return id;
  }

  get merchantId(): Types.ObjectId {
    return this.merchant ?? this.ownMerchantId;
  }

  get ownMerchantId(): Types.ObjectId {
    return this.id('merchant', '');
  }

  /** Whoever sells what the source has: a user that nobody can sign in as; the products can be handed to an account. */
  ownMerchant(): Account {
    const user = this.user('shop', { name: `${this.source} shop` });
    const handle = handleOf(this.source, 'shop', this.ownMerchantId);
    return { ...user, _id: this.ownMerchantId, handle, roles: ['BUYER', 'MERCHANT'] };
  }

  user(key: string, given: { name?: string; email?: string } = {}): Account {
    const _id = this.id('user', key);
    const handle = handleOf(this.source, key, _id);
    return {
      _id,
      handle,
      name: nameOf(given.name, key, _id),
      bio: null,
      avatarUrl: null,
      roles: ['BUYER'],
      createdAt: new Date(undated),
      source: this.source,
      ...(given.email && { importedEmail: given.email }),
    };
  }

  category(name: string): BulkCategory {
    const slug = `${slugify(this.source)}-${slugify(name)}`;
    return { _id: this.id('category', name), slug, name, source: this.source, externalId: name };
  }

  product(key: string, given: ImportedProduct | undefined, category: string): BulkProduct {
    const _id = this.id('product', key);
    const title = given?.title ?? `${this.source} ${key}`.slice(0, 200);
    const now = new Date();
    return {
      _id,
      slug: `${slugify(title)}-${_id.toHexString().slice(-6)}`,
      title,
      description: given?.description ?? '',
      category: this.id('category', category),
      merchant: this.merchantId,
      price: given?.price ?? null,
      stock: given?.stock ?? null,
      backorder: given?.backorder ?? false,
      archivedAt: given?.archived ? now : null,
      attributes: given?.attributes ?? [],
      imageUrl: given?.image ?? null,
      createdAt: new Date(undated),
      updatedAt: now,
      rating: emptyTally(),
      score: 0,
      commentCount: 0,
      source: this.source,
      externalId: key,
      ...identifiersIn(given),
    };
  }

  /** What the source says of a product, without what it leaves open. */
  facts(given: ImportedProduct): ProductFacts {
    const { product, title, description, price, stock, backorder, archived, image, attributes } = given;
    return {
      externalId: product,
      ...identifiersIn(given),
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(price !== undefined && { price }),
      ...(stock !== undefined && { stock }),
      ...(backorder !== undefined && { backorder }),
      ...(archived !== undefined && { archived }),
      ...(image !== undefined && { imageUrl: image }),
      ...(attributes.length > 0 && { attributes }),
    };
  }

  review(rating: ImportedRating, scale: Scale, line: number): SourceReview {
    const { quality = null, price = null, service = null } = rating.aspects;
    const points = pointsOf(rating.rating, scale);
    const createdAt = rating.at ?? new Date(undated + line * 1000);
    const { helpful, unhelpful, verified, reply, images, title, body } = rating;
    const product = this.id('product', rating.product);
    const author = this.id('user', rating.user);
    const digest = ratingDigest(author, product);
    const stars = starsOf(points);
    const review: ReviewDocument = {
      _id: idBeside(product, digest),
      product,
      author,
      ...{ quality, price, service, points, title, body, helpful, unhelpful, createdAt },
      stars,
      traits: traitsOf({ stars, verifiedPurchase: verified, imageUrls: images }),
      weight: reviewWeight({ createdAt, verifiedPurchase: verified, helpful, unhelpful }),
      imageUrls: images,
      verifiedPurchase: verified,
      incentivised: rating.incentivised,
      helpfulness: wilsonLowerBound(helpful, helpful + unhelpful),
      response: reply && { body: reply.body, at: reply.at ?? createdAt, by: this.merchantId },
      visible: rating.published,
      commentCount: 0,
      editedAt: null,
      source: this.source,
      ...(helpful + unhelpful > 0 && { importedVotes: { helpful, unhelpful } }),
      ...(!rating.published && { hiddenAtSource: true }),
    };
    return { review, digest, dated: rating.at !== null };
  }

  interaction({ review, digest }: SourceReview): InteractionDocument {
    const { author: user, product, points, verifiedPurchase, createdAt } = review;
    return {
      _id: idBeside(user, digest),
      ...{ user, product, views: 0, carts: 0, comments: 0, points },
      purchases: Number(verifiedPurchase),
      lastAt: createdAt,
    };
  }

  /**
   * A purchase that the source has verified is an order that was delivered.
   * @param currency the shop's; nobody knows what was paid
   */
  order({ review: { author, product, createdAt }, digest }: SourceReview, currency: string): OrderDocument {
    const price = { amountMinor: 0, currency };
    return {
      _id: idBeside(author, digest),
      buyer: author,
      merchant: this.merchantId,
      items: [{ product, title: 'Imported purchase', price, quantity: 1 }],
      total: price,
      status: 'DELIVERED',
      placedAt: createdAt,
      updatedAt: createdAt,
    };
  }

  follow(follower: string, followee: string, line: number) {
    return {
      _id: this.id('follow', `${follower}\0${followee}`),
      follower: this.id('user', follower),
      followee: this.id('user', followee),
      at: new Date(undated + line * 1000),
    };
  }
}

/** A rating of any scale on the shop's scale of 1 to 5 stars; five-star scales stay as they are. */
export function pointsOf(rating: number, { least, most }: Scale): number {
  const stars = most === 5 ? Math.max(1, rating) : 1 + ((rating - least) * 4) / (most - least);
  return Math.round(stars * pointsPerStar);
}

/** The identifiers that a source gives. */
function identifiersIn(given: ImportedProduct | undefined): Pick<Partial<BulkProduct>, 'sku' | 'gtin' | 'mpn' | 'brand'> {
  const { sku, gtin, mpn, brand } = given ?? {};
  return { ...(sku && { sku }), ...(gtin && { gtin }), ...(mpn && { mpn }), ...(brand && { brand }) };
}
