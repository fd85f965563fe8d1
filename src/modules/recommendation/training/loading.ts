/**
 * The loading thread's entry: the newest version that is whole is read and unpacked into memory that all threads see, so that
 * whoever answers from it neither waits for that nor copies it.
 */
import { deserialize } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { shareArrays } from '../../../recommender/shared-arrays.js';
import type { SnapshotContent } from '../../../recommender/worker.js';
import { connectForReading } from '../../../store/reading.js';
import { newestVersion, type NewestVersion } from './stored-versions.js';

export interface LoadingJob {
  storeUri: string;
}

export interface LoadedVersion extends Pick<NewestVersion, 'damaged'> {
  newest: { version: string; content: SnapshotContent } | null;
}

const store = await connectForReading((workerData as LoadingJob).storeUri);
try {
  const { newest, damaged } = await newestVersion(store.db);
  const loaded = newest && { version: newest.version, content: shareArrays(deserialize(newest.bytes) as SnapshotContent) };
  parentPort!.postMessage({ newest: loaded, damaged } satisfies LoadedVersion);
} finally {
  await store.close();
}
