/** The operations of MongoDB's unified test format, as calls of the driver. */
import type { Document } from 'bson';
import type mongoose from 'mongoose';
import type { Run } from './runner.js';
import { show } from './matching.js';

export interface Operation {
  name: string;
  object: string;
  arguments?: Document;
  expectResult?: unknown;
  expectError?: {
    errorContains?: string;
    errorCode?: number;
    errorCodeName?: string;
    errorLabelsContain?: string[];
    errorLabelsOmit?: string[];
    expectResult?: unknown;
    errorResponse?: unknown;
  };
  ignoreResultAndError?: boolean;
  saveResultAsEntity?: string;
}

// A target is a client, database, collection, session or cursor of the driver, as the operation's name demands.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Target = any;

type Perform = (target: Target, given: Document, run: Run) => unknown;
type ClientSession = mongoose.mongo.ClientSession & { transaction: { isPinned: boolean; state: string } };

/** Calls a method whose first arguments are named and whose last holds the rest. */
const method =
  (name: string, ...positional: string[]): Perform =>
  (target: Target, given) => {
    const options = { ...given };
    const values = positional.map((key) => {
      const value = options[key];
      delete options[key];
      return value;
    });
    return target[name](...values, options);
  };

const cursor =
  (name: string, ...positional: string[]): Perform =>
  (target, given, run) =>
    (method(name, ...positional)(target, given, run) as { toArray(): unknown }).toArray();

const state = { none: 'NO_TRANSACTION', starting: 'STARTING_TRANSACTION', in_progress: 'TRANSACTION_IN_PROGRESS' } as Record<
  string,
  string
>;

