import { Schema, type Model, type Types } from 'mongoose';
import { emptyTally, type RatingTally } from '../../scoring/index.js';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';
import { moneySchema, type MoneyAmount } from './money.js';

export interface CategoryDocument {
  _id: Types.ObjectId;
  slug: string;
  /** Every slug by which it is found: the present one first, then earlier ones. */
  slugs: string[];
  name: string;
  parent: Types.ObjectId | null;
  /** The categories above it, from the top down. */
  ancestors: Types.ObjectId[];
  /** When it last changed. */
  updatedAt: Date;
  /** How many categories are right below it. */
  childCount: number;
  /** Where it comes from, and what it is called there. */
  source?: string;
  externalId?: string;
  /** When it last changed there, as far as it was told. */
  externalUpdatedAt?: Date;
}

export interface ProductDocument {
  _id: Types.ObjectId;
  slug: string;
  /** Every slug by which it is found: the present one first, then earlier ones. */
  slugs: string[];
  title: string;
  description: string;
  category: Types.ObjectId;
  merchant: Types.ObjectId;
  /** Null where none is known: the product is shown, and not sold. */
  price: MoneyAmount | null;
  /** How many are left; null where stock is not tracked. Below zero, so many are ordered and still to come. */
  stock: number | null;
  /** Whether it can be ordered when none is left. */
  backorder: boolean;
  attributes: { name: string; value: string }[];
  imageUrl: string | null;
  /** Uploaded images, in their order. */
  images?: Types.ObjectId[];
  sku: string | null;
  gtin: string | null;
  mpn: string | null;
  brand: string | null;
  /** When it was taken out of the shop; null while it is in it. */
  archivedAt: Date | null;
  createdAt: Date;
  /** When what a search shows of it last changed. */
  updatedAt: Date;
  rating: RatingTally;
  /** The composite score when it last changed, for sorting. */
  score: number;
  commentCount: number;
  /** Where it comes from, and what it is called there. */
  source?: string;
  externalId?: string;
  /** When it last changed there, as far as it was told. */
  externalUpdatedAt?: Date;
  /** Its page in the shop. */
  url?: string | null;
}

export interface CatalogModels {
  categories: Model<CategoryDocument>;
  products: Model<ProductDocument>;
}

export function catalogModels(database: Database): CatalogModels {
  return {
    categories: database.model('Category', categorySchema(), 'categories'),
    products: database.model('Product', productSchema(), 'products'),
  };
}

/** An id of another system is taken once for each of them. */
const withExternalId = { unique: true, partialFilterExpression: { externalId: { $exists: true } } };

function categorySchema(): Schema<CategoryDocument> {
  const schema = documentSchema<CategoryDocument>({
    slug: { type: String, required: true },
    name: { type: String, required: true },
    slugs: { type: [String], required: true },
    parent: { type: Schema.Types.ObjectId, default: null },
    ancestors: { type: [Schema.Types.ObjectId], default: [] },
    childCount: { type: Number, default: 0 },
    updatedAt: { type: Date, required: true },
    source: { type: String },
    externalId: { type: String },
    externalUpdatedAt: { type: Date },
  });
  schema.index({ slugs: 1 }, { unique: true });
  schema.index({ source: 1, externalId: 1 }, withExternalId);
  schema.index({ ancestors: 1 });
  schema.index({ updatedAt: 1 });
  schema.index({ parent: 1, name: 1, _id: 1 });
  schema.index({ name: 1, _id: 1 });
  return schema;
}

function productSchema(): Schema<ProductDocument> {
  const attribute = nestedSchema<ProductDocument['attributes'][number]>({ name: { type: String }, value: { type: String } });
  const schema = documentSchema<ProductDocument>({
    slug: { type: String, required: true },
    title: { type: String, required: true },
    description: { type: String, default: '' },
    category: { type: Schema.Types.ObjectId, required: true },
    merchant: { type: Schema.Types.ObjectId, required: true },
    price: { type: moneySchema(), default: null },
    stock: { type: Number, default: null },
    backorder: { type: Boolean, default: false },
    attributes: { type: [attribute], default: [] },
    imageUrl: { type: String, default: null },
    images: { type: [Schema.Types.ObjectId] },
    slugs: { type: [String], required: true },
    sku: { type: String, default: null },
    gtin: { type: String, default: null },
    mpn: { type: String, default: null },
    brand: { type: String, default: null },
    archivedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    rating: { type: Schema.Types.Mixed, default: emptyTally },
    score: { type: Number, default: 0 },
    commentCount: { type: Number, default: 0 },
    source: { type: String },
    externalId: { type: String },
    externalUpdatedAt: { type: Date },
    url: { type: String },
  });
  schema.index({ slugs: 1 }, { unique: true });
  schema.index({ source: 1, externalId: 1 }, withExternalId);
  schema.index({ updatedAt: 1 });
  schema.index({ merchant: 1, archivedAt: -1, _id: -1 });
  schema.index({ archivedAt: 1 });
  for (const scope of ['category', 'merchant', 'brand', null]) {
    const within = { ...(scope && ({ [scope]: 1 } as const)), archivedAt: 1 } as const;
    schema.index({ ...within, createdAt: -1, _id: 1 });
    schema.index({ ...within, score: -1, _id: 1 });
    schema.index({ ...within, 'price.currency': 1, 'price.amountMinor': 1, _id: 1 });
  }
  return schema;
}
