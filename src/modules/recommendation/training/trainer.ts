/** Trains in a thread of its own, so that the API goes on answering. */
import { Types } from 'mongoose';
import { defaultParameters, type HyperParameters, type SearchResult } from '../../../recommender/index.js';
import type { TrainingMessage, TrainingJob } from '../../../recommender/worker.js';
import { insert } from '../../../store/documents.js';
import { startThread } from '../../../threads.js';
import type { Snapshots } from './snapshots.js';
import { collectTrainingData, type TrainingSources } from './training-data.js';
import type { SnapshotDocument, TrainingModels } from './training.model.js';

export type TrainingProgress = (share: number, what: string) => void;

type TrainingAnswer = Exclude<TrainingMessage, { progress: number }>;

interface TrainerDependencies {
  sources: TrainingSources;
  models: TrainingModels;
  snapshots: Snapshots;
}

export class Trainer {
  constructor(private readonly dependencies: TrainerDependencies) {}

  /** @returns the new version, or null where there is nothing to learn from */
  async train(onProgress: TrainingProgress, signal?: AbortSignal): Promise<SnapshotDocument | null> {
    const startedAt = Date.now();
    onProgress(0, 'collecting');
    const { input, userIds, productIds, report } = await collectTrainingData(this.dependencies.sources);
    if (report.observations === 0) return null;
    signal?.throwIfAborted();
    const parameters = (await this.latestParameters()) ?? defaultParameters;
    const answer = await runInThread({ input, parameters }, onProgress, signal);
    if (!('trained' in answer)) throw new Error('the training thread answered something else');
    const seconds = (Date.now() - startedAt) / 1000;
    const facts = { observations: report.observations, seconds, preprocessing: report, parameters };
    return this.dependencies.snapshots.save({ trained: answer.trained, userIds, productIds }, facts);
  }

  /** Searches hyper-parameters on what the store has; the next training uses what is found. @returns null where there is nothing to learn from */
  async searchParameters(trials: number, seed: number, onProgress: TrainingProgress): Promise<SearchResult | null> {
    onProgress(0, 'collecting');
    const { input, report } = await collectTrainingData(this.dependencies.sources);
    if (report.observations === 0) return null;
    const answer = await runInThread({ input, parameters: defaultParameters, search: { trials, seed } }, onProgress);
    if (!('found' in answer)) throw new Error('the training thread answered something else');
    const found = { _id: new Types.ObjectId(), parameters: answer.found.best, trials, seed, at: new Date() };
    await insert(this.dependencies.models.parameters, found);
    return answer.found;
  }

  private async latestParameters(): Promise<HyperParameters | null> {
    return (await this.dependencies.models.parameters.findOne().sort({ at: -1 }).lean())?.parameters ?? null;
  }
}

function runInThread(task: TrainingJob, onProgress: TrainingProgress, signal?: AbortSignal): Promise<TrainingAnswer> {
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
      reject(signal?.aborted ? (signal.reason as Error) : new Error(`the training ended early (${code})`));
    });
  });
}
