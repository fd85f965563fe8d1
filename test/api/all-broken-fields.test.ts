/** A form shows all of its errors at once, also where one of its texts is nothing that can be shown or stored. */
import { Types } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toGlobalId } from '../../src/relay/global-id.js';
import { Plaza, type Account } from '../support/plaza.js';

const plaza = new Plaza();
let admin: Account;
let merchant: Account;
let buyer: Account;
let review: string;
let product: string;
let category: string;

beforeAll(async () => {
  await plaza.start({ SPAM_THRESHOLD: '1' });
  [admin, merchant, buyer] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ merchant: true }), await plaza.account()];
  category = await plaza.category();
  product = await plaza.product(merchant);
  await plaza.deliver(buyer, merchant, product);
  review = (await plaza.review(buyer, product)).review.id;
});
afterAll(() => plaza.stop());

const unfit = 'Null\u0000';
const notAnAddress = 'javascript:alert(1)';
/** The ID of what does not exist. */
const nothing = (type: string): string => toGlobalId(type, new Types.ObjectId());
const ratings = { quality: 9, price: 0, service: 3 };

async function brokenFields(name: string, input: object, by?: Account): Promise<string[]> {
  const { userErrors } = await plaza.mutate(name, input, '__typename', by?.token);
  return userErrors.map(({ field }: { field: string[] }) => field.join('.')).toSorted();
}

test('signing up', async () => {
  const input = { email: 'nobody', password: 'short', handle: 'a b', name: unfit };
  expect(await brokenFields('signUp', input)).toEqual(['input.email', 'input.handle', 'input.name', 'input.password']);
});

test('a profile', async () => {
  const input = { name: '', bio: unfit, avatarUrl: notAnAddress };
  expect(await brokenFields('updateProfile', input, buyer)).toEqual(['input.avatarUrl', 'input.bio', 'input.name']);
});

test('a new review', async () => {
  const input = { productId: product, ratings, title: 'x'.repeat(201), body: unfit, imageUrls: [notAnAddress] };
  const fields = ['input.body', 'input.imageUrls.0', 'input.ratings.price', 'input.ratings.quality', 'input.title'];
  expect(await brokenFields('createReview', input, buyer)).toEqual(fields);
});

test('an edited review', async () => {
  const input = { reviewId: review, ratings, title: unfit, body: '' };
  expect(await brokenFields('updateReview', input, buyer)).toEqual([
    'input.body',
    'input.ratings.price',
    'input.ratings.quality',
    'input.title',
  ]);
});

test.each([
  ['createCategory', () => ({ name: unfit, slug: 'x'.repeat(81) })],
  ['updateCategory', () => ({ categoryId: category, name: '', slug: unfit })],
])('a category: %s', async (name, input) => {
  expect(await brokenFields(name, input(), admin)).toEqual(['input.name', 'input.slug']);
});

