import type { Types } from 'mongoose';
import { sells, type LoaderDefinition, type RequestContext } from '../../relay/context.js';
import type { ExternalKey } from '../../relay/find-one.js';
import { byExternalKey, byId, pairKey, type Pair } from '../../store/loaders.js';
import type { AccessLogVerbs } from '../access-log/index.js';
import { orderStatuses, type OrderDocument, type OrderModels } from './order.model.js';

export interface OrderLoaders {
  orderById: LoaderDefinition<Types.ObjectId, OrderDocument>;
  orderByExternalId: LoaderDefinition<ExternalKey, OrderDocument>;
  /** Whether a user ordered the subject and did not cancel. All pairs of a batch are of one user, the viewer. */
  hasPurchased: LoaderDefinition<Pair, boolean>;
}

/** Finds orders for those who may see them. That an administrator reads one is noted. */
export class VisibleOrders {
  constructor(
    private readonly loaders: OrderLoaders,
    private readonly accessLog: AccessLogVerbs,
  ) {}

  async byId(id: Types.ObjectId, context: RequestContext): Promise<OrderDocument | null> {
    return this.visible(await context.load(this.loaders.orderById, id), context);
  }

  async byExternalId(key: ExternalKey, context: RequestContext): Promise<OrderDocument | null> {
    return this.visible(await context.load(this.loaders.orderByExternalId, key), context);
  }

  private async visible(order: OrderDocument | null, context: RequestContext): Promise<OrderDocument | null> {
    const reader = context.actorWith('orders:read', 'orders:write');
    if (!order || !reader) return null;
    // A key acts for the seller, also where its owner is the buyer.
    if (!reader.key && order.buyer.equals(reader.userId)) return order;
    if (!sells(reader, order.merchant)) return null;
    if (!order.merchant.equals(reader.userId)) await this.accessLog.noteAccess(context, 'ORDER', order.buyer);
    return order;
  }
}

export function orderLoaders({ orders }: OrderModels): OrderLoaders {
  return {
    orderById: byId<OrderDocument>(orders),
    orderByExternalId: byExternalKey<OrderDocument>(orders, 'source'),
    hasPurchased: {
      cacheKey: pairKey,
      async batch(pairs) {
        const products = pairs.map(({ subject }) => subject);
        const purchased = orderStatuses.filter((status) => status !== 'CANCELLED');
        const filter = { buyer: pairs[0]!.user, status: { $in: purchased }, 'items.product': { $in: products } };
        const bought = new Set((await orders.distinct('items.product', filter)).map(String));
        return products.map((product) => bought.has(product.toHexString()));
      },
    },
  };
}
