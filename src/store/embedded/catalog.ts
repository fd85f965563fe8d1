/** What collections and indexes there are, held in memory and written through to the store. */
import { randomUUID } from 'node:crypto';
import type { Document } from 'bson';
import { open, type Database, type RootDatabase, type Transaction } from 'lmdb';
import { RecentChanges } from './changes/recent.js';
import { commitsSoFar } from './clock.js';
import { parseCollation, type Collation } from './collation.js';
import { DiskSpace } from './disk-space.js';
import { compileFilter } from './query/matching.js';
import { decode, encode } from './raw-document.js';
import { compileValidator } from './validation.js';
import { ChangeLog } from './changes/log.js';
import { CommandError, writeConflict } from './errors.js';
import { FieldNames, pack, StoredDocument } from './stored-document.js';
import { successor } from './key.js';

export interface IndexSpecification {
  id: number;
  name: string;
  key: Record<string, 1 | -1>;
  unique: boolean;
  sparse: boolean;
  partialFilterExpression?: Document;
  expireAfterSeconds?: number;
  collation?: Document;
  /** Some document has more than one entry, because the indexed path crosses an array. */
  multikey: boolean;
  /** The fields whose paths cross one. Where a store of an earlier release did not note them, it may be any of them. */
  multikeyFields?: string[];
}

/** An index with what is derived from its specification once. */
export interface Index extends Omit<IndexSpecification, 'collation' | 'multikeyFields'> {
  multikeyFields: ReadonlySet<string>;
  prefix: Buffer;
  /** What the keys of the collection's documents begin with. */
  collectionPrefix: Buffer;
  fields: string[];
  paths: string[][];
  descending: boolean[];
  /** Its keys end with the documents' own `_id`s. */
  endsWithId: boolean;
  includes: ((document: Document) => boolean) | null;
  /** What makes texts equal in the index, where that is not their bytes. */
  collation: Collation | null;
}

export interface Collection {
  id: number;
  database: string;
  name: string;
  uuid: string;
  prefix: Buffer;
  count: number;
  indexes: Index[];
  /** What it was created with, besides its name. */
  options: Document;
  isValid: ((document: Document) => boolean) | null;
  /** What its documents' fields are called. */
  names: FieldNames;
  /** Made by a transaction that is not committed: known to it alone, and not stored yet. */
  pending: boolean;
}

interface CollectionRecord {
  id: number;
  database: string;
  name: string;
  uuid: string;
  indexes: IndexSpecification[];
  options?: Document;
  names?: string[];
}

/** What is read so is valid until the next read; lmdb's types leave the options out. */
interface FastReads {
  getBinaryFast(key: Buffer, options?: { transaction: Transaction }): Buffer | undefined;
}

/** The layout of the data; a store written by a newer version is refused. */
export const formatVersion = 3;
const longestIndexName = 127;
const versionKey = Buffer.from('version');
const formatKey = Buffer.from('format');
const logKey = Buffer.from('changes');

function requireKnown(version: number, oldest: number): void {
  if (version < oldest) throw new Error('the data has an older layout: start the server on it once');
  if (version <= formatVersion) return;
  throw new Error(`the data was written by a newer Plaza (format ${version}; this one reads up to ${formatVersion})`);
}

/** States of the data that transactions may read at a time; each is kept where it is read, and once more by the store. */
const maxReaders = 2000;

/**
 * How many of the file's free pages a commit looks through. By default the engine takes up 50,000 of them to find many in a
 * row, and where there are more than 75,000 it does so again with every commit: a tenth of a second in a store of a million
 * reviews.
 */
const freeSpace = { maxFreeSpaceToLoad: 512, maxFreeSpaceToRetain: 2048 };

export class Catalog {
  readonly environment: RootDatabase<Buffer, Buffer>;
  readonly documents: Database<Buffer, Buffer>;
  readonly entries: Database<Buffer, Buffer>;
  private readonly meta: Database<Buffer, Buffer>;
  private readonly collections = new Map<string, Collection>();
  private nextId = 1;
  private readonly changedCounts = new Set<Collection>();
  /** Collections, by number, whose documents brought new names. */
  private readonly renamed = new Set<number>();

  /** Which state of the collections this thread knows; the thread that writes counts it up. */
  private version = 0;
  private commitsSeen = -1n;
  private changed = false;
  private readonly space: DiskSpace;
  readonly path: string;
  readonly readOnly: boolean;
  /** The changes that change streams tell; for the thread that writes. */
  readonly log: ChangeLog;
  /** The latest changes, for those who keep answers; for the thread that writes. */
  readonly recent = new RecentChanges();
  private readonly commits: () => bigint;

