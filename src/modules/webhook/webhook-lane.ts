/** The messages of one webhook that are on their way at the same time. */

const perLane = 4;

export class WebhookLane {
  private working = 0;
  private goesOn = false;
  private failure: Error | null = null;
  private end: (() => void) | null = null;

  /** @param sendNext sends a message: null where none is due, false where the receiver can take no more */
  constructor(private readonly sendNext: () => Promise<boolean | null>) {}

  /** Sends until nothing is due and nothing is on its way. @throws what sending threw */
  async run(): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.end = resolve));
    this.goesOn = true;
    this.widen();
    await ended;
    if (this.failure) throw this.failure;
  }

  /** Sends more at the same time, where more has become due beside what is on its way. */
  widen(): void {
    for (; this.goesOn && this.working < perLane; this.working++) void this.work();
  }

  private async work(): Promise<void> {
    try {
      while (this.goesOn) {
        const sent = await this.sendNext();
        if (sent === null) break;
        if (!sent) this.goesOn = false;
      }
    } catch (error) {
      this.goesOn = false;
      this.failure ??= error as Error;
    }
    if (--this.working > 0) return;
    this.goesOn = false;
    this.end!();
  }
}
