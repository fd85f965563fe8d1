/** The MongoDB wire protocol on a loopback port or a Unix socket. */
import { createServer, type Server, type Socket } from 'node:net';
import { deserialize, type Document } from 'bson';
import type { Commands } from './commands.js';
import { CommandError, errorReply } from './errors.js';
import { encode } from './raw-document.js';

const headerSize = 16;
const largestMessage = 48_000_000;
const opcode = { reply: 1, query: 2004, message: 2013 } as const;
const flag = { checksumPresent: 1, moreToCome: 2 } as const;
const slowestMessage = 30_000;
const rawDocuments = { fieldsAsRaw: { documents: true } } as const;

interface Request {
  id: number;
  legacy: boolean;
  command: Document;
  wantsReply: boolean;
}

export function serve(commands: Commands): Server {
  let connections = 0;
  return createServer({ noDelay: true }, (socket) => new Connection(socket, commands, ++connections).start());
}

class Connection {
  private received: Buffer[] = [];
  private size = 0;
  private working: Promise<void> = Promise.resolve();
  private lastId = 0;

  constructor(
    private readonly socket: Socket,
    private readonly commands: Commands,
    private readonly id: number,
  ) {}

  start(): void {
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('timeout', () => this.socket.destroy());
  }

  private receive(chunk: Buffer): void {
    this.received.push(chunk);
    this.size += chunk.length;
    try {
      for (let message = this.take(); message; message = this.take()) this.enqueue(message);
    } catch {
      this.socket.destroy();
      return;
    }
    this.socket.setTimeout(this.size > 0 ? slowestMessage : 0);
  }

  /** The next whole message, or null until more bytes come. */
  private take(): Buffer | null {
    if (this.size < headerSize) return null;
    const first = this.received[0]!;
    const head = first.length >= 4 ? first : this.join();
    const length = head.readInt32LE(0);
    if (length < headerSize || length > largestMessage) throw new Error('invalid message length');
    if (this.size < length) return null;
    const all = this.join();
    this.received = all.length > length ? [all.subarray(length)] : [];
    this.size -= length;
    return all.subarray(0, length);
  }

  private join(): Buffer {
    if (this.received.length > 1) this.received = [Buffer.concat(this.received)];
    return this.received[0]!;
  }

  private enqueue(message: Buffer): void {
    const request = this.parse(message);
    this.working = this.working.then(() => this.answer(request));
  }

  private parse(message: Buffer): Request | CommandError {
    const id = message.readInt32LE(4);
    const kind = message.readInt32LE(12);
    if (kind === opcode.query) return { id, legacy: true, wantsReply: true, command: parseLegacyHello(message) };
    if (kind !== opcode.message) throw new CommandError(115, `opcode ${kind} is not supported`);
    const flags = message.readUInt32LE(16);
    try {
      return { id, legacy: false, wantsReply: (flags & flag.moreToCome) === 0, command: parseSections(message, flags) };
    } catch (error) {
      if (error instanceof CommandError) return { id, legacy: false, wantsReply: true, command: { malformed: error } };
      throw error;
    }
  }

  private async answer(request: Request | CommandError): Promise<void> {
    if (request instanceof CommandError || this.socket.destroyed) return;
    let reply: Document | Buffer;
    try {
      const malformed = request.command['malformed'] as unknown;
      if (malformed instanceof CommandError) throw malformed;
      reply = await this.commands.run(request.command);
      if (request.legacy) (reply as Document)['connectionId'] = this.id;
    } catch (error) {
      reply = errorReply(error);
    }
    if (!request.wantsReply || this.socket.destroyed) return;
    const body = Buffer.isBuffer(reply) ? reply : encode(reply);
    this.socket.write(request.legacy ? this.legacyReply(request.id, body) : this.messageReply(request.id, body));
  }

  private messageReply(to: number, body: Buffer): Buffer {
    const out = Buffer.allocUnsafe(headerSize + 5 + body.length);
    this.header(out, to, opcode.message);
    out.writeUInt32LE(0, 16);
    out[20] = 0;
    body.copy(out, 21);
    return out;
  }

  private legacyReply(to: number, body: Buffer): Buffer {
    const out = Buffer.alloc(headerSize + 20 + body.length);
    this.header(out, to, opcode.reply);
    out.writeInt32LE(8, 16);
    out.writeInt32LE(1, 32);
    body.copy(out, 36);
    return out;
  }

  private header(out: Buffer, to: number, kind: number): void {
    out.writeInt32LE(out.length, 0);
    out.writeInt32LE(this.nextId(), 4);
    out.writeInt32LE(to, 8);
    out.writeInt32LE(kind, 12);
  }

  private nextId(): number {
    this.lastId = (this.lastId + 1) & 0x7fffffff;
    return this.lastId;
  }
}

/** The one thing the old opcode is still used for is a driver's first greeting. */
function parseLegacyHello(message: Buffer): Document {
  const nameEnd = message.indexOf(0, 20);
  const command = deserialize(message.subarray(nameEnd + 9));
  const name = Object.keys(command)[0] ?? '';
  if (!/^(hello|ismaster)$/i.test(name)) throw new CommandError(115, 'OP_QUERY is only accepted for hello');
  return { hello: 1, $db: 'admin' };
}

/** The body of an OP_MSG, with its document sequences as arrays of raw documents. */
function parseSections(message: Buffer, flags: number): Document {
  const end = message.length - (flags & flag.checksumPresent ? 4 : 0);
  const unknownFlags = flags & 0xffff & ~(flag.checksumPresent | flag.moreToCome);
  if (unknownFlags !== 0) throw new CommandError(9, 'unknown required OP_MSG flag');
  let body: Document | null = null;
  const sequences: Document = {};
  for (let at = 20; at < end;) {
    const kind = message[at]!;
    const size = message.readInt32LE(at + 1);
    if (size < 5 || at + 1 + size > end) throw new Error('invalid section length');
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0) body = parseBody(section);
    else if (kind === 1) Object.assign(sequences, parseSequence(section));
    else throw new CommandError(9, `unknown OP_MSG section kind ${kind}`);
    at += 1 + size;
  }
  if (!body) throw new CommandError(9, 'OP_MSG has no body');
  return Object.assign(body, sequences);
}

function parseBody(section: Buffer): Document {
  try {
    return deserialize(section, rawDocuments);
  } catch (error) {
    throw new CommandError(22, error instanceof Error ? error.message : 'invalid BSON');
  }
}

function parseSequence(section: Buffer): Document {
  const nameEnd = section.indexOf(0, 4);
  const name = section.toString('utf8', 4, nameEnd);
  const documents: unknown[] = [];
  for (let at = nameEnd + 1; at < section.length;) {
    const size = section.readInt32LE(at);
    if (size < 5 || at + size > section.length) throw new Error('invalid document length');
    const bytes = section.subarray(at, at + size);
    documents.push(name === 'documents' ? bytes : deserialize(bytes));
    at += size;
  }
  return { [name]: documents };
}
