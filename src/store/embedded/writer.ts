/** Changes documents together with their index entries, directly or inside a transaction. */
import type { Document } from 'bson';
import { compareBytes } from './bytes.js';
import { ofIndexes, secondaryIndexes, type Catalog, type Collection, type Index } from './catalog.js';
import type { Change, Entries } from './change.js';
import { CommandError } from './errors.js';
import { documentKeyOf, entryValue, indexKeys, keyValueOf, uniquePart } from './index-entries.js';
import { encodeFields, successor } from './key.js';
import { isPattern } from './query/pattern.js';
import { decode, requireStorable, withIdFirst } from './raw-document.js';
import type { Row } from './reader.js';
import { StoredDocument } from './stored-document.js';
import { decodeFields, WantedFields } from './values/decoding.js';
import { show } from './values/show.js';
import { isDocument } from './values/types.js';
import type { LockTable, StoreTransaction } from './transaction.js';
import { eventOf, type Origin } from './changes/events.js';
import type { Modified } from './update.js';

const longestKey = 1978;
const none: Buffer[] = [];

export class Writer {
  constructor(
    private readonly catalog: Catalog,
    private readonly locks: LockTable,
  ) {}

  /**
   * @param names the fields that the collection's indexes and rules speak of; all of them where left out
   * @throws CommandError where the bytes are no document, or none that can be stored
   */
  insertion(collection: Collection, bytes: Buffer, names?: WantedFields): Change {
    const read = (from: Buffer): Document => (names ? decodeFields(from, names) : decode(from));
    // Read first, since this finds out whether it is a document at all.
    const given = read(bytes);
    const stored = withIdFirst(bytes);
    requireStorable(stored);
    const document = Object.hasOwn(given, '_id') ? given : read(stored);
    return this.change(collection, documentKey(collection, document['_id']), null, null, stored, document);
  }

  /** A document's change to what a modification made of it; null where nothing differs. */
  replacement(collection: Collection, row: Row, { bytes, touched, replaces, leaves }: Modified): Change | null {
    if (bytes.equals(row.bytes)) return null;
    requireStorable(bytes);
    return { ...this.change(collection, row.key, row.bytes, row.document, bytes, null, touched), replaces, leaves };
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
    const multikey: Change['multikey'] = [];
    const all = secondaryIndexes(collection);
    const indexes = touched ? all.filter((index) => isTouched(index, touched)) : all;
    const previous = before && indexes.length > 0 ? (beforeDocument ?? decode(before)) : beforeDocument;
    const document = after && indexes.length > 0 ? (afterDocument ?? decode(after)) : afterDocument;
    const mayCross = document !== null && mayCrossArrays(document);
    for (const index of indexes) {
      const old = previous ? indexKeys(index, previous, key) : none;
      const now = document ? indexKeys(index, document, key) : none;
      const fields = mayCross ? newlyMultikey(index, document) : noFields;
      if (fields.length > 0) multikey.push({ index, fields });
      const removed = without(old, now);
      const added = without(now, old);
      for (const entry of added) {
        if (entry.length > longestKey) throw new CommandError(67, `Index key of '${index.name}' is too long`);
      }
      if (removed.length + added.length > 0) entries.push({ index, removed, added });
    }
    return { collection, key, before, after, document, entries, multikey, replaces: false, leaves: null };
  }

  /** Fails where a transaction holds what the change would touch. */
  requireFree(change: Change): void {
    if (this.locks.isIdle) return;
    for (const key of lockKeys(change)) this.locks.requireFree(key);
  }

  /** Applies one change: all of it or, where a unique key is taken, nothing. */
  apply(change: Change, transaction: StoreTransaction | null): void {
    this.requireUnique(change, transaction);
    if (transaction) return this.applyInTransaction(change, transaction);
    this.write(change);
    this.tell([change]);
    this.noteWritten(change);
  }

  /** Tells change streams of changes that were made one after the other. */
  private tell(changes: readonly Change[]): void {
    const { log } = this.catalog;
    log.noteWrite();
    this.catalog.recent.note(changes);
    if (log.isOn) for (const change of changes) log.append([eventOf(change)]);
  }

  private noteWritten(change: Change): void {
    if (this.locks.isIdle) return;
    for (const key of lockKeys(change)) this.locks.noteWritten(key);
  }

