/** Products and categories: what merchants and administrators make of them, and what other features may do to them. */
import { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { SignedIn } from '../../relay/context.js';
import { isCurrency, maxAmount } from '../../relay/currency.js';
import { emptyTally } from '../../scoring/index.js';
import { duplicateKeyFields, type ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { ImageVerbs } from '../image/index.js';
import { notSoldOut } from './availability.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';
import type { MoneyAmount } from './money.js';

/** Announced whenever what a search shows of a product changes. */
export const catalogTopic = 'catalog';

export interface ProductConditions {
  category?: Types.ObjectId;
  merchant?: Types.ObjectId;
  priceAtLeast?: number | null;
  priceAtMost?: number | null;
  inStock?: boolean | null;
}

const productOrders = {
  NEWEST: [['createdAt', -1]],
  TOP_RATED: [['score', -1]],
  PRICE_LOWEST: [['price.amountMinor', 1]],
  PRICE_HIGHEST: [['price.amountMinor', -1]],
} as const;

export function productList(conditions: ProductConditions, sort: keyof typeof productOrders): ListDefinition {
  const { category, merchant, priceAtLeast, priceAtMost, inStock } = conditions;
  const byPrice = sort === 'PRICE_LOWEST' || sort === 'PRICE_HIGHEST';
  const price = {
    // What has no price has no place among prices.
    ...(byPrice && { $gte: 0 }),
    ...(typeof priceAtLeast === 'number' && { $gte: priceAtLeast }),
    ...(typeof priceAtMost === 'number' && { $lte: priceAtMost }),
  };
  const filter = {
    ...(category && { category }),
    ...(merchant && { merchant }),
    ...(Object.keys(price).length > 0 && { 'price.amountMinor': price }),
    ...(inStock && { ...notSoldOut, price: { $ne: null } }),
  };
  const order = productOrders[sort];
  return { name: `products/${sort}`, filter, order: [...order, ['_id', order[0][1] === -1 && sort === 'PRICE_HIGHEST' ? -1 : 1]] };
}

export function categoryList(parent: Types.ObjectId | null | undefined): ListDefinition {
  return {
    name: 'categories',
    filter: parent === undefined ? {} : { parent },
    order: [
      ['name', 1],
      ['_id', 1],
    ],
  };
}

export interface ProductContent {
  title?: string | null;
  description?: string | null;
  price?: MoneyAmount | null;
  stock?: number | null;
  backorder?: boolean | null;
  attributes?: { name: string; value: string }[] | null;
  imageUrl?: string | null;
  /** Uploads of the editor, in their order. */
  images?: Types.ObjectId[];
}

export interface NewProduct extends ProductContent {
  title: string;
  category: Types.ObjectId;
  price: MoneyAmount | null;
  idempotencyKey?: string | null;
}

interface CatalogDependencies {
  models: CatalogModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  images: ImageVerbs;
}

export class CatalogService {
  private readonly models: CatalogModels;

  constructor(private readonly dependencies: CatalogDependencies) {
    this.models = dependencies.models;
  }

  async productBySlug(slug: string): Promise<ProductDocument | null> {
    return this.models.products.findOne({ slug }).lean();
  }

  /** @throws RulesBroken */
  async createProduct(merchant: SignedIn, input: NewProduct): Promise<ProductDocument> {
    checkContent(input);
    await this.requireCategory(input.category, 'categoryId');
    const after = input.images ?? [];
    await this.dependencies.images.prepare(merchant.userId, 'PRODUCT', after);
    const id = await this.dependencies.realtime.recordChange([], async ({ session, announce }) => {
      announce(catalogTopic);
      const request = { user: merchant.userId, operation: 'createProduct', key: input.idempotencyKey, input };
      return this.dependencies.idempotency.createOnce(session, request, async (_id) => {
        await insert(this.models.products, newProduct(_id, merchant.userId, input), session);
        await this.dependencies.images.show(session, merchant.userId, { type: 'Product', id: _id }, { after, field: 'imageIds' });
      });
    });
    return requireCreated(await this.models.products.findById(id).lean());
  }

  /** Merchants change their own products, administrators any. @throws RulesBroken, RequestError FORBIDDEN */
  async updateProduct(editor: SignedIn, id: Types.ObjectId, change: ProductContent): Promise<ProductDocument> {
    checkContent(change);
    const product = await this.models.products.findById(id, { merchant: 1 }).lean();
    if (!product) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
    if (!product.merchant.equals(editor.userId) && !editor.roles.includes('ADMIN')) {
      throw new RequestError('FORBIDDEN', 'This product belongs to another merchant.');
    }
    await this.prepareImages(editor.userId, id, change.images);
    const clearable = new Set(['price', 'stock', 'imageUrl']);
    const given = Object.fromEntries(
      Object.entries(change).filter(([field, value]) => value !== undefined && (value !== null || clearable.has(field))),
    );
    return this.dependencies.realtime.recordChange([productKey(id)], async ({ session, announce }) => {
      announce(catalogTopic);
      await this.showImages(session, editor.userId, id, change.images);
      const set = { ...given, updatedAt: new Date() };
      return (await this.models.products.findOneAndUpdate({ _id: id }, { $set: set }, { returnDocument: 'after', session }).lean())!;
    });
  }

  /** Images that the product shows already may be of another editor. */
  private async prepareImages(editor: Types.ObjectId, id: Types.ObjectId, images: Types.ObjectId[] | undefined): Promise<void> {
    if (!images) return;
    const shown = await this.imagesOf(id, null);
    const fresh = images.filter((image) => !shown.some((known) => known.equals(image)));
    await this.dependencies.images.prepare(editor, 'PRODUCT', fresh);
  }

  private async showImages(
    session: ClientSession,
    editor: Types.ObjectId,
    id: Types.ObjectId,
    after: Types.ObjectId[] | undefined,
  ): Promise<void> {
    if (!after) return;
    const before = await this.imagesOf(id, session);
    await this.dependencies.images.show(session, editor, { type: 'Product', id }, { before, after, field: 'imageIds' });
  }

  private async imagesOf(id: Types.ObjectId, session: ClientSession | null): Promise<Types.ObjectId[]> {
    return (await this.models.products.findById(id, { images: 1 }).session(session).lean())?.images ?? [];
  }

  /** @throws RulesBroken */
  async createCategory(name: string, parent: Types.ObjectId | null): Promise<CategoryDocument> {
    new InputRules().line(name, { least: 1, most: 100 }, 'name').check();
    if (parent) await this.requireCategory(parent, 'parentId');
    const category: CategoryDocument = { _id: new Types.ObjectId(), slug: slugify(name), name, parent };
    try {
      await insert(this.models.categories, category);
    } catch (error) {
      if (duplicateKeyFields(error)) throw broken('ALREADY_EXISTS', 'There is a category of this name.', 'name');
      throw error;
    }
    return category;
  }

  private async requireCategory(id: Types.ObjectId, field: string): Promise<void> {
    if (!(await this.models.categories.exists({ _id: id }))) throw broken('NOT_FOUND', 'There is no such category.', field);
  }

  async knows(id: Types.ObjectId, session: ClientSession | null = null): Promise<boolean> {
    return (await this.models.products.exists({ _id: id }).session(session)) !== null;
  }

  /** Which of these products exist, as hexadecimal ids. */
  async knownAmong(ids: Types.ObjectId[]): Promise<ReadonlySet<string>> {
    const found = await this.models.products.find({ _id: { $in: ids } }, { _id: 1 }).lean();
    return new Set(found.map(({ _id }) => _id.toHexString()));
  }

  /** Products by their ids, in no order; those that do not exist are left out. */
  async productsByIds(ids: Types.ObjectId[], session: ClientSession | null = null): Promise<ProductDocument[]> {
    return await this.models.products
      .find({ _id: { $in: ids } })
      .session(session)
      .lean();
  }

  /** @returns null where there is no such product */
  async merchantOf(id: Types.ObjectId, session: ClientSession | null = null): Promise<Types.ObjectId | null> {
    return (await this.models.products.findById(id, { merchant: 1 }).session(session).lean())?.merchant ?? null;
  }

  /** The ids of a merchant's latest products. */
  async productsOfMerchant(merchant: Types.ObjectId, limit: number): Promise<Types.ObjectId[]> {
    const products = await this.models.products.find({ merchant }, { _id: 1 }).sort({ createdAt: -1, _id: 1 }).limit(limit).lean();
    return products.map(({ _id }) => _id);
  }

  /** @returns null where there is no such product */
  async slugOf(id: Types.ObjectId): Promise<string | null> {
    return (await this.models.products.findById(id, { slug: 1 }).lean())?.slug ?? null;
  }

  /** Takes some of a product's stock, where stock is tracked. @returns false, and takes nothing, where there is not enough to order */
  async takeStock({ session, announce }: Change, id: Types.ObjectId, quantity: number): Promise<boolean> {
    const taken = await this.models.products.updateOne(
      { _id: id, $or: [{ stock: { $gte: quantity } }, { stock: { $ne: null }, backorder: true }] },
      { $inc: { stock: -quantity }, $set: { updatedAt: new Date() } },
      { session },
    );
    announce(catalogTopic);
    return taken.modifiedCount === 1 || (await this.models.products.exists({ _id: id, stock: null }).session(session)) !== null;
  }

  async returnStock({ session, announce }: Change, id: Types.ObjectId, quantity: number): Promise<void> {
    await this.models.products.updateOne(
      { _id: id, stock: { $ne: null } },
      { $inc: { stock: quantity }, $set: { updatedAt: new Date() } },
      { session },
    );
    announce(catalogTopic);
  }

  /** Products with their tallies, in no order; those that do not exist are left out. */
  async talliedProducts(ids: Types.ObjectId[], session: ClientSession): Promise<TalliedProduct[]> {
    return await this.models.products
      .find({ _id: { $in: ids } }, { category: 1, rating: 1, merchant: 1 })
      .session(session)
      .lean();
  }

  /** Keeps products' tallies and composite scores, by which lists and searches are sorted. */
  async putScores({ session, announce }: Pick<Change, 'session' | 'announce'>, scores: readonly ProductScore[]): Promise<void> {
    const updatedAt = new Date();
    await this.models.products.bulkWrite(
      scores.map(({ product, rating, score }) => ({
        updateOne: { filter: { _id: product }, update: { $set: { rating, score, updatedAt } } },
      })),
      { session },
    );
    announce(catalogTopic);
  }

  /** Moves the counts of comments; a product that is listed twice is counted twice. @returns how many products there are */
  async countComments(ids: Types.ObjectId[], by: number, session?: ClientSession): Promise<number> {
    if (ids.length === 0) return 0;
    const moves = ids.map((_id) => ({ updateOne: { filter: { _id }, update: { $inc: { commentCount: by } } } }));
    const { matchedCount } = await this.models.products.bulkWrite(moves, { session, ordered: false });
    return matchedCount;
  }

  /** The best-scored products that can be ordered. */
  async mostPopular(count: number, exclude: Types.ObjectId[]): Promise<ProductDocument[]> {
    return this.available({ _id: { $nin: exclude } }, { score: -1, _id: 1 }, count);
  }

  /** What came into the shop since and can be ordered, the newest first. */
  async newestSince(since: Date, count: number): Promise<ProductDocument[]> {
    return this.available({ createdAt: { $gte: since } }, { createdAt: -1, _id: 1 }, count);
  }

  /** The best-scored products of a category that can be ordered. */
  async bestOfCategory(category: Types.ObjectId, count: number): Promise<ProductDocument[]> {
    return this.available({ category }, { score: -1, _id: 1 }, count);
  }

  private async available(filter: object, sort: Record<string, 1 | -1>, count: number): Promise<ProductDocument[]> {
    return await this.models.products
      .find({ ...filter, ...notSoldOut })
      .sort(sort)
      .limit(count)
      .lean();
  }
}

/** What a product's score is made of. */
export type TalliedProduct = Pick<ProductDocument, '_id' | 'category' | 'rating' | 'merchant'>;

export interface ProductScore {
  product: Types.ObjectId;
  rating: ProductDocument['rating'];
  /** The composite score. */
  score: number;
}

/** What changes of a product contend for. */
export function productKey(id: Types.ObjectId): string {
  return `product:${id.toHexString()}`;
}

function newProduct(_id: Types.ObjectId, merchant: Types.ObjectId, input: NewProduct): ProductDocument {
  const now = new Date();
  return {
    _id,
    slug: `${slugify(input.title)}-${_id.toHexString().slice(-6)}`,
    title: input.title,
    description: input.description ?? '',
    category: input.category,
    merchant,
    price: input.price && { amountMinor: input.price.amountMinor, currency: input.price.currency },
    stock: input.stock ?? null,
    backorder: input.backorder ?? false,
    attributes: (input.attributes ?? []).map(({ name, value }) => ({ name, value })),
    imageUrl: input.imageUrl ?? null,
    images: input.images ?? [],
    createdAt: now,
    updatedAt: now,
    rating: emptyTally(),
    score: 0,
    commentCount: 0,
  };
}

const maxImages = 20;

function checkContent({ title, description, price, stock, attributes, images = [] }: ProductContent): void {
  const rules = new InputRules().text(description, { most: 10_000 }, 'description').range(stock, 0, 1_000_000_000, 'stock');
  if (title !== undefined && title !== null) rules.line(title, { least: 1, most: 200 }, 'title');
  if (price) {
    rules.range(price.amountMinor, 0, maxAmount, 'price', 'amountMinor');
    rules.require(isCurrency(price.currency), 'INVALID', 'This is not an ISO 4217 currency code.', 'price', 'currency');
  }
  rules.require(images.length <= maxImages, 'TOO_LONG', `A product may have at most ${maxImages} images.`, 'imageIds');
  rules.require((attributes ?? []).length <= 50, 'TOO_LONG', 'A product may have at most 50 attributes.', 'attributes');
  (attributes ?? []).slice(0, 50).forEach(({ name, value }, at) => {
    rules.line(name, { least: 1, most: 50 }, 'attributes', String(at), 'name');
    rules.line(value, { least: 1, most: 200 }, 'attributes', String(at), 'value');
  });
  rules.check();
}

const maxSlug = 80;

/** Letters and digits of any script, in lower case; Latin letters lose their accents. */
export function slugify(title: string): string {
  const letters = title
    .normalize('NFKD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC');
  const slug = (letters.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []).join('-');
  const short = [...slug].slice(0, maxSlug).join('');
  return (short.endsWith('-') ? short.slice(0, -1) : short) || 'item';
}
