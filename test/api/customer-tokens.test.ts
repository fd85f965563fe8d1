/** Customers of the shop who sign in with a token from its backend. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Plaza, storeId, usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const withKeys = new Plaza();
const shop = await generateKeyPair('RS256');
const publisher = createServer((_request, response) => {
  void exportJWK(shop.publicKey).then((jwk) => response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'shop', alg: 'RS256' }] })));
});

let admin: Account;
let apiKey: { id: string; prefix: string };
let secret: string;
let tokens = 0;

beforeAll(async () => {
  admin = await plaza.account({ role: 'ADMIN' });
  const created = await plaza.mutate(
    'createApiKey',
    { name: 'Shop', scopes: ['customers:sign'] },
    'apiKey { id prefix } customerTokenSecret',
    admin.token,
  );
  apiKey = created.apiKey;
  secret = created.customerTokenSecret;
  await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
  const { port } = publisher.address() as AddressInfo;
  await withKeys.start({
    CUSTOMER_TOKEN_JWKS_URL: `http://127.0.0.1:${port}/`,
    CUSTOMER_TOKEN_AUDIENCE: 'reviews',
    REFRESH_TOKEN_COOKIE: 'true',
  });
});

afterAll(async () => {
  await withKeys.stop();
  publisher.close();
});

interface Signing {
  kid?: string;
  key?: string;
  alg?: string;
}

function sign(claims: object, { kid = apiKey.prefix, key = secret, alg = 'HS256' }: Signing = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = { sub: '1', source: 'shop', aud: 'plaza', jti: `token-${++tokens}`, iat: now, exp: now + 60, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg, kid }).sign(new TextEncoder().encode(key));
}

const exchange = async (token: string) =>
  plaza.mutate('exchangeCustomerToken', { token }, 'accessToken refreshToken user { id name handle }');
const signIn = async (claims: object) => exchange(await sign(claims));

test('a customer who is new gets an account, and the same one the next time', async () => {
  const first = await signIn({ sub: 'ann', name: 'Ann', email: 'ann@shop.example' });
  expect(first).toMatchObject({ userErrors: [], user: { name: 'Ann' }, accessToken: expect.any(String), refreshToken: expect.any(String) });
  const { viewer } = await plaza.data('{ viewer { user { id externalId source } email } }', {}, first.accessToken);
  expect(viewer).toEqual({ user: { id: first.user.id, externalId: 'ann', source: 'shop' }, email: null });
  expect((await signIn({ sub: 'ann' })).user).toEqual(first.user);
  expect((await signIn({ sub: 'ann', source: 'other' })).user.id).not.toBe(first.user.id);
});

test('a customer whom the shop named before is the same user', async () => {
  const { results } = await plaza.mutate(
    'upsertUsers',
    { source: 'shop', users: [{ externalId: 'known', name: 'Known' }] },
    'results { user { id } }',
    admin.token,
  );
  expect((await signIn({ sub: 'known' })).user.id).toBe(results[0].user.id);
});

test('ten exchanges at once for one new customer leave one account', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => signIn({ sub: 'raced' })));
  expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
});

test('a token works once, also when it is sent twice at the same time', async () => {
  const token = await sign({ sub: 'once' });
  const answers = await Promise.all([exchange(token), exchange(token), exchange(token)]);
  expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect((await exchange(token)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS', field: ['input', 'token'] }]);
});

test('a token that is forged, stale, long-lived, meant for others or says too little is refused', async () => {
  const now = Math.floor(Date.now() / 1000);
  const noScope = await plaza.mutate('createApiKey', { name: 'Shop', scopes: [] }, 'apiKey { prefix } secret', admin.token);
  const wrong = [
    await sign({}, { key: 'x'.repeat(43) }),
    await sign({}, { kid: 'plz_0000000000' }),
    await sign({}, { kid: noScope.apiKey.prefix }),
    await sign({}, { kid: noScope.apiKey.prefix, key: noScope.secret }),
    await sign({ exp: now - 60 }),
    await sign({ exp: now + 3600 }),
    await sign({ exp: undefined }),
    await sign({ iat: now - 3600, exp: now + 60 }),
    await sign({ aud: 'others' }),
    await sign({ aud: undefined }),
    await sign({ jti: undefined }),
    await sign({ sub: undefined }),
    await sign({ source: undefined }),
    await sign({ source: '' }),
    await sign({ source: ' ' }),
    await sign({ sub: '  ' }),
    await sign({ sub: 'a\u0000b' }),
    await sign({ sub: 7 }),
    await sign({ iat: now + 400, exp: now + 500 }),
    await sign({}, { alg: 'HS512' }),
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"1","source":"shop","aud":"plaza","jti":"n","exp":9999999999}').toString('base64url')}.`,
    'nonsense',
    '',
  ];
  for (const token of wrong) expect((await exchange(token)).userErrors, token).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
});

test('what it says of the customer is taken as far as it can be shown, and their ID is that of bulk writes', async () => {
  const users = [{ externalId: 'Zoë', name: 'Zoë' }];
  const { results } = await plaza.mutate('upsertUsers', { source: 'shop', users }, 'results { user { id } }', admin.token);
  expect((await signIn({ sub: ' Zoe\u0308 ' })).user.id).toBe(results[0].user.id);
  const named = async (name: unknown) => (await signIn({ sub: `named-${++tokens}`, name })).user.name;
  expect(await named('A\u0000n\u202en\n Lee')).toBe('Ann Lee');
  expect(await named('\u200b')).toBe('Customer');
  expect(await named('x'.repeat(99) + '👩‍🚀👩‍🚀')).toBe(`${'x'.repeat(99)}👩‍🚀`);
});

test('an account is never taken over by an address that either side does not know to be the customer’s', async () => {
  const victim = await plaza.signUp();
  const staff = await plaza.signUp({ role: 'ADMIN' });
  for (const { email, id } of [victim, staff]) {
    expect((await signIn({ sub: `a-${id}`, email })).user.id).not.toBe(id);
    expect((await signIn({ sub: `b-${id}`, email, email_verified: true })).user.id).not.toBe(id);
    const { token } = (await plaza.mailTo(email, 'Confirm your email address'))!;
    await plaza.mutate('confirmEmail', { token }, 'confirmed');
    expect((await signIn({ sub: `c-${id}`, email })).user.id).not.toBe(id);
    expect((await signIn({ sub: `d-${id}`, email, email_verified: 'true' })).user.id).not.toBe(id);
  }
  expect((await signIn({ sub: 'staff', email: staff.email, email_verified: true })).user.id).not.toBe(staff.id);
});

test('an account whose address both sides know is joined, with what the customer did before', async () => {
  const merchant = await plaza.account({ merchant: true });
  const productId = await plaza.product(merchant);
  const customer = await signIn({ sub: 'joined', name: 'Jo' });
  await plaza.review({ token: customer.accessToken } as Account, productId);
  const account = await plaza.signUp();
  const { token } = (await plaza.mailTo(account.email, 'Confirm your email address'))!;
  await plaza.mutate('confirmEmail', { token }, 'confirmed');
  expect((await signIn({ sub: 'joined', email: account.email, email_verified: true })).user.id).toBe(account.id);
  expect((await signIn({ sub: 'joined' })).user.id).toBe(account.id);
  const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { reviews { edges { node { author { id } } } } } }', {
    id: productId,
  });
  expect(product.reviews.edges).toEqual([{ node: { author: { id: account.id } } }]);
  expect((await plaza.query('{ viewer { user { id } } }', {}, customer.accessToken)).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

test('a customer who joins an account brings all that they wrote, and what they hold open ends', async () => {
  const merchant = await plaza.account({ merchant: true });
  const productId = await plaza.product(merchant);
  const customer = await signIn({ sub: 'writer', name: 'Jo' });
  const author = customer.accessToken;
  const { comment } = await plaza.mutate('addComment', { subjectId: productId, body: 'Jo likes it.' }, 'comment { id }', author);
  const { question } = await plaza.mutate('askQuestion', { productId, body: 'Is it blue?' }, 'question { id }', author);
  await plaza.mutate('followUser', { userId: merchant.id }, 'user { id }', author);
  const live = 'subscription { notificationReceived { notification { id } } }';
  const account = await plaza.signUp();
  // Both have done what one can do once.
  const { comment: theirComment } = await plaza.mutate('addComment', { subjectId: productId, body: 'x' }, 'comment { id }', merchant.token);
  const reaction = { commentId: theirComment.id, reaction: 'LIKE' };
  for (const who of [author, account.token]) await plaza.mutate('reactToComment', reaction, 'comment { id }', who);
  const [theirs, own] = [await plaza.subscribe(live, {}, author), await plaza.subscribe(live, {}, account.token)];
  const { token } = (await plaza.mailTo(account.email, 'Confirm your email address'))!;
  await plaza.mutate('confirmEmail', { token }, 'confirmed');
  await signIn({ sub: 'writer', email: account.email, email_verified: true });
  await expect(theirs.next()).rejects.toThrow();
  await plaza.settle('erasures');
  const query =
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Comment { body author { id } } ... on Question { body author { id } } } }';
  expect((await plaza.data(query, { ids: [comment.id, question.id] })).nodes).toEqual([
    { body: 'Jo likes it.', author: { id: account.id } },
    { body: 'Is it blue?', author: { id: account.id } },
  ]);
  const reacted = 'query ($id: ID!) { node(id: $id) { ... on Comment { viewerReaction reactions { count } } } }';
  const { node } = await plaza.data(reacted, { id: theirComment.id }, account.token);
  expect(node).toEqual({ viewerReaction: 'LIKE', reactions: [{ count: 2 }] });
  await plaza.mutate('answerQuestion', { questionId: question.id, body: 'Yes.' }, 'answer { id }', merchant.token);
  expect((await own.next()).data.notificationReceived.notification).toBeTruthy();
  const data = (await plaza.data('{ exportMyData }', {}, account.token)).exportMyData;
  expect(data.comments).toMatchObject([{ body: 'Jo likes it.' }]);
  const left = { $or: [{ user: storeId(customer.user.id) }, { follower: storeId(customer.user.id) }] };
  for (const name of ['sessions', 'follows']) expect(await plaza.connection.collection(name).countDocuments(left)).toBe(0);
});

test('a banned customer stays out, also with an account of their own, and a revoked key signs nothing any more', async () => {
  const { user } = await signIn({ sub: 'banned' });
  await plaza.mutate('moderateContent', { contentId: user.id, action: 'BAN', reason: 'x' }, 'entry { id }', admin.token);
  const account = await plaza.signUp();
  const { token } = (await plaza.mailTo(account.email, 'Confirm your email address'))!;
  await plaza.mutate('confirmEmail', { token }, 'confirmed');
  for (const more of [{}, { email: account.email, email_verified: true }])
    expect((await signIn({ sub: 'banned', ...more })).userErrors).toMatchObject([{ code: 'SUSPENDED' }]);
  await plaza.mutate('revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }', admin.token);
  expect((await signIn({ sub: 'ann' })).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
});

test('a backend goes on signing while the secret of the installation is changed, and asks again for a key as before', async () => {
  const [one, two] = ['the secret of the installation as it was', 'the secret of the installation from now on'];
  const changing = new Plaza();
  const input = { name: 'Shop', scopes: ['customers:sign'], idempotencyKey: 'shop' };
  const create = (token: string) => changing.mutate('createApiKey', input, 'apiKey { prefix } secret customerTokenSecret', token);
  const restart = async (environment: Record<string, string>) => {
    await changing.app.close();
    await changing.start(environment);
  };
  await changing.start({ AUTH_SECRET: one });
  const owner = await changing.account({ role: 'ADMIN' });
  const before = await create(owner.token);
  const signedIn = async ({ apiKey: { prefix }, customerTokenSecret }: typeof before) => {
    const token = await sign({ sub: 'customer' }, { kid: prefix, key: customerTokenSecret });
    return (await changing.mutate('exchangeCustomerToken', { token }, 'user { id }')).user?.id;
  };
  const customer = await signedIn(before);
  expect(customer).toEqual(expect.any(String));

  await restart({ AUTH_SECRET: two, AUTH_SECRET_ACCEPTED: one });
  expect(await signedIn(before)).toBe(customer);
  const renewed = await create(owner.token);
  expect(renewed.secret).toBe(before.secret);
  expect(renewed.customerTokenSecret).not.toBe(before.customerTokenSecret);
  expect(await signedIn(renewed)).toBe(customer);

  await restart({ AUTH_SECRET: one, AUTH_SECRET_ACCEPTED: two });
  expect(await signedIn(renewed)).toBe(customer);

  await restart({ AUTH_SECRET: two });
  expect(await signedIn(renewed)).toBe(customer);
  expect(await signedIn(before)).toBeUndefined();
  await changing.stop();
});

test('keys that the shop publishes sign tokens too, and the refresh token goes into the cookie where cookies are on', async () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: 'rsa', source: 'shop', aud: 'reviews', jti: 'rsa-1', exp: now + 60 };
  const signed = (all: object, privateKey = shop.privateKey) =>
    new SignJWT(all as Record<string, unknown>).setProtectedHeader({ alg: 'RS256', kid: 'shop' }).sign(privateKey);
  const query =
    'mutation ($token: String!) { exchangeCustomerToken(input: { token: $token }) { accessToken refreshToken userErrors { code } } }';
  const send = async (token: string) => {
    const response = await fetch(`${withKeys.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { token } }),
    });
    return {
      cookie: response.headers.get('set-cookie'),
      ...(
        (await response.json()) as {
          data: { exchangeCustomerToken: { userErrors: { code: string }[]; accessToken: string | null; refreshToken: string | null } };
        }
      ).data.exchangeCustomerToken,
    };
  };
  expect(await send(await signed(claims))).toMatchObject({
    userErrors: [],
    accessToken: expect.any(String),
    refreshToken: null,
    cookie: expect.stringContaining('HttpOnly'),
  });
  expect((await send(await signed(claims))).userErrors).toEqual([{ code: 'INVALID_CREDENTIALS' }]);
  expect((await send(await signed({ ...claims, jti: 'rsa-2', aud: 'plaza' }))).userErrors).toEqual([{ code: 'INVALID_CREDENTIALS' }]);
  const other = await generateKeyPair('RS256');
  expect((await send(await signed({ ...claims, jti: 'rsa-3' }, other.privateKey))).userErrors).toEqual([{ code: 'INVALID_CREDENTIALS' }]);
});

test('a token whose key cannot be fetched is not taken for a wrong one, and is not used up', async () => {
  const alone = new Plaza();
  await alone.start({ CUSTOMER_TOKEN_JWKS_URL: 'http://127.0.0.1:9/' });
  const { privateKey } = await generateKeyPair('ES256');
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: '1', source: 'shop', aud: 'plaza', jti: 'one', iat: now, exp: now + 60 };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey);
  const { errors } = await alone.query('mutation ($token: String!) { exchangeCustomerToken(input: { token: $token }) { accessToken } }', {
    token,
  });
  expect(errors).toMatchObject([{ extensions: { code: 'SIGN_IN_UNAVAILABLE' } }]);
  expect(await alone.connection.collection('spent_customer_tokens').countDocuments()).toBe(0);
  await alone.stop();
});
