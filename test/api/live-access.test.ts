import { once } from 'node:events';
import { createClient, type Client } from 'graphql-ws';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { usePlaza, type Account } from '../support/plaza.js';
import { until } from '../support/until.js';

const secret = 'a secret for tests that is long enough';
const plaza = usePlaza({ AUTH_SECRET: secret, CONNECTIONS_PER_ADDRESS: '30' });
const live = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }';

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  return { merchant, reader: await plaza.account(), id: await plaza.product(merchant) };
}

function claimsOf(account: Account): { sid: string; sub: string } {
  return JSON.parse(Buffer.from(account.token.split('.')[1]!, 'base64url').toString()) as { sid: string; sub: string };
}

const ownFeed = 'subscription { feedItemAdded { cursor } }';

async function openSubscribers(): Promise<number> {
  return (await plaza.app.realtime.metrics.subscribers.get()).values[0]?.value ?? 0;
}

/** A token that ends in a moment, and what waits until the server refuses it. */
async function expiringToken(account: Account): Promise<{ token: string; expired: () => Promise<unknown> }> {
  const token = await shortToken(account, 3000);
  // Timers of open connections and the check of a token go by the same clock, the timers a moment later.
  const expired = () => until(async () => (await plaza.query('{ __typename }', {}, token)).status === 401);
  return { token, expired };
}

/** A token of the account's own session that ends in a moment. */
async function shortToken(account: Account, milliseconds: number): Promise<string> {
  const { sid, sub } = claimsOf(account);
  const end = Math.ceil((Date.now() + milliseconds) / 1000);
  return new SignJWT({ sid })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('plaza')
    .setSubject(sub)
    .setExpirationTime(end)
    .sign(new TextEncoder().encode(secret));
}

describe('an open subscription', () => {
  test('ends at once when its session is signed out', async () => {
    const { reader, id } = await scene();
    const events = await plaza.subscribe(live, { id }, reader.token);
    await plaza.mutate('signOut', {}, 'signedOut', reader.token);
    await expect(events.next()).rejects.toMatchObject({ code: 4401, reason: 'UNAUTHENTICATED: The session has ended.' });
  });

  test('stays when another session of the same user is signed out', async () => {
    const { merchant, reader, id } = await scene();
    const other = await plaza.mutate('signIn', { email: reader.email, password: reader.password }, 'accessToken');
    const events = await plaza.subscribe(live, { id }, reader.token);
    await plaza.mutate('signOut', {}, 'signedOut', other.accessToken);
    await plaza.mutate('addComment', { subjectId: id, body: 'Still there?' }, 'comment { id }', merchant.token);
    expect((await events.next()).data.commentAdded.comment.body).toBe('Still there?');
    events.stop();
  });

  test('ends when a spent refresh token shows that the session was stolen', async () => {
    const { reader, id } = await scene();
    const events = await plaza.subscribe(live, { id }, reader.token);
    await plaza.mutate('refreshSession', { refreshToken: reader.refreshToken }, 'accessToken');
    await plaza.exchangedLongAgo(reader.id);
    await plaza.query('mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }', {
      input: { refreshToken: reader.refreshToken },
    });
    await expect(events.next()).rejects.toMatchObject({ code: 4401 });
  });

  test('of its user alone ends when the access token does, so that clients connect anew', async () => {
    const { reader } = await scene();
    const events = await plaza.subscribe(ownFeed, {}, await shortToken(reader, 3000));
    await expect(events.next()).rejects.toMatchObject({ code: 4403, reason: 'TOKEN_EXPIRED: The access token has expired.' });
  });

  test('for everybody goes on when the access token ends', async () => {
    const { merchant, reader, id } = await scene();
    const { token, expired } = await expiringToken(reader);
    const events = await plaza.subscribe(live, { id }, token);
    await expired();
    await plaza.mutate('addComment', { subjectId: id, body: 'Still there?' }, 'comment { id }', merchant.token);
    expect((await events.next()).data.commentAdded.comment.body).toBe('Still there?');
    events.stop();
  });

  test('whose answer turns out to be its user’s alone is answered once more, and ends then', async () => {
    const { reader, id } = await scene();
    const { token, expired } = await expiringToken(reader);
    const query = 'subscription ($id: ID!) { reviewAdded(productId: $id) { review { product { viewerReview { body } } } } }';
    const events = await plaza.subscribe(query, { id }, token);
    await expired();
    await plaza.review(reader, id, { body: 'Mine.' });
    expect((await events.next()).data.reviewAdded.review.product.viewerReview).toEqual({ body: 'Mine.' });
    await expect(events.next()).rejects.toMatchObject({ code: 4403 });
  });
});

