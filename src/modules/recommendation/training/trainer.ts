/** Trains in the background, so that the API goes on answering. */
import { Types } from 'mongoose';
import type { Logger } from '../../../log.js';
import { defaultParameters, type HyperParameters, type SearchResult } from '../../../recommender/index.js';
import { insert } from '../../../store/documents.js';
import { diverseLambda } from '../pipeline/candidates.js';
import { BackgroundTraining, type TrainingAnswer, type TrainingProgress } from './background-training.js';
import type { EvaluationDocument, TrainingModels } from './training.model.js';
import type { LearningJob, TrainingOrder } from './training-thread.js';

/** On which ratings are expected. */
const bestRating = 5;

const maxEvaluations = 10;
/** The latest fifth of the data is to be found. */
const evaluated = { share: 0.2, seed: 1, diversity: diverseLambda, maxUsers: 2000 };

interface TrainerDependencies {
  log: Logger;
  /** Where the training's data is, and what of it may be used. */
  source: Pick<TrainingOrder, 'storeUri' | 'consentRequired'>;
  models: TrainingModels;
}

export class Trainer {
  constructor(private readonly dependencies: TrainerDependencies) {}

  /** Stores a new version. @returns its hexadecimal id, or null where there is nothing to learn from */
  async train(onProgress: TrainingProgress, signal?: AbortSignal): Promise<string | null> {
    const startedAt = Date.now();
    const parameters = (await this.latestParameters()) ?? defaultParameters;
    const job = { parameters, now: startedAt, bestRating };
    return this.inBackground({ job, goOn: true }, signal, async (training) => {
      const { answer, leftOut } = await training.learn(onProgress);
      if (!('anew' in answer)) return null;
      const { report, anew } = answer;
      const seconds = (Date.now() - startedAt) / 1000;
      const { observations } = report;
      const version = await training.keep({ observations, seconds, preprocessing: { ...report, ...leftOut }, parameters });
      const fields = { version, seconds, observations, ...(anew !== null && { because: anew }) };
      this.dependencies.log.info(fields, anew === null ? 'trained, going on from the last training' : 'trained, everything anew');
      return version;
    });
  }

  /** Searches hyper-parameters on what the store has; the next training uses what is found. @returns null where there is nothing to learn from */
  async searchParameters(trials: number, seed: number, onProgress: TrainingProgress): Promise<SearchResult | null> {
    const job: LearningJob = { parameters: defaultParameters, now: Date.now(), bestRating, search: { trials, seed } };
    const answer = await this.learn(job, onProgress);
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
    const answer = await this.learn({ parameters, now: startedAt, bestRating, evaluate: evaluated }, onProgress, signal);
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

  /** For what is not kept as a version. */
  private learn(job: LearningJob, onProgress: TrainingProgress, signal?: AbortSignal): Promise<TrainingAnswer> {
    return this.inBackground({ job, goOn: false }, signal, async (training) => (await training.learn(onProgress)).answer);
  }

  private async inBackground<Result>(
    order: Pick<TrainingOrder, 'job' | 'goOn'>,
    signal: AbortSignal | undefined,
    work: (training: BackgroundTraining) => Promise<Result>,
  ): Promise<Result> {
    const training = new BackgroundTraining({ ...order, ...this.dependencies.source }, signal);
    try {
      return await work(training);
    } finally {
      await training.stop();
    }
  }
}
