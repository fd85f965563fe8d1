/** How long a connection may take, and how many of them one network may hold open. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from './network-address.js';

/** Milliseconds. */
export interface ConnectionTimeouts {
  /** For the headers of a request. */
  headersTimeout: number;
  /** For a request with its body. */
  requestTimeout: number;
  /** For a connection on which nothing happens. */
  idleTimeout: number;
}

const longestKeepAlive = 15_000;
const longestCheckInterval = 2_000;

/** What fastify is told, so that every one of the times is held within a half of it more. */
export function timeoutOptions({ headersTimeout, requestTimeout, idleTimeout }: ConnectionTimeouts) {
  return {
    keepAliveTimeout: Math.min(longestKeepAlive, idleTimeout),
    connectionTimeout: idleTimeout,
    // Headers are a part of the request.
    requestTimeout: Math.max(requestTimeout, headersTimeout),
    http: {
      maxHeaderSize,
      headersTimeout,
      connectionsCheckingInterval: Math.min(longestCheckInterval, headersTimeout / 2, requestTimeout / 2),
    },
  };
}

/** What fastify does to a server that it makes itself. */
export function withTimeouts(server: Server, times: Omit<ReturnType<typeof timeoutOptions>, 'http'>): Server {
  server.keepAliveTimeout = times.keepAliveTimeout;
  server.requestTimeout = times.requestTimeout;
  return server.setTimeout(times.connectionTimeout);
}

/** Bytes of a request's headers. */
const maxHeaderSize = 16 * 1024;

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
    const leave = this.leaves.get(socket);
    if (!leave) return;
    leave();
    socket.off('close', leave);
    this.leaves.delete(socket);
  }
}
