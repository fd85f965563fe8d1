/** Background work: something that is done again and again, on a timer and when something asks for it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Logger } from '../log.js';

const longestBackOff = 60_000;

export interface WorkerOptions {
  /** As logs and metrics call it. */
  name: string;
  /** Milliseconds from the end of a run to the next. */
  interval: number;
  /** Milliseconds from a run that failed to the next at most; a minute where left out. */
  maxBackOff?: number;
  /** One run. The signal is aborted when the worker stops; a long run should look at it. */
  run: (signal: AbortSignal) => Promise<void>;
  log: Logger;
  /** Whether the app answers requests only after the first run. */
  beforeListening?: boolean;
  /** What wakes the worker at once, such as a topic's announcements; the answer ends that. */
  wakeOn?: (wake: () => void) => () => void;
  /** What is left to do when it has stopped. */
  onStop?: () => Promise<void>;
}

/** Runs one thing at a time: never twice at once, later after failures, and not at all once it is stopped. */
export class Worker {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private failures = 0;
  private stopping: AbortController | null = null;
  private stopListening: (() => void) | null = null;
  private succeededAt = Date.now();
  /** A request that wakes the worker neither waits for the run nor pays for it, so its trace and what it notes of reads end there. */
  private readonly apart = AsyncLocalStorage.snapshot();
  /** What this process has done so far. */
  readonly done = { succeeded: 0, failed: 0, seconds: 0 };

  constructor(private readonly options: WorkerOptions) {}

  get name(): string {
    return this.options.name;
  }

  get beforeListening(): boolean {
    return this.options.beforeListening ?? false;
  }

  /** Starting a worker that runs changes nothing. @param now whether the first run begins at once */
  start({ now = true } = {}): void {
    if (this.stopping) return;
    this.stopping = new AbortController();
    this.succeededAt = Date.now();
    this.stopListening = this.options.wakeOn?.(() => this.wake()) ?? null;
    if (now) this.wake();
    else this.schedule(this.options.interval);
  }

  /** Seconds from the end of a run to the next. */
  get interval(): number {
    return this.options.interval / 1000;
  }

  /** Waits for the run that is under way. */
  async stop(): Promise<void> {
    this.stopping?.abort();
    this.stopping = null;
    this.stopListening?.();
    if (this.timer) clearTimeout(this.timer);
    await this.running;
    await this.options.onStop?.();
  }

  /** Runs now, or once more after the run that is under way. */
  wake(): void {
    if (!this.stopping) return;
    this.again = true;
    const { signal } = this.stopping;
    this.running ??= this.apart(() => this.runAll(signal)).finally(() => {
      this.running = null;
      // Woken since the last run ended, or for a new start while the run of the one before was under way. After failures it waits.
      if (this.again && (signal.aborted || this.failures === 0)) this.wake();
    });
  }

  /** Runs now and waits until everything that was asked for so far is done. */
  async settle(): Promise<void> {
    this.wake();
    while (this.running) await this.running;
  }

  /** Seconds since the last run that succeeded. */
  get lag(): number {
    return (Date.now() - this.succeededAt) / 1000;
  }

  private async runAll(signal: AbortSignal): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    while (this.again && !signal.aborted) {
      this.again = false;
      await this.runOnce(signal);
      if (this.failures > 0) break;
    }
    if (!signal.aborted) this.schedule(Math.max(this.options.interval, this.backOff()));
  }

  private async runOnce(signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.options.run(signal);
      this.failures = 0;
      this.done.succeeded++;
      this.succeededAt = Date.now();
    } catch (error) {
      if (signal.aborted) return;
      this.failures++;
      this.done.failed++;
      this.options.log.warn({ err: error, worker: this.name, failures: this.failures }, 'background work failed; it is tried again');
    } finally {
      this.done.seconds += (performance.now() - startedAt) / 1000;
    }
  }

  private backOff(): number {
    if (this.failures === 0) return 0;
    return Math.min(this.options.maxBackOff ?? longestBackOff, this.options.interval * 2 ** Math.min(this.failures - 1, 10));
  }

  private schedule(delay: number): void {
    this.timer = setTimeout(() => this.wake(), delay).unref();
  }
}

/** What background work does, at /metrics. */
export function registerWorkers(registry: Registry, workers: readonly Worker[]): void {
  const gauge = new Gauge({
    name: 'plaza_worker_lag_seconds',
    help: 'Seconds since the last successful run of background work.',
    labelNames: ['worker'],
    // Of several processes one does the work.
    aggregator: 'min',
    registers: [registry],
    collect: () => workers.forEach((worker) => gauge.set({ worker: worker.name }, worker.lag)),
  });
  const interval = new Gauge({
    name: 'plaza_worker_interval_seconds',
    help: 'Seconds from the end of a run of background work to the next, unless something wakes it.',
    labelNames: ['worker'],
    aggregator: 'max',
    registers: [registry],
  });
  for (const worker of workers) interval.set({ worker: worker.name }, worker.interval);
  const runs = new Counter({
    name: 'plaza_worker_runs_total',
    help: 'Runs of background work that have ended, by outcome.',
    labelNames: ['worker', 'outcome'],
    registers: [registry],
    collect() {
      runs.reset();
      for (const { name, done } of workers) {
        runs.inc({ worker: name, outcome: 'succeeded' }, done.succeeded);
        runs.inc({ worker: name, outcome: 'failed' }, done.failed);
      }
    },
  });
  const busy = new Counter({
    name: 'plaza_worker_busy_seconds_total',
    help: 'Seconds that background work has run.',
    labelNames: ['worker'],
    registers: [registry],
    collect() {
      busy.reset();
      for (const { name, done } of workers) busy.inc({ worker: name }, done.seconds);
    },
  });
}
