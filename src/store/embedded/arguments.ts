/** The arguments of each command: what is known is taken, what is not implemented is refused, the rest is an error. */
import type { Document } from 'bson';
import { CommandError } from './errors.js';
import { isDocument, isNothing, isNumeric, toNumber, typeOf, type Value } from './values/types.js';

/** What any command may say, besides what it is about. */
const common = ['$db', '$readPreference', '$clusterTime', 'lsid', 'txnNumber', 'autocommit', 'startTransaction', 'comment', 'maxTimeMS'];
const concerned = ['readConcern', 'writeConcern'];
const shapes = ['collation', 'hint', 'let'];

const known: Record<string, readonly string[]> = {
  find: [
    ...['filter', 'projection', 'sort', 'skip', 'limit', 'batchSize', 'singleBatch', 'allowDiskUse', 'noCursorTimeout', ...shapes],
    // Where there are no shards, none is missing.
    'allowPartialResults',
  ],
  aggregate: ['pipeline', 'cursor', 'allowDiskUse', 'bypassDocumentValidation', ...shapes],
  count: ['query', 'limit', 'skip', 'fields', ...shapes],
  distinct: ['key', 'query', ...shapes],
  insert: ['documents', 'ordered', 'bypassDocumentValidation'],
  update: ['updates', 'ordered', 'bypassDocumentValidation', 'let'],
  delete: ['deletes', 'ordered', 'let'],
  findAndModify: ['query', 'sort', 'remove', 'update', 'new', 'upsert', 'fields', 'arrayFilters', 'bypassDocumentValidation', ...shapes],
  create: ['validator', 'validationLevel', 'validationAction', 'changeStreamPreAndPostImages', 'idIndex', 'autoIndexId'],
  collMod: ['validator', 'validationLevel', 'validationAction', 'changeStreamPreAndPostImages', 'index'],
  createIndexes: ['indexes', 'commitQuorum'],
  getMore: ['collection', 'batchSize'],
};

/** Arguments that MongoDB knows and this store does not, where they ask for anything. */
const notImplemented = new Set([
  'awaitData',
  'capped',
  'clusteredIndex',
  'collation',
  'encryptedFields',
  'exchange',
  'expireAfterSeconds',
  'explain',
  'hidden',
  'indexOptionDefaults',
  'max',
  'min',
  'oplogReplay',
  'pipeline',
  'returnKey',
  'showRecordId',
  'size',
  'storageEngine',
  'tailable',
  'timeseries',
  'viewOn',
  'wildcardProjection',
]);

/** By name of a command: all that it may say. */
const argumentsOf = new Map(Object.entries(known).map(([name, own]) => [name, new Set([name, ...common, ...concerned, ...own])]));
argumentsOf.set('findandmodify', new Set(['findandmodify', ...argumentsOf.get('findAndModify')!]));

const statements = {
  updates: new Set(['q', 'u', 'c', 'multi', 'upsert', 'arrayFilters', 'hint', 'sort', 'collation']),
  deletes: new Set(['q', 'limit', 'hint', 'collation']),
  indexes: new Set([
    'key',
    'name',
    'unique',
    'sparse',
    'partialFilterExpression',
    'expireAfterSeconds',
    'collation',
    'v',
    'ns',
    'background',
    'dropDups',
  ]),
};
const statementLists = Object.keys(statements) as (keyof typeof statements)[];

const withinTransactions = new Set([
  'find',
  'getMore',
  'killCursors',
  'aggregate',
  'distinct',
  'insert',
  'update',
  'delete',
  'findAndModify',
  'findandmodify',
  'create',
  'createIndexes',
  'commitTransaction',
  'abortTransaction',
]);

/** @throws CommandError for arguments that are unknown, not implemented or malformed */
export function requireArguments(name: string, command: Document): void {
  const fields = argumentsOf.get(name);
  if (fields) requireKnown(name, command, fields);
  for (const list of statementLists) {
    const given = command[list] as Value;
    if (!fields || !Array.isArray(given)) continue;
    for (const statement of given) if (isDocument(statement)) requireKnown(`${name}.${list}`, statement, statements[list]);
  }
  if (command['autocommit'] === false) requireInTransaction(name, command);
  requireReadConcern(command);
  requireWriteConcern(command);
  timeLimit(command);
}

function requireKnown(name: string, given: Document, fields: ReadonlySet<string>): void {
  for (const field of Object.keys(given)) {
    if (fields.has(field)) continue;
    const value = given[field] as Value;
    if (notImplemented.has(field) && (value === false || value === undefined || value === null)) continue;
    if (notImplemented.has(field)) throw new CommandError(238, `${field} is not implemented`);
    throw new CommandError(name === 'createIndexes.indexes' ? 197 : 40415, `BSON field '${name}.${field}' is an unknown field.`);
  }
}

