/** The command table: what a client may ask, and the reply. */
import { copyBeside } from './backup.js';
import { Binary, calculateObjectSize, Long, type Document } from 'bson';
import { parseCollation } from './collation.js';
import { Aggregation, leadingRead } from './aggregation.js';
import type { Catalog } from './catalog.js';
import { identityIndex, type Collection } from './catalog.js';
import { deadlineOf, requireArguments, requireShapes, splitNamespace, writeConcernError, type Namespace } from './arguments.js';
import { buildInfo, describeIndex, serverStatus } from './descriptions.js';
import { CommandError } from './errors.js';
import { largestMessage } from './message.js';
import { cursorReply, decode, encode, largestDocument } from './raw-document.js';
import { projector } from './projection.js';
import { Budget, OverBudget, Reader, type FindOptions, type ReadStatistics, type Row, type View } from './reader.js';
import { Cursors, Sessions } from './sessions.js';
import { LockTable, type StoreTransaction } from './transaction.js';
import { Expiry } from './expiry.js';
import { RetryableWrites } from './retryable-writes.js';
import { WriteCommands } from './write-commands.js';
import { WriteQueue } from './write-queue.js';
import { Writer } from './writer.js';
import { identityKey } from './key.js';
import { valuesAt } from './index-entries.js';
import { compileFilter } from './query/matching.js';
import { changeIndex, createIndex } from './index-commands.js';
import { collectionOptions } from './validation.js';
import { parseSort } from './sorting.js';
import { compare } from './values/order.js';
import { isNumeric, toNumber } from './values/types.js';
import { commandVariables } from './variables.js';

export type Reply = Document | Buffer;

type Handler = (command: Document) => Reply | Promise<Reply>;

const defaultBatch = 101;
const latestWireVersion = 21;

export class Commands {
  private readonly reader: Reader;
  private readonly writer: Writer;
  private readonly writes: WriteCommands;
  private readonly aggregation: Aggregation;
  private readonly locks = new LockTable();
  private readonly queue: WriteQueue;
  private readonly sessions: Sessions;
  private readonly retryable: RetryableWrites;
  private readonly expiry: Expiry;
  private readonly cursors: Cursors;
  private readonly atTheDoor: boolean;
  private undone: Promise<void> = Promise.resolve();
  private readonly handlers: Record<string, Handler>;

