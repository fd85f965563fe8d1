/** Answers that have been begun: a server that ends lets them end first. */
import type { Server, ServerResponse } from 'node:http';

export class BegunAnswers {
  private readonly begun = new Set<ServerResponse>();
  private onEnded: () => void = () => {};

  watch(server: Server): Server {
    return server.on('request', (_request, response) => {
      this.begun.add(response);
      response.once('close', () => this.leave(response));
    });
  }

  /** One that ends when its client goes is not waited for. */
  leave(response: ServerResponse): void {
    this.begun.delete(response);
    if (this.begun.size === 0) this.onEnded();
  }

  /**
   * Waits for those whose requests have come whole.
   * @param longest milliseconds for which they are waited for
   */
  async ended(longest: number): Promise<void> {
    for (const response of this.begun) if (!response.req.complete) this.begun.delete(response);
    if (this.begun.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longest);
      this.onEnded = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
