/** Messages of shop systems: signed, taken at once, applied once and in order, and listed where they could not be. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';
import { fixture, hmac, post, shopifyHeaders, standardHeaders, wooHeaders, type Json, type PlatformPath } from '../support/shop-sender.js';

const plaza = usePlaza({ INVITATION_DELAY: '0', INVITATION_QUIET_HOURS: '0-0', MAX_BODY_SIZE: '1mb', CACHE_MEMORY: '0' });

let admin: Account;
let merchant: Account;
let generic: Integration;
let erp: Integration;
const shopifySecret = 'shpss_0123456789abcdef';
const wooSecret = 'a secret, of = WooCommerce';

interface Integration {
  id: string;
  url: string;
  secret: string;
}

const path = (url: string): string => `${plaza.url}${url.slice(new URL(url).origin.length)}`;

async function integrate(input: object): Promise<Integration> {
  const { integration, secret, userErrors } = await plaza.mutate(
    'createIntegration',
    { merchantId: merchant.id, ...input },
    'integration { id url source merchant { id } } secret',
    admin.token,
  );
  expect(userErrors).toEqual([]);
  return { id: integration.id, url: path(integration.url), secret };
}

beforeAll(async () => {
  admin = await plaza.account({ role: 'ADMIN' });
  merchant = await plaza.account({ merchant: true });
  await integrate({ platform: 'SHOPIFY', secret: shopifySecret, fulfilledIsDelivered: false });
  await integrate({ platform: 'WOOCOMMERCE', secret: wooSecret });
  generic = await integrate({ platform: 'GENERIC' });
  erp = await integrate({ platform: 'GENERIC', source: 'erp' });
});

const at = (platform: PlatformPath, query = ''): string => `${plaza.url}/integrations/${platform}${query}`;
const settle = () => plaza.settle('integrations');

async function shopify(topic: string, message: Json, changes: Record<string, string> = {}): Promise<number> {
  const body = JSON.stringify(message);
  const status = await post(at('shopify'), body, { ...shopifyHeaders(shopifySecret, topic, body), ...changes });
  await settle();
  return status;
}

async function woo(topic: string, message: Json): Promise<number> {
  const body = JSON.stringify(message);
  const status = await post(at('woocommerce'), body, wooHeaders(wooSecret, topic, body));
  await settle();
  return status;
}

async function tell(type: string, data: Json, { to = generic, id = randomUUID() } = {}) {
  const body = JSON.stringify({ type, data });
  const status = await post(to.url, body, standardHeaders(to.secret, body, id));
  await settle();
  return status;
}

async function messages(status?: string): Promise<Json[]> {
  const query = `query ($status: IntegrationMessageStatus) { integrationMessages(status: $status, first: 100) {
    edges { node { id topic subject status reason attemptCount integration { source } } } } }`;
  return (await plaza.data(query, { status }, admin.token)).integrationMessages.edges.map(({ node }: { node: Json }) => node);
}

const messagesAbout = async (subject: string): Promise<Json[]> => (await messages()).filter((message) => message.subject === subject);

async function product(externalId: string, source = 'shopify'): Promise<Json> {
  const query = `query ($externalId: String, $source: String) { product(externalId: $externalId, source: $source) {
    id title description price { amountMinor currency } stock sku gtin brand category { name } attributes { name value } merchant { id } archivedAt } }`;
  return (await plaza.data(query, { externalId, source }, merchant.token)).product;
}

async function order(externalId: string, source = 'shopify'): Promise<Json> {
  const query = `query ($externalId: String, $source: String) { order(externalId: $externalId, source: $source) {
    id status buyer { id name } items { quantity product { externalId } price { amountMinor currency } } totalPrice { amountMinor } placedAt } }`;
  return (await plaza.data(query, { externalId, source }, merchant.token)).order;
}

const customer = async (externalId: string, source = 'shopify'): Promise<Json> =>
  (
    await plaza.data(
      'query ($externalId: String, $source: String) { user(externalId: $externalId, source: $source) { id name } }',
      { externalId, source },
      admin.token,
    )
  ).user;

/** The status of the invitation to review each product, by its external ID. */
async function invitationsFor(...externalIds: number[]): Promise<Json> {
  await plaza.settle('invitations');
  const query = '{ reviewInvitations(first: 100) { edges { node { status product { externalId } } } } }';
  const { edges } = (await plaza.data(query, {}, merchant.token)).reviewInvitations;
  const statuses = edges.map(({ node }: Json) => [node.product.externalId, node.status]);
  return Object.fromEntries(statuses.filter(([id]: string[]) => externalIds.includes(Number(id))));
}

/** An order of two of one product and one of another that has arrived, as Shopify tells of it. */
async function twoDelivered(id: number): Promise<Json> {
  const [line] = fixture('shopify-order').line_items;
  const lines = [
    { ...line, id: id * 10 + 1, product_id: id * 10 },
    { ...line, id: id * 10 + 2, product_id: id * 10 + 1, quantity: 1, current_quantity: 1 },
  ];
  for (const { product_id } of lines) await shopify('products/create', shopifyProduct(product_id));
  const arrived = { fulfillment_status: 'fulfilled', fulfillments: [{ status: 'success', shipment_status: 'delivered' }] };
  const delivered = shopifyOrder(id, 0, { ...arrived, line_items: lines, updated_at: hour(1) });
  await shopify('orders/updated', delivered);
  return delivered;
}