  constructor(
    private readonly catalog: Catalog,
    private readonly address: () => string,
    { thread }: { thread: number | null },
  ) {
    this.atTheDoor = thread === null;
    this.cursors = new Cursors(thread ?? 0);
    this.reader = new Reader(catalog);
    this.writer = new Writer(catalog, this.locks);
    this.writes = new WriteCommands(catalog, this.reader, this.writer);
    this.aggregation = new Aggregation(catalog, this.reader);
    this.queue = new WriteQueue(catalog);
    this.sessions = new Sessions(catalog, this.locks, (transaction) => this.undo(transaction));
    this.retryable = new RetryableWrites(catalog);
    this.expiry = new Expiry(catalog, this.reader, this.writer, this.queue);
    const hello: Handler = () => this.hello();
    const write: Handler = (command) => this.write(command);
    const acknowledge: Handler = () => ({ ok: 1 });
    this.handlers = {
      hello,
      isMaster: hello,
      ismaster: hello,
      ping: acknowledge,
      endSessions: (command) => this.endSessions(command),
      killSessions: acknowledge,
      refreshSessions: acknowledge,
      buildInfo: () => buildInfo(),
      buildinfo: () => buildInfo(),
      hostInfo: acknowledge,
      connectionStatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] }, ok: 1 }),
      getParameter: () => ({ featureCompatibilityVersion: { version: '7.0' }, ok: 1 }),
      getLog: () => ({ totalLinesWritten: 0, log: [], ok: 1 }),
      listDatabases: () => this.listDatabases(),
      listCollections: (command) => this.listCollections(command),
      listIndexes: (command) => this.listIndexes(command),
      collStats: (command) => this.statistics(command),
      dbStats: (command) => this.databaseStatistics(String(command['$db'])),
      find: (command) => this.find(command),
      getMore: (command) => this.getMore(command),
      killCursors: (command) => this.killCursors(command),
      aggregate: (command) => this.aggregate(command),
      count: (command) => this.count(command),
      distinct: (command) => this.distinct(command),
      explain: (command) => this.explain(command),
      insert: write,
      update: write,
      delete: write,
      findAndModify: write,
      findandmodify: write,
      create: (command) => this.create(command),
      drop: (command) => this.drop(command),
      dropDatabase: (command) => this.dropDatabase(command),
      createIndexes: (command) => this.createIndexes(command),
      dropIndexes: (command) => this.dropIndexes(command),
      collMod: (command) => this.collMod(command),
      renameCollection: (command) => this.rename(command),
      serverStatus: () => serverStatus(),
      createSearchIndexes: atlasOnly,
      updateSearchIndex: atlasOnly,
      dropSearchIndex: atlasOnly,
      commitTransaction: (command) => this.commit(command),
      abortTransaction: (command) => this.abort(command),
      plazaBackup: () => copyBeside(this.catalog),
    };
  }

  async run(command: Document): Promise<Reply> {
    const name = Object.keys(command)[0] ?? '';
    const handler = Object.hasOwn(this.handlers, name) ? this.handlers[name] : undefined;
    if (!handler) throw new CommandError(59, `no such command: '${name}'`);
    if (typeof command['$db'] !== 'string') throw new CommandError(40415, 'OP_MSG requests require a $db argument');
    requireShapes(name, command);
    try {
      requireArguments(name, command);
      const reply = await handler(command);
      const concern = writeConcernError(command);
      return concern && !Buffer.isBuffer(reply) ? { ...reply, writeConcernError: concern } : reply;
    } catch (error) {
      if (error instanceof CommandError && error.code === 117) throw error;
      const transaction = this.openTransactionOf(command);
      if (transaction) this.sessions.abort(transaction);
      throw error;
    }
  }

  /** Ends idle transactions and cursors; in the thread that writes, also what has expired. */
  async sweep(): Promise<void> {
    this.sessions.sweep();
    this.cursors.sweep();
    if (!this.catalog.readOnly) await this.expiry.sweep();
  }

  hello(): Document {
    const address = this.address();
    return {
      helloOk: true,
      isWritablePrimary: true,
      ismaster: true,
      secondary: false,
      setName: 'plaza',
      setVersion: 1,
      hosts: [address],
      me: address,
      primary: address,
      maxBsonObjectSize: largestDocument,
      maxMessageSizeBytes: largestMessage,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: latestWireVersion,
      readOnly: false,
      ok: 1,
    };
  }

  private collectionOf(command: Document, field: string): Collection | undefined {
    const name = command[field] as unknown;
    if (typeof name !== 'string') throw new CommandError(73, `collection name has invalid type ${typeof name}`);
    return this.catalog.find(String(command['$db']), name);
  }

  private view(command: Document): View {
    return this.transactionOf(command) ?? (this.atTheDoor ? { budget: new Budget() } : {});
  }

  /** The transaction a command runs in, begun if the command says so. */
  private transactionOf(command: Document): StoreTransaction | null {
    if (command['autocommit'] !== false) return null;
    const session = sessionOf(command);
    const number = Number(command['txnNumber']);
    return command['startTransaction'] ? this.sessions.begin(session, number) : this.sessions.require(session, number);
  }

  private openTransactionOf(command: Document): StoreTransaction | null {
    if (command['autocommit'] !== false || command['lsid'] === undefined) return null;
    try {
      return this.sessions.find(sessionOf(command), Number(command['txnNumber']));
    } catch {
      return null;
    }
  }

  private find(command: Document): Reply {
    const { projection, hint } = command as { projection?: Document; hint?: string | Document };
    const filter = (command['filter'] ?? {}) as Document;
    const [skip, limit] = [numberOf(command, 'skip') ?? 0, numberOf(command, 'limit') ?? 0];
    const batchSize = numberOf(command, 'batchSize');
    requireNotNegative({ skip, limit: Math.abs(limit), batchSize: batchSize ?? 0 });
    const namespace = `${String(command['$db'])}.${String(command['find'])}`;
    const collection = this.collectionOf(command, 'find');
    const view = this.view(command);
    const within = { collation: parseCollation(command['collation']), variables: commandVariables(command), deadline: deadlineOf(command) };
    const sort = sortOf(command);
    const project = projector(projection, { filter, ...within });
    if (!collection) {
      compileFilter(filter, within);
      return cursorReply('firstBatch', [], 0n, namespace);
    }
    const options = { sort, skip, limit: Math.abs(limit), hint, ...within };
    const rows = this.reader.find(collection, filter, options, view, newStatistics());
    const wanted = batchSize ?? (limit === 0 ? defaultBatch : Math.abs(limit));
    const most = command['singleBatch'] === true || limit < 0 ? 0 : limit || Infinity;
    return this.firstBatch(namespace, rows, project, wanted, most);
  }

  /** @param most how many rows there can be: a batch that holds them all leaves no cursor to be closed */
  private firstBatch(namespace: string, rows: Iterator<Row>, project: (row: Row) => Buffer, size: number, most: number): Reply {
    const { batch, done } = takeBatch(rows, project, size);
    const complete = done || batch.length >= most;
    if (!complete && this.atTheDoor) throw new OverBudget();
    const id = complete ? 0n : this.cursors.add(namespace, rows, project).id;
    return cursorReply('firstBatch', batch, id, namespace);
  }

  private getMore(command: Document): Reply {
    const id = BigInt(String(command['getMore']));
    const cursor = this.cursors.require(id);
    const size = (numberOf(command, 'batchSize') ?? 0) || Infinity;
    const { batch, done } = takeBatch(cursor.rows, cursor.project, size);
    if (done) this.cursors.close(id);
    return cursorReply('nextBatch', batch, done ? 0n : id, cursor.namespace);
  }

  private killCursors(command: Document): Document {
    const ids = (command['cursors'] as unknown[]).map((id) => BigInt(String(id)));
    const cursorsKilled = ids.filter((id) => this.cursors.close(id)).map((id) => Long.fromBigInt(id));
    const killed = new Set(cursorsKilled.map(String));
    const cursorsNotFound = ids.filter((id) => !killed.has(String(id))).map((id) => Long.fromBigInt(id));
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
  }

  private aggregate(command: Document): Reply {
    const database = String(command['$db']);
    const pipeline = command['pipeline'] as Document[];
    const overCollection = typeof command['aggregate'] === 'string';
    const collection = overCollection ? this.collectionOf(command, 'aggregate') : undefined;
    const namespace = `${database}.${overCollection ? String(command['aggregate']) : '$cmd.aggregate'}`;
    const results = this.aggregation.run(collection, pipeline, {
      database,
      view: this.view(command),
      statistics: newStatistics(),
      collation: parseCollation(command['collation']),
      variables: commandVariables(command),
      hint: command['hint'] as string | Document | undefined,
      deadline: deadlineOf(command),
    });
    const size = Number((command['cursor'] as Document | undefined)?.['batchSize'] ?? defaultBatch);
    return this.firstBatch(namespace, rowsOf(results), (row) => encode(row.document!), size, Infinity);
  }

  private count(command: Document): Document {
    const query = (command['query'] ?? {}) as Document;
    const collation = parseCollation(command['collation']);
    const options = {
      skip: numberOf(command, 'skip'),
      limit: Math.abs(numberOf(command, 'limit') ?? 0),
      hint: command['hint'] as string | Document | undefined,
      collation,
      deadline: deadlineOf(command),
    };
    const collection = this.collectionOf(command, 'count');
    if (!collection) compileFilter(query, options);
    const n = collection ? this.reader.count(collection, query, options, this.view(command)) : 0;
    return { n, ok: 1 };
  }

  private distinct(command: Document): Document {
    const query = (command['query'] ?? {}) as Document;
    const steps = String(command['key']).split('.');
    const options = {
      collation: parseCollation(command['collation']),
      hint: command['hint'] as string | Document | undefined,
      deadline: deadlineOf(command),
    };
    const collection = this.collectionOf(command, 'distinct');
    if (!collection) compileFilter(query, options);
    const values = new Map<string, unknown>();
    const rows = collection ? this.reader.find(collection, query, options, this.view(command), newStatistics()) : [];
    for (const row of rows) {
      const document = row.document ?? decode(row.bytes);
      for (const value of valuesAt(document, steps, 0).flatMap((one) => one)) {
        const key = identityKey(options.collation ? options.collation.foldValue(value) : value);
        if (value !== undefined && !values.has(key)) values.set(key, value);
      }
    }
    const sorted = [...values.values()].sort((one, other) => compare(one, other, options.collation));
    requireFits(sorted);
    return { values: sorted, ok: 1 };
  }

  private explain(command: Document): Document {
    const inner = command['explain'] as Document;
    const name = Object.keys(inner)[0]!;
    const collection = this.catalog.find(String(command['$db']), String(inner[name]));
    const { filter, options } = readOf(name, inner);
    const statistics = newStatistics();
    if (!collection) return { queryPlanner: { winningPlan: { stage: 'EOF' } }, executionStats: { nReturned: 0 }, ok: 1 };
    const plan = this.reader.plan(collection, filter, options);
    let returned = 0;
    for (const row of this.reader.find(collection, filter, options, {}, statistics)) returned += row ? 1 : 0;
    const scan = plan.index
      ? {
          stage: plan.index.name === identityIndex ? 'IDHACK' : 'IXSCAN',
          indexName: plan.index.name,
          keyPattern: plan.index.key,
          isMultiKey: plan.index.multikey,
          direction: plan.reverse ? 'backward' : 'forward',
        }
      : { stage: 'COLLSCAN', direction: plan.reverse ? 'backward' : 'forward' };
    const read = plan.index ? { stage: 'FETCH', inputStage: scan } : scan;
    const winningPlan = plan.sorted ? read : { stage: 'SORT', sortPattern: options.sort, inputStage: read };
    return {
      queryPlanner: { namespace: `${collection.database}.${collection.name}`, winningPlan, rejectedPlans: [] },
      executionStats: {
        executionSuccess: true,
        nReturned: returned,
        totalKeysExamined: statistics.keysExamined,
        totalDocsExamined: statistics.documentsExamined,
      },
      ok: 1,
    };
  }

  private write(command: Document): Promise<Reply> | Reply {
    const transaction = this.transactionOf(command);
    if (transaction) {
      const name = String(Object.values(command)[0]);
      if (this.catalog.find(String(command['$db']), name)) return this.inTransaction(command, transaction);
      return this.queue
        .submit(() => this.makeWithin(transaction, String(command['$db']), name))
        .then(() => this.inTransaction(command, transaction));
    }
    const run = this.writes.prepare(command, null);
    if (command['txnNumber'] === undefined) return this.queue.submit(run.next);
    return this.queue.submit(this.retryable.once(sessionOf(command), Number(command['txnNumber']), run));
  }

  /** Makes a collection that goes again should the transaction be aborted, unless others have used it. */
  private makeWithin(transaction: StoreTransaction, database: string, name: string): void {
    if (this.catalog.find(database, name)) return;
    const collection = this.catalog.create(database, name);
    transaction.made.push(() => {
      if (this.catalog.find(database, name) === collection && collection.count === 0) this.catalog.drop(collection);
    });
  }

  private undo({ made }: StoreTransaction): void {
    this.undone = this.queue.submit(() => {
      for (const takeAway of [...made].reverse()) takeAway();
    });
  }

  private inTransaction(command: Document, transaction: StoreTransaction): Document {
    return this.writes.prepare(command, transaction).next(Infinity) as Document;
  }

  /** Commits once: the outcome is kept with the writes, so that a commit asked for again is not made again. */
  private async commit(command: Document): Promise<Document> {
    const session = sessionOf(command);
    const number = Number(command['txnNumber']);
    if (this.retryable.isCommitted(session, number)) return { ok: 1 };
    const transaction = this.sessions.require(session, number);
    if (transaction.locks.size > 0) {
      await this.queue.submit(() => {
        this.writer.commit(transaction);
        this.retryable.noteCommit(session, number);
      });
    }
    this.locks.release(transaction, 'committed');
    return { ok: 1 };
  }

  private async abort(command: Document): Promise<Document> {
    const transaction = this.sessions.require(sessionOf(command), Number(command['txnNumber']));
    this.sessions.abort(transaction);
    await this.undone;
    return { ok: 1 };
  }

  private endSessions(command: Document): Document {
    for (const session of (command['endSessions'] ?? []) as Document[]) this.sessions.end(sessionName(session));
    return { ok: 1 };
  }

  private listDatabases(): Document {
    const names = [...new Set(this.catalog.list().map((collection) => collection.database))];
    return { databases: names.map((name) => ({ name, sizeOnDisk: 0, empty: false })), totalSize: 0, ok: 1 };
  }

  private listCollections(command: Document): Reply {
    const filter = command['filter'] as { name?: string } | undefined;
    const collections = this.catalog
      .list(String(command['$db']))
      .filter(({ name }) => filter?.name === undefined || filter.name === name)
      .map(({ name, uuid, options }) => ({
        name,
        type: 'collection',
        options,
        info: { readOnly: false, uuid: new Binary(Buffer.from(uuid.replaceAll('-', ''), 'hex'), 4) },
        idIndex: { v: 2, key: { _id: 1 }, name: identityIndex },
      }));
    return cursorReply('firstBatch', collections.map(encode), 0n, `${String(command['$db'])}.$cmd.listCollections`);
  }

  private listIndexes(command: Document): Reply {
    const collection = this.requireCollection(command, 'listIndexes');
    return cursorReply(
      'firstBatch',
      collection.indexes.map((index) => encode(describeIndex(index))),
      0n,
      `${collection.database}.${collection.name}`,
    );
  }

  private requireCollection(command: Document, field: string): Collection {
    const collection = this.collectionOf(command, field);
    if (!collection) throw new CommandError(26, `ns does not exist: ${String(command['$db'])}.${String(command[field])}`);
    return collection;
  }

  private statistics(command: Document): Document {
    const collection = this.requireCollection(command, 'collStats');
    return { ns: `${collection.database}.${collection.name}`, count: collection.count, nindexes: collection.indexes.length, ok: 1 };
  }

  private databaseStatistics(db: string): Document {
    const collections = this.catalog.list(db);
    const objects = collections.reduce((sum, one) => sum + this.catalog.countOf(one), 0);
    const indexes = collections.reduce((sum, one) => sum + one.indexes.length, 0);
    return { db, collections: collections.length, views: 0, objects, indexes, ok: 1 };
  }

  private create(command: Document): Promise<Document> {
    const transaction = this.transactionOf(command);
    const [database, name] = [String(command['$db']), String(command['create'])];
    const options = collectionOptions(command);
    return this.queue.submit(() => {
      const existing = this.collectionOf(command, 'create');
      if (existing && JSON.stringify(existing.options) !== JSON.stringify(options)) {
        throw new CommandError(48, `namespace ${database}.${name} already exists, but with different options`);
      }
      if (transaction && !existing) this.makeWithin(transaction, database, name);
      const collection = this.catalog.require(database, name);
      if (!existing) this.catalog.setOptions(collection, options);
      return { ok: 1 };
    });
  }

  /** Changes a collection's validator or when an index lets documents expire. */
  private collMod(command: Document): Promise<Document> {
    const changes = collectionOptions(command);
    const index = command['index'] as Document | undefined;
    return this.queue.submit(() => {
      const collection = this.requireCollection(command, 'collMod');
      if (Object.keys(changes).length > 0) this.catalog.setOptions(collection, { ...collection.options, ...changes });
      return { ...(index ? changeIndex(this.catalog, collection, index) : {}), ok: 1 };
    });
  }

  private rename(command: Document): Promise<Document> {
    const [from, to] = [String(command['renameCollection']), String(command['to'])].map(splitNamespace) as [Namespace, Namespace];
    return this.queue.submit(() => {
      const collection = this.catalog.find(from.database, from.name);
      if (!collection) throw new CommandError(26, `Source collection ${from.database}.${from.name} does not exist`);
      const existing = this.catalog.find(to.database, to.name);
      if (existing === collection) throw new CommandError(20, "Can't rename a collection to itself");
      if (existing && command['dropTarget'] !== true) throw new CommandError(48, 'target namespace exists');
      if (existing) this.catalog.drop(existing);
      this.catalog.rename(collection, to.database, to.name);
      return { ok: 1 };
    });
  }

  private drop(command: Document): Promise<Document> {
    return this.queue.submit(() => {
      this.catalog.drop(this.requireCollection(command, 'drop'));
      return { ns: `${String(command['$db'])}.${String(command['drop'])}`, ok: 1 };
    });
  }

  private dropDatabase(command: Document): Promise<Document> {
    return this.queue.submit(() => {
      for (const collection of this.catalog.list(String(command['$db']))) this.catalog.drop(collection);
      return { dropped: command['$db'] as unknown, ok: 1 };
    });
  }

  private createIndexes(command: Document): Promise<Document> {
    const transaction = this.transactionOf(command);
    return this.queue.submit(() => {
      const database = String(command['$db']);
      const name = String(command['createIndexes']);
      const createdCollectionAutomatically = !this.catalog.find(database, name);
      if (transaction) this.makeWithin(transaction, database, name);
      const collection = this.catalog.require(database, name);
      const numIndexesBefore = collection.indexes.length;
      if (transaction && collection.count > 0) {
        throw new CommandError(
          263,
          `Cannot create new indexes on existing collection ${database}.${name} in a multi-document transaction.`,
        );
      }
      for (const specification of command['indexes'] as Document[]) {
        const made = createIndex(this.catalog, this.writer, collection, specification);
        if (transaction && made) transaction.made.push(() => this.catalog.dropIndex(collection, made));
      }
      return { numIndexesBefore, numIndexesAfter: collection.indexes.length, createdCollectionAutomatically, ok: 1 };
    });
  }

  private dropIndexes(command: Document): Promise<Document> {
    return this.queue.submit(() => {
      const collection = this.requireCollection(command, 'dropIndexes');
      const nIndexesWas = collection.indexes.length;
      const wanted = command['index'] as unknown;
      const doomed = collection.indexes.filter(
        (index) =>
          index.name !== identityIndex && (wanted === '*' || index.name === wanted || JSON.stringify(index.key) === JSON.stringify(wanted)),
      );
      if (doomed.length === 0 && wanted !== '*') throw new CommandError(27, `index not found with name [${String(wanted)}]`);
      for (const index of doomed) this.catalog.dropIndex(collection, index);
      return { nIndexesWas, ok: 1 };
    });
  }
}

