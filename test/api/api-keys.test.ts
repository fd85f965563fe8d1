/** Machine accounts: what an API key may do, and when it no longer may. */
import {
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { scopeNames, scopes, scopesOf, type Scope } from '../../src/relay/scopes.js';
import { describedSchema } from '../support/described-schema.js';
import { storeId, usePlaza, type Account } from '../support/plaza.js';
import { until } from '../support/until.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });

let merchant: Account;
let admin: Account;

beforeAll(async () => {
  merchant = await plaza.account({ merchant: true });
  admin = await plaza.account({ role: 'ADMIN' });
});

const selection = 'apiKey { id name prefix scopes expiresAt lastUsedAt revokedAt owner { id } } secret customerTokenSecret';

async function key(owner: Account, scopes: string[], input: object = {}) {
  const payload = await plaza.mutate('createApiKey', { name: 'Shop', scopes, ...input }, selection, owner.token);
  if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
  return payload as { apiKey: { id: string; prefix: string; scopes: string[] }; secret: string; customerTokenSecret: string | null };
}

const codesOf = (answer: { errors: { extensions: { code: string } }[] | undefined }) =>
  answer.errors?.map(({ extensions }) => extensions.code);

const createProduct =
  'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id merchant { id } } userErrors { code } } }';
const pot = (categoryId: string) => ({ title: 'Pot', categoryId, price: { amountMinor: 100, currency: 'EUR' } });

describe('an API key', () => {
  test('is shown once, and stored as a digest', async () => {
    const { apiKey, secret, customerTokenSecret } = await key(merchant, ['catalog:write', 'catalog:write']);
    expect(secret).toMatch(/^plz_[0-9a-f]{10}_[\w-]{43}$/);
    expect(apiKey).toMatchObject({
      prefix: secret.slice(0, 14),
      scopes: ['catalog:write'],
      lastUsedAt: null,
      revokedAt: null,
      owner: { id: merchant.id },
    });
    expect(customerTokenSecret).toBeNull();
    const stored = JSON.stringify(await plaza.connection.collection('api_keys').findOne({ prefix: apiKey.prefix }));
    expect(stored).not.toContain(secret.slice(15));
    const { apiKeys } = await plaza.data('{ apiKeys(first: 100) { edges { node { id prefix } } } }', {}, merchant.token);
    expect(apiKeys.edges).toContainEqual({ node: { id: apiKey.id, prefix: apiKey.prefix } });
    expect((await plaza.data('query ($id: ID!) { node(id: $id) { id } }', { id: apiKey.id }, merchant.token)).node).toEqual({
      id: apiKey.id,
    });
  });

  test('acts for the account that made it, by its scopes', async () => {
    const { secret, apiKey } = await key(merchant, ['catalog:write']);
    const { createProduct: created } = await plaza.data(createProduct, { input: pot(await plaza.category()) }, secret);
    expect(created).toMatchObject({ product: { merchant: { id: merchant.id } }, userErrors: [] });
    const { viewer } = await plaza.data('{ viewer { apiKey { prefix scopes } user { id } } }', {}, secret);
    expect(viewer).toEqual({ apiKey: { prefix: apiKey.prefix, scopes: ['catalog:write'] }, user: null });
  });

  test('says when it was last used, without a write for each request', async () => {
    const { secret, apiKey } = await key(merchant, []);
    const lastUse = async () =>
      (await plaza.data('query ($id: ID!) { node(id: $id) { ... on ApiKey { lastUsedAt } } }', { id: apiKey.id }, merchant.token)).node
        .lastUsedAt as string | null;
    await plaza.data('{ __typename }', {}, secret);
    await until(async () => (await lastUse()) !== null);
    const commands = await plaza.storeCommands(() => plaza.data('{ __typename }', {}, secret));
    expect(commands.filter((command) => 'update' in command)).toEqual([]);
  });

  test('reads what anonymous visitors read, and nothing that is its owner’s', async () => {
    const productId = await plaza.product(merchant);
    await plaza.mutate('archiveProduct', { productId }, 'product { id }', merchant.token);
    const ask = async (token?: string) =>
      (await plaza.data('query ($id: ID!) { product(id: $id) { id } node(id: $id) { id } }', { id: productId }, token)) as {
        product: unknown;
      };
    expect(await ask((await key(merchant, [])).secret)).toEqual({ product: null, node: null });
    expect(await ask((await key(merchant, ['catalog:read'])).secret)).toEqual({ product: { id: productId }, node: { id: productId } });
    const other = await plaza.account({ merchant: true });
    expect(await ask((await key(other, ['catalog:read'])).secret)).toEqual({ product: null, node: null });
  });

  test('sees orders of its merchant alone, and of everybody with an administrator’s', async () => {
    const buyer = await plaza.account();
    const productId = await plaza.product(merchant);
    const { order } = await plaza.mutate('placeOrder', { items: [{ productId }] }, 'order { id }', buyer.token);
    const ask = async (token: string) =>
      (await plaza.data('query ($id: ID!) { order(id: $id) { id } }', { id: order.id }, token)).order as { id: string } | null;
    const other = await plaza.account({ merchant: true });
    expect(await ask((await key(merchant, ['orders:read'])).secret)).toEqual({ id: order.id });
    expect(await ask((await key(merchant, ['catalog:write'])).secret)).toBeNull();
    expect(await ask((await key(other, ['orders:read'])).secret)).toBeNull();
    expect(await ask((await key(admin, ['orders:read'])).secret)).toEqual({ id: order.id });
    const { viewer } = await plaza.data('{ viewer { dataAccesses(first: 5) { edges { node { kind } } } } }', {}, buyer.token);
    expect(viewer.dataAccesses.edges).toEqual([{ node: { kind: 'ORDER' } }]);
  });

  test('that is forged, malformed, revoked or expired is UNAUTHENTICATED', async () => {
    const { secret, apiKey } = await key(merchant, ['catalog:write']);
    const forged = `${apiKey.prefix}_${'A'.repeat(43)}`;
    for (const wrong of [forged, 'plz_', `plz_0000000000_${'A'.repeat(43)}`, `${secret}x`, secret.slice(0, -1)])
      expect(codesOf(await plaza.query('{ __typename }', {}, wrong)), wrong).toEqual(['UNAUTHENTICATED']);
    const { revokeApiKey } = await plaza.data(
      'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { revokedAt } userErrors { code } } }',
      { id: apiKey.id },
      merchant.token,
    );
    expect(revokeApiKey).toMatchObject({ apiKey: { revokedAt: expect.any(String) }, userErrors: [] });
    expect(codesOf(await plaza.query('{ __typename }', {}, secret))).toEqual(['UNAUTHENTICATED']);
    const expiring = await key(merchant, [], { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect((await plaza.query('{ __typename }', {}, expiring.secret)).errors).toBeUndefined();
    await plaza.connection
      .collection('api_keys')
      .updateOne({ prefix: expiring.apiKey.prefix }, { $set: { expiresAt: new Date(Date.now() - 1) } });
    expect(codesOf(await plaza.query('{ __typename }', {}, expiring.secret))).toEqual(['UNAUTHENTICATED']);
    const jwt = await new SignJWT({ sid: apiKey.prefix })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('plaza')
      .sign(new TextEncoder().encode('x'.repeat(32)));
    expect(codesOf(await plaza.query('{ __typename }', {}, jwt))).toEqual(['UNAUTHENTICATED']);
  });

  test('may hold nothing that its owner may not do', async () => {
    const refused = await plaza.mutate(
      'createApiKey',
      { name: '', scopes: ['catalog:write', 'users:write', 'no:scope'], expiresAt: '2001-01-01T00:00:00Z' },
      'secret',
      merchant.token,
    );
    expect(refused.secret).toBeNull();
    expect(refused.userErrors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'REQUIRED', field: ['input', 'name'] }),
        expect.objectContaining({ code: 'NOT_ALLOWED', field: ['input', 'scopes', '1'] }),
        expect.objectContaining({ code: 'INVALID', field: ['input', 'scopes', '2'] }),
        expect.objectContaining({ code: 'INVALID', field: ['input', 'expiresAt'] }),
      ]),
    );
    for (const scope of scopeNames) {
      const { userErrors } = await plaza.mutate('createApiKey', { name: scope, scopes: [scope] }, 'secret', merchant.token);
      expect(userErrors.length === 0, scope).toBe((scopes[scope].roles as readonly string[]).includes('MERCHANT'));
    }
    expect(
      codesOf(
        await plaza.query('mutation { createApiKey(input: { name: "x", scopes: [] }) { secret } }', {}, (await plaza.account()).token),
      ),
    ).toEqual(['FORBIDDEN']);
    const { secret } = await key(admin, [...scopeNames]);
    expect(codesOf(await plaza.query('mutation { createApiKey(input: { name: "x", scopes: [] }) { secret } }', {}, secret))).toEqual([
      'FORBIDDEN',
    ]);
  });

  test('of a merchant does nothing to products of others', async () => {
    const [other, { secret }] = [await plaza.account({ merchant: true }), await key(merchant, ['catalog:write'])];
    const productId = await plaza.product(other);
    const update = 'mutation ($id: ID!) { updateProduct(input: { productId: $id, title: "Mine" }) { userErrors { code } } }';
    expect(codesOf(await plaza.query(update, { id: productId }, secret))).toEqual(['FORBIDDEN']);
    expect(codesOf(await plaza.query('mutation { createCategory(input: { name: "Mine" }) { userErrors { code } } }', {}, secret))).toEqual([
      'FORBIDDEN',
    ]);
  });

  test('is revoked by its owner and by administrators, and is on record', async () => {
    const [other, { apiKey }] = [await plaza.account({ merchant: true }), await key(merchant, ['orders:write'])];
    const revoke = (token: string) => plaza.mutate('revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }', token);
    expect((await revoke(other.token)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await revoke(admin.token)).userErrors).toEqual([]);
    const { auditTrail } = await plaza.data(
      '{ auditTrail(first: 2) { edges { node { action reason user { id } moderator { id } } } } }',
      {},
      admin.token,
    );
    expect(auditTrail.edges.map(({ node }: { node: object }) => node)).toEqual([
      { action: 'REVOKE_API_KEY', reason: `Shop (${apiKey.prefix}): orders:write`, user: { id: merchant.id }, moderator: { id: admin.id } },
      {
        action: 'CREATE_API_KEY',
        reason: `Shop (${apiKey.prefix}): orders:write`,
        user: { id: merchant.id },
        moderator: { id: merchant.id },
      },
    ]);
    const { viewer } = await plaza.data('{ viewer { moderationDecisions(first: 5) { edges { node { id } } } } }', {}, merchant.token);
    expect(viewer.moderationDecisions.edges).toEqual([]);
  });

  test('ends with its owner’s role, with their ban and with their account, and does not come back', async () => {
    const owner = await plaza.account({ merchant: true });
    const staff = await plaza.account({ role: 'ADMIN' });
    const asks = async (secret: string) => codesOf(await plaza.query('{ __typename }', {}, secret));
    const setRoles = (userId: string, roles: string[]) =>
      plaza.mutate('setUserRoles', { userId, roles, reason: 'x' }, 'user { id }', admin.token);
    const beforeRoles = await key(owner, ['catalog:write']);
    await setRoles(owner.id, ['BUYER']);
    expect(await asks(beforeRoles.secret)).toEqual(['UNAUTHENTICATED']);
    await setRoles(owner.id, ['BUYER', 'MERCHANT']);
    expect(await asks(beforeRoles.secret)).toEqual(['UNAUTHENTICATED']);
    const [wide, narrow] = [await key(staff, ['users:write']), await key(staff, ['catalog:write'])];
    await setRoles(staff.id, ['MERCHANT']);
    expect([await asks(wide.secret), await asks(narrow.secret)]).toEqual([['UNAUTHENTICATED'], undefined]);
    const beforeBan = await key(owner, ['catalog:write']);
    const moderate = (action: string) =>
      plaza.mutate('moderateContent', { contentId: owner.id, action, reason: 'x' }, 'entry { id }', admin.token);
    await moderate('BAN');
    expect(await asks(beforeBan.secret)).toEqual(['UNAUTHENTICATED']);
    await moderate('RESTORE');
    expect(await asks(beforeBan.secret)).toEqual(['UNAUTHENTICATED']);
    const leaver = await plaza.account({ merchant: true });
    const beforeErasure = await key(leaver, ['catalog:write']);
    const data = await plaza.data('{ exportMyData }', {}, leaver.token);
    expect(data.exportMyData.apiKeys).toMatchObject([{ prefix: beforeErasure.apiKey.prefix }]);
    expect(JSON.stringify(data)).not.toContain('secretHash');
    await plaza.mutate('eraseMe', { confirm: true, password: leaver.password }, 'erased', leaver.token);
    expect(await asks(beforeErasure.secret)).toEqual(['UNAUTHENTICATED']);
  });
});

