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
  compare(left: string, right: string): number;
}

/** The bracket of a type: only values of one bracket are smaller or larger than another in a filter. */
export function rankOf(value: Value): number {
  return ranks[typeOf(value)];
}

/** @returns below 0, 0 or above 0 */
export function compare(left: Value, right: Value, collation?: TextOrder | null): number {
  if (typeof left === 'number' && typeof right === 'number') return compareDoubles(left, right);
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right, collation);
  const rank = rankOf(left);
  const difference = rank - rankOf(right);
  if (difference !== 0) return difference;
  switch (rank) {
    case 1:
    case 2:
    case 0:
    case 16:
      return 0;
    case 3:
      return compareNumbers(left, right);
    case 4:
      return compareText(String(left), String(right), collation);
    case 5:
      return compareDocuments(left as Document, right as Document, collation);
    case 6:
      return compareArrays(left as Value[], right as Value[], collation);
    case 8:
      return Buffer.compare((left as ObjectId).id, (right as ObjectId).id);
    case 9:
      return Number(left) - Number(right);
    case 10:
      return (left as Date).getTime() - (right as Date).getTime();
    default:
      return Buffer.compare(encodeWhole([left]), encodeWhole([right]));
  }
}

export function isEqual(left: Value, right: Value, collation?: TextOrder | null): boolean {
  return compare(left, right, collation) === 0;
}

function compareText(left: string, right: string, collation?: TextOrder | null): number {
  if (left === right) return 0;
  if (collation) return collation.compare(left, right);
  return compareCodePoints(left, right);
}

/** The order of UTF-8 bytes, which is that of code points and not of UTF-16's units. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const first = left.charCodeAt(at);
    const second = right.charCodeAt(at);
    if (first === second) continue;
    if (first < 0xd800 || second < 0xd800) return first - second;
    return left.codePointAt(pairStart(left, at))! - right.codePointAt(pairStart(right, at))!;
  }
  return left.length - right.length;
}

function pairStart(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}

/** Not-a-number is below every number. */
function compareDoubles(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return 0;
  return Number(!Number.isNaN(left)) - Number(!Number.isNaN(right));
}

function compareNumbers(left: Value, right: Value): number {
  if (left instanceof Decimal128 || right instanceof Decimal128) return Buffer.compare(encodeValue(left), encodeValue(right));
  if (left instanceof Long && right instanceof Long) return left.compare(right);
  if (left instanceof Long || right instanceof Long) return compareLong(left, right);
  return compareDoubles(plain(left), plain(right));
}

function plain(value: Value): number {
  if (value instanceof Double || value instanceof Int32) return value.value;
  return Number(value);
}

function compareLong(left: Value, right: Value): number {
  const [first, second] = [left instanceof Long ? left.toNumber() : plain(left), right instanceof Long ? right.toNumber() : plain(right)];
  if (first !== second || !Number.isFinite(first)) return compareDoubles(first, second);
  const exact = (value: Value): bigint => (value instanceof Long ? value.toBigInt() : BigInt(plain(value)));
  const difference = exact(left) - exact(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function compareArrays(left: Value[], right: Value[], collation?: TextOrder | null): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = compare(left[at], right[at], collation);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Field by field: first the type, then the name, then the value. */
function compareDocuments(left: Document, right: Document, collation?: TextOrder | null): number {
  const names = Object.keys(left);
  const otherNames = Object.keys(right);
  const length = Math.min(names.length, otherNames.length);
  for (let at = 0; at < length; at++) {
    const [name, otherName] = [names[at]!, otherNames[at]!];
    const [first, second] = [left[name] as Value, right[otherName] as Value];
    const difference = rankOf(first) - rankOf(second) || compareCodePoints(name, otherName) || compare(first, second, collation);
    if (difference !== 0) return difference;
  }
  return names.length - otherNames.length;
}
