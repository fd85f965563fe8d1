/** Trained recommenders in the store: written whole or not at all, numbered, and checked when they are read. */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { Types } from 'mongoose';
import { unshareArrays, type TrainedRecommender } from '../../../recommender/index.js';
import { duplicateKeyFields } from '../../../store/database.js';
import { insert } from '../../../store/documents.js';
import type { SnapshotChunkDocument, SnapshotDocument, TrainingModels } from './training.model.js';

export interface SnapshotContent {
  trained: TrainedRecommender;
  /** The users and products of the training, in the order of the models' numbers. */
  userIds: string[];
  productIds: string[];
}

export interface LoadedSnapshot {
  snapshot: SnapshotDocument;
  content: SnapshotContent;
}

const chunkSize = 8 * 1024 * 1024;
const maxSnapshots = 3;
const claimLease = 60 * 60 * 1000;

export class Snapshots {
  constructor(private readonly models: TrainingModels) {}

  /** Publishes a version: its chunks first, then the document that makes it count. */
  async save(
    content: SnapshotContent,
    facts: Pick<SnapshotDocument, 'observations' | 'seconds' | 'preprocessing' | 'parameters'>,
  ): Promise<SnapshotDocument> {
    const bytes = serialize(unshareArrays(content));
    const _id = new Types.ObjectId();
    const chunks = Math.ceil(bytes.length / chunkSize);
    for (let at = 0; at < chunks; at++) {
      const part = bytes.subarray(at * chunkSize, (at + 1) * chunkSize);
      await insert(this.models.chunks, { _id: chunkId(_id, at), snapshot: _id, bytes: part });
    }
    const { trained, userIds, productIds } = content;
    const snapshot: SnapshotDocument = {
      _id,
      createdAt: new Date(),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      chunks,
      users: userIds.length,
      products: productIds.length,
      ...facts,
      models: trained.models.map(({ name }, at) => ({ name, weight: trained.weights.base[at]! })),
    };
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
   * The newest version whose content is whole; a damaged one is passed over.
   * @param onDamaged told of each version that is passed over
   */
  async loadNewest(onDamaged: (version: string) => void): Promise<LoadedSnapshot | null> {
    const versions = (await this.models.snapshots.find({}).sort({ createdAt: -1 }).limit(maxSnapshots).lean()) as SnapshotDocument[];
    for (const snapshot of versions) {
      const content = await this.loadContent(snapshot);
      if (content) return { snapshot, content };
      onDamaged(snapshot._id.toHexString());
    }
    return null;
  }

  private async loadContent(snapshot: SnapshotDocument): Promise<SnapshotContent | null> {
    const parts: Buffer[] = [];
    for (let at = 0; at < snapshot.chunks; at++) {
      const id = chunkId(snapshot._id, at);
      const chunk = await this.models.chunks.collection.findOne({ _id: id as never }, { promoteBuffers: true });
      if (!chunk) return null;
      parts.push((chunk as unknown as SnapshotChunkDocument).bytes);
    }
    const bytes = Buffer.concat(parts);
    const intact = createHash('sha256').update(bytes).digest('hex') === snapshot.sha256;
    return intact ? (deserialize(bytes) as SnapshotContent) : null;
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

function chunkId(snapshot: Types.ObjectId, at: number): string {
  return `${snapshot.toHexString()}:${at}`;
}