describe('on an open connection, an API key', () => {
  const live = 'subscription ($id: ID!) { reviewAdded(productId: $id) { review { id } } }';

  test('hears what everybody may hear, and no private events', async () => {
    const [buyer, id] = [await plaza.account(), await plaza.product(merchant)];
    const { secret } = await key(
      merchant,
      [...scopeNames].filter((scope) => (scopes[scope].roles as readonly string[]).includes('MERCHANT')),
    );
    const events = await plaza.subscribe(live, { id }, secret);
    const { review } = await plaza.review(buyer, id);
    expect((await events.next()).data.reviewAdded.review.id).toBe(review.id);
    const own = await plaza.subscribe('subscription { notificationReceived { cursor } }', {}, secret);
    const refused = await own.next().then(
      ({ errors }) => errors,
      (errors: unknown) => errors,
    );
    expect(refused).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('is cut off when it is revoked, over WebSocket and as an event stream', async () => {
    const [id, { secret, apiKey }] = [await plaza.product(merchant), await key(merchant, [])];
    const events = await plaza.subscribe(live, { id }, secret);
    const stream = await fetch(`${plaza.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query: live, variables: { id } }),
    });
    await plaza.mutate('revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }', merchant.token);
    await expect(events.next()).rejects.toMatchObject({ code: 4401 });
    expect(await stream.text()).toContain('UNAUTHENTICATED');
  });

  test('is cut off when it expires', async () => {
    const id = await plaza.product(merchant);
    const { secret } = await key(merchant, [], { expiresAt: new Date(Date.now() + 1500).toISOString() });
    const events = await plaza.subscribe(live, { id }, secret);
    await expect(events.next()).rejects.toMatchObject({ code: 4401 });
  });
});

describe('what API keys may do', () => {
  let schema: GraphQLSchema;
  let none: string;
  let all: string;

  beforeAll(async () => {
    schema = await describedSchema();
    none = (await key(merchant, [])).secret;
    const everything = await plaza.account({ merchant: true, role: 'ADMIN' });
    await plaza.connection.collection('users').updateOne({ _id: storeId(everything.id) }, { $addToSet: { roles: 'MODERATOR' } });
    all = (await key(everything, [...scopeNames])).secret;
  });

  /** The least value that an input type takes. */
  function least(type: GraphQLInputType): unknown {
    if (!isNonNullType(type)) return undefined;
    const inner = type.ofType;
    if (String(inner).startsWith('[')) return [];
    const named = getNamedType(inner);
    if (isInputObjectType(named))
      return Object.fromEntries(
        Object.values(named.getFields()).flatMap((field) =>
          field.defaultValue === undefined && isNonNullType(field.type) ? [[field.name, least(field.type)]] : [],
        ),
      );
    if ('getValues' in named) return named.getValues()[0]!.name;
    const scalars: Record<string, unknown> = {
      Int: 1,
      Float: 1,
      Boolean: true,
      DateTime: '2030-01-01T00:00:00Z',
      ID: 'x',
      URL: 'https://example.org/',
      WebAddress: 'https://example.org/',
    };
    return scalars[named.name] ?? 'x';
  }

  const operation = (
    kind: string,
    field: { name: string; args: readonly { name: string; type: GraphQLInputType; defaultValue?: unknown }[]; type: unknown },
  ) => {
    const required = field.args.filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);
    const declared = required.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
    const given = required.map(({ name }) => `${name}: $${name}`).join(', ');
    const below = isCompositeType(getNamedType(field.type as never)) ? '{ __typename }' : '';
    const variables = Object.fromEntries(required.map(({ name, type }) => [name, least(type)]));
    return { query: `${kind}${declared && `(${declared})`} { ${field.name}${given && `(${given})`} ${below} }`, variables };
  };

  test('without a scope every mutation is refused', async () => {
    for (const field of Object.values(schema.getMutationType()!.getFields())) {
      const { query, variables } = operation('mutation', field);
      expect(codesOf(await plaza.query(query, variables, none)), field.name).toEqual(['FORBIDDEN']);
    }
  });

  test('with every scope, mutations that name none are refused all the same', async () => {
    const closed = Object.values(schema.getMutationType()!.getFields()).filter((field) => scopesOf(field).length === 0);
    expect(closed.length).toBeGreaterThan(40);
    for (const field of closed) {
      const { query, variables } = operation('mutation', field);
      expect(codesOf(await plaza.query(query, variables, all)), field.name).toEqual(['FORBIDDEN']);
    }
  });

  test('with every scope but that of a mutation, the mutation is refused', async () => {
    const owner = await plaza.account({ merchant: true, role: 'ADMIN' });
    for (const field of Object.values(schema.getMutationType()!.getFields())) {
      const needed = scopesOf(field);
      if (needed.length === 0) continue;
      const { secret } = await key(
        owner,
        scopeNames.filter((scope: Scope) => !needed.includes(scope)),
      );
      const { query, variables } = operation('mutation', field);
      expect(codesOf(await plaza.query(query, variables, secret)), field.name).toEqual(['FORBIDDEN']);
    }
  });

  test('what a stranger may not read is not read without a scope', async () => {
    const viewer = schema.getType('Viewer');
    if (!isObjectType(viewer)) throw new Error('there is no Viewer');
    const roots = Object.values(schema.getQueryType()!.getFields()).filter(({ name }) => name !== 'node' && name !== 'nodes');
    for (const field of roots) {
      const { query, variables } = operation('query', field);
      const stranger = await plaza.query(query, variables);
      const asked = await plaza.query(query, variables, none);
      if (codesOf(stranger)?.includes('UNAUTHENTICATED')) expect(codesOf(asked), field.name).toEqual(['FORBIDDEN']);
      else expect({ data: asked.data, codes: codesOf(asked) }, field.name).toEqual({ data: stranger.data, codes: codesOf(stranger) });
    }
    for (const field of Object.values(viewer.getFields()).filter(({ name }) => name !== 'apiKey')) {
      const { query, variables } = operation('query', field);
      const nested = query.replace(/ \{ (.*) \}$/, ' { viewer { $1 } }');
      const [asStranger, asKey] = [await plaza.query(nested, variables), await plaza.query(nested, variables, none)];
      if (codesOf(asKey)) expect(codesOf(asKey), field.name).toEqual(['FORBIDDEN']);
      else expect(asKey.data, field.name).toEqual(asStranger.data);
    }
  });
});

describe('limits of API keys', () => {
  const limited = usePlaza({ RATE_LIMIT_KEY: '5', RATE_LIMIT_ADDRESS: '1000', RATE_LIMIT_COST_KEY: '1000' });

  test('are of each key alone: requests and cost in a minute', async () => {
    const owner = await limited.account({ merchant: true });
    const make = async () => (await limited.mutate('createApiKey', { name: 'Shop', scopes: [] }, 'secret', owner.token)).secret as string;
    const [first, second] = [await make(), await make()];
    for (let request = 0; request < 5; request++) expect((await limited.query('{ __typename }', {}, first)).errors).toBeUndefined();
    expect(codesOf(await limited.query('{ __typename }', {}, first))).toEqual(['RATE_LIMITED']);
    expect((await limited.query('{ __typename }', {}, second)).errors).toBeUndefined();
    const large = '{ products(first: 100) { edges { node { id title reviews(first: 20) { edges { node { id } } } } } } }';
    expect(codesOf(await limited.query(large, {}, second))).toEqual(['RATE_LIMITED']);
    expect((await limited.query('{ __typename }', {}, owner.token)).errors).toBeUndefined();
  });
});
