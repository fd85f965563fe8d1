/** Lets readers of what follows the store wait until it has what was announced before they asked. */
export class CatchUp {
  private announced = 0;
  private reached = 0;
  private waiting: { for: number; go: () => void }[] = [];

  announce(): void {
    this.announced++;
  }

  /** @param work follows the store; what was announced before it begins is there when it ends */
  async pass(work: () => Promise<void>): Promise<void> {
    const { announced } = this;
    await work();
    this.reached = announced;
    const done = this.waiting.filter((reader) => reader.for <= announced);
    this.waiting = this.waiting.filter((reader) => reader.for > announced);
    for (const { go } of done) go();
  }

  /** @param limit milliseconds after which the reader goes on with what is there */
  async wait(limit: number): Promise<void> {
    if (this.reached >= this.announced) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limit);
      const go = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.waiting.push({ for: this.announced, go });
    });
  }
}
