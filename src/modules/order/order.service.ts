/** Orders: placing them, and the steps that they take. */
import type { Types } from 'mongoose';
import { broken, brokenRule, RequestError, RulesBroken, type BrokenRule } from '../../errors.js';
import { message } from '../../messages/index.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import { sells, type SignedIn } from '../../relay/context.js';
import { maxAmount } from '../../relay/currency.js';
import type { ClientSession } from '../../store/database.js';
import { insert, insertNew } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import { isPriced, productKey, type CatalogVerbs, type PricedProduct, type ProductDocument } from '../catalog/index.js';
import type { DomainEventBus } from '../domain-events.js';
import type { OrderDocument, OrderModels, OrderStatusName } from './order.model.js';

const maxItems = 100;
const maxQuantity = 1000;
/** So many of a buyer's orders keep their products from being recommended again. */
const maxRemembered = 500;

/** Which steps there are. Buyers cancel until the parcel leaves; everything else is the merchant's. */
const steps: Record<OrderStatusName, readonly OrderStatusName[]> = {
  PLACED: ['PAID', 'CANCELLED'],
  PAID: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['DELIVERED'],
  DELIVERED: [],
  CANCELLED: [],
};

export interface OrderedItem {
  product: Types.ObjectId;
  quantity: number;
}

export interface PlacingOptions {
  idempotencyKey?: string | null;
  /** What a share's link gave the visitor; one that leads nowhere is no reason to refuse an order. */
  shareToken?: string | null;
}

interface OrderServiceDependencies {
  models: OrderModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  events: DomainEventBus;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
}

export class OrderService {
  private readonly models: OrderModels;

  constructor(private readonly dependencies: OrderServiceDependencies) {
    this.models = dependencies.models;
  }

  /** Takes the stock and the price as they are now, all items or none. @throws RulesBroken */
  async placeOrder(
    buyer: Types.ObjectId,
    items: OrderedItem[],
    { idempotencyKey, shareToken = null }: PlacingOptions = {},
  ): Promise<OrderDocument> {
    checkOrder(
      items.map(({ product, quantity }) => ({ product: product.toHexString(), quantity })),
      shareToken,
    );
    const { events, idempotency, realtime } = this.dependencies;
    const keys = new Set(items.map(({ product }) => productKey(product)));
    const id = await realtime.recordChange([...keys], async (change) => {
      const { session } = change;
      const request = { user: buyer, operation: 'placeOrder', key: idempotencyKey, input: { items, shareToken } };
      return idempotency.createOnce(session, request, async (_id) => {
        const products = await this.readProducts(session, items);
        const taken = await this.takeStock(change, items, products);
        const order = orderOf(_id, buyer, items, products, taken);
        await insert(this.models.orders, order, session);
        await events.emit(change, 'orderStatusChanged', { order, shareToken, silent: false });
      });
    });
    return requireCreated(await this.models.orders.findById(id).lean());
  }

  private async readProducts(session: ClientSession, items: OrderedItem[]): Promise<PricedProduct[]> {
    const found = await this.dependencies.catalog.productsByIds(
      items.map(({ product }) => product),
      session,
    );
    const byId = new Map(found.map((product) => [product._id.toHexString(), product]));
    const products = items.map(({ product }) => byId.get(product.toHexString()));
    const first = products.find((product): product is PricedProduct => product !== undefined && isOrderable(product));
    const rules = items.flatMap((item, at) => rulesOfItem(item, products[at], first, ['items', String(at)]));
    if (rules.length > 0) throw new RulesBroken(rules);
    return products as PricedProduct[];
  }

  /** @returns how many each item took. @throws RulesBroken */
  private async takeStock(change: Change, items: OrderedItem[], products: PricedProduct[]): Promise<number[]> {
    const taken: number[] = [];
    for (const [at, { product, quantity }] of items.entries()) {
      const { stock } = products[at]!;
      const count = stock === null ? 0 : await this.dependencies.catalog.takeStock(change, product, quantity);
      if (count === null) throw new RulesBroken([outOfStock(stock!, ['items', String(at)])]);
      taken.push(count);
    }
    return taken;
  }

  /** @throws RulesBroken INVALID_TRANSITION, RequestError FORBIDDEN or NOT_FOUND */
  async updateOrderStatus(actor: SignedIn, id: Types.ObjectId, status: OrderStatusName): Promise<OrderDocument> {
    const order = await this.models.orders.findById(id).lean();
    const isSeller = order && sells(actor, order.merchant);
    // An API key acts for the seller, also where its owner is the buyer.
    const isBuyer = order && !actor.key && order.buyer.equals(actor.userId);
    if (!isSeller && !isBuyer) throw broken('NOT_FOUND', 'There is no such order.', 'orderId');
    if (!isSeller && status !== 'CANCELLED') throw new RequestError('FORBIDDEN', 'Only the merchant can do this.');
    const { events, realtime } = this.dependencies;
    const keys = [`order:${id.toHexString()}`, ...order.items.map(({ product }) => productKey(product))];
    return realtime.recordChange(keys, async (change) => {
      const moved = await this.move(change.session, id, status);
      // The stock of an order of another system is kept there.
      if (status === 'CANCELLED' && moved.externalId === undefined) await this.returnStock(change, moved);
      if (status === 'DELIVERED') await this.notePurchase(change, moved);
      await events.emit(change, 'orderStatusChanged', { order: moved, shareToken: null, silent: false });
      return moved;
    });
  }

