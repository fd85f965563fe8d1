/**
 * Messages of Shopify, in the form of its Admin REST API (https://shopify.dev/docs/api/webhooks). The topic is in a header, which
 * is not signed: what takes something away is read only from a body that can say nothing else.
 */
import {
  addressIn,
  currencyIn,
  deletedIdIn,
  emailIn,
  fieldsOf,
  gtinIn,
  idIn,
  languageIn,
  lineIn,
  listOf,
  moneyIn,
  nameIn,
  numberIn,
  optionalIdIn,
  plainTextIn,
  timeIn,
  wordIn,
  type Fields,
  type Reader,
  type ReaderOptions,
} from './fields.js';
import { guestOf, Unreadable, type CustomerFacts, type ShopRecord } from './records.js';

export const shopifyTopics: Readonly<Record<string, Reader>> = {
  'products/create': productOf,
  'products/update': productOf,
  'products/delete': (body) => ({ kind: 'PRODUCT_REMOVED', externalId: deletedIn(body) }),
  'customers/create': customerRecord,
  'customers/update': customerRecord,
  'customers/enable': customerRecord,
  'customers/disable': customerRecord,
  'customers/delete': (body) => ({ kind: 'CUSTOMER_REDACT', externalId: deletedIn(body), guests: [] }),
  'orders/create': orderOf,
  'orders/updated': orderOf,
  'orders/edited': orderOf,
  'orders/paid': orderOf,
  'orders/fulfilled': orderOf,
  'orders/partially_fulfilled': orderOf,
  'orders/cancelled': orderOf,
  'fulfillments/create': fulfilmentOf,
  'fulfillments/update': fulfilmentOf,
  'refunds/create': refundOf,
  'customers/redact': (body) => ({ kind: 'CUSTOMER_REDACT', ...privacyOf(body, 'orders_to_redact') }),
  'customers/data_request': (body) => ({ kind: 'DATA_REQUEST', ...privacyOf(body, 'orders_requested') }),
  'shop/redact': shopRedactOf,
};

/** Refunds never change. */
export function shopifyVersion(body: Fields): Date | null {
  return timeIn(body, 'updated_at') ?? (Array.isArray(body['refund_line_items']) ? timeIn(body, 'created_at') : null);
}

/** Draft, archived and unpublished products are not in the shop. A product is sold from the lowest price of its variants. */
function productOf(body: Fields, { currency }: ReaderOptions): ShopRecord {
  const externalId = idIn(body, 'id');
  const status = wordIn(body, 'status');
  if (status === 'archived' || status === 'draft' || body['published_at'] === null) return { kind: 'PRODUCT_REMOVED', externalId };
  const variants = listOf(body['variants']);
  const only = variants.length === 1 ? variants[0]! : {};
  const prices = variants.map((variant) => moneyIn(variant, 'price', currency)).filter((price) => price !== null);
  const title = lineIn(body, 'title', 200);
  if (!title) throw new Unreadable('title is missing.');
  const type = lineIn(body, 'product_type', 100);
  return {
    kind: 'PRODUCT',
    externalId,
    category: type ? { externalId: `type:${type}`, name: type } : null,
    item: {
      title,
      description: plainTextIn(body, 'body_html') ?? '',
      price: prices.reduce<(typeof prices)[0] | null>(
        (least, price) => (least && least.amountMinor <= price.amountMinor ? least : price),
        null,
      ),
      stock: stockOf(variants),
      backorder: variants.some((variant) => wordIn(variant, 'inventory_policy') === 'continue'),
      attributes: attributesOf(body),
      sku: lineIn(only, 'sku', 100),
      gtin: gtinIn(only, 'barcode'),
      brand: lineIn(body, 'vendor', 100),
      imageUrl: addressIn(listOf(body['images'])[0] ?? {}, 'src'),
      archived: false,
    },
  };
}

/** Null where Shopify does not count the stock of some variant. */
function stockOf(variants: readonly Fields[]): number | null {
  const counts = variants.map((variant) => (wordIn(variant, 'inventory_management') ? numberIn(variant, 'inventory_quantity') : null));
  return counts.length === 0 || counts.includes(null)
    ? null
    : counts.reduce<number>((sum, count) => sum + Math.max(0, Math.trunc(count!)), 0);
}

/** The options that variants differ in, such as each colour. */
function attributesOf(body: Fields): { name: string; value: string }[] {
  const all = listOf(body['options']).flatMap((option) => {
    const name = lineIn(option, 'name', 50);
    const values = Array.isArray(option['values']) ? (option['values'] as unknown[]) : [];
    if (!name) return [];
    return values.flatMap((value) => lineIn({ value }, 'value', 200) ?? []).map((value) => ({ name, value }));
  });
  return all.filter(({ name, value }) => name !== 'Title' || value !== 'Default Title').slice(0, 50);
}

function customerRecord(body: Fields): ShopRecord {
  return { kind: 'CUSTOMER', externalId: idIn(body, 'id'), email: emailIn(body, 'email'), ...named(nameIn(body)) };
}

function named(name: string | null): { name?: string } {
  return name ? { name } : {};
}

function orderOf(body: Fields, options: ReaderOptions): ShopRecord {
  const currency = currencyIn(body, 'currency', options.currency);
  const placedAt = timeIn(body, 'processed_at') ?? timeIn(body, 'created_at');
  if (!placedAt) throw new Unreadable('created_at is missing.');
  const externalId = idIn(body, 'id');
  const returned = returnedOf(body);
  const lines = listOf(body['line_items']).map((line) => ({ line, quantity: quantityOf(line, returned) }));
  const items = lines.flatMap(({ line, quantity }) => lineOf(line, quantity, currency));
  const isCancelled = isGone(body) || (lines.length > 0 && lines.every(({ quantity }) => quantity < 1));
  return {
    kind: 'ORDER',
    externalId,
    customer: buyerOf(body, externalId),
    item: { placedAt, status: isCancelled ? 'CANCELLED' : stepOf(body, options), ...((items.length > 0 || !isCancelled) && { items }) },
  };
}

