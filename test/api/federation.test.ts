/** Plaza as a subgraph: composed with the catalogue of a toy shop, and asked through a gateway. */
import type { ApolloServer } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeId, usePlaza, type Account } from '../support/plaza.js';
import { openGateway, type GatewayContext } from '../support/shop-gateway.js';

const plaza = usePlaza({ FEDERATION: 'true', CACHE_MEMORY: '0' });

const shelf = Array.from({ length: 50 }, (_, at) => ({
  externalId: `pot-${at}`,
  source: 'shop',
  title: `Pot ${at}`,
  warehouse: `Hall ${at}`,
}));

let admin: Account;
let merchant: Account;
let buyer: Account;
let ids: string[];
let gateway: ApolloServer<GatewayContext>;

const entitiesQuery = (selection: string) =>
  `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${selection} } }`;
const entities = (representations: object[], selection: string, token?: string) =>
  plaza.query(entitiesQuery(selection), { representations }, token);
const codesOf = (answer: { errors: { extensions: { code: string } }[] | undefined }) =>
  answer.errors?.map(({ extensions }) => extensions.code);

async function ask(query: string, token?: string) {
  const { body } = await gateway.executeOperation({ query }, { contextValue: token ? { authorization: `Bearer ${token}` } : {} });
  if (body.kind !== 'single') throw new Error('one answer is expected');
  return body.singleResult as { data?: Record<string, unknown>; errors?: { message: string }[] };
}

beforeAll(async () => {
  [admin, merchant, buyer] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ merchant: true }), await plaza.account()];
  const price = { amountMinor: 100, currency: 'EUR' };
  const products = shelf.map(({ externalId, title }) => ({ externalId, title, price }));
  const { results } = await plaza.mutate('upsertProducts', { source: 'shop', products }, 'results { product { id } }', merchant.token);
  ids = results.map(({ product }: { product: { id: string } }) => product.id);
  await plaza.review(buyer, ids[0]!, { body: 'Pours well.' });
  const { _service: service } = await plaza.data('{ _service { sdl } }');
  gateway = await openGateway({ url: plaza.url, sdl: service.sdl }, shelf);
});

afterAll(() => gateway.stop());

describe('through a gateway', () => {
  test('a product of the shop’s catalogue has Plaza’s rating and reviews in one query', async () => {
    const { data, errors } = await ask(
      '{ shelf { title warehouse rating { reviewCount mean } reviews(first: 1) { edges { node { body author { name } } } } } }',
    );
    expect(errors).toBeUndefined();
    const products = data!['shelf'] as object[];
    expect(products).toHaveLength(50);
    expect(products[0]).toMatchObject({
      title: 'Pot 0',
      warehouse: 'Hall 0',
      rating: { reviewCount: 1, mean: 4 },
      reviews: { edges: [{ node: { body: 'Pours well.' } }] },
    });
    expect(products[1]).toMatchObject({ warehouse: 'Hall 1', rating: { reviewCount: 0 }, reviews: { edges: [] } });
  });

  test('the viewer is whom the gateway forwards the token of', async () => {
    expect((await ask('{ viewer { user { id } } }', buyer.token)).data).toEqual({ viewer: { user: { id: buyer.id } } });
    expect((await ask('{ viewer { user { id } } }')).data).toEqual({ viewer: { user: null } });
  });
});

