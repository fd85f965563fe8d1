/** A form shows all of its errors at once, also where one of its texts is nothing that can be shown or stored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Plaza, type Account } from '../support/plaza.js';

const plaza = new Plaza();
let admin: Account;
let merchant: Account;
let buyer: Account;
let review: string;
let product: string;
let category: string;

beforeAll(async () => {
  await plaza.start();
  [admin, merchant, buyer] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ merchant: true }), await plaza.account()];
  category = await plaza.category();
  product = await plaza.product(merchant);
  await plaza.deliver(buyer, merchant, product);
  review = (await plaza.review(buyer, product)).review.id;
});
afterAll(() => plaza.stop());

const unfit = 'Null\u0000';
const notAnAddress = 'javascript:alert(1)';
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
