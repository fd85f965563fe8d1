/** What other systems call products, categories, users and orders. */
import { beforeAll, describe, expect, test } from 'vitest';
import { storeId, usePlaza, type Account } from '../support/plaza.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });

let admin: Account;
let merchant: Account;

beforeAll(async () => {
  admin = await plaza.account({ role: 'ADMIN' });
  merchant = await plaza.account({ merchant: true });
});

const codesOf = (answer: { errors: { extensions: { code: string } }[] | undefined }) =>
  answer.errors?.map(({ extensions }) => extensions.code);

let made = 0;
const externalUser = async (): Promise<Account & { externalId: string }> => {
  const [account, externalId] = [await plaza.account(), `customer-${++made}`];
  await plaza.connection.collection('users').updateOne({ _id: storeId(account.id) }, { $set: { externalSource: 'shop', externalId } });
  return { ...account, externalId };
};

const apiKey = async (owner: Account, scopes: string[]): Promise<string> =>
  (await plaza.mutate('createApiKey', { name: 'Shop', scopes }, 'secret', owner.token)).secret as string;

const nodes =
  'query ($type: ExternalType!, $ids: [String!]!) { nodesByExternalId(type: $type, source: "shop", externalIds: $ids) { id __typename } }';

describe('by external IDs', () => {
  test('products and categories are found, alone and many in one trip to the store', async () => {
    const externalIds = Array.from({ length: 50 }, (_, at) => `pot-${at}`);
    const categoryId = await plaza.category();
    const ids: string[] = [];
    for (const externalId of externalIds) ids.push(await plaza.product(merchant, { externalId, source: 'shop', categoryId }));
    const wanted = [...externalIds, 'no-such', 'pot-0'];
    let answer: { nodesByExternalId: unknown[] } | undefined;
    const commands = await plaza.storeCommands(async () => {
      answer = (await plaza.data(nodes, { type: 'PRODUCT', ids: wanted })) as typeof answer;
    });
    expect(answer!.nodesByExternalId).toEqual([
      ...ids.map((id) => ({ id, __typename: 'Product' })),
      null,
      { id: ids[0], __typename: 'Product' },
    ]);
    expect(commands).toHaveLength(1);
    expect((await plaza.data('{ product(externalId: "pot-7", source: "shop") { id externalId source } }')).product).toEqual({
      id: ids[7],
      externalId: 'pot-7',
      source: 'shop',
    });
    expect((await plaza.data('{ product(externalId: "pot-7", source: "other") { id } }')).product).toBeNull();
  });

  test('at most a hundred are asked for at once', async () => {
    expect(codesOf(await plaza.query(nodes, { type: 'PRODUCT', ids: Array.from({ length: 101 }, String) }))).toEqual(['BAD_USER_INPUT']);
  });

  test('a lookup takes exactly one name, and the source with an external ID', async () => {
    for (const names of ['', 'externalId: "1"', 'source: "shop"', 'externalId: "1", source: "shop", id: "x"'])
      for (const field of ['product', 'category', 'user', 'order'])
        expect(codesOf(await plaza.query(`{ ${field}${names && `(${names})`} { id } }`)), `${field}(${names})`).toEqual(['BAD_USER_INPUT']);
  });

  test('an external ID belongs to one user and one order within its source', async () => {
    const users = plaza.connection.collection('users');
    const [one, other] = [await externalUser(), await plaza.account()];
    const taken = { $set: { externalSource: 'shop', externalId: one.externalId } };
    await expect(users.updateOne({ _id: storeId(other.id) }, taken)).rejects.toMatchObject({ code: 11000 });
    const indexes = await plaza.connection.collection('orders').indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { source: 1, externalId: 1 }, unique: true }));
  });
});

describe('the external ID of a user', () => {
  const lookups =
    'query ($externalId: String!) { user(externalId: $externalId, source: "shop") { id } nodesByExternalId(type: USER, source: "shop", externalIds: [$externalId]) { id } }';
  const field = 'query ($id: ID!) { user(id: $id) { externalId source } }';

  test('is for the user, administrators and API keys with a scope for users', async () => {
    const user = await externalUser();
    const may = [user.token, admin.token, await apiKey(admin, ['users:read']), await apiKey(admin, ['users:write'])];
    const mayNot = [undefined, merchant.token, await apiKey(admin, ['orders:read']), await apiKey(merchant, ['catalog:write'])];
    for (const token of may) {
      expect(await plaza.data(lookups, user, token)).toEqual({ user: { id: user.id }, nodesByExternalId: [{ id: user.id }] });
      expect((await plaza.data(field, { id: user.id }, token)).user).toEqual({ externalId: user.externalId, source: 'shop' });
    }
    for (const token of mayNot) {
      expect(await plaza.data(lookups, user, token)).toEqual({ user: null, nodesByExternalId: [null] });
      expect((await plaza.data(field, { id: user.id }, token)).user).toEqual({ externalId: null, source: null });
    }
  });

  test('is exported, and gone after an erasure', async () => {
    const user = await externalUser();
    const { exportMyData } = await plaza.data('{ exportMyData }', {}, user.token);
    expect(exportMyData.account).toMatchObject([{ externalId: user.externalId, externalSource: 'shop' }]);
    await plaza.mutate('eraseMe', { confirm: true, password: user.password }, 'erased', user.token);
    expect((await plaza.data(lookups, user, admin.token)).user).toBeNull();
    expect(await plaza.connection.collection('users').countDocuments({ externalId: user.externalId })).toBe(0);
  });
});

describe('an order', () => {
  test('is found by its buyer, its merchant and administrators', async () => {
    const [buyer, stranger, productId] = [await plaza.account(), await plaza.account({ merchant: true }), await plaza.product(merchant)];
    const { order } = await plaza.mutate('placeOrder', { items: [{ productId }] }, 'order { id externalId source }', buyer.token);
    expect(order).toMatchObject({ externalId: null, source: null });
    await plaza.connection.collection('orders').updateOne({ _id: storeId(order.id) }, { $set: { source: 'shop', externalId: '1001' } });
    const query =
      '{ order(externalId: "1001", source: "shop") { id externalId source } nodesByExternalId(type: ORDER, source: "shop", externalIds: ["1001"]) { id } }';
    for (const { token } of [buyer, merchant, admin])
      expect(await plaza.data(query, {}, token)).toEqual({
        order: { id: order.id, externalId: '1001', source: 'shop' },
        nodesByExternalId: [{ id: order.id }],
      });
    for (const token of [undefined, stranger.token])
      expect(await plaza.data(query, {}, token)).toEqual({ order: null, nodesByExternalId: [null] });
  });
});
