/** Trains in a thread of its own, so that the API goes on answering. */
import { Types } from 'mongoose';
import type { Logger } from '../../../log.js';
import { defaultParameters, type HyperParameters, type SearchResult } from '../../../recommender/index.js';
import { MessageChannel, type Worker } from 'node:worker_threads';
import type { TrainingJob, TrainingMessage } from '../../../recommender/worker.js';
import { insert } from '../../../store/documents.js';
import { firstMessage, startThread } from '../../../threads.js';
import type { CollectingJob } from './collecting.js';
import type { Snapshots } from './snapshots.js';
import type { LeftOut } from './training-data.js';
import { diverseLambda } from '../pipeline/candidates.js';
import type { EvaluationDocument, SnapshotDocument, TrainingModels } from './training.model.js';

export type TrainingProgress = (share: number, what: string) => void;

type TrainingAnswer = Exclude<TrainingMessage, { progress: number }>;

/** On which ratings are expected. */
const bestRating = 5;

const maxEvaluations = 10;
/** The latest fifth of the data is to be found. */
const evaluated = { share: 0.2, seed: 1, diversity: diverseLambda, maxUsers: 2000 };

type Job = Omit<TrainingJob, 'input'>;

interface TrainerDependencies {
  log: Logger;
  /** Where the training's data is, and what of it may be used. */
  source: Pick<CollectingJob, 'storeUri' | 'consentRequired'>;
  models: TrainingModels;
  snapshots: Snapshots;
}

export class Trainer {
  constructor(private readonly dependencies: TrainerDependencies) {}

  /** @returns the new version, or null where there is nothing to learn from */
  async train(onProgress: TrainingProgress, signal?: AbortSignal): Promise<SnapshotDocument | null> {
    const startedAt = Date.now();
    const parameters = (await this.latestParameters()) ?? defaultParameters;
    const { answer, leftOut } = await this.runInThreads({ parameters, now: startedAt, bestRating }, { goOn: true, onProgress, signal });
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
    const job: Job = { parameters: defaultParameters, now: Date.now(), bestRating, search: { trials, seed } };
    const { answer } = await this.runInThreads(job, { onProgress });
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
    const { answer } = await this.runInThreads({ parameters, now: startedAt, bestRating, evaluate: evaluated }, { onProgress, signal });
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

  /**
   * One thread reads what the shop knows, and hands it to one that does everything else.
   * @param goOn whether the last training is handed over too
   */
  private async runInThreads(
    job: Job,
    { goOn = false, onProgress, signal }: { goOn?: boolean; onProgress: TrainingProgress; signal?: AbortSignal },
  ): Promise<{ answer: TrainingAnswer; leftOut: LeftOut }> {
    onProgress(0, 'collecting');
    const { port1: output, port2: input } = new MessageChannel();
    const training = startThread('recommender/worker', { ...job, input } satisfies TrainingJob, [input]);
    const collectingJob: CollectingJob = { ...this.dependencies.source, goOn, output };
    const collecting = startThread('modules/recommendation/training/collecting', collectingJob, [output]);
    try {
      const [answer, leftOut] = await Promise.all([answerOf(training, onProgress, signal), firstMessage<LeftOut>(collecting)]);
      return { answer, leftOut };
    } finally {
      await Promise.all([collecting.terminate(), training.terminate()]);
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
