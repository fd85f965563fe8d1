/** Which version answers, and the trainings that make newer ones. */
import type { Logger } from '../../../log.js';
import { Worker } from '../../../workers/index.js';
import { LoadedModel } from '../pipeline/loaded-model.js';
import type { RecommendationMetrics } from '../recommendation-metrics.js';
import type { LoadedSnapshot, Snapshots } from './snapshots.js';
import type { Trainer } from './trainer.js';
import type { TrainingProgress } from './background-training.js';
import { dependsOnMoment, Memory } from '../../../store/cache/reads.js';
import type { EvaluationDocument, SnapshotDocument } from './training.model.js';

const pollInterval = 5_000;
/** A shop that has no model yet has had nothing to learn from; how often it looks whether that has changed. */
const firstInterval = 10 * 60 * 1000;
/** After a training that is due, the recommender is evaluated where that was done so long ago. */
const evaluationInterval = 7 * 24 * 60 * 60 * 1000;

export interface RecommenderState {
  version: SnapshotDocument | null;
  training: boolean;
  /** From 0 to 1; 1 while no training runs. */
  progress: number;
}

interface TrainingDependencies {
  trainer: Trainer;
  snapshots: Snapshots;
  metrics: RecommendationMetrics;
  log: Logger;
  /** Milliseconds from one training to the next; 0 trains only when asked. */
  interval: number;
}

export class TrainingService {
  /** Loads newer versions, whichever process trained them, and trains when it is due. */
  readonly worker: Worker;
  private loaded: LoadedModel | null = null;
  private progress: number | null = null;
  private readonly inMemory = new Memory();
  private readonly cancelled = new Set<AbortController>();
  private loading: Promise<unknown> = Promise.resolve();
  /** When this process began, or last tried to train: a shop that had nothing to learn from, or failed to, tries again. */
  private triedAt = new Date();
  private readonly cancelOnStop = (): void => this.cancel();

  constructor(private readonly dependencies: TrainingDependencies) {
    const { log } = dependencies;
    this.worker = new Worker({
      name: 'recommender',
      interval: pollInterval,
      log,
      beforeListening: true,
      run: (signal) => this.poll(signal),
    });
  }

  /** The version that answers; null before the first training. */
  get model(): LoadedModel | null {
    this.inMemory.noteRead();
    return this.loaded;
  }

  state(): RecommenderState {
    dependsOnMoment();
    return { version: this.loaded?.snapshot ?? null, training: this.progress !== null, progress: this.progress ?? 1 };
  }

  /** Trains on everything the store has and answers with the result from then on. One training runs at a time in a process. */
  async train(onProgress: TrainingProgress = () => {}): Promise<SnapshotDocument | null> {
    if (this.progress !== null) return this.loaded?.snapshot ?? null;
    return this.runAlone(onProgress, async (noteProgress, signal) => {
      const { trainer, snapshots, metrics } = this.dependencies;
      const trained = await metrics.timed(() => trainer.train(noteProgress, signal));
      if (trained === null) return null;
      await this.reload();
      return snapshots.byVersion(trained);
    });
  }

  /**
   * Evaluates the recommender on the shop's own data, as it would have done had it been trained earlier. No training runs meanwhile.
   * @returns null while a training runs, and where there is too little data
   */
  async evaluate(onProgress: TrainingProgress = () => {}): Promise<EvaluationDocument | null> {
    if (this.progress !== null) return null;
    return this.runAlone(onProgress, (noteProgress, signal) => this.dependencies.trainer.evaluate(noteProgress, signal));
  }

  /** The last evaluation; null before the first. */
  latestEvaluation(): Promise<EvaluationDocument | null> {
    return this.dependencies.trainer.latestEvaluation();
  }

  private async runAlone<Result>(
    onProgress: TrainingProgress,
    work: (onProgress: TrainingProgress, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    this.progress = 0;
    this.triedAt = new Date();
    const cancel = new AbortController();
    this.cancelled.add(cancel);
    try {
      const noteProgress: TrainingProgress = (share, what) => {
        this.progress = share;
        onProgress(share, what);
      };
      return await work(noteProgress, cancel.signal);
    } finally {
      this.progress = null;
      this.cancelled.delete(cancel);
    }
  }

  /** Ends the training that runs in this process; the version that answers goes on answering. */
  cancel(): void {
    for (const cancel of this.cancelled) cancel.abort();
  }

  /** The same as `train`, for those who need not wait: what goes wrong is logged. */
  trainInBackground(): Promise<void> {
    return this.inBackground(() => this.train());
  }

  /** The same as `evaluate`, likewise. */
  evaluateInBackground(): Promise<void> {
    return this.inBackground(() => this.evaluate());
  }

  private async inBackground(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isAbort(error)) this.dependencies.log.warn({ err: error }, 'training failed');
    }
  }

  private async poll(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', this.cancelOnStop, { once: true });
    const newest = await this.reload();
    // Not awaited: the next poll may take up what another process trains meanwhile.
    if (newest ? this.isDue(newest.createdAt) : this.isDue(this.triedAt, firstInterval)) void this.trainOnSchedule();
  }

  private isDue(last: Date, longest = Infinity): boolean {
    const { interval } = this.dependencies;
    return interval > 0 && this.progress === null && Date.now() - last.getTime() >= Math.min(interval, longest);
  }

  /** One of all processes trains, and the others take up what it leaves. */
  private trainOnSchedule(): Promise<void> {
    return this.inBackground(async () => {
      if (!(await this.dependencies.snapshots.claimTraining())) return;
      if (!(await this.train())) return this.dependencies.snapshots.releaseTraining();
      const evaluated = await this.latestEvaluation();
      if (!evaluated || Date.now() - evaluated.at.getTime() >= evaluationInterval) await this.evaluate();
    });
  }

  /** One after the other: who comes second finds what the first has loaded. @returns the newest version that is stored */
  private reload(): Promise<SnapshotDocument | null> {
    const loading = this.loading.catch(() => {}).then(() => this.load());
    this.loading = loading;
    return loading;
  }

  private async load(): Promise<SnapshotDocument | null> {
    const { snapshots, log } = this.dependencies;
    const newest = await snapshots.newest();
    if (!newest || newest._id.equals(this.loaded?.snapshot._id)) return newest;
    const onDamaged = (version: string): void => log.warn({ version }, 'a model is damaged and is not used');
    // While there is none to answer from, nothing is more urgent.
    const loaded = await snapshots.loadNewest(this.loaded === null, onDamaged);
    if (loaded) this.answerFrom(loaded);
    return newest;
  }

  private answerFrom(loaded: LoadedSnapshot): void {
    this.loaded = new LoadedModel(loaded);
    this.inMemory.changed();
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
