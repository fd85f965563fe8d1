/** What a shop system tells, in Plaza's own terms. */
import type { ProductItem } from '../catalog/index.js';
import type { OrderItem } from '../order/index.js';

export const platforms = ['SHOPIFY', 'WOOCOMMERCE', 'GENERIC'] as const;
export type PlatformName = (typeof platforms)[number];

/** An external ID; those of other kinds and other sources are told apart elsewhere. */
interface Named {
  externalId: string;
}

export interface ProductRecord extends Named {
  kind: 'PRODUCT';
  item: Omit<ProductItem, 'externalId' | 'updatedAt'>;
  /** A category that is made where it is not there yet. */
  category: { externalId: string; name: string } | null;
}

export interface CustomerFacts extends Named {
  /** Left out, it stays as it is; null removes it. */
  email?: string | null;
  name?: string | null;
  /** A BCP 47 tag. */
  language?: string | null;
}

export interface CustomerRecord extends CustomerFacts {
  kind: 'CUSTOMER';
}

export interface OrderRecord extends Named {
  kind: 'ORDER';
  /** Null where the message does not name them. */
  customer: CustomerFacts | null;
  item: Pick<OrderItem, 'items' | 'placedAt' | 'status'>;
}

/** News of a parcel: its `externalId` is that of the order. */
export interface FulfilmentRecord extends Named {
  kind: 'FULFILMENT';
  status: 'SHIPPED' | 'DELIVERED';
  /** What is in it; null for the whole order. */
  products: string[] | null;
}

/** What was given back of an order: its `externalId` is that of the order. */
export interface RefundRecord extends Named {
  kind: 'REFUND';
  lines: { productExternalId: string; quantity: number }[];
}

/** What is not in the shop any more. */
export interface RemovalRecord extends Named {
  kind: 'PRODUCT_REMOVED';
}

/** What the law asks for: that a person's data goes, or a copy of it. */
export interface PrivacyRecord extends Named {
  kind: 'CUSTOMER_REDACT' | 'DATA_REQUEST';
  /** Customers who are known by a single order. */
  guests: string[];
}

/** All customers of the shop are to be forgotten. */
export interface ShopRedactRecord extends Named {
  kind: 'SHOP_REDACT';
}

export type ShopRecord =
  ProductRecord | CustomerRecord | OrderRecord | FulfilmentRecord | RefundRecord | RemovalRecord | PrivacyRecord | ShopRedactRecord;

/** A message that was understood. */
export interface Understood {
  record: ShopRecord;
  /** When the object was as it is told; null where the message does not say. */
  version: Date | null;
}

/** A message that cannot be what it says that it is. */
export class Unreadable extends Error {}

/** What became of a message. One that goes on is called again at once; one that waits, when what it waits for is there. */
export type Applied =
  | { status: 'APPLIED' | 'OUTDATED' | 'DATA_REQUESTED' | 'GOES_ON' }
  | { status: 'REFUSED'; reason: string }
  | { status: 'WAITS'; reason: string; waitsFor?: string };

const subjects: Record<ShopRecord['kind'], string> = {
  PRODUCT: 'product',
  PRODUCT_REMOVED: 'product',
  CUSTOMER: 'customer',
  CUSTOMER_REDACT: 'customer',
  DATA_REQUEST: 'customer',
  ORDER: 'order',
  FULFILMENT: 'order',
  REFUND: 'order',
  SHOP_REDACT: 'shop',
};

/** The object that a record is about: its messages are applied in order. */
export function subjectOf({ kind, externalId }: ShopRecord, source: string): string {
  return kind === 'SHOP_REDACT' ? `shop:${source}` : `${subjects[kind]}:${source}:${externalId}`;
}

/** The customer whom a record is about, by their external ID. */
export function customerOf(record: ShopRecord): string | null {
  if (record.kind === 'ORDER') return record.customer?.externalId ?? null;
  return subjects[record.kind] === 'customer' ? record.externalId : null;
}

/** Whether what is older must not come back after it. */
export function isRemoval({ kind }: ShopRecord): boolean {
  return kind === 'PRODUCT_REMOVED' || kind === 'CUSTOMER_REDACT' || kind === 'SHOP_REDACT';
}

/** A customer without an account in the shop, who is known by the order. */
export function guestOf(order: string): string {
  return `guest:${order}`;
}
