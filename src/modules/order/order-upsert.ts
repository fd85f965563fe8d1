/** Orders of another system, which decides about their status and their items. */
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import { message } from '../../messages/index.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { SignedIn } from '../../relay/context.js';
import { isCurrency, maxAmount } from '../../relay/currency.js';
import { isOtherVersion, isOutdated, UpsertBatch, UpsertOutcome, type Upserted } from '../../relay/upsert.js';
import { insert } from '../../store/documents.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import { productKey, type CatalogVerbs, type MoneyAmount, type ProductDocument } from '../catalog/index.js';
import type { DomainEventBus } from '../domain-events.js';
import type { UserVerbs } from '../user/index.js';
import type { OrderDocument, OrderItemDocument, OrderModels, OrderStatusName } from './order.model.js';

const maxItems = 100;
const maxQuantity = 1000;
/** So many orders are written in one transaction. */
const ordersAtOnce = 100;

export interface OrderLine {
  productExternalId: string;
  quantity: number;
  /** That of the product where left out. */
  price?: MoneyAmount | null;
}

/** What is left out stays as it is. */
export interface OrderItem {
  externalId: string;
  customerExternalId?: string | null;
  status?: OrderStatusName | null;
  items?: readonly OrderLine[] | null;
  placedAt?: Date | null;
  updatedAt?: Date | null;
}

export interface OrderBatch {
  source: string;
  orders: readonly OrderItem[];
  /** Orders of the past: nobody is asked for a review. */
  silent: boolean;
}

interface Dependencies {
  models: OrderModels;
  realtime: Realtime;
  events: DomainEventBus;
  catalog: CatalogVerbs;
  users: UserVerbs;
  behaviour: BehaviourVerbs;
}

type Entry = { item: OrderItem; at: number };
type Run = UpsertBatch<OrderItem>;
type Written = { outcome: UpsertOutcome; document: OrderDocument };
type Plan = Written & { at: number; before: OrderDocument | null; item: OrderItem };

interface Named {
  products: ReadonlyMap<string, ProductDocument>;
  customers: ReadonlyMap<string, Types.ObjectId>;
}

/** @throws RulesBroken where something is wrong with the request as a whole */
export function checkOrders({ source, orders }: Pick<OrderBatch, 'source' | 'orders'>): void {
  new UpsertBatch('orders', source, orders, checkOrder);
}

export class OrderUpserts {
  private readonly models: OrderModels;

  constructor(private readonly dependencies: Dependencies) {
    this.models = dependencies.models;
  }

  /** Merchants write orders placed with them, administrators any. @throws RulesBroken for what is wrong with the request as a whole */
  async upsertOrders(actor: SignedIn, { source, orders, silent }: OrderBatch): Promise<Upserted<OrderDocument>[]> {
    const batch = new UpsertBatch('orders', source, orders, checkOrder);
    const named = await this.named(source, batch.identified);
    const written = new Map<number, Written>();
    const entries = batch.identified;
    for (let from = 0; from < entries.length; from += ordersAtOnce) {
      const some = entries.slice(from, from + ordersAtOnce);
      const { run, plans } = await this.writeSome(actor, source, batch, some, named, silent);
      batch.become(run);
      for (const plan of plans) written.set(plan.at, plan);
    }
    return batch.results(written);
  }

  /** Whom and what the orders name, in one trip to the store for each. */
  private async named(source: string, entries: readonly Entry[]): Promise<Named> {
    const { catalog, users } = this.dependencies;
    const productIds = new Set(entries.flatMap(({ item }) => linesIn(item).map(({ productExternalId }) => productExternalId)));
    const customerIds = new Set(entries.flatMap(({ item }) => item.customerExternalId ?? []));
    const keys = (ids: Set<string>) => [...ids].map((externalId) => ({ source, externalId }));
    const [products, customers] = await Promise.all([
      productIds.size === 0 ? [] : catalog.productByExternalId.batch(keys(productIds)),
      customerIds.size === 0 ? [] : users.userByExternalId.batch(keys(customerIds)),
    ]);
    return {
      products: new Map(products.flatMap((product) => (product ? [[product.externalId!, product] as const] : []))),
      customers: new Map(customers.flatMap((user) => (user ? [[user.externalId!, user._id] as const] : []))),
    };
  }

