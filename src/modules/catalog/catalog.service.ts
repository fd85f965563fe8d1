/** Products: what merchants and administrators make of them, and what other features may do to them. */
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { message } from '../../messages/index.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { SignedIn } from '../../relay/context.js';
import { isCurrency, maxAmount } from '../../relay/currency.js';
import { emptyTally } from '../../scoring/index.js';
import type { ClientSession } from '../../store/database.js';
import { findStored, insert, updateEach } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { DomainEventBus } from '../domain-events.js';
import type { ImageVerbs } from '../image/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import { inShop, maySee, notSoldOut } from './availability.js';
import type { CatalogModels, ProductDocument } from './catalog.model.js';
import { checkExternalIdentity, checkIdentifiers, withoutEmpty, type ExternalIdentity, type Identifiers } from './identifiers.js';
import type { MoneyAmount } from './money.js';
import { freeSlug, slugify, slugOfAddress, slugsAfter, withFreeSlug } from './slugs.js';
import { catalogTopic, categoryKey, insertKnownOnce, productKey, slugKey } from './writing.js';

export interface ProductContent extends Identifiers, ExternalIdentity {
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

export interface ProductChange extends ProductContent {
  slug?: string | null;
  category?: Types.ObjectId;
}

export interface NewProduct extends ProductContent {
  title: string;
  slug?: string | null;
  category: Types.ObjectId;
  price: MoneyAmount | null;
  idempotencyKey?: string | null;
}

interface CatalogDependencies {
  models: CatalogModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  images: ImageVerbs;
  screening: ScreeningVerbs;
  events: DomainEventBus;
}

export class CatalogService {
  private readonly models: CatalogModels;

  constructor(private readonly dependencies: CatalogDependencies) {
    this.models = dependencies.models;
  }

  /** Also by a slug that it had before. */
  async productBySlug(slug: string): Promise<ProductDocument | null> {
    const [product] = await findStored<ProductDocument>(this.models.products, { slugs: slugOfAddress(slug) }, { limit: 1 });
    return product ?? null;
  }

  /** @throws RulesBroken */
  async createProduct(merchant: SignedIn, input: NewProduct): Promise<ProductDocument> {
    await this.requireFit(merchant, input, contentRules(input), (images) =>
      this.dependencies.images.prepare(merchant.userId, 'PRODUCT', images),
    );
    const wanted = slugOf(input.slug, input.title);
    const keys = [categoryKey(input.category), slugKey('products', wanted)];
    const after = input.images ?? [];
    const id = await withFreeSlug((attempt) =>
      this.dependencies.realtime.recordChange(keys, async ({ session, announce }) => {
        announce(catalogTopic);
        const request = { user: merchant.userId, operation: 'createProduct', key: input.idempotencyKey, input };
        return this.dependencies.idempotency.createOnce(session, request, async (_id) => {
          await this.requireCategory(input.category, session);
          const slug = await freeSlug(this.models.products, wanted, { session, attempt });
          await insertKnownOnce(() => insert(this.models.products, newProduct(_id, merchant.userId, slug, input), session));
          await this.dependencies.images.show(session, merchant.userId, { type: 'Product', id: _id }, { after, field: 'imageIds' });
        });
      }),
    );
    return requireCreated(await this.models.products.findById(id).lean());
  }

