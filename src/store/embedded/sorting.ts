/** Orders of documents. */
import type { Document } from 'bson';
import type { Collation } from './collation.js';
import { CommandError } from './errors.js';
import { plainTuple, tuplesOf } from './index-entries.js';
import { emptyArrayMarker, encodeWhole, longestValue } from './key.js';
import { compare } from './values/order.js';
import { isDocument, isNumeric, toNumber, type Value } from './values/types.js';

export interface SortField {
  path: string[];
  descending: boolean;
}

const mostFields = 32;

/**
 * The direction of the order in which documents are stored, where a sort or a hint asks for it; null where it does not.
 * @throws CommandError where it is asked for together with others, or in no direction
 */
export function naturalOrder(sort: Value): 1 | -1 | null {
  if (!isDocument(sort) || !('$natural' in sort)) return null;
  if (Object.keys(sort).length > 1) throw new CommandError(2, "Cannot include '$natural' in compound sort");
  const direction = isNumeric(sort['$natural']) ? toNumber(sort['$natural']) : NaN;
  if (direction !== 1 && direction !== -1) throw new CommandError(2, '$natural sort cannot be set to a value other than -1 or 1');
  return direction;
}

/** @throws CommandError where a direction is neither 1 nor -1 */
export function parseSort(sort: Value): SortField[] {
  if (!isDocument(sort)) throw new CommandError(15973, 'the $sort key specification must be an object');
  const entries = Object.entries(sort) as [string, Value][];
  if (entries.length > mostFields) throw new CommandError(13103, 'too many compound keys');
  if (naturalOrder(sort) !== null) return [];
  return entries.map(([path, direction]) => {
    if (isDocument(direction)) throw new CommandError(238, 'a sort by $meta is not implemented');
    const number = isNumeric(direction) ? toNumber(direction) : NaN;
    if (number !== 1 && number !== -1) throw new CommandError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    if (path === '' || path.split('.').includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
    if (path.split('.').some((step) => step.startsWith('$')))
      throw new CommandError(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField. Path: ${path}`);
    return { path: path.split('.'), descending: number === -1 };
  });
}

/** Of an array, the smallest element counts in ascending order and the largest in descending; elements give all their fields together. */
export function sortValues(document: Document, fields: readonly SortField[], collation: Collation | null): Value[] {
  const paths = fields.map(({ path }) => path);
  const plain = plainTuple(paths, document);
  if (plain) return plain.map((value) => value ?? null);
  const tuples = tuplesOf(paths, document, () => new CommandError(2, 'cannot sort with keys that are parallel arrays'));
  return tuples
    .map((tuple) => tuple.map((value) => value ?? null))
    .reduce((best, candidate) => (compareValues(candidate, best, fields, collation) < 0 ? candidate : best));
}

/** An empty array is below everything but the smallest key. */
function compareOrMarker(left: Value, right: Value, collation: Collation | null): number {
  if (left === emptyArrayMarker || right === emptyArrayMarker)
    return Number(right === emptyArrayMarker) - Number(left === emptyArrayMarker);
  return compare(left ?? null, right ?? null, collation);
}

/** Sorts what has documents; without a collation by the bytes of their keys. */
export function sortByKeys<Item>(
  items: readonly { values: Value[]; item: Item }[],
  fields: readonly SortField[],
  collation: Collation | null,
): Item[] {
  if (collation)
    return [...items].sort((left, right) => compareValues(left.values, right.values, fields, collation)).map(({ item }) => item);
  const descending = fields.map((field) => field.descending);
  return items
    .map(({ values, item }) => ({ key: encodeWhole(values, descending), item }))
    .sort((left, right) => Buffer.compare(left.key, right.key))
    .map(({ item }) => item);
}

/**
 * What all values share whose keys an index cannot tell the order of: it cuts long ones, and behind the cut is a hash.
 * Null where the index has the order.
 */
export function sharedBeginning(values: readonly Value[], collation: Collation | null): Buffer | null {
  const before: Buffer[] = [];
  for (const value of values) {
    const key = encodeWhole([collation ? collation.foldValue(value) : value]);
    if (key.length > longestValue) return Buffer.concat([...before, key.subarray(0, longestValue)]);
    before.push(key);
  }
  return null;
}

function compareValues(left: Value[], right: Value[], fields: readonly SortField[], collation: Collation | null): number {
  for (let at = 0; at < fields.length; at++) {
    const order = compareOrMarker(left[at], right[at], collation);
    if (order !== 0) return fields[at]!.descending ? -order : order;
  }
  return 0;
}

export function compareBySort(fields: readonly SortField[], collation: Collation | null): (left: Document, right: Document) => number {
  return (left, right) => compareValues(sortValues(left, fields, collation), sortValues(right, fields, collation), fields, collation);
}