const long = 'x'.repeat(300);
const past = '2001-01-01T00:00:00Z';
/** Every field of each input broken, one of them by a text that nothing can store. */
const inputs: [mutation: string, by: () => Account | undefined, input: () => object, broken: string[]][] = [
  ['addComment', () => buyer, () => ({ subjectId: product, body: '', idempotencyKey: long }), ['body', 'idempotencyKey']],
  ['answerQuestion', () => buyer, () => ({ questionId: nothing('Question'), body: '', idempotencyKey: unfit }), ['body', 'idempotencyKey']],
  ['askQuestion', () => buyer, () => ({ productId: product, body: '', idempotencyKey: long }), ['body', 'idempotencyKey']],
  ['appealBan', () => undefined, () => ({ email: unfit, password: unfit, body: '' }), ['body', 'email', 'password']],
  ['changeEmail', () => buyer, () => ({ email: 'nobody', password: unfit }), ['email', 'password']],
  ['changePassword', () => buyer, () => ({ currentPassword: unfit, newPassword: 'short' }), ['currentPassword', 'newPassword']],
  ['resetPassword', () => undefined, () => ({ token: unfit, newPassword: 'short' }), ['newPassword', 'token']],
  [
    'createApiKey',
    () => merchant,
    () => ({ name: unfit, scopes: ['nothing', 'users:write'], expiresAt: past, idempotencyKey: long }),
    ['expiresAt', 'idempotencyKey', 'name', 'scopes.0', 'scopes.1'],
  ],
  [
    'createIntegration',
    () => admin,
    () => ({ platform: 'SHOPIFY', source: unfit, currency: 'XXXX', secret: 'short' }),
    ['currency', 'secret', 'source'],
  ],
  [
    'createUpload',
    () => buyer,
    () => ({ purpose: 'PRODUCT', altText: unfit, byteSize: 0, contentType: 'text/html' }),
    ['altText', 'byteSize', 'contentType', 'purpose'],
  ],
  ['createWebhook', () => admin, () => ({ url: notAnAddress, events: [], idempotencyKey: long }), ['events', 'idempotencyKey', 'url']],
  [
    'placeOrder',
    () => buyer,
    () => ({ items: [{ productId: product, quantity: 0 }], shareToken: unfit, idempotencyKey: long }),
    ['idempotencyKey', 'items.0.quantity', 'shareToken'],
  ],
  [
    'referProduct',
    () => buyer,
    () => ({ productId: product, toUserIds: [], message: unfit, idempotencyKey: long }),
    ['idempotencyKey', 'message', 'toUserIds'],
  ],
  [
    'sendMerchantFeedback',
    () => buyer,
    () => ({ merchantId: merchant.id, kind: 'NEED', body: '', idempotencyKey: long }),
    ['body', 'idempotencyKey'],
  ],
  [
    'shareProduct',
    () => buyer,
    () => ({ productId: product, channel: 'LINK', message: 'x'.repeat(1001), idempotencyKey: long }),
    ['idempotencyKey', 'message'],
  ],
  [
    'subscribeToPush',
    () => buyer,
    () => ({ endpoint: notAnAddress, keys: { p256dh: unfit, auth: 'a' } }),
    ['endpoint', 'keys.auth', 'keys.p256dh'],
  ],
  [
    'updateConsent',
    () => undefined,
    () => ({ tracking: true, personalisation: true, visitorId: 'a', wordingVersion: unfit }),
    ['visitorId', 'wordingVersion'],
  ],
  [
    'updateConsent',
    () => undefined,
    () => ({ tracking: true, personalisation: true, visitorId: 'a', wordingVersion: '' }),
    ['visitorId', 'wordingVersion'],
  ],
];

const upserted = { externalId: 'a', updatedAt: past };
/** Limits that the shop's settings or its bulk writes have, beside a text that nothing can store. */
const limited: typeof inputs = [
  [
    'createUpload',
    () => buyer,
    () => ({ purpose: 'REVIEW', altText: unfit, byteSize: 2_000_000_000, contentType: 'image/png' }),
    ['altText', 'byteSize'],
  ],
  [
    'subscribeToPush',
    () => buyer,
    () => ({ endpoint: 'http://push.example/a', keys: { p256dh: unfit, auth: 'a' } }),
    ['endpoint', 'keys.auth', 'keys.p256dh'],
  ],
  [
    'createWebhook',
    () => admin,
    () => ({ url: 'http://shop.example/hook', events: ['PING'], idempotencyKey: long }),
    ['events', 'idempotencyKey', 'url'],
  ],
  ['eraseMe', () => buyer, () => ({ confirm: false, password: unfit }), ['confirm', 'password']],
  [
    'trackEvents',
    () => undefined,
    () => ({
      visitorId: 'a',
      events: [
        { eventId: unfit, kind: 'VIEW', occurredAt: past },
        { eventId: '', kind: 'IMPRESSION' },
      ],
    }),
    ['events.0.eventId', 'events.0.occurredAt', 'events.0.productId', 'events.1.eventId', 'events.1.impressionId', 'visitorId'],
  ],
  ...[unfit, ''].flatMap((source): typeof inputs => [
    [
      'upsertProducts',
      () => merchant,
      () => ({ source, products: [upserted, { ...upserted, title: unfit, gtin: '1', stock: -1 }] }),
      ['products.1.externalId', 'products.1.gtin', 'products.1.stock', 'products.1.title', 'source'],
    ],
    [
      'upsertCategories',
      () => admin,
      () => ({ source, categories: [{ externalId: '', name: unfit }] }),
      ['categories.0.externalId', 'categories.0.name', 'source'],
    ],
    [
      'upsertUsers',
      () => admin,
      () => ({ source, users: [{ externalId: long, name: unfit, email: 'nobody', language: '!' }] }),
      ['source', 'users.0.email', 'users.0.externalId', 'users.0.language', 'users.0.name'],
    ],
    [
      'upsertOrders',
      () => merchant,
      () => ({ source, orders: [{ externalId: '', items: [{ productExternalId: unfit, quantity: 0 }] }] }),
      ['orders.0.externalId', 'orders.0.items.0.productExternalId', 'orders.0.items.0.quantity', 'source'],
    ],
  ]),
];

