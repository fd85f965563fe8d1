/** Reads trained recommenders from the store, each checked, also in a thread of its own. */
import { createHash } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { SnapshotChunkDocument, SnapshotDocument } from './training.model.js';

/** So many versions are kept. */
export const maxSnapshots = 3;

export interface NewestVersion {
  /** Its id, hexadecimal, and what was stored; null where there is none. */
  newest: { version: string; bytes: Uint8Array } | null;
  /** Newer ones whose content is damaged or missing. */
  damaged: string[];
}

/** The newest version whose content is whole. */
export async function newestVersion(db: mongo.Db): Promise<NewestVersion> {
  const snapshots = db.collection<SnapshotDocument>('model_snapshots');
  const damaged: string[] = [];
  for (const snapshot of await snapshots.find().sort({ createdAt: -1 }).limit(maxSnapshots).toArray()) {
    const version = snapshot._id.toHexString();
    const bytes = await contentOf(db, snapshot);
    if (bytes) return { newest: { version, bytes }, damaged };
    damaged.push(version);
  }
  return { newest: null, damaged };
}

async function contentOf(db: mongo.Db, { _id, chunks, sha256 }: SnapshotDocument): Promise<Uint8Array | null> {
  const stored = db.collection<SnapshotChunkDocument>('model_snapshot_chunks');
  const parts: Buffer[] = [];
  for (let at = 0; at < chunks; at++) {
    const chunk = await stored.findOne({ _id: chunkId(_id.toHexString(), at) }, { promoteBuffers: true });
    if (!chunk) return null;
    parts.push(chunk.bytes);
  }
  const bytes = Buffer.concat(parts);
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : null;
}

export function chunkId(version: string, at: number): string {
  return `${version}:${at}`;
}
