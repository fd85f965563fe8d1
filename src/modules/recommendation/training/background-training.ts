/** A training in the background, seen from the process that asked for it. */
import { startBackgroundThread, type BackgroundThread } from '../../../background/index.js';
import type { TrainingMessage } from '../../../recommender/worker.js';
import { ThreadError } from '../../../threads.js';
import type { VersionFacts } from './stored-versions.js';
import type { LeftOut } from './training-data.js';
import type { TrainingNews, TrainingOrder } from './training-thread.js';

export type TrainingProgress = (share: number, what: string) => void;

export type TrainingAnswer = Exclude<TrainingMessage, { progress: number }>;

export class BackgroundTraining {
  private readonly thread: BackgroundThread;
  private readonly onAbort = (): void => void this.stop();

  /** @param signal ends it at once */
  constructor(
    order: TrainingOrder,
    private readonly signal?: AbortSignal,
  ) {
    this.thread = startBackgroundThread('modules/recommendation/training/training-thread', order);
    signal?.addEventListener('abort', this.onAbort, { once: true });
    if (signal?.aborted) this.onAbort();
  }

  /** @throws what a thread threw, or the reason for which it was ended */
  async learn(onProgress: TrainingProgress): Promise<{ answer: TrainingAnswer; leftOut: LeftOut }> {
    onProgress(0, 'collecting');
    let answer: TrainingAnswer | null = null;
    let leftOut: LeftOut | null = null;
    return this.told((news) => {
      if ('progress' in news) onProgress(news.progress, news.what);
      else if ('leftOut' in news) leftOut = news.leftOut;
      else if (!('version' in news)) answer = news;
      return answer && leftOut && { answer, leftOut };
    });
  }

  /** Stores what was trained as a new version. @returns its hexadecimal id. @throws as `learn` does */
  keep(facts: VersionFacts): Promise<string> {
    const version = this.told((news) => ('version' in news ? news.version : null));
    this.thread.postMessage(facts);
    return version;
  }

  /** Waits until what is told makes a result. */
  private told<Result>(take: (news: TrainingNews) => Result | null): Promise<Result> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.thread.off('message', onMessage).off('error', fail).off('exit', onExit);
        act();
      };
      const fail = (error: Error): void => settle(() => reject(this.signal?.aborted ? (this.signal.reason as Error) : error));
      const onMessage = (news: unknown): void => {
        const result = take(news as TrainingNews);
        if (result !== null) settle(() => resolve(result));
      };
      const onExit = (code: number): void => fail(new ThreadError(`The training ended early (${code}).`));
      this.thread.on('message', onMessage).on('error', fail).on('exit', onExit);
    });
  }

  async stop(): Promise<void> {
    this.signal?.removeEventListener('abort', this.onAbort);
    await this.thread.terminate();
  }
}
