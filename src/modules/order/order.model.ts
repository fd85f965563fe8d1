import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';
import { moneySchema, type MoneyAmount } from '../catalog/index.js';

export const orderStatuses = ['PLACED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;
export type OrderStatusName = (typeof orderStatuses)[number];

export interface OrderItemDocument {
  product: Types.ObjectId;
  /** The title and price when the order was placed. */
  title: string;
  price: MoneyAmount;
  quantity: number;
  /** How many it took from the product's stock, and gives back; absent in older orders, which give back their quantity. */
  stockTaken?: number;
}

export interface OrderDocument {
  _id: Types.ObjectId;
  buyer: Types.ObjectId;
  merchant: Types.ObjectId;
  items: OrderItemDocument[];
  total: MoneyAmount;
  status: OrderStatusName;
  placedAt: Date;
  updatedAt: Date;
  /** What another system calls the order, and which. */
  externalId?: string;
  source?: string;
  /** When it last changed there, as far as it was told. */
  externalUpdatedAt?: Date;
}

export interface OrderModels {
  orders: Model<OrderDocument>;
}

export function orderModels(database: Database): OrderModels {
  return { orders: database.model('Order', orderSchema(), 'orders') };
}

function orderSchema(): Schema<OrderDocument> {
  const item = nestedSchema<OrderItemDocument>({
    product: { type: Schema.Types.ObjectId, required: true },
    title: { type: String, required: true },
    price: { type: moneySchema(), required: true },
    quantity: { type: Number, required: true },
    stockTaken: { type: Number },
  });
  const schema = documentSchema<OrderDocument>({
    buyer: { type: Schema.Types.ObjectId, required: true },
    merchant: { type: Schema.Types.ObjectId, required: true },
    items: { type: [item], required: true },
    total: { type: moneySchema(), required: true },
    status: { type: String, required: true, enum: orderStatuses },
    placedAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    externalId: { type: String },
    source: { type: String },
    externalUpdatedAt: { type: Date },
  });
  schema.index({ source: 1, externalId: 1 }, { unique: true, partialFilterExpression: { externalId: { $exists: true } } });
  schema.index({ buyer: 1, placedAt: -1, _id: -1 });
  schema.index({ merchant: 1, placedAt: -1, _id: -1 });
  schema.index({ buyer: 1, status: 1, 'items.product': 1 });
  return schema;
}