const hour = (at: number): string => new Date(Date.UTC(2026, 10, 20, at)).toISOString();
const now = (): string => new Date().toISOString();
const shopifyProduct = (id: number, changes: Json = {}): Json => ({ ...fixture('shopify-product'), id, ...changes });
const shopifyOrder = (id: number, productId: number, changes: Json = {}): Json => ({
  ...fixture('shopify-order'),
  id,
  created_at: now(),
  processed_at: now(),
  line_items: [{ ...fixture('shopify-order').line_items[0], product_id: productId }],
  customer: { ...fixture('shopify-order').customer, id: id + 1_000_000, email: `c${id}@shop.example` },
  ...changes,
});

describe('Shopify', () => {
  test('tells of a product, a customer’s order, and its delivery: the customer is invited, and reviews as a verified buyer', async () => {
    expect(await shopify('products/create', fixture('shopify-product'))).toBe(200);
    expect(await product('7880321196742')).toMatchObject({
      title: 'Blue teapot',
      description: 'Pours well & keeps warm.',
      price: { amountMinor: 1999, currency: 'EUR' },
      ...{ stock: 7, sku: 'POT-BLUE', gtin: '4006381333931', brand: 'Kettle & Co', category: { name: 'Teapots' } },
      merchant: { id: merchant.id },
    });
    await shopify('orders/create', { ...fixture('shopify-order'), created_at: now(), processed_at: now() });
    expect(await order('8209821192612')).toMatchObject({
      status: 'PAID',
      buyer: { name: 'Ada Lovelace' },
      items: [{ quantity: 2, product: { externalId: '7880321196742' } }],
      totalPrice: { amountMinor: 3998 },
    });
    await shopify('fulfillments/create', { ...fixture('shopify-fulfillment'), shipment_status: null });
    expect((await order('8209821192612')).status).toBe('SHIPPED');
    await shopify('fulfillments/update', fixture('shopify-fulfillment'));
    expect((await order('8209821192612')).status).toBe('DELIVERED');
    await plaza.settle('invitations');
    const mail = await plaza.mailTo('ada@shop.example');
    const invitation = /\/review\/([0-9a-f]{24}\.[\w-]{43})/.exec(mail!.text)![1];
    const { id: productId } = await product('7880321196742');
    const input = { productId, invitation, ratings: { quality: 5, price: 5, service: 5 }, body: 'Lovely.' };
    expect(await plaza.mutate('createReview', input, 'review { verifiedPurchase }')).toMatchObject({
      review: { verifiedPurchase: true },
      userErrors: [],
    });
  });

  test('tells what is older than what is known, which changes nothing', async () => {
    const message = shopifyProduct(2, { title: 'Newer', updated_at: hour(5) });
    await shopify('products/update', message);
    await shopify('products/update', { ...message, title: 'Older', updated_at: hour(4) });
    expect((await product('2')).title).toBe('Newer');
    expect((await messagesAbout('product:shopify:2'))[0]).toMatchObject({ status: 'OUTDATED' });
    await shopify('products/update', { ...message, title: 'Newest', updated_at: hour(6) });
    expect((await product('2')).title).toBe('Newest');
  });

  test('sends a message again, under the same or another ID and also at the same time, and it is taken once', async () => {
    const body = JSON.stringify(shopifyProduct(3));
    const send = (id: string) => post(at('shopify'), body, shopifyHeaders(shopifySecret, 'products/create', body, id));
    const statuses = await Promise.all(['same', 'same', 'same', 'other', 'same'].map(send));
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    await settle();
    expect(await messagesAbout('product:shopify:3')).toMatchObject([{ status: 'APPLIED', attemptCount: 1 }]);
  });

  test('tells of an order before its product, and of a parcel before its order: each is applied when it can be', async () => {
    await shopify('fulfillments/update', { ...fixture('shopify-fulfillment'), order_id: 44, line_items: [{ product_id: 4 }] });
    await shopify('orders/create', shopifyOrder(44, 4));
    expect((await messagesAbout('order:shopify:44')).map(({ reason }) => reason)).toEqual([
      'There is no product "4" yet.',
      'There is no order "44" yet.',
    ]);
    await shopify('products/create', shopifyProduct(4));
    await settle();
    expect((await messagesAbout('order:shopify:44')).map(({ status }) => status)).toEqual(['APPLIED', 'APPLIED']);
    expect((await order('44')).status).toBe('DELIVERED');
  });

  test('deletes a product, after which nothing older brings it back', async () => {
    const message = shopifyProduct(5, { updated_at: hour(1) });
    await shopify('products/create', message);
    await shopify('products/delete', { id: 5 }, { 'x-shopify-triggered-at': hour(3) });
    expect((await product('5')).archivedAt).not.toBeNull();
    await shopify('products/update', { ...message, updated_at: hour(2) });
    expect((await product('5')).archivedAt).not.toBeNull();
    // The same where the deletion comes first.
    await shopify('products/delete', { id: 6 }, { 'x-shopify-triggered-at': hour(3) });
    await shopify('products/create', shopifyProduct(6, { updated_at: hour(2) }));
    expect(await product('6')).toBeNull();
    expect((await messagesAbout('product:shopify:6'))[0]).toMatchObject({ status: 'OUTDATED' });
  });

  test('takes a product out of the shop and puts it back', async () => {
    await shopify('products/create', shopifyProduct(7, { updated_at: hour(1) }));
    await shopify('products/update', shopifyProduct(7, { status: 'draft', updated_at: hour(2) }));
    expect((await product('7')).archivedAt).not.toBeNull();
    await shopify('products/update', shopifyProduct(7, { updated_at: hour(3) }));
    expect((await product('7')).archivedAt).toBeNull();
  });

  test('tells of variants: the lowest price, all of the stock, and the options that there are', async () => {
    const [variant] = fixture('shopify-product').variants;
    const variants = [
      { ...variant, price: '25.00', inventory_quantity: 2 },
      { ...variant, id: 2, price: '18.50', inventory_quantity: -1 },
      { ...variant, id: 3, price: '30.00', inventory_quantity: 5 },
    ];
    await shopify('products/create', shopifyProduct(8, { variants, options: [{ name: 'Colour', values: ['Blue', 'Red'] }] }));
    expect(await product('8')).toMatchObject({
      price: { amountMinor: 1850 },
      ...{ stock: 7, sku: null, gtin: null },
      attributes: [
        { name: 'Colour', value: 'Blue' },
        { name: 'Colour', value: 'Red' },
      ],
    });
  });

  test('tells of a part that was refunded, then of the whole: reviews and invitations are withdrawn', async () => {
    await shopify('products/create', shopifyProduct(9));
    await shopify('products/create', shopifyProduct(10));
    const [line] = fixture('shopify-order').line_items;
    const lines = [
      { ...line, product_id: 9 },
      { ...line, id: 2, product_id: 10, quantity: 1 },
    ];
    const fulfilments = [{ status: 'success', shipment_status: 'delivered' }];
    const delivered = shopifyOrder(90, 9, {
      line_items: lines,
      fulfillment_status: 'fulfilled',
      fulfillments: fulfilments,
      updated_at: hour(1),
    });
    await shopify('orders/updated', delivered);
    expect((await order('90')).status).toBe('DELIVERED');
    const partly = [
      { ...lines[0], current_quantity: 0 },
      { ...lines[1], current_quantity: 1 },
    ];
    await shopify('orders/updated', { ...delivered, line_items: partly, financial_status: 'partially_refunded', updated_at: hour(2) });
    expect(await order('90')).toMatchObject({ status: 'DELIVERED', items: [{ product: { externalId: '10' } }] });
    expect(await invitationsFor(9, 10)).toEqual({ '9': 'CANCELLED', '10': 'SENT' });
    await shopify('orders/updated', { ...delivered, line_items: partly, financial_status: 'refunded', updated_at: hour(3) });
    expect((await order('90')).status).toBe('CANCELLED');
    // A parcel's late news brings nothing back.
    await shopify('fulfillments/update', { ...fixture('shopify-fulfillment'), order_id: 90, updated_at: hour(4) });
    expect((await order('90')).status).toBe('CANCELLED');
    expect(await invitationsFor(9, 10)).toEqual({ '9': 'CANCELLED', '10': 'CANCELLED' });
  });

  test('tells of refunds by their lines alone, as versions before 2024 do', async () => {
    const delivered = await twoDelivered(140);
    const [first, second] = delivered.line_items;
    const refunds = [{ id: 1, refund_line_items: [{ line_item_id: first.id, quantity: 1 }] }];
    const lines = delivered.line_items.map(({ current_quantity: _, ...line }: Json) => line);
    await shopify('orders/updated', { ...delivered, line_items: lines, refunds, updated_at: hour(2) });
    expect((await order('140')).items).toMatchObject([{ quantity: 1 }, { quantity: 1 }]);
    refunds.push({ id: 2, refund_line_items: [{ line_item_id: second.id, quantity: 1 }] });
    await shopify('orders/updated', { ...delivered, line_items: lines, refunds, updated_at: hour(3) });
    expect((await order('140')).items).toMatchObject([{ quantity: 1, product: { externalId: '1400' } }]);
    expect(await invitationsFor(1400, 1401)).toEqual({ '1400': 'SENT', '1401': 'CANCELLED' });
  });

  test('tells of a refund before or after the order that has it: it counts once', async () => {
    const delivered = await twoDelivered(150);
    const [first] = delivered.line_items;
    const refund = (id: number, at: string, line: Json): Json => ({
      ...{ id, order_id: 150, created_at: at, processed_at: at },
      refund_line_items: [{ line_item_id: line.id, quantity: 1, restock_type: 'no_restock', line_item: line }],
    });
    await shopify('refunds/create', refund(1, hour(2), first));
    expect((await order('150')).items).toMatchObject([{ quantity: 1 }, { quantity: 1 }]);
    const lines = [{ ...first, current_quantity: 1 }, delivered.line_items[1]];
    await shopify('orders/updated', { ...delivered, line_items: lines, updated_at: hour(2) });
    await shopify('orders/updated', { ...delivered, line_items: [{ ...first, current_quantity: 0 }, lines[1]], updated_at: hour(4) });
    await shopify('refunds/create', refund(2, hour(3), first));
    expect((await messagesAbout('order:shopify:150'))[0]).toMatchObject({ topic: 'refunds/create', status: 'OUTDATED' });
    expect((await order('150')).items).toMatchObject([{ quantity: 1, product: { externalId: '1501' } }]);
    await shopify('refunds/create', { ...refund(3, hour(5), first), refund_line_items: [] });
    expect(await order('150')).toMatchObject({ status: 'DELIVERED' });
    await shopify('refunds/create', refund(4, hour(6), lines[1]));
    expect(await order('150')).toMatchObject({ status: 'CANCELLED' });
  });

  test('tells of a guest’s order in yen, and of one in dinars: amounts have as many digits as their currency', async () => {
    await shopify('products/create', shopifyProduct(11));
    const [line] = fixture('shopify-order').line_items;
    const yen = shopifyOrder(110, 11, { currency: 'JPY', customer: null, line_items: [{ ...line, product_id: 11, price: '1999.00' }] });
    await shopify('orders/create', yen);
    expect(await order('110')).toMatchObject({ items: [{ price: { amountMinor: 1999, currency: 'JPY' } }] });
    expect(await customer('guest:110')).toMatchObject({ name: 'Ada Lovelace' });
    await shopify('orders/create', shopifyOrder(111, 11, { currency: 'KWD', line_items: [{ ...line, product_id: 11, price: '1.999' }] }));
    expect(await order('111')).toMatchObject({ items: [{ price: { amountMinor: 1999, currency: 'KWD' } }] });
  });

  test('joins customers: an order keeps its buyer, and what is delivered later still counts', async () => {
    await shopify('products/create', shopifyProduct(12));
    const placed = shopifyOrder(120, 12, { updated_at: hour(1) });
    await shopify('orders/create', placed);
    const { buyer } = await order('120');
    const fulfilments = [{ status: 'success', shipment_status: 'delivered' }];
    const joined = { ...placed.customer, id: 1_999_999 };
    await shopify('orders/updated', {
      ...placed,
      customer: joined,
      fulfillment_status: 'fulfilled',
      fulfillments: fulfilments,
      updated_at: hour(2),
    });
    expect(await order('120')).toMatchObject({ status: 'DELIVERED', buyer });
  });

  test('asks for a customer’s data, and that they are erased, after which nothing older brings them back', async () => {
    const ada = { id: 77, email: 'seven@shop.example', first_name: 'Seven', last_name: 'Seventy', updated_at: hour(1) };
    await shopify('customers/create', ada);
    await shopify('products/create', shopifyProduct(13));
    const guest = { customer: null, email: 'seven@shop.example', billing_address: { first_name: 'Guest', last_name: 'Seventy' } };
    await shopify('orders/create', shopifyOrder(130, 13, { ...guest, updated_at: hour(1) }));
    const about = { shop_domain: 'kettle.myshopify.com', customer: { id: 77, email: 'seven@shop.example' } };
    await shopify('customers/data_request', { ...about, orders_requested: [130], data_request: { id: 1 } });
    const [request] = await messages('DATA_REQUESTED');
    const exported = async (): Promise<Json> =>
      (await plaza.data('query ($id: ID!) { node(id: $id) { ... on IntegrationMessage { dataExport } } }', { id: request.id }, admin.token))
        .node.dataExport;
    expect(await exported()).toMatchObject({
      '77': { account: [{ name: 'Seven Seventy' }] },
      'guest:130': { orders: [{ externalId: '130' }] },
    });
    const accesses = await plaza.connection.collection('personal_data_accesses').countDocuments({ kind: 'EXPORT' });
    expect(accesses).toBeGreaterThan(1);
    await shopify('customers/redact', { ...about, orders_to_redact: [130] });
    await plaza.settle('erasures');
    expect(await exported()).toBeNull();
    expect(await plaza.connection.collection('users').countDocuments({ name: /Seventy/ })).toBe(0);
    await shopify('customers/update', { ...ada, updated_at: hour(2) });
    expect(await customer('77')).toBeNull();
    await shopify('orders/create', shopifyOrder(131, 13, { customer: ada, updated_at: hour(2) }));
    expect(await order('131')).toBeNull();
    expect((await messagesAbout('order:shopify:131'))[0]).toMatchObject({ status: 'OUTDATED' });
  });

  test('does not erase who works for the shop', async () => {
    await shopify('customers/create', { id: 78, email: 'staff@shop.example', first_name: 'Sta', updated_at: hour(1) });
    await plaza.connection.collection('users').updateOne({ externalId: '78' }, { $addToSet: { roles: 'MODERATOR' } });
    await shopify('customers/redact', { shop_domain: 'x', customer: { id: 78 }, orders_to_redact: [] });
    expect((await messagesAbout('customer:shopify:78'))[0]).toMatchObject({ status: 'REFUSED' });
    expect(await customer('78')).not.toBeNull();
  });
});

