/** Connections that send nothing, too slowly, too much or too many are closed, and nobody else notices. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { usePlaza } from '../support/plaza.js';
import { until } from '../support/until.js';

const plaza = usePlaza({
  HEADERS_TIMEOUT: '1s',
  REQUEST_TIMEOUT: '2s',
  IDLE_TIMEOUT: '3s',
  REQUEST_CONNECTIONS_PER_ADDRESS: '30',
  CONNECTIONS_PER_ADDRESS: '12',
  SUBSCRIPTIONS_PER_CONNECTION: '5',
  MAX_BODY_SIZE: '64kb',
});

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

interface Plain {
  socket: Socket;
  /** What the server has sent so far. */
  text: () => string;
  /** Ends with the connection. */
  ended: Promise<void>;
}

async function plain(...parts: string[]): Promise<Plain> {
  const { hostname, port } = new URL(plaza.url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk))).on('error', () => {});
  const ended = once(socket, 'close').then(() => {});
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  return { socket, text: () => text, ended };
}

const host = 'Host: localhost\r\n';
const answer = async () => (await plaza.query('{ __typename }')).data;

describe('a connection is closed', () => {
  test('when it sends nothing', async () => {
    await (
      await plain()
    ).ended;
  });

  test('when its headers do not end', async () => {
    const { ended, text } = await plain(`POST /graphql HTTP/1.1\r\n${host}`);
    await ended;
    expect(text()).toMatch(/^(?:HTTP\/1\.1 408|$)/);
  });

  test('when its headers come byte by byte', async () => {
    const { socket, ended } = await plain(`GET /graphql HTTP/1.1\r\n${host}`);
    let sent = 0;
    const dripping = setInterval(() => socket.write(`X-${++sent}: a\r\n`), 100);
    await ended;
    clearInterval(dripping);
  });

  test('when its body comes byte by byte', async () => {
    const { socket, ended } = await plain(
      `POST /graphql HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`,
    );
    const dripping = setInterval(() => socket.write(' '), 100);
    await ended;
    clearInterval(dripping);
  });

  test('when it has had an answer and asks for nothing more', async () => {
    const { ended, text } = await plain(`GET /health/live HTTP/1.1\r\n${host}\r\n`);
    await ended;
    expect(text()).toContain('200 OK');
  });

  test('when its headers are too large', async () => {
    const { ended, text } = await plain(`GET /graphql HTTP/1.1\r\n${host}X-Large: ${'a'.repeat(20_000)}\r\n\r\n`);
    await ended;
    expect(text()).toContain('431');
  });

  test.each([
    ['no HTTP', 'nonsense\r\n\r\n'],
    ['two lengths', `POST /graphql HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    ['a length and chunks', `POST /graphql HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a header with a line feed alone', `GET / HTTP/1.1\nHost: a\r\n\r\n`],
    ['no host', 'GET /graphql HTTP/1.1\r\n\r\n'],
  ])('when it sends %s', async (_name, request) => {
    const { ended, text } = await plain(request);
    await ended;
    expect(text()).toContain('400 Bad Request');
  });
});

test('one address holds so many plain connections, and no more', async () => {
  const connections = await Promise.all(Array.from({ length: 60 }, () => plain()));
  const closed = await Promise.race([
    Promise.all(connections.slice(30).map(({ ended }) => ended)).then(() => 'refused'),
    Promise.all(connections.slice(0, 30).map(({ ended }) => ended)).then(() => 'timed out'),
  ]);
  expect(closed).toBe('refused');
  for (const { socket } of connections) socket.destroy();
  await Promise.all(connections.map(({ ended }) => ended));
  await expect.poll(answer).toEqual({ __typename: 'Query' });
});

interface Live {
  socket: WebSocket;
  closed: Promise<number>;
  send: (message: object) => void;
  receive: () => Promise<{ type: string; id?: string; payload?: unknown }>;
}

async function live({ init = true } = {}): Promise<Live> {
  const socket = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  open.push({ destroy: () => socket.terminate() });
  socket.on('error', () => {});
  const closed = once(socket, 'close').then(([code]) => code as number);
  const messages: string[] = [];
  let wake = (): void => {};
  socket.on('message', (data: Buffer) => {
    messages.push(data.toString());
    wake();
  });
  const receive = async (): Promise<{ type: string }> => {
    while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const message = JSON.parse(messages.shift()!) as { type: string };
    return message.type === 'ping' ? receive() : message;
  };
  const send = (message: object): void => socket.send(JSON.stringify(message));
  await Promise.race([once(socket, 'open'), closed]);
  if (init && socket.readyState === WebSocket.OPEN) {
    send({ type: 'connection_init' });
    await Promise.race([receive(), closed]);
  }
  return { socket, closed, send, receive };
}

describe('a WebSocket', () => {
  test('that never begins is closed', async () => {
    expect(await (await live({ init: false })).closed).toBe(4408);
  });

  test('that is refused and does not go, counts as a plain connection', async () => {
    const upgrade = [
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ];
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    const head = `GET /graphql HTTP/1.1\r\n${host}${[...upgrade, key].join('\r\n')}\r\n\r\n`;
    const { hostname, port } = new URL(plaza.url);
    const sockets = Array.from({ length: 100 }, () => {
      const socket = connect(Number(port), hostname, () => socket.write(head)).on('error', () => {});
      open.push(socket);
      let answered = '';
      socket.on('data', (chunk) => (answered += String(chunk)));
      return { socket, text: () => answered };
    });
    await until(() => sockets.every(({ socket, text }) => socket.destroyed || text() !== ''));
    const upgraded = sockets.filter(({ text }) => text().startsWith('HTTP/1.1 101'));
    expect(upgraded.length).toBeGreaterThanOrEqual(12);
    expect(upgraded.length).toBeLessThanOrEqual(12 + 30);
    await until(() => sockets.every(({ socket }) => socket.destroyed));
    expect(await answer()).toEqual({ __typename: 'Query' });
  });

  test('that subscribes before it begins is closed', async () => {
    const { send, closed } = await live({ init: false });
    send({ type: 'subscribe', id: '1', payload: { query: '{ __typename }' } });
    expect(await closed).toBe(4401);
  });

  test('with a message that is too large is closed, and the others go on', async () => {
    const [bystander, { socket, closed }] = [await live(), await live()];
    socket.send('a'.repeat(100_000));
    expect(await closed).toBe(1009);
    bystander.send({ type: 'subscribe', id: '1', payload: { query: '{ __typename }' } });
    expect(await bystander.receive()).toMatchObject({ type: 'next', id: '1' });
  });

  test('with a message that is none is closed', async () => {
    for (const text of ['nonsense', '[]', '{"type":"nothing"}', '{"type":"subscribe","id":1}', 'null']) {
      const { socket, closed } = await live();
      socket.send(text);
      expect(await closed).toBe(4400);
    }
  });

  test('holds so many subscriptions, and no more', async () => {
    const product = await plaza.product(await plaza.account({ merchant: true }));
    const { send, receive, socket } = await live();
    const query = `subscription { questionAsked(productId: "${product}") { cursor } }`;
    await plaza.admits(5, () => {
      for (let id = 0; id < 5; id++) send({ type: 'subscribe', id: String(id), payload: { query } });
    });
    send({ type: 'subscribe', id: 'one more', payload: { query } });
    expect(await receive()).toMatchObject({ type: 'error', id: 'one more', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  test.each([
    ['an operation name that does not exist', { query: 'query A { __typename }', operationName: 'B' }],
    ['an operation that is not named', { query: 'query A { __typename } query B { __typename }' }],
    [
      'a condition on the field of a subscription',
      { query: 'subscription ($a: Boolean!) { feedItemAdded @skip(if: $a) { cursor } }', variables: { a: true } },
    ],
    ['a subscription whose field is left out', { query: 'subscription { feedItemAdded @include(if: false) { cursor } }' }],
    ['two fields of a subscription', { query: 'subscription { feedItemAdded { cursor } notificationReceived { cursor } }' }],
    ['a variable of the wrong type', { query: 'subscription ($a: String) { feedItemAdded(after: $a) { cursor } }', variables: { a: 1 } }],
    ['an argument that is missing', { query: 'subscription ($id: ID) { questionAsked(productId: $id) { cursor } }', variables: {} }],
    ['a forged cursor', { query: 'query { products(after: "e30") { edges { cursor } } }' }],
    ['a document that is none', { query: '{' }],
    ['a document without an operation', { query: 'fragment F on Query { __typename }' }],
  ])('and an event stream answer %s, and go on', async (_name, payload) => {
    const { send, receive, socket } = await live();
    send({ type: 'subscribe', id: 'hostile', payload });
    const message = await receive();
    expect(message.id).toBe('hostile');
    expect(JSON.stringify(message)).toMatch(/"code":"(?!INTERNAL)[A-Z_]+"/);
    if (message.type === 'next') await receive();
    send({ type: 'subscribe', id: 'honest', payload: { query: '{ __typename }' } });
    expect(await receive()).toMatchObject({ type: 'next', id: 'honest' });
    expect(socket.readyState).toBe(WebSocket.OPEN);
    const stream = await fetch(`${plaza.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(payload),
    });
    expect(stream.status).toBeLessThan(500);
    expect(await stream.text()).toMatch(/"code":"(?!INTERNAL)[A-Z_]+"/);
  });
});

/** Sends and reads nothing, until the server takes no more. @returns the bytes that wait on the server */
async function floodWithoutReading(send: (socket: WebSocket) => void, bytes: number): Promise<number> {
  const accepted: Socket[] = [];
  plaza.app.http.fastify.server.on('connection', (socket: Socket) => accepted.push(socket));
  const { socket } = await live();
  (socket as unknown as { _socket: Socket })._socket.pause();
  for (let sent = 0; sent < 30e6; sent += bytes) send(socket);
  const left: number[] = [];
  await expect
    .poll(() => left.push(socket.bufferedAmount) > 5 && left.at(-1) === left.at(-5), { interval: 100, timeout: 20_000 })
    .toBe(true);
  return Math.max(...accepted.map(({ writableLength }) => writableLength));
}

describe('what a client sends over a WebSocket and does not read the answers of is not kept', () => {
  const protocolPing = (size: number) => JSON.stringify({ type: 'ping', payload: { repeat: 'a'.repeat(size) } });

  test.each([
    ['large pings of the protocol', 60_000, (socket: WebSocket) => socket.send(protocolPing(60_000))],
    ['small pings of the protocol', 900, (socket: WebSocket) => socket.send(protocolPing(900))],
    ['pings of WebSocket', 125, (socket: WebSocket) => socket.ping('a'.repeat(125))],
  ])('%s', async (_name, bytes, send) => {
    expect(await floodWithoutReading(send, bytes)).toBeLessThan(2e6);
  });
});

test('a WebSocket is not told who somebody is at length', async () => {
  const { socket, closed } = await live({ init: false });
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'a'.repeat(20_000) } }));
  expect(await closed).toBe(4400);
});

describe('what live operations came with is held within bounds for an address', () => {
  const payload = (product: string) => ({
    query: `subscription { questionAsked(productId: "${product}") { cursor } }`,
    extensions: { filling: 'a'.repeat(60_000) },
  });

  test('over WebSockets, and is let go of with them', async () => {
    const product = await plaza.product(await plaza.account({ merchant: true }));
    const all = await Promise.all(Array.from({ length: 8 }, () => live()));
    const refusals: unknown[] = [];
    for (const { socket } of all) socket.on('message', (data: Buffer) => refusals.push(JSON.parse(data.toString())));
    for (const { send } of all) for (let id = 0; id < 5; id++) send({ type: 'subscribe', id: String(id), payload: payload(product) });
    await expect.poll(() => refusals.length).toBeGreaterThan(10);
    expect(refusals[0]).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    for (const { socket, closed } of all) {
      socket.close();
      await closed;
    }
    const { send } = await live();
    await plaza.admits(5, () => {
      for (let id = 0; id < 5; id++) send({ type: 'subscribe', id: String(id), payload: payload(product) });
    });
  });

  test('over event streams', async () => {
    const product = await plaza.product(await plaza.account({ merchant: true }));
    const body = JSON.stringify({ ...payload(product), extensions: { filling: '[],'.repeat(20_000) } });
    const holder = await live();
    await plaza.admits(5, () => {
      for (let id = 0; id < 5; id++) holder.send({ type: 'subscribe', id: String(id), payload: payload(product) });
    });
    const others = await Promise.all([live(), live(), live()]);
    await plaza.admits(15, () => {
      for (const { send } of others) for (let id = 0; id < 5; id++) send({ type: 'subscribe', id: String(id), payload: payload(product) });
    });
    const leaving = new AbortController();
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
        const { status } = await fetch(`${plaza.url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal });
        return status;
      }),
    );
    leaving.abort();
    expect(statuses).toContain(200);
    expect(statuses).toContain(429);
  });
});

describe('the id of an operation', () => {
  test('is no longer than it need be', async () => {
    const { send, receive } = await live();
    const id = 'a'.repeat(10_000);
    send({ type: 'subscribe', id, payload: { query: '{ __typename }' } });
    expect(await receive()).toMatchObject({ type: 'error', id, payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('stands for one operation until that has ended, also where the client has completed it', async () => {
    const product = await plaza.product(await plaza.account({ merchant: true }));
    const subscribers = async () => (await plaza.app.realtime.metrics.subscribers.get()).values[0]?.value ?? 0;
    await expect.poll(subscribers).toBe(0);
    const { send, socket, closed } = await live();
    const query = `subscription { questionAsked(productId: "${product}") { cursor } }`;
    for (let round = 0; round < 20; round++) {
      send({ type: 'subscribe', id: '1', payload: { query: '{ products(first: 10) { edges { node { title } } } }' } });
      send({ type: 'complete', id: '1' });
      send({ type: 'subscribe', id: '1', payload: { query } });
      if (round % 2) send({ type: 'complete', id: '1' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.close();
    await closed;
    await expect.poll(subscribers).toBe(0);
  });

  test('that is used twice at once closes the connection with the code of the protocol, however long it is', async () => {
    const product = await plaza.product(await plaza.account({ merchant: true }));
    const { send, closed } = await live();
    const query = `subscription { questionAsked(productId: "${product}") { cursor } }`;
    const id = 'ä'.repeat(150);
    await plaza.admits(1, () => send({ type: 'subscribe', id, payload: { query } }));
    send({ type: 'subscribe', id, payload: { query } });
    expect(await closed).toBe(4409);
  });
});

test('an event stream does not take a name of an operation that is no text', async () => {
  for (const operationName of [1, ['A'], { a: 1 }, true]) {
    const stream = await fetch(`${plaza.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'query A { __typename }', operationName }),
    });
    expect([stream.status, await stream.text()]).toEqual([400, expect.stringContaining('"code":"BAD_USER_INPUT"')]);
  }
});

test('one address holds so many WebSockets, and no more', async () => {
  const sockets = await Promise.all(Array.from({ length: 12 }, () => live()));
  expect(sockets.every(({ socket }) => socket.readyState === WebSocket.OPEN)).toBe(true);
  expect(await (await live()).closed).toBe(4429);
});