function require(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function collectionNames(run: Run, databaseName: string): Promise<string[]> {
  const found = await run.admin.db(databaseName).listCollections().toArray();
  return found.map(({ name }) => name);
}

async function indexNames(run: Run, { databaseName, collectionName }: Document): Promise<string[]> {
  const found = await run.admin
    .db(databaseName as string)
    .collection(collectionName as string)
    .listIndexes()
    .toArray();
  return found.map(({ name }) => name as string);
}

async function lastTwoSessions(run: Run, { client }: Document): Promise<string[]> {
  return run
    .startedCommands(client as string)
    .slice(-2)
    .map((command) => show(command['lsid']));
}

function bulkModel(request: Document): Document {
  const [kind, fields] = Object.entries(request)[0] as [string, Document];
  return { [kind]: fields };
}

function clientModel(request: Document): Document {
  const [name, fields] = Object.entries(request)[0] as [string, Document];
  return { name, ...fields };
}

/** The driver gives maps of results by position; the format writes them as documents. */
function asDocuments(result: Document): Document {
  const plain: Document = {};
  for (const [name, value] of Object.entries(result)) {
    const isMap = value instanceof Map;
    if (isMap && value.size > 0) plain[name] = Object.fromEntries(value as Map<number, unknown>);
    else if (!isMap) plain[name] = value;
  }
  return plain;
}

async function nextDocument(source: { tryNext?(): Promise<unknown>; next(): Promise<unknown> }): Promise<unknown> {
  return source.next();
}

export const operations: Record<string, Perform> = {
  aggregate: cursor('aggregate', 'pipeline'),
  bulkWrite: (target, { requests, ...options }) => target.bulkWrite((requests as Document[]).map(bulkModel), options),
  clientBulkWrite: async (target, { models, ...options }) =>
    asDocuments(await target.bulkWrite((models as Document[]).map(clientModel), options)),
  count: method('count', 'filter'),
  countDocuments: method('countDocuments', 'filter'),
  createIndex: method('createIndex', 'keys'),
  createSearchIndex: (target, { model }) => target.createSearchIndex(model),
  createSearchIndexes: (target, { models }) => target.createSearchIndexes(models),
  deleteMany: method('deleteMany', 'filter'),
  deleteOne: method('deleteOne', 'filter'),
  distinct: method('distinct', 'fieldName', 'filter'),
  dropIndex: method('dropIndex', 'name'),
  dropSearchIndex: method('dropSearchIndex', 'name'),
  estimatedDocumentCount: method('estimatedDocumentCount'),
  find: cursor('find', 'filter'),
  findOne: method('findOne', 'filter'),
  findOneAndDelete: method('findOneAndDelete', 'filter'),
  findOneAndReplace: method('findOneAndReplace', 'filter', 'replacement'),
  findOneAndUpdate: method('findOneAndUpdate', 'filter', 'update'),
  insertMany: method('insertMany', 'documents'),
  insertOne: method('insertOne', 'document'),
  listIndexes: cursor('listIndexes'),
  listSearchIndexes: (target, { name, aggregationOptions }) => target.listSearchIndexes(name, aggregationOptions).toArray(),
  rename: (target, { to, ...options }) => target.rename(to, options),
  replaceOne: method('replaceOne', 'filter', 'replacement'),
  updateMany: method('updateMany', 'filter', 'update'),
  updateOne: method('updateOne', 'filter', 'update'),
  updateSearchIndex: method('updateSearchIndex', 'name', 'definition'),
  createChangeStream: async (target, { pipeline, ...options }) => target.watch(pipeline, options),
  iterateUntilDocumentOrError: nextDocument,
  close: (target) => target.close(),

  createCollection: method('createCollection', 'collection'),
  dropCollection: method('dropCollection', 'collection'),
  listCollections: cursor('listCollections', 'filter'),
  modifyCollection: (target, { collection, session, ...options }) => target.command({ collMod: collection, ...options }, { session }),
  runCommand: (target, { commandName: _name, command, ...options }) => target.command(command, options),
  listDatabases: (target, given) => target.db('admin').command({ listDatabases: 1 }, given),

  startTransaction: (session: ClientSession, given) => session.startTransaction(given),
  commitTransaction: (session: ClientSession) => session.commitTransaction(),
  abortTransaction: (session: ClientSession) => session.abortTransaction(),
  endSession: (session: ClientSession) => session.endSession(),
  getSnapshotTime: (session: Target) => session.snapshotTime,
  withTransaction: (session: ClientSession, { callback, ...options }, run) =>
    session.withTransaction(async () => {
      for (const operation of callback as Operation[]) await run.performWithin(operation);
    }, options),

  createEntities: async (_target, { entities }, run) => {
    for (const entity of entities as Document[]) await run.create(entity);
  },
  failPoint: (_target, { failPoint }, run) => run.admin.db('admin').command(failPoint),
  targetedFailPoint: (_target, { failPoint }, run) => run.admin.db('admin').command(failPoint),
  assertSessionPinned: (_target, { session }) => require(session.isPinned, 'the session is not pinned'),
  assertSessionUnpinned: (_target, { session }) => require(!session.isPinned, 'the session is pinned'),
  assertSessionTransactionState: (_target, given) => {
    const wanted = state[given['state'] as string] ?? `TRANSACTION_${String(given['state']).toUpperCase()}`;
    require(given['session'].transaction.state === wanted, `the transaction is ${given['session'].transaction.state}`);
  },
  assertSessionDirty: (_target, { session }) => require(session.serverSession.isDirty, 'the session is not dirty'),
  assertSessionNotDirty: (_target, { session }) => require(!session.serverSession.isDirty, 'the session is dirty'),
  assertSameLsidOnLastTwoCommands: async (_target, given, run) => {
    const [one, other] = await lastTwoSessions(run, given);
    require(one === other, `${one} is not ${other}`);
  },
  assertDifferentLsidOnLastTwoCommands: async (_target, given, run) => {
    const [one, other] = await lastTwoSessions(run, given);
    require(one !== other, `both are ${one}`);
  },
  assertCollectionExists: async (_target, { databaseName, collectionName }, run) =>
    require((await collectionNames(run, databaseName)).includes(collectionName), `${collectionName} is missing`),
  assertCollectionNotExists: async (_target, { databaseName, collectionName }, run) =>
    require(!(await collectionNames(run, databaseName)).includes(collectionName), `${collectionName} is there`),
  assertIndexExists: async (_target, given, run) =>
    require((await indexNames(run, given)).includes(given['indexName'] as string), `${given['indexName']} is missing`),
  assertIndexNotExists: async (_target, given, run) =>
    require(!(await indexNames(run, given).catch(() => [] as string[])).includes(
      given['indexName'] as string,
    ), `${given['indexName']} is there`),
};
