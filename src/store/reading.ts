/** A connection for a thread that reads much, beside those of the process. */
import mongoose, { type mongo } from 'mongoose';

/** @throws MongoError where the store does not answer */
export async function connectForReading(uri: string): Promise<{ db: mongo.Db; close(): Promise<void> }> {
  const client = await mongoose.mongo.MongoClient.connect(uri, { maxPoolSize: 1 });
  return { db: client.db(), close: () => client.close() };
}
