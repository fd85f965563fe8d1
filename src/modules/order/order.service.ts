import type { Types } from 'mongoose';
import { broken, RequestError, RulesBroken, type BrokenRule } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { SignedIn } from '../../relay/context.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { createOnce } from '../../store/idempotency.js';
import { insertMissing } from '../../store/bulk.js';
import type { ClientSession } from '../../store/transaction.js';
import { noteInteractions } from '../behaviour/index.js';
import { ProductModel, type ProductDocument } from '../catalog/index.js';
import { registerOwnedDocuments, registerReference } from '../user/index.js';
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

export interface PlacingOptions {
  idempotencyKey?: string | null;
  /** What a share's link gave the visitor; one that leads nowhere is no reason to refuse an order. */
  shareToken?: string | null;
}

/** Takes the stock and the price as they are now, all items or none. @throws RulesBroken */
export async function placeOrder(
  buyer: Types.ObjectId,
  items: OrderedItem[],
  { idempotencyKey, shareToken }: PlacingOptions = {},
): Promise<OrderDocument> {
  checkItems(items);
  new InputRules().text(shareToken, { most: 200 }, 'shareToken').check();
  const keys = items.map(({ product }) => `product:${product.toHexString()}`);
  const id = await recordChange([...new Set(keys)], async (change) => {
    const { session } = change;
    const request = { user: buyer, operation: 'placeOrder', key: idempotencyKey };
    const { id } = await createOnce(session, request, async (_id) => {
      const products = await readProducts(session, items);
      await takeStock(session, items, products);
      const order = orderOf(_id, buyer, items, products);
      await OrderModel.collection.insertOne(order, { session });
      await tellListeners(change, order, shareToken);
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
    const taken = await ProductModel.updateOne(
      { _id: product, stock: { $gte: quantity } },
      { $inc: { stock: -quantity }, $set: { updatedAt: new Date() } },
      { session },
    );
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

/** @param shareToken given when the order is placed */
type OrderListener = (change: Change, order: OrderDocument, shareToken?: string | null) => Promise<void>;

const listeners: OrderListener[] = [];

/** Adds what else happens, in the same transaction, when an order is placed or its status changes. */
export function onOrderStatus(listener: OrderListener): void {
  listeners.push(listener);
}

async function tellListeners(change: Change, order: OrderDocument, shareToken?: string | null): Promise<void> {
  for (const listener of listeners) await listener(change, order, shareToken);
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
    if (status === 'DELIVERED') await notePurchase(change, moved);
    await tellListeners(change, moved);
    return moved;
  });
}

function orderStatusesBefore(status: OrderStatusName): OrderStatusName[] {
  return (Object.keys(steps) as OrderStatusName[]).filter((from) => steps[from].includes(status));
}

async function returnStock(session: ClientSession, order: OrderDocument): Promise<void> {
  for (const { product, quantity } of order.items) {
    await ProductModel.updateOne(
      { _id: product, stock: { $ne: null } },
      { $inc: { stock: quantity }, $set: { updatedAt: new Date() } },
      { session },
    );
  }
}

async function notePurchase(change: Change, order: OrderDocument): Promise<void> {
  const products = order.items.map(({ product }) => product);
  await noteInteractions(change.session, order.buyer, products, { increments: { purchases: 1 } });
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

export function salesList(merchant: Types.ObjectId): ListDefinition {
  return { ...orderList(merchant), name: 'sales', filter: { merchant } };
}

registerOwnedDocuments({ name: 'orders', model: OrderModel, owner: 'buyer', erase: 'ANONYMISE' });
registerReference('sales', OrderModel, 'merchant');
