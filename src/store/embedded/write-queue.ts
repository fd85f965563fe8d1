/**
 * Writes that arrive together are committed together: one disk flush for all of them, and each is
 * acknowledged only when it is on disk. A long write is done in steps, with others' between them.
 */
import type { Deadline } from './arguments.js';
import type { Catalog } from './catalog.js';
import { noteCommit } from './clock.js';
import { CommandError } from './errors.js';
import { Locked } from './transaction.js';
import { warn } from './warnings.js';

/** What a write returns that has more to do than fits before the deadline. */
export const unfinished = Symbol('unfinished');

/**
 * A write, called inside a commit until it is finished. It returns `unfinished` some time after the
 * deadline, or throws `Locked` where it has to wait; what it has written until then is committed, so
 * it must remember what it has already done.
 */
export type Run<Result> = (deadline: number) => Result | typeof unfinished;

interface Job {
  run: Run<unknown>;
  deadline: Deadline | undefined;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** How long a commit takes up writes, in milliseconds: longer where the disk is slow to flush, for flushing must not be most of the work. */
const step = { shortest: 10, longest: 200, flushes: 4 };

export class WriteQueue {
  private jobs: Job[] = [];
  private scheduled = false;
  private step = step.shortest;

  constructor(private readonly catalog: Catalog) {}

  /** @param deadline how long the write may wait for others' transactions */
  submit<Result>(run: Run<Result>, deadline?: Deadline): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.jobs.push({ run, deadline, resolve: resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.jobs.length === 0) return;
    this.scheduled = true;
    setImmediate(() => this.commitGroup());
  }

  private commitGroup(): void {
    this.scheduled = false;
    const group = this.jobs;
    this.jobs = [];
    const reports: (() => void)[] = [];
    let doneAt = 0;
    try {
      this.catalog.commit(() => {
        const deadline = performance.now() + this.step;
        for (const job of group) {
          if (reports.length > 0 && performance.now() > deadline) break;
          reports.push(this.runJob(job, deadline));
        }
        doneAt = performance.now();
      });
      this.catalog.recent.publish();
      noteCommit();
      this.step = Math.min(Math.max(step.flushes * (performance.now() - doneAt), step.shortest), step.longest);
    } catch (error) {
      this.undo(group.splice(0, reports.length + 1), error);
      reports.length = 0;
    }
    this.jobs.unshift(...group.slice(reports.length));
    for (const report of reports) report();
    this.catalog.log.announce();
    this.schedule();
  }

  private runJob(job: Job, deadline: number): () => void {
    try {
      const value = job.run(deadline);
      if (value === unfinished) return () => this.jobs.push(job);
      return () => job.resolve(value);
    } catch (error) {
      if (error instanceof CommandError) return () => job.reject(error);
      if (!(error instanceof Locked)) throw error;
      return () => void this.resubmitAfter(error.holder.ended, job);
    }
  }

  private async resubmitAfter(ended: Promise<void>, job: Job): Promise<void> {
    try {
      await (job.deadline?.wait(ended) ?? ended);
      this.jobs.push(job);
      this.schedule();
    } catch (error) {
      job.reject(error);
    }
  }

  /** Nothing of the group was kept: each of its writes fails, and reading goes on. */
  private undo(group: Job[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    warn(`A write was refused: ${reason}`);
    this.catalog.reload();
    for (const job of group) job.reject(refusal(reason));
  }
}

/** LMDB reports a write that the disk took only in part, as a full one does, as a fault of input and output. */
const noSpace = /no space|quota|map_full|mapsize|too large|input.output/i;

function refusal(reason: string): CommandError {
  if (noSpace.test(reason)) return new CommandError(14031, `The write was refused, for the disk does not take it: ${reason}`);
  return new CommandError(8, `The write was refused: ${reason}`);
}
