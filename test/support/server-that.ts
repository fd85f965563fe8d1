/** A server of no protocol, for what others do wrong. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** @param answer what it does with a connection that begins, or has sent something */
export async function serverThat(answer: (connection: Socket) => void, { when }: { when: 'CONNECTED' | 'ASKED' } = { when: 'ASKED' }) {
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection));
    if (when === 'CONNECTED') answer(connection);
    else connection.once('data', () => answer(connection));
    connection.resume();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => connections.size,
    stop() {
      for (const connection of connections) connection.destroy();
      server.close();
    },
  };
}

/** Says it again and again while the connection lasts. */
export function repeat(connection: Socket, text: string): void {
  const timer = setInterval(() => connection.write(text), 20);
  connection.on('close', () => clearInterval(timer));
}