function requireInTransaction(name: string, command: Document): void {
  if (!withinTransactions.has(name)) throw new CommandError(263, `Cannot run '${name}' in a multi-document transaction.`);
  const ends = name === 'commitTransaction' || name === 'abortTransaction';
  if (!ends && command['writeConcern'] !== undefined)
    throw new CommandError(72, 'writeConcern is not allowed within a multi-statement transaction');
  if (command['startTransaction'] === undefined && command['readConcern'] !== undefined) {
    throw new CommandError(72, 'Only the first command in a transaction may specify a readConcern');
  }
}

const levels = new Set(['local', 'majority', 'available', 'linearizable', 'snapshot']);

function requireReadConcern(command: Document): void {
  const concern = command['readConcern'] as Value;
  if (concern === undefined) return;
  if (!isDocument(concern)) throw new CommandError(14, "BSON field 'readConcern' is the wrong type, expected type 'object'");
  const level = concern['level'] as Value;
  if (level !== undefined && !levels.has(level as string))
    throw new CommandError(9, 'readConcern.level must be either local, majority, available, linearizable or snapshot');
  if (concern['atClusterTime'] !== undefined || (level === 'snapshot' && command['autocommit'] !== false)) {
    throw new CommandError(238, 'read concern snapshot is implemented in transactions alone');
  }
}

function requireWriteConcern(command: Document): void {
  const concern = command['writeConcern'] as Value;
  if (concern === undefined) return;
  if (!isDocument(concern)) throw new CommandError(14, "BSON field 'writeConcern' is the wrong type, expected type 'object'");
  const w = concern['w'] as Value;
  if (w !== undefined && typeof w !== 'string' && !(isNumeric(w) && toNumber(w) >= 0 && toNumber(w) <= 50)) {
    throw new CommandError(9, 'w has to be a number between 0 and 50 or a string');
  }
}

const batches = new Set(['insert', 'update', 'delete']);

/** Whether a write is answered with no result, since it asks for none. */
export function isUnacknowledged(name: string, command: Document): boolean {
  const w = (command['writeConcern'] as Document | undefined)?.['w'] as Value;
  return batches.has(name) && isNumeric(w) && toNumber(w) === 0;
}

/** What a write is answered with besides its result, where it asks for more members than this one. */
export function writeConcernError(command: Document): Document | null {
  const w = (command['writeConcern'] as Document | undefined)?.['w'] as Value;
  if (isNumeric(w) && toNumber(w) > 1) return { code: 100, codeName: 'UnsatisfiableWriteConcern', errmsg: 'Not enough data-bearing nodes' };
  if (typeof w !== 'string' || w === 'majority') return null;
  return { code: 79, codeName: 'UnknownReplWriteConcern', errmsg: `No write concern mode named '${w}' found in replica set configuration` };
}

/**
 * How many milliseconds a command may take; null where it may take any.
 * @throws CommandError where it is no such number
 */
export function timeLimit(command: Document): number | null {
  const value = command['maxTimeMS'] as Value;
  if (value === undefined) return null;
  const number = isNumeric(value) ? toNumber(value) : NaN;
  if (!Number.isInteger(number)) throw new CommandError(isNumeric(value) ? 9 : 14, 'maxTimeMS must be a whole number');
  if (number < 0 || number > 0x7fffffff) throw new CommandError(2, `maxTimeMS ${number} is out of range [0,2147483647]`);
  return number === 0 ? null : number;
}

function timeOver(): CommandError {
  return new CommandError(50, 'operation exceeded time limit');
}

/** A moment that a command must not pass. */
export class Deadline {
  private readonly at: number;
  private looks = 0;

  constructor(milliseconds: number) {
    this.at = performance.now() + milliseconds;
  }

  /** Looks at the clock now and then. @throws CommandError when the time is over */
  check(): void {
    if (++this.looks % 16 === 1 && this.isOver) throw timeOver();
  }

  /** Waits for something no longer than until this moment. @throws CommandError when the time is over */
  async wait(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.at - performance.now())));
    await Promise.race([work, over]);
    clearTimeout(timer);
    if (this.isOver) throw timeOver();
  }

  private get isOver(): boolean {
    return performance.now() >= this.at;
  }
}

/** The moment by which a command must be done, where it names a time. */
export function deadlineOf(command: Document): Deadline | undefined {
  const limit = timeLimit(command);
  return limit === null ? undefined : new Deadline(limit);
}

