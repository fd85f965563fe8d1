/** Orders of documents. */
import type { Document } from 'bson';
import type { Collation } from './collation.js';
import { CommandError } from './errors.js';
import { valuesAt } from './index-entries.js';
import { emptyArrayMarker, encodeFields } from './key.js';
import { compare } from './values/order.js';
import { isDocument, isNumeric, toNumber, type Value } from './values/types.js';

export interface SortField {
  path: string[];
  descending: boolean;
}

/** @throws CommandError where a direction is neither 1 nor -1 */
export function parseSort(sort: Value): SortField[] {
  if (!isDocument(sort)) throw new CommandError(15973, 'the $sort key specification must be an object');
  return Object.entries(sort).map(([path, direction]) => {
    if (isDocument(direction)) throw new CommandError(238, 'a sort by $meta is not implemented');
    const number = isNumeric(direction) ? toNumber(direction) : NaN;
    if (number !== 1 && number !== -1) throw new CommandError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    if (path === '' || path.split('.').includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
    return { path: path.split('.'), descending: number === -1 };
  });
}

/** Of an array, the smallest element counts in ascending order and the largest in descending. */
export function sortValues(document: Document, fields: readonly SortField[], collation: Collation | null): Value[] {
  return fields.map(({ path, descending }) => {
    const values = valuesAt(document, path, 0).flatMap((value) =>
      Array.isArray(value) ? (value.length > 0 ? value : [emptyArrayMarker]) : [value],
    );
    if (values.length < 2) return values[0] ?? null;
    const sign = descending ? -1 : 1;
    return values.reduce((best, value) => (sign * compareOrMarker(value, best, collation) < 0 ? value : best));
  });
}

/** An empty array is below everything but the smallest key. */
function compareOrMarker(one: Value, other: Value, collation: Collation | null): number {
  if (one === emptyArrayMarker || other === emptyArrayMarker)
    return Number(other === emptyArrayMarker) - Number(one === emptyArrayMarker) ? (one === emptyArrayMarker ? -1 : 1) : 0;
  return compare(one ?? null, other ?? null, collation);
}

/** Sorts what has documents; without a collation by the bytes of their keys. */
export function sortByKeys<Item>(
  items: readonly { values: Value[]; item: Item }[],
  fields: readonly SortField[],
  collation: Collation | null,
): Item[] {
  if (collation) return [...items].sort((one, other) => compareValues(one.values, other.values, fields, collation)).map(({ item }) => item);
  const descending = fields.map((field) => field.descending);
  return items
    .map(({ values, item }) => ({ key: encodeFields(null, values, descending), item }))
    .sort((one, other) => Buffer.compare(one.key, other.key))
    .map(({ item }) => item);
}

function compareValues(one: Value[], other: Value[], fields: readonly SortField[], collation: Collation | null): number {
  for (let at = 0; at < fields.length; at++) {
    const order = compareOrMarker(one[at], other[at], collation);
    if (order !== 0) return fields[at]!.descending ? -order : order;
  }
  return 0;
}

export function compareBySort(fields: readonly SortField[], collation: Collation | null): (one: Document, other: Document) => number {
  return (one, other) => compareValues(sortValues(one, fields, collation), sortValues(other, fields, collation), fields, collation);
}
