/** Databases that earlier releases have left, with their indexes, as extended JSON. */
import { readFileSync } from 'node:fs';
import mongoose from 'mongoose';
import type { Store } from '../../src/store/connection.js';

interface DumpedCollection {
  indexes: { key: Record<string, 1 | -1>; name: string }[];
  documents: mongoose.mongo.BSON.Document[];
}

const { EJSON } = mongoose.mongo.BSON;

export function readDump(release: string): Record<string, DumpedCollection> {
  const path = new URL(`../fixtures/upgrade/database-${release}.json`, import.meta.url);
  return EJSON.parse(readFileSync(path, 'utf8'), { relaxed: false }) as Record<string, DumpedCollection>;
}

export async function loadDump({ database }: Store, dump: Record<string, DumpedCollection>): Promise<void> {
  for (const [name, { indexes, documents }] of Object.entries(dump)) {
    const collection = await database.connection.db!.createCollection(name);
    if (documents.length > 0) await collection.insertMany(documents);
    if (indexes.length > 0) await collection.createIndexes(indexes);
  }
}
