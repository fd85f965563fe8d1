/** Changes documents together with their index entries, directly or inside a transaction. */
import { ObjectId, type Document } from 'bson';
import { secondaryIndexes, type Catalog, type Collection, type Index } from './catalog.js';
import { CommandError } from './errors.js';
import { documentKeyOf, indexKeys, keyValueOf, storedEntry } from './index-entries.js';
import { encodeFields, successor } from './key.js';
import { decode, encode, requireStorable } from './raw-document.js';
import type { Row } from './reader.js';
import { unpack } from './stored-document.js';
import { show } from './values/show.js';
import { isDocument } from './values/types.js';
import type { LockTable, StoreTransaction } from './transaction.js';

interface Entries {
  index: Index;
  removed: Buffer[];
  added: Buffer[];
}

/** One document's change, worked out in full before anything is written. */
export interface Change {
  collection: Collection;
  key: Buffer;
  before: Buffer | null;
  after: Buffer | null;
  document: Document | null;
  entries: Entries[];
  multikey: Index[];
}

const longestKey = 1978;

export class Writer {
  constructor(
    private readonly catalog: Catalog,
    private readonly locks: LockTable,
  ) {}

  insertion(collection: Collection, bytes: Buffer): Change {
    requireStorable(bytes);
    let document = decode(bytes);
    let stored = bytes;
    if (Object.keys(document)[0] !== '_id') {
      const { _id = new ObjectId(), ...rest } = document;
      document = { _id, ...rest };
      stored = encode(document);
    }
    return this.change(collection, documentKey(collection, document['_id']), null, null, stored, document);
  }

  /** A document's change to new bytes, of which only some top-level fields may differ; null where nothing does. */
  replacement(collection: Collection, row: Row, bytes: Buffer, touched: ReadonlySet<string> | null): Change | null {
    if (bytes.equals(row.bytes)) return null;
    requireStorable(bytes);
    return this.change(collection, row.key, row.bytes, row.document, bytes, null, touched);
  }

  deletion(collection: Collection, row: Row): Change {
    return this.change(collection, row.key, row.bytes, row.document ?? decode(row.bytes), null, null);
  }

  private change(
    collection: Collection,
    key: Buffer,
    before: Buffer | null,
    beforeDocument: Document | null,
    after: Buffer | null,
    afterDocument: Document | null,
    touched: ReadonlySet<string> | null = null,
  ): Change {
    const entries: Entries[] = [];
    const multikey: Index[] = [];
    let [previous, document] = [beforeDocument, afterDocument];
    for (const index of secondaryIndexes(collection)) {
      if (touched && !isTouched(index, touched)) continue;
      if (before) previous ??= decode(before);
      if (after) document ??= decode(after);
      const old = previous ? indexKeys(index, previous) : [];
      const now = document ? indexKeys(index, document) : [];
      if (!index.multikey && (now.length > 1 || (document && crossesArray(index, document)))) multikey.push(index);
      const removed = old.filter((one) => !now.some((other) => other.equals(one)));
      const added = now.filter((one) => !old.some((other) => other.equals(one)));
      for (const one of added) {
        if (one.length + key.length > longestKey) throw new CommandError(67, `Index key of '${index.name}' is too long`);
      }
      if (removed.length + added.length > 0) entries.push({ index, removed, added });
    }
    return { collection, key, before, after, document, entries, multikey };
  }

  /** Fails where a transaction holds what the change would touch. */
  requireFree(change: Change): void {
    for (const key of lockKeys(change)) this.locks.requireFree(key);
  }

  /** Applies one change: all of it or, where a unique key is taken, nothing. */
  apply(change: Change, transaction: StoreTransaction | null): void {
    this.requireUnique(change, transaction);
    if (transaction) return this.applyInTransaction(change, transaction);
    this.write(change);
    for (const key of lockKeys(change)) this.locks.noteWritten(key);
  }

  private applyInTransaction(change: Change, transaction: StoreTransaction): void {
    for (const key of lockKeys(change)) this.locks.acquire(transaction, key);
    transaction.overlay(change.collection).set(name(change.key), { key: change.key, bytes: change.after });
    for (const { index, removed, added } of change.entries) {
      if (!index.unique) continue;
      for (const key of removed) transaction.claims.set(name(key), null);
      for (const key of added) transaction.claims.set(name(key), name(change.key));
    }
  }

  /** Writes a transaction's changes; its locks guarantee that nobody else touched them. */
  commit(transaction: StoreTransaction): void {
    for (const [collection, overlay] of transaction.overlays) {
      for (const { key, bytes } of overlay.values()) {
        const before = this.catalog.readDocument(collection, key) ?? null;
        if (!before && !bytes) continue;
        this.write(this.change(collection, key, before, before && decode(before), bytes, bytes && decode(bytes)));
      }
    }
    for (const key of transaction.locks) this.locks.noteWritten(key);
  }

  /** Adds the entries of every existing document to a new index. */
  build(collection: Collection, index: Index): void {
    const range = { start: collection.prefix, end: successor(collection.prefix)! };
    for (const { key, value } of this.catalog.documents.getRange(range)) {
      const document = decode(unpack(value, collection.names, key));
      const keys = indexKeys(index, document);
      if (!index.multikey && (keys.length > 1 || crossesArray(index, document))) index.multikey = true;
      for (const entry of keys) {
        if (index.unique && this.storedOwner(index, entry)) throw duplicateKey(collection, index, document);
        this.addEntry(index, entry, key);
      }
    }
    if (index.multikey) this.catalog.markMultikey(collection, index);
  }

