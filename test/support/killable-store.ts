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
  private readonly sockets = new Set<Socket>();
  private ready: Promise<void> = Promise.resolve();
  private fatal: { command: string; died: () => void } | null = null;

  async start(): Promise<void> {
    await this.startProcess();
    this.server = createServer((client) => void this.pass(client)).listen(0, '127.0.0.1');
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
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  private async pass(client: Socket): Promise<void> {
    client.on('error', () => client.destroy());
    await this.ready;
    const store = connect(join(this.directory, 'store.sock'));
    let doomed = false;
    for (const socket of [client, store]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('close', () => store.destroy());
    store.on('close', () => client.destroy());
    client.on('data', (bytes) => {
      doomed ||= this.fatal !== null && bytes.includes(`${this.fatal.command}\0`, 16, 'latin1');
      store.write(bytes);
    });
    store.on('data', (bytes) => {
      if (!doomed || !this.fatal) return void client.write(bytes);
      const { died } = this.fatal;
      this.fatal = null;
      void this.killAndRestart().then(died);
    });
  }
}
