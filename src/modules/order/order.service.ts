import type { Types } from 'mongoose';
import { broken, RequestError, RulesBroken, type BrokenRule } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { SignedIn } from '../../relay/context.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { createOnce } from '../../store/idempotency.js';
import { insertMissing } from '../../store/bulk.js';
import { inTransaction, type ClientSession } from '../../store/transaction.js';
import { noteInteractions } from '../behaviour/index.js';
import { ProductModel, type ProductDocument } from '../catalog/index.js';
import { OrderModel, type OrderDocument, type OrderStatusName } from './order.model.js';

const mostItems = 100;
const mostOfOne = 1000;

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

/** Takes the stock and the price as they are now, all items or none. @throws RulesBroken */
export async function placeOrder(buyer: Types.ObjectId, items: OrderedItem[], idempotencyKey?: string | null): Promise<OrderDocument> {
  checkItems(items);
  const keys = items.map(({ product }) => `product:${product.toHexString()}`);
  const id = await inTransaction([...new Set(keys)], async (session) => {
    const request = { user: buyer, operation: 'placeOrder', key: idempotencyKey };
    const { id } = await createOnce(session, request, async (_id) => {
      const products = await readProducts(session, items);
      await takeStock(session, items, products);
      await OrderModel.collection.insertOne(orderOf(_id, buyer, items, products), { session });
    });
    return id;
  });
  return (await OrderModel.findById(id).lean())!;
}

function checkItems(items: OrderedItem[]): void {
  const rules = new InputRules()
    .require(items.length > 0, 'REQUIRED', 'Order at least one item.', 'items')
    .require(items.length <= mostItems, 'TOO_LONG', `An order has at most ${mostItems} items.`, 'items');
  const seen = new Set<string>();
  items.slice(0, mostItems).forEach(({ product, quantity }, at) => {
    rules.range(quantity, 1, mostOfOne, 'items', String(at), 'quantity');
    rules.require(
      !seen.has(product.toHexString()),
      'ALREADY_EXISTS',
      'This product is in the order already.',
      'items',
      String(at),
      'productId',
    );
    seen.add(product.toHexString());
  });
  rules.check();
}

async function readProducts(session: ClientSession, items: OrderedItem[]): Promise<ProductDocument[]> {
  const found = await ProductModel.find({ _id: { $in: items.map(({ product }) => product) } })
    .session(session)
    .lean();
  const byId = new Map(found.map((product) => [product._id.toHexString(), product]));
  const missing: BrokenRule[] = [];
  const products = items.map(({ product }, at) => {
    const one = byId.get(product.toHexString());
    if (!one) missing.push({ code: 'NOT_FOUND', message: 'There is no such product.', field: ['input', 'items', String(at), 'productId'] });
    return one!;
  });
  if (missing.length > 0) throw new RulesBroken(missing);
  const stranger = products.findIndex(
    (product) => !product.merchant.equals(products[0]!.merchant) || product.price.currency !== products[0]!.price.currency,
  );
  if (stranger > 0) {
    throw broken(
      'NOT_ALLOWED',
      'An order is with one merchant and in one currency: place one order for each.',
      'items',
      String(stranger),
      'productId',
    );
  }
  return products;
}

async function takeStock(session: ClientSession, items: OrderedItem[], products: ProductDocument[]): Promise<void> {
  for (const [at, { product, quantity }] of items.entries()) {
    if (products[at]!.stock === null) continue;
    const taken = await ProductModel.updateOne({ _id: product, stock: { $gte: quantity } }, { $inc: { stock: -quantity } }, { session });
    if (taken.modifiedCount === 0)
      throw broken('OUT_OF_STOCK', `There are only ${products[at]!.stock} left.`, 'items', String(at), 'quantity');
  }
}

function orderOf(_id: Types.ObjectId, buyer: Types.ObjectId, items: OrderedItem[], products: ProductDocument[]): OrderDocument {
  const now = new Date();
  const lines = items.map(({ product, quantity }, at) => ({ product, title: products[at]!.title, price: products[at]!.price, quantity }));
  const amountMinor = lines.reduce((sum, { price, quantity }) => sum + price.amountMinor * quantity, 0);
  if (amountMinor > 2_147_483_647) throw broken('OUT_OF_RANGE', 'The total of an order may be at most 2,147,483,647.', 'items');
  return {
    _id,
    buyer,
    merchant: products[0]!.merchant,
    items: lines,
    total: { amountMinor, currency: products[0]!.price.currency },
    status: 'PLACED',
    placedAt: now,
    updatedAt: now,
  };
}

type DeliveryListener = (change: Change, order: OrderDocument) => Promise<void>;

const deliveryListeners: DeliveryListener[] = [];

/** Adds what else happens, in the same transaction, when an order is delivered. */
export function onDelivered(listener: DeliveryListener): void {
  deliveryListeners.push(listener);
}

/** @throws RulesBroken INVALID_TRANSITION, RequestError FORBIDDEN or NOT_FOUND */
export async function updateOrderStatus(actor: SignedIn, id: Types.ObjectId, status: OrderStatusName): Promise<OrderDocument> {
  const order = await OrderModel.findById(id).lean();
  const mayRead = order && (order.buyer.equals(actor.userId) || order.merchant.equals(actor.userId) || actor.roles.includes('ADMIN'));
  if (!mayRead) throw broken('NOT_FOUND', 'There is no such order.', 'orderId');
  const isSeller = order.merchant.equals(actor.userId) || actor.roles.includes('ADMIN');
  if (!isSeller && status !== 'CANCELLED') throw new RequestError('FORBIDDEN', 'Only the merchant may do this step.');
  const keys = [`order:${id.toHexString()}`, ...order.items.map(({ product }) => `product:${product.toHexString()}`)];
  return recordChange(keys, async (change) => {
    const { session } = change;
    const from = orderStatusesBefore(status);
    const filter = { _id: id, status: { $in: from } };
    const moved = await OrderModel.findOneAndUpdate(
      filter,
      { $set: { status, updatedAt: new Date() } },
      { returnDocument: 'after', session },
    ).lean();
    if (!moved) {
      const current = await OrderModel.findById(id, { status: 1 }).session(session).lean();
      throw broken('INVALID_TRANSITION', `An order that is ${current!.status} cannot become ${status}.`, 'status');
    }
    if (status === 'CANCELLED') await returnStock(session, moved);
    if (status === 'DELIVERED') await deliver(change, moved);
    return moved;
  });
}

function orderStatusesBefore(status: OrderStatusName): OrderStatusName[] {
  return (Object.keys(steps) as OrderStatusName[]).filter((from) => steps[from].includes(status));
}

async function returnStock(session: ClientSession, order: OrderDocument): Promise<void> {
  for (const { product, quantity } of order.items) {
    await ProductModel.updateOne({ _id: product, stock: { $ne: null } }, { $inc: { stock: quantity } }, { session });
  }
}

async function deliver(change: Change, order: OrderDocument): Promise<void> {
  const products = order.items.map(({ product }) => product);
  await noteInteractions(change.session, order.buyer, products, { increments: { purchases: 1 } });
  for (const listener of deliveryListeners) await listener(change, order);
}

/** Whether the user has received the product by an order of this shop. */
export async function hasReceived(session: ClientSession, buyer: Types.ObjectId, product: Types.ObjectId): Promise<boolean> {
  return (await OrderModel.exists({ buyer, status: 'DELIVERED', 'items.product': product }).session(session)) !== null;
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

/** Orders of another shop, in bulk. @returns how many were new */
export function importOrders(orders: OrderDocument[]): Promise<number> {
  return insertMissing(OrderModel, orders);
}