  private async writeSome(actor: SignedIn, source: string, batch: Run, entries: readonly Entry[], named: Named, silent: boolean) {
    const keys = new Set(
      entries
        .flatMap(({ item }) => linesIn(item).flatMap((line) => named.products.get(line.productExternalId) ?? []))
        .map(({ _id }) => productKey(_id)),
    );
    return this.dependencies.realtime.recordChange([`bulk:orders:${source}`, ...keys], async (change) => {
      const run = batch.copy();
      const found = await this.models.orders
        .find({ source, externalId: { $in: entries.map(({ item }) => item.externalId) } })
        .session(change.session)
        .lean();
      const known = new Map(found.map((order) => [order.externalId!, order]));
      const plans = entries.flatMap(({ item, at }): Plan[] => {
        let plan: Plan | null = null;
        run.check(at, () => {
          plan = planOf(actor, source, known.get(item.externalId) ?? null, item, at, named);
        });
        return plan && !run.isBroken(at) ? [plan] : [];
      });
      await this.write(change, plans);
      for (const plan of plans) await this.tell(change, plan, silent);
      return { run, plans };
    });
  }

  private async write({ session }: Change, plans: readonly Plan[]): Promise<void> {
    const { orders } = this.models;
    await insert(
      orders,
      plans.filter(({ before }) => !before).map(({ document }) => document),
      session,
    );
    const updates = plans
      .filter(({ before, document }) => before && before !== document)
      .map(({ document: { _id, ...set } }) => ({ updateOne: { filter: { _id }, update: { $set: set } } }));
    if (updates.length > 0) await orders.bulkWrite(updates, { session, ordered: false });
  }

  /** Tells other features what a step of an order here would tell them. */
  private async tell(change: Change, { before, document: order }: Plan, silent: boolean): Promise<void> {
    const { behaviour, events } = this.dependencies;
    const emit = (told: Pick<OrderDocument, '_id' | 'buyer' | 'merchant' | 'items' | 'status' | 'placedAt'>) =>
      events.emit(change, 'orderStatusChanged', { order: told, shareToken: null, silent });
    if (!before && order.status !== 'PLACED' && order.status !== 'CANCELLED') await emit({ ...order, status: 'PLACED' });
    const [had, has] = [received(before), received(order)];
    const arrived = order.items.filter(({ product }) => has.has(product.toHexString()) && !had.has(product.toHexString()));
    if (order.status !== before?.status) await emit(order);
    else if (arrived.length > 0) await emit({ ...order, items: arrived });
    const { session } = change;
    const fresh = distinct(arrived);
    await behaviour.noteInteractions(session, order.buyer, fresh, { increments: { purchases: 1 } });
    const lost = distinct((before?.items ?? []).filter(({ product }) => had.has(product.toHexString()) && !has.has(product.toHexString())));
    if (lost.length === 0) return;
    await behaviour.noteInteractions(session, order.buyer, lost, { increments: { purchases: -1 } });
    await events.emit(change, 'purchasesWithdrawn', { order: order._id, buyer: order.buyer, products: lost });
  }
}

/** The products of a delivered order. */
function received(order: OrderDocument | null): ReadonlySet<string> {
  return new Set(order?.status === 'DELIVERED' ? order.items.map(({ product }) => product.toHexString()) : []);
}

function distinct(items: readonly OrderItemDocument[]): Types.ObjectId[] {
  return [...new Map(items.map(({ product }) => [product.toHexString(), product])).values()];
}

/** @throws RulesBroken */
function planOf(actor: SignedIn, source: string, before: OrderDocument | null, item: OrderItem, at: number, named: Named): Plan {
  const isAdmin = actor.roles.includes('ADMIN');
  if (before && !isAdmin && !before.merchant.equals(actor.userId))
    throw broken('NOT_ALLOWED', 'You can only change orders placed with you.', 'externalId');
  if (before && isOutdated(before, item)) return { at, item, before, document: before, outcome: UpsertOutcome.OUTDATED };
  const given = linesIn(item);
  const rules = new InputRules().require(Boolean(before) || given.length > 0, 'REQUIRED', 'Order at least one item.', 'items');
  checkBuyer(rules, before, item, named);
  const priced = given.map((line, number) => pricedLine(rules, line, String(number), before, named, isAdmin ? null : actor.userId));
  rules.check();
  const buyer = before?.buyer ?? named.customers.get(item.customerExternalId!)!;
  const lines = given.length > 0 ? linesOf(priced.flatMap((line) => line ?? [])) : null;
  const items = lines?.items ?? before!.items;
  const status = item.status ?? before?.status ?? 'PLACED';
  const now = new Date();
  const version = item.updatedAt ?? before?.externalUpdatedAt;
  const placedAt = item.placedAt ?? before?.placedAt ?? now;
  const isSame = before && status === before.status && sameItems(items, before.items) && placedAt.getTime() === before.placedAt.getTime();
  if (isSame && !isOtherVersion(before, item)) return { at, item, before, document: before, outcome: UpsertOutcome.UNCHANGED };
  const document: OrderDocument = {
    _id: before?._id ?? new Types.ObjectId(),
    ...{ buyer, merchant: lines?.merchant ?? before!.merchant, items, total: lines?.total ?? before!.total },
    ...{ status, placedAt, updatedAt: isSame ? before.updatedAt : now, source, externalId: item.externalId },
    ...(version && { externalUpdatedAt: version }),
  };
  const outcome = isSame ? UpsertOutcome.UNCHANGED : before ? UpsertOutcome.UPDATED : UpsertOutcome.CREATED;
  return { at, item, before, document, outcome };
}

