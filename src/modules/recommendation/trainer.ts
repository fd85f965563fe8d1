/** Trains in a thread of its own, so that the API goes on answering. */
import { defaultParameters, type SearchResult } from '../../recommender/index.js';
import type { TrainingMessage, TrainingTask } from '../../recommender/worker.js';
import { startThread } from '../../threads.js';
import { ParametersModel, type SnapshotDocument } from './snapshot.model.js';
import { saveSnapshot } from './snapshot.store.js';
import { collectTrainingData } from './training-data.js';

export type TrainingProgress = (share: number, what: string) => void;

/** @returns the new version, or null where there is nothing to learn from */
export async function train(onProgress: TrainingProgress, signal?: AbortSignal): Promise<SnapshotDocument | null> {
  const startedAt = Date.now();
  onProgress(0, 'collecting');
  const { input, userIds, productIds, report } = await collectTrainingData();
  if (input.observations.length === 0) return null;
  signal?.throwIfAborted();
  const parameters = (await latestParameters()) ?? defaultParameters;
  const answer = await runInThread({ input, parameters }, onProgress, signal);
  if (!('trained' in answer)) throw new Error('the training thread answered something else');
  const seconds = (Date.now() - startedAt) / 1000;
  const facts = { observations: input.observations.length, seconds, preprocessing: report, parameters };
  return saveSnapshot({ trained: answer.trained, userIds, productIds }, facts);
}

/** Searches hyper-parameters on what the store has; the next training uses what is found. @returns null where there is nothing to learn from */
export async function searchOnStore(trials: number, seed: number, onProgress: TrainingProgress): Promise<SearchResult | null> {
  onProgress(0, 'collecting');
  const { input } = await collectTrainingData();
  if (input.observations.length === 0) return null;
  const answer = await runInThread({ input, parameters: defaultParameters, search: { trials, seed } }, onProgress);
  if (!('found' in answer)) throw new Error('the training thread answered something else');
  await ParametersModel.collection.insertOne({ parameters: answer.found.best, trials, seed, at: new Date() });
  return answer.found;
}

async function latestParameters() {
  return (await ParametersModel.findOne().sort({ at: -1 }).lean())?.parameters ?? null;
}

type Answer = Exclude<TrainingMessage, { progress: number }>;

function runInThread(task: TrainingTask, onProgress: TrainingProgress, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const worker = startThread('recommender/worker', task);
    const cancel = (): void => void worker.terminate();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    worker.on('message', (message: TrainingMessage) => {
      if ('progress' in message) onProgress(message.progress, message.what);
      else resolve(message);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', cancel);
      reject(new Error(`the training ended early (${code})`));
    });
  });
}
