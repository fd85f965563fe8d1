/** The index keys of a document. */
import { copyBytes } from './bytes.js';
import type { Document } from 'bson';
import type { Index } from './catalog.js';
import { CommandError } from './errors.js';
import { emptyArrayMarker, encodeEntry, encodeFields } from './key.js';
import { field, isDocument } from './values/types.js';

const none: Buffer[] = [];

/**
 * The keys of a document's entries in an index: none where the index leaves it out, several across an array. A key ends
 * with the document's, without the collection's number; where the last field of the index is the `_id`, it ends so anyway.
 */
export function indexKeys(index: Index, document: Document, documentKey: Buffer): Buffer[] {
  if (index.includes && !index.includes(document)) return none;
  const tuple = index.collation ? null : plainTuple(index.paths, document);
  if (!tuple) return keysAcrossArrays(index, document, documentKey);
  if (index.sparse && tuple.every((value) => value === undefined)) return none;
  return [storedKey(index, tuple, documentKey)];
}

/** The values at some paths, where no array is among them or on the way to them; null otherwise. */
export function plainTuple(paths: readonly string[][], document: Document): unknown[] | null {
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

function keysAcrossArrays(index: Index, document: Document, documentKey: Buffer): Buffer[] {
  const tuples = entriesOf(index, document);
  const { collation } = index;
  const folded = collation ? tuples.map((tuple) => tuple.map((value) => collation.foldValue(value))) : tuples;
  return deduplicate(folded.map((tuple) => storedKey(index, tuple, documentKey)));
}

function storedKey({ prefix, descending, endsWithId, collectionPrefix }: Index, tuple: unknown[], documentKey: Buffer): Buffer {
  return encodeEntry(prefix, tuple, descending, documentKey, endsWithId ? documentKey.length : collectionPrefix.length);
}

/** What an entry's key says of the index's fields: what may be there once where the index is unique. */
export function uniquePart({ endsWithId, collectionPrefix }: Index, key: Buffer, documentKey: Buffer): Buffer {
  return endsWithId ? key : key.subarray(0, key.length - documentKey.length + collectionPrefix.length);
}

function entriesOf({ paths, sparse }: Index, document: Document): unknown[][] {
  const tuples = tuplesOf(paths, document, () => new CommandError(171, 'cannot index parallel arrays'));
  return sparse ? tuples.filter((tuple) => tuple.some((value) => value !== undefined)) : tuples;
}

function keyOf({ prefix, collation, descending }: Index, tuple: unknown[]): Buffer {
  return encodeFields(prefix, collation ? tuple.map((value) => collation.foldValue(value)) : tuple, descending);
}

/** Where a field of an index leads in a document: what has been reached, and at which step of its path. */
interface Reach {
  value: unknown;
  step: number;
  /** Nothing more is to be looked into: the value is an item of a list, or the path has ended. */
  done: boolean;
}

/**
 * The values at some paths, once for each item of a list on their way; paths below one list go through it together.
 * @throws what `parallel` makes, where they go through two lists
 */
export function tuplesOf(paths: readonly string[][], document: Document, parallel: () => CommandError): unknown[][] {
  const tuples: unknown[][] = [];
  const expand = (reaches: Reach[]): void => {
    const reached = reaches.map((reach, at) => (reach.done ? reach : follow(reach, paths[at]!)));
    const lists = reached.filter(({ value, done }) => !done && Array.isArray(value));
    if (lists.length === 0) {
      tuples.push(reached.map(({ value }) => value));
      return;
    }
    const list = lists[0]!.value as unknown[];
    if (lists.some(({ value }) => value !== list)) throw parallel();
    for (const item of list.length === 0 ? [emptyArrayMarker] : list) {
      expand(reached.map((reach, at) => (lists.includes(reach) ? within(reach, paths[at]!, item) : reach)));
    }
  };
  expand(paths.map(() => ({ value: document, step: 0, done: false })));
  return tuples;
}

/** Goes along a path up to its end or the first list. */
function follow({ value, step }: Reach, path: readonly string[]): Reach {
  let [reached, at] = [value, step];
  for (; at < path.length && !Array.isArray(reached); at++) reached = isDocument(reached) ? field(reached, path[at]!) : undefined;
  if (!Array.isArray(reached)) return { value: reached, step: at, done: true };
  const position = positionIn(reached, path[at]);
  return position < 0 ? { value: reached, step: at, done: false } : follow({ value: reached[position], step: at + 1, done: false }, path);
}

/** The position that a step names in a list, or -1. @throws CommandError where it may as well be a field of its items */
function positionIn(list: unknown[], step: string | undefined): number {
  if (step === undefined || !/^\d+$/.test(step) || Number(step) >= list.length) return -1;
  if (list.some((item) => isDocument(item) && field(item, step) !== undefined)) {
    throw new CommandError(
      16746,
      `Ambiguous field name found in array (do not use numeric field names in embedded elements in an array), field: '${step}'`,
    );
  }
  return Number(step);
}

function within({ step }: Reach, path: readonly string[], item: unknown): Reach {
  if (step === path.length) return { value: item, step, done: true };
  return { value: isDocument(item) ? item : undefined, step, done: !isDocument(item) };
}

/** The values of an index's fields that one of its keys is of, for the report of a duplicate key. */
export function keyValueOf(index: Index, document: Document, key: Buffer): Document {
  const tuples = entriesOf(index, document);
  const tuple = tuples.find((candidate) => keyOf(index, candidate).equals(key)) ?? tuples[0] ?? [];
  return Object.fromEntries(index.fields.map((field, at) => [field, tuple[at] ?? null]));
}

/** The length of an ObjectId's key, which most documents have. */
const usualLength = 13;
const usual = Buffer.alloc(0);

/** The value of a document's entries: the length of the end of their keys, where it is not the usual. */
export function entryValue(collectionPrefix: Buffer, documentKey: Buffer): Buffer {
  const length = documentKey.length - collectionPrefix.length;
  if (length === usualLength) return usual;
  const value = Buffer.allocUnsafe(2);
  value.writeUInt16BE(length);
  return value;
}

/** The key of the document that a stored entry is of. */
export function documentKeyOf(index: Index, key: Buffer, value: Buffer): Buffer {
  const { collectionPrefix: prefix } = index;
  const length = value.length === 0 ? usualLength : value.readUInt16BE(0);
  const documentKey = Buffer.allocUnsafe(prefix.length + length);
  copyBytes(prefix, 0, prefix.length, documentKey, 0);
  copyBytes(key, key.length - length, key.length, documentKey, prefix.length);
  if (!index.endsWithId || !index.descending.at(-1)) return documentKey;
  for (let at = prefix.length; at < documentKey.length; at++) documentKey[at] = ~documentKey[at]!;
  return documentKey;
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
