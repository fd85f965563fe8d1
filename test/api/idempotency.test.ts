import { getNamedType, isInputObjectType } from 'graphql';
import { Types } from 'mongoose';
import { beforeAll, describe, expect, test } from 'vitest';
import { describedSchema } from '../support/described-schema.js';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const times = 100;

let author: Account;
let merchant: Account;
let other: Account;
let admin: Account;
let categoryId: string;
let productId: string;
let questionId: string;

beforeAll(async () => {
  [author, merchant, other] = [await plaza.account(), await plaza.account({ merchant: true }), await plaza.account()];
  admin = await plaza.account({ role: 'ADMIN' });
  categoryId = await plaza.category();
  productId = await plaza.product(merchant, { categoryId, stock: 1000 });
  questionId = (await plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', other.token)).question.id;
});

interface Creation {
  input: () => object;
  /** The field of the payload with what was made. */
  made: string;
  collection: string;
  by?: () => Account;
}

const creations: Record<string, Creation> = {
  createProduct: {
    input: () => ({ title: 'Pot', categoryId, price: { amountMinor: 1, currency: 'EUR' } }),
    made: 'product { id }',
    collection: 'products',
    by: () => merchant,
  },
  placeOrder: { input: () => ({ items: [{ productId, quantity: 2 }] }), made: 'order { id }', collection: 'orders' },
  createReview: {
    input: () => ({ productId, ratings: { quality: 4, price: 4, service: 4 }, body: 'Good' }),
    made: 'review { id }',
    collection: 'reviews',
  },
  addComment: { input: () => ({ subjectId: productId, body: 'Hello' }), made: 'comment { id }', collection: 'comments' },
  askQuestion: { input: () => ({ productId, body: 'Red?' }), made: 'question { id }', collection: 'questions' },
  answerQuestion: { input: () => ({ questionId, body: 'Yes' }), made: 'answer { id }', collection: 'answers' },
  shareProduct: { input: () => ({ productId, channel: 'LINK' }), made: 'share { id }', collection: 'shares' },
  referProduct: { input: () => ({ productId, toUserIds: [other.id] }), made: 'referrals { id }', collection: 'referrals' },
  createApiKey: {
    input: () => ({ name: 'Shop', scopes: ['catalog:write'] }),
    made: 'apiKey { id } secret',
    collection: 'api_keys',
    by: () => merchant,
  },
  createIntegration: {
    input: () => ({ platform: 'GENERIC', source: 'created once' }),
    made: 'integration { id } secret',
    collection: 'integrations',
    by: () => admin,
  },
  createWebhook: {
    input: () => ({ url: 'https://shop.example/hooks', events: ['REVIEW_ADDED'] }),
    made: 'webhook { id }',
    collection: 'webhooks',
    by: () => merchant,
  },
  sendMerchantFeedback: {
    input: () => ({ merchantId: merchant.id, kind: 'NEED', body: 'A lid' }),
    made: 'feedback { id }',
    collection: 'merchant_feedback',
  },
};

const storedId = (id: string) => new Types.ObjectId(Buffer.from(id, 'base64url').toString().split(':')[1]);

/** What makes each input another one, though it could be made as well. */
const differing: Record<string, object> = {
  createProduct: { title: 'Pan' },
  placeOrder: { shareToken: 'another' },
  createReview: { title: 'Another' },
  addComment: { body: 'Another' },
  askQuestion: { body: 'Another?' },
  answerQuestion: { body: 'Another' },
  shareProduct: { channel: 'EMAIL' },
  referProduct: { message: 'Another' },
  createApiKey: { name: 'Another' },
  createIntegration: { source: 'another' },
  createWebhook: { url: 'https://shop.example/others' },
  sendMerchantFeedback: { body: 'Another' },
};

describe('the same key, a hundred times at once, makes one object', () => {
  test.each(Object.entries(creations))('%s', async (name, { input, made, collection, by = () => author }) => {
    const countOf = async () => (await plaza.documents())[collection] ?? 0;
    const before = await countOf();
    const send = () => plaza.mutate(name, { ...input(), idempotencyKey: `key of ${name}` }, made, by().token);
    const payloads = await Promise.all(Array.from({ length: times }, send));
    expect(new Set(payloads.map((payload) => JSON.stringify(payload))).size).toBe(1);
    expect(payloads[0].userErrors).toEqual([]);
    expect(await countOf()).toBe(before + 1);
    expect(await send()).toEqual(payloads[0]);
    expect(await countOf()).toBe(before + 1);
  });

  test('and each took its effect once', async () => {
    const { product } = await plaza.data(
      'query ($id: ID!, $question: ID!) { product(id: $id) { stock rating { reviewCount } comments { totalCount } } question: node(id: $question) { ... on Question { answerCount } } }',
      { id: productId, question: questionId },
    );
    expect(product).toEqual({ stock: 998, rating: { reviewCount: 1 }, comments: { totalCount: 1 } });
  });
});

describe('a key', () => {
  const codesOf = (payload: { userErrors: { code: string; field: string[] }[] }) =>
    payload.userErrors.map(({ code, field }) => `${code} ${field.join('.')}`);

  test.each(Object.entries(creations))('of %s stands for its input alone', async (name, { input, made, by = () => author }) => {
    const another = { ...input(), ...differing[name], idempotencyKey: `key of ${name}` };
    const before = await plaza.documents();
    expect(codesOf(await plaza.mutate(name, another, made, by().token))).toEqual(['IDEMPOTENCY_KEY_REUSED input.idempotencyKey']);
    expect(await plaza.documents()).toEqual(before);
  });

  test.each(Object.entries(creations))('of %s is refused if it is too long', async (name, { input, made, by = () => author }) => {
    const long = { ...input(), idempotencyKey: 'k'.repeat(256) };
    expect(codesOf(await plaza.mutate(name, long, made, by().token))).toEqual(['TOO_LONG input.idempotencyKey']);
  });

  test.each(Object.entries(creations))(
    'of %s tells that what it made is gone',
    async (name, { input, made, collection, by = () => author }) => {
      const send = () => plaza.mutate(name, { ...input(), idempotencyKey: `key of ${name}` }, made, by().token);
      await plaza.connection.collection(collection).deleteMany({ _id: { $nin: [productId, questionId].map(storedId) } });
      expect(codesOf(await send())).toEqual(['RESULT_DELETED input.idempotencyKey']);
    },
  );
});

test('every mutation that takes a key is tried here', async () => {
  const schema = await describedSchema();
  const keyed = Object.values(schema.getMutationType()!.getFields()).filter(({ args }) => {
    const input = getNamedType(args[0]!.type);
    return isInputObjectType(input) && 'idempotencyKey' in input.getFields();
  });
  expect(keyed.map(({ name }) => name).sort()).toEqual(Object.keys(creations).sort());
});
