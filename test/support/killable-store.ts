/** An embedded store in a process of its own that can be killed and started again, behind a door that stays. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./store-process.js', import.meta.url));

export class KillableStore {
  readonly directory = mkdtempSync(join(tmpdir(), 'plaza-killable-'));
  private child: ChildProcess | null = null;
  private server: Server | null = null;
  private readonly clients = new Set<Socket>();
  private ready: Promise<void> = Promise.resolve();
  private fatal: { command: string; died: () => void } | null = null;

  async start(): Promise<void> {
    await this.startProcess();
    this.server = createServer((client) => {
      this.clients.add(client);
      client.on('close', () => this.clients.delete(client));
      void this.pass(client);
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Where the door is, whichever process is behind it. */
  get uri(): string {
    return `mongodb://127.0.0.1:${(this.server!.address() as AddressInfo).port}/?directConnection=true`;
  }

  /** Kills the process as soon as it answers the next command of a name, keeps the answer back, and starts it again. */
  killAtReplyTo(command: string): Promise<void> {
    return new Promise((died) => (this.fatal = { command, died }));
  }

  /** Whoever knocks in between waits at the door. */
  killAndRestart(): Promise<void> {
    this.ready = this.kill().then(() => this.startProcess());
    return this.ready;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.kill();
    this.server?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async startProcess(): Promise<void> {
    this.child = fork(script, [this.directory], { execArgv: [] });
    const [message] = (await once(this.child, 'message')) as [{ uri?: string; error?: string }];
    if (message.error) throw new Error(message.error);
  }

  private async kill(): Promise<void> {
    const exited = once(this.child!, 'exit');
    this.child!.kill('SIGKILL');
    await exited;
  }

  private async pass(client: Socket): Promise<void> {
    const passage = new Passage(client, () => this.connect());
    passage.onAnswer = (command) => {
      if (!this.fatal || !command.includes(`${this.fatal.command}\0`, 16, 'latin1')) return true;
      const { died } = this.fatal;
      this.fatal = null;
      void this.killAndRestart().then(died);
      return false;
    };
    await passage.open();
  }

  private async connect(): Promise<Socket> {
    await this.ready;
    return connect(join(this.directory, 'store.sock'));
  }
}

/**
 * One connection through the door. A client that waits for an answer when the store dies sees its connection
 * close; one that is idle is led to the next store, as drivers are not sure to notice a close at all times.
 */
class Passage {
  onAnswer: (command: Buffer) => boolean = () => true;
  private store: Socket | null = null;
  private asked: Buffer | null = null;
  private waiting: Buffer[] = [];

  constructor(
    private readonly client: Socket,
    private readonly connect: () => Promise<Socket>,
  ) {}

  async open(): Promise<void> {
    this.client.on('error', () => this.client.destroy());
    this.client.on('close', () => this.store?.destroy());
    this.client.on('data', (bytes) => this.ask(bytes));
    await this.link();
  }

  private ask(bytes: Buffer): void {
    this.asked ??= bytes;
    if (this.store) this.store.write(bytes);
    else this.waiting.push(bytes);
  }

  private async link(): Promise<void> {
    const store = await this.connect();
    if (this.client.destroyed) return void store.destroy();
    this.store = store;
    store.on('error', () => store.destroy());
    store.on('close', () => this.storeClosed());
    store.on('data', (bytes) => {
      if (this.asked && !this.onAnswer(this.asked)) return;
      this.asked = null;
      this.client.write(bytes);
    });
    for (const bytes of this.waiting.splice(0)) store.write(bytes);
  }

  private storeClosed(): void {
    this.store = null;
    if (this.asked) this.client.destroy();
    if (!this.client.destroyed) void this.link();
  }
}
