/**
 * Writes that arrive together are committed together: one disk flush for all of them, and each is
 * acknowledged only when it is on disk. A long write is done in steps, with others' between them.
 */
import type { Deadline } from './arguments.js';
import type { Catalog } from './catalog.js';
import { noteCommit } from './clock.js';
import { CommandError } from './errors.js';
import { Step } from './step.js';
import { Locked } from './transaction.js';
import { warn } from './warnings.js';

/** What a write returns that has more to do than fits into a step. */
export const unfinished = Symbol('unfinished');

/**
 * A write, called inside a commit until it is finished. It returns `unfinished` some time after the
 * step is over, or throws `Locked` where it has to wait; what it has written until then is committed, so
 * it must remember what it has already done.
 */
export type Run<Result> = (step: Step) => Result | typeof unfinished;

interface Job {
  run: Run<unknown>;
  deadline: Deadline | undefined;
  /** It has had a step of its own already, so it is long. */
  goesOn: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class WriteQueue {
  private jobs: Job[] = [];
  private scheduled = false;
  private flushTook = 0;

  /** @param isWaitedFor whether somebody asks for something short meanwhile */
  constructor(
    private readonly catalog: Catalog,
    private readonly isWaitedFor: () => boolean,
  ) {}

  /** @param deadline how long the write may wait for others' transactions */
  submit<Result>(run: Run<Result>, deadline?: Deadline): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.jobs.push({ run, deadline, goesOn: false, resolve: resolve, reject });
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
      this.catalog.environment.transactionSync(() => {
        const othersWait = () => group.some((job, at) => at > reports.length && !job.goesOn);
        const step = Step.ofCommit(this.flushTook, () => othersWait() || this.isWaitedFor());
        for (const job of group) {
          if (reports.length > 0 && step.isOver()) break;
          reports.push(this.runJob(job, step));
        }
        this.catalog.saveChanges();
        doneAt = performance.now();
      });
      this.catalog.recent.publish();
      noteCommit();
      this.flushTook = performance.now() - doneAt;
    } catch (error) {
      this.undo(group.splice(0, reports.length + 1), error);
      reports.length = 0;
    }
    this.jobs.unshift(...group.slice(reports.length));
    for (const report of reports) report();
    this.catalog.log.announce();
    this.schedule();
  }

  private runJob(job: Job, step: Step): () => void {
    try {
      const value = job.run(step);
      if (value === unfinished) return () => this.jobs.push({ ...job, goesOn: true });
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
