/** Connections that are open and do nothing: there may be very many, and what each of them holds is let go of with it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { heapAfterGarbage } from '../support/garbage.js';
import { usePlaza } from '../support/plaza.js';
import { until } from '../support/until.js';

const plaza = usePlaza({ CONNECTIONS_PER_ADDRESS: '2000', REQUEST_CONNECTIONS_PER_ADDRESS: '2000' });

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** A text as clients frame it, masked with zeros. */
function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const length = text.length < 126 ? [0x80 | text.length] : [0xfe, text.length >> 8, text.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), text]);
}

/** A WebSocket that answers nothing, and takes next to no memory itself. */
async function bare(): Promise<Socket> {
  const { hostname, port, host } = new URL(plaza.url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  socket.on('error', () => {});
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: KW4mvjk6t/qEPjx/STXt0Q==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.write(frame({ type: 'connection_init' }));
  await once(socket, 'data');
  socket.resume();
  return socket;
}

async function subscription(): Promise<object> {
  const id = await plaza.product(await plaza.account({ merchant: true }));
  const query = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { cursor comment { id body author { handle name } } } }';
  return { query, variables: { id } };
}

const subscribers = async () => (await plaza.app.realtime.metrics.subscribers.get()).values[0]?.value ?? 0;

test('a connection with a subscription takes less than 13 KB, with what a bare client takes', async () => {
  const payload = await subscription();
  const join = async (count: number): Promise<void> => {
    for (let joined = 0; joined < count; joined += 50) {
      const sockets = await Promise.all(Array.from({ length: 50 }, bare));
      await plaza.admits(50, () => sockets.forEach((socket) => socket.write(frame({ type: 'subscribe', id: '1', payload }))));
    }
  };
  await join(200);
  const before = heapAfterGarbage();
  await join(1000);
  expect((heapAfterGarbage() - before) / 1000).toBeLessThan(13_000);
}, 60_000);

test('a subscription is let go of that is completed, or whose client goes, before the server has it', async () => {
  const payload = await subscription();
  const subscribe = (id: string) => frame({ type: 'subscribe', id, payload });
  const before = await subscribers();
  const socket = await bare();
  await plaza.admits(5, () => {
    for (let id = 0; id < 5; id++) socket.write(Buffer.concat([subscribe(String(id)), frame({ type: 'complete', id: String(id) })]));
  });
  await until(async () => (await subscribers()) === before);
  await plaza.admits(1, () => socket.write(subscribe('0')));
  socket.write(Buffer.concat([subscribe('5'), subscribe('6')]));
  socket.end();
  await until(async () => (await subscribers()) === before);
});

test('a client that does not answer pings is cut off, and one that does is not', async () => {
  const socket = await bare();
  const ended = once(socket, 'close');
  const living = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  open.push({ destroy: () => living.terminate() });
  await once(living, 'open');
  living.send('{"type":"connection_init"}');
  await ended;
  await once(living, 'ping');
  expect(living.readyState).toBe(WebSocket.OPEN);
}, 45_000);
