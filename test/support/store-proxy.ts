/**
 * Stands between a process and a store, so that a test can cut their connections. Behind it, the embedded store lacks the
 * commands that are its own, and so is followed as MongoDB is.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const own = Buffer.from('plazaChanges');
const unknown = Buffer.from('plazaXhanges');

export class StoreProxy {
  /** How often a change stream was opened. */
  streams = 0;
  private isAway = false;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((client) => this.serve(client));

  private constructor(private readonly target: URL) {}

  static async open(uri: string): Promise<StoreProxy> {
    const proxy = new StoreProxy(new URL(uri));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get uri(): string {
    return `mongodb://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.target.pathname}?directConnection=true`;
  }

  /** Cuts every connection, and lets nobody connect until `restore`. */
  takeAway(): void {
    this.isAway = true;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  restore(): void {
    this.isAway = false;
  }

  /** Nothing gets through in either direction until `restore` or `flow`. */
  stall(): void {
    for (const socket of this.sockets) socket.pause();
  }

  flow(): void {
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.takeAway();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(client: Socket): void {
    if (this.isAway) return void client.destroy();
    const { hostname, port } = this.target;
    const server = port === '' ? connect(decodeURIComponent(hostname)) : connect(Number(port), hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
    client.on('data', (chunk: Buffer) => server.write(this.passed(chunk)));
    server.on('data', (chunk: Buffer) => client.write(chunk));
  }

  private passed(chunk: Buffer): Buffer {
    if (chunk.includes('$changeStream')) this.streams++;
    for (let at = chunk.indexOf(own); at >= 0; at = chunk.indexOf(own, at)) unknown.copy(chunk, at);
    return chunk;
  }
}