/** An order keeps its buyer, also where their account is gone. */
function checkBuyer(rules: InputRules, before: OrderDocument | null, { customerExternalId }: OrderItem, { customers }: Named): void {
  const named = customerExternalId ? customers.get(customerExternalId) : undefined;
  const isOther = Boolean(before && named && !named.equals(before.buyer));
  rules.require(!isOther, 'NOT_ALLOWED', 'An order can’t change to another customer.', 'customerExternalId');
  if (before) return;
  if (!customerExternalId) rules.require(false, 'REQUIRED', 'This must not be empty.', 'customerExternalId');
  else rules.require(Boolean(named), 'NOT_FOUND', 'There is no such user.', 'customerExternalId');
}

/** The lines of an order that has as many as one can have. */
function linesIn({ items }: OrderItem): readonly OrderLine[] {
  return items && items.length <= maxItems ? items : [];
}

type PricedLine = OrderItemDocument & { merchant: Types.ObjectId };

/** @param seller whose products alone may be ordered; null for any. @returns null for a line that breaks a rule */
function pricedLine(
  rules: InputRules,
  line: OrderLine,
  at: string,
  before: OrderDocument | null,
  { products }: Named,
  seller: Types.ObjectId | null,
): PricedLine | null {
  const product = products.get(line.productExternalId);
  if (!product || (seller && !product.merchant.equals(seller))) {
    rules.require(false, 'NOT_FOUND', 'There is no such product.', 'items', at, 'productExternalId');
    return null;
  }
  const known = before?.items.find((item) => item.product.equals(product._id));
  const price = line.price ?? known?.price ?? product.price;
  if (!price) {
    rules.require(false, 'REQUIRED', 'This must not be empty.', 'items', at, 'price');
    return null;
  }
  const { amountMinor, currency } = price;
  const title = known?.title ?? product.title;
  return { product: product._id, title, price: { amountMinor, currency }, quantity: line.quantity, merchant: product.merchant };
}

/** @throws RulesBroken */
function linesOf(items: readonly PricedLine[]) {
  const [first] = items;
  const stranger = items.findIndex(({ merchant, price }) => !merchant.equals(first!.merchant) || price.currency !== first!.price.currency);
  const reason = 'An order can only be with one merchant and in one currency. Place a separate order for each.';
  if (stranger > 0) throw broken('NOT_ALLOWED', reason, 'items', String(stranger), 'productExternalId');
  const sum = items.reduce((total, { price, quantity }) => total + BigInt(price.amountMinor) * BigInt(quantity), 0n);
  if (sum > maxAmount)
    throw broken('OUT_OF_RANGE', message('The total of an order can be at most {max, number}.', { max: maxAmount }), 'items');
  return {
    merchant: first!.merchant,
    items: items.map(({ merchant: _, ...item }) => item),
    total: { amountMinor: Number(sum), currency: first!.price.currency },
  };
}

function sameItems(some: readonly OrderItemDocument[], others: readonly OrderItemDocument[]): boolean {
  const text = (items: readonly OrderItemDocument[]) =>
    items.map(({ product, price, quantity }) => `${product.toHexString()} ${price.amountMinor} ${price.currency} ${quantity}`).join();
  return text(some) === text(others);
}

function checkOrder({ items }: OrderItem): void {
  if (!items) return;
  const rules = new InputRules()
    .require(items.length > 0, 'REQUIRED', 'Order at least one item.', 'items')
    .require(items.length <= maxItems, 'TOO_LONG', message('An order can have at most {max} items.', { max: maxItems }), 'items');
  items.slice(0, maxItems).forEach(({ quantity, price }, at) => {
    rules.range(quantity, 1, maxQuantity, 'items', String(at), 'quantity');
    if (!price) return;
    rules.range(price.amountMinor, 0, maxAmount, 'items', String(at), 'price', 'amountMinor');
    rules.require(
      isCurrency(price.currency),
      'INVALID',
      'This is not an ISO 4217 currency code.',
      'items',
      String(at),
      'price',
      'currency',
    );
  });
  rules.check();
}
