/** The index keys of a document. */
import type { Document } from 'bson';
import type { Index } from './catalog.js';
import { CommandError } from './errors.js';
import { emptyArrayMarker, encodeFields } from './key.js';
import { field, isDocument } from './values/types.js';

/** The entries of a document in an index: none where the index leaves it out, several across an array. */
export function indexKeys(index: Index, document: Document): Buffer[] {
  if (index.includes && !index.includes(document)) return [];
  const tuple = index.collation ? null : plainTuple(index, document);
  if (!tuple) return keysAcrossArrays(index, document);
  if (index.sparse && tuple.every((value) => value === undefined)) return [];
  return [encodeFields(index.prefix, tuple, index.descending)];
}

/** The values of an index's fields, where no array is among them or on the way to them; null otherwise. */
function plainTuple({ paths }: Index, document: Document): unknown[] | null {
  const tuple: unknown[] = new Array(paths.length);
  for (let at = 0; at < paths.length; at++) {
    const path = paths[at]!;
    let value: unknown = document;
    for (let step = 0; step < path.length; step++) {
      value = isDocument(value) ? field(value, path[step]!) : undefined;
      if (Array.isArray(value)) return null;
    }
    tuple[at] = value;
  }
  return tuple;
}

function keysAcrossArrays(index: Index, document: Document): Buffer[] {
  if (index.sparse && index.paths.every((path) => valuesAt(document, path, 0).every((value) => value === undefined))) return [];
  let tuples: unknown[][] = [[]];
  for (const path of index.paths) {
    const values = index.collation
      ? indexedValues(document, path).map((value) => index.collation!.foldValue(value))
      : indexedValues(document, path);
    if (values.length === 1) {
      for (const tuple of tuples) tuple.push(values[0]);
      continue;
    }
    if (tuples.length > 1) throw new CommandError(67, 'cannot index parallel arrays');
    tuples = values.map((value) => [...tuples[0]!, value]);
  }
  return deduplicate(tuples.map((tuple) => encodeFields(index.prefix, tuple, index.descending)));
}

/** The values of an index's fields, for the report of a duplicate key. */
export function keyValueOf(index: Index, document: Document): Document {
  return Object.fromEntries(index.fields.map((field, at) => [field, valuesAt(document, index.paths[at]!, 0)[0] ?? null]));
}

/** The length of an ObjectId's key, which most documents have. */
const usualLength = 13;
const usual = Buffer.alloc(0);

export interface StoredEntry {
  key: Buffer;
  value: Buffer;
}

/**
 * The stored form of an entry: its key ends with the document's, without the collection's number. Where the last field
 * of the index is the `_id`, it ends so anyway. The value is the length of that end, where it is not the usual.
 */
export function storedEntry(index: Index, entry: Buffer, documentKey: Buffer): StoredEntry {
  const prefix = index.collectionPrefix.length;
  const length = documentKey.length - prefix;
  const key = index.endsWithId ? entry : Buffer.allocUnsafe(entry.length + length);
  if (!index.endsWithId) {
    entry.copy(key);
    documentKey.copy(key, entry.length, prefix);
  }
  if (length === usualLength) return { key, value: usual };
  const value = Buffer.allocUnsafe(2);
  value.writeUInt16BE(length);
  return { key, value };
}

/** The key of the document that a stored entry is of. */
export function documentKeyOf(index: Index, key: Buffer, value: Buffer): Buffer {
  const { collectionPrefix: prefix } = index;
  const length = value.length === 0 ? usualLength : value.readUInt16BE(0);
  const documentKey = Buffer.allocUnsafe(prefix.length + length);
  prefix.copy(documentKey);
  key.copy(documentKey, prefix.length, key.length - length);
  if (!index.endsWithId || !index.descending.at(-1)) return documentKey;
  for (let at = prefix.length; at < documentKey.length; at++) documentKey[at] = ~documentKey[at]!;
  return documentKey;
}

function indexedValues(document: Document, path: string[]): unknown[] {
  const values = valuesAt(document, path, 0).flatMap((value) => {
    if (!Array.isArray(value)) return [value];
    return value.length === 0 ? [emptyArrayMarker] : value;
  });
  return values.length === 0 ? [undefined] : values;
}

/** What a dotted path reaches, one value for each array element it passes. */
export function valuesAt(value: unknown, path: readonly string[], from: number): unknown[] {
  if (from === path.length) return [value];
  if (Array.isArray(value)) {
    const position = Number(path[from]);
    if (Number.isInteger(position) && position < value.length) return valuesAt(value[position], path, from + 1);
    return value.flatMap((element) => (holdsFields(element) ? valuesAt(element, path, from) : []));
  }
  if (!isDocument(value)) return [undefined];
  return valuesAt(field(value, path[from]!), path, from + 1);
}

function holdsFields(value: unknown): boolean {
  return Array.isArray(value) || isDocument(value);
}

function deduplicate(keys: Buffer[]): Buffer[] {
  if (keys.length < 2) return keys;
  const sorted = keys.sort(Buffer.compare);
  return sorted.filter((key, at) => at === 0 || !key.equals(sorted[at - 1]!));
}
