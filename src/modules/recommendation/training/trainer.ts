/** Trains in a thread of its own, so that the API goes on answering. */
import { Types } from 'mongoose';
import type { Logger } from '../../../log.js';
import { defaultParameters, type HyperParameters, type SearchResult } from '../../../recommender/index.js';
import type { Worker } from 'node:worker_threads';
import type { TrainingJob, TrainingMessage } from '../../../recommender/worker.js';
import { insert } from '../../../store/documents.js';
import { startThread } from '../../../threads.js';
import type { Snapshots } from './snapshots.js';
import { readTrainingData, type LeftOut, type TrainingSources } from './training-data.js';
import { diverseLambda } from '../pipeline/candidates.js';
import type { EvaluationDocument, SnapshotDocument, TrainingModels } from './training.model.js';

export type TrainingProgress = (share: number, what: string) => void;

type TrainingAnswer = Exclude<TrainingMessage, { progress: number }>;

/** On which ratings are expected. */
const bestRating = 5;

const maxEvaluations = 10;
/** The latest fifth of the data is to be found. */
const evaluated = { share: 0.2, seed: 1, diversity: diverseLambda, maxUsers: 2000 };

interface TrainerDependencies {
  log: Logger;
  sources: TrainingSources;
  models: TrainingModels;
  snapshots: Snapshots;
}

export class Trainer {
  constructor(private readonly dependencies: TrainerDependencies) {}

  /** @returns the new version, or null where there is nothing to learn from */
  async train(onProgress: TrainingProgress, signal?: AbortSignal): Promise<SnapshotDocument | null> {
    const startedAt = Date.now();
    const parameters = (await this.latestParameters()) ?? defaultParameters;
    const earlier = await this.dependencies.snapshots.newestBytes();
    const { answer, leftOut } = await this.runInThread({ parameters, now: startedAt, bestRating, earlier }, onProgress, signal);
    if (!('trained' in answer)) return null;
    const { trained, report, anew } = answer;
    const seconds = (Date.now() - startedAt) / 1000;
    const facts = { observations: report.observations, seconds, preprocessing: { ...report, ...leftOut }, parameters };
    const { log, snapshots } = this.dependencies;
    const version = await snapshots.save(trained, facts);
    const fields = { version: version._id, seconds, observations: report.observations, ...(anew !== null && { because: anew }) };
    log.info(fields, anew === null ? 'trained, going on from the last training' : 'trained, everything anew');
    return version;
  }

  /** Searches hyper-parameters on what the store has; the next training uses what is found. @returns null where there is nothing to learn from */
  async searchParameters(trials: number, seed: number, onProgress: TrainingProgress): Promise<SearchResult | null> {
    const job: TrainingJob = { parameters: defaultParameters, now: Date.now(), bestRating, search: { trials, seed } };
    const { answer } = await this.runInThread(job, onProgress);
    if (!('found' in answer)) return null;
    const found = { _id: new Types.ObjectId(), parameters: answer.found.best, trials, seed, at: new Date() };
    await insert(this.dependencies.models.parameters, found);
    return answer.found;
  }

  /**
   * Trains on all but the latest of the data, looks how well that finds what came later, and keeps what comes out.
   * @returns null where there is nothing to learn from, or nothing to find
   */
  async evaluate(onProgress: TrainingProgress, signal?: AbortSignal): Promise<EvaluationDocument | null> {
    const startedAt = Date.now();
    const parameters = (await this.latestParameters()) ?? defaultParameters;
    const { answer } = await this.runInThread({ parameters, now: startedAt, bestRating, evaluate: evaluated }, onProgress, signal);
    if (!('evaluated' in answer)) return null;
    const seconds = (Date.now() - startedAt) / 1000;
    const evaluation: EvaluationDocument = { _id: new Types.ObjectId(), at: new Date(), seconds, report: answer.evaluated };
    await insert(this.dependencies.models.evaluations, evaluation);
    await this.removeOldEvaluations();
    return evaluation;
  }

  private async removeOldEvaluations(): Promise<void> {
    const { evaluations } = this.dependencies.models;
    const old = await evaluations.find({}, { _id: 1 }).sort({ at: -1 }).skip(maxEvaluations).limit(100).lean();
    if (old.length > 0) await evaluations.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
  }

  /** The last evaluation; null before the first. */
  latestEvaluation(): Promise<EvaluationDocument | null> {
    return this.dependencies.models.evaluations.findOne().sort({ at: -1 }).lean();
  }

  private async latestParameters(): Promise<HyperParameters | null> {
    return (await this.dependencies.models.parameters.findOne().sort({ at: -1 }).lean())?.parameters ?? null;
  }

  /** Reads what the shop knows into a thread, which does everything else. */
  private async runInThread(
    job: TrainingJob,
    onProgress: TrainingProgress,
    signal?: AbortSignal,
  ): Promise<{ answer: TrainingAnswer; leftOut: LeftOut }> {
    onProgress(0, 'collecting');
    const thread = startThread('recommender/worker', job);
    try {
      const answer = answerOf(thread, onProgress, signal);
      const read = readTrainingData(this.dependencies.sources, (input) => {
        signal?.throwIfAborted();
        thread.postMessage(input, 'interactions' in input ? [input.interactions.buffer as ArrayBuffer] : []);
      });
      const [answered, leftOut] = await Promise.all([answer, read]);
      return { answer: answered, leftOut };
    } finally {
      await thread.terminate();
    }
  }
}

function answerOf(worker: Worker, onProgress: TrainingProgress, signal?: AbortSignal): Promise<TrainingAnswer> {
  return new Promise((resolve, reject) => {
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
