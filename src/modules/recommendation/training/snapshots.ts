/** Trained recommenders in the store: written whole or not at all. */
import { Types } from 'mongoose';
import type { SnapshotContent, StoredTraining } from '../../../recommender/worker.js';
import { duplicateKeyFields } from '../../../store/database.js';
import { insert } from '../../../store/documents.js';
import { answerOfThread } from '../../../threads.js';
import type { LoadedVersion, LoadingJob } from './loading.js';
import { chunkId, maxSnapshots } from './stored-versions.js';
import type { SnapshotDocument, TrainingModels } from './training.model.js';

export interface LoadedSnapshot {
  snapshot: SnapshotDocument;
  content: SnapshotContent;
}

/** Small, so that nobody has to wait while one is written. */
const chunkSize = 1024 * 1024;
const claimLease = 60 * 60 * 1000;

export class Snapshots {
  constructor(
    private readonly models: TrainingModels,
    private readonly storeUri: string,
  ) {}

  /** Publishes a version: its chunks first, then the document that makes it count. */
  async save(
    { bytes, sha256, users, products, models }: StoredTraining,
    facts: Pick<SnapshotDocument, 'observations' | 'seconds' | 'preprocessing' | 'parameters'>,
  ): Promise<SnapshotDocument> {
    const _id = new Types.ObjectId();
    const chunks = Math.ceil(bytes.length / chunkSize);
    for (let at = 0; at < chunks; at++) {
      const part = bytes.subarray(at * chunkSize, (at + 1) * chunkSize);
      await insert(this.models.chunks, {
        _id: chunkId(_id.toHexString(), at),
        snapshot: _id,
        bytes: Buffer.from(part.buffer, part.byteOffset, part.length),
      });
    }
    const snapshot: SnapshotDocument = { _id, createdAt: new Date(), sha256, chunks, users, products, ...facts, models };
    await insert(this.models.snapshots, snapshot);
    await this.removeOld();
    return snapshot;
  }

  private async removeOld(): Promise<void> {
    const old = await this.models.snapshots.find({}, { _id: 1 }).sort({ createdAt: -1 }).skip(maxSnapshots).limit(100).lean();
    const ids = old.map(({ _id }) => _id);
    if (ids.length === 0) return;
    await this.models.snapshots.deleteMany({ _id: { $in: ids } });
    await this.models.chunks.deleteMany({ snapshot: { $in: ids } });
  }

  /** The newest version, without reading its content. */
  async newest(): Promise<SnapshotDocument | null> {
    return this.models.snapshots.findOne({}).sort({ createdAt: -1 }).lean();
  }

  /**
   * The newest version whose content is whole, read in a thread of its own; a damaged one is passed over.
   * @param onDamaged told of each version that is passed over
   */
  async loadNewest(onDamaged: (version: string) => void): Promise<LoadedSnapshot | null> {
    const { newest, damaged } = await answerOfThread<LoadedVersion>('modules/recommendation/training/loading', {
      storeUri: this.storeUri,
    } satisfies LoadingJob);
    damaged.forEach(onDamaged);
    const snapshot = newest && (await this.models.snapshots.findById(newest.version).lean());
    return snapshot && { snapshot, content: newest.content };
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
}
