/** A connection to the store, with the models and transactions of everything that works on it. */
import AsyncLock from 'async-lock';
import type { ClientSession, Connection, Model, Schema } from 'mongoose';
import { awaited } from './awaited-work.js';
import { recordCollection } from './cache/recorded-collection.js';
import { dependsOnMoment } from './cache/reads.js';
import { changeIndexes, indexChanges, type IndexChange } from './indexes.js';
import { KeyTurns } from './key-turns.js';
import { readLocally } from './local-collection.js';
import type { LocalReads } from './short-reads.js';
import { TransactionReads } from './transaction-reads.js';

export type { ClientSession } from 'mongoose';
export { duplicateKeyFields } from './duplicate-key.js';

/** So often a transaction's reads are tried in this process; where others commit too often for that, the store has them all. */
const mostLocalAttempts = 2;

/** Milliseconds: shorter than whoever asks whether the server is ready waits. */
const pingTimeout = 2_000;
const transactionOptions = { readPreference: 'primary', readConcern: 'snapshot', writeConcern: { w: 'majority' } } as const;

/** Models belong to a database and not to mongoose, so that one process can hold several. */
export class Database {
  private readonly queues = new AsyncLock({ maxPending: 100_000 });

  private readonly turns: KeyTurns | null;
  private readonly reads: LocalReads | null;
  /** Where the store is, for threads that connect to it themselves. */
  readonly uri: string;

  /**
   * @param shared whether other processes write to the store too
   * @param reads for what is short, where this process hosts the store
   * @param uri where the connection leads
   */
  constructor(
    readonly connection: Connection,
    { shared = false, reads = null, uri = '' }: { shared?: boolean; reads?: LocalReads | null; uri?: string } = {},
  ) {
    this.reads = reads;
    this.uri = uri;
    this.turns = shared ? new KeyTurns(connection) : null;
  }

  /** Called after each write of this process, before whoever made it knows. */
  onWritten: () => void = () => {};

  model<Document>(name: string, schema: Schema<Document>, collection: string): Model<Document> {
    const model = this.connection.model<Document>(name, schema, collection);
    if (this.reads) readLocally(model.collection, this.reads);
    recordCollection(model.collection, () => this.onWritten());
    return model;
  }

  /** Whether nothing has been stored. */
  async isEmpty(): Promise<boolean> {
    return (await this.connection.db!.listCollections({}, { nameOnly: true }).toArray()).length === 0;
  }

  /** Whether an index of a model is missing or different. */
  async needsIndexes(which: 'REQUIRED' | 'ALL'): Promise<boolean> {
    return (await this.indexChanges(which)).length > 0;
  }

  /**
   * Gives every model that was made so far the indexes that it should have.
   * @param which those that the API cannot do without, or all
   * @throws OperatorError INDEX_CANNOT_BE_BUILT
   */
  async alignIndexes(which: 'REQUIRED' | 'ALL'): Promise<void> {
    const changes = await this.indexChanges(which);
    const models = [...new Set(changes.map(({ model }) => model))];
    // Collections side by side, since a store makes many small steps durable at once.
    await Promise.all(
      models.map((model) =>
        changeIndexes(
          model,
          changes.filter((change) => change.model === model),
        ),
      ),
    );
  }

  private async indexChanges(which: 'REQUIRED' | 'ALL'): Promise<IndexChange[]> {
    const changes = await indexChanges(Object.values(this.connection.models));
    return which === 'ALL' ? changes : changes.filter(({ canWait }) => !canWait);
  }

  /** @throws Error where the store is away, or does not answer in time */
  async ping(): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('The store does not answer.')), pingTimeout);
    try {
      await this.connection.db!.command({ ping: 1 }, { signal: late.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Runs the work in one transaction, again from the start where another process got in its way.
   * Writers that name a common key wait for each other here instead of colliding in the store, and processes
   * take turns; what keeps them correct across processes is the store's own conflict check.
   * @throws RequestError OPERATION_TIMEOUT where the answer that it is for was given up before its turn
   */
  async inTransaction<Result>(keys: string[], work: (session: ClientSession) => Promise<Result>): Promise<Result> {
    const answer = awaited();
    const run = async (): Promise<Result> => {
      const session = await this.connection.startSession();
      let attempts = 0;
      try {
        dependsOnMoment();
        return await session.withTransaction(() => {
          answer?.throwIfAborted();
          return this.attempt(session, work, attempts++);
        }, transactionOptions);
      } finally {
        this.onWritten();
        await session.endSession();
      }
    };
    if (keys.length === 0) return run();
    const sorted = [...new Set(keys)].sort();
    if (!this.turns) return this.queues.acquire(sorted, run);
    // At the first key alone: whoever holds a turn waits for no other.
    return this.turns.during(sorted[0]!, (inTurn) => this.queues.acquire(sorted, () => inTurn(run)));
  }

  private async attempt<Result>(
    session: ClientSession,
    work: (session: ClientSession) => Promise<Result>,
    earlier: number,
  ): Promise<Result> {
    const reads = this.reads && earlier < mostLocalAttempts ? new TransactionReads(session, this.reads) : null;
    try {
      return await work(session);
    } finally {
      reads?.end();
    }
  }
}