const lists = ['documents', 'updates', 'deletes', 'indexes', 'cursors', 'arrayFilters', 'pipeline'];
const objects = ['filter', 'query', 'sort', 'projection', 'fields', 'lsid', 'let', 'cursor', 'collation', 'q', 'c'];
const flags = ['ordered', 'singleBatch', 'upsert', 'multi', 'new', 'remove', 'bypassDocumentValidation', 'nameOnly'];
const required: Record<string, readonly string[]> = {
  aggregate: ['pipeline'],
  distinct: ['key'],
  insert: ['documents'],
  update: ['updates'],
  delete: ['deletes'],
  'update.updates': ['q', 'u'],
  'delete.deletes': ['q', 'limit'],
};
const mostStatements = 100_000;

/**
 * Fields that every handler takes to be there, or to be lists, documents or flags.
 * @throws CommandError where one is not
 */
export function requireShapes(name: string, command: Document): void {
  requireFields(name, command);
  for (const list of ['updates', 'deletes'] as const) {
    const statements = command[list] as Value;
    if (!Array.isArray(statements)) continue;
    for (const statement of statements as Value[]) {
      if (!isDocument(statement))
        throw new CommandError(14, `BSON field '${name}.${list}' holds a '${typeOf(statement)}', expected type 'object'`);
      requireFields(`${name}.${list}`, statement);
    }
  }
  for (const list of ['documents', 'updates', 'deletes']) requireLength((command[list] as Value[] | undefined)?.length);
  if (name === 'aggregate' && command['cursor'] === undefined && command['explain'] === undefined)
    throw new CommandError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
  requireCursorOptions(command['cursor'] as Document | undefined);
}

function requireFields(name: string, given: Document): void {
  const missing = Object.hasOwn(required, name) ? required[name]!.find((field) => isNothing(given[field])) : undefined;
  if (missing !== undefined) throw new CommandError(40414, `BSON field '${name}.${missing}' is missing but a required field`);
  for (const field of lists) requireType(name, given, field, 'array', Array.isArray);
  for (const field of objects) requireType(name, given, field, 'object', isDocument);
  for (const field of flags) requireType(name, given, field, 'bool', isFlag);
  const hint = given['hint'] as Value;
  if (!isNothing(hint) && typeof hint !== 'string' && !isDocument(hint)) throw new CommandError(9, 'Hint must be a string or an object');
  const modification = (name === 'update.updates' ? given['u'] : undefined) as Value;
  if (modification !== undefined && !isDocument(modification) && !Array.isArray(modification))
    throw new CommandError(9, 'Update argument must be either an object or an array');
}

/** Numbers count as flags, as for MongoDB where a flag is not that of a write. */
function isFlag(value: Value): boolean {
  return typeof value === 'boolean' || isNumeric(value);
}

function requireType(name: string, given: Document, field: string, expected: string, holds: (value: Value) => boolean): void {
  const value = given[field] as Value;
  if (isNothing(value) || holds(value)) return;
  throw new CommandError(14, `BSON field '${name}.${field}' is the wrong type '${typeOf(value)}', expected type '${expected}'`);
}

function requireLength(length: number | undefined): void {
  if (length === undefined || (length > 0 && length <= mostStatements)) return;
  throw new CommandError(16, `Write batch sizes must be between 1 and ${mostStatements}. Got ${length} operations.`);
}

function requireCursorOptions(cursor: Document | undefined): void {
  if (!cursor) return;
  const foreign = Object.keys(cursor).find((field) => field !== 'batchSize');
  if (foreign !== undefined) throw new CommandError(40415, `BSON field 'cursor.${foreign}' is an unknown field.`);
  requireNotNegative({ batchSize: numberOf(cursor, 'batchSize') });
}

/** @throws CommandError for a number that is below zero */
export function requireNotNegative(values: Record<string, number | undefined>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value < 0) throw new CommandError(51024, `BSON field '${name}' value must be >= 0, actual value '${value}'`);
  }
}

/** A collection by its full name. */
export interface Namespace {
  database: string;
  name: string;
}

/** @throws CommandError where no collection is named */
export function splitNamespace(namespace: string): Namespace {
  const at = namespace.indexOf('.');
  if (at <= 0) throw new CommandError(73, `Invalid namespace specified '${namespace}'`);
  return { database: namespace.slice(0, at), name: namespace.slice(at + 1) };
}

/** A command's argument that is a whole number. @throws CommandError where it is something else */
export function numberOf(command: Document, name: string): number | undefined {
  const value = command[name] as Value;
  if (value === undefined || value === null) return undefined;
  if (!isNumeric(value)) throw new CommandError(14, `BSON field '${name}' is the wrong type '${typeOf(value)}', expected a number`);
  return Math.trunc(toNumber(value)) || 0;
}

/** @throws CommandError where a command names no collection */
export function collectionName(command: Document, field: string): string {
  const name = command[field] as Value;
  if (typeof name !== 'string') throw new CommandError(73, `collection name has invalid type ${typeOf(name)}`);
  if (name === '') throw new CommandError(73, `Invalid namespace specified '${String(command['$db'])}.'`);
  return name;
}
