/**
 * Messages of WooCommerce, in the form of its REST API (https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks). The
 * topic is in a header, which is not signed: what was deleted is told by its ID alone.
 */
import {
  addressIn,
  currencyIn,
  deletedIdIn,
  emailIn,
  gtinIn,
  idIn,
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
import { guestOf, Unreadable, type ShopRecord } from './records.js';

export const wooCommerceTopics: Readonly<Record<string, Reader>> = {
  'product.created': productOf,
  'product.updated': productOf,
  'product.restored': productOf,
  'product.deleted': (body) => ({ kind: 'PRODUCT_REMOVED', externalId: deletedIn(body) }),
  'customer.created': customerOf,
  'customer.updated': customerOf,
  'customer.deleted': (body) => ({ kind: 'CUSTOMER_REDACT', externalId: deletedIn(body), guests: [] }),
  'order.created': orderOf,
  'order.updated': orderOf,
  'order.restored': orderOf,
  'order.deleted': (body) => ({ kind: 'ORDER', externalId: deletedIn(body), customer: null, item: { status: 'CANCELLED' } }),
};

const deletedIn = (body: Fields): string => deletedIdIn(body, ['date_created', 'date_modified_gmt']);

export function wooCommerceVersion(body: Fields): Date | null {
  return timeIn(body, 'date_modified_gmt', { utc: true });
}

function productOf(body: Fields, { currency }: ReaderOptions): ShopRecord {
  const externalId = idIn(body, 'id');
  if (wordIn(body, 'status') !== 'publish' || wordIn(body, 'catalog_visibility') === 'hidden')
    return { kind: 'PRODUCT_REMOVED', externalId };
  const title = lineIn(body, 'name', 200);
  if (!title) throw new Unreadable('name is missing.');
  const category = listOf(body['categories'])[0] ?? {};
  const [categoryId, categoryName] = [optionalIdIn(category, 'id'), lineIn(category, 'name', 100)];
  const isOut = wordIn(body, 'stock_status') === 'outofstock';
  return {
    kind: 'PRODUCT',
    externalId,
    category: categoryId && categoryName ? { externalId: categoryId, name: categoryName } : null,
    item: {
      title,
      description: plainTextIn(body, 'description') ?? plainTextIn(body, 'short_description') ?? '',
      price: moneyIn(body, 'price', currency),
      stock: body['manage_stock'] === true ? Math.max(0, Math.trunc(numberIn(body, 'stock_quantity') ?? 0)) : isOut ? 0 : null,
      backorder: ['yes', 'notify'].includes(wordIn(body, 'backorders') ?? ''),
      attributes: attributesOf(body),
      sku: lineIn(body, 'sku', 100),
      gtin: gtinIn(body, 'global_unique_id'),
      brand: lineIn(listOf(body['brands'])[0] ?? {}, 'name', 100),
      url: addressIn(body, 'permalink'),
      imageUrl: addressIn(listOf(body['images'])[0] ?? {}, 'src'),
      archived: false,
    },
  };
}

function attributesOf(body: Fields): { name: string; value: string }[] {
  const all = listOf(body['attributes']).flatMap((attribute) => {
    const name = lineIn(attribute, 'name', 50);
    const values = Array.isArray(attribute['options']) ? (attribute['options'] as unknown[]) : [];
    return name ? values.flatMap((value) => lineIn({ value }, 'value', 200) ?? []).map((value) => ({ name, value })) : [];
  });
  return all.slice(0, 50);
}

function customerOf(body: Fields): ShopRecord {
  const name = nameIn(body);
  return { kind: 'CUSTOMER', externalId: idIn(body, 'id'), email: emailIn(body, 'email'), ...(name && { name }) };
}

function orderOf(body: Fields, options: ReaderOptions): ShopRecord {
  const currency = currencyIn(body, 'currency', options.currency);
  const placedAt = timeIn(body, 'date_created_gmt', { utc: true });
  if (!placedAt) throw new Unreadable('date_created_gmt is missing.');
  const externalId = idIn(body, 'id');
  const billing = (body['billing'] ?? {}) as Fields;
  const [email, name] = [emailIn(billing, 'email'), nameIn(billing)];
  const lines = listOf(body['line_items']);
  const refunded = refundedLinesOf(body);
  const items = lines.flatMap((line) => lineOf(line, leftOf(line, refunded), currency));
  const isReturned = items.length === 0 && lines.some((line) => optionalIdIn(line, 'product_id') !== null);
  const status = isReturned ? 'CANCELLED' : statusOf(wordIn(body, 'status'));
  return {
    kind: 'ORDER',
    externalId,
    customer: { externalId: optionalIdIn(body, 'customer_id') ?? guestOf(externalId), ...(email && { email }), ...(name && { name }) },
    item: { placedAt, status, ...((items.length > 0 || status !== 'CANCELLED') && { items }) },
  };
}

/** The lines of refunds, where the shop adds them to its orders: by itself, an order only tells how much was refunded. */
function refundedLinesOf(body: Fields): Fields[] {
  return listOf(body['refunds']).flatMap((refund) => listOf(refund['line_items']));
}

/** What is left of a line: refunds count in negative numbers, and may be of the whole amount without a quantity. */
function leftOf(line: Fields, refunded: readonly Fields[]): number {
  const own = refunded.filter((refund) => isOfLine(refund, line));
  const sum = (name: string): number => own.reduce((all, refund) => all + Math.abs(numberIn(refund, name) ?? 0), 0);
  const total = numberIn(line, 'total') ?? 0;
  const isPaidBack = total > 0 && sum('total') > total - 0.005;
  return isPaidBack ? 0 : Math.trunc(numberIn(line, 'quantity') ?? 1) - sum('quantity');
}

function isOfLine(refund: Fields, line: Fields): boolean {
  const named = listOf(refund['meta_data']).find((entry) => entry['key'] === '_refunded_item_id');
  if (named) return optionalIdIn(named, 'value') === optionalIdIn(line, 'id');
  return ['product_id', 'variation_id'].every((name) => optionalIdIn(refund, name) === optionalIdIn(line, name));
}

/** Fees and what is no product any more have no ID. */
function lineOf(line: Fields, quantity: number, currency: string) {
  const productExternalId = optionalIdIn(line, 'product_id');
  if (productExternalId === null || quantity < 1) return [];
  const price = moneyIn(line, 'price', currency);
  return [{ productExternalId, quantity, ...(price && { price }) }];
}

/** WooCommerce knows no delivery: an order is completed when it was sent, or handed over. */
function statusOf(status: string | null): 'PLACED' | 'PAID' | 'DELIVERED' | 'CANCELLED' {
  if (status === 'completed') return 'DELIVERED';
  if (status === 'processing') return 'PAID';
  return ['cancelled', 'refunded', 'failed', 'trash'].includes(status ?? '') ? 'CANCELLED' : 'PLACED';
}
