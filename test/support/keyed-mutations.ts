/** Every mutation that takes an idempotency key, with what it is given and what it makes. A test holds it against the schema. */
import type { Account, Plaza } from './plaza.js';

interface KeyedMutation {
  /** Another one for each number. */
  input: (number: number) => object;
  /** Makes it another input, though it could be made as well. */
  differing: object;
  /** The field of the payload with what was made. */
  made: string;
  collection: string;
  by: Account;
}

export interface KeyedShop {
  mutations: Record<string, KeyedMutation>;
  products: string[];
  question: string;
}

/** @param count of numbers that inputs can be made for */
export async function keyedShop(plaza: Plaza, count = 1): Promise<KeyedShop> {
  const [author, merchant, other] = [await plaza.account(), await plaza.account({ merchant: true }), await plaza.account()];
  const admin = await plaza.account({ role: 'ADMIN' });
  const categoryId = await plaza.category();
  const products: string[] = [];
  while (products.length < count) products.push(await plaza.product(merchant, { categoryId, stock: 1000 }));
  const asked = await plaza.mutate('askQuestion', { productId: products[0], body: 'Blue?' }, 'question { id }', other.token);
  const question = asked.question.id as string;
  const of = (number: number) => ({ productId: products[number] });
  const by = author;
  const mutations: Record<string, KeyedMutation> = {
    createProduct: {
      input: () => ({ title: 'Pot', categoryId, price: { amountMinor: 1, currency: 'EUR' } }),
      ...{ differing: { title: 'Pan' }, made: 'product { id }', collection: 'products', by: merchant },
    },
    placeOrder: {
      input: (number) => ({ items: [{ ...of(number), quantity: 2 }] }),
      ...{ differing: { shareToken: 'another' }, made: 'order { id }', collection: 'orders', by },
    },
    createReview: {
      input: (number) => ({ ...of(number), ratings: { quality: 4, price: 4, service: 4 }, body: 'Good' }),
      ...{ differing: { title: 'Another' }, made: 'review { id }', collection: 'reviews', by },
    },
    addComment: {
      input: (number) => ({ subjectId: products[number], body: 'Hello' }),
      ...{ differing: { body: 'Another' }, made: 'comment { id }', collection: 'comments', by },
    },
    askQuestion: {
      input: (number) => ({ ...of(number), body: 'Red?' }),
      ...{ differing: { body: 'Another?' }, made: 'question { id }', collection: 'questions', by },
    },
    answerQuestion: {
      input: () => ({ questionId: question, body: 'Yes' }),
      ...{ differing: { body: 'Another' }, made: 'answer { id }', collection: 'answers', by },
    },
    shareProduct: {
      input: (number) => ({ ...of(number), channel: 'LINK' }),
      ...{ differing: { channel: 'EMAIL' }, made: 'share { id }', collection: 'shares', by },
    },
    referProduct: {
      input: (number) => ({ ...of(number), toUserIds: [other.id] }),
      ...{ differing: { message: 'Another' }, made: 'referrals { id }', collection: 'referrals', by },
    },
    createApiKey: {
      input: () => ({ name: 'Shop', scopes: ['catalog:write'] }),
      ...{ differing: { name: 'Another' }, made: 'apiKey { id } secret', collection: 'api_keys', by: merchant },
    },
    createIntegration: {
      input: (number) => ({ platform: 'GENERIC', source: `created ${number}` }),
      ...{ differing: { source: 'another' }, made: 'integration { id } secret', collection: 'integrations', by: admin },
    },
    createWebhook: {
      input: () => ({ url: 'https://shop.example/hooks', events: ['REVIEW_ADDED'] }),
      ...{ differing: { url: 'https://shop.example/others' }, made: 'webhook { id }', collection: 'webhooks', by: merchant },
    },
    sendMerchantFeedback: {
      input: () => ({ merchantId: merchant.id, kind: 'NEED', body: 'A lid' }),
      ...{ differing: { body: 'Another' }, made: 'feedback { id }', collection: 'merchant_feedback', by },
    },
  };
  return { mutations, products, question };
}

/** The names of `mutations`, before there is a shop. */
export const keyedMutations = [
  ...['createProduct', 'placeOrder', 'createReview', 'addComment', 'askQuestion', 'answerQuestion', 'shareProduct', 'referProduct'],
  ...['createApiKey', 'createIntegration', 'createWebhook', 'sendMerchantFeedback'],
];