describe('WooCommerce', () => {
  test('tries the address without a signature, and tells of a product and a completed order of a guest', async () => {
    expect(await post(at('woocommerce'), 'webhook_id=12', { 'content-type': 'application/x-www-form-urlencoded' })).toBe(200);
    expect(await woo('product.created', fixture('woocommerce-product'))).toBe(200);
    expect(await product('794', 'woocommerce')).toMatchObject({ title: 'Red teapot', price: { amountMinor: 2150 }, stock: 3 });
    // Another shop's category has the name.
    expect((await product('794', 'woocommerce')).category.name).toBe('Teapots (woocommerce)');
    const completed = { ...fixture('woocommerce-order'), date_created_gmt: now().slice(0, 19) };
    await woo('order.updated', completed);
    expect(await order('727', 'woocommerce')).toMatchObject({ status: 'DELIVERED', buyer: { name: 'Grace Hopper' } });
    await plaza.settle('invitations');
    expect((await plaza.mailTo('grace@shop.example'))?.text).toContain('Review Red teapot');
    await woo('order.updated', { ...completed, status: 'refunded', date_modified_gmt: '2026-11-25T11:00:00' });
    expect((await order('727', 'woocommerce')).status).toBe('CANCELLED');
  });

  test('divides totals: prices with more digits than the currency has are rounded', async () => {
    await woo('product.created', { ...fixture('woocommerce-product'), id: 795, price: '7.125' });
    expect(await product('795', 'woocommerce')).toMatchObject({ price: { amountMinor: 713 } });
    const [line] = fixture('woocommerce-order').line_items;
    const items = [{ ...line, product_id: 795, price: 14.333333333333334 }];
    await woo('order.created', { ...fixture('woocommerce-order'), id: 728, customer_id: 9, line_items: items });
    expect(await order('728', 'woocommerce')).toMatchObject({ items: [{ price: { amountMinor: 1433 } }] });
  });

  test('refunds a part: those lines are bought no more, and what comes back can be reviewed by the link that was sent', async () => {
    const [line] = fixture('woocommerce-order').line_items;
    const lines = [801, 802, 803].map((id) => ({ ...line, id: id * 10, product_id: id }));
    for (const { product_id } of lines) await woo('product.created', { ...fixture('woocommerce-product'), id: product_id });
    const billing = { ...fixture('woocommerce-order').billing, email: 'part@shop.example' };
    const placed = { ...fixture('woocommerce-order'), id: 800, billing, date_created_gmt: now().slice(0, 19), line_items: lines };
    const at = (minute: number) => ({ date_modified_gmt: `2026-11-24T11:0${minute}:00` });
    await woo('order.updated', { ...placed, ...at(0) });
    expect(await invitationsFor(801, 802, 803)).toEqual({ '801': 'SENT', '802': 'SENT', '803': 'SENT' });
    const links = [...(await plaza.mailTo('part@shop.example'))!.text.matchAll(/\/review\/([0-9a-f]{24}\.[\w-]{43})/g)].map(
      ([, token]) => token,
    );
    const reviewed: string[] = [];
    for (const { product_id } of lines) {
      const input = { productId: (await product(String(product_id), 'woocommerce')).id, ratings: { quality: 5, price: 5, service: 5 } };
      if (product_id === 803) continue;
      for (const invitation of links) {
        const { review } = await plaza.mutate('createReview', { ...input, invitation, body: 'Lovely.' }, 'review { id verifiedPurchase }');
        if (review) reviewed.push(review.id);
      }
    }
    expect(reviewed).toHaveLength(2);
    const verified = async (): Promise<boolean[]> =>
      (await plaza.data('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Review { verifiedPurchase } } }', { ids: reviewed })).nodes.map(
        ({ verifiedPurchase }: Json) => verifiedPurchase,
      );
    expect(await verified()).toEqual([true, true]);
    const refundOf = (id: number, changes: Json): Json => ({
      ...{ id: 9_000 + id, product_id: id, variation_id: 0, quantity: -2, subtotal: '-43.00', total: '-43.00' },
      meta_data: [{ id: 1, key: '_refunded_item_id', value: String(id * 10) }],
      ...changes,
    });
    const one = {
      id: 1,
      reason: 'Too red',
      total: '-64.50',
      line_items: [refundOf(801, {}), refundOf(802, { quantity: -1, total: '-21.50' })],
    };
    await woo('order.updated', { ...placed, ...at(1), refunds: [one] });
    expect((await order('800', 'woocommerce')).items).toMatchObject([{ quantity: 1 }, { quantity: 2 }]);
    expect(await verified()).toEqual([false, true]);
    // An amount without a quantity: the whole of a line, and a part of one.
    const two = { id: 2, total: '-53.00', line_items: [refundOf(803, { quantity: 0 }), refundOf(802, { quantity: 0, total: '-10.00' })] };
    await woo('order.updated', { ...placed, ...at(2), refunds: [one, two] });
    expect(await order('800', 'woocommerce')).toMatchObject({
      status: 'DELIVERED',
      items: [{ quantity: 1, product: { externalId: '802' } }],
    });
    expect(await verified()).toEqual([false, true]);
    expect(await invitationsFor(801, 802, 803)).toEqual({ '801': 'REVIEWED', '802': 'REVIEWED', '803': 'CANCELLED' });
    // The second refund was a mistake and is deleted.
    await woo('order.updated', { ...placed, ...at(3), refunds: [one] });
    expect(await invitationsFor(801, 802, 803)).toMatchObject({ '803': 'SENT' });
    expect((await plaza.mails()).filter(({ to }) => to === 'part@shop.example')).toHaveLength(1);
    const three = { id: 3, total: '-43.00', line_items: [refundOf(802, { quantity: -1, total: '-21.50' }), refundOf(803, {})] };
    await woo('order.updated', { ...placed, ...at(4), refunds: [one, three] });
    expect((await order('800', 'woocommerce')).status).toBe('CANCELLED');
    expect(await verified()).toEqual([false, false]);
  });

  test('deletes, restores and deletes again with the same words', async () => {
    const message = (changes: Json) => ({ ...fixture('woocommerce-product'), id: 796, ...changes });
    await woo('product.created', message({}));
    await woo('product.deleted', { id: 796 });
    expect((await product('796', 'woocommerce')).archivedAt).not.toBeNull();
    await woo('product.restored', message({}));
    expect((await product('796', 'woocommerce')).archivedAt).toBeNull();
    await woo('product.deleted', { id: 796 });
    expect((await product('796', 'woocommerce')).archivedAt).not.toBeNull();
  });
});

