import { Schema, type Model, type Types } from 'mongoose';
import { emptyTally, type RatingTally } from '../../scoring/index.js';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';
import { moneySchema, type MoneyAmount } from './money.js';

export interface CategoryDocument {
  _id: Types.ObjectId;
  slug: string;
  name: string;
  parent: Types.ObjectId | null;
}

export interface ProductDocument {
  _id: Types.ObjectId;
  slug: string;
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
  createdAt: Date;
  /** When what a search shows of it last changed. */
  updatedAt: Date;
  rating: RatingTally;
  /** The composite score when it last changed, for sorting. */
  score: number;
  commentCount: number;
  source?: string;
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

function categorySchema(): Schema<CategoryDocument> {
  const schema = documentSchema<CategoryDocument>({
    slug: { type: String, required: true },
    name: { type: String, required: true },
    parent: { type: Schema.Types.ObjectId, default: null },
  });
  schema.index({ slug: 1 }, { unique: true });
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
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    rating: { type: Schema.Types.Mixed, default: emptyTally },
    score: { type: Number, default: 0 },
    commentCount: { type: Number, default: 0 },
    source: { type: String },
  });
  schema.index({ slug: 1 }, { unique: true });
  schema.index({ updatedAt: 1 });
  for (const scope of ['category', 'merchant', null]) {
    for (const [field, direction] of [
      ['createdAt', -1],
      ['score', -1],
      ['price.amountMinor', 1],
    ] as const) {
      schema.index({ ...(scope && { [scope]: 1 }), [field]: direction, _id: 1 });
    }
  }
  return schema;
}
