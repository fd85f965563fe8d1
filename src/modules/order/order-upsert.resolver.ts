import { Arg, Authorized, Ctx, Field, InputType, Int, Resolver } from 'type-graphql';
import { withFlaws } from '../../input/flaws.js';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { MoneyInput } from '../../relay/money.js';
import { field, Mutation, payloadType } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { AllowKeys } from '../../relay/scopes.js';
import { ItemsOf, named, UpsertItem, upsertResultType } from '../../relay/upsert.js';
import { checkOrders, type OrderUpserts } from './order-upsert.js';
import { Order, OrderStatus } from './order.type.js';

@InputType({ description: 'An item of an order of another system.' })
export class OrderItemUpsertInput {
  @Field(() => String, { description: 'ID of the product in `source`.' })
  productExternalId!: string;

  @Field(() => Int, { nullable: true, defaultValue: 1, description: 'Number of items, 1 to 1,000.' })
  quantity!: number;

  @Field(() => MoneyInput, { nullable: true, description: 'Price of one item. The product’s price when left out.' })
  price?: MoneyInput | null;
}

@InputType({ description: 'An order by its ID in another system. Fields that are left out stay as they are.' })
export class OrderUpsertInput extends UpsertItem {
  @Field(() => String, {
    nullable: true,
    description: 'ID of the buyer in `source`. Required for a new order. It can’t be changed later.',
  })
  customerExternalId?: string | null;

  @Field(() => OrderStatus, {
    nullable: true,
    description:
      'Status of the order. Any status can follow any other. `DELIVERED` makes the buyer’s reviews of its products verified; `CANCELLED`, which also stands for refunds, takes that back. Defaults to `PLACED` for a new order.',
  })
  status?: OrderStatus | null;

  @Field(() => [OrderItemUpsertInput], {
    nullable: true,
    description: 'Items, up to 100, of one merchant and in one currency. Replaces all existing items, so leave out what was refunded.',
  })
  items?: OrderItemUpsertInput[] | null;

  @Field(() => Date, { nullable: true, description: 'When the order was placed. Defaults to now for a new order.' })
  placedAt?: Date | null;
}

@InputType({ description: 'Orders to create or update.' })
export class UpsertOrdersInput {
  @Field(() => String, { description: 'The system that the external IDs belong to, such as shopify, up to 100 characters.' })
  source!: string;

  @Field(() => [OrderUpsertInput], { description: 'The orders, up to 500, each once.' })
  orders!: OrderUpsertInput[];

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether to ask no buyer for a review of these orders. Set it when you import past orders.',
  })
  silent!: boolean;
}

export const OrderUpsertResult = upsertResultType('OrderUpsertResult', 'order', () => Order);

export const UpsertOrdersPayload = payloadType('UpsertOrdersPayload', 'Result of creating and updating orders.', {
  results: field(
    () => [OrderUpsertResult],
    'A result for each order, up to 500, in the same order. Null if the request as a whole broke a rule.',
  ),
});

@Resolver()
export class OrderUpsertResolver {
  constructor(private readonly orders: OrderUpserts) {}

  @AllowKeys('orders:write')
  @Authorized('MERCHANT', 'ADMIN')
  @ItemsOf('orders')
  @Cost({ perItem: { argument: 'input.orders', weight: 2 } })
  @ChecksInput((input: UpsertOrdersInput) => checkOrders(input))
  @Mutation(() => UpsertOrdersPayload, {
    description:
      'Creates and updates orders of another system, which decides about their status. Stock stays as it is. The other orders are written even if some are invalid. Merchants write orders placed with them, administrators any.',
  })
  upsertOrders(
    @Arg('input', () => UpsertOrdersInput, { description: 'The orders to write.' }) input: UpsertOrdersInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => ({
      results: named(
        'order',
        await this.orders.upsertOrders(context.requireSignedIn(), { ...input, orders: withFlaws(context, input.orders) }),
      ),
    }));
  }
}