/** A guest has no customer, and is known by the order. */
function buyerOf(body: Fields, order: string): CustomerFacts {
  const email = emailIn(body, 'email') ?? emailIn(body, 'contact_email');
  const customer = body['customer'] ? fieldsOf(body['customer'], 'customer') : null;
  const billing = (body['billing_address'] ?? {}) as Fields;
  const name = (customer && nameIn(customer)) ?? nameIn(billing);
  const address = (customer && emailIn(customer, 'email')) ?? email;
  const externalId = customer ? idIn(customer, 'id') : guestOf(order);
  const language = languageIn(body, 'customer_locale');
  return { externalId, ...(address && { email: address }), ...named(name), ...(language && { language }) };
}

/** How much of each line was refunded, by the line's ID. */
function returnedOf(body: Fields): ReadonlyMap<string, number> {
  const returned = new Map<string, number>();
  for (const refund of listOf(body['refunds']))
    for (const line of listOf(refund['refund_line_items'])) {
      const id = optionalIdIn(line, 'line_item_id');
      if (id !== null) returned.set(id, (returned.get(id) ?? 0) + countIn(line));
    }
  return returned;
}

/** What is left of a line after refunds and changes. Before version 2024-01, only the order's refunds say it. */
function quantityOf(line: Fields, returned: ReadonlyMap<string, number>): number {
  const left = countIn(line) - (returned.get(optionalIdIn(line, 'id') ?? '') ?? 0);
  return Math.min(left, Math.trunc(numberIn(line, 'current_quantity') ?? left));
}

function countIn(line: Fields): number {
  return Math.trunc(numberIn(line, 'quantity') ?? 1);
}

/** Tips, gift cards' messages and custom items are of no product. */
function lineOf(
  line: Fields,
  quantity: number,
  currency: string,
): { productExternalId: string; quantity: number; price?: { amountMinor: number; currency: string } }[] {
  const productExternalId = optionalIdIn(line, 'product_id');
  if (productExternalId === null || quantity < 1) return [];
  const price = moneyIn(line, 'price', currency);
  return [{ productExternalId, quantity, ...(price && { price }) }];
}

function isGone(body: Fields): boolean {
  return timeIn(body, 'cancelled_at') !== null || ['refunded', 'voided'].includes(wordIn(body, 'financial_status') ?? '');
}

function stepOf(body: Fields, { fulfilledIsDelivered }: ReaderOptions): 'PLACED' | 'PAID' | 'SHIPPED' | 'DELIVERED' {
  const fulfilled = wordIn(body, 'fulfillment_status');
  if (fulfilled === 'fulfilled') {
    const parcels = listOf(body['fulfillments']).filter((parcel) => wordIn(parcel, 'status') !== 'cancelled');
    const arrived = parcels.length > 0 && parcels.every((parcel) => wordIn(parcel, 'shipment_status') === 'delivered');
    return arrived || fulfilledIsDelivered ? 'DELIVERED' : 'SHIPPED';
  }
  if (fulfilled === 'partial') return 'SHIPPED';
  return ['paid', 'partially_refunded'].includes(wordIn(body, 'financial_status') ?? '') ? 'PAID' : 'PLACED';
}

/** A parcel that was taken back says nothing of the order. */
function fulfilmentOf(body: Fields, { fulfilledIsDelivered }: ReaderOptions): ShopRecord {
  const isSent = wordIn(body, 'status') === 'success';
  const isDelivered = wordIn(body, 'shipment_status') === 'delivered' || (isSent && fulfilledIsDelivered);
  return {
    kind: 'FULFILMENT',
    externalId: idIn(body, 'order_id'),
    status: isDelivered && wordIn(body, 'status') !== 'cancelled' ? 'DELIVERED' : 'SHIPPED',
    products: listOf(body['line_items']).flatMap((line) => optionalIdIn(line, 'product_id') ?? []),
  };
}

/** A refund of shipping, or of an amount alone, names no lines. */
function refundOf(body: Fields): ShopRecord {
  const lines = listOf(body['refund_line_items']).flatMap((line) => {
    const productExternalId = optionalIdIn((line['line_item'] ?? {}) as Fields, 'product_id');
    const quantity = countIn(line);
    return productExternalId !== null && quantity > 0 ? [{ productExternalId, quantity }] : [];
  });
  return { kind: 'REFUND', externalId: idIn(body, 'order_id'), lines };
}

const deletedIn = (body: Fields): string => deletedIdIn(body, ['created_at', 'updated_at']);

function shopRedactOf(body: Fields): ShopRecord {
  if ('customer' in body) throw new Unreadable('It tells of one customer, so that not all are meant.');
  return { kind: 'SHOP_REDACT', externalId: idIn(body, 'shop_domain') };
}

/** Requests to erase and requests to see name their orders differently. */
function privacyOf(body: Fields, orders: string): { externalId: string; guests: string[] } {
  const ids = body[orders];
  if (!Array.isArray(ids)) throw new Unreadable(`${orders} is missing or is no list.`);
  const guests = (ids as unknown[]).slice(0, 1000).flatMap((id) => optionalIdIn({ id }, 'id') ?? []);
  return { externalId: idIn(fieldsOf(body['customer'], 'customer'), 'id'), guests: guests.map(guestOf) };
}
