import mongoose, { type Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { SignedIn } from '../../relay/context.js';
import type { ListDefinition } from '../../relay/connection.js';
import { emptyTally } from '../../scoring/index.js';
import { createOnce } from '../../store/idempotency.js';
import { recordChange } from '../../realtime/index.js';
import { duplicateKeyFields } from '../../store/transaction.js';
import { registerPersonalData } from '../user/index.js';
import { CategoryModel, ProductModel, type CategoryDocument, type MoneyAmount, type ProductDocument } from './catalog.model.js';

/** Announced whenever a product comes or changes. */
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
  const price = {
    ...(typeof priceAtLeast === 'number' && { $gte: priceAtLeast }),
    ...(typeof priceAtMost === 'number' && { $lte: priceAtMost }),
  };
  const filter = {
    ...(category && { category }),
    ...(merchant && { merchant }),
    ...(Object.keys(price).length > 0 && { 'price.amountMinor': price }),
    ...(inStock && { $or: [{ stock: null }, { stock: { $gt: 0 } }] }),
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

export async function productBySlug(slug: string): Promise<ProductDocument | null> {
  return ProductModel.findOne({ slug }).lean();
}

export interface ProductContent {
  title?: string | null;
  description?: string | null;
  price?: MoneyAmount | null;
  stock?: number | null;
  attributes?: { name: string; value: string }[] | null;
  imageUrl?: string | null;
}

export interface NewProduct extends ProductContent {
  title: string;
  category: Types.ObjectId;
  price: MoneyAmount;
  idempotencyKey?: string | null;
}

/** @throws RulesBroken */
export async function createProduct(merchant: SignedIn, input: NewProduct): Promise<ProductDocument> {
  checkContent(input);
  await requireCategory(input.category);
  const id = await recordChange([], async ({ session, announce }) => {
    announce(catalogTopic);
    const request = { user: merchant.userId, operation: 'createProduct', key: input.idempotencyKey };
    const { id } = await createOnce(session, request, async (_id) => {
      const product: ProductDocument = {
        _id,
        slug: `${slugify(input.title)}-${_id.toHexString().slice(-6)}`,
        title: input.title,
        description: input.description ?? '',
        category: input.category,
        merchant: merchant.userId,
        price: { amountMinor: input.price.amountMinor, currency: input.price.currency },
        stock: input.stock ?? null,
        attributes: (input.attributes ?? []).map(({ name, value }) => ({ name, value })),
        imageUrl: input.imageUrl ?? null,
        createdAt: new Date(),
        updatedAt: new Date(),
        rating: emptyTally(),
        score: 0,
        commentCount: 0,
      };
      await ProductModel.collection.insertOne(product, { session });
    });
    return id;
  });
  return (await ProductModel.findById(id).lean())!;
}

/** Merchants change their own products, administrators any. @throws RulesBroken, RequestError FORBIDDEN */
export async function updateProduct(editor: SignedIn, id: Types.ObjectId, change: ProductContent): Promise<ProductDocument> {
  checkContent(change);
  const product = await ProductModel.findById(id, { merchant: 1 }).lean();
  if (!product) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
  if (!product.merchant.equals(editor.userId) && !editor.roles.includes('ADMIN')) {
    throw new RequestError('FORBIDDEN', 'This product belongs to another merchant.');
  }
  const clearable = new Set(['stock', 'imageUrl']);
  const given = Object.fromEntries(
    Object.entries(change).filter(([field, value]) => value !== undefined && (value !== null || clearable.has(field))),
  );
  return recordChange([`product:${id.toHexString()}`], async ({ session, announce }) => {
    announce(catalogTopic);
    const set = { ...given, updatedAt: new Date() };
    return (await ProductModel.findOneAndUpdate({ _id: id }, { $set: set }, { returnDocument: 'after', session }).lean())!;
  });
}

function checkContent({ title, description, price, stock, attributes }: ProductContent): void {
  const rules = new InputRules().text(description, { most: 10_000 }, 'description').range(stock, 0, 1_000_000_000, 'stock');
  if (title !== undefined && title !== null) rules.text(title, { least: 1, most: 200 }, 'title');
  if (price) {
    rules.range(price.amountMinor, 0, 2_000_000_000, 'price', 'amountMinor');
    rules.require(isCurrency(price.currency), 'INVALID', 'This is not an ISO 4217 currency code.', 'price', 'currency');
  }
  rules.require((attributes ?? []).length <= 50, 'TOO_LONG', 'A product may have at most 50 attributes.', 'attributes');
  (attributes ?? []).slice(0, 50).forEach(({ name, value }, at) => {
    rules.text(name, { least: 1, most: 50 }, 'attributes', String(at), 'name');
    rules.text(value, { least: 1, most: 200 }, 'attributes', String(at), 'value');
  });
  rules.check();
}

const currencies = new Set(Intl.supportedValuesOf('currency'));

function isCurrency(code: string): boolean {
  return currencies.has(code);
}

async function requireCategory(id: Types.ObjectId): Promise<void> {
  if (!(await CategoryModel.exists({ _id: id }))) throw broken('NOT_FOUND', 'There is no such category.', 'categoryId');
}

/** @throws RulesBroken */
export async function createCategory(name: string, parent: Types.ObjectId | null): Promise<CategoryDocument> {
  new InputRules().text(name, { least: 1, most: 100 }, 'name').check();
  if (parent && !(await CategoryModel.exists({ _id: parent }))) throw broken('NOT_FOUND', 'There is no such category.', 'parentId');
  const category: CategoryDocument = { _id: new mongoose.Types.ObjectId(), slug: slugify(name), name, parent };
  try {
    await CategoryModel.collection.insertOne(category);
  } catch (error) {
    if (duplicateKeyFields(error)) throw broken('ALREADY_EXISTS', 'There is a category of this name.', 'name');
    throw error;
  }
  return category;
}

export function slugify(title: string): string {
  const ascii = title.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  const slug = ascii
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return slug.slice(0, 80) || 'item';
}

/** The best-scored products that can be ordered. */
export async function mostPopular(count: number, exclude: Types.ObjectId[]): Promise<ProductDocument[]> {
  return await ProductModel.find({ _id: { $nin: exclude }, stock: { $ne: 0 } })
    .sort({ score: -1, _id: 1 })
    .limit(count)
    .lean();
}

/** What came into the shop since and can be ordered, the newest first. */
export async function newestSince(since: Date, count: number): Promise<ProductDocument[]> {
  return await ProductModel.find({ createdAt: { $gte: since }, stock: { $ne: 0 } })
    .sort({ createdAt: -1, _id: 1 })
    .limit(count)
    .lean();
}

/** The best-scored products of a category that can be ordered. */
export async function bestOfCategory(category: Types.ObjectId, count: number): Promise<ProductDocument[]> {
  return await ProductModel.find({ category, stock: { $ne: 0 } })
    .sort({ score: -1, _id: 1 })
    .limit(count)
    .lean();
}

/** A merchant who leaves leaves products that nobody can order. */
registerPersonalData({
  name: 'products',
  collect: (merchant) => ProductModel.find({ merchant }).lean(),
  erase: async ({ session, user, ghost }) =>
    void (await ProductModel.updateMany({ merchant: user }, { $set: { merchant: ghost, stock: 0 } }, { session })),
});
