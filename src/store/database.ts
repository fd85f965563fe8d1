/** A connection to the store, with the models and transactions of everything that works on it. */
import AsyncLock from 'async-lock';
import type { ClientSession, Connection, Model, Schema } from 'mongoose';

export type { ClientSession } from 'mongoose';

/** Models belong to a database and not to mongoose, so that one process can hold several. */
export class Database {
  private readonly queues = new AsyncLock({ maxPending: 100_000 });

  constructor(readonly connection: Connection) {}

  model<Document>(name: string, schema: Schema<Document>, collection: string): Model<Document> {
    return this.connection.model<Document>(name, schema, collection);
  }

  /** Builds the indexes of every model that was made so far. */
  async createIndexes(): Promise<void> {
    await Promise.all(Object.values(this.connection.models).map((model) => model.createIndexes()));
  }

  async ping(): Promise<void> {
    await this.connection.db!.command({ ping: 1 });
  }

  /**
   * Runs the work in one transaction, again from the start where another process got in its way.
   * Writers that name a common key wait for each other here instead of colliding in the store; what
   * keeps them correct across processes is the store's own conflict check.
   */
  async inTransaction<Result>(keys: string[], work: (session: ClientSession) => Promise<Result>): Promise<Result> {
    const run = async (): Promise<Result> => {
      const session = await this.connection.startSession();
      try {
        return await session.withTransaction(() => work(session), { readConcern: 'snapshot', writeConcern: { w: 'majority' } });
      } finally {
        await session.endSession();
      }
    };
    return keys.length === 0 ? run() : this.queues.acquire([...keys].sort(), run);
  }
}

/** Whether a write failed because a unique key is taken; the fields of that key. */
export function duplicateKeyFields(error: unknown): string[] | null {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 11000) return null;
  return Object.keys(('keyPattern' in error ? error.keyPattern : {}) as object);
}