  /** Merchants change their own products, administrators any. @throws RulesBroken, RequestError FORBIDDEN */
  async updateProduct(editor: SignedIn, id: Types.ObjectId, change: ProductChange): Promise<ProductDocument> {
    const rules = contentRules(change);
    await rules.from(() => this.requireEditable(editor, id));
    await this.requireFit(editor, change, rules, (images) => this.prepareImages(editor.userId, id, images));
    const { slug: wanted, category, ...content } = change;
    const keys = [productKey(id), ...(category ? [categoryKey(category)] : []), ...(wanted ? [slugKey('products', slugify(wanted))] : [])];
    return withFreeSlug((attempt) =>
      this.dependencies.realtime.recordChange(keys, async (written) => {
        const { session } = written;
        written.announce(catalogTopic);
        if (category) await this.moveToCategory(written, id, category);
        await this.showImages(session, editor.userId, id, change.images);
        const set = { ...givenOf(content), ...(wanted && (await this.renamed(id, wanted, session, attempt))), updatedAt: new Date() };
        const update = { $set: set, ...(change.externalId === null && { $unset: { externalId: '' } }) };
        return (await insertKnownOnce(() =>
          this.models.products.findOneAndUpdate({ _id: id }, update, { returnDocument: 'after', session }).lean(),
        ))!;
      }),
    );
  }

  /**
   * Finds all that is wrong with what a merchant says of a product, which customers will read, and with its images and category.
   * @param rules with what is known to be wrong already
   * @throws RulesBroken
   */
  private async requireFit(
    editor: SignedIn,
    content: ProductChange,
    rules: InputRules,
    prepare: (images: Types.ObjectId[]) => Promise<Pictured[]>,
  ): Promise<void> {
    const uploads = (await rules.from(() => prepare((content.images ?? []).slice(0, maxImages)))) ?? [];
    const rule = await this.dependencies.screening.productTextRule(editor);
    rules.addNew(...rule([...textsOf(content), ...uploads.map(({ altText }) => ({ text: altText, field: ['imageIds'] }))]));
    // It is read again when it is written; who repeats what was created has it, also where the category is gone by now.
    const { category } = content;
    if (rules.areBroken && category) await rules.from(() => this.requireCategory(category, null));
    rules.check();
  }

  /** @throws RulesBroken, RequestError FORBIDDEN */
  private async requireEditable(editor: SignedIn, id: Types.ObjectId): Promise<void> {
    const product = await this.models.products.findById(id, { merchant: 1, archivedAt: 1 }).lean();
    if (!product || !maySee(product, editor)) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
    if (!product.merchant.equals(editor.userId) && !editor.roles.includes('ADMIN')) {
      throw new RequestError('FORBIDDEN', 'You can only change your own products.');
    }
  }

