/** The one place that knows whether the store is MongoDB or the embedded server. */
import mongoose from 'mongoose';
import { join } from 'node:path';
import { OperatorError } from '../operator-error.js';
import { DirectoryInUse, startEmbeddedStore, StoreCannotStart, type EmbeddedStore } from './embedded/index.js';

export interface StoreOptions {
  mongodbUri: string | undefined;
  dataDirectory: string;
  storePort: number | undefined;
  storePoolSize: number;
}

export interface Store {
  uri: string;
  /** Whether this process runs the embedded server itself. */
  embedded: boolean;
  close(): Promise<void>;
}

mongoose.set('strictQuery', 'throw');
mongoose.set('autoIndex', false);
mongoose.set('autoCreate', false);

/**
 * Connects to the store and builds its indexes. A command-line tool may `share` the embedded store
 * of a running server.
 * @throws OperatorError if the store does not answer, or another process has the embedded store and this one may not, or cannot, share it
 */
export async function openStore(options: StoreOptions, { share = false } = {}): Promise<Store> {
  const { uri, embedded } = options.mongodbUri ? { uri: options.mongodbUri, embedded: null } : await openEmbedded(options, share);
  try {
    await connect(uri, options.storePoolSize);
    await Promise.all(Object.values(mongoose.models).map((model) => model.createIndexes()));
  } catch (error) {
    await closeAll(embedded);
    throw error;
  }
  return { uri, embedded: embedded !== null, close: () => closeAll(embedded) };
}

async function connect(uri: string, maxPoolSize: number): Promise<void> {
  try {
    await mongoose.connect(uri, { serverSelectionTimeoutMS: 10_000, monitorCommands: true, maxPoolSize });
  } catch (error) {
    const unreachable = error instanceof mongoose.Error.MongooseServerSelectionError || error instanceof mongoose.mongo.MongoError;
    if (!unreachable) throw error;
    throw new OperatorError('STORE_UNREACHABLE', `The store cannot be reached: ${error.message}`, { cause: error });
  }
}

async function openEmbedded(options: StoreOptions, share: boolean): Promise<{ uri: string; embedded: EmbeddedStore | null }> {
  try {
    const embedded = await startEmbeddedStore({ directory: join(options.dataDirectory, 'store'), port: options.storePort });
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

async function closeAll(embedded: EmbeddedStore | null): Promise<void> {
  await mongoose.disconnect();
  await embedded?.stop();
}
