/** Trained recommenders in the store: written whole or not at all, numbered, and checked when they are read. */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { Types } from 'mongoose';
import type { TrainedRecommender } from '../../recommender/index.js';
import { duplicateKeyFields } from '../../store/transaction.js';
import {
  SnapshotChunkModel,
  SnapshotModel,
  TrainingClaimModel,
  type SnapshotChunkDocument,
  type SnapshotDocument,
} from './snapshot.model.js';

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
const snapshotsKept = 3;

/** Publishes a version: its chunks first, then the document that makes it count. */
export async function saveSnapshot(
  content: SnapshotContent,
  facts: Pick<SnapshotDocument, 'observations' | 'seconds' | 'preprocessing' | 'parameters'>,
): Promise<SnapshotDocument> {
  const bytes = serialize(content);
  const _id = new Types.ObjectId();
  const chunks = Math.ceil(bytes.length / chunkSize);
  for (let at = 0; at < chunks; at++) {
    const part = bytes.subarray(at * chunkSize, (at + 1) * chunkSize);
    await SnapshotChunkModel.collection.insertOne({ _id: chunkId(_id, at), snapshot: _id, bytes: part } as never);
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
  await SnapshotModel.collection.insertOne(snapshot);
  await removeOld();
  return snapshot;
}

function chunkId(snapshot: Types.ObjectId, at: number): string {
  return `${snapshot.toHexString()}:${at}`;
}

async function removeOld(): Promise<void> {
  const old = await SnapshotModel.find({}, { _id: 1 }).sort({ createdAt: -1 }).skip(snapshotsKept).limit(100).lean();
  const ids = old.map(({ _id }) => _id);
  if (ids.length === 0) return;
  await SnapshotModel.deleteMany({ _id: { $in: ids } });
  await SnapshotChunkModel.deleteMany({ snapshot: { $in: ids } });
}

/** The newest version, without reading its content. */
export async function newestSnapshot(): Promise<SnapshotDocument | null> {
  return SnapshotModel.findOne({}).sort({ createdAt: -1 }).lean();
}

/**
 * The newest version whose content is whole; a damaged one is passed over.
 * @param onDamaged told of each version that is passed over
 */
export async function loadNewestSnapshot(onDamaged: (version: string) => void): Promise<LoadedSnapshot | null> {
  const versions = (await SnapshotModel.find({}).sort({ createdAt: -1 }).limit(snapshotsKept).lean()) as SnapshotDocument[];
  for (const snapshot of versions) {
    const content = await loadContent(snapshot);
    if (content) return { snapshot, content };
    onDamaged(snapshot._id.toHexString());
  }
  return null;
}

async function loadContent(snapshot: SnapshotDocument): Promise<SnapshotContent | null> {
  const parts: Buffer[] = [];
  for (let at = 0; at < snapshot.chunks; at++) {
    const chunk = await SnapshotChunkModel.collection.findOne({ _id: chunkId(snapshot._id, at) } as never, { promoteBuffers: true });
    if (!chunk) return null;
    parts.push((chunk as unknown as SnapshotChunkDocument).bytes);
  }
  const bytes = Buffer.concat(parts);
  const intact = createHash('sha256').update(bytes).digest('hex') === snapshot.sha256;
  return intact ? (deserialize(bytes) as SnapshotContent) : null;
}

const lease = 60 * 60 * 1000;

/** Whether this process may train now: another one that has begun within the hour keeps it. */
export async function claimTraining(): Promise<boolean> {
  const now = Date.now();
  try {
    const { matchedCount, upsertedCount } = await TrainingClaimModel.updateOne(
      { _id: 'training', until: { $lte: new Date(now) } },
      { $set: { until: new Date(now + lease) } },
      { upsert: true },
    );
    return matchedCount + upsertedCount === 1;
  } catch (error) {
    // The claim is there and not over: the upsert met it.
    if (duplicateKeyFields(error)) return false;
    throw error;
  }
}