test.each(limited)('the limits of %s', async (mutation, by, input, broken) => {
  expect(await brokenFields(mutation, input(), by())).toEqual(broken.map((field) => `input.${field}`));
});

test('a limit is told for programs too', async () => {
  const limitsOf = async (byteSize: number) => {
    const input = { purpose: 'REVIEW', altText: unfit, byteSize, contentType: 'image/png' };
    const { userErrors } = await plaza.mutate('createUpload', input, 'userErrors { field code params { min max } }', buyer.token);
    return userErrors.find(({ field }: { field: string[] }) => field[1] === 'byteSize');
  };
  expect(await limitsOf(2_000_000_000)).toMatchObject({ code: 'TOO_LARGE', params: { min: null, max: expect.any(Number) } });
  expect(await limitsOf(0)).toMatchObject({ code: 'OUT_OF_RANGE', params: { min: 1, max: null } });
});

test.each(inputs)('the input of %s', async (mutation, by, input, broken) => {
  expect(await brokenFields(mutation, input(), by())).toEqual(broken.map((field) => `input.${field}`));
});

const spam = 'Cheap watches: https://a.example https://b.example https://c.example';

test.each([
  ['createProduct', () => ({ price: { amountMinor: 1, currency: 'XXXX' } })],
  ['updateProduct', () => ({ productId: product, price: { amountMinor: 1, currency: 'XXXX' } })],
])('a product: %s', async (name, input) => {
  const content = { title: '', description: spam, categoryId: nothing('Category'), imageIds: [nothing('Image')] };
  const fields = ['input.categoryId', 'input.description', 'input.imageIds.0', 'input.price.currency', 'input.title'];
  expect(await brokenFields(name, { ...content, ...input() }, merchant)).toEqual(fields);
});

test('a review and its pictures', async () => {
  const input = { productId: product, ratings: { quality: 4, price: 4, service: 4 }, body: '', imageIds: [nothing('Image')] };
  expect(await brokenFields('createReview', input, buyer)).toEqual(['input.body', 'input.imageIds.0']);
  const edit = { reviewId: review, body: '', imageIds: [nothing('Image')] };
  expect(await brokenFields('updateReview', edit, buyer)).toEqual(['input.body', 'input.imageIds.0']);
});

test('a profile and its picture', async () => {
  expect(await brokenFields('updateProfile', { name: '', avatarId: nothing('Image') }, buyer)).toEqual(['input.avatarId', 'input.name']);
});

test('an order, of every item', async () => {
  const [scarce, unpriced, elsewhere, gone] = await Promise.all([
    plaza.product(merchant, { stock: 1 }),
    plaza.product(merchant, { price: null }),
    plaza.product(merchant, { stock: 0, price: { amountMinor: 1, currency: 'USD' } }),
    plaza.product(merchant),
  ]);
  await plaza.mutate('archiveProduct', { productId: gone }, 'product { id }', merchant.token);
  const items = [gone, product, scarce, unpriced, elsewhere, nothing('Product')].map((productId) => ({ productId, quantity: 2 }));
  expect(await brokenFields('placeOrder', { items }, buyer)).toEqual([
    'input.items.0.productId',
    'input.items.2.quantity',
    'input.items.3.productId',
    'input.items.4.productId',
    'input.items.4.quantity',
    'input.items.5.productId',
  ]);
});