  /**
   * @param commits how often has been committed, for a thread that shares no clock with those of the store
   * @param untouched whether the file is left as it is, also by the storage engine; for a process in which no other thread has it open
   */
  constructor(path: string, { readOnly = false, untouched = false, commits = commitsSoFar } = {}) {
    this.path = path;
    this.readOnly = readOnly;
    this.commits = commits;
    const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;
    const options = { path, maxDbs: 8, maxReaders, noSubdir: true, readOnly: untouched, ...freeSpace, ...encoding };
    this.environment = open<Buffer, Buffer>(options);
    this.space = new DiskSpace(path);
    const table = (name: string): Database<Buffer, Buffer> => {
      const opened = this.environment.openDB<Buffer, Buffer>(name, encoding);
      return untouched ? opened : this.space.counted(opened);
    };
    this.meta = table('meta');
    const format = this.meta.get(formatKey);
    if (format) requireKnown(decode(format)['version'] as number, readOnly ? formatVersion : 1);
    this.documents = table('packed-documents');
    this.entries = table('packed-entries');
    this.log = new ChangeLog({
      path,
      entries: table('changes'),
      readState: () => this.meta.get(logKey),
      writeState: (state) => void (state ? this.meta.putSync(logKey, state) : this.meta.removeSync(logKey)),
    });
    this.load();
  }

  private load(): void {
    const format = this.meta.get(formatKey);
    if (!format) {
      this.environment.transactionSync(() => {
        this.meta.putSync(formatKey, encode({ product: 'plaza', version: formatVersion, nextId: 1 }));
      });
      return;
    }
    const { nextId } = decode(format) as { nextId: number };
    this.nextId = nextId;
    this.version = this.storedVersion();
    const gone = new Set(this.collections.keys());
    for (const { value } of this.meta.getRange({ start: Buffer.from('c:'), end: Buffer.from('c;') })) {
      const collection = this.collectionOf(decode(value) as CollectionRecord);
      const name = `${collection.database}.${collection.name}`;
      const known = this.collections.get(name);
      if (known?.id === collection.id) Object.assign(known, collection);
      else this.collections.set(name, collection);
      gone.delete(name);
    }
    for (const name of gone) this.collections.delete(name);
  }

  private collectionOf(record: CollectionRecord): Collection {
    const collection: Collection = {
      ...record,
      prefix: idPrefix(record.id),
      count: this.storedCount(record.id),
      options: record.options ?? {},
      isValid: compileValidator(record.options ?? {}),
      indexes: record.indexes.map((index) => compileIndex(index, record.id)),
      names: this.namesOf(record.id, record.names ?? []),
      pending: false,
    };
    return collection;
  }

  private namesOf(id: number, names: readonly string[]): FieldNames {
    return new FieldNames(names, () => this.renamed.add(id));
  }

  /** Of the collections and indexes that this thread knows: another number, other ones. */
  get definitions(): number {
    return this.version;
  }

  /** Takes up what the thread that writes has committed; for the threads that read, before each command. */
  refresh(): void {
    const commits = this.commits();
    if (commits !== this.commitsSeen) {
      this.commitsSeen = commits;
      this.environment.resetReadTxn();
    }
    // From the state that the documents are read from: the storage engine also moves on by itself, before a commit is counted.
    if (this.storedVersion() !== this.version) this.load();
  }

  /** Forgets what a failed group of writes changed in memory. */
  reload(): void {
    this.recent.discard();
    this.changedCounts.clear();
    this.renamed.clear();
    this.changed = false;
    this.log.load();
    this.load();
  }

  storedFormat(): number {
    return decode(this.meta.get(formatKey)!)['version'] as number;
  }

  noteUpgrade(): void {
    const format = encode({ product: 'plaza', version: formatVersion, nextId: this.nextId });
    this.environment.transactionSync(() => void this.meta.putSync(formatKey, format));
  }

  table(name: string): Database<Buffer, Buffer> {
    return this.environment.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' });
  }

  /** @throws CommandError where the document is damaged */
  readStored(collection: Collection, key: Buffer, transaction?: Transaction): StoredDocument | undefined {
    const stored = (this.documents as FastReads).getBinaryFast(key, transaction && { transaction });
    return stored && StoredDocument.read(stored.subarray(0, stored.length), collection.names, key);
  }

  /** The document's BSON. @throws CommandError where it is damaged */
  readDocument(collection: Collection, key: Buffer, transaction?: Transaction): Buffer | undefined {
    return this.readStored(collection, key, transaction)?.bytes;
  }

