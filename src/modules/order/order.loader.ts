import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import type { OrderDocument, OrderModels } from './order.model.js';

export interface OrderLoaders {
  orderById: LoaderDefinition<Types.ObjectId, OrderDocument>;
}

export function orderLoaders({ orders }: OrderModels): OrderLoaders {
  return { orderById: byId<OrderDocument>(orders) };
}
