/** Asks the thread that has the search's index. */
import type { Worker } from 'node:worker_threads';
import { startThread, ThreadError } from '../../../threads.js';
import type { SearchReply, SearchTasks, SearchThreadInput } from './search-thread.js';

interface Waiting {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

export class SearchClient {
  private readonly thread: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private ended = false;

  constructor(input: SearchThreadInput) {
    this.thread = startThread('modules/catalog/search/search-thread', input);
    this.thread.on('message', (reply: SearchReply) => this.settle(reply));
    this.thread.on('error', (error) => this.fail(error instanceof Error ? error : new ThreadError(String(error))));
    this.thread.on('exit', () => this.fail(new ThreadError('The search’s thread has ended.')));
  }

  /** Whether the thread is gone, and its index with it. */
  get hasEnded(): boolean {
    return this.ended;
  }

  /** @throws ThreadError where the thread is gone, or fails at it */
  ask<Name extends keyof SearchTasks>(
    task: Name,
    ...[argument]: Parameters<SearchTasks[Name]>
  ): Promise<Awaited<ReturnType<SearchTasks[Name]>>> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(new ThreadError('The search’s thread has ended.'));
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      this.thread.postMessage({ id, task, argument });
    });
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }

  private settle(reply: SearchReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new ThreadError(reply.error));
    else waiting?.resolve(reply.result as never);
  }

  private fail(error: Error): void {
    this.ended = true;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
