/** The threads of one training: one that has its dealings with the store, and one that learns, which begins as many as it needs. */
import { once } from 'node:events';
import { MessageChannel, type Worker } from 'node:worker_threads';
import type { TrainingJob, TrainingMessage } from '../../../recommender/worker.js';
import { startBackgroundThread } from '../../../threads.js';
import type { StoreThreadInput } from './store-thread.js';
import type { LoadedVersion, VersionFacts } from './stored-versions.js';
import type { LeftOut } from './training-data.js';

export type TrainingProgress = (share: number, what: string) => void;

export type LearningJob = Omit<TrainingJob, 'input'>;

export type TrainingAnswer = Exclude<TrainingMessage, { progress: number }>;

/** Where a training's data is, and what of it may be used. */
export type TrainingSource = Pick<StoreThreadInput, 'storeUri' | 'consentRequired'>;

export class TrainingThreads {
  private readonly store: Worker;
  private readonly learning: Worker;
  /** Fails where the store's thread ends by itself, whatever is waited for. */
  private readonly storeLost: Promise<never>;
  private readonly onAbort = (): void => void this.stop();

  /** @param signal ends them at once */
  constructor(
    job: LearningJob,
    source: Omit<StoreThreadInput, 'training'>,
    private readonly signal?: AbortSignal,
  ) {
    const { port1: input, port2: training } = new MessageChannel();
    this.learning = startBackgroundThread('recommender/worker', { ...job, input } satisfies TrainingJob, [input]);
    this.store = startBackgroundThread('modules/recommendation/training/store-thread', { ...source, training } satisfies StoreThreadInput, [
      training,
    ]);
    this.storeLost = endOf(this.store);
    this.storeLost.catch(() => {});
    signal?.addEventListener('abort', this.onAbort, { once: true });
    if (signal?.aborted) this.onAbort();
  }

  /** @throws what a thread threw, or the reason for which they were ended */
  async learn(onProgress: TrainingProgress): Promise<{ answer: TrainingAnswer; leftOut: LeftOut }> {
    onProgress(0, 'collecting');
    return this.unlessAborted(async () => {
      const [answer, leftOut] = await Promise.all([this.answer(onProgress), this.nextOfStore<LeftOut>()]);
      return { answer, leftOut };
    });
  }

  private async answer(onProgress: TrainingProgress): Promise<TrainingAnswer> {
    const answered = new Promise<TrainingAnswer>((resolve) => {
      this.learning.on('message', (message: TrainingMessage) => {
        if ('progress' in message) onProgress(message.progress, message.what);
        else resolve(message);
      });
    });
    return Promise.race([answered, endOf(this.learning)]);
  }

  /** Stores what was trained as a new version. @throws as `learn` does */
  keep(facts: VersionFacts): Promise<LoadedVersion> {
    return this.unlessAborted(() => {
      const kept = this.nextOfStore<LoadedVersion>();
      this.store.postMessage(facts);
      return kept;
    });
  }

  private nextOfStore<Message>(): Promise<Message> {
    return Promise.race([once(this.store, 'message').then(([message]) => message as Message), this.storeLost]);
  }

  private async unlessAborted<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw this.signal?.aborted ? this.signal.reason : error;
    }
  }

  async stop(): Promise<void> {
    this.signal?.removeEventListener('abort', this.onAbort);
    await Promise.all([this.learning.terminate(), this.store.terminate()]);
  }
}

/** Fails once a thread has ended, with what it threw. */
function endOf(thread: Worker): Promise<never> {
  return new Promise((_, reject) => {
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`the training ended early (${code})`)));
  });
}
