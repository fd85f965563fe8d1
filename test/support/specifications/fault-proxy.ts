/**
 * A proxy in front of a MongoDB-compatible server that answers `configureFailPoint` itself, as a test build
 * of MongoDB would: it drops connections, fails commands and delays them, before or after the server has run them.
 */
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { deserialize, serialize, type Document } from 'bson';

interface Fault {
  times: number;
  skip: number;
  afterwards: boolean;
  commands: string[] | null;
  data: Document;
}

const message = 2013;
const retryable = new Set([6, 7, 89, 91, 189, 134, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
/** Failures of a transaction that may be run again, also at its end. */
const transient = new Set([24, 112, 246, 251, 267]);

const codeNames: Record<number, string> = {
  50: 'MaxTimeMSExpired',
  91: 'ShutdownInProgress',
  112: 'WriteConflict',
  251: 'NoSuchTransaction',
  11601: 'Interrupted',
};

export class FaultProxy {
  private fault: Fault | null = null;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(private readonly port: number) {
    this.server = createServer({ noDelay: true }, (socket) => this.connect(socket));
  }

  /** @returns the URI that a driver connects to */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `mongodb://127.0.0.1:${(this.server.address() as AddressInfo).port}/?directConnection=true`;
  }

  clear(): void {
    this.fault = null;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private connect(client: Socket): void {
    const upstream = createConnection({ host: '127.0.0.1', port: this.port, noDelay: true });
    const connection = new ProxiedConnection(client, upstream, (command) => this.faultFor(command));
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
      socket.on('error', () => socket.destroy());
    }
    connection.start((command) => this.configure(command));
  }

  private configure(command: Document): void {
    const mode = command['mode'] as 'off' | 'alwaysOn' | { times?: number; skip?: number };
    const data = (command['data'] ?? {}) as Document;
    if (mode === 'off') return this.clear();
    const afterwards =
      command['configureFailPoint'] === 'onPrimaryTransactionalWrite' && data['failBeforeCommitExceptionCode'] === undefined;
    this.fault = {
      times: typeof mode === 'object' && mode.times !== undefined ? Number(mode.times) : Infinity,
      skip: typeof mode === 'object' ? Number(mode.skip ?? 0) : 0,
      afterwards,
      commands: (data['failCommands'] as string[] | undefined) ?? null,
      data,
    };
  }

  private faultFor(command: Document): Fault | null {
    const { fault } = this;
    const name = Object.keys(command)[0]!;
    const meant = fault?.commands ? fault.commands.includes(name) : command['txnNumber'] !== undefined;
    if (!fault || !meant || fault.times <= 0) return null;
    if (fault.skip > 0) {
      fault.skip--;
      return null;
    }
    fault.times--;
    return fault;
  }
}

class ProxiedConnection {
  private waiting = Promise.resolve();
  /** What is done to the replies on their way back, in order. */
  private readonly replies: ((reply: Buffer) => void)[] = [];

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly faultFor: (command: Document) => Fault | null,
  ) {}

  start(configure: (command: Document) => void): void {
    frames(this.client, (frame) => {
      this.waiting = this.waiting.then(() => this.request(frame, configure));
    });
    frames(this.upstream, (frame) => (this.replies.shift() ?? ((reply) => this.client.write(reply)))(frame));
  }

  private async request(frame: Buffer, configure: (command: Document) => void): Promise<void> {
    if (frame.readInt32LE(12) !== message) return this.forward(frame, true);
    const command = commandOf(frame);
    if (command['configureFailPoint']) {
      configure(command);
      return this.answer(frame, { ok: 1 });
    }
    const fault = this.faultFor(command);
    const acknowledged = (frame.readUInt32LE(16) & 2) === 0;
    if (!fault) return this.forward(frame, acknowledged);
    const { data } = fault;
    // The delay is what the test asks for.
    // eslint-disable-next-line no-restricted-syntax
    if (data['blockConnection']) await new Promise((resolve) => setTimeout(resolve, Number(data['blockTimeMS'])));
    if (fault.afterwards) return this.forward(frame, acknowledged, () => this.client.destroy());
    const uncommitted = data['failBeforeCommitExceptionCode'] !== undefined;
    if (data['closeConnection'] || uncommitted) return void this.client.destroy();
    const code = data['errorCode'] as number | undefined;
    if (code !== undefined) return this.answer(frame, failure(command, Number(code), data));
    const concern = data['writeConcernError'] as Document | undefined;
    if (!concern) return this.forward(frame, acknowledged);
    this.forward(frame, acknowledged, (reply) => {
      const labels = labelsFor(command, Number(concern['code']), data, true);
      this.answer(frame, { ...commandOf(reply), writeConcernError: concern, ...(labels.length > 0 ? { errorLabels: labels } : {}) });
    });
  }

  private forward(frame: Buffer, acknowledged: boolean, onReply?: (reply: Buffer) => void): void {
    if (acknowledged) this.replies.push(onReply ?? ((reply) => this.client.write(reply)));
    this.upstream.write(frame);
  }

  private answer(request: Buffer, reply: Document): void {
    const body = serialize(reply);
    const frame = Buffer.alloc(21 + body.length);
    frame.writeInt32LE(frame.length, 0);
    frame.writeInt32LE(request.readInt32LE(4), 8);
    frame.writeInt32LE(message, 12);
    frame.set(body, 21);
    this.client.write(frame);
  }
}

function failure(command: Document, code: number, data: Document): Document {
  const labels = labelsFor(command, code, data, false);
  return {
    ok: 0,
    code,
    codeName: codeNames[code] ?? `Location${code}`,
    errmsg: "Failing command via 'failCommand' failpoint",
    ...((data['errorLabels'] !== undefined || labels.length > 0) && { errorLabels: labels }),
  };
}

/** The labels that a server gives an error, where the test does not name them. */
function labelsFor(command: Document, code: number, data: Document, concern: boolean): string[] {
  const given = data['errorLabels'] as string[] | undefined;
  if (given) return given;
  const ends = 'commitTransaction' in command || 'abortTransaction' in command;
  const within = command['autocommit'] === false;
  const labels: string[] = [];
  if (command['txnNumber'] !== undefined && (!within || ends) && retryable.has(code)) labels.push('RetryableWriteError');
  if (within && !concern && (transient.has(code) || (!ends && retryable.has(code)))) labels.push('TransientTransactionError');
  return labels;
}

function commandOf(frame: Buffer): Document {
  return deserialize(frame.subarray(21, 21 + frame.readInt32LE(21)), { promoteLongs: false });
}

/** Calls back with every whole message that a socket gives. */
function frames(socket: Socket, take: (frame: Buffer) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
      const length = received.readInt32LE(0);
      take(received.subarray(0, length));
      received = received.subarray(length);
    }
  });
}
