import { getNamedType, isInputObjectType } from 'graphql';
import { Types } from 'mongoose';
import { beforeAll, describe, expect, test } from 'vitest';
import { describedSchema } from '../support/described-schema.js';
import { keyedMutations, keyedShop, type KeyedShop } from '../support/keyed-mutations.js';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
const times = 100;

let shop: KeyedShop;

beforeAll(async () => {
  shop = await keyedShop(plaza);
});

const storedId = (id: string) => new Types.ObjectId(Buffer.from(id, 'base64url').toString().split(':')[1]);

/** Sends a mutation with its key, and with what else is given. */
function send(name: string, changes: object = {}) {
  const { input, made, by } = shop.mutations[name]!;
  return plaza.mutate(name, { ...input(0), idempotencyKey: `key of ${name}`, ...changes }, made, by.token);
}

describe('the same key, a hundred times at once, makes one object', () => {
  test.each(keyedMutations)('%s', async (name) => {
    const { collection } = shop.mutations[name]!;
    const countOf = async () => (await plaza.documents())[collection] ?? 0;
    const before = await countOf();
    const payloads = await Promise.all(Array.from({ length: times }, () => send(name)));
    expect(new Set(payloads.map((payload) => JSON.stringify(payload))).size).toBe(1);
    expect(payloads[0].userErrors).toEqual([]);
    expect(await countOf()).toBe(before + 1);
    expect(await send(name)).toEqual(payloads[0]);
    expect(await countOf()).toBe(before + 1);
  });

  test('and each took its effect once', async () => {
    const { product } = await plaza.data(
      'query ($id: ID!, $question: ID!) { product(id: $id) { stock rating { reviewCount } comments { totalCount } } question: node(id: $question) { ... on Question { answerCount } } }',
      { id: shop.products[0], question: shop.question },
    );
    expect(product).toEqual({ stock: 998, rating: { reviewCount: 1 }, comments: { totalCount: 1 } });
  });
});

describe('a key', () => {
  const codesOf = (payload: { userErrors: { code: string; field: string[] }[] }) =>
    payload.userErrors.map(({ code, field }) => `${code} ${field.join('.')}`);

  test.each(keyedMutations)('of %s stands for its input alone', async (name) => {
    const before = await plaza.documents();
    expect(codesOf(await send(name, shop.mutations[name]!.differing))).toEqual(['IDEMPOTENCY_KEY_REUSED input.idempotencyKey']);
    expect(await plaza.documents()).toEqual(before);
  });

  test.each(keyedMutations)('of %s is refused if it is too long', async (name) => {
    expect(codesOf(await send(name, { idempotencyKey: 'k'.repeat(256) }))).toEqual(['TOO_LONG input.idempotencyKey']);
  });

  test.each(keyedMutations)('of %s tells that what it made is gone', async (name) => {
    const kept = [shop.products[0]!, shop.question].map(storedId);
    await plaza.connection.collection(shop.mutations[name]!.collection).deleteMany({ _id: { $nin: kept } });
    expect(codesOf(await send(name))).toEqual(['RESULT_DELETED input.idempotencyKey']);
  });
});

test('every mutation that takes a key is tried here', async () => {
  const schema = await describedSchema();
  const keyed = Object.values(schema.getMutationType()!.getFields()).filter(({ args }) => {
    const input = getNamedType(args[0]!.type);
    return isInputObjectType(input) && 'idempotencyKey' in input.getFields();
  });
  expect(keyed.map(({ name }) => name).sort()).toEqual([...keyedMutations].sort());
  expect(Object.keys(shop.mutations)).toEqual(keyedMutations);
});
