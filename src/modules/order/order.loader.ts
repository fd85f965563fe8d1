import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId, pairKey, type Pair } from '../../store/loaders.js';
import { orderStatuses, type OrderDocument, type OrderModels } from './order.model.js';

export interface OrderLoaders {
  orderById: LoaderDefinition<Types.ObjectId, OrderDocument>;
  /** Whether a user ordered the subject and did not cancel. All pairs of a batch are of one user, the viewer. */
  hasPurchased: LoaderDefinition<Pair, boolean>;
}

export function orderLoaders({ orders }: OrderModels): OrderLoaders {
  return {
    orderById: byId<OrderDocument>(orders),
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
