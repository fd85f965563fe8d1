/** The one place that knows whether the store is MongoDB or the embedded server. */
import mongoose from 'mongoose';
import { join } from 'node:path';
import { ownerOf, startEmbeddedStore, type EmbeddedStore } from './embedded/index.js';

export interface StoreOptions {
  mongodbUri: string | undefined;
  dataDirectory: string;
  storePort: number | undefined;
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
 */
export async function openStore(options: StoreOptions, { share = false } = {}): Promise<Store> {
  const directory = join(options.dataDirectory, 'store');
  const shared = share && !options.mongodbUri ? ownerOf(directory) : null;
  const existing = options.mongodbUri ?? shared;
  const embedded = existing ? null : await startEmbeddedStore({ directory, port: options.storePort });
  const uri = existing ?? embedded!.uri;
  try {
    await mongoose.connect(uri, { serverSelectionTimeoutMS: 10_000, monitorCommands: true, maxPoolSize: 50 });
    await Promise.all(Object.values(mongoose.models).map((model) => model.createIndexes()));
  } catch (error) {
    await closeAll(embedded);
    throw error;
  }
  return { uri, embedded: embedded !== null, close: () => closeAll(embedded) };
}

async function closeAll(embedded: EmbeddedStore | null): Promise<void> {
  await mongoose.disconnect();
  await embedded?.stop();
}
