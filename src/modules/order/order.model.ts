import mongoose, { Schema, type Types } from 'mongoose';
import type { MoneyAmount } from '../catalog/index.js';

export const orderStatuses = ['PLACED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;
export type OrderStatusName = (typeof orderStatuses)[number];

export interface OrderItemDocument {
  product: Types.ObjectId;
  /** The title and price when the order was placed. */
  title: string;
  price: MoneyAmount;
  quantity: number;
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
}

const money = new Schema<MoneyAmount>({ amountMinor: Number, currency: String }, { _id: false });
const orderSchema = new Schema<OrderDocument>({
  buyer: { type: Schema.Types.ObjectId, required: true },
  merchant: { type: Schema.Types.ObjectId, required: true },
  items: [new Schema<OrderItemDocument>({ product: Schema.Types.ObjectId, title: String, price: money, quantity: Number }, { _id: false })],
  total: { type: money, required: true },
  status: { type: String, required: true },
  placedAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true },
});
orderSchema.index({ buyer: 1, placedAt: -1, _id: -1 });
orderSchema.index({ merchant: 1, placedAt: -1, _id: -1 });
orderSchema.index({ buyer: 1, status: 1, 'items.product': 1 });

export const OrderModel = mongoose.model('Order', orderSchema, 'orders');
