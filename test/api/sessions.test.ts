import { SignJWT } from 'jose';
import { Types } from 'mongoose';
import { describe, expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza({ AUTH_SECRET: 'a secret for tests that is long enough' });
const whoAmI = '{ viewer { email user { handle } } }';

async function tokenSignedBy(secret: string, expires: string, account: { id: string }): Promise<string> {
  const userId = Buffer.from(account.id, 'base64url').toString().split(':')[1]!;
  return new SignJWT({ sid: new Types.ObjectId().toHexString() })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('plaza')
    .setSubject(userId)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
}

describe('a session', () => {
  test('opens when signing up, and shows who one is', async () => {
    const { token, email, handle } = await plaza.account();
    expect(await plaza.data(whoAmI, {}, token)).toEqual({ viewer: { email, user: { handle } } });
  });

  test('opens with the right password, whatever the case of the address', async () => {
    const { email, password, handle } = await plaza.account();
    const payload = await plaza.mutate('signIn', { email: email.toUpperCase(), password }, 'accessToken user { handle }');
    expect(payload.user.handle).toBe(handle);
    expect((await plaza.data(whoAmI, {}, payload.accessToken)).viewer.user.handle).toBe(handle);
  });

  test('does not open with a wrong password, and does not say whether the address exists', async () => {
    const { email } = await plaza.account();
    const wrong = await plaza.mutate('signIn', { email, password: 'wrong' }, 'accessToken');
    const unknown = await plaza.mutate('signIn', { email: 'nobody@example.org', password: 'wrong' }, 'accessToken');
    expect(wrong.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS', field: ['input', 'password'] }]);
    expect(unknown).toEqual(wrong);
  });

  test('goes on with a refresh token, which is good once', async () => {
    const { refreshToken } = await plaza.account();
    const refreshed = await plaza.mutate('refreshSession', { refreshToken }, 'accessToken refreshToken');
    expect(await plaza.query(whoAmI, {}, refreshed.accessToken)).toMatchObject({ status: 200, errors: undefined });
    const reuse = await plaza.query('mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }', {
      input: { refreshToken },
    });
    expect(reuse.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', argument: 'refreshToken' } }]);
  });

  test('ends for everyone who holds it when a spent refresh token is used', async () => {
    const { refreshToken } = await plaza.account();
    const thief = await plaza.mutate('refreshSession', { refreshToken }, 'accessToken refreshToken');
    await plaza.query('mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }', {
      input: { refreshToken },
    });
    expect((await plaza.query(whoAmI, {}, thief.accessToken)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('ends at once when signing out; the others stay', async () => {
    const account = await plaza.account();
    const other = await plaza.mutate('signIn', account.email ? { email: account.email, password: account.password } : {}, 'accessToken');
    await plaza.mutate('signOut', {}, 'signedOut', account.token);
    expect((await plaza.query(whoAmI, {}, account.token)).status).toBe(401);
    expect((await plaza.query(whoAmI, {}, other.accessToken)).status).toBe(200);
  });

  test('ends everywhere when asked to', async () => {
    const account = await plaza.account();
    const other = await plaza.mutate('signIn', { email: account.email, password: account.password }, 'accessToken');
    await plaza.mutate('signOut', { everywhere: true }, 'signedOut', account.token);
    expect((await plaza.query(whoAmI, {}, other.accessToken)).status).toBe(401);
  });
});

describe('a token that is not good', () => {
  test.each([
    ['garbage', async () => 'garbage'],
    ['forged', async () => tokenSignedBy('another secret that is long enough', '1h', await plaza.account())],
    ['expired', async () => tokenSignedBy('a secret for tests that is long enough', '-1s', await plaza.account())],
    ['of a session that never was', async () => tokenSignedBy('a secret for tests that is long enough', '1h', await plaza.account())],
  ])('is refused: %s', async (_name, make) => {
    const answer = await plaza.query(whoAmI, {}, await make());
    expect(answer).toMatchObject({ status: 401, data: undefined, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(JSON.stringify(answer)).not.toMatch(/stack|jose|node_modules/);
  });

  test('is refused over WebSocket too', async () => {
    const events = await plaza.subscribe('subscription { commentAdded(subjectId: "x") { cursor } }', {}, 'garbage');
    await expect(events.next()).rejects.toMatchObject({ code: 4403 });
  });
});

describe('signing up', () => {
  test('names everything that is wrong at once', async () => {
    const payload = await plaza.mutate(
      'signUp',
      { email: 'nobody', password: 'short', handle: 'a b', name: ' ' },
      'accessToken user { id }',
    );
    expect(payload).toMatchObject({ accessToken: null, user: null });
    expect(payload.userErrors.map(({ code, field }: { code: string; field: string[] }) => [code, field.join('.')])).toEqual([
      ['INVALID', 'input.email'],
      ['TOO_SHORT', 'input.password'],
      ['INVALID', 'input.handle'],
      ['REQUIRED', 'input.name'],
    ]);
  });

  test('refuses a handle or an address that is taken, also when many try at once', async () => {
    const attempts = Array.from({ length: 20 }, (_, at) =>
      plaza.mutate(
        'signUp',
        { email: `rush${at}@example.org`, password: 'correct horse', handle: at % 2 ? 'Rush' : 'rush', name: 'Rush' },
        'user { id }',
      ),
    );
    const payloads = await Promise.all(attempts);
    expect(payloads.filter(({ user }) => user)).toHaveLength(1);
    expect(payloads.filter(({ userErrors }) => userErrors[0]?.code === 'HANDLE_TAKEN')).toHaveLength(19);
  });

  test('never shows an address or a password to others', async () => {
    const { handle } = await plaza.account();
    const { errors } = await plaza.query('query ($handle: String!) { user(handle: $handle) { email } }', { handle });
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

test('a stranger has a viewer without private fields', async () => {
  expect(await plaza.data('{ viewer { user { handle } } }')).toEqual({ viewer: { user: null } });
  const { data, errors } = await plaza.query('{ viewer { email } }');
  expect(data).toEqual({ viewer: { email: null } });
  expect(errors).toMatchObject([{ path: ['viewer', 'email'], extensions: { code: 'UNAUTHENTICATED' } }]);
});
