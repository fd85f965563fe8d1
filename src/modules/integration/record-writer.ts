/** Makes of messages what they say, by the same bulk writes that a shop's own programs use. */
import type { Types } from 'mongoose';
import { translate } from '../../messages/index.js';
import type { SignedIn } from '../../relay/context.js';
import { UpsertOutcome, type Upserted } from '../../relay/upsert.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { OrderDocument, OrderVerbs } from '../order/index.js';
import type { UserVerbs } from '../user/index.js';
import type { CustomerRights } from './customer-rights.js';
import type { IntegrationDocument, IntegrationModels } from './integration.model.js';
import type {
  Applied,
  CustomerFacts,
  FulfilmentRecord,
  OrderRecord,
  ProductRecord,
  RefundRecord,
  ShopRecord,
  Understood,
} from './records.js';
import { subjectOf } from './records.js';

interface RecordWriterDependencies {
  models: IntegrationModels;
  users: UserVerbs;
  catalog: CatalogVerbs;
  orders: OrderVerbs;
  rights: CustomerRights;
}

/** A message about to be applied. */
export interface Application extends Understood {
  integration: IntegrationDocument;
  /** When what it tells was so, as far as is known. */
  knownAt: Date;
  /** Whether it waited long enough: what it needs and is not there, is left out. */
  isLast: boolean;
}

const applied: Applied = { status: 'APPLIED' };
const outdated: Applied = { status: 'OUTDATED' };

export class RecordWriter {
  constructor(private readonly dependencies: RecordWriterDependencies) {}

  async apply(application: Application): Promise<Applied> {
    const { record, integration } = application;
    const { rights } = this.dependencies;
    switch (record.kind) {
      case 'PRODUCT':
        return this.putProduct(application, record);
      case 'PRODUCT_REMOVED':
        return this.removeProduct(application);
      case 'CUSTOMER':
        return this.putCustomer(application, record);
      case 'ORDER':
        return this.putOrder(application, record);
      case 'FULFILMENT':
        return this.putFulfilment(application, record);
      case 'REFUND':
        return this.putRefund(application, record);
      case 'CUSTOMER_REDACT':
        return rights.eraseCustomer(integration, [record.externalId, ...record.guests]);
      case 'SHOP_REDACT':
        return rights.eraseShop(integration);
      case 'DATA_REQUEST':
        return { status: 'DATA_REQUESTED' };
    }
  }

  private async putProduct(application: Application, { externalId, category, item }: ProductRecord): Promise<Applied> {
    const { integration, version } = application;
    const { catalog } = this.dependencies;
    const { source, merchant } = integration;
    if (!(await this.maySell(merchant))) return { status: 'WAITS', reason: 'The integration’s merchant is gone.' };
    if (await this.isRemoved(application, application.record)) return outdated;
    const named = category ? { categoryExternalId: await this.categoryOf(source, category) } : {};
    const products = [{ externalId, ...item, ...named, updatedAt: version }];
    const [result] = await catalog.upsertProducts(actorOf(integration), { source, products, merchant });
    return outcomeOf(result!);
  }

  /** Products are a merchant's, or the administrator's who created the integration and named none, as in bulk writes. */
  private async maySell(owner: Types.ObjectId): Promise<boolean> {
    const account = await this.dependencies.users.accountOf(owner);
    return Boolean(account?.roles.some((role) => role === 'MERCHANT' || role === 'ADMIN'));
  }

  /** The category's ID, which is made where it is not there yet; its name is the catalogue's from then on. */
  private async categoryOf(source: string, { externalId, name }: { externalId: string; name: string }): Promise<string> {
    const { catalog } = this.dependencies;
    const [known] = await catalog.categoryByExternalId.batch([{ source, externalId }]);
    if (known) return externalId;
    const [made] = await catalog.upsertCategories(source, [{ externalId, name }]);
    // Another shop's category has the name.
    if (made!.userErrors.some(({ code }) => code === 'ALREADY_EXISTS'))
      await catalog.upsertCategories(source, [{ externalId, name: `${name.slice(0, 60)} (${source.slice(0, 30)})` }]);
    return externalId;
  }

