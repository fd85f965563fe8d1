/** Which trained recommenders there are, and which process trains. */
import type { SnapshotContent } from '../../../recommender/worker.js';
import { duplicateKeyFields } from '../../../store/database.js';
import { answerOfThread } from '../../../threads.js';
import type { LoadingAnswer, LoadingInput } from './loading.js';
import type { SnapshotDocument, TrainingModels } from './training.model.js';

export interface LoadedSnapshot {
  snapshot: SnapshotDocument;
  content: SnapshotContent;
}

const claimLease = 60 * 60 * 1000;

export class Snapshots {
  constructor(
    private readonly models: TrainingModels,
    private readonly storeUri: string,
  ) {}

  /** The newest version, without reading its content. */
  async newest(): Promise<SnapshotDocument | null> {
    return this.models.snapshots.findOne({}).sort({ createdAt: -1 }).read('primary').lean();
  }

  /**
   * The newest version whose content is whole, read in a thread of its own; a damaged one is passed over.
   * @param isUrgent whether to read as fast as the store can, whoever else asks it
   * @param onDamaged told of each version that is passed over
   */
  async loadNewest(isUrgent: boolean, onDamaged: (version: string) => void): Promise<LoadedSnapshot | null> {
    const input: LoadingInput = { storeUri: this.storeUri, isUrgent };
    const { newest, damaged } = await answerOfThread<LoadingAnswer>('modules/recommendation/training/loading', input);
    damaged.forEach(onDamaged);
    const snapshot = newest && (await this.byVersion(newest.version));
    return snapshot && { snapshot, content: newest.content };
  }

  /** @param version as a hexadecimal id; null where it is gone */
  async byVersion(version: string): Promise<SnapshotDocument | null> {
    return this.models.snapshots.findById(version).read('primary').lean();
  }

  /** Whether this process may train now: another one that began within the hour keeps the claim. */
  async claimTraining(): Promise<boolean> {
    const now = Date.now();
    try {
      const { matchedCount, upsertedCount } = await this.models.claims.updateOne(
        { _id: 'training', until: { $lte: new Date(now) } },
        { $set: { until: new Date(now + claimLease) } },
        { upsert: true },
      );
      return matchedCount + upsertedCount === 1;
    } catch (error) {
      // The claim exists and is not over: the upsert met it.
      if (duplicateKeyFields(error)) return false;
      throw error;
    }
  }

  /** For who has claimed a training that came to nothing, so that the next need not wait. */
  async releaseTraining(): Promise<void> {
    await this.models.claims.deleteOne({ _id: 'training' });
  }
}