  /**
   * Applies the insertion of many documents, which `requireNew` has let pass: index by index in the order of the keys, so
   * that each page of the file is looked for and copied once.
   */
  insertAll(changes: readonly Change[]): void {
    const entries = new Map<Index, { key: Buffer; value: Buffer }[]>();
    for (const { key, entries: ofOne, multikey, collection } of changes) {
      this.markMultikey(collection, multikey);
      const value = entryValue(collection.prefix, key);
      for (const { index, added } of ofOne) {
        let list = entries.get(index);
        if (!list) entries.set(index, (list = []));
        for (const entry of added) list.push({ key: entry, value });
      }
    }
    for (const list of entries.values()) {
      for (const { key, value } of list.sort(byKey)) this.catalog.entries.putSync(key, value);
    }
    for (const { collection, key, after } of [...changes].sort(byKey)) this.catalog.writeDocument(collection, key, after!);
    for (const change of changes) this.noteWritten(change);
    this.tell(changes);
    if (changes.length > 0) this.catalog.adjustCount(changes[0]!.collection, changes.length);
  }

  /**
   * @param taken the keys of documents that are about to be inserted together, to which this one's are added
   * @throws CommandError where a unique key is taken, stored or by one of them
   */
  requireNew(change: Change, taken: Set<string>): void {
    this.requireUnique(change, null);
    const keys = lockKeys(change);
    const at = keys.findIndex((key) => taken.has(key));
    if (at !== -1)
      throw duplicateKey(change.collection, indexOfLockKey(change, at), change.document!, Buffer.from(keys[at]!.slice(1), 'latin1'));
    for (const key of keys) taken.add(key);
  }

  private applyInTransaction(change: Change, transaction: StoreTransaction): void {
    transaction.note(change);
    for (const key of lockKeys(change)) this.locks.acquire(transaction, key);
    transaction.overlay(change.collection).set(name(change.key), { key: change.key, bytes: change.after });
    for (const { index, removed, added } of change.entries) {
      if (!index.unique) continue;
      for (const key of removed) transaction.claims.set(name(uniquePart(index, key, change.key)), null);
      for (const key of added) transaction.claims.set(name(uniquePart(index, key, change.key)), name(change.key));
    }
  }

  /** Writes a transaction's changes; its locks guarantee that nobody else touched them. */
  commit(transaction: StoreTransaction, origin: Origin): void {
    for (const collection of transaction.collections.values()) this.catalog.adopt(collection);
    for (const [collection, overlay] of transaction.overlays) {
      for (const { key, bytes } of overlay.values()) {
        const before = this.catalog.readDocument(collection, key) ?? null;
        if (!before && !bytes) continue;
        this.write(this.change(collection, key, before, before && decode(before), bytes, bytes && decode(bytes)));
      }
    }
    for (const key of transaction.locks) this.locks.noteWritten(key);
    this.catalog.log.noteWrite();
    this.catalog.recent.note(transaction.changes);
    if (this.catalog.log.isOn) this.catalog.log.append(transaction.changes.map((change) => eventOf(change, origin)));
  }

  /** Adds the entries of every existing document to a new index. */
  build(collection: Collection, index: Index): void {
    const range = { start: collection.prefix, end: successor(collection.prefix)! };
    for (const { key, value } of this.catalog.documents.getRange(range)) {
      const document = decode(StoredDocument.read(value, collection.names, key).bytes);
      const keys = indexKeys(index, document, key);
      this.markMultikey(collection, [{ index, fields: newlyMultikey(index, document) }]);
      const end = entryValue(collection.prefix, key);
      for (const entry of keys) {
        const fields = index.unique ? uniquePart(index, entry, key) : null;
        if (fields && this.storedOwner(index, fields)) throw duplicateKey(collection, index, document, fields);
        this.catalog.entries.putSync(entry, end);
      }
    }
  }

  private markMultikey(collection: Collection, found: Change['multikey']): void {
    for (const { index, fields } of found) {
      const unknown = fields.filter((field) => !index.multikeyFields.has(field));
      if (unknown.length > 0) this.catalog.markMultikey(collection, index, unknown);
    }
  }