  /** What is not known need not go: the message is remembered, so that nothing older brings it in. */
  private async removeProduct({ integration, record: { externalId }, knownAt }: Application): Promise<Applied> {
    const { catalog } = this.dependencies;
    const { source } = integration;
    const [known] = await catalog.productByExternalId.batch([{ source, externalId }]);
    if (!known) return applied;
    const products = [{ externalId, archived: true, updatedAt: knownAt }];
    const [result] = await catalog.upsertProducts(actorOf(integration), { source, products });
    return outcomeOf(result!);
  }

  private async putCustomer(application: Application, customer: CustomerFacts): Promise<Applied> {
    const { integration, version } = application;
    const about: ShopRecord = { kind: 'CUSTOMER', externalId: customer.externalId };
    if (await this.isRemoved(application, about)) return outdated;
    const { externalId, email, name, language } = customer;
    const user = {
      externalId,
      ...(email !== undefined && { email }),
      ...(name && { name: name.slice(0, 100) }),
      ...(language && { language }),
      updatedAt: version,
    };
    const [result] = await this.dependencies.users.upsertUsers(integration.source, [user]);
    return outcomeOf(result!);
  }

  private async putOrder(application: Application, { externalId, customer, item }: OrderRecord): Promise<Applied> {
    const { integration, version, isLast } = application;
    const before = await this.orderOf(integration, externalId);
    if (!before && !item.items && item.status === 'CANCELLED') return applied;
    const missing = await this.missingAmong(integration.source, item.items ?? []);
    const items = item.items?.filter(({ productExternalId }) => !missing.has(productExternalId));
    const [first] = missing;
    if (first !== undefined && (!isLast || items!.length === 0))
      return { status: 'WAITS', reason: `There is no product "${first}" yet.`, waitsFor: `product:${integration.source}:${first}` };
    if (items?.length === 0) return { status: 'REFUSED', reason: 'The order has no products.' };
    // An order keeps its buyer: the shop may have joined customers since, and theirs may be gone.
    if (!before && customer) {
      const written = await this.putCustomer(application, customer);
      if (written.status === 'REFUSED' || (written.status === 'OUTDATED' && !(await this.isCustomer(integration, customer))))
        return written;
    }
    const order = {
      externalId,
      ...item,
      items,
      updatedAt: version,
      ...(!before && customer && { customerExternalId: customer.externalId }),
    };
    return this.upsertOrder(integration, order);
  }

  private async isCustomer({ source }: IntegrationDocument, { externalId }: CustomerFacts): Promise<boolean> {
    const [known] = await this.dependencies.users.userByExternalId.batch([{ source, externalId }]);
    return Boolean(known);
  }

  private async missingAmong(source: string, items: readonly { productExternalId: string }[]): Promise<ReadonlySet<string>> {
    const ids = [...new Set(items.map(({ productExternalId }) => productExternalId))];
    const found =
      ids.length === 0 ? [] : await this.dependencies.catalog.productByExternalId.batch(ids.map((externalId) => ({ source, externalId })));
    return new Set(ids.filter((_, at) => !found[at]));
  }

  /** A parcel's news only moves an order on: what was cancelled or delivered stays so. */
  private async putFulfilment(application: Application, record: FulfilmentRecord): Promise<Applied> {
    const { integration, version } = application;
    const { externalId } = record;
    const before = await this.orderOf(integration, externalId);
    if (!before)
      return { status: 'WAITS', reason: `There is no order "${externalId}" yet.`, waitsFor: subjectOf(record, integration.source) };
    const isWhole = await this.hasAll(integration, before, record.products);
    const status = isWhole ? record.status : 'SHIPPED';
    const isNews = !['CANCELLED', 'DELIVERED', status].includes(before.status);
    if (!isNews) return applied;
    const known = before.externalUpdatedAt ?? null;
    const updatedAt = version && known && known > version ? known : version;
    return this.upsertOrder(integration, { externalId, status, updatedAt });
  }

