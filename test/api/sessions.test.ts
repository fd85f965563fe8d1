import { decodeJwt, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { storeId, usePlaza, type Account } from '../support/plaza.js';

const acceptedSecret = 'the secret that was used before this one';
const plaza = usePlaza({ AUTH_SECRET: 'a secret for tests that is long enough', AUTH_SECRET_ACCEPTED: acceptedSecret });
const refreshing = 'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }';
const whoAmI = '{ viewer { email user { handle } } }';

async function tokenSignedBy(secret: string, expires: string, account: { id: string }, sid = 'a-session-that-never-was'): Promise<string> {
  const userId = Buffer.from(account.id, 'base64url').toString().split(':')[1]!;
  return new SignJWT({ sid })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('plaza')
    .setSubject(userId)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
}

/** What an event stream answers that is refused. */
async function streamOf(token: string) {
  const response = await fetch(`${plaza.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: 'subscription { feedItemAdded { cursor } }' }),
  });
  return { status: response.status, ...((await response.json()) as { errors: unknown[] }) };
}

describe('a session', () => {
  test('opens when signing up, and shows who one is', async () => {
    const { token, email, handle } = await plaza.account();
    expect(await plaza.data(whoAmI, {}, token)).toEqual({ viewer: { email, user: { handle } } });
  });

  test('goes on while the secret of the installation is changed', async () => {
    const account = await plaza.account();
    const { sid } = decodeJwt(account.token);
    const before = await tokenSignedBy(acceptedSecret, '5m', account, String(sid));
    expect((await plaza.data(whoAmI, {}, before)).viewer.email).toBe(account.email);
    const forged = await tokenSignedBy('a secret that is nobody’s and long enough', '5m', account, String(sid));
    expect((await plaza.query(whoAmI, {}, forged)).status).toBe(401);
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

  test('goes on with a refresh token', async () => {
    const { refreshToken } = await plaza.account();
    const refreshed = await plaza.mutate('refreshSession', { refreshToken }, 'accessToken refreshToken');
    expect(refreshed.refreshToken).not.toBe(refreshToken);
    expect(await plaza.query(whoAmI, {}, refreshed.accessToken)).toMatchObject({ status: 200, errors: undefined });
  });

  test('answers tabs that refresh at once with the same tokens, and goes on', async () => {
    const { refreshToken } = await plaza.account();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => plaza.mutate('refreshSession', { refreshToken }, 'accessToken refreshToken')),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const [answer] = answers;
    expect((await plaza.query(whoAmI, {}, answer.accessToken)).status).toBe(200);
    const next = await plaza.mutate('refreshSession', { refreshToken: answer.refreshToken }, 'accessToken refreshToken');
    expect(next.refreshToken).not.toBe(answer.refreshToken);
    expect((await plaza.mutate('refreshSession', { refreshToken }, 'refreshToken')).refreshToken).toBe(answer.refreshToken);
  });

  test('ends for everyone who holds it when a refresh token is used long after it was exchanged', async () => {
    const { refreshToken, id } = await plaza.account();
    const thief = await plaza.mutate('refreshSession', { refreshToken }, 'accessToken refreshToken');
    await plaza.exchangedLongAgo(id);
    const reuse = await plaza.query(refreshing, { input: { refreshToken } });
    expect(reuse.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', argument: 'refreshToken' } }]);
    expect((await plaza.query(whoAmI, {}, thief.accessToken)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await plaza.query(refreshing, { input: { refreshToken: thief.refreshToken } })).errors).toBeDefined();
  });

  test('goes on whatever others guess: nothing ends it that never was its token', async () => {
    const [victim, attacker] = [await plaza.account(), await plaza.account()];
    const [session, generation, proof] = victim.refreshToken.split('.') as [string, string, string];
    const [othersSession, , othersProof] = attacker.refreshToken.split('.') as [string, string, string];
    const guesses = [
      `${session}.${generation}.${othersProof}`,
      `${session}.${generation}.${'A'.repeat(43)}`,
      `${session}.9.${proof}`,
      `${othersSession}.${generation}.${proof}`,
      `${'A'.repeat(24)}.0.${proof}`,
      `${Buffer.from(victim.id, 'base64url').toString().split(':')[1]!}.0.${proof}`,
      session,
      '',
      'x'.repeat(100_000),
    ];
    for (const refreshToken of guesses) {
      const { errors } = await plaza.query(refreshing, { input: { refreshToken } });
      expect(errors).toMatchObject([
        { message: 'The refresh token is not valid. Sign in again.', extensions: { code: 'UNAUTHENTICATED' } },
      ]);
    }
    for (const { token, refreshToken } of [victim, attacker]) {
      expect((await plaza.query(whoAmI, {}, token)).status).toBe(200);
      expect((await plaza.query(refreshing, { input: { refreshToken } })).errors).toBeUndefined();
    }
  });

  test('has an id that says nothing of when or for whom it was opened', async () => {
    const accounts = await Promise.all(Array.from({ length: 20 }, () => plaza.account()));
    const ids = accounts.map(({ refreshToken }) => refreshToken.split('.')[0]!);
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(18);
    expect(new Set(ids.map((id) => id.slice(0, 4))).size).toBeGreaterThan(15);
  });

  test('ends at its time, however often it is refreshed', async () => {
    const { refreshToken, id } = await plaza.account();
    const endsAt = new Date(Date.now() + 60_000);
    await plaza.connection.collection('sessions').updateOne({ user: storeId(id) }, { $set: { endsAt } });
    const refreshed = await plaza.mutate('refreshSession', { refreshToken }, 'refreshToken refreshTokenExpiresAt');
    expect(new Date(refreshed.refreshTokenExpiresAt)).toEqual(endsAt);
    await plaza.connection.collection('sessions').updateOne({ user: storeId(id) }, { $set: { expiresAt: new Date() } });
    expect((await plaza.query(refreshing, { input: { refreshToken: refreshed.refreshToken } })).errors).toBeDefined();
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

describe('the list of sessions', () => {
  const sessions = '{ viewer { sessions { edges { node { id device createdAt lastUsedAt isCurrent } } } } }';
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';

  async function signInFrom(device: string, { email, password }: Account): Promise<string> {
    const body = JSON.stringify({ query: signIn, variables: { input: { email, password } } });
    return (await plaza.post(body, { 'user-agent': device })).data.signIn.accessToken;
  }

  test('shows each with its device, the one used last first', async () => {
    const account = await plaza.account();
    const token = await signInFrom(`Firefox ${'x'.repeat(300)}`, account);
    const { edges } = (await plaza.data(sessions, {}, token)).viewer.sessions;
    expect(edges.map(({ node }: { node: { isCurrent: boolean } }) => node.isCurrent)).toEqual([true, false]);
    expect(edges[0].node.device).toMatch(/^Firefox x{192}$/);
    expect(edges[0].node.lastUsedAt).toBe(edges[0].node.createdAt);
    expect(JSON.stringify(edges)).not.toContain(account.refreshToken.split('.')[0]);
  });

  test('ends one of them at once, and nobody else’s', async () => {
    const account = await plaza.account();
    const stranger = await plaza.account();
    const token = await signInFrom('Opera', account);
    const { edges } = (await plaza.data(sessions, {}, account.token)).viewer.sessions;
    const [{ node }] = edges.filter((edge: { node: { device: string } }) => edge.node.device === 'Opera');
    const foreign = await plaza.mutate('revokeSession', { sessionId: node.id }, 'revoked', stranger.token);
    expect(foreign.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'sessionId'] }]);
    expect((await plaza.data('query ($id: ID!) { node(id: $id) { id } }', { id: node.id }, stranger.token)).node).toBeNull();
    expect((await plaza.query(whoAmI, {}, token)).status).toBe(200);
    const open = await plaza.subscribe('subscription { feedItemAdded { cursor } }', {}, token);
    expect(await plaza.mutate('revokeSession', { sessionId: node.id }, 'revoked', account.token)).toEqual({
      revoked: true,
      userErrors: [],
    });
    expect((await plaza.query(whoAmI, {}, token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    await expect(open.next()).rejects.toMatchObject({ code: 4401 });
    expect((await plaza.query(whoAmI, {}, account.token)).status).toBe(200);
  });

  test('is paged', async () => {
    const account = await plaza.account();
    for (let at = 0; at < 3; at++) await signInFrom(`Browser ${at}`, account);
    const page =
      'query ($after: String) { viewer { sessions(first: 2, after: $after) { edges { cursor node { device } } pageInfo { hasNextPage } } } }';
    const first = (await plaza.data(page, {}, account.token)).viewer.sessions;
    const second = (await plaza.data(page, { after: first.edges[1].cursor }, account.token)).viewer.sessions;
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect([...first.edges, ...second.edges].map(({ node }) => node.device)).toEqual(['Browser 2', 'Browser 1', 'Browser 0', 'node']);
  });
});

/** The same claims, with a header that says that nobody signed them. */
function unsigned(token: string): string {
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`;
}

describe('a token that is not good', () => {
  test.each([
    ['garbage', async () => 'garbage'],
    ['forged', async () => tokenSignedBy('another secret that is long enough', '1h', await plaza.account())],
    ['signed by nobody', async () => unsigned((await plaza.account()).token)],
    ['of a session that never was', async () => tokenSignedBy('a secret for tests that is long enough', '1h', await plaza.account())],
  ])('is refused: %s', async (_name, make) => {
    const answer = await plaza.query(whoAmI, {}, await make());
    expect(answer).toMatchObject({ status: 401, data: undefined, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(JSON.stringify(answer)).not.toMatch(/stack|jose|node_modules/);
  });

  test('is refused over WebSocket and event streams too', async () => {
    const events = await plaza.subscribe('subscription { commentAdded(subjectId: "x") { cursor } }', {}, 'garbage');
    await expect(events.next()).rejects.toMatchObject({ code: 4403, reason: 'UNAUTHENTICATED: The access token is not valid.' });
    expect((await streamOf('garbage')).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('a token that has expired', () => {
  test('has a code of its own on every transport', async () => {
    const token = await tokenSignedBy('a secret for tests that is long enough', '-1s', await plaza.account());
    expect(await plaza.query(whoAmI, {}, token)).toMatchObject({ status: 401, errors: [{ extensions: { code: 'TOKEN_EXPIRED' } }] });
    expect(await streamOf(token)).toMatchObject({ status: 401, errors: [{ extensions: { code: 'TOKEN_EXPIRED' } }] });
    const events = await plaza.subscribe('subscription { commentAdded(subjectId: "x") { cursor } }', {}, token);
    await expect(events.next()).rejects.toMatchObject({ code: 4403, reason: expect.stringMatching(/^TOKEN_EXPIRED: /) });
  });

  test('is no different from any forged one where somebody else signed it', async () => {
    const token = await tokenSignedBy('another secret that is long enough', '-1s', await plaza.account());
    expect((await plaza.query(whoAmI, {}, token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
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

describe('the viewer', () => {
  const header = '{ viewer { id user { handle } email unreadNotificationCount orders { edges { cursor } } sales { edges { cursor } } } }';

  test('has no private fields for an anonymous user, which is no error', async () => {
    const { viewer } = await plaza.data(header);
    const { id, ...rest } = viewer;
    expect(id).toEqual(expect.any(String));
    expect(rest).toEqual({ user: null, email: null, unreadNotificationCount: null, orders: null, sales: null });
  });

  test('has an id that stays the same in every session of a user, and is not that of the user or of somebody else', async () => {
    const me = await plaza.account();
    const again = await plaza.mutate('signIn', { email: me.email, password: me.password }, 'accessToken');
    const other = await plaza.account();
    const idOf = async (token?: string) => (await plaza.data('{ viewer { id } }', {}, token)).viewer.id as string;
    expect(await idOf(again.accessToken)).toBe(await idOf(me.token));
    expect(new Set([await idOf(me.token), await idOf(other.token), await idOf(), me.id]).size).toBe(4);
  });

  test('is found by its id, by that viewer alone', async () => {
    const me = await plaza.account();
    const { viewer } = await plaza.data('{ viewer { id } }', {}, me.token);
    const find = (token?: string) => plaza.data(`{ node(id: "${viewer.id}") { ... on Viewer { email } } }`, {}, token);
    expect(await find(me.token)).toEqual({ node: { email: me.email } });
    expect(await find()).toEqual({ node: null });
    expect(await find((await plaza.account()).token)).toEqual({ node: null });
  });
});
