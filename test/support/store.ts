/** A MongoDB-compatible server for a test file: the one MONGODB_URI names, else the embedded store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';

export type MongoClient = mongoose.mongo.MongoClient;
export type Db = mongoose.mongo.Db;
export const { MongoClient, ObjectId, Long, Decimal128, Binary, Timestamp, MinKey, MaxKey } = mongoose.mongo;

export class TestStore {
  client!: MongoClient;
  db!: Db;
  uri = '';
  private embedded: EmbeddedStore | null = null;
  private directory = '';

  async start(): Promise<void> {
    const given = process.env['MONGODB_URI'];
    if (given) {
      this.uri = given;
    } else {
      this.directory = mkdtempSync(join(tmpdir(), 'plaza-store-'));
      this.embedded = await startEmbeddedStore({ directory: this.directory });
      this.uri = this.embedded.uri;
    }
    this.client = await MongoClient.connect(this.uri, { retryWrites: true });
    this.db = this.client.db(`conformance_${process.pid}_${Date.now()}`);
  }

  async stop(): Promise<void> {
    await this.db.dropDatabase();
    await this.client.close();
    await this.embedded?.stop();
    if (this.directory) rmSync(this.directory, { recursive: true, force: true });
  }
}

export function useStore(): TestStore {
  const store = new TestStore();
  beforeAll(() => store.start());
  afterAll(() => store.stop());
  return store;
}
