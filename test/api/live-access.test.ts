import { once } from 'node:events';
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
    await expect(events.next()).rejects.toMatchObject({ code: 4401, reason: 'The session has ended.' });
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
    await plaza.query('mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }', {
      input: { refreshToken: reader.refreshToken },
    });
    await expect(events.next()).rejects.toMatchObject({ code: 4401 });
  });

  test('ends when its access token does', async () => {
    const { reader, id } = await scene();
    const events = await plaza.subscribe(live, { id }, await shortToken(reader, 3000));
    await expect(events.next()).rejects.toMatchObject({ code: 4401, reason: 'The access token has expired.' });
  });
});

test('two users who run one operation each get their own answer where it depends on who asks', async () => {
  const { merchant, reader, id } = await scene();
  const query = 'subscription ($id: ID!) { reviewAdded(productId: $id) { review { body viewerVote product { myReview { body } } } } }';
  const own = await plaza.subscribe(query, { id }, reader.token);
  const others = await plaza.subscribe(query, { id }, merchant.token);
  const strangers = await plaza.subscribe(query, { id });
  await plaza.review(reader, id, { body: 'By me.' });
  const bodyOf = async (events: typeof own) => (await events.next()).data.reviewAdded.review.product.myReview;
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
