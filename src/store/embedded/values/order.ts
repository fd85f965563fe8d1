/** MongoDB's order of values, on the values themselves. */
import type { Document } from 'bson';
import { Decimal128, Double, Int32, Long, type ObjectId } from 'bson';
import { encodeValue, encodeWhole } from '../key.js';
import { typeOf, type TypeName, type Value } from './types.js';

const ranks: Record<TypeName, number> = {
  minKey: 0,
  missing: 1,
  null: 2,
  int: 3,
  double: 3,
  long: 3,
  decimal: 3,
  string: 4,
  symbol: 4,
  object: 5,
  array: 6,
  binData: 7,
  objectId: 8,
  bool: 9,
  date: 10,
  timestamp: 11,
  regex: 12,
  dbPointer: 13,
  javascript: 14,
  javascriptWithScope: 15,
  maxKey: 16,
};

/** An order of texts other than that of their bytes. */
export interface TextOrder {
  compare(one: string, other: string): number;
}

/** The bracket of a type: only values of one bracket are smaller or larger than another in a filter. */
export function rankOf(value: Value): number {
  return ranks[typeOf(value)];
}

/** @returns below 0, 0 or above 0 */
export function compare(one: Value, other: Value, collation?: TextOrder | null): number {
  if (typeof one === 'number' && typeof other === 'number') return compareDoubles(one, other);
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other, collation);
  const rank = rankOf(one);
  const difference = rank - rankOf(other);
  if (difference !== 0) return difference;
  switch (rank) {
    case 1:
    case 2:
    case 0:
    case 16:
      return 0;
    case 3:
      return compareNumbers(one, other);
    case 4:
      return compareText(String(one), String(other), collation);
    case 5:
      return compareDocuments(one as Document, other as Document, collation);
    case 6:
      return compareArrays(one as Value[], other as Value[], collation);
    case 8:
      return Buffer.compare((one as ObjectId).id, (other as ObjectId).id);
    case 9:
      return Number(one) - Number(other);
    case 10:
      return (one as Date).getTime() - (other as Date).getTime();
    default:
      return Buffer.compare(encodeWhole([one]), encodeWhole([other]));
  }
}

export function isEqual(one: Value, other: Value, collation?: TextOrder | null): boolean {
  return compare(one, other, collation) === 0;
}

function compareText(one: string, other: string, collation?: TextOrder | null): number {
  if (one === other) return 0;
  if (collation) return collation.compare(one, other);
  return compareCodePoints(one, other);
}

/** The order of UTF-8 bytes, which is that of code points and not of UTF-16's units. */
export function compareCodePoints(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const first = one.charCodeAt(at);
    const second = other.charCodeAt(at);
    if (first === second) continue;
    if (first < 0xd800 || second < 0xd800) return first - second;
    return one.codePointAt(pairStart(one, at))! - other.codePointAt(pairStart(other, at))!;
  }
  return one.length - other.length;
}

function pairStart(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}

/** Not-a-number is below every number. */
function compareDoubles(one: number, other: number): number {
  if (one < other) return -1;
  if (one > other) return 1;
  if (one === other) return 0;
  return Number(!Number.isNaN(one)) - Number(!Number.isNaN(other));
}

function compareNumbers(one: Value, other: Value): number {
  if (one instanceof Decimal128 || other instanceof Decimal128) return Buffer.compare(encodeValue(one), encodeValue(other));
  if (one instanceof Long && other instanceof Long) return one.compare(other);
  if (one instanceof Long || other instanceof Long) return compareLong(one, other);
  return compareDoubles(plain(one), plain(other));
}

function plain(value: Value): number {
  if (value instanceof Double || value instanceof Int32) return value.value;
  return Number(value);
}

function compareLong(one: Value, other: Value): number {
  const [first, second] = [one instanceof Long ? one.toNumber() : plain(one), other instanceof Long ? other.toNumber() : plain(other)];
  if (first !== second || !Number.isFinite(first)) return compareDoubles(first, second);
  const exact = (value: Value): bigint => (value instanceof Long ? value.toBigInt() : BigInt(plain(value)));
  const difference = exact(one) - exact(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function compareArrays(one: Value[], other: Value[], collation?: TextOrder | null): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const difference = compare(one[at], other[at], collation);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Field by field: first the type, then the name, then the value. */
function compareDocuments(one: Document, other: Document, collation?: TextOrder | null): number {
  const names = Object.keys(one);
  const otherNames = Object.keys(other);
  const length = Math.min(names.length, otherNames.length);
  for (let at = 0; at < length; at++) {
    const [name, otherName] = [names[at]!, otherNames[at]!];
    const [first, second] = [one[name] as Value, other[otherName] as Value];
    const difference = rankOf(first) - rankOf(second) || compareCodePoints(name, otherName) || compare(first, second, collation);
    if (difference !== 0) return difference;
  }
  return names.length - otherNames.length;
}
