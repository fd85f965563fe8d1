/** The embedded store: a MongoDB-compatible server in a worker thread. Its README says what it does and what not. */
import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../operator-error.js';
import { firstMessage, startThread } from '../../threads.js';
import { commitsOn, newClock } from './clock.js';
import { Claim, DirectoryInUse, problemOfFile, requireSoundFile, socketPath, storeUri } from './data-directory.js';
import { LocalReads } from './local-reads.js';
import type { WorkerInput } from './worker.js';

export { checkData, reading } from './check.js';
export { DirectoryInUse, problemOfFile } from './data-directory.js';

/** The embedded store does not start, for a reason its operator can mend. */
export class StoreCannotStart extends OperatorError {
  constructor(cause: Error) {
    super('STORE_CANNOT_START', `The embedded store cannot start: ${cause.message}`, { cause });
  }
}

export interface EmbeddedStore {
  /** What a MongoDB driver connects to. */
  uri: string;
  /** How often has been committed; what nobody else knows yet is counted already. */
  commits(): number;
  /** Opens the data for short reads in this thread; to be closed before the store is stopped. */
  openReads(): LocalReads;
  stop(): Promise<void>;
}

export interface EmbeddedStoreOptions {
  directory: string;
  /** A loopback port for MongoDB tools; without one the store listens on a Unix socket only its owner can open. */
  port?: number;
}

/** The data file of a directory. */
export function dataFileOf(directory: string): string {
  return join(directory, 'plaza.lmdb');
}

/**
 * Puts a sound backup in the place of the data, which is kept beside it under another name.
 * @throws OperatorError where the backup is foreign or torn, or a server runs on the directory; nothing was changed then
 * @returns where the former data is, or null where there was none
 */
export async function restoreBackup(directory: string, backup: string): Promise<string | null> {
  const problem = problemOfFile(backup);
  if (problem !== null) throw new OperatorError('BACKUP_UNUSABLE', `${backup} ${problem}. Name a file that the backup command wrote.`);
  const claim = await Claim.take(directory).catch((error: Error) => {
    throw new OperatorError('RESTORE_IMPOSSIBLE', `The backup cannot be restored: ${error.message}.`, { cause: error });
  });
  const file = dataFileOf(directory);
  const incoming = `${file}.incoming`;
  try {
    copyFileSync(backup, incoming);
    flush(incoming);
    const former = existsSync(file) ? `${file}.before-${new Date().toISOString().replaceAll(':', '-')}` : null;
    if (former) renameSync(file, former);
    rmSync(`${file}-lock`, { force: true });
    renameSync(incoming, file);
    return former;
  } finally {
    rmSync(incoming, { force: true });
    claim.release();
  }
}

function flush(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/**
 * Starts the store on a data directory.
 * @throws DirectoryInUse where another process has it, StoreCannotStart where its file is foreign, torn or newer.
 */
export async function startEmbeddedStore({ directory, port }: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const usesPort = port !== undefined || process.platform === 'win32';
  let claim: Claim | null = null;
  try {
    claim = await Claim.take(directory);
    requireSoundFile(dataFileOf(directory));
    return await serveDirectory(claim, { directory, socket: usesPort ? null : socketPath(directory), port: port ?? 0, clock: newClock() });
  } catch (error) {
    claim?.release();
    if (error instanceof DirectoryInUse) throw error;
    throw new StoreCannotStart(error as Error);
  }
}

/** The storage engine makes files that others can read. */
function keepPrivate(directory: string): void {
  chmodSync(directory, 0o700);
  for (const file of readdirSync(directory, { withFileTypes: true })) if (file.isFile()) chmodSync(join(directory, file.name), 0o600);
}

async function serveDirectory(claim: Claim, input: WorkerInput): Promise<EmbeddedStore> {
  const worker = startThread('store/embedded/worker', input);
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const ready = await firstMessage<{ port: number }>(worker);
  keepPrivate(input.directory);
  claim.publish({ socket: input.socket, port: ready.port });
  const stop = async (): Promise<void> => {
    worker.postMessage('stop');
    await exited;
    claim.release();
  };
  return {
    uri: storeUri(input.socket ?? `127.0.0.1:${ready.port}`),
    commits: () => commitsOn(input.clock),
    openReads: () => new LocalReads(dataFileOf(input.directory), input.clock),
    stop,
  };
}
