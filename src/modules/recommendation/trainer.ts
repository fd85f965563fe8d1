/** Trains in a thread of its own, so that the API goes on answering. */
import { Worker } from 'node:worker_threads';
import type { TrainedRecommender } from '../../recommender/index.js';
import type { TrainingMessage } from '../../recommender/worker.js';
import type { SnapshotDocument } from './snapshot.model.js';
import { saveSnapshot } from './snapshot.store.js';
import { collectTrainingData, type TrainingData } from './training-data.js';

export type TrainingProgress = (share: number, what: string) => void;

/** @returns the new version, or null where there is nothing to learn from */
export async function train(onProgress: TrainingProgress, signal?: AbortSignal): Promise<SnapshotDocument | null> {
  const startedAt = Date.now();
  onProgress(0, 'collecting');
  const data = await collectTrainingData();
  if (data.input.observations.length === 0) return null;
  const trained = await trainInThread(data, onProgress, signal);
  const seconds = (Date.now() - startedAt) / 1000;
  const { userIds, productIds, input } = data;
  return saveSnapshot({ trained, userIds, productIds }, { observations: input.observations.length, seconds });
}

function trainInThread({ input }: TrainingData, onProgress: TrainingProgress, signal?: AbortSignal): Promise<TrainedRecommender> {
  return new Promise((resolve, reject) => {
    // Threads run compiled code only; under a test runner, which loads the sources, that is the build beside them.
    const entry = new URL('../../recommender/worker.js', import.meta.url.replace('/src/', '/dist/'));
    const worker = new Worker(entry, { workerData: input });
    const cancel = (): void => void worker.terminate();
    signal?.addEventListener('abort', cancel, { once: true });
    worker.on('message', (message: TrainingMessage) => {
      if ('trained' in message) resolve(message.trained);
      else onProgress(message.progress, message.what);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', cancel);
      reject(new Error(`the training ended early (${code})`));
    });
  });
}
