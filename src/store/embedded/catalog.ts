/** What collections and indexes there are, held in memory and written through to the store. */
import { randomUUID } from 'node:crypto';
import type { Document } from 'bson';
import { open, type Database, type RootDatabase, type Transaction } from 'lmdb';
import { Query } from 'mingo';
import { decode, encode } from './raw-document.js';
import { CommandError } from './errors.js';

export interface IndexSpecification {
  id: number;
  name: string;
  key: Record<string, 1 | -1>;
  unique: boolean;
  sparse: boolean;
  partialFilterExpression?: Document;
  expireAfterSeconds?: number;
  /** Some document has more than one entry, because the indexed path crosses an array. */
  multikey: boolean;
}

/** An index with what is derived from its specification once. */
export interface Index extends IndexSpecification {
  prefix: Buffer;
  fields: string[];
  paths: string[][];
  descending: boolean[];
  includes: ((document: Document) => boolean) | null;
}

export interface Collection {
  id: number;
  database: string;
  name: string;
  uuid: string;
  prefix: Buffer;
  count: number;
  indexes: Index[];
}

interface CollectionRecord {
  id: number;
  database: string;
  name: string;
  uuid: string;
  indexes: IndexSpecification[];
}

/** The layout of the data; a store written by a newer version is refused. */
export const formatVersion = 1;
const longestIndexName = 127;

export class Catalog {
  readonly environment: RootDatabase<Buffer, Buffer>;
  readonly documents: Database<Buffer, Buffer>;
  readonly entries: Database<Buffer, Buffer>;
  private readonly meta: Database<Buffer, Buffer>;
  private readonly collections = new Map<string, Collection>();
  private nextId = 1;
  private readonly changedCounts = new Set<Collection>();

  constructor(path: string) {
    const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;
    this.environment = open<Buffer, Buffer>({ path, maxDbs: 4, noSubdir: true, ...encoding });
    this.meta = this.environment.openDB<Buffer, Buffer>('meta', encoding);
    this.documents = this.environment.openDB<Buffer, Buffer>('documents', encoding);
    this.entries = this.environment.openDB<Buffer, Buffer>('entries', encoding);
    this.load();
  }

  private load(): void {
    const format = this.meta.get(Buffer.from('format'));
    if (!format) {
      this.environment.transactionSync(() => {
        this.meta.putSync(Buffer.from('format'), encode({ product: 'plaza', version: formatVersion, nextId: 1 }));
      });
      return;
    }
    const { version, nextId } = decode(format) as { version: number; nextId: number };
    if (version > formatVersion) {
      throw new Error(`the data was written by a newer Plaza (format ${version}; this one reads up to ${formatVersion})`);
    }
    this.nextId = nextId;
    const first = Buffer.from('c:');
    for (const { value } of this.meta.getRange({ start: first, end: Buffer.from('c;') })) {
      const record = decode(value) as CollectionRecord;
      const count = this.meta.get(countKey(record.id))?.readDoubleLE(0) ?? 0;
      const collection: Collection = {
        ...record,
        prefix: idPrefix(record.id),
        count,
        indexes: record.indexes.map((index) => compileIndex(index, record.id)),
      };
      this.collections.set(`${record.database}.${record.name}`, collection);
    }
  }

  find(database: string, name: string): Collection | undefined {
    return this.collections.get(`${database}.${name}`);
  }

  list(database?: string): Collection[] {
    return [...this.collections.values()].filter((one) => database === undefined || one.database === database);
  }

  /** Finds or creates a collection; called inside a write. */
  require(database: string, name: string): Collection {
    return this.find(database, name) ?? this.create(database, name);
  }

  create(database: string, name: string): Collection {
    validateNamespace(database, name);
    const id = this.takeId();
    const identity = compileIndex({ id: 0, name: identityIndex, key: { _id: 1 }, unique: true, sparse: false, multikey: false }, id);
    const collection: Collection = { id, database, name, uuid: randomUUID(), prefix: idPrefix(id), count: 0, indexes: [identity] };
    this.collections.set(`${database}.${name}`, collection);
    this.save(collection);
    return collection;
  }

  drop(collection: Collection): void {
    this.collections.delete(`${collection.database}.${collection.name}`);
    this.meta.removeSync(collectionKey(collection.id));
    this.meta.removeSync(countKey(collection.id));
    this.removeRange(this.documents, collection.prefix);
    for (const index of secondaryIndexes(collection)) this.removeRange(this.entries, index.prefix);
  }

