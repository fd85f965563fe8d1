/** The command table: what a client may ask, and the reply. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Transaction as Snapshot } from 'lmdb';
import { calculateObjectSize, Long, type Document } from 'bson';
import { Aggregation, isDocuments } from './aggregation.js';
import {
  collectionName,
  deadlineOf,
  isUnacknowledged,
  numberOf,
  requireArguments,
  requireNotNegative,
  requireShapes,
  writeConcernError,
} from './arguments.js';
import { copyBeside } from './backup.js';
import type { Catalog, Collection } from './catalog.js';
import { isChangeStream } from './changes/stream.js';
import { commitsSoFar } from './clock.js';
import { parseCollation } from './collation.js';
import { DefinitionCommands } from './definition-commands.js';
import { buildInfo, parametersOf, serverStatus } from './descriptions.js';
import { CommandError } from './errors.js';
import { Expiry } from './expiry.js';
import { explain } from './explain.js';
import { digestOf } from './file-digest.js';
import { valuesAt } from './index-entries.js';
import { identityKey } from './key.js';
import { largestMessage } from './message.js';
import { shownBy, type Shown } from './projection.js';
import { compileFilter } from './query/matching.js';
import { cursorReply, decode, encode, largestDocument } from './raw-document.js';
import { Budget, documentOf, OverBudget, Reader, type ReadStatistics, type Row, type View } from './reader.js';
import { RetryableWrites } from './retryable-writes.js';
import { Cursors, sessionName, sessionOf, Sessions } from './sessions.js';
import { parseSort } from './sorting.js';
import { StreamCommands } from './stream-commands.js';
import { LockTable, noSuchTransaction, type StoreTransaction } from './transaction.js';
import { compare } from './values/order.js';
import { isTruthy, type Value } from './values/types.js';
import { commandVariables } from './variables.js';
import { WriteCommands } from './write-commands.js';
import { unfinished, WriteQueue } from './write-queue.js';
import { Writer } from './writer.js';

export type Reply = Document | Buffer;

interface FirstBatch {
  batch: Buffer[];
  /** Of the cursor that has the rest; 0 where there is none. */
  id: bigint;
}

interface RowsOfFind {
  rows: Iterator<Row>;
  shown: Shown;
  /** How many rows come at first. */
  wanted: number;
  /** How many rows there can be: a batch that holds them all leaves no cursor to be closed. */
  most: number;
  /** Undefined where there is none of the name. */
  collection: Collection | undefined;
}

type Handler = (command: Document) => Reply | Promise<Reply>;