describe('an open subscription to what few may see', () => {
  const setRoles = (user: Account, roles: string[], by: Account) =>
    plaza.mutate('setUserRoles', { userId: user.id, roles, reason: 'x' }, 'user { id }', by.token);

  async function archivedProduct(): Promise<string> {
    const { merchant, id } = await scene();
    await plaza.mutate('archiveProduct', { productId: id }, 'product { id }', merchant.token);
    return id;
  }

  const comment = (id: string, body: string, by: Account) =>
    plaza.mutate('addComment', { subjectId: id, body }, 'comment { id }', by.token);

  test('ends when its user is an administrator no more', async () => {
    const id = await archivedProduct();
    const [admin, other] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ role: 'ADMIN' })];
    const events = await plaza.subscribe(live, { id }, admin.token);
    await setRoles(admin, ['BUYER'], other);
    await expect(events.next()).rejects.toThrow('the subscription has ended');
  });

  test('ends so as an event stream, too', async () => {
    const id = await archivedProduct();
    const [admin, other] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ role: 'ADMIN' })];
    let response!: Response;
    await plaza.admits(1, () => {
      void fetch(`${plaza.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${admin.token}` },
        body: JSON.stringify({ query: live, variables: { id } }),
      }).then((answer) => (response = answer));
    });
    await until(() => response !== undefined);
    await setRoles(admin, ['BUYER'], other);
    expect(await response.text()).toContain('event: complete');
  });

  test('answers what happens after a change of roles with the new ones', async () => {
    const { reader, id } = await scene();
    const [admin, other] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ role: 'ADMIN' })];
    await plaza.connection.collection('users').updateOne({ handle: reader.handle }, { $set: { externalId: 'c1', externalSource: 'live' } });
    const query = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body author { externalId } } } }';
    const events = await plaza.subscribe(query, { id }, admin.token);
    const seen: (string | null)[] = [];
    for (const roles of [['BUYER', 'ADMIN'], ['BUYER'], ['BUYER', 'ADMIN'], ['BUYER']]) {
      await setRoles(admin, roles, other);
      await comment(id, 'Hello', reader);
      seen.push((await events.next()).data.commentAdded.comment.author.externalId as string | null);
    }
    expect(seen).toEqual(['c1', null, 'c1', null]);
    events.stop();
  });
});