  private async move(session: ClientSession, id: Types.ObjectId, status: OrderStatusName): Promise<OrderDocument> {
    const moved = await this.models.orders
      .findOneAndUpdate(
        { _id: id, status: { $in: orderStatusesBefore(status) } },
        { $set: { status, updatedAt: new Date() } },
        { returnDocument: 'after', session },
      )
      .lean();
    if (moved) return moved;
    const current = await this.models.orders.findById(id, { status: 1 }).session(session).lean();
    throw broken(
      'INVALID_TRANSITION',
      message('An order with the status {current} can’t change to {status}.', { current: current!.status, status }),
      'status',
    );
  }

  private async returnStock(change: Change, { items }: OrderDocument): Promise<void> {
    for (const { product, quantity, stockTaken = quantity } of items)
      if (stockTaken > 0) await this.dependencies.catalog.returnStock(change, product, stockTaken);
  }

  private async notePurchase({ session }: Change, { buyer, items }: OrderDocument): Promise<void> {
    const products = items.map(({ product }) => product);
    await this.dependencies.behaviour.noteInteractions(session, buyer, products, { increments: { purchases: 1 } });
  }

  /** Whether the user has received the product by an order of this shop. */
  async hasReceived(session: ClientSession, buyer: Types.ObjectId, product: Types.ObjectId): Promise<boolean> {
    return (await this.models.orders.exists({ buyer, status: 'DELIVERED', 'items.product': product }).session(session)) !== null;
  }

  /** What the user ordered lately and did not cancel. */
  async orderedBy(buyer: Types.ObjectId): Promise<Types.ObjectId[]> {
    const orders = await this.models.orders
      .find({ buyer }, { status: 1, items: 1 })
      .sort({ placedAt: -1, _id: -1 })
      .limit(maxRemembered)
      .lean();
    return orders.filter(({ status }) => status !== 'CANCELLED').flatMap(({ items }) => items.map(({ product }) => product));
  }

  /** Orders of another shop, in bulk, which take no stock here. @returns how many were new */
  async importOrders(orders: readonly OrderDocument[]): Promise<number> {
    const imported = orders.map((order) => ({ ...order, items: order.items.map((item) => ({ ...item, stockTaken: 0 })) }));
    return (await insertNew(this.models.orders, imported)).inserted;
  }
}

export function checkOrder(items: readonly { product: string; quantity: number }[], shareToken: string | null | undefined): void {
  const rules = new InputRules()
    .line(shareToken, { max: 200 }, 'shareToken')
    .require(items.length > 0, 'REQUIRED', 'Order at least one item.', 'items')
    .require(items.length <= maxItems, 'TOO_LONG', message('An order can have at most {max} items.', { max: maxItems }), 'items');
  const seen = new Set<string>();
  items.slice(0, maxItems).forEach(({ product, quantity }, at) => {
    rules.range(quantity, 1, maxQuantity, 'items', String(at), 'quantity');
    rules.require(!seen.has(product), 'ALREADY_EXISTS', 'This product is already in the order.', 'items', String(at), 'productId');
    seen.add(product);
  });
  rules.check();
}

function isOrderable(product: ProductDocument): product is PricedProduct {
  return !product.archivedAt && isPriced(product);
}

/** @param first the order's first product that can be ordered, which decides about its merchant and currency */
function rulesOfItem(
  { quantity }: OrderedItem,
  product: ProductDocument | undefined,
  first: PricedProduct | undefined,
  field: readonly string[],
): BrokenRule[] {
  if (!product || product.archivedAt) return [brokenRule('NOT_FOUND', 'There is no such product.', ...field, 'productId')];
  if (!first || !isPriced(product)) return [brokenRule('NOT_ALLOWED', 'This product is not for sale.', ...field, 'productId')];
  const { merchant, price, stock, backorder } = product;
  const rules: BrokenRule[] = [];
  if (!merchant.equals(first.merchant) || price.currency !== first.price.currency) {
    const reason = 'An order can only be with one merchant and in one currency. Place a separate order for each.';
    rules.push(brokenRule('NOT_ALLOWED', reason, ...field, 'productId'));
  }
  if (stock !== null && !backorder && stock < quantity) rules.push(outOfStock(stock, field));
  return rules;
}

function outOfStock(stock: number, field: readonly string[]): BrokenRule {
  return brokenRule('OUT_OF_STOCK', message('Only {stock} in stock.', { stock: Math.max(0, stock) }), ...field, 'quantity');
}

function orderOf(
  _id: Types.ObjectId,
  buyer: Types.ObjectId,
  items: OrderedItem[],
  products: PricedProduct[],
  taken: readonly number[],
): OrderDocument {
  const now = new Date();
  const lines = items.map(({ product, quantity }, at) => {
    const { title, price } = products[at]!;
    return { product, title, price, quantity, stockTaken: taken[at]! };
  });
  const total = lines.reduce((sum, { price, quantity }) => sum + BigInt(price.amountMinor) * BigInt(quantity), 0n);
  if (total > maxAmount)
    throw broken('OUT_OF_RANGE', message('The total of an order can be at most {max, number}.', { max: maxAmount }), 'items');
  return {
    _id,
    buyer,
    merchant: products[0]!.merchant,
    items: lines,
    total: { amountMinor: Number(total), currency: products[0]!.price.currency },
    status: 'PLACED',
    placedAt: now,
    updatedAt: now,
  };
}

function orderStatusesBefore(status: OrderStatusName): OrderStatusName[] {
  return (Object.keys(steps) as OrderStatusName[]).filter((from) => steps[from].includes(status));
}

export function orderList(buyer: Types.ObjectId): ListDefinition {
  return {
    name: 'orders',
    filter: { buyer },
    order: [
      ['placedAt', -1],
      ['_id', -1],
    ],
  };
}

export function salesList(merchant: Types.ObjectId): ListDefinition {
  return { ...orderList(merchant), name: 'sales', filter: { merchant } };
}