  addIndex(collection: Collection, specification: Omit<IndexSpecification, 'id' | 'multikey'>): Index {
    if (specification.name.length > longestIndexName) throw new CommandError(67, 'index name too long');
    const index = compileIndex({ ...specification, id: this.takeId(), multikey: false }, collection.id);
    collection.indexes.push(index);
    this.save(collection);
    return index;
  }

  dropIndex(collection: Collection, index: Index): void {
    collection.indexes = collection.indexes.filter((one) => one !== index);
    this.removeRange(this.entries, index.prefix);
    this.save(collection);
  }

  markMultikey(collection: Collection, index: Index): void {
    index.multikey = true;
    this.save(collection);
  }

  adjustCount(collection: Collection, by: number): void {
    collection.count += by;
    this.changedCounts.add(collection);
  }

  /** Writes the document counts that a group of writes changed; called at the end of the group. */
  saveCounts(): void {
    for (const collection of this.changedCounts) {
      if (!this.collections.has(`${collection.database}.${collection.name}`)) continue;
      const value = Buffer.alloc(8);
      value.writeDoubleLE(collection.count);
      this.meta.putSync(countKey(collection.id), value);
    }
    this.changedCounts.clear();
  }

  snapshot(): Transaction {
    return this.environment.useReadTransaction();
  }

  readRetry(session: string): Document | undefined {
    const stored = this.meta.get(Buffer.from(`r:${session}`));
    return stored && decode(stored);
  }

  saveRetry(session: string, record: Document): void {
    this.meta.putSync(Buffer.from(`r:${session}`), encode(record));
  }

  /** Forgets the outcome of retryable writes whose session has long ended. */
  sweepRetries(before: Date): void {
    for (const { key, value } of this.meta.getRange({ start: Buffer.from('r:'), end: Buffer.from('r;') })) {
      if ((decode(value) as { at: Date }).at < before) this.meta.removeSync(key);
    }
  }

  private save(collection: Collection): void {
    const { id, database, name, uuid } = collection;
    const indexes = collection.indexes.map(specificationOf);
    this.meta.putSync(collectionKey(id), encode({ id, database, name, uuid, indexes }));
  }

  private takeId(): number {
    const id = this.nextId++;
    this.meta.putSync(Buffer.from('format'), encode({ product: 'plaza', version: formatVersion, nextId: this.nextId }));
    return id;
  }

  private removeRange(database: Database<Buffer, Buffer>, prefix: Buffer): void {
    const end = Buffer.from(prefix);
    end.writeUInt32BE(prefix.readUInt32BE(0) + 1);
    for (const key of database.getKeys({ start: prefix, end })) database.removeSync(key);
  }
}

/** The indexes that have entries of their own. */
export function secondaryIndexes(collection: Collection): Index[] {
  return collection.indexes.filter((index) => index.name !== identityIndex);
}

function collectionKey(id: number): Buffer {
  return Buffer.from(`c:${String(id).padStart(10, '0')}`);
}

function countKey(id: number): Buffer {
  return Buffer.from(`n:${id}`);
}

function idPrefix(id: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(id);
  return prefix;
}

/** Documents are stored under their `_id`, so this index is the documents themselves. */
export const identityIndex = '_id_';

function compileIndex(specification: IndexSpecification, collectionId: number): Index {
  const fields = Object.keys(specification.key);
  const filter = specification.partialFilterExpression;
  const query = filter && new Query(filter);
  return {
    ...specification,
    prefix: idPrefix(specification.name === identityIndex ? collectionId : specification.id),
    fields,
    paths: fields.map((field) => field.split('.')),
    descending: fields.map((field) => specification.key[field] === -1),
    includes: query ? (document) => query.test(document) : null,
  };
}

function specificationOf(index: Index): IndexSpecification {
  const { id, name, key, unique, sparse, partialFilterExpression, expireAfterSeconds, multikey } = index;
  return { id, name, key, unique, sparse, partialFilterExpression, expireAfterSeconds, multikey };
}

function validateNamespace(database: string, name: string): void {
  if (name === '' || name.includes('$') || name.includes('\0') || name.startsWith('system.')) {
    throw new CommandError(73, `Invalid namespace specified '${database}.${name}'`);
  }
  if (/[/\\. "$\0]/.test(database) || database === '') {
    throw new CommandError(73, `Invalid database name: '${database}'`);
  }
}
