/**
 * BSON values in memory. Everything is what the `bson` package makes of it without promotion, except numbers:
 * a JavaScript number stands for an int32 where it is a whole number of 32 bits and for a double elsewhere, so
 * that only a double such as 1.0 (`Double`), an int64 (`Long`) and a decimal (`Decimal128`) need an object.
 */
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  type Document,
} from 'bson';

export type Value = unknown;

/** The types of BSON by the names that MongoDB gives them. */
export type TypeName =
  | 'missing'
  | 'minKey'
  | 'null'
  | 'int'
  | 'double'
  | 'long'
  | 'decimal'
  | 'string'
  | 'symbol'
  | 'object'
  | 'array'
  | 'binData'
  | 'objectId'
  | 'bool'
  | 'date'
  | 'timestamp'
  | 'regex'
  | 'dbPointer'
  | 'javascript'
  | 'javascriptWithScope'
  | 'maxKey';

export const typeNumbers: Record<string, number> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};

const largestInt = 0x7fffffff;
const smallestInt = -0x80000000;

export function fitsInt(value: number): boolean {
  return Number.isInteger(value) && value <= largestInt && value >= smallestInt && !Object.is(value, -0);
}

/** A double as it is held in memory. */
export function double(value: number): number | Double {
  return fitsInt(value) ? new Double(value) : value;
}

/** Whether a value is an embedded document, rather than a value of one of BSON's other types. */
export function isDocument(value: Value): value is Document {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A field of a document, and nothing that JavaScript's objects inherit. */
export function field(document: Document, name: string): Value {
  const value: unknown = document[name];
  return value !== undefined && typeof value === 'function' ? undefined : name === '__proto__' ? ownProto(document) : value;
}

function ownProto(document: Document): Value {
  return Object.hasOwn(document, '__proto__') ? Object.getOwnPropertyDescriptor(document, '__proto__')!.value : undefined;
}

/** Sets a field, also one with a name that means something to JavaScript. */
export function setField(document: Document, name: string, value: Value): void {
  if (name === '__proto__') Object.defineProperty(document, name, { value, enumerable: true, configurable: true, writable: true });
  else document[name] = value;
}

export function typeOf(value: Value): TypeName {
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'number':
      return fitsInt(value) ? 'int' : 'double';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'long';
    default:
      return typeOfObject(value as object | null);
  }
}

function typeOfObject(value: object | null): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isDocument(value)) return 'object';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Date) return 'date';
  // A timestamp is a Long to `bson`.
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Long) return 'long';
  if (value instanceof Double) return 'double';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof Int32) return 'int';
  if (value instanceof Binary || value instanceof Uint8Array) return 'binData';
  if (value instanceof BSONRegExp || value instanceof RegExp) return 'regex';
  if (value instanceof MinKey) return 'minKey';
  if (value instanceof MaxKey) return 'maxKey';
  if (value instanceof BSONSymbol) return 'symbol';
  if (value instanceof DBRef) return 'dbPointer';
  if (value instanceof Code) return value.scope ? 'javascriptWithScope' : 'javascript';
  return 'object';
}

export function isNumeric(value: Value): boolean {
  if (typeof value === 'number') return true;
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  if (value instanceof Timestamp) return false;
  return value instanceof Long || value instanceof Double || value instanceof Decimal128 || value instanceof Int32;
}

/** A number as JavaScript's, where that is near enough. */
export function toNumber(value: Value): number {
  return typeof value === 'number' ? value : Number(String(value));
}

export function isNothing(value: Value): value is null | undefined {
  return value === null || value === undefined;
}

/** Whether a number is zero; a decimal may be too small to be anything else as a double. */
export function isZero(value: Value): boolean {
  return toNumber(value) === 0 && !(value instanceof Decimal128 && /^[^E]*[1-9]/.test(value.toString()));
}

/** Whether the value counts as true in an expression or a projection. */
export function isTruthy(value: Value): boolean {
  if (isNothing(value) || value === false) return false;
  return !isNumeric(value) || !isZero(value);
}
