/**
 * Several processes that serve one port: this one starts them and starts others in the place of those that end, runs the
 * embedded store for all, passes on what they say to each other, and adds up their metrics.
 */
import cluster, { type Worker } from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import { AggregatorRegistry } from 'prom-client';
import { RateLimiterClusterMaster } from 'rate-limiter-flexible';
import type { Logger } from '../log.js';
import { isOurs, type ToMember, type ToPrimary } from './messages.js';

/** A process that ended sooner is not replaced at once. */
const shortLife = 10_000;
const pauseBeforeNext = 1_000;

export interface ProcessesOptions {
  count: number;
  /** The embedded store's address, where this process runs it. */
  storeUri: string | null;
  log: Logger;
}

interface Asked {
  by: Worker;
  id: number;
  /** Who has not answered yet. */
  waiting: Set<number>;
}

export class Processes {
  private readonly registry = new AggregatorRegistry();
  private readonly asked = new Map<number, Asked>();
  /** Since when each has answered nothing that it was asked. */
  private readonly silentSince = new Map<number, number>();
  private lastId = 0;
  private isReady = false;
  private isStopping = false;
  private fail: (error: Error) => void = () => {};
  /** Rejects where the first process cannot start. */
  readonly failed = new Promise<never>((_, reject) => (this.fail = reject));

  constructor(private readonly options: ProcessesOptions) {}

  /** The first one alone, since it may have to fill or upgrade the store; the others when it is ready. */
  start(): void {
    new RateLimiterClusterMaster();
    cluster.on('message', (worker, message: unknown) => {
      if (isOurs<ToPrimary>(message)) this.take(worker, message);
    });
    this.fork();
  }

  /** Ends them in order: each answers what it has begun. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const workers = this.workers();
    await Promise.all(
      workers.map((worker) => {
        const gone = new Promise<void>((resolve) => worker.process.once('exit', () => resolve()));
        tell(worker, { plaza: 'stop' });
        return gone;
      }),
    );
  }

  /** The metrics of all processes. */
  get metrics(): { contentType: string; metrics: () => Promise<string> } {
    return { contentType: this.registry.contentType, metrics: () => this.registry.clusterMetrics() };
  }

  private fork(): void {
    const startedAt = performance.now();
    const worker = cluster.fork();
    worker.process.once('exit', (code, signal) => {
      this.forget(worker);
      if (this.isStopping) return;
      if (!this.isReady) return this.fail(new ProcessEnded(code ?? 1));
      this.options.log.error({ pid: worker.process.pid, code, signal }, 'a process has ended; another takes its place');
      void this.replace(performance.now() - startedAt);
    });
  }

  private async replace(lifetime: number): Promise<void> {
    if (lifetime < shortLife) await pause(pauseBeforeNext);
    if (!this.isStopping) this.fork();
  }

  private workers(): Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  }

  private take(worker: Worker, message: ToPrimary): void {
    if (message.plaza === 'started') this.welcome(worker);
    else if (message.plaza === 'ready') this.admit();
    else if (message.plaza === 'announce') for (const other of this.othersThan(worker)) tell(other, message);
    else if (message.plaza === 'metrics') void this.sendMetrics(worker, message.id);
    else if (message.plaza === 'agree') this.ask(worker, message);
    else this.settle(message.id, worker);
  }

  private welcome(worker: Worker): void {
    tell(worker, { plaza: 'begin', storeUri: this.options.storeUri, isFirst: !this.isReady });
    // It may not have heard what was said before it listened.
    if (this.isStopping) tell(worker, { plaza: 'stop' });
  }

  private admit(): void {
    if (this.isReady) return;
    this.isReady = true;
    for (let number = 1; number < this.options.count; number++) this.fork();
  }

  private async sendMetrics(worker: Worker, id: number): Promise<void> {
    const text = await this.registry.clusterMetrics().catch(() => '');
    tell(worker, { plaza: 'metrics', id, text });
  }

  /** Who has been silent for longer than the question may stay open is asked, and not waited for. */
  private ask(by: Worker, { id, place, longest }: { id: number; place: string; longest: number }): void {
    const others = this.othersThan(by);
    const now = performance.now();
    const awake = others.filter((other) => now - (this.silentSince.get(other.id) ?? now) < longest);
    const question = ++this.lastId;
    if (awake.length === 0) tell(by, { plaza: 'agreed', id });
    else this.asked.set(question, { by, id, waiting: new Set(awake.map((other) => other.id)) });
    for (const other of others) {
      if (!this.silentSince.has(other.id)) this.silentSince.set(other.id, now);
      tell(other, { plaza: 'catchUp', id: question, place });
    }
  }

  private settle(question: number, { id: answering }: Worker): void {
    this.silentSince.delete(answering);
    const asked = this.asked.get(question);
    if (!asked?.waiting.delete(answering) || asked.waiting.size > 0) return;
    this.asked.delete(question);
    tell(asked.by, { plaza: 'agreed', id: asked.id });
  }

  /** Who is gone answers nothing, be it requests or questions. */
  private forget(worker: Worker): void {
    for (const question of [...this.asked.keys()]) this.settle(question, worker);
    this.silentSince.delete(worker.id);
  }

  private othersThan({ id }: Worker): Worker[] {
    return this.workers().filter((other) => other.id !== id);
  }
}

/** The first process has ended before it could serve, and has said why. */
export class ProcessEnded extends Error {
  constructor(readonly exitCode: number) {
    super('The first process has ended before it could serve.');
  }
}

function tell(worker: Worker, message: ToMember): void {
  if (worker.isConnected()) worker.send(message);
}
