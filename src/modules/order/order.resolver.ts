import type { Types } from 'mongoose';
import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, paginate, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { byId } from '../../relay/loader.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { Product, productById, type ProductDocument } from '../catalog/index.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import { OrderModel, type OrderDocument, type OrderItemDocument } from './order.model.js';
import { orderList, placeOrder, salesList, updateOrderStatus } from './order.service.js';
import {
  Order,
  OrderConnection,
  OrderItem,
  PlaceOrderInput,
  PlaceOrderPayload,
  UpdateOrderStatusInput,
  UpdateOrderStatusPayload,
} from './order.type.js';

const orderById = byId<OrderDocument>(OrderModel);

registerNode('Order', async (id, context) => {
  const order = await context.load(orderById, id);
  const reader = context.signedIn?.userId;
  return order && reader && (order.buyer.equals(reader) || order.merchant.equals(reader)) ? order : null;
});

@Resolver(() => Order)
export class OrderResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who ordered; null where they have left.' })
  buyer(@Root() order: OrderDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, order.buyer);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who sells; null where they have left.' })
  merchant(@Root() order: OrderDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, order.merchant);
  }

  @Authorized()
  @Cost({ perItem: { argument: 'input.items', weight: 2 } })
  @Mutation(() => PlaceOrderPayload, { description: 'Orders products at their price now, all of them or none.' })
  placeOrder(
    @Arg('input', () => PlaceOrderInput, { description: 'The order.' }) { items, ...options }: PlaceOrderInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const ordered = items.map(({ productId, quantity }, at): { product: Types.ObjectId; quantity: number } => ({
      product: idOf('Product', productId, `input.items.${at}.productId`),
      quantity,
    }));
    return payload(async () => ({ order: await placeOrder(context.requireSignedIn().userId, ordered, options) }));
  }

  @Authorized()
  @Mutation(() => UpdateOrderStatusPayload, { description: 'Takes an order a step further.' })
  updateOrderStatus(
    @Arg('input', () => UpdateOrderStatusInput, { description: 'The step.' }) input: UpdateOrderStatusInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Order', input.orderId, 'input.orderId');
    return payload(async () => ({ order: await updateOrderStatus(context.requireSignedIn(), id, input.status) }));
  }
}

@Resolver(() => OrderItem)
export class OrderItemResolver {
  @FieldResolver(() => Product, { nullable: true, description: 'The product as it is now; null where it is gone.' })
  product(@Root() item: OrderItemDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(productById, item.product);
  }
}

@Resolver(() => Viewer)
export class ViewerOrdersResolver {
  @Authorized()
  @FieldResolver(() => OrderConnection, { nullable: true, description: 'What one has ordered, the latest first.' })
  orders(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<OrderDocument>> {
    return paginate(OrderModel, orderList(context.requireSignedIn().userId), page);
  }

  @Authorized('MERCHANT')
  @FieldResolver(() => OrderConnection, {
    nullable: true,
    description: 'What others have ordered from one, the latest first. For merchants.',
  })
  sales(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<OrderDocument>> {
    return paginate(OrderModel, salesList(context.requireSignedIn().userId), page);
  }
}
