/** A Plaza that is killed at random moments and started again at once, on the same data and the same port. */
import { once } from 'node:events';
import { until } from './until.js';
import { freePort, kill, startApi, type Running } from './processes.js';

export class RestartingPlaza {
  kills = 0;
  url = '';
  private environment: Record<string, string> = {};
  private running: Running | null = null;
  private stopped = false;
  private dying: Promise<void> | null = null;
  /** The latest start, which ends when it answers. */
  private starting: Promise<void> = Promise.resolve();

  /**
   * @param random from 0 to 1
   * @param maxKills after which it lives
   * @param mayDie whether a kill may come just now; else it comes later
   */
  constructor(
    private readonly random: () => number,
    private readonly maxKills: number,
    private readonly mayDie: () => boolean,
  ) {}

  async start(environment: Record<string, string>): Promise<void> {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    this.environment = { ...environment, PORT: String(port), PUBLIC_URL: this.url };
    this.starting = this.run();
    await this.starting;
  }

  /** Kills it soon, at a moment that nobody knows. */
  killSoon(): void {
    if (this.dying || this.kills >= this.maxKills) return;
    let moments = Math.floor(this.random() * 100);
    this.dying = until(() => this.stopped || (moments-- <= 0 && this.running !== null && this.mayDie())).then(async () => {
      if (!this.stopped) {
        this.kills++;
        await kill(this.running!);
      }
      this.dying = null;
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.dying;
    await this.starting;
    if (this.running) await kill(this.running, 'SIGTERM');
  }

  /** Waits until it answers, if it was killed. */
  async isUp(): Promise<void> {
    await until(() => this.running !== null || this.stopped);
  }

  /** Waits until it answers and no kill is to come. */
  async settle(): Promise<void> {
    this.kills = this.maxKills;
    await this.dying;
    await until(() => this.running?.child.signalCode === null);
  }

  private async run(): Promise<void> {
    const running = await startApi(this.environment);
    this.running = running;
    void once(running.child, 'exit').then(() => {
      this.running = null;
      if (!this.stopped) this.starting = this.run();
    });
  }
}
