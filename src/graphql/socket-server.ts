/**
 * The graphql-transport-ws protocol over `ws`. What one client has the server hold is bounded, whatever it sends and
 * however little it reads: answers that wait, operations that run, and the messages that they came in.
 */
import type { IncomingMessage } from 'node:http';
import { handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import type { WebSocket, WebSocketServer } from 'ws';

/** Close codes; those of the protocol where it has one. Clients of graphql-ws connect anew after 4403, and not after 4401. */
export const closeCode = {
  goingAway: 1001,
  unavailable: 1013,
  badRequest: 4400,
  sessionEnded: 4401,
  forbidden: 4403,
  tooSlow: 4408,
  tooMany: 4429,
  defect: 4500,
} as const;
const closingPatience = 5_000;

/** A connection, for the hooks of the protocol. */
export interface SocketExtra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Set once the client has said who it is. */
  begun: boolean;
  /** The message that is being read; hooks look at it before they wait for anything. */
  message: SocketMessage;
  /** The operations that have not ended, by the client's ids for them. Those that it has completed may run on for a while. */
  readonly operations: Set<string>;
}

/** A message, for as long as what it asks for is worked on. */
export interface SocketMessage {
  /** Whether the client's address may have so much held for it. */
  readonly fits: boolean;
  readonly atEnd: (() => void)[];
}

export interface SocketServerOptions {
  /** Bytes that may wait for a client that does not read, before answers and before pongs. */
  backlog: { answers: number; pongs: number };
  /** Messages of one connection that are worked on at once; further ones are not read before. */
  messagesAtOnce: number;
  /** Counts bytes in for an address. @returns what counts them out again, or null where there are too many */
  hold: (request: IncomingMessage, bytes: number) => (() => void) | null;
  /** Told of defects. */
  report: (error: unknown) => void;
}

/** Bytes of a message before the client has said who it is: a token fits, as in the headers of a request. */
const longestFirstMessage = 16 * 1024;
/** Bytes of a ping whose payload is repeated in the pong. */
const longestRepeated = 1_024;
const pingInterval = 12_000;

/** @returns what closes all connections */
export function serveSockets<Parameters extends Record<string, unknown>, Extra extends SocketExtra>(
  protocol: ServerOptions<Parameters, Extra>,
  sockets: WebSocketServer,
  options: SocketServerOptions,
): () => Promise<void> {
  const server = makeServer(protocol);
  sockets.options.handleProtocols = handleProtocols;
  sockets.options.autoPong = false;
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const extra: SocketExtra = { socket, request, begun: false, message: { fits: true, atEnd: [] }, operations: new Set() };
    const connection = new Connection(extra, options);
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (text) => connection.send(text),
        close: (code, reason) => socket.close(code, reason && shortened(reason)),
        onMessage: (handle) => void socket.on('message', (bytes: Buffer) => void connection.take(bytes, handle)),
        onPing: (payload) => connection.answerPing(payload),
      },
      extra as Extra,
    );
    socket.once('close', (code, reason) => void Promise.resolve(closed(code, String(reason))).catch(options.report));
  });
  return () => {
    for (const client of sockets.clients) client.close(closeCode.goingAway, 'Going away');
    sockets.removeAllListeners();
    return new Promise((resolve, reject) => sockets.close((error) => (error ? reject(error) : resolve())));
  };
}

/** A client that reads nothing does not read the closing either; after a while its connection is cut. */
export function closeFirmly(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), closingPatience).unref();
}

class Connection {
  private running = 0;
  private readonly socket: WebSocket;

  constructor(
    private readonly extra: SocketExtra,
    private readonly options: SocketServerOptions,
  ) {
    this.socket = extra.socket;
    this.socket.on('ping', (payload) => {
      if (this.hasRoom('pongs')) this.socket.pong(payload);
    });
    this.keepAlive();
  }

  /** @returns once it is on its way, so that what waits for a slow reader counts as worked on */
  send(text: string): Promise<void> {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    if (this.hasRoom('answers')) return new Promise((resolve) => socket.send(text, () => resolve()));
    closeFirmly(socket, closeCode.tooSlow, 'Too slow: ask again');
    return Promise.resolve();
  }

  async answerPing(payload: Record<string, unknown> | undefined): Promise<void> {
    if (!this.hasRoom('pongs')) return;
    const text = JSON.stringify({ type: 'pong', payload });
    await this.send(text.length > longestRepeated ? '{"type":"pong"}' : text);
  }

  async take(bytes: Buffer, handle: (text: string) => Promise<void>): Promise<void> {
    const { extra, socket, options } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (!extra.begun && bytes.length > longestFirstMessage)
      return closeFirmly(socket, closeCode.badRequest, 'The first message is too large');
    const release = options.hold(extra.request, bytes.length);
    const message = { fits: release !== null, atEnd: release ? [release] : [] };
    this.count(1);
    try {
      extra.message = message;
      await handle(bytes.toString());
    } catch (error) {
      options.report(error);
      socket.close(closeCode.defect, 'Internal server error');
    } finally {
      this.count(-1);
      for (const work of message.atEnd) work();
    }
  }

  private count(change: 1 | -1): void {
    this.running += change;
    const isFull = this.running >= this.options.messagesAtOnce;
    if (isFull && !this.socket.isPaused) this.socket.pause();
    if (!isFull && this.socket.isPaused) this.socket.resume();
  }

  private hasRoom(what: 'answers' | 'pongs'): boolean {
    return this.socket.bufferedAmount <= this.options.backlog[what];
  }

  /** Cuts off a client that does not answer for as long as it takes until it is asked again. */
  private keepAlive(): void {
    const { socket } = this;
    let answered = true;
    socket.on('pong', () => (answered = true));
    const asking = setInterval(() => {
      if (socket.readyState !== socket.OPEN) return;
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
    }, pingInterval);
    socket.once('close', () => clearInterval(asking));
  }
}

/** As long as a reason may be: 123 bytes. */
function shortened(reason: string): string {
  return Buffer.byteLength(reason) <= 123 ? reason : reason.slice(0, 40);
}
