/** How long a connection may take, and how many of them one network may hold open. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from './network-address.js';

/** Milliseconds. A client sends its headers and its whole request within these, and is closed where it does nothing. */
export const timeouts = { headers: 10_000, request: 30_000, idle: 60_000, keepAlive: 15_000, checkInterval: 2_000 } as const;

/** Bytes of a request's headers. */
export const maxHeaderSize = 16 * 1024;

/** Plain HTTP connections by network; one that becomes a WebSocket or an event stream is counted there instead. */
export class RequestConnections {
  private readonly open = new Map<string, number>();
  private readonly leaves = new WeakMap<Socket, () => void>();

  /** @param limit for one network */
  constructor(private readonly limit: number) {}

  /** Closes what is too many. Behind a proxy every connection is the proxy's, so nothing is counted. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      const network = networkOf(socket.remoteAddress ?? '');
      const count = this.open.get(network) ?? 0;
      if (count >= this.limit) return void socket.destroy();
      this.open.set(network, count + 1);
      let left = false;
      const leave = (): void => {
        if (left) return;
        left = true;
        const rest = this.open.get(network)! - 1;
        if (rest === 0) this.open.delete(network);
        else this.open.set(network, rest);
      };
      this.leaves.set(socket, leave);
      socket.once('close', leave);
    });
  }

  /** A connection that is counted as a live one from now on. */
  release({ socket }: IncomingMessage): void {
    this.leaves.get(socket)?.();
  }
}
