/** The one place that knows whether the store is MongoDB or the embedded server. */
import { chmodSync, closeSync, copyFileSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { OperatorError } from '../operator-error.js';
import { endWritesWithTheirSocket } from './closed-sockets.js';
import { Database } from './database.js';
import { DirectoryInUse, startEmbeddedStore, StoreCannotStart, type EmbeddedStore } from './embedded/index.js';

export { checkData, dataFileOf, problemOfFile, reading, restoreBackup } from './embedded/index.js';

export interface StoreOptions {
  mongodbUri: string | undefined;
  dataDirectory: string;
  storePoolSize: number;
  /** Whether the driver tells of every command, which costs each a little. */
  watchCommands?: boolean;
}

export interface Store {
  database: Database;
  uri: string;
  /** Whether this process runs the embedded server itself. */
  embedded: boolean;
  /** How often has been committed, where this process runs the embedded server; null elsewhere. */
  commits: (() => number) | null;
  close(): Promise<void>;
}

/** Milliseconds after which a server that does not answer the driver's own questions counts as away. */
const longestSilence = 8_000;

/**
 * Connects to the store. A command-line tool may `share` the embedded store
 * of a running server.
 * @throws OperatorError if the store does not answer, or another process has the embedded store and this one may not, or cannot, share it
 */
export async function openStore(options: StoreOptions, { share = false } = {}): Promise<Store> {
  const { uri, embedded } = options.mongodbUri ? { uri: options.mongodbUri, embedded: null } : await openEmbedded(options, share);
  endWritesWithTheirSocket();
  const connection = mongoose.createConnection(uri, {
    monitorCommands: options.watchCommands ?? false,
    ...unlessInUri(uri, {
      serverSelectionTimeoutMS: 5_000,
      maxPoolSize: options.storePoolSize,
      // A server of another machine that goes silent is given up sooner than in half a minute, or the process could not stop in time.
      ...(!embedded && { connectTimeoutMS: longestSilence }),
    }),
  });
  const reads = embedded?.openReads() ?? null;
  const close = async (): Promise<void> => {
    await connection.close();
    await reads?.close();
    await embedded?.stop();
  };
  try {
    await connection.asPromise();
  } catch (error) {
    await close();
    throw unreachable(error);
  }
  const commits = embedded && (() => embedded.commits());
  return {
    database: new Database(connection, { shared: embedded === null, reads, uri }),
    uri,
    embedded: embedded !== null,
    commits,
    close,
  };
}

/**
 * Runs the embedded store for other processes, where no MongoDB is named.
 * @throws OperatorError as `openStore` does
 */
export async function hostStore(
  options: Pick<StoreOptions, 'mongodbUri' | 'dataDirectory'>,
): Promise<{ uri: string; stop(): Promise<void> } | null> {
  if (options.mongodbUri) return null;
  return (await openEmbedded(options, false)).embedded;
}

/** What the operator's URI says wins. */
function unlessInUri<Options extends object>(uri: string, options: Options): Partial<Options> {
  const given = new Set([...new URLSearchParams(uri.split('?')[1] ?? '').keys()].map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !given.has(name.toLowerCase()))) as Partial<Options>;
}

function unreachable(error: unknown): unknown {
  const known = error instanceof mongoose.Error.MongooseServerSelectionError || error instanceof mongoose.mongo.MongoError;
  return known ? new OperatorError('STORE_UNREACHABLE', `The store cannot be reached: ${error.message}`, { cause: error }) : error;
}

async function openEmbedded(
  options: Pick<StoreOptions, 'dataDirectory'>,
  share: boolean,
): Promise<{ uri: string; embedded: EmbeddedStore | null }> {
  try {
    const embedded = await startEmbeddedStore({ directory: storeDirectory(options.dataDirectory) });
    return { uri: embedded.uri, embedded };
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    if (!share) throw new StoreCannotStart(error);
    if (!error.uri || !(await answers(error.uri))) throw new StoreCannotStart(new Error(`${error.message}, whose store does not answer`));
    return { uri: error.uri, embedded: null };
  }
}

async function answers(uri: string): Promise<boolean> {
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 5000 });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

/** Where the embedded store keeps its data. */
export function storeDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'store');
}

/**
 * Has the open embedded store copied as it is now, also while a server runs on it.
 * @throws OperatorError if the file is there already
 */
export async function backUp({ connection }: Database, dataDirectory: string, target: string): Promise<void> {
  makeNew(target);
  try {
    const { file } = await connection.db!.command({ plazaBackup: 1 });
    moveInto(target, join(storeDirectory(dataDirectory), String(file)));
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}

/** Before the store is copied, so that a place where nothing can be written is told at once, by its own name. */
function makeNew(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new OperatorError('BACKUP_EXISTS', `${file} exists already: name another file.`);
  }
}

function moveInto(target: string, copy: string): void {
  try {
    copyFileSync(copy, target);
    chmodSync(target, 0o600);
  } finally {
    rmSync(copy, { force: true });
  }
}