describe('_entities', () => {
  test('finds each by any of its keys, in order, and null where there is none', async () => {
    const representations = [
      { __typename: 'Product', id: ids[1] },
      { __typename: 'Product', externalId: 'pot-0', source: 'shop' },
      { __typename: 'Product', externalId: 'none', source: 'shop' },
      { __typename: 'User', id: buyer.id },
    ];
    const { data } = await entities(representations, '... on Product { id } ... on User { id }');
    expect(data._entities).toEqual([
      { __typename: 'Product', id: ids[1] },
      { __typename: 'Product', id: ids[0] },
      null,
      { __typename: 'User', id: buyer.id },
    ]);
  });

  test('asks the store once for fifty entities, and once more for their reviews', async () => {
    const commandsFor = async (selection: string, of: object[]) => (await plaza.storeCommands(() => entities(of, selection))).length;
    const byKey = shelf.map(({ externalId, source }) => ({ __typename: 'Product', externalId, source }));
    expect(await commandsFor('... on Product { id title }', byKey)).toBe(1);
    expect(
      await commandsFor(
        '... on Product { id title }',
        ids.map((id) => ({ __typename: 'Product', id })),
      ),
    ).toBe(1);
    const nested = '... on Product { rating { mean } reviews(first: 3) { edges { node { body } } } }';
    expect(await commandsFor(nested, byKey)).toBe(await commandsFor(nested, byKey.slice(0, 2)));
  });

  test('has the rules that the objects have otherwise', async () => {
    const { order } = await plaza.mutate('placeOrder', { items: [{ productId: ids[2] }] }, 'order { id }', buyer.token);
    await plaza.mutate('archiveProduct', { productId: ids[3] }, 'product { id }', merchant.token);
    await plaza.connection
      .collection('users')
      .updateOne({ _id: storeId(buyer.id) }, { $set: { externalSource: 'shop', externalId: 'ann' } });
    const representations = [
      { __typename: 'Order', id: order.id },
      { __typename: 'Product', id: ids[3] },
      { __typename: 'User', externalId: 'ann', source: 'shop' },
    ];
    const seenBy = async (token?: string) =>
      ((await entities(representations, '', token)).data._entities as (object | null)[]).map((entity) => entity !== null);
    expect(await seenBy()).toEqual([false, false, false]);
    expect(await seenBy(buyer.token)).toEqual([true, false, true]);
    expect(await seenBy(merchant.token)).toEqual([true, true, false]);
    expect(await seenBy(admin.token)).toEqual([true, true, true]);
    const hidden = await plaza.review(await plaza.account(), ids[4]!);
    await plaza.mutate('moderateContent', { contentId: hidden.review.id, action: 'HIDE', reason: 'x' }, 'entry { id }', admin.token);
    expect((await entities([{ __typename: 'Review', id: hidden.review.id }], '')).data._entities).toEqual([null]);
  });

  test('answers the others where one is not to be found: each error is in its place', async () => {
    const representations = [
      { __typename: 'Product', id: ids[0] },
      { __typename: 'Product', id: 'no ID' },
      { __typename: 'Product', id: buyer.id },
      { __typename: 'Stock', id: ids[0] },
      { __typename: 'Product', externalId: 'pot-1', source: 'shop' },
    ];
    const { data, errors } = await entities(representations, '... on Product { id }');
    expect(data._entities).toEqual([{ __typename: 'Product', id: ids[0] }, ...[null, null, null], { __typename: 'Product', id: ids[1] }]);
    expect(errors).toMatchObject(
      [1, 2, 3].map((at) => ({
        path: ['_entities', at],
        extensions: { code: 'BAD_USER_INPUT', argument: expect.stringContaining(`.${at}.`) },
      })),
    );
  });

  test('refuses what names no entity, and more than a hundred at once; what it answers is priced', async () => {
    for (const wrong of [
      { __typename: 'Session', id: 'x' },
      { id: ids[0] },
      { __typename: 'Product' },
      { __typename: 'Product', id: buyer.id },
      { __typename: 'Review', externalId: '1', source: 'shop' },
      'text',
      null,
      7,
      [],
    ])
      expect(codesOf(await entities([wrong as object], '')), JSON.stringify(wrong)).toEqual(['BAD_USER_INPUT']);
    const many = Array.from({ length: 101 }, () => ({ __typename: 'Product', id: ids[0] }));
    expect(codesOf(await entities(many, ''))).toEqual(['BAD_USER_INPUT']);
    const costly = '... on Product { reviews(first: 100) { edges { node { id body author { name } } } } }';
    expect(codesOf(await entities(many.slice(1), costly))).toEqual(['QUERY_TOO_COMPLEX']);
  });

  test('works with an API key by its scopes', async () => {
    const { secret } = await plaza.mutate('createApiKey', { name: 'Gateway', scopes: ['users:read'] }, 'secret', admin.token);
    const user = { __typename: 'User', externalId: 'ann', source: 'shop' };
    expect((await entities([user], '... on User { externalId }', secret)).data._entities).toEqual([
      { __typename: 'User', externalId: 'ann' },
    ]);
  });
});

describe('as a subgraph', () => {
  test('addresses in mutations are those of the web, as without', async () => {
    const script = 'javascript:alert(1)';
    const { userErrors } = await plaza.mutate('updateProduct', { productId: ids[0], imageUrl: script }, 'product { id }', merchant.token);
    expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'imageUrl'] }]);
    const products = [{ externalId: 'new', title: 'New', url: script }];
    const { results } = await plaza.mutate(
      'upsertProducts',
      { source: 'shop', products },
      'results { outcome userErrors { code field } }',
      merchant.token,
    );
    expect(results).toEqual([{ outcome: null, userErrors: [{ code: 'INVALID', field: ['input', 'products', '0', 'url'] }] }]);
  });
});

describe('where introspection is off', () => {
  const closed = usePlaza({ FEDERATION: 'true', INTROSPECTION: 'false' });
  const service = '{ _service { sdl } }';

  test('_service shows the schema to administrators only, whoever asked before', async () => {
    const [boss, stranger] = [await closed.account({ role: 'ADMIN' }), await closed.account({ merchant: true })];
    const shown = await closed.data(service, {}, boss.token);
    expect(shown._service.sdl).toContain('@key');
    expect(codesOf(await closed.query(service))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await closed.query(service, {}, stranger.token))).toEqual(['FORBIDDEN']);
    const stream = await fetch(`${closed.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: service }),
    });
    expect(await stream.text()).not.toContain('@key');
  });

  test('_entities are found as before', async () => {
    expect(codesOf(await closed.query(entitiesQuery(''), { representations: [] }))).toBeUndefined();
  });
});

describe('by default', () => {
  const plain = usePlaza();

  test('there is neither _service nor _entities', async () => {
    expect(codesOf(await plain.query('{ _service { sdl } }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(codesOf(await plain.query(entitiesQuery(''), { representations: [] }))).toEqual(
      expect.arrayContaining(['GRAPHQL_VALIDATION_FAILED']),
    );
  });
});
