/** Stands between clients and a server, so that a test can cut every connection. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export async function cuttable(target: string) {
  const sockets = new Set<Socket>();
  let away = false;
  let wakeAll = (): void => {};
  let back = Promise.resolve();
  const proxy = createServer((client) => {
    if (away) return void client.destroy();
    const server = connect(Number(new URL(target).port), '127.0.0.1');
    sockets.add(client).add(server);
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}/graphql`,
    cut,
    /** Cuts, and lets nobody connect until `restore`. */
    takeAway: () => {
      away = true;
      back = new Promise((resolve) => (wakeAll = resolve));
      cut();
    },
    restore: () => {
      away = false;
      wakeAll();
    },
    /** Waits until connections are let in. */
    restored: () => back,
    close: () => {
      cut();
      proxy.close();
    },
  };
}
