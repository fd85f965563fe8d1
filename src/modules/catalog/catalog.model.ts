import mongoose, { Schema, type Types } from 'mongoose';
import { emptyTally, type RatingTally } from '../../scoring/index.js';

export interface CategoryDocument {
  _id: Types.ObjectId;
  slug: string;
  name: string;
  parent: Types.ObjectId | null;
}

const categorySchema = new Schema<CategoryDocument>({
  slug: { type: String, required: true },
  name: { type: String, required: true },
  parent: { type: Schema.Types.ObjectId, default: null },
});
categorySchema.index({ slug: 1 }, { unique: true });
categorySchema.index({ parent: 1, name: 1, _id: 1 });
categorySchema.index({ name: 1, _id: 1 });

export const CategoryModel = mongoose.model('Category', categorySchema, 'categories');

export interface MoneyAmount {
  amountMinor: number;
  currency: string;
}

export interface ProductDocument {
  _id: Types.ObjectId;
  slug: string;
  title: string;
  description: string;
  category: Types.ObjectId;
  merchant: Types.ObjectId;
  price: MoneyAmount;
  /** How many can be ordered now; null where stock is not tracked. */
  stock: number | null;
  attributes: { name: string; value: string }[];
  imageUrl: string | null;
  createdAt: Date;
  /** When what a search shows of it last changed. */
  updatedAt: Date;
  rating: RatingTally;
  /** The composite score when it last changed, for sorting. */
  score: number;
  commentCount: number;
  source?: string;
}

const productSchema = new Schema<ProductDocument>({
  slug: { type: String, required: true },
  title: { type: String, required: true },
  description: { type: String, default: '' },
  category: { type: Schema.Types.ObjectId, required: true },
  merchant: { type: Schema.Types.ObjectId, required: true },
  price: { type: new Schema<MoneyAmount>({ amountMinor: Number, currency: String }, { _id: false }), required: true },
  stock: { type: Number, default: null },
  attributes: { type: [new Schema({ name: String, value: String }, { _id: false })], default: [] },
  imageUrl: { type: String, default: null },
  createdAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true },
  rating: { type: Schema.Types.Mixed, default: emptyTally },
  score: { type: Number, default: 0 },
  commentCount: { type: Number, default: 0 },
  source: String,
});
productSchema.index({ slug: 1 }, { unique: true });
productSchema.index({ updatedAt: 1 });
for (const scope of ['category', 'merchant', null]) {
  for (const [field, direction] of [
    ['createdAt', -1],
    ['score', -1],
    ['price.amountMinor', 1],
  ] as const) {
    productSchema.index({ ...(scope && { [scope]: 1 }), [field]: direction, _id: 1 });
  }
}

export const ProductModel = mongoose.model('Product', productSchema, 'products');
