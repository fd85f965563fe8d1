/**
 * What a read depends on, as tags, and which tags a changed document bears. A read of documents by a field's value bears
 * that value; a change bears the values that its document had before and has after. So a change that could enter a
 * list, leave it or move in it meets the list's tag, whatever else the list's filter says.
 */
import type { Types } from 'mongoose';

type Fields = Record<string, unknown>;

/** More values at once are taken for the whole collection. */
const mostValues = 2000;

/** The tag of everything in a collection. */
export function collectionTag(collection: string): string {
  return collection;
}

export function valueTag(collection: string, field: string, value: string): string {
  return `${collection}/${field}/${value}`;
}

/** The tags of a read: any change of what it finds bears one of them. */
export function tagsOf(collection: string, filter: unknown): readonly string[] {
  const narrow = isPlain(filter) ? narrowest(collection, filter) : null;
  return narrow ?? [collectionTag(collection)];
}

/** Null where nothing in the filter narrows the collection down. */
function narrowest(collection: string, filter: Fields): string[] | null {
  const fields = Object.keys(filter).sort((left, right) => Number(right === '_id') - Number(left === '_id'));
  for (const field of fields) {
    if (field === '$and') {
      const parts = filter[field];
      const found = Array.isArray(parts) ? parts.map((part) => isPlain(part) && narrowest(collection, part)).find(Boolean) : null;
      if (found) return found;
    } else if (field === '$or') {
      const found = alternatives(collection, filter[field]);
      if (found) return found;
    } else if (isPlainPath(field)) {
      const values = valuesOf(filter[field]);
      if (values) return values.map((value) => valueTag(collection, field, value));
    }
  }
  return null;
}

/** A tag's parts are told apart by slashes, and references are no plain objects where they are read. */
function isPlainPath(field: string): boolean {
  return !/[/$]/.test(field);
}

function alternatives(collection: string, parts: unknown): string[] | null {
  if (!Array.isArray(parts) || parts.length === 0) return null;
  const found = parts.map((part) => (isPlain(part) ? narrowest(collection, part) : null));
  return found.every((tags) => tags !== null) ? found.flat() : null;
}

/** The values that a condition lets through, where those are few and known. */
function valuesOf(condition: unknown): string[] | null {
  const single = nameOf(condition);
  if (single !== null) return [single];
  if (!isPlain(condition)) return null;
  if ('$eq' in condition) return valuesOf(condition['$eq']);
  const list = condition['$in'];
  if (!Array.isArray(list) || list.length > mostValues) return null;
  const names = list.map(nameOf);
  return names.every((name) => name !== null) ? names : null;
}

/** A value as part of a tag; null for what is equal to values that look different, or to very many documents'. */
function nameOf(value: unknown): string | null {
  // As it is written: half a pair is another character in the store.
  if (typeof value === 'string') return `s${value.toWellFormed()}`;
  return isObjectId(value) ? `o${value.toHexString()}` : null;
}

/** Of whichever copy of the library; the driver may have its own. */
function isObjectId(value: unknown): value is Types.ObjectId {
  return typeof value === 'object' && value !== null && (value as { _bsontype?: unknown })._bsontype === 'ObjectId';
}

/** The tags that a document bears by a field, with those of its items where that is a list. */
export function documentTags(collection: string, field: string, document: Fields): string[] {
  return valuesAt(document, field.split('.')).flatMap((value) => {
    const name = nameOf(value);
    return name === null ? [] : [valueTag(collection, field, name)];
  });
}

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) {
    const [position, ...rest] = path;
    const placed = position !== undefined && /^\d+$/.test(position) ? valuesAt(value[Number(position)], rest) : [];
    return [...value.flatMap((item) => (Array.isArray(item) ? [] : valuesAt(item, path))), ...placed];
  }
  if (path.length === 0) return [value];
  return isPlain(value) ? valuesAt(value[path[0]!], path.slice(1)) : [];
}

function isPlain(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
