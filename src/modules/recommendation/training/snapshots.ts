/** Trained recommenders in the store: written whole or not at all, numbered, and checked when they are read. */
import { createHash } from 'node:crypto';
import { deserialize } from 'node:v8';
import { Types } from 'mongoose';
import type { SnapshotContent, StoredTraining } from '../../../recommender/worker.js';
import { duplicateKeyFields } from '../../../store/database.js';
import { insert } from '../../../store/documents.js';
import type { SnapshotChunkDocument, SnapshotDocument, TrainingModels } from './training.model.js';

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
    { bytes, sha256, users, products, models }: StoredTraining,
    facts: Pick<SnapshotDocument, 'observations' | 'seconds' | 'preprocessing' | 'parameters'>,
  ): Promise<SnapshotDocument> {
    const _id = new Types.ObjectId();
    const chunks = Math.ceil(bytes.length / chunkSize);
    for (let at = 0; at < chunks; at++) {
      const part = bytes.subarray(at * chunkSize, (at + 1) * chunkSize);
      await insert(this.models.chunks, {
        _id: chunkId(_id, at),
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

  /** The newest version as it was stored; null where there is none, or it is damaged. */
  async newestBytes(): Promise<Uint8Array | null> {
    const newest = await this.newest();
    return newest && (await this.loadBytes(newest));
  }

  private async loadContent(snapshot: SnapshotDocument): Promise<SnapshotContent | null> {
    const bytes = await this.loadBytes(snapshot);
    return bytes && (deserialize(bytes) as SnapshotContent);
  }

  private async loadBytes(snapshot: SnapshotDocument): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    for (let at = 0; at < snapshot.chunks; at++) {
      const id = chunkId(snapshot._id, at);
      const chunk = await this.models.chunks.collection.findOne({ _id: id as never }, { promoteBuffers: true });
      if (!chunk) return null;
      parts.push((chunk as unknown as SnapshotChunkDocument).bytes);
    }
    const bytes = Buffer.concat(parts);
    const intact = createHash('sha256').update(bytes).digest('hex') === snapshot.sha256;
    return intact ? bytes : null;
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
