/** The loading thread's entry: the newest version that is whole is read and unpacked, and answered with those that were passed over. */
import { parentPort, workerData } from 'node:worker_threads';
import { connectForReading } from '../../../store/reading.js';
import { contentOf, newestVersion, type LoadedVersion, type NewestVersion } from './stored-versions.js';

export interface LoadingInput {
  storeUri: string;
  /** Whether to read as fast as the store can, whoever else asks it. */
  isUrgent: boolean;
}

export interface LoadingAnswer extends Pick<NewestVersion, 'damaged'> {
  newest: LoadedVersion | null;
}

const { storeUri, isUrgent } = workerData as LoadingInput;
const store = await connectForReading(storeUri);
try {
  const { newest, damaged } = await newestVersion(store.db, isUrgent);
  const loaded = newest && { version: newest.version, content: contentOf(newest.bytes) };
  parentPort!.postMessage({ newest: loaded, damaged } satisfies LoadingAnswer);
} finally {
  await store.close();
}
