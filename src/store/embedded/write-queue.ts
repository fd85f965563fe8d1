/**
 * Writes that arrive together are committed together: one disk flush for all of them, and each is
 * acknowledged only when it is on disk.
 */
import type { Catalog } from './catalog.js';
import { Locked } from './transaction.js';

interface Job {
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class WriteQueue {
  private jobs: Job[] = [];
  private scheduled = false;

  constructor(private readonly catalog: Catalog) {}

  /**
   * Runs a write inside the next group. A write that meets a transaction's lock waits for the
   * transaction to end and is called again, so it must remember what it has already done.
   */
  submit<Result>(run: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.jobs.push({ run, resolve: resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => this.commitGroup());
    });
  }

  private commitGroup(): void {
    this.scheduled = false;
    const group = this.jobs;
    this.jobs = [];
    const outcomes: (() => void)[] = [];
    this.catalog.environment.transactionSync(() => {
      for (const job of group) outcomes.push(this.runJob(job));
      this.catalog.saveCounts();
    });
    for (const report of outcomes) report();
  }

  private runJob(job: Job): () => void {
    try {
      const value = job.run();
      return () => job.resolve(value);
    } catch (error) {
      if (!(error instanceof Locked)) return () => job.reject(error);
      const again = (): Promise<void> => this.submit(job.run).then(job.resolve, job.reject);
      return () => void error.holder.ended.then(again);
    }
  }
}