describe('any other system', () => {
  const price = { amountMinor: 1500, currency: 'EUR' };
  const pot = { externalId: 'p1', title: 'Green teapot', category: { externalId: 'pots', name: 'Green pots' }, price };

  test('tells of products, orders and parcels with the fields of the bulk writes', async () => {
    expect(await tell('product.updated', { ...pot, updatedAt: hour(1) })).toBe(200);
    expect(await product('p1', 'generic')).toMatchObject({ title: 'Green teapot', category: { name: 'Green pots' } });
    const buyer = { externalId: 'c1', email: 'c1@shop.example', name: 'Cee One' };
    const placed = { externalId: 'o1', customer: buyer, status: 'PAID', items: [{ productExternalId: 'p1' }], placedAt: now() };
    await tell('order.created', placed);
    await tell('fulfillment.updated', { orderExternalId: 'o1', status: 'DELIVERED' });
    expect(await order('o1', 'generic')).toMatchObject({ status: 'DELIVERED', items: [{ quantity: 1, price }] });
    await tell('order.updated', { externalId: 'o1', status: 'CANCELLED' });
    expect((await order('o1', 'generic')).status).toBe('CANCELLED');
  });

  test('says several times the same without versions, and the last word holds', async () => {
    for (const stock of [1, 2, 1]) await tell('product.updated', { ...pot, externalId: 'p2', stock });
    expect((await product('p2', 'generic')).stock).toBe(1);
  });

  test('has a source of its own: two shops may use the same IDs', async () => {
    await tell('product.created', { ...pot, externalId: 'both', title: 'Of the first' });
    await tell('product.created', { ...pot, externalId: 'both', title: 'Of the second', category: undefined }, { to: erp });
    expect((await product('both', 'generic')).title).toBe('Of the first');
    expect((await product('both', 'erp')).title).toBe('Of the second');
    const body = JSON.stringify({ type: 'product.deleted', data: { externalId: 'both' } });
    expect(await post(erp.url, body, standardHeaders(generic.secret, body))).toBe(401);
  });

  test('is told which field of a message cannot be taken', async () => {
    await tell('product.updated', { externalId: 'p3', title: '' });
    await tell('product.updated', { externalId: 'p3', title: 'Pot', price: { amountMinor: -1, currency: 'EUR' } });
    await tell('product.updated', { externalId: 'p3', title: 'Pot', price: { amountMinor: 1, currency: 'XXY' } });
    await tell('product.updated', { externalId: 'p3', title: 'Pot', colour: 'blue' });
    await tell('order.created', { externalId: 'o3', items: [{ productExternalId: 'p1' }] });
    const reasons = (await messages('REFUSED')).map(({ reason }) => reason as string).slice(0, 5);
    for (const start of ['title: ', 'price.amountMinor: ', 'price.currency: ', 'data: ', 'customerExternalId: '])
      expect(reasons.some((reason) => reason.startsWith(start))).toBe(true);
    expect(await product('p3', 'generic')).toBeNull();
  });

  test('asks that all of its customers are forgotten: nothing of the other shops’ goes', async () => {
    for (const externalId of ['r1', 'r2', 'r3']) await tell('customer.created', { externalId, name: 'Re Moved' }, { to: erp });
    await tell('shop.redact', {}, { to: erp });
    await plaza.settle('erasures');
    expect(await plaza.connection.collection('users').countDocuments({ externalSource: 'erp' })).toBe(0);
    expect(await customer('c1', 'generic')).not.toBeNull();
  });
});