  private write(change: Change): void {
    const { collection, key, before, after } = change;
    this.markMultikey(collection, change.multikey);
    const value = entryValue(collection.prefix, key);
    for (const { removed, added } of change.entries) {
      for (const entry of removed) this.catalog.entries.removeSync(entry);
      for (const entry of added) this.catalog.entries.putSync(entry, value);
    }
    if (after) this.catalog.writeDocument(collection, key, after);
    else this.catalog.documents.removeSync(key);
    if (!before && after) this.catalog.adjustCount(collection, 1);
    if (before && !after) this.catalog.adjustCount(collection, -1);
  }

  private requireUnique(change: Change, transaction: StoreTransaction | null): void {
    if (!change.after) return;
    if (!change.before && this.exists(change, transaction)) {
      throw duplicateKey(change.collection, change.collection.indexes[0]!, change.document!, change.key);
    }
    const owner = name(change.key);
    for (const { index, added } of change.entries) {
      if (!index.unique) continue;
      for (const key of added) {
        const fields = uniquePart(index, key, change.key);
        const holder = this.uniqueOwner(index, fields, transaction);
        if (holder && holder !== owner) throw duplicateKey(change.collection, index, change.document!, fields);
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

function without(keys: Buffer[], others: Buffer[]): Buffer[] {
  return others.length === 0 ? keys : keys.filter((key) => !others.some((other) => other.equals(key)));
}

/** What of a document its insertion needs: what indexes are made of, or all of it where the collection has rules. */
export function fieldsToInsert(collection: Collection): WantedFields | undefined {
  return collection.isValid ? undefined : fieldsOfIndexes(collection.indexes);
}

const fieldsOfIndexes = ofIndexes((indexes) => {
  const fields = indexes.flatMap(({ paths, partialFilterExpression }) => [
    ...paths.map(([first]) => first!),
    ...fieldsOf(partialFilterExpression ?? {}),
  ]);
  return new WantedFields(['_id', ...fields]);
});

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
  if (Array.isArray(id) || isPattern(id))
    throw new CommandError(53, `The '_id' value cannot be of type ${Array.isArray(id) ? 'array' : 'regex'}`);
  return encodeFields(collection.prefix, [id], [false]);
}

function name(key: Buffer): string {
  return key.toString('latin1');
}

/** What two writers may not change at once: the document, and every unique key that comes or goes. */
function lockKeys(change: Change): string[] {
  const keys = [name(change.key)];
  for (const { index, removed, added } of change.entries) {
    if (index.unique) keys.push(...[...removed, ...added].map((key) => `u${name(uniquePart(index, key, change.key))}`));
  }
  return keys;
}

/** The index that a key of `lockKeys` is of. */
function indexOfLockKey({ collection, entries }: Change, at: number): Index {
  let passed = 1;
  for (const { index, removed, added } of entries) {
    if (!index.unique) continue;
    passed += removed.length + added.length;
    if (at > 0 && at < passed) return index;
  }
  return collection.indexes[0]!;
}

function byKey({ key: left }: { key: Buffer }, { key: right }: { key: Buffer }): number {
  return compareBytes(left, right);
}

const noFields: string[] = [];

/** Whether any path can cross an array: most documents have none in what their indexes speak of. */
function mayCrossArrays(document: Document): boolean {
  for (const name in document) if (Array.isArray(document[name]) || isDocument(document[name])) return true;
  return false;
}

/** The fields whose paths cross an array in a document, and did so in none before. */
function newlyMultikey({ fields, paths, multikeyFields }: Index, document: Document): string[] {
  let found = noFields;
  for (let at = 0; at < paths.length; at++) {
    const field = fields[at]!;
    if (!multikeyFields.has(field) && crossesArray(paths[at]!, document)) found = [...found, field];
  }
  return found;
}

function crossesArray(path: readonly string[], document: Document): boolean {
  let value: unknown = document;
  for (const step of path) {
    if (Array.isArray(value)) return true;
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Document)[step];
  }
  return Array.isArray(value);
}

function duplicateKey(collection: Collection, index: Index, document: Document, key: Buffer): CommandError {
  const keyValue = index.name === '_id_' ? { _id: document['_id'] as unknown } : keyValueOf(index, document, key);
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
