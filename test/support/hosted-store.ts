/** A store that the test's own process hosts, somebody else who is connected to it, and which commands are asked of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStore, type Store } from '../../src/store/connection.js';
import { MongoClient } from './store.js';

export class HostedStore {
  store!: Store;
  other!: MongoClient;
  /** What was read in this process, as it is told of. */
  readonly told: string[] = [];
  /** What the driver sent. */
  readonly driverCommands: string[] = [];
  private readonly directory = mkdtempSync(join(tmpdir(), 'plaza-hosted-'));

  async start(storePoolSize: number): Promise<void> {
    this.store = await openStore({ mongodbUri: undefined, dataDirectory: this.directory, storePoolSize, watchCommands: true });
    this.other = await MongoClient.connect(this.store.uri);
    const client = this.store.database.connection.getClient();
    client.on('commandStarted', ({ commandName, requestId }) => (requestId < 0 ? this.told : this.driverCommands).push(commandName));
  }

  forgetCommands(): void {
    for (const list of [this.told, this.driverCommands]) list.splice(0);
  }

  async stop(): Promise<void> {
    await this.other.close();
    await this.store.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function useHostedStore({ storePoolSize }: { storePoolSize: number }): HostedStore {
  const hosted = new HostedStore();
  beforeAll(() => hosted.start(storePoolSize));
  afterAll(() => hosted.stop());
  return hosted;
}