const atlasOnly: Handler = () => {
  throw new CommandError(31082, 'Search index commands are only supported with Atlas.');
};

function sessionOf(command: Document): string {
  return sessionName(command['lsid'] as Document);
}

function sessionName(lsid: Document): string {
  return (lsid['id'] as Binary).toString('hex');
}

function* rowsOf(documents: Iterable<Document>): Generator<Row> {
  for (const document of documents) yield { key: noBytes, bytes: noBytes, document };
}

const noBytes = Buffer.alloc(0);

function sortOf(command: Document): Document | undefined {
  const sort = command['sort'] as Document | undefined;
  if (sort !== undefined) parseSort(sort);
  return sort;
}

/** A command's argument that is a whole number. */
function numberOf(command: Document, name: string): number | undefined {
  const value = command[name] as unknown;
  if (value === undefined || value === null) return undefined;
  if (!isNumeric(value)) throw new CommandError(14, `BSON field '${name}' is the wrong type '${typeof value}', expected a number`);
  return toNumber(value);
}

function newStatistics(): ReadStatistics {
  return { keysExamined: 0, documentsExamined: 0 };
}

function readOf(name: string, command: Document): { filter: Document; options: FindOptions } {
  if (name === 'aggregate') return leadingRead(command['pipeline'] as Document[]);
  if (name === 'update' || name === 'delete') {
    const statement = ((command['updates'] ?? command['deletes']) as Document[])[0]!;
    return { filter: statement['q'] as Document, options: {} };
  }
  const { sort, skip, limit, hint } = command as FindOptions;
  return { filter: ((command['filter'] ?? command['query']) as Document | undefined) ?? {}, options: { sort, skip, limit, hint } };
}

/** Rows up to a number and a message's size. */
function takeBatch(rows: Iterator<Row>, project: (row: Row) => Buffer, size: number): { batch: Buffer[]; done: boolean } {
  const batch: Buffer[] = [];
  let bytes = 0;
  while (batch.length < size && bytes < largestDocument) {
    const next = rows.next();
    if (next.done) return { batch, done: true };
    const document = project(next.value);
    bytes += document.length;
    batch.push(document);
  }
  return { batch, done: false };
}

function requireFits(values: unknown[]): void {
  if (calculateObjectSize({ values }) > largestDocument) throw new CommandError(17217, 'distinct too big, 16mb cap');
}

function requireNotNegative(values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number' || value < 0)
      throw new CommandError(2, `BSON field '${name}' value must be >= 0, actual value '${String(value)}'`);
  }
}