describe('graphql-ws, as it comes', () => {
  /** A client that fetches a token for each connection, as its documentation says. */
  function clientWith(tokens: () => Promise<string>): { client: Client; connections: () => number } {
    let connections = 0;
    const client = createClient({
      url: `${plaza.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryWait: async () => {},
      connectionParams: async () => ({ authorization: `Bearer ${await tokens()}` }),
      on: { connected: () => void connections++ },
    });
    return { client, connections: () => connections };
  }

  test('goes on with its user’s own events after the access token has ended', async () => {
    const { merchant, reader, id } = await scene();
    await plaza.mutate('followUser', { userId: merchant.id }, 'user { id }', reader.token);
    const first = await expiringToken(reader);
    const { client, connections } = clientWith(async () => (connections() === 0 ? first.token : reader.token));
    const events = client.iterate<{ feedItemAdded: { cursor: string } }>({ query: ownFeed });
    const next = events.next();
    await plaza.admits(2, () => {});
    await plaza.mutate('shareProduct', { productId: id, channel: 'FOLLOWERS' }, 'share { id }', merchant.token);
    expect((await next).value.data.feedItemAdded.cursor).toBeTruthy();
    expect(connections()).toBe(2);
    await client.dispose();
  });

  test('asks something new after the access token has ended, and is answered as its user', async () => {
    const { merchant, reader, id } = await scene();
    const first = await expiringToken(reader);
    const { client, connections } = clientWith(async () => (connections() === 0 ? first.token : reader.token));
    const live = client.iterate<{ commentAdded: { comment: { body: string } } }>({
      query: 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }',
      variables: { id },
    });
    const next = live.next();
    await plaza.admits(1, () => {});
    await first.expired();
    const answer = await client.iterate<{ viewer: { email: string } }>({ query: '{ viewer { email } }' }).next();
    expect(answer.value.data.viewer.email).toBe(reader.email);
    expect(connections()).toBe(2);
    await plaza.admits(0, () => {});
    await until(async () => (await openSubscribers()) >= 1);
    await plaza.mutate('addComment', { subjectId: id, body: 'And this?' }, 'comment { id }', merchant.token);
    expect((await next).value.data.commentAdded.comment.body).toBe('And this?');
    await client.dispose();
  });
});

describe('what a user may do is asked at every operation', () => {
  test('also over a socket that was open before: a removed admin does not restore himself', async () => {
    const [admin, other] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ role: 'ADMIN' })];
    const client = createClient({
      url: `${plaza.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${admin.token}` },
    });
    const setRoles = 'mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { user { roles } userErrors { code } } }';
    const overSocket = async (query: string, variables: Record<string, unknown> = {}) =>
      (await client.iterate<Record<string, unknown>>({ query, variables }).next()).value;
    expect((await overSocket('{ moderationQueue { edges { cursor } } }')).errors).toBeUndefined();
    await plaza.mutate('setUserRoles', { userId: admin.id, roles: ['BUYER'], reason: 'x' }, 'user { id }', other.token);
    const restored = await overSocket(setRoles, { input: { userId: admin.id, roles: ['BUYER', 'ADMIN'], reason: 'x' } });
    expect(restored.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await plaza.data('query ($h: String!) { user(handle: $h) { roles } }', { h: admin.handle })).user.roles).toEqual(['BUYER']);
    await client.dispose();
  });

  test('also for a token of an event stream', async () => {
    const [admin, other] = [await plaza.account({ role: 'ADMIN' }), await plaza.account({ role: 'ADMIN' })];
    await plaza.mutate('setUserRoles', { userId: admin.id, roles: ['BUYER'], reason: 'x' }, 'user { id }', other.token);
    const response = await fetch(`${plaza.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${admin.token}` },
      body: JSON.stringify({ query: '{ moderationQueue { edges { cursor } } }' }),
    });
    expect(await response.text()).toContain('"code":"FORBIDDEN"');
  });
});

test('two users who run one operation each get their own answer where it depends on who asks', async () => {
  const { merchant, reader, id } = await scene();
  const query = 'subscription ($id: ID!) { reviewAdded(productId: $id) { review { body viewerVote product { viewerReview { body } } } } }';
  const own = await plaza.subscribe(query, { id }, reader.token);
  const others = await plaza.subscribe(query, { id }, merchant.token);
  const strangers = await plaza.subscribe(query, { id });
  await plaza.review(reader, id, { body: 'By me.' });
  const bodyOf = async (events: typeof own) => (await events.next()).data.reviewAdded.review.product.viewerReview;
  expect(await bodyOf(own)).toEqual({ body: 'By me.' });
  expect(await bodyOf(others)).toBeNull();
  expect(await bodyOf(strangers)).toBeNull();
  for (const events of [own, others, strangers]) events.stop();
});

describe('limits', () => {
  const open = (): WebSocket => {
    const socket = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    return socket.on('error', () => {});
  };

  /** Whether the server takes the connection in. */
  function enters(socket: WebSocket): Promise<boolean> {
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    return new Promise((resolve) => {
      socket.on('close', () => resolve(false));
      socket.on('message', () => resolve(true));
    });
  }

  test('a connection that never says who it is, is closed', async () => {
    const [code] = (await once(open(), 'close')) as [number];
    expect(code).toBe(4408);
  });

  test('one address holds so many connections and no more', async () => {
    const codes: number[] = [];
    const sockets = Array.from({ length: 60 }, () => open().on('close', (code) => codes.push(code)));
    const entered = await Promise.all(sockets.map(enters));
    expect(entered.filter((isIn) => isIn).length).toBeLessThanOrEqual(30);
    expect(codes.length).toBeGreaterThanOrEqual(30);
    expect(new Set(codes)).toEqual(new Set([4429]));
    for (const socket of sockets) socket.terminate();
    await until(async () => {
      const another = open();
      const isIn = await enters(another);
      another.terminate();
      return isIn;
    });
  });

  test('one connection holds so many subscriptions and no more', async () => {
    const { id } = await scene();
    const socket = open();
    expect(await enters(socket)).toBe(true);
    const refused: [string, string][] = [];
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; id: string; payload: { extensions: { code: string } }[] };
      if (message.type === 'error') refused.push([message.id, message.payload[0]!.extensions.code]);
    });
    await plaza.admits(100, () => {
      for (let at = 0; at < 101; at++)
        socket.send(JSON.stringify({ type: 'subscribe', id: String(at), payload: { query: live, variables: { id } } }));
    });
    await until(() => refused.length > 0);
    expect(refused).toEqual([['100', 'RATE_LIMITED']]);
    socket.terminate();
  });
});
