/** Stands between programs, so that a test can break the line: cut it, close it, hold it, or make it slow. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

export class Door {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private closed = false;
  private delay = 0;
  private passable = Promise.resolve();
  private letPass = (): void => {};
  private epoch = 0;
  private opened = Promise.resolve();
  private open = (): void => {};

  constructor(private readonly target: () => NetConnectOpts) {}

  async start(): Promise<void> {
    this.server = createServer((client) => this.admit(client)).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get port(): number {
    return (this.server!.address() as AddressInfo).port;
  }

  /** How many connections there are. */
  get connections(): number {
    return this.sockets.size / 2;
  }

  /** Ends every connection; new ones are let in. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Ends every connection and lets in none until `reopen`. */
  shut(): void {
    this.closed = true;
    this.opened = new Promise((resolve) => (this.open = resolve));
    this.cut();
  }

  reopen(): void {
    this.closed = false;
    this.open();
  }

  /** Waits until connections are let in. */
  reopened(): Promise<void> {
    return this.opened;
  }

  /** Connections stay, and nothing arrives until `release`: what a network looks like that has lost its way. */
  hold(): void {
    this.passable = new Promise((resolve) => (this.letPass = resolve));
  }

  release(): void {
    this.letPass();
  }

  /**
   * The other side has gone without a word: connections stay open on this side, and nothing arrives on them ever again.
   * New ones are let in.
   */
  abandon(): void {
    this.epoch++;
  }

  /** @param milliseconds how long whatever passes takes from now on */
  slowDown(milliseconds: number): void {
    this.delay = milliseconds;
  }

  stop(): void {
    this.letPass();
    this.cut();
    this.server?.close();
  }

  private admit(client: Socket): void {
    if (this.closed) return void client.destroy();
    const server = connect(this.target());
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    }
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const)
      pipeline(from, this.passage(), to, () => [client, server].forEach((socket) => socket.destroy()));
  }

  private passage(): Transform {
    const { epoch } = this;
    const pass = async (): Promise<void> => {
      await this.passable;
      if (this.delay > 0) await pause(this.delay);
    };
    return new Transform({
      transform: (chunk, _encoding, done) => void pass().then(() => (epoch === this.epoch ? done(null, chunk) : done())),
    });
  }
}
