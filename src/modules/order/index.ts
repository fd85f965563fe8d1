import type { AccessLogVerbs } from '../access-log/index.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments, reference } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { orderLoaders, VisibleOrders } from './order.loader.js';
import { orderModels } from './order.model.js';
import { OrderItemResolver, OrderResolver, ViewerOrdersResolver } from './order.resolver.js';
import { ViewerPurchaseResolver } from './viewer-purchase.resolver.js';
import { OrderService } from './order.service.js';
import { OrderUpsertResolver } from './order-upsert.resolver.js';
import { OrderUpserts } from './order-upsert.js';
import { collections } from './order.collections.js';

export type { OrderDocument } from './order.model.js';
export type { OrderItem } from './order-upsert.js';

export interface OrderDependencies {
  accessLog: AccessLogVerbs;
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
}

export type OrderModule = ReturnType<typeof orderModule>;
/** What other features may ask of orders. */
export type OrderVerbs = OrderModule['verbs'];

/** What buyers order from merchants. */
export function orderModule(
  { database, realtime, idempotency, events }: Foundation,
  { accessLog, users, catalog, behaviour }: OrderDependencies,
) {
  const models = orderModels(database);
  const loaders = orderLoaders(models);
  const visible = new VisibleOrders(loaders, accessLog);
  const orders = new OrderService({ models, realtime, idempotency, events, catalog, behaviour });
  const upserts = new OrderUpserts({ models, realtime, events, catalog, users, behaviour });
  return describeModule({
    name: 'order',
    collections,
    resolvers: [
      new OrderResolver({ orders, visible, users }),
      new OrderItemResolver(catalog),
      new ViewerOrdersResolver(models),
      new ViewerPurchaseResolver(loaders),
      new OrderUpsertResolver(upserts),
    ],
    on: {
      async importedUserClaimed({ session }, { imported, account }) {
        await models.orders.updateMany({ buyer: imported }, { $set: { buyer: account } }, { session });
      },
    },
    nodes: {
      Order: (id, context) => visible.byId(id, context),
    },
    externalNodes: {
      Order: (key, context) => visible.byExternalId(key, context),
    },
    personalData: [
      ownedDocuments({ name: 'orders', model: models.orders, owner: 'buyer', erase: 'ANONYMISE' }),
      reference('sales', models.orders, 'merchant'),
    ],
    verbs: {
      orderByExternalId: loaders.orderByExternalId,
      ...verbs(orders, ['hasReceived', 'importOrders', 'orderedBy']),
      ...verbs(upserts, ['upsertOrders']),
    },
  });
}
