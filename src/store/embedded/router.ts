/**
 * Decides which thread runs a command, so that no statement stops the others. Short reads run here, at
 * the door, within a budget; a read that exceeds it starts again in a thread for long reads. Writes and
 * transactions run in the one thread that writes.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { serialize } from 'bson';
import { firstMessage, startThread } from '../../threads.js';
import { Catalog } from './catalog.js';
import type { ThreadInput, ToThread } from './command-thread.js';
import { shareClock } from './clock.js';
import { Commands } from './commands.js';
import { CommandError } from './errors.js';
import { readByIdentity } from './identity-reads.js';
import { abortOf, outline, parseMessage, type Outline } from './message.js';
import { Outbox, pack, unpack, type Addressed, type Packet } from './packets.js';
import { OverBudget } from './reader.js';
import { encodeReply, failure } from './replies.js';
import { warn } from './warnings.js';

/** Answered at the door: they read nothing, or the catalog alone. */
const immediate = new Set([
  'hello',
  'isMaster',
  'ismaster',
  'ping',
  'buildInfo',
  'buildinfo',
  'listDatabases',
  'listCollections',
  'listIndexes',
]);
const reads = new Set(['find', 'aggregate', 'count', 'distinct']);
const longReads = new Set(['explain', 'filemd5', 'plazaBackup']);
/** Pipelines that follow or make writes. */
const writersStages = new Set(['$changeStream', '$out', '$merge', '$currentOp', '$listSessions']);
const endings = new Set(['commitTransaction', 'abortTransaction']);
const readThreads = 2;
/** How long a transaction stays open whose client has lost its connection, in milliseconds. */
const graceAfterLoss = 2_000;

/** Somebody who is connected. */
export interface Client {
  /** The latest request of a transaction that it has not ended. */
  transaction: Buffer | null;
}

export class Router {
  private catalog!: Catalog;
  private commands!: Commands;
  private readonly threads: CommandThread[];

  constructor(
    private readonly directory: string,
    private readonly address: () => string,
    clock: SharedArrayBuffer,
  ) {
    shareClock(clock);
    this.threads = Array.from(
      { length: 1 + readThreads },
      (_, number) => new CommandThread(() => ({ directory, address: address(), number, clock })),
    );
  }

  /** Starts the thread that writes, which makes the data where there is none; then reads beside it. */
  async start(): Promise<void> {
    await this.threads[0]!.start();
    this.catalog = new Catalog(join(this.directory, 'plaza.lmdb'), { readOnly: true });
    this.commands = new Commands(this.catalog, this.address, { thread: null });
  }

  async stop(): Promise<void> {
    for (const thread of this.threads) await thread.stop();
    await this.catalog.environment.close();
  }

  /** The reply to a driver's first greeting in the old form. */
  greeting(connectionId: number): Uint8Array {
    return serialize({ ...this.commands.hello(), connectionId });
  }

  /** The reply to what is so short that it need not wait for its turn; null for all else. */
  answerAtOnce(message: Buffer): Buffer | null {
    return readByIdentity(message, this.catalog);
  }

  async answer(message: Buffer, client: Client): Promise<Buffer> {
    const asked = outline(message);
    if (asked.inTransaction) client.transaction = endings.has(asked.name) ? null : message;
    const thread = this.threadFor(asked);
    if (thread) return thread.ask(message);
    try {
      this.catalog.refresh();
      return encodeReply(await this.commands.run(parseMessage(message)));
    } catch (error) {
      if (error instanceof OverBudget) return this.idlest().ask(message);
      return failure(error);
    }
  }

  /**
   * Ends the transaction of a client that is gone: what it has written would keep others waiting for as long as a
   * transaction may last. A driver that has lost a connection asks for its commit again by another, and has time for that.
   */
  leave({ transaction }: Client): void {
    if (transaction) setTimeout(() => void this.threads[0]!.ask(abortOf(transaction)), graceAfterLoss).unref();
  }

  /** The thread a command needs, or null for a command that is tried at the door. */
  private threadFor({ name, inTransaction, cursor, firstStage }: Outline): CommandThread | null {
    const writer = this.threads[0]!;
    if (inTransaction) return writer;
    if (immediate.has(name)) return null;
    if (longReads.has(name)) return this.idlest();
    if (cursor !== null) return this.threads[Number(cursor & 3n)] ?? writer;
    if (reads.has(name) && !(firstStage && writersStages.has(firstStage))) return null;
    return writer;
  }

  private idlest(): CommandThread {
    const [first, ...others] = this.threads.slice(1) as [CommandThread, ...CommandThread[]];
    return others.reduce((best, other) => (other.waiting < best.waiting ? other : best), first);
  }
}

/** A thread that answers commands; it starts when it is first asked, and again should it fail. */
class CommandThread {
  private worker: Promise<Worker> | null = null;
  private readonly pending = new Map<number, (reply: Buffer) => void>();
  /** What comes in one turn of the event loop goes to the thread together. */
  private readonly outbox = new Outbox(setImmediate, (requests) => void this.send(requests));
  private lastId = 0;

  constructor(private readonly input: () => ThreadInput) {}

  get waiting(): number {
    return this.pending.size;
  }

  async start(): Promise<void> {
    await this.running();
  }

  ask(message: Buffer): Promise<Buffer> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      this.pending.set(id, resolve);
      this.outbox.put({ id, message });
    });
  }

  async stop(): Promise<void> {
    if (!this.worker) return;
    const worker = await this.worker;
    const exited = once(worker, 'exit');
    worker.postMessage('stop' satisfies ToThread);
    await exited;
  }

  private async send(requests: Addressed[]): Promise<void> {
    try {
      const worker = await this.running();
      const packet = pack(requests);
      worker.postMessage(packet satisfies ToThread, [packet.bytes.buffer]);
    } catch (error) {
      for (const { id } of requests) {
        this.pending.get(id)?.(failure(error));
        this.pending.delete(id);
      }
    }
  }

  private running(): Promise<Worker> {
    this.worker ??= this.launch();
    return this.worker;
  }

  private async launch(): Promise<Worker> {
    const worker = startThread('store/embedded/command-thread', this.input());
    try {
      await firstMessage(worker);
    } catch (error) {
      this.worker = null;
      throw error;
    }
    worker.on('message', (packet: Packet) => {
      for (const { id, message } of unpack(packet)) {
        this.pending.get(id)?.(message);
        this.pending.delete(id);
      }
    });
    worker.on('error', (error) => warn(`A thread failed: ${error.message}`));
    worker.on('exit', () => this.ended());
    return worker;
  }

  /** What was asked of a thread that is gone fails in a way that drivers try again. */
  private ended(): void {
    this.worker = null;
    this.outbox.clear();
    for (const reply of this.pending.values())
      reply(failure(new CommandError(91, 'The command was interrupted', {}, ['RetryableWriteError'])));
    this.pending.clear();
  }
}
