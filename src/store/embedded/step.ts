/** How much of a long write is done before others have their turn. */

/** While somebody waits a step ends after this many milliseconds, or however many a slow disk makes worthwhile. */
const shortest = 10;

/** Where nobody waits a step goes on for so long: a page that many writes change is copied and written once for all of them. */
const longest = 100;

/** How often it is asked whether somebody waits, in milliseconds; asking takes some time itself. */
const askingInterval = 2;

/** How much longer than a flush of the disk a step is at least, for flushing must not be most of the work. */
const flushes = 4;
const longestForFlushes = 200;

export class Step {
  private readonly startedAt = performance.now();
  private askedAt = -Infinity;
  private waitedFor = false;

  /**
   * @param guaranteed how many milliseconds it lasts in any case
   * @param atMost how many it lasts where nobody waits
   * @param isWaitedFor whether somebody waits for its end
   */
  constructor(
    private readonly guaranteed: number,
    private readonly atMost: number = guaranteed,
    private readonly isWaitedFor: () => boolean = () => true,
  ) {}

  /** The step of a commit, where flushing the disk took so many milliseconds the last time. */
  static ofCommit(flushTook: number, isWaitedFor: () => boolean): Step {
    const guaranteed = Math.min(Math.max(flushes * flushTook, shortest), longestForFlushes);
    return new Step(guaranteed, Math.max(guaranteed, longest), isWaitedFor);
  }

  /** @param share a part of the step, for work that needs the rest of it for something else */
  isOver(share = 1): boolean {
    const now = performance.now();
    const elapsed = now - this.startedAt;
    if (elapsed <= this.guaranteed * share) return false;
    return elapsed > this.atMost * share || this.asks(now);
  }

  private asks(now: number): boolean {
    if (this.waitedFor || now - this.askedAt < askingInterval) return this.waitedFor;
    this.askedAt = now;
    this.waitedFor = this.isWaitedFor();
    return this.waitedFor;
  }
}