  /** Images that the product shows already may be of another editor. */
  private async prepareImages(editor: Types.ObjectId, id: Types.ObjectId, images: Types.ObjectId[] | undefined): Promise<Pictured[]> {
    if (!images) return [];
    const shown = await this.imagesOf(id, null);
    const fresh = images.filter((image) => !shown.some((known) => known.equals(image)));
    return this.dependencies.images.prepare(editor, 'PRODUCT', fresh);
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

  private async renamed(id: Types.ObjectId, wanted: string, session: ClientSession, attempt: number) {
    const slug = await freeSlug(this.models.products, slugify(wanted), { session, self: id, attempt });
    const before = await this.models.products.findById(id, { slugs: 1 }).session(session).lean();
    return { slug, slugs: slugsAfter(slug, before!.slugs) };
  }

  private async moveToCategory(change: Change, id: Types.ObjectId, category: Types.ObjectId): Promise<void> {
    const { session } = change;
    await this.requireCategory(category, session);
    const before = await this.models.products.findOneAndUpdate({ _id: id }, { $set: { category } }, { session }).lean();
    if (!before || before.category.equals(category)) return;
    await this.dependencies.events.emit(change, 'productMoved', {
      product: id,
      from: before.category,
      to: category,
      rating: before.rating,
    });
  }

  /** Takes a product out of the shop, or puts it back. @throws RulesBroken, RequestError FORBIDDEN */
  async setArchived(editor: SignedIn, id: Types.ObjectId, archived: boolean): Promise<ProductDocument> {
    await this.requireEditable(editor, id);
    return this.dependencies.realtime.recordChange([productKey(id)], async (change) => {
      const { session } = change;
      change.announce(catalogTopic);
      const now = new Date();
      const differs = archived ? inShop : { archivedAt: { $ne: null } };
      const { modifiedCount } = await this.models.products.updateOne(
        { _id: id, ...differs },
        { $set: { archivedAt: archived ? now : null, updatedAt: now } },
        { session },
      );
      if (archived && modifiedCount > 0) await this.dependencies.events.emit(change, 'productsArchived', { products: [id] });
      return (await this.models.products.findById(id).session(session).lean())!;
    });
  }

  /** Read in the transaction, so that a category is not deleted meanwhile. */
  private async requireCategory(id: Types.ObjectId, session: ClientSession | null): Promise<void> {
    if (!(await this.models.categories.exists({ _id: id }).session(session)))
      throw broken('NOT_FOUND', 'There is no such category.', 'categoryId');
  }

  /** Whether there is such a product in the shop. */
  async knows(id: Types.ObjectId, session: ClientSession | null = null): Promise<boolean> {
    return (await this.models.products.exists({ _id: id, ...inShop }).session(session)) !== null;
  }

  /** How many products are in the shop. */
  async countInShop(): Promise<number> {
    const [all, archived] = await Promise.all([
      this.models.products.estimatedDocumentCount(),
      this.models.products.countDocuments({ archivedAt: { $gt: new Date(0) } }),
    ]);
    return all - archived;
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
    const products = await this.models.products
      .find({ merchant, ...inShop }, { _id: 1 })
      .sort({ createdAt: -1, _id: 1 })
      .limit(limit)
      .lean();
    return products.map(({ _id }) => _id);
  }

  /** Where a product is found. @returns null where there is no such product */
  async placeOf(id: Types.ObjectId): Promise<ProductPlace | null> {
    return placeIn(await this.models.products.findById(id, { slug: 1, archivedAt: 1 }).lean());
  }

  /** The same for a product that has, or had, the slug. */
  async placeOfSlug(slug: string): Promise<ProductPlace | null> {
    return placeIn(await this.models.products.findOne({ slugs: slugOfAddress(slug) }, { slug: 1, archivedAt: 1 }).lean());
  }

  /** Takes some of a product's stock, where stock is tracked. @returns how many it took; null where there are not enough to order */
  async takeStock({ session, announce }: Change, id: Types.ObjectId, quantity: number): Promise<number | null> {
    const taken = await this.models.products.updateOne(
      { _id: id, $or: [{ stock: { $gte: quantity } }, { stock: { $ne: null }, backorder: true }] },
      { $inc: { stock: -quantity }, $set: { updatedAt: new Date() } },
      { session },
    );
    announce(catalogTopic);
    if (taken.modifiedCount === 1) return quantity;
    return (await this.models.products.exists({ _id: id, stock: null }).session(session)) ? 0 : null;
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
      .find({ _id: { $in: ids } }, { category: 1, rating: 1, merchant: 1, archivedAt: 1 })
      .session(session)
      .lean();
  }

  /** Keeps products' tallies and composite scores, by which lists and searches are sorted. */
  async putScores({ session, announce }: Pick<Change, 'session' | 'announce'>, scores: readonly ProductScore[]): Promise<void> {
    const updatedAt = new Date();
    const updates = scores.map(({ product, rating, score }) => ({
      updateOne: { filter: { _id: product }, update: { $set: { rating, score, updatedAt } } },
    }));
    await updateEach(this.models.products, updates, session);
    announce(catalogTopic);
  }

  /** Moves the counts of comments; a product that is listed twice is counted twice. @returns how many products there are */
  async countComments(ids: Types.ObjectId[], by: number, session?: ClientSession): Promise<number> {
    const moves = ids.map((_id) => ({ updateOne: { filter: { _id }, update: { $inc: { commentCount: by } } } }));
    return updateEach(this.models.products, moves, session);
  }

  /** The best-scored products that can be ordered. */
  async mostPopular(count: number, exclude: Types.ObjectId[], notOf: Types.ObjectId | null): Promise<ProductDocument[]> {
    return this.available({ _id: { $nin: exclude }, ...(notOf && { merchant: { $ne: notOf } }) }, { score: -1, _id: 1 }, count);
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
      .find({ ...filter, ...inShop, ...notSoldOut })
      .sort(sort)
      .limit(count)
      .lean();
  }
}

/** What a product's score is made of. */
export type TalliedProduct = Pick<ProductDocument, '_id' | 'category' | 'rating' | 'merchant' | 'archivedAt'>;

export interface ProductScore {
  product: Types.ObjectId;
  rating: ProductDocument['rating'];
  /** The composite score. */
  score: number;
}

/** Where a product is found, and whether it is in the shop no more. */
export interface ProductPlace {
  slug: string;
  archived: boolean;
}

function placeIn(product: Pick<ProductDocument, 'slug' | 'archivedAt'> | null): ProductPlace | null {
  return product && { slug: product.slug, archived: product.archivedAt !== null };
}

function slugOf(given: string | null | undefined, title: string): string {
  return slugify(given ?? title);
}

const clearable = new Set(['price', 'stock', 'imageUrl', 'sku', 'gtin', 'mpn', 'brand']);

function givenOf(content: ProductContent): object {
  return Object.fromEntries(
    Object.entries(withoutEmpty(content)).filter(([field, value]) => value !== undefined && (value !== null || clearable.has(field))),
  );
}

export function newProduct(_id: Types.ObjectId, merchant: Types.ObjectId, slug: string, input: NewProduct): ProductDocument {
  const now = new Date();
  const { brand, gtin, mpn, sku } = withoutEmpty(input);
  return {
    _id,
    slug,
    slugs: [slug],
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
    sku: sku ?? null,
    gtin: gtin ?? null,
    mpn: mpn ?? null,
    brand: brand ?? null,
    ...(input.externalId && input.source && { externalId: input.externalId, source: input.source }),
    archivedAt: null,
    createdAt: now,
    updatedAt: now,
    rating: emptyTally(),
    score: 0,
    commentCount: 0,
  };
}

type Pictured = { altText: string | null };

/** What customers read of a product, with the fields that it is in. */
export function textsOf({ title, description, brand, attributes }: ProductContent) {
  return [
    { text: title, field: ['title'] },
    { text: description, field: ['description'] },
    { text: brand, field: ['brand'] },
    ...(attributes ?? []).flatMap(({ name, value }, at) => [
      { text: name, field: ['attributes', String(at), 'name'] },
      { text: value, field: ['attributes', String(at), 'value'] },
    ]),
  ];
}

const maxImages = 20;

export function contentRules(content: ProductContent & { slug?: string | null }): InputRules {
  const { title, description, price, stock, attributes, slug, images = [] } = content;
  const rules = new InputRules().text(description, { max: 10_000 }, 'description').range(stock, 0, 1_000_000_000, 'stock');
  checkIdentifiers(rules, content);
  checkExternalIdentity(rules, content);
  if (slug !== undefined && slug !== null) rules.line(slug, { min: 1, max: 80 }, 'slug');
  if (title !== undefined && title !== null) rules.line(title, { min: 1, max: 200 }, 'title');
  if (price) {
    rules.range(price.amountMinor, 0, maxAmount, 'price', 'amountMinor');
    rules.require(isCurrency(price.currency), 'INVALID', 'This is not an ISO 4217 currency code.', 'price', 'currency');
  }
  rules.require(images.length <= maxImages, 'TOO_LONG', message('Add at most {max} images.', { max: maxImages }), 'imageIds');
  rules.require((attributes ?? []).length <= 50, 'TOO_LONG', message('Add at most {max} attributes.', { max: 50 }), 'attributes');
  (attributes ?? []).slice(0, 50).forEach(({ name, value }, at) => {
    rules.line(name, { min: 1, max: 50 }, 'attributes', String(at), 'name');
    rules.line(value, { min: 1, max: 200 }, 'attributes', String(at), 'value');
  });
  return rules;
}
