import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Money } from '../../relay/money.js';
import { Node } from '../../relay/node.js';
import { field, From, ObjectType, payloadType } from '../../relay/output.js';
import type { OrderDocument, OrderItemDocument } from './order.model.js';

export enum OrderStatus {
  PLACED = 'PLACED',
  PAID = 'PAID',
  SHIPPED = 'SHIPPED',
  DELIVERED = 'DELIVERED',
  CANCELLED = 'CANCELLED',
}

registerEnumType(OrderStatus, {
  name: 'OrderStatus',
  description: 'Status of an order: `PLACED`, `PAID`, `SHIPPED`, `DELIVERED`, or `CANCELLED` before it ships.',
  valuesConfig: {
    PLACED: { description: 'Placed and waiting for payment. Its stock is reserved.' },
    PAID: { description: 'Paid and not shipped yet.' },
    SHIPPED: { description: 'Shipped. Can no longer be cancelled.' },
    DELIVERED: { description: 'Delivered. The buyer’s reviews of its products count as verified.' },
    CANCELLED: { description: 'Cancelled or refunded. Its stock is available again.' },
  },
});

@ObjectType({ description: 'An item of an order, as it was when the order was placed.' })
export class OrderItem extends From<OrderItemDocument> {
  @Field(() => String, { description: 'Title of the product when the order was placed.' })
  title!: string;

  @Field(() => Money, { description: 'Price of one item when the order was placed.' })
  price!: Money;

  @Field(() => Int, { description: 'Number of items.' })
  quantity!: number;
}

@ObjectType({ implements: Node, description: 'A buyer’s order from one merchant. Only the two of them and administrators can see it.' })
export class Order extends Node<OrderDocument> {
  @Field(() => [OrderItem], { description: 'Items of the order, up to 100.' })
  items!: OrderItem[];

  @Field(() => Money, { name: 'totalPrice', description: 'Total price of the items.' })
  total!: Money;

  @Field(() => OrderStatus, { description: 'Status of the order.' })
  status!: OrderStatus;

  @Field(() => Date, { description: 'When the order was placed.' })
  placedAt!: Date;

  @Field(() => Date, { description: 'When the status last changed.' })
  updatedAt!: Date;
}

export const OrderConnection = connectionType(Order, 'Order');

@InputType({ description: 'An item to order.' })
export class OrderItemInput {
  @Field(() => ID, { description: 'The product to order.' })
  productId!: string;

  @Field(() => Int, { nullable: true, defaultValue: 1, description: 'Number of items, 1 to 1,000.' })
  quantity!: number;
}

@InputType({ description: 'An order to place with one merchant.' })
export class PlaceOrderInput {
  @Field(() => [OrderItemInput], { description: 'Items to order, up to 100, each product once.' })
  items!: OrderItemInput[];

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key places no second order.',
  })
  idempotencyKey?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `share` parameter of the link the buyer followed. The order then counts for that share.',
  })
  shareToken?: string | null;
}

@InputType({ description: 'A new status for an order.' })
export class UpdateOrderStatusInput {
  @Field(() => ID, { description: 'The order to update.' })
  orderId!: string;

  @Field(() => OrderStatus, { description: 'The new status. Buyers can cancel; all other changes are the merchant’s.' })
  status!: OrderStatus;
}

export const PlaceOrderPayload = payloadType('PlaceOrderPayload', 'Result of placing an order.', {
  order: field(() => Order, 'The placed order.'),
});

export const UpdateOrderStatusPayload = payloadType('UpdateOrderStatusPayload', 'Result of updating an order.', {
  order: field(() => Order, 'The updated order.'),
});
