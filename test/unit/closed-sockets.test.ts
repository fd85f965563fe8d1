/** Whether commands end whose connection closes in the moment that they are sent. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { driverConnections, endWritesWithTheirSocket } from '../../src/store/closed-sockets.js';

test('a command on a socket that closes without an error fails, and does not wait for ever', async () => {
  endWritesWithTheirSocket();
  endWritesWithTheirSocket();
  const server = createServer((peer) => void peer.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const Connection = driverConnections();
  const options = { hostAddress: { host: '127.0.0.1' }, id: 1, generation: 0, logicalSessionTimeoutMinutes: 30 };
  const connection = new Connection(socket, options) as unknown as { command(...given: unknown[]): Promise<unknown> };
  // Whoever is told first of closing sockets asks the others at once, in the moment between their end and its news.
  await Promise.resolve();
  socket.destroy();
  const namespace = { db: 'admin', collection: '$cmd', toString: () => 'admin.$cmd' };
  await expect(connection.command(namespace, { hello: 1 }, { socketTimeoutMS: 100 })).rejects.toThrow('closed');
  server.close();
});
