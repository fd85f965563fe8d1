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
  description: 'How far an order is: PLACED, PAID, SHIPPED, DELIVERED, or CANCELLED before it is shipped.',
  valuesConfig: {
    PLACED: { description: 'Its stock is taken; it waits for the payment.' },
    PAID: { description: 'Paid, and not yet sent.' },
    SHIPPED: { description: 'On its way; it can no longer be cancelled.' },
    DELIVERED: { description: 'With the buyer, whose reviews of its products now count as verified.' },
    CANCELLED: { description: 'Given up; its stock is back.' },
  },
});

@ObjectType({ description: 'One line of an order, as it was when the order was placed.' })
export class OrderItem extends From<OrderItemDocument> {
  @Field(() => String, { description: 'The product’s title then.' })
  title!: string;

  @Field(() => Money, { description: 'What one cost then.' })
  price!: Money;

  @Field(() => Int, { description: 'How many.' })
  quantity!: number;
}

@ObjectType({ implements: Node, description: 'What a buyer ordered from one merchant. Only the two of them can see it.' })
export class Order extends Node<OrderDocument> {
  @Field(() => [OrderItem], { description: 'Its lines.' })
  items!: OrderItem[];

  @Field(() => Money, { description: 'The sum of its lines.' })
  total!: Money;

  @Field(() => OrderStatus, { description: 'How far it is.' })
  status!: OrderStatus;

  @Field(() => Date, { description: 'When it was placed.' })
  placedAt!: Date;

  @Field(() => Date, { description: 'When its status last changed.' })
  updatedAt!: Date;
}

export const OrderConnection = connectionType(Order, 'Order');

@InputType({ description: 'One line of an order.' })
export class OrderItemInput {
  @Field(() => ID, { description: 'Which product.' })
  productId!: string;

  @Field(() => Int, { nullable: true, defaultValue: 1, description: 'How many, 1 to 1,000.' })
  quantity!: number;
}

@InputType({ description: 'A new order, with one merchant.' })
export class PlaceOrderInput {
  @Field(() => [OrderItemInput], { description: 'Its lines, at most 100, each product once.' })
  items!: OrderItemInput[];

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key places no second order.' })
  idempotencyKey?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `share` parameter of the link by which the buyer came: the share then counts the order.',
  })
  shareToken?: string | null;
}

@InputType({ description: 'The next step of an order.' })
export class UpdateOrderStatusInput {
  @Field(() => ID, { description: 'The order.' })
  orderId!: string;

  @Field(() => OrderStatus, { description: 'What it becomes. Buyers may cancel; the other steps are the merchant’s.' })
  status!: OrderStatus;
}

export const PlaceOrderPayload = payloadType('PlaceOrderPayload', 'The new order.', {
  order: field(() => Order, 'The order, as stored.'),
});

export const UpdateOrderStatusPayload = payloadType('UpdateOrderStatusPayload', 'The changed order.', {
  order: field(() => Order, 'The order, as changed.'),
});