  /** Whether a parcel has something of each product of an order. */
  private async hasAll({ source }: IntegrationDocument, order: OrderDocument, externalIds: string[] | null): Promise<boolean> {
    if (!externalIds || externalIds.length === 0) return true;
    const keys = [...new Set(externalIds)].map((externalId) => ({ source, externalId }));
    const found = await this.dependencies.catalog.productByExternalId.batch(keys);
    const inside = new Set(found.flatMap((product) => (product ? [product._id.toHexString()] : [])));
    return order.items.every(({ product }) => inside.has(product.toHexString()));
  }

  /** Takes what was given back out of an order, unless news of the whole order, which know of it, were faster. */
  private async putRefund({ integration, version, knownAt }: Application, record: RefundRecord): Promise<Applied> {
    const { externalId, lines } = record;
    const before = await this.orderOf(integration, externalId);
    if (!before)
      return { status: 'WAITS', reason: `There is no order "${externalId}" yet.`, waitsFor: subjectOf(record, integration.source) };
    const updatedAt = version ?? knownAt;
    if (before.externalUpdatedAt && before.externalUpdatedAt >= updatedAt) return outdated;
    if (before.status === 'CANCELLED' || lines.length === 0) return applied;
    const items = await this.leftOf(integration, before, lines);
    return this.upsertOrder(integration, { externalId, updatedAt, ...(items.length > 0 ? { items } : { status: 'CANCELLED' }) });
  }

  private async leftOf({ source }: IntegrationDocument, { items }: OrderDocument, lines: RefundRecord['lines']) {
    const { catalog } = this.dependencies;
    const products = await catalog.productsByIds(items.map(({ product }) => product));
    const externalIds = new Map(
      products.map((product) => [product._id.toHexString(), product.source === source ? product.externalId : null]),
    );
    const returned = new Map<string, number>();
    for (const { productExternalId, quantity } of lines) returned.set(productExternalId, (returned.get(productExternalId) ?? 0) + quantity);
    return items.flatMap(({ product, quantity, price }) => {
      const productExternalId = externalIds.get(product.toHexString());
      if (!productExternalId) return [];
      const gone = Math.min(quantity, returned.get(productExternalId) ?? 0);
      returned.set(productExternalId, (returned.get(productExternalId) ?? 0) - gone);
      return quantity > gone ? [{ productExternalId, quantity: quantity - gone, price }] : [];
    });
  }

  private async upsertOrder(
    integration: IntegrationDocument,
    order: Parameters<OrderVerbs['upsertOrders']>[1]['orders'][number],
  ): Promise<Applied> {
    const { source } = integration;
    const [result] = await this.dependencies.orders.upsertOrders(actorOf(integration), { source, orders: [order], silent: false });
    return outcomeOf(result!);
  }

  private async orderOf({ source }: IntegrationDocument, externalId: string): Promise<OrderDocument | null> {
    const [known] = await this.dependencies.orders.orderByExternalId.batch([{ source, externalId }]);
    return known ?? null;
  }

  /** Whether something said later that this is gone. */
  private async isRemoved({ integration: { _id, source }, knownAt }: Application, record: ShopRecord): Promise<boolean> {
    const subjects = [subjectOf(record, source), ...(record.kind === 'CUSTOMER' ? [`shop:${source}`] : [])];
    const later = { subject: { $in: subjects }, status: 'APPLIED' as const, removes: true, integration: _id, version: { $gte: knownAt } };
    return (await this.dependencies.models.inbox.exists(later)) !== null;
  }
}

/** The integration itself: it may write what an administrator may. */
function actorOf({ merchant }: IntegrationDocument): SignedIn {
  return { userId: merchant, sessionId: '', roles: ['ADMIN'], expiresAt: new Date(8.64e15) };
}

function outcomeOf({ outcome, userErrors: [rule] }: Upserted<unknown>): Applied {
  if (!rule) return outcome === UpsertOutcome.OUTDATED ? outdated : applied;
  return { status: 'REFUSED', reason: `${rule.field.slice(3).join('.')}: ${translate(rule.message, 'en')}` };
}
