/** Messages of any other system: signed by the Standard Webhooks specification, with the fields of the bulk writes. */
import { z } from 'zod';
import { tidy } from '../../input/text.js';
import { webAddress } from '../../input/web-address.js';
import { Unreadable, type Understood } from './records.js';

const text = z.string().max(20_000).transform(tidy);
const id = z.string().min(1).max(200);
const int = z.int();
const money = z.strictObject({ amountMinor: int, currency: z.string() });
const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
const address = z.string().transform((value, context) => {
  const known = webAddress(value);
  if (known) return known;
  context.addIssue({ code: 'custom', message: 'Not an http or https address' });
  return z.NEVER;
});
const status = z.enum(['PLACED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED']);
const version = { externalId: id, updatedAt: time.nullish() };

const product = z.strictObject({
  ...version,
  title: text.nullish(),
  description: text.nullish(),
  categoryExternalId: id.nullish(),
  category: z.strictObject({ externalId: id, name: text }).nullish(),
  price: money.nullish(),
  stock: int.nullish(),
  backorder: z.boolean().nullish(),
  attributes: z
    .array(z.strictObject({ name: text, value: text }))
    .max(1000)
    .nullish(),
  imageUrl: address.nullish(),
  sku: text.nullish(),
  gtin: text.nullish(),
  mpn: text.nullish(),
  brand: text.nullish(),
  url: address.nullish(),
  archived: z.boolean().nullish(),
});

const customer = { externalId: id, email: text.nullish(), name: text.nullish(), language: text.nullish() };

const order = z.strictObject({
  ...version,
  customerExternalId: id.nullish(),
  customer: z.strictObject(customer).nullish(),
  status: status.nullish(),
  items: z
    .array(z.strictObject({ productExternalId: id, quantity: int.default(1), price: money.nullish() }))
    .max(1000)
    .nullish(),
  placedAt: time.nullish(),
});

const fulfilment = z.strictObject({
  orderExternalId: id,
  status: z.enum(['SHIPPED', 'DELIVERED']),
  productExternalIds: z.array(id).max(1000).nullish(),
  updatedAt: time.nullish(),
});

const person = z.strictObject({ externalId: id, orderExternalIds: z.array(id).max(1000).nullish() });

const types = {
  'product.created': product,
  'product.updated': product,
  'product.deleted': z.strictObject(version),
  'customer.created': z.strictObject({ ...customer, updatedAt: time.nullish() }),
  'customer.updated': z.strictObject({ ...customer, updatedAt: time.nullish() }),
  'order.created': order,
  'order.updated': order,
  'fulfillment.updated': fulfilment,
  'customer.redact': person,
  'customer.data_request': person,
  'shop.redact': z.strictObject({}),
};

type Type = keyof typeof types;
type Data<Name extends Type> = z.infer<(typeof types)[Name]>;

const envelope = z.strictObject({ type: z.string(), timestamp: time.nullish(), data: z.unknown() });

/** @returns null for types that are not used @throws Unreadable naming the field at fault */
export function genericMessage(body: unknown): Understood | null {
  const { type, timestamp, data } = parsed(envelope, body, []);
  if (!Object.hasOwn(types, type)) return null;
  const given = parsed<object>(types[type as Type], data, ['data']);
  const { updatedAt } = given as { updatedAt?: Date | null };
  return { record: recordOf(type as Type, given), version: updatedAt ?? timestamp ?? null };
}

function recordOf(type: Type, given: object): Understood['record'] {
  switch (type) {
    case 'product.created':
      return productRecord({ archived: false, ...(given as Data<'product.created'>) });
    case 'product.updated':
      return productRecord(given as Data<'product.updated'>);
    case 'product.deleted':
      return { kind: 'PRODUCT_REMOVED', externalId: (given as Data<'product.deleted'>).externalId };
    case 'customer.created':
    case 'customer.updated':
      return customerRecord(given as Data<'customer.updated'>);
    case 'order.created':
    case 'order.updated':
      return orderRecord(given as Data<'order.updated'>);
    case 'fulfillment.updated':
      return fulfilmentRecord(given as Data<'fulfillment.updated'>);
    case 'customer.redact':
    case 'customer.data_request': {
      const { externalId, orderExternalIds } = given as Data<'customer.redact'>;
      return { kind: type === 'customer.redact' ? 'CUSTOMER_REDACT' : 'DATA_REQUEST', externalId, guests: orderExternalIds ?? [] };
    }
    case 'shop.redact':
      return { kind: 'SHOP_REDACT', externalId: 'all' };
  }
}

function productRecord({ externalId, updatedAt: _, category, ...item }: Data<'product.updated'>): Understood['record'] {
  return { kind: 'PRODUCT', externalId, category: category ?? null, item };
}

function customerRecord({ externalId, email, name, language }: Data<'customer.updated'>): Understood['record'] {
  return { kind: 'CUSTOMER', externalId, ...(email !== undefined && { email }), ...(name && { name }), ...(language && { language }) };
}

function orderRecord({
  externalId,
  updatedAt: _,
  customer: buyer,
  customerExternalId,
  ...item
}: Data<'order.updated'>): Understood['record'] {
  const named = customerExternalId ? { externalId: customerExternalId } : null;
  const { email, name, language } = buyer ?? {};
  const facts = buyer && { externalId: buyer.externalId, ...(email && { email }), ...(name && { name }), ...(language && { language }) };
  return { kind: 'ORDER', externalId, customer: facts ?? named, item };
}

function fulfilmentRecord({ orderExternalId, status: step, productExternalIds }: Data<'fulfillment.updated'>): Understood['record'] {
  return { kind: 'FULFILMENT', externalId: orderExternalId, status: step, products: productExternalIds ?? null };
}

/** @throws Unreadable */
function parsed<Output>(schema: z.ZodType<Output>, value: unknown, path: string[]): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Unreadable(`${[...path, ...issue!.path].join('.') || 'The message'}: ${issue!.message}.`);
}
