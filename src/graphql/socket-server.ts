/**
 * The graphql-transport-ws protocol over `ws`. What one client has the server hold is bounded, whatever it sends and
 * however little it reads: answers that wait, operations that run, and the messages that they came in.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
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
  firstMessageTimeout: 4408,
  tooMany: 4429,
  defect: 4500,
} as const;
const closingPatience = 5_000;

/** What is kept of the request that opened a connection. */
export interface Caller {
  address: string;
  requestId: string;
  userAgent: string | null;
  acceptLanguage: string | undefined;
}

/** A connection, for the hooks of the protocol. There are many, and most are idle: whatever they hold counts. */
export interface SocketExtra {
  readonly socket: WebSocket;
  /** What the socket writes to. */
  readonly transport: Socket;
  readonly caller: Caller;
  /** Set once the client has said who it is. */
  begun: boolean;
  /** The message that is being read; hooks look at it before they wait for anything. */
  message: SocketMessage;
  /** The operations that have not ended, by the client's ids for them. Those that it has completed may run on for a while. */
  readonly operations: Set<string>;
  /** How many it has begun so far. */
  operationsBegun: number;
  send(text: string): Promise<void>;
  /** Ends a message whose operation has gone on. */
  end(message: SocketMessage): void;
}

/** A message, for as long as what it asks for is worked on. */
export interface SocketMessage {
  /** Whether the client's address may have so much held for it. */
  readonly fits: boolean;
  readonly bytes: number;
  /** What the client calls the operation. */
  operation: string | null;
  onEnd: (() => void) | null;
  /** Asked when the protocol is done with the message: whether its operation goes on, and ends the message itself. */
  goesOn: (() => boolean) | null;
}

export interface SocketServerOptions {
  /** Bytes that may wait for a client that does not read, before answers and before pongs. */
  backlog: { answers: number; pongs: number };
  /** Messages of one connection that are worked on at once; further ones are not read before. */
  messagesAtOnce: number;
  callerOf: (request: IncomingMessage) => Caller;
  /** Counts bytes in for an address. @returns false where there are too many, and they are not counted */
  hold: (address: string, bytes: number) => boolean;
  release: (address: string, bytes: number) => void;
  /** Told of defects. */
  report: (error: unknown) => void;
}

/** Bytes of a message before the client has said who it is: a token fits, as in the headers of a request. */
const longestFirstMessage = 16 * 1024;
/** Bytes of a ping whose payload is repeated in the pong. */
const longestRepeated = 1_024;
const pingInterval = 12_000;
/** Each client is asked at its own time, so that never very many are at once. */
const pingTurns = 48;
/** Milliseconds until the client has to say who it is. */
const firstMessageTimeout = 3_000;