  writeDocument(collection: Collection, key: Buffer, bytes: Buffer): void {
    this.documents.putSync(key, pack(bytes, collection.names));
  }

  private storedVersion(): number {
    return (this.meta as FastReads).getBinaryFast(versionKey)?.readDoubleLE(0) ?? 0;
  }

  private storedCount(collection: number): number {
    return this.meta.get(countKey(collection))?.readDoubleLE(0) ?? 0;
  }

  countOf(collection: Collection): number {
    return this.readOnly ? this.storedCount(collection.id) : collection.count;
  }

  find(database: string, name: string): Collection | undefined {
    return this.collections.get(`${database}.${name}`);
  }

  list(database?: string): Collection[] {
    return [...this.collections.values()].filter((collection) => database === undefined || collection.database === database);
  }

  /** Finds or creates a collection; called inside a write. */
  require(database: string, name: string): Collection {
    return this.find(database, name) ?? this.create(database, name);
  }

  create(database: string, name: string): Collection {
    const collection = this.make(database, name);
    this.adopt(collection);
    return collection;
  }

  /** A collection that nobody knows of until it is adopted. */
  make(database: string, name: string): Collection {
    validateNamespace(database, name);
    const id = this.takeId();
    const identity = compileIndex({ id: 0, name: identityIndex, key: { _id: 1 }, unique: true, sparse: false, multikey: false }, id);
    return {
      id,
      database,
      name,
      uuid: randomUUID(),
      prefix: idPrefix(id),
      count: 0,
      indexes: [identity],
      options: {},
      isValid: null,
      names: this.namesOf(id, []),
      pending: true,
    };
  }

  /** @throws CommandError where another collection has its name by now */
  adopt(collection: Collection): void {
    if (this.find(collection.database, collection.name)) throw writeConflict();
    collection.pending = false;
    this.collections.set(`${collection.database}.${collection.name}`, collection);
    this.save(collection);
  }

  setOptions(collection: Collection, options: Document): void {
    collection.options = options;
    collection.isValid = compileValidator(options);
    this.save(collection);
  }

  setExpiry(collection: Collection, index: Index, seconds: number): void {
    index.expireAfterSeconds = seconds;
    this.save(collection);
  }

  rename(collection: Collection, database: string, name: string): void {
    validateNamespace(database, name);
    this.collections.delete(`${collection.database}.${collection.name}`);
    Object.assign(collection, { database, name });
    this.collections.set(`${database}.${name}`, collection);
    this.save(collection);
  }

  drop(collection: Collection): void {
    this.collections.delete(`${collection.database}.${collection.name}`);
    this.changed = true;
    this.meta.removeSync(collectionKey(collection.id));
    this.meta.removeSync(countKey(collection.id));
    this.removeRange(this.documents, collection.prefix);
    for (const index of secondaryIndexes(collection)) this.removeRange(this.entries, index.prefix);
  }

  addIndex(collection: Collection, specification: Omit<IndexSpecification, 'id' | 'multikey' | 'multikeyFields'>): Index {
    if (specification.name.length > longestIndexName) throw new CommandError(67, 'index name too long');
    const index = compileIndex({ ...specification, id: this.takeId(), multikey: false }, collection.id);
    collection.indexes = [...collection.indexes, index];
    this.save(collection);
    return index;
  }

  dropIndex(collection: Collection, index: Index): void {
    collection.indexes = collection.indexes.filter((candidate) => candidate !== index);
    this.removeRange(this.entries, index.prefix);
    this.save(collection);
  }

  markMultikey(collection: Collection, index: Index, fields: readonly string[]): void {
    index.multikey = true;
    index.multikeyFields = new Set([...index.multikeyFields, ...fields]);
    this.save(collection);
  }

  adjustCount(collection: Collection, by: number): void {
    collection.count += by;
    this.changedCounts.add(collection);
  }

  /** Commits what the work writes. @throws Error where the disk has no space for it, or the work throws: then nothing is kept */
  commit(work: () => void): void {
    this.space.forget();
    this.environment.transactionSync(() => {
      work();
      this.saveChanges();
      this.space.require();
    });
  }

  /** Writes the counts that a group of writes changed, and word of changed collections. */
  private saveChanges(): void {
    if (this.renamed.size > 0) for (const collection of this.list()) if (this.renamed.has(collection.id)) this.save(collection);
    this.renamed.clear();
    if (this.changed) this.meta.putSync(versionKey, doubleBytes(++this.version));
    this.changed = false;
    for (const collection of this.changedCounts) {
      if (!this.collections.has(`${collection.database}.${collection.name}`)) continue;
      this.meta.putSync(countKey(collection.id), doubleBytes(collection.count));
    }
    this.changedCounts.clear();
    this.log.save();
  }