const defaultBatch = 101;
const latestWireVersion = 21;
/** How long a write in a transaction works before others have their turn, in milliseconds. */
const stepWithin = 5;
const none: ReadStatistics = { keysExamined: 0, documentsExamined: 0 };

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
  private readonly budget: number;
  private readonly definitions: DefinitionCommands;
  private readonly streams: StreamCommands;
  private readonly handlers: Record<string, Handler>;

  /**
   * @param thread null for one that leaves what takes long to others
   * @param budget what it does of a read before it leaves it
   */
  constructor(
    private readonly catalog: Catalog,
    private readonly address: () => string,
    { thread, budget = 600 }: { thread: number | null; budget?: number },
  ) {
    this.budget = budget;
    this.atTheDoor = thread === null;
    this.cursors = new Cursors(thread ?? 0);
    this.reader = new Reader(catalog);
    this.writer = new Writer(catalog, this.locks);
    this.writes = new WriteCommands(catalog, this.reader, this.writer);
    this.aggregation = new Aggregation(catalog, this.reader);
    this.queue = new WriteQueue(catalog);
    this.sessions = new Sessions(catalog, this.locks);
    this.retryable = new RetryableWrites(catalog);
    this.expiry = new Expiry(catalog, this.reader, this.writer, this.queue);
    const definitions = new DefinitionCommands(catalog, this.writer, this.queue);
    this.definitions = definitions;
    this.streams = new StreamCommands(catalog, this.reader, this.aggregation, this.queue, this.cursors);
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
      getParameter: (command) => parametersOf(command),
      getCmdLineOpts: () => ({ argv: ['plaza'], parsed: {}, ok: 1 }),
      dropAllUsersFromDatabase: () => ({ n: 0, ok: 1 }),
      profile: (command) => profileOf(command),
      filemd5: (command) => this.fileDigest(command),
      getLog: () => ({ totalLinesWritten: 0, log: [], ok: 1 }),
      listDatabases: (command) => definitions.listDatabases(command),
      listCollections: (command) => definitions.listCollections(command),
      listIndexes: (command) => definitions.listIndexes(command),
      collStats: (command) => definitions.statistics(command),
      dbStats: (command) => definitions.databaseStatistics(String(command['$db'])),
      find: (command) => this.find(command),
      getMore: (command) => this.getMore(command),
      killCursors: (command) => this.killCursors(command),
      aggregate: (command) => this.aggregate(command),
      count: (command) => ({ n: this.count(command), ok: 1 }),
      distinct: (command) => this.distinct(command),
      explain: (command) => explain(this.catalog, this.reader, command),
      insert: write,
      update: write,
      delete: write,
      findAndModify: write,
      findandmodify: write,
      create: (command) => definitions.create(command, this.transactionOf(command)),
      drop: (command) => definitions.drop(command),
      dropDatabase: (command) => definitions.dropDatabase(command),
      createIndexes: (command) => definitions.createIndexes(command, this.transactionOf(command)),
      dropIndexes: (command) => definitions.dropIndexes(command),
      collMod: (command) => definitions.collMod(command),
      renameCollection: (command) => definitions.rename(command),
      serverStatus: () => serverStatus(),
      createSearchIndexes: atlasOnly,
      updateSearchIndex: atlasOnly,
      dropSearchIndex: atlasOnly,
      commitTransaction: (command) => this.commit(command),
      abortTransaction: (command) => this.abort(command),
      plazaBackup: () => copyBeside(this.catalog),
      plazaChanges: (command) => this.streams.recent(command),
    };
  }

  async run(command: Document): Promise<Reply> {
    const name = Object.keys(command)[0] ?? '';
    const handler = Object.hasOwn(this.handlers, name) ? this.handlers[name] : undefined;
    if (!handler) throw new CommandError(59, `no such command: '${name}'`);
    if (typeof command['$db'] !== 'string') throw new CommandError(40415, 'OP_MSG requests require a $db argument');
    requireShapes(name, command);
    const transaction = this.openTransactionOf(command);
    return transaction ? transaction.inTurn(() => this.perform(name, handler, command)) : this.perform(name, handler, command);
  }

  private async perform(name: string, handler: Handler, command: Document): Promise<Reply> {
    try {
      requireArguments(name, command);
      const reply = await handler(command);
      if (isUnacknowledged(name, command)) return { ok: 1 };
      const concern = writeConcernError(command);
      return concern ? { ...(Buffer.isBuffer(reply) ? decode(reply) : reply), writeConcernError: concern } : reply;
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
    const [database, name] = [String(command['$db']), collectionName(command, field)];
    return this.openTransactionOf(command)?.collectionNamed(database, name) ?? this.catalog.find(database, name);
  }

  private view(command: Document, transaction?: Snapshot): View {
    return this.transactionOf(command) ?? (this.atTheDoor ? { budget: new Budget(this.budget), ...(transaction && { transaction }) } : {});
  }

  /** The transaction a command runs in, begun if the command says so. */
  private transactionOf(command: Document): StoreTransaction | null {
    if (command['autocommit'] !== false) return null;
    const session = sessionOf(command);
    const number = Number(command['txnNumber']);
    if (!command['startTransaction']) return this.sessions.require(session, number);
    requireLatest(command['readConcern'] as Document | undefined);
    return this.sessions.begin(session, number);
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
    const namespace = `${String(command['$db'])}.${String(command['find'])}`;
    const { batch, id } = this.firstFound(command, namespace);
    return cursorReply('firstBatch', batch, id, namespace);
  }

  /**
   * What a find would reply first, as rows, and what it would show of them.
   * @param snapshot where it is to be read from, if not from the latest data
   * @throws OverBudget at the door, where that is not all
   */
  found(command: Document, snapshot?: Snapshot): { rows: Row[]; shown: Shown } {
    requireShapes('find', command);
    requireArguments('find', command);
    const { rows, shown, wanted, most } = this.findOf(command, snapshot);
    const found: Row[] = [];
    while (found.length < wanted) {
      const next = rows.next();
      if (next.done) return { rows: found, shown };
      found.push(next.value);
    }
    if (found.length < most) throw new OverBudget();
    return { rows: found, shown };
  }

  private firstFound(command: Document, namespace: string): FirstBatch {
    const { rows, shown, wanted, most, collection } = this.findOf(command);
    if (!collection) return { batch: [], id: 0n };
    return this.firstBatch(namespace, rows, shown.bytes, wanted, most, collection);
  }

  private findOf(command: Document, snapshot?: Snapshot): RowsOfFind {
    const { projection, hint } = command as { projection?: Document; hint?: string | Document };
    const filter = (command['filter'] ?? {}) as Document;
    const [skip, limit] = [numberOf(command, 'skip') ?? 0, numberOf(command, 'limit') ?? 0];
    const batchSize = numberOf(command, 'batchSize');
    requireNotNegative({ skip, limit, batchSize });
    const collection = this.collectionOf(command, 'find');
    const view = this.view(command, snapshot);
    const within = { collation: parseCollation(command['collation']), variables: commandVariables(command), deadline: deadlineOf(command) };
    const sort = sortOf(command);
    const shown = shownBy(projection, { filter, ...within });
    const wanted = batchSize ?? (limit === 0 ? defaultBatch : limit);
    const most = isTruthy(command['singleBatch']) ? 0 : limit || Infinity;
    if (!collection) compileFilter(filter, within);
    const options = { sort, skip, limit, hint, ...within };
    const rows = collection ? this.reader.find(collection, filter, options, view, { ...none }) : [].values();
    return { rows, shown, wanted, most, collection };
  }

  private firstBatch(
    namespace: string,
    rows: Iterator<Row>,
    project: (row: Row) => Buffer,
    size: number,
    most: number,
    collection?: Collection,
  ): FirstBatch {
    const { batch, done } = takeBatch(rows, project, size);
    const complete = done || batch.length >= most;
    if (!complete && this.atTheDoor) throw new OverBudget();
    const read = collection && !collection.pending ? collection.id : null;
    return { batch, id: complete ? 0n : this.cursors.add(namespace, rows, project, read).id };
  }

  private getMore(command: Document): Reply | Promise<Reply> {
    const id = BigInt(String(command['getMore']));
    const cursor = this.cursors.require(id);
    const namespace = `${String(command['$db'])}.${String(command['collection'])}`;
    if (cursor.namespace !== namespace) {
      throw new CommandError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    requireNotNegative({ batchSize: numberOf(command, 'batchSize') });
    if (cursor.collection !== null && this.collectionOf(command, 'collection')?.id !== cursor.collection) {
      this.cursors.close(id);
      throw new CommandError(175, `The collection of cursor ${id} was dropped or renamed`);
    }
    if (cursor.stream) return this.streams.next(command, cursor);
    const size = (numberOf(command, 'batchSize') ?? 0) || Infinity;
    const { batch, done } = takeBatch(cursor.rows, cursor.project, size);
    if (done) this.cursors.close(id);
    return cursorReply('nextBatch', batch, done ? 0n : id, cursor.namespace);
  }

  private killCursors(command: Document): Document {
    const ids = (command['cursors'] as unknown[]).map((id) => BigInt(String(id)));
    const cursorsKilled = ids.filter((id) => this.cursors.close(id)).map((id) => Long.fromBigInt(id));
    if (!this.catalog.readOnly) this.catalog.log.announce();
    const killed = new Set(cursorsKilled.map(String));
    const cursorsNotFound = ids.filter((id) => !killed.has(String(id))).map((id) => Long.fromBigInt(id));
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
  }

  private aggregate(command: Document): Reply | Promise<Reply> {
    if (isChangeStream(command['pipeline'] as Value)) return this.streams.open(command);
    const database = String(command['$db']);
    const pipeline = command['pipeline'] as Document[];
    const overCollection = typeof command['aggregate'] === 'string';
    if (overCollection && isDocuments(pipeline[0])) throw new CommandError(73, '$documents can only be run with { aggregate: 1 }');
    const collection = overCollection ? this.collectionOf(command, 'aggregate') : undefined;
    const namespace = `${database}.${overCollection ? String(command['aggregate']) : '$cmd.aggregate'}`;
    const results = this.aggregation.run(collection, pipeline, {
      database,
      view: this.view(command),
      statistics: { ...none },
      collation: parseCollation(command['collation']),
      variables: commandVariables(command),
      hint: command['hint'] as string | Document | undefined,
      deadline: deadlineOf(command),
    });
    const size = numberOf((command['cursor'] ?? {}) as Document, 'batchSize') ?? defaultBatch;
    const { batch, id } = this.firstBatch(namespace, rowsOf(results), (row) => encode(row.document!), size, Infinity, collection);
    return cursorReply('firstBatch', batch, id, namespace);
  }

  /** What a count would reply. @throws OverBudget at the door, where it takes long */
  counted(command: Document, snapshot?: Snapshot): number {
    requireShapes('count', command);
    requireArguments('count', command);
    return this.count(command, snapshot);
  }

  private count(command: Document, snapshot?: Snapshot): number {
    const query = (command['query'] ?? {}) as Document;
    const collation = parseCollation(command['collation']);
    const options = {
      skip: numberOf(command, 'skip'),
      limit: Math.abs(numberOf(command, 'limit') ?? 0),
      hint: command['hint'] as string | Document | undefined,
      collation,
      deadline: deadlineOf(command),
    };
    requireNotNegative({ skip: options.skip });
    const collection = this.collectionOf(command, 'count');
    if (!collection) compileFilter(query, options);
    return collection ? this.reader.count(collection, query, options, this.view(command, snapshot)) : 0;
  }

  private distinct(command: Document): Document {
    const query = (command['query'] ?? {}) as Document;
    if (typeof command['key'] !== 'string')
      throw new CommandError(14, "BSON field 'distinct.key' is the wrong type, expected type 'string'");
    const steps = command['key'].split('.');
    const options = {
      collation: parseCollation(command['collation']),
      hint: command['hint'] as string | Document | undefined,
      deadline: deadlineOf(command),
    };
    const collection = this.collectionOf(command, 'distinct');
    if (!collection) compileFilter(query, options);
    const values = new Map<string, unknown>();
    const rows = collection ? this.reader.find(collection, query, options, this.view(command), { ...none }) : [];
    for (const row of rows) {
      const document = documentOf(row);
      for (const value of valuesAt(document, steps, 0).flatMap((inner) => inner)) {
        const key = identityKey(options.collation ? options.collation.foldValue(value) : value);
        if (value !== undefined && !values.has(key)) values.set(key, value);
      }
    }
    const found = [...values.values()];
    // As they are first seen, or as an index on them has them.
    if (collection?.indexes.some(({ fields }) => fields[0] === command['key']))
      found.sort((left, right) => compare(left, right, options.collation));
    requireFits(found);
    return { values: found, ok: 1 };
  }

  private fileDigest(command: Document): Document {
    const root = String(command['root'] ?? 'fs');
    const collection = this.catalog.find(String(command['$db']), `${root}.chunks`);
    if (!collection) return digestOf([]);
    const filter = { files_id: { $eq: command['filemd5'] as unknown } };
    const rows = this.reader.find(collection, filter, { sort: { n: 1 }, deadline: deadlineOf(command) }, {}, { ...none });
    return digestOf(documentsOf(rows));
  }

  private write(command: Document): Promise<Reply> | Reply {
    const transaction = this.transactionOf(command);
    if (transaction) return this.writeWithin(command, transaction);
    const run = this.writes.prepare(command, null);
    const deadline = deadlineOf(command);
    if (command['txnNumber'] === undefined) return this.queue.submit(run.next, deadline);
    return this.queue.submit(this.retryable.once(sessionOf(command), Number(command['txnNumber']), run), deadline);
  }

  /** A write in a transaction, in steps between which others are answered: it is kept aside and holds up nobody. */
  private async writeWithin(command: Document, transaction: StoreTransaction): Promise<Document> {
    const [database, name] = [String(command['$db']), String(Object.values(command)[0])];
    const isThere = transaction.collectionNamed(database, name) ?? this.catalog.find(database, name);
    if (!isThere) await this.queue.submit(() => void this.definitions.required(database, name, transaction));
    const run = this.writes.prepare(command, transaction);
    for (;;) {
      if (transaction.state !== 'open') throw noSuchTransaction(Number(command['txnNumber']));
      const reply = run.next(performance.now() + stepWithin);
      if (reply !== unfinished) return reply;
      await turn();
    }
  }

  /** Commits once: the outcome is kept with the writes, so that a commit asked for again is not made again. */
  private async commit(command: Document): Promise<Document> {
    const session = sessionOf(command);
    const number = Number(command['txnNumber']);
    if (this.retryable.isCommitted(session, number)) return { ok: 1 };
    const transaction = this.sessions.require(session, number);
    if (transaction.locks.size + transaction.collections.size > 0) {
      await this.queue.submit(() => {
        this.writer.commit(transaction, { lsid: command['lsid'] as Document, txnNumber: number });
        this.retryable.noteCommit(session, number);
      });
    }
    this.locks.release(transaction, 'committed');
    return { ok: 1 };
  }

  private abort(command: Document): Document {
    const transaction = this.sessions.require(sessionOf(command), Number(command['txnNumber']));
    this.sessions.abort(transaction);
    return { ok: 1 };
  }

  private endSessions(command: Document): Document {
    for (const session of (command['endSessions'] ?? []) as Document[]) this.sessions.end(sessionName(session));
    return { ok: 1 };
  }
}

/**
 * A transaction that has read in the process of its client begins here from the very state that it has read.
 * @throws CommandError where something was committed since: it is to run again
 */
function requireLatest(concern: Document | undefined): void {
  const commits: unknown = concern?.['plazaCommits'];
  if (commits === undefined || Number(commits) === Number(commitsSoFar())) return;
  throw new CommandError(246, 'Something was committed since the transaction has read', {}, ['TransientTransactionError']);
}

/** There is no profiler: it is off, and stays so. */
function profileOf(command: Document): Document {
  const level = numberOf(command, 'profile');
  if (level !== 0 && level !== -1) throw new CommandError(238, 'profiling is not implemented');
  return { was: 0, slowms: 100, sampleRate: 1, ok: 1 };
}

const atlasOnly: Handler = () => {
  throw new CommandError(31082, 'Search index commands are only supported with Atlas.');
};

function* documentsOf(rows: Iterable<Row>): Generator<Document> {
  for (const row of rows) yield documentOf(row);
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