  private write(change: Change): void {
    const { collection, key, before, after } = change;
    for (const index of change.multikey) this.catalog.markMultikey(collection, index);
    for (const { index, removed, added } of change.entries) {
      for (const entry of removed) this.catalog.entries.removeSync(storedEntry(index, entry, key).key);
      for (const entry of added) this.addEntry(index, entry, key);
    }
    if (after) this.catalog.writeDocument(collection, key, after);
    else this.catalog.documents.removeSync(key);
    if (!before && after) this.catalog.adjustCount(collection, 1);
    if (before && !after) this.catalog.adjustCount(collection, -1);
  }

  private addEntry(index: Index, entry: Buffer, documentKey: Buffer): void {
    const { key, value } = storedEntry(index, entry, documentKey);
    this.catalog.entries.putSync(key, value);
  }

  private requireUnique(change: Change, transaction: StoreTransaction | null): void {
    if (!change.after) return;
    if (!change.before && this.exists(change, transaction)) {
      throw duplicateKey(change.collection, change.collection.indexes[0]!, change.document!);
    }
    const owner = name(change.key);
    for (const { index, added } of change.entries) {
      if (!index.unique) continue;
      for (const key of added) {
        const holder = this.uniqueOwner(index, key, transaction);
        if (holder && holder !== owner) throw duplicateKey(change.collection, index, change.document!);
      }
    }
  }

  private exists({ collection, key }: Change, transaction: StoreTransaction | null): boolean {
    const own = transaction?.overlay(collection).get(name(key));
    if (own) return own.bytes !== null;
    return this.catalog.documents.get(key, { transaction: transaction?.transaction }) !== undefined;
  }

  private uniqueOwner(index: Index, key: Buffer, transaction: StoreTransaction | null): string | null {
    const claimed = transaction?.claims.get(name(key));
    if (claimed !== undefined) return claimed;
    const stored = this.storedOwner(index, key, transaction);
    return stored && name(stored);
  }

  private storedOwner(index: Index, key: Buffer, transaction?: StoreTransaction | null): Buffer | null {
    const range = { start: key, end: successor(key)!, limit: 1, transaction: transaction?.transaction };
    for (const { key: stored, value } of this.catalog.entries.getRange(range)) return documentKeyOf(index, stored, value);
    return null;
  }
}

/** Whether an index may say something else once these fields have changed. */
function isTouched(index: Index, touched: ReadonlySet<string>): boolean {
  if (index.paths.some(([first]) => touched.has(first!))) return true;
  return index.partialFilterExpression !== undefined && fieldsOf(index.partialFilterExpression).some((name) => touched.has(name));
}

/** The top-level fields that a filter speaks of. */
function fieldsOf(filter: Document): string[] {
  return Object.entries(filter).flatMap(([name, condition]) => {
    if (!name.startsWith('$')) return [name.split('.')[0]!];
    return Array.isArray(condition) ? condition.flatMap((part) => fieldsOf(part as Document)) : [];
  });
}

export function documentKey(collection: Collection, id: unknown): Buffer {
  const misnamed = isDocument(id) ? Object.keys(id).find((field) => field.startsWith('$')) : undefined;
  if (misnamed !== undefined)
    throw new CommandError(52, `_id fields may not contain '$'-prefixed fields: ${misnamed} is not valid for storage.`);
  if (Array.isArray(id)) throw new CommandError(53, "The '_id' value cannot be of type array");
  return encodeFields(collection.prefix, [id], [false]);
}

function name(key: Buffer): string {
  return key.toString('latin1');
}

/** What two writers may not change at once: the document, and every unique key that comes or goes. */
function lockKeys(change: Change): string[] {
  const keys = [name(change.key)];
  for (const { index, removed, added } of change.entries) {
    if (index.unique) keys.push(...[...removed, ...added].map((key) => `u${name(key)}`));
  }
  return keys;
}

function crossesArray(index: Index, document: Document): boolean {
  return index.paths.some((path) => {
    let value: unknown = document;
    for (const step of path) {
      if (Array.isArray(value)) return true;
      if (typeof value !== 'object' || value === null) return false;
      value = (value as Document)[step];
    }
    return Array.isArray(value);
  });
}

function duplicateKey(collection: Collection, index: Index, document: Document): CommandError {
  const keyValue = index.name === '_id_' ? { _id: document['_id'] as unknown } : keyValueOf(index, document);
  const shown = Object.entries(keyValue)
    .map(([field, value]) => `${field}: ${show(value ?? null)}`)
    .join(', ');
  return new CommandError(
    11000,
    `E11000 duplicate key error collection: ${collection.database}.${collection.name} index: ${index.name} dup key: { ${shown} }`,
    { keyPattern: index.key, keyValue },
  );
}

/** @throws CommandError where the collection does not allow the document that a change leaves */
export function requireValid({ collection, before, after, document }: Change): void {
  const { isValid, options } = collection;
  if (!isValid || !after || isValid(document ?? decode(after))) return;
  // What was invalid before may stay so where the collection says so.
  if (options['validationLevel'] === 'moderate' && before && !isValid(decode(before))) return;
  throw new CommandError(121, 'Document failed validation', {
    errInfo: { failingDocumentId: decode(after)['_id'] as unknown, details: { operatorName: '$validator' } },
  });
}