  snapshot(): Transaction {
    return this.environment.useReadTransaction();
  }

  readOutcome(session: string): Buffer | undefined {
    return this.meta.get(outcomeKey(session));
  }

  saveOutcome(session: string, outcome: Buffer): void {
    this.meta.putSync(outcomeKey(session), outcome);
  }

  sweepOutcomes(before: Date): void {
    for (const { key, value } of this.meta.getRange({ start: Buffer.from('r:'), end: Buffer.from('r;') })) {
      if ((decode(value) as { at: Date }).at < before) this.meta.removeSync(key);
    }
  }

  private save(collection: Collection): void {
    if (collection.pending) return;
    this.changed = true;
    const { id, database, name, uuid, options, names } = collection;
    const indexes = collection.indexes.map(specificationOf);
    this.meta.putSync(collectionKey(id), encode({ id, database, name, uuid, indexes, options, names: names.list }));
  }

  private takeId(): number {
    const id = this.nextId++;
    this.meta.putSync(formatKey, encode({ product: 'plaza', version: formatVersion, nextId: this.nextId }));
    return id;
  }

  private removeRange(database: Database<Buffer, Buffer>, prefix: Buffer): void {
    for (const key of database.getKeys({ start: prefix, end: successor(prefix)! })) database.removeSync(key);
  }
}

/** What is made of a collection's indexes once, and again when there are others. */
export function ofIndexes<Made>(make: (indexes: Index[]) => Made): (indexes: Index[]) => Made {
  const made = new WeakMap<Index[], Made>();
  return (indexes) => {
    let found = made.get(indexes);
    if (found === undefined) made.set(indexes, (found = make(indexes)));
    return found;
  };
}

const secondaryOf = ofIndexes((indexes) => indexes.filter((index) => index.name !== identityIndex));

/** The indexes that have entries of their own. */
export function secondaryIndexes(collection: Collection): Index[] {
  return secondaryOf(collection.indexes);
}

function collectionKey(id: number): Buffer {
  return Buffer.from(`c:${String(id).padStart(10, '0')}`);
}

function outcomeKey(session: string): Buffer {
  return Buffer.from(`r:${session}`);
}

function countKey(id: number): Buffer {
  return Buffer.from(`n:${id}`);
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** Keys begin with the number of a collection or index: in one byte, two or four, none of which begins another. */
function idPrefix(id: number): Buffer {
  if (id < 0x80) return Buffer.from([id]);
  const prefix = Buffer.alloc(id < 0x4000 ? 2 : 4);
  if (id < 0x4000) prefix.writeUInt16BE(0x8000 | id);
  else prefix.writeUInt32BE(0xc0000000 + id);
  return prefix;
}

/** Documents are stored under their `_id`, so this index is the documents themselves. */
export const identityIndex = '_id_';

function compileIndex(specification: IndexSpecification, collectionId: number): Index {
  const fields = Object.keys(specification.key);
  const filter = specification.partialFilterExpression;
  const collation = parseCollation(specification.collation);
  return {
    ...specification,
    multikeyFields: new Set(specification.multikeyFields ?? (specification.multikey ? fields : [])),
    collation,
    prefix: idPrefix(specification.name === identityIndex ? collectionId : specification.id),
    collectionPrefix: idPrefix(collectionId),
    fields,
    paths: fields.map((field) => field.split('.')),
    descending: fields.map((field) => specification.key[field] === -1),
    endsWithId: fields.at(-1) === '_id' && collation === null,
    includes: filter ? compileFilter(filter, { collation }) : null,
  };
}

function specificationOf(index: Index): IndexSpecification {
  const { id, name, key, unique, sparse, partialFilterExpression, expireAfterSeconds, collation, multikey, multikeyFields } = index;
  return {
    ...{ id, name, key, unique, sparse, partialFilterExpression, expireAfterSeconds, multikey },
    collation: collation?.specification,
    ...(multikey && { multikeyFields: [...multikeyFields] }),
  };
}

function validateNamespace(database: string, name: string): void {
  if (name === '' || name.includes('$') || name.includes('\0') || name.startsWith('system.')) {
    throw new CommandError(73, `Invalid namespace specified '${database}.${name}'`);
  }
  if (/[/\\. "$\0]/.test(database) || database === '') {
    throw new CommandError(73, `Invalid database name: '${database}'`);
  }
}
