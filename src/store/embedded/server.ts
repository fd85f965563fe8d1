/** The MongoDB wire protocol on a loopback port or a Unix socket. */
import { createServer, type Server, type Socket } from 'node:net';
import { headerSize, largestMessage, opcode, parseLegacyHello, wantsReply } from './message.js';
import { CommandError } from './errors.js';
import { failure } from './replies.js';
import type { Client, Router } from './router.js';

const slowestMessage = 30_000;

export function serve(router: Router): Server {
  let connections = 0;
  return createServer({ noDelay: true }, (socket) => new Connection(socket, router, ++connections).start());
}

class Connection implements Client {
  transaction: Buffer | null = null;
  private received: Buffer[] = [];
  private size = 0;
  private working: Promise<void> = Promise.resolve();
  /** How many messages have come that are not answered yet. */
  private waiting = 0;
  private lastId = 0;

  constructor(
    private readonly socket: Socket,
    private readonly router: Router,
    private readonly id: number,
  ) {}

  start(): void {
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('timeout', () => this.socket.destroy());
    this.socket.on('close', () => void this.leave());
  }

  /** What has come is done before. */
  private async leave(): Promise<void> {
    await this.working;
    this.router.leave(this);
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
    const kind = message.readInt32LE(12);
    if (kind !== opcode.message && kind !== opcode.query) throw new CommandError(115, `opcode ${kind} is not supported`);
    if (kind === opcode.message && message.length < headerSize + 4) throw new Error('invalid message length');
    if (kind === opcode.query) parseLegacyHello(message);
    if (this.waiting === 0 && kind === opcode.message && this.answerAtOnce(message)) return;
    this.waiting++;
    this.working = this.working.then(() => (kind === opcode.query ? this.greet(message) : this.answer(message)));
  }

  private answerAtOnce(message: Buffer): boolean {
    const reply = this.router.answerAtOnce(message);
    if (reply) this.send(message, reply);
    return reply !== null;
  }

  private greet(message: Buffer): void {
    this.waiting--;
    this.socket.write(this.legacyReply(message.readInt32LE(4), this.router.greeting(this.id)));
  }

  private async answer(message: Buffer): Promise<void> {
    const reply = this.socket.destroyed ? null : await this.router.answer(message, this).catch(failure);
    this.waiting--;
    if (reply && wantsReply(message) && !this.socket.destroyed) this.send(message, reply);
  }

  /** Fills in what a reply has room for in front of its body. */
  private send(message: Buffer, reply: Buffer): void {
    this.header(reply, message.readInt32LE(4), opcode.message);
    reply.writeUInt32LE(0, 16);
    reply[20] = 0;
    this.socket.write(reply);
  }

  private legacyReply(to: number, body: Uint8Array): Buffer {
    const out = Buffer.alloc(headerSize + 20 + body.length);
    this.header(out, to, opcode.reply);
    out.writeInt32LE(8, 16);
    out.writeInt32LE(1, 32);
    out.set(body, 36);
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