/** @returns what closes all connections */
export function serveSockets<Parameters extends Record<string, unknown>, Extra extends SocketExtra>(
  protocol: ServerOptions<Parameters, Extra>,
  sockets: WebSocketServer,
  options: SocketServerOptions,
): () => Promise<void> {
  const server = makeServer<Parameters, Extra>({
    ...protocol,
    // Its timer would be held for as long as the connection.
    connectionInitWaitTimeout: 0,
    async onConnect(context) {
      (context.extra as SocketExtra as Connection).hear();
      const answer = await protocol.onConnect?.(context);
      // A token is needed no longer.
      (context as { connectionParams?: unknown }).connectionParams = undefined;
      return answer;
    },
  });
  const pings = new Pings();
  sockets.options.handleProtocols = handleProtocols;
  sockets.options.autoPong = false;
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const connection = new Connection(socket, request.socket, options.callerOf(request), options, pings);
    const closed = server.opened(connection, connection as SocketExtra as Extra);
    connection.onClose = (code, reason) => void Promise.resolve(closed(code, reason)).catch(options.report);
  });
  return () => {
    pings.stop();
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

class Connection implements SocketExtra {
  begun = false;
  message: SocketMessage = noMessage;
  readonly operations = new Set<string>();
  operationsBegun = 0;
  onClose: (code: number, reason: string) => void = () => {};
  private running = 0;
  private isThere = true;
  private handle: (text: string) => Promise<void> = async () => {};
  private firstMessage: NodeJS.Timeout | null;

  constructor(
    readonly socket: WebSocket,
    readonly transport: Socket,
    readonly caller: Caller,
    private readonly options: SocketServerOptions,
    pings: Pings,
  ) {
    const turn = pings.turn;
    turn.add(this);
    this.firstMessage = setTimeout(
      () => socket.close(closeCode.firstMessageTimeout, 'Connection initialisation timeout'),
      firstMessageTimeout,
    );
    socket.on('ping', (payload) => {
      if (this.hasRoom('pongs')) socket.pong(payload);
    });
    socket.on('pong', () => (this.isThere = true));
    socket.on('message', (bytes: Buffer) => void this.take(bytes));
    socket.on('close', (code, reason) => {
      this.hear();
      turn.delete(this);
      this.onClose(code, String(reason));
    });
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  /** The client has begun to say who it is. */
  hear(): void {
    if (this.firstMessage) clearTimeout(this.firstMessage);
    this.firstMessage = null;
  }

  close(code?: number, reason?: string): void {
    this.socket.close(code, reason && shortened(reason));
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    this.handle = handle;
  }

  onPing(payload: Record<string, unknown> | undefined): Promise<void> {
    return this.answerPing(payload);
  }

  /** @returns once it is on its way, so that what waits for a slow reader counts as worked on */
  send(text: string): Promise<void> {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    if (this.hasRoom('answers')) return new Promise((resolve) => socket.send(text, () => resolve()));
    closeFirmly(socket, closeCode.tooSlow, 'Too slow: ask again');
    return Promise.resolve();
  }

  private async answerPing(payload: Record<string, unknown> | undefined): Promise<void> {
    if (!this.hasRoom('pongs')) return;
    const text = JSON.stringify({ type: 'pong', payload });
    await this.send(text.length > longestRepeated ? '{"type":"pong"}' : text);
  }

  private async take(bytes: Buffer): Promise<void> {
    const { socket, options } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (!this.begun && bytes.length > longestFirstMessage)
      return closeFirmly(socket, closeCode.badRequest, 'The first message is too large');
    const fits = options.hold(this.caller.address, bytes.length);
    const message: SocketMessage = { fits, bytes: bytes.length, operation: null, onEnd: null, goesOn: null };
    this.count(1);
    try {
      this.message = message;
      await this.handle(bytes.toString());
    } catch (error) {
      options.report(error);
      socket.close(closeCode.defect, 'Internal server error');
    } finally {
      if (!message.goesOn?.()) this.end(message);
    }
  }

  end({ fits, bytes, operation, onEnd }: SocketMessage): void {
    this.count(-1);
    if (fits) this.options.release(this.caller.address, bytes);
    if (operation !== null) this.operations.delete(operation);
    onEnd?.();
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

  /** Cuts off a client that has not answered since it was last asked. */
  askWhetherThere(): void {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (!this.isThere) return socket.terminate();
    this.isThere = false;
    socket.ping();
  }
}

/** Before the first. */
const noMessage: SocketMessage = { fits: true, bytes: 0, operation: null, onEnd: null, goesOn: null };

/** Asks every client in each interval, with one timer for all of them. */
class Pings {
  private readonly turns = Array.from({ length: pingTurns }, () => new Set<Connection>());
  private at = 0;
  private readonly timer = setInterval(() => this.next(), pingInterval / pingTurns).unref();

  /** Those that are asked one interval from now, to which others may be added. */
  get turn(): Set<Connection> {
    return this.turns[this.at]!;
  }

  private next(): void {
    this.at = (this.at + 1) % pingTurns;
    for (const connection of this.turns[this.at]!) connection.askWhetherThere();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** As long as a reason may be: 123 bytes. */
function shortened(reason: string): string {
  return Buffer.byteLength(reason) <= 123 ? reason : reason.slice(0, 40);
}
