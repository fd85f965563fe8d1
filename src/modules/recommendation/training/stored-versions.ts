/** Trained recommenders in the store: written whole or not at all, and checked when they are read. For threads. */
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { deserialize } from 'node:v8';
import mongoose, { type mongo } from 'mongoose';
import { shareArrays } from '../../../recommender/shared-arrays.js';
import type { SnapshotContent, StoredTraining } from '../../../recommender/worker.js';
import type { SnapshotChunkDocument, SnapshotDocument } from './training.model.js';

const maxSnapshots = 3;
/** Small, so that nobody has to wait while one is written. */
const chunkSize = 256 * 1024;
/** After a chunk the store is left to others for so many times as long as the chunk took, and no longer than so many milliseconds. */
const rest = { times: 3, longest: 50 };

/** What is known of a version beside what was trained. */
export type VersionFacts = Pick<SnapshotDocument, 'observations' | 'seconds' | 'preprocessing' | 'parameters'>;

/** A version by its hexadecimal id, ready to answer from. */
export interface LoadedVersion {
  version: string;
  content: SnapshotContent;
}

export interface NewestVersion {
  /** As it was stored; null where there is none. */
  newest: { version: string; bytes: Uint8Array } | null;
  /** Newer ones whose content is damaged or missing. */
  damaged: string[];
}

/** What was stored, in memory that all threads see: handing it on copies nothing. */
export function contentOf(bytes: Uint8Array): SnapshotContent {
  return shareArrays(deserialize(bytes) as SnapshotContent);
}

/**
 * Publishes a version: its chunks first, then the document that makes it count.
 * @returns its hexadecimal id
 */
export async function storeVersion(
  db: mongo.Db,
  { bytes, sha256, users, products, models }: StoredTraining,
  facts: VersionFacts,
): Promise<string> {
  const { chunks, snapshots } = collectionsOf(db);
  const _id = new mongoose.Types.ObjectId();
  const count = Math.ceil(bytes.length / chunkSize);
  for (let at = 0; at < count; at++) {
    const { buffer, byteOffset, length } = bytes.subarray(at * chunkSize, (at + 1) * chunkSize);
    await gently(() => chunks.insertOne({ _id: chunkId(_id, at), snapshot: _id, bytes: Buffer.from(buffer, byteOffset, length) }));
  }
  await snapshots.insertOne({ _id, createdAt: new Date(), sha256, chunks: count, users, products, ...facts, models });
  await removeOld(db);
  return _id.toHexString();
}

async function removeOld(db: mongo.Db): Promise<void> {
  const { chunks, snapshots } = collectionsOf(db);
  const old = await snapshots.find({}, { projection: { _id: 1 }, sort: { createdAt: -1 }, skip: maxSnapshots, limit: 100 }).toArray();
  const ids = old.map(({ _id }) => _id);
  if (ids.length === 0) return;
  await snapshots.deleteMany({ _id: { $in: ids } });
  await chunks.deleteMany({ snapshot: { $in: ids } });
}

/**
 * The newest version whose content is whole.
 * @param isUrgent whether to read as fast as the store can, whoever else asks it
 */
export async function newestVersion(db: mongo.Db, isUrgent = false): Promise<NewestVersion> {
  const damaged: string[] = [];
  for (const snapshot of await collectionsOf(db)
    .snapshots.find({}, { sort: { createdAt: -1 }, limit: maxSnapshots })
    .toArray()) {
    const version = snapshot._id.toHexString();
    const bytes = await bytesOf(db, snapshot, isUrgent);
    if (bytes) return { newest: { version, bytes }, damaged };
    damaged.push(version);
  }
  return { newest: null, damaged };
}

async function bytesOf(db: mongo.Db, { _id, chunks: count, sha256 }: SnapshotDocument, isUrgent: boolean): Promise<Uint8Array | null> {
  const { chunks } = collectionsOf(db);
  const parts: Buffer[] = [];
  for (let at = 0; at < count; at++) {
    const read = () => chunks.findOne({ _id: chunkId(_id, at) }, { promoteBuffers: true });
    const chunk = await (isUrgent ? read() : gently(read));
    if (!chunk) return null;
    parts.push(chunk.bytes);
  }
  const bytes = Buffer.concat(parts);
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : null;
}

async function gently<Result>(work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  await setTimeout(Math.min(rest.times * (performance.now() - startedAt), rest.longest));
  return result;
}

/** Read from where they are written, whatever the operator's URI prefers: what was just trained is looked for at once. */
function collectionsOf(db: mongo.Db) {
  const readPreference = 'primary';
  return {
    snapshots: db.collection<SnapshotDocument>('model_snapshots', { readPreference }),
    chunks: db.collection<SnapshotChunkDocument>('model_snapshot_chunks', { readPreference }),
  };
}

function chunkId(version: mongo.ObjectId, at: number): string {
  return `${version.toHexString()}:${at}`;
}
