/**
 * Shares a thread between long work and everything else: the work is done in short slices, and after each of them
 * it rests for as long as it took. So however much there is to deliver, at least half of the time is for requests.
 */

/** Milliseconds of work at a time. */
const slice = 2;
/** Looking at the clock takes time too. */
const itemsBetweenLooks = 8;

export class Turns {
  private last: Promise<void> = Promise.resolve();
  /** Milliseconds of work that no rest has followed yet. */
  private owed = 0;

  /** Does the work for every item, those that are added meanwhile included. Whoever calls it beside others takes turns with them. */
  async forEach<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
    const iterator = items[Symbol.iterator]();
    for (let isDone = false; !isDone;) isDone = await this.turn(() => workThrough(iterator, work));
  }

  private turn(work: () => boolean): Promise<boolean> {
    const run = this.last.then(() => {
      const started = performance.now();
      try {
        return work();
      } finally {
        this.owed += performance.now() - started;
      }
    });
    this.last = run.then(
      () => this.rest(),
      () => this.rest(),
    );
    return run;
  }

  private async rest(): Promise<void> {
    if (this.owed < slice) return;
    const due = this.owed;
    this.owed = 0;
    await new Promise((resolve) => setTimeout(resolve, due));
  }
}

/** @returns whether nothing is left */
function workThrough<Item>(iterator: Iterator<Item>, work: (item: Item) => void): boolean {
  const end = performance.now() + slice;
  for (let count = 1; ; count++) {
    const next = iterator.next();
    if (next.done) return true;
    work(next.value);
    if (count % itemsBetweenLooks === 0 && performance.now() >= end) return false;
  }
}
