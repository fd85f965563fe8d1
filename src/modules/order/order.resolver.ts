import type { Types } from 'mongoose';
import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { findOne, namesType, type Names } from '../../relay/find-one.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { AllowKeys } from '../../relay/scopes.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { VisibleOrders } from './order.loader.js';
import type { OrderDocument, OrderItemDocument, OrderModels } from './order.model.js';
import { checkOrder, orderList, salesList, type OrderService } from './order.service.js';
import {
  Order,
  OrderConnection,
  OrderItem,
  PlaceOrderInput,
  PlaceOrderPayload,
  UpdateOrderStatusInput,
  UpdateOrderStatusPayload,
} from './order.type.js';

export interface OrderResolverDependencies {
  orders: OrderService;
  visible: VisibleOrders;
  users: UserVerbs;
}

const OrderNames = namesType('Order', ['id']);

@Resolver(() => Order)
export class OrderResolver {
  constructor(private readonly dependencies: OrderResolverDependencies) {}

  @Query(() => Order, {
    nullable: true,
    description:
      'An order by ID or by its ID in another system. Null if there is none, and for everyone but its buyer, its merchant and administrators.',
  })
  order(@Args(() => OrderNames) names: Names<'id'>, @Ctx() context: RequestContext): Promise<OrderDocument | null> {
    const { visible } = this.dependencies;
    return findOne(names, {
      id: (given) => visible.byId(idOf('Order', given, 'id'), context),
      externalId: (key) => visible.byExternalId(key, context),
    });
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The order’s ID in another system, unique within its source. Null if there is none.',
  })
  externalId(@Root() { externalId }: OrderDocument): string | null {
    return externalId ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The system that `externalId` belongs to. Null if there is no `externalId`.',
  })
  source(@Root() { externalId, source }: OrderDocument): string | null {
    return externalId === undefined ? null : (source ?? null);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The buyer. Null if their account was deleted.' })
  buyer(@Root() order: OrderDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, order.buyer);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The merchant. Null if their account was deleted.' })
  merchant(@Root() order: OrderDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, order.merchant);
  }

  @Authorized()
  @Cost({ perItem: { argument: 'input.items', weight: 2 } })
  @ChecksInput(({ items, shareToken }: PlaceOrderInput) =>
    checkOrder(
      (items ?? []).map(({ productId, quantity }) => ({ product: productId, quantity })),
      shareToken,
    ),
  )
  @Mutation(() => PlaceOrderPayload, { description: 'Places an order at current prices. Either all items are ordered or none.' })
  placeOrder(
    @Arg('input', () => PlaceOrderInput, { description: 'The order to place.' }) { items, ...options }: PlaceOrderInput,
    @Ctx() context: RequestContext,
  ) {
    const ordered = items.map(({ productId, quantity }, at): { product: Types.ObjectId; quantity: number } => ({
      product: idOf('Product', productId, `input.items.${at}.productId`),
      quantity,
    }));
    return payload(async () => ({ order: await this.dependencies.orders.placeOrder(context.requireSignedIn().userId, ordered, options) }));
  }

  @AllowKeys('orders:write')
  @Authorized()
  @Mutation(() => UpdateOrderStatusPayload, { description: 'Moves an order to its next status.' })
  updateOrderStatus(
    @Arg('input', () => UpdateOrderStatusInput, { description: 'The order, and its new status.' }) input: UpdateOrderStatusInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Order', input.orderId, 'input.orderId');
    return payload(async () => ({ order: await this.dependencies.orders.updateOrderStatus(context.requireSignedIn(), id, input.status) }));
  }
}

@Resolver(() => OrderItem)
export class OrderItemResolver {
  constructor(private readonly catalog: CatalogVerbs) {}

  @FieldResolver(() => Product, { nullable: true, description: 'The product as it is now. Null if it was deleted.' })
  product(@Root() item: OrderItemDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(this.catalog.productById, item.product);
  }
}

@Resolver(() => Viewer)
export class ViewerOrdersResolver {
  constructor(private readonly models: OrderModels) {}

  @Authorized()
  @FieldResolver(() => OrderConnection, { nullable: true, description: 'The viewer’s orders, newest first.' })
  orders(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<OrderDocument>> {
    return paginate(this.models.orders, orderList(context.requireSignedIn().userId), page);
  }

  @AllowKeys('orders:read', 'orders:write')
  @Authorized('MERCHANT')
  @FieldResolver(() => OrderConnection, {
    nullable: true,
    description: 'Orders placed with the viewer, newest first. Requires the role `MERCHANT`.',
  })
  sales(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<OrderDocument>> {
    return paginate(this.models.orders, salesList(context.requireSignedIn().userId), page);
  }
}