describe('refused is', () => {
  test('a wrong signature, a missing one, one of other bytes, and one of another time', async () => {
    const before = await plaza.connection.collection('integration_inbox').countDocuments();
    const body = JSON.stringify(fixture('shopify-product'));
    const headers = { 'x-shopify-topic': 'products/create', 'x-shopify-webhook-id': 'x' };
    const signatures = ['x', hmac('another secret', body), hmac(shopifySecret, `${body} `), `${hmac(shopifySecret, body)}AAAA`];
    for (const signature of signatures)
      expect(await post(at('shopify'), body, { ...headers, 'x-shopify-hmac-sha256': signature })).toBe(401);
    expect(await post(at('shopify'), body, headers)).toBe(401);
    expect(await post(at('woocommerce'), body, { 'x-wc-webhook-topic': 'product.created', 'x-wc-webhook-delivery-id': 'x' })).toBe(401);
    for (const minutes of [-10, 10]) {
      const time = new Date(Date.now() + minutes * 60_000);
      expect(await post(generic.url, body, standardHeaders(generic.secret, body, 'late', time))).toBe(401);
    }
    const signed = standardHeaders(generic.secret, body);
    const changes: Record<string, string>[] = [
      { 'webhook-id': 'other' },
      { 'webhook-signature': 'v1' },
      { 'webhook-signature': 'v2,x' },
      { 'webhook-timestamp': 'soon' },
    ];
    for (const broken of changes) expect(await post(generic.url, body, { ...signed, ...broken })).toBe(401);
    expect(await plaza.connection.collection('integration_inbox').countDocuments()).toBe(before);
  });

  test('a signed message under another topic that takes something away: no header is signed', async () => {
    const person = { ...fixture('shopify-order').customer, id: 81, email: 'eighty@shop.example', updated_at: hour(1) };
    const pot = { ...shopifyProduct(82), updated_at: hour(1) };
    const about = { shop_domain: 'kettle.myshopify.com', customer: { id: 81 } };
    await shopify('customers/create', person);
    await shopify('products/create', pot);
    await shopify('customers/delete', person);
    await shopify('products/delete', pot);
    await shopify('customers/redact', { ...about, orders_requested: [], data_request: { id: 2 } });
    await shopify('customers/redact', shopifyOrder(83, 82, { customer: person }));
    await shopify('shop/redact', { ...about, orders_to_redact: [] });
    const wooPot = { ...fixture('woocommerce-product'), id: 797 };
    const wooOrder = {
      ...fixture('woocommerce-order'),
      id: 798,
      line_items: [{ ...fixture('woocommerce-order').line_items[0], product_id: 797 }],
    };
    await woo('product.created', wooPot);
    await woo('order.created', wooOrder);
    await woo('product.deleted', wooPot);
    await woo('order.deleted', wooOrder);
    await plaza.settle('erasures');
    expect(await customer('81')).not.toBeNull();
    expect((await product('82')).archivedAt).toBeNull();
    expect((await product('797', 'woocommerce')).archivedAt).toBeNull();
    expect((await order('798', 'woocommerce')).status).not.toBe('CANCELLED');
    const topics = (await messages('REFUSED')).map(({ topic }) => topic as string);
    for (const topic of ['customers/delete', 'products/delete', 'customers/redact', 'shop/redact', 'product.deleted', 'order.deleted'])
      expect(topics).toContain(topic);
  });

  test('a message without its headers, one that is too large, and an integration that is none', async () => {
    const body = JSON.stringify(fixture('shopify-product'));
    expect(await post(at('shopify'), body, { 'x-shopify-hmac-sha256': hmac(shopifySecret, body) })).toBe(400);
    const large = 'x'.repeat(1_100_000);
    expect(await post(at('shopify'), large, shopifyHeaders(shopifySecret, 'products/create', large))).toBe(413);
    for (const platform of ['magento', 'constructor', 'SHOPIFY']) expect(await post(at(platform as PlatformPath), body, {})).toBe(404);
    expect(await post(at('shopify', '?source=other'), body, shopifyHeaders(shopifySecret, 'products/create', body))).toBe(404);
    expect((await fetch(at('shopify'))).status).toBe(404);
  });

  test('what is signed and cannot be read: it is listed for staff alone, who may have it tried again', async () => {
    const bodies = ['{', '[]', 'null', '"text"', '', Buffer.from('{"id":1,"title":"caf\xe9"}', 'latin1')];
    for (const body of bodies) expect(await post(at('shopify'), body, shopifyHeaders(shopifySecret, 'products/create', body))).toBe(200);
    const [refused, ...others] = await messages('REFUSED');
    expect(refused).toMatchObject({ topic: 'products/create', reason: 'The body is not UTF-8.' });
    expect(others[0].reason).toBe('The body is not JSON.');
    expect(await shopify('products/create', { id: 14 })).toBe(200);
    const [untitled] = await messages('REFUSED');
    expect(untitled.reason).toBe('title is missing.');
    const retried = await plaza.mutate('retryIntegrationMessage', { messageId: untitled.id }, 'message { status }', admin.token);
    expect(retried).toMatchObject({ message: { status: 'PENDING' }, userErrors: [] });
    await settle();
    expect((await messages('REFUSED'))[0]).toMatchObject({ id: untitled.id, attemptCount: 1 });
    const stranger = await plaza.query('{ integrationMessages { edges { node { id } } } }', {}, merchant.token);
    expect(stranger.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('an order whose product never came, once it has waited; with some of its products it is taken without the others', async () => {
    const [line] = fixture('shopify-order').line_items;
    await shopify('orders/create', shopifyOrder(150, 404_404));
    await shopify(
      'orders/create',
      shopifyOrder(151, 2, {
        line_items: [
          { ...line, product_id: 2 },
          { ...line, product_id: 404_405 },
        ],
      }),
    );
    const past = { $set: { deadline: new Date(0), dueAt: new Date(0) } };
    await plaza.connection.collection('integration_inbox').updateMany({ status: 'PENDING' }, past);
    await settle();
    expect((await messagesAbout('order:shopify:150'))[0]).toMatchObject({ status: 'REFUSED', reason: 'There is no product "404404" yet.' });
    expect(await order('151')).toMatchObject({ items: [{ product: { externalId: '2' } }] });
    // Staff brings the product in and tries again.
    await shopify('products/create', shopifyProduct(404_404));
    const [{ id: messageId }] = await messagesAbout('order:shopify:150');
    await plaza.mutate('retryIntegrationMessage', { messageId }, 'message { status }', admin.token);
    await settle();
    expect(await order('150')).not.toBeNull();
  });

  test('a topic that is not used: it is ignored; nothing of it is kept, nor of what was applied', async () => {
    await shopify('carts/update', { id: 'secret-cart' });
    await tell('cart.updated', { id: 'secret-cart' });
    expect((await messages('IGNORED')).map(({ topic }) => topic)).toEqual(['cart.updated', 'carts/update']);
    const kept = { status: { $in: ['IGNORED', 'APPLIED', 'OUTDATED'] }, sealed: { $exists: true } };
    expect(await plaza.connection.collection('integration_inbox').countDocuments(kept)).toBe(0);
  });
});

describe('an integration', () => {
  const create = (input: object, token = admin.token) =>
    plaza.mutate('createIntegration', input, 'integration { id url source currency merchant { id } } secret', token);

  test('is created once for each key, with a secret that only a retry shows again', async () => {
    const input = { platform: 'GENERIC', source: 'a shop & more', idempotencyKey: 'one' };
    const [one, two] = [await create(input), await create(input)];
    expect(one.secret).toMatch(/^whsec_/);
    expect(two).toEqual(one);
    expect(one.integration.url).toMatch(/\/integrations\/generic\?source=a\+shop\+%26\+more$/);
    const listed = await plaza.data('{ integrations(first: 50) { edges { node { source platform url } } } }', {}, admin.token);
    expect(JSON.stringify(listed)).not.toContain('whsec_');
    const stored = await plaza.connection.collection('integrations').findOne({ source: 'a shop & more' });
    expect(JSON.stringify(stored)).not.toContain(one.secret.slice(6));
  });

  test('is refused without a secret of Shopify’s, for a source that is taken, and for who is no merchant', async () => {
    const errorsOf = async (input: object) => (await create(input)).userErrors.map(({ code, field }: Json) => `${code} ${field.at(-1)}`);
    expect(await errorsOf({ platform: 'SHOPIFY', source: 'other' })).toEqual(['REQUIRED secret']);
    expect(await errorsOf({ platform: 'GENERIC', source: 'erp' })).toEqual(['ALREADY_EXISTS source']);
    expect(await errorsOf({ platform: 'GENERIC', source: 'x', secret: 'whsec_not long enough' })).toEqual(['INVALID secret']);
    expect(await errorsOf({ platform: 'GENERIC', source: 'x', currency: 'XXY' })).toEqual(['INVALID currency']);
    const buyer = await plaza.account();
    expect(await errorsOf({ platform: 'GENERIC', source: 'x', merchantId: buyer.id })).toEqual(['NOT_FOUND merchantId']);
  });

  test('is told all that is wrong with it at once', async () => {
    const buyer = await plaza.account();
    const wrong = { platform: 'GENERIC', source: '', currency: 'XXY', merchantId: buyer.id, secret: 'whsec_not long enough' };
    const { userErrors } = await create(wrong);
    expect(userErrors.map(({ field }: Json) => field.at(-1)).toSorted()).toEqual(['currency', 'merchantId', 'secret', 'source']);
  });

  test('of an administrator who is no merchant and names none takes products, which are theirs', async () => {
    const { integration, secret } = await create({ platform: 'GENERIC', source: 'own' });
    expect(integration.merchant.id).toBe(admin.id);
    await tell('product.created', { externalId: 'pot', title: 'Pot' }, { to: { ...integration, url: path(integration.url), secret } });
    expect(await product('pot', 'own')).toMatchObject({ title: 'Pot', merchant: { id: admin.id } });
  });

  test('takes both secrets while they change over, and the new one alone after that', async () => {
    const { id, url, secret: old } = await integrate({ platform: 'GENERIC', source: 'rotated' });
    const { secret } = await plaza.mutate('rotateIntegrationSecret', { integrationId: id }, 'secret', admin.token);
    const send = (by: string) => {
      const body = JSON.stringify({ type: 'cart.updated', data: {} });
      return post(url, body, standardHeaders(by, body));
    };
    expect([await send(old), await send(secret)]).toEqual([200, 200]);
    await plaza.connection
      .collection('integrations')
      .updateOne({ source: 'rotated' }, { $set: { 'secrets.1.expiresAt': new Date(Date.now() - 1000) } });
    expect([await send(old), await send(secret)]).toEqual([401, 200]);
    await plaza.mutate('deleteIntegration', { integrationId: id }, 'deletedIntegrationId', admin.token);
    expect(await send(secret)).toBe(404);
  });
});
