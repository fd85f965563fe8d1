/** The embedded store: a MongoDB-compatible server in a worker thread. Its README says what it does and what not. */
import { once } from 'node:events';
import { join } from 'node:path';
import { firstMessage, startThread } from '../../threads.js';
import { claim, requireSoundFile, socketPath } from './data-directory.js';
import type { WorkerInput } from './worker.js';

export { ownerOf } from './data-directory.js';

export interface EmbeddedStore {
  /** What a MongoDB driver connects to. */
  uri: string;
  stop(): Promise<void>;
}

export interface EmbeddedStoreOptions {
  directory: string;
  /** A loopback port for MongoDB tools; without one the store listens on a Unix socket only its owner can open. */
  port?: number;
}

/**
 * Starts the store on a data directory.
 * @throws DirectoryInUse where another process has it, Error where its file is foreign, torn or newer.
 */
export async function startEmbeddedStore({ directory, port }: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const usesPort = port !== undefined || process.platform === 'win32';
  const socket = usesPort ? null : socketPath(directory);
  const address = socket ? encodeURIComponent(socket) : `127.0.0.1:${port ?? 0}`;
  const uri = `mongodb://${address}/plaza?directConnection=true`;
  const release = claim(directory, uri);
  try {
    requireSoundFile(join(directory, 'plaza.lmdb'));
    const input: WorkerInput = { directory, socket, port: port ?? 0 };
    const worker = startThread('store/embedded/worker', input);
    const ready = await firstMessage<{ address: string }>(worker);
    const stop = async (): Promise<void> => {
      worker.postMessage('stop');
      await once(worker, 'exit');
      release();
    };
    return { uri: socket ? uri : `mongodb://${ready.address}/plaza?directConnection=true`, stop };
  } catch (error) {
    release();
    throw new Error(`The embedded store cannot start: ${(error as Error).message}`, { cause: error });
  }
}
