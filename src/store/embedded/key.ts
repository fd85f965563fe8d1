/**
 * Order-preserving byte keys for BSON values: comparing two keys byte by byte gives MongoDB's
 * comparison order of the values. Every encoded value delimits itself, so a key of several fields
 * is their concatenation and any prefix of fields is a byte prefix.
 */
import { copyBytes } from './bytes.js';
import { createHash } from 'node:crypto';
import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { exactOf, type Exact } from './values/decimal.js';
import { isNumeric } from './values/types.js';

const tag = {
  minKey: 0x01,
  emptyArray: 0x03,
  nothing: 0x05,
  notANumber: 0x0f,
  number: 0x10,
  string: 0x20,
  object: 0x30,
  array: 0x38,
  binary: 0x40,
  objectId: 0x48,
  boolean: 0x50,
  date: 0x58,
  timestamp: 0x60,
  regularExpression: 0x68,
  code: 0x70,
  maxKey: 0xf0,
} as const;

/** LMDB's limit for a key with 4 KiB pages is 1978 bytes; a longer value is cut and told apart by its hash. */
export const longestValue = 400;
const scratch = Buffer.alloc(8);
/** Longer texts are written faster by the engine's own conversion. */
const shortText = 64;

/** How many bits of what a double leaves of a number are kept: enough to tell decimals of 34 digits apart. */
const restBits = 140;

class KeyWriter {
  private buffer = Buffer.allocUnsafe(256);
  length = 0;

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  bytes(value: Uint8Array, from = 0): void {
    this.reserve(value.length - from);
    this.length = copyBytes(value, from, value.length, this.buffer, this.length);
  }

  /** A text, ended as `delimited` ends bytes. Most texts are short and plain, and are written without a copy of their own. */
  text(value: string): void {
    const start = this.length;
    if (value.length > shortText || !this.plainText(value)) {
      this.length = start;
      return this.delimited(Buffer.from(value, 'utf8'));
    }
    this.byte(0);
    this.byte(0);
  }

  /** @returns whether the text was of such characters alone that are a byte each, and none of them 0 */
  private plainText(value: string): boolean {
    this.reserve(value.length);
    for (let at = 0; at < value.length; at++) {
      const character = value.charCodeAt(at);
      if (character === 0 || character > 0x7f) return false;
      this.buffer[this.length++] = character;
    }
    return true;
  }

  /** Bytes of any content, ended so that a shorter value sorts before its continuations. */
  delimited(value: Uint8Array): void {
    if (value.indexOf(0) === -1) {
      this.bytes(value);
    } else {
      for (const byte of value) {
        this.byte(byte);
        if (byte === 0) this.byte(0xff);
      }
    }
    this.byte(0);
    this.byte(0);
  }

  double(value: number): void {
    scratch.writeDoubleBE(value === 0 ? 0 : value);
    if (scratch[0]! & 0x80) for (let at = 0; at < 8; at++) scratch[at] = ~scratch[at]!;
    else scratch[0]! |= 0x80;
    this.bytes(scratch);
  }

  /**
   * A positive number as the nearest double that is not above it and what is left of it then. Seven bits a byte, the
   * eighth says whether anything follows, so that short numbers have short keys and no key is the beginning of another.
   */
  number(floor: number, rest: bigint): void {
    scratch.writeDoubleBE(floor);
    scratch[0]! |= 0x80;
    let high = scratch.readUInt32BE(0);
    let low = scratch.readUInt32BE(4);
    this.reserve(40);
    for (let taken = 0; taken < 70; taken += 7) {
      const bits = high >>> 25;
      high = ((high << 7) | (low >>> 25)) >>> 0;
      low = (low << 7) >>> 0;
      const more = high !== 0 || low !== 0 || rest !== 0n;
      this.buffer[this.length++] = (bits << 1) | (more ? 1 : 0);
      if (!more) return;
    }
    this.remainder(rest);
  }

  private remainder(rest: bigint): void {
    for (let shift = restBits - 7; shift >= 0; shift -= 7) {
      const bits = Number((rest >> BigInt(shift)) & 0x7fn);
      const more = (rest & ((1n << BigInt(shift)) - 1n)) !== 0n;
      this.buffer[this.length++] = (bits << 1) | (more ? 1 : 0);
      if (!more) return;
    }
  }

  invertFrom(start: number): void {
    for (let at = start; at < this.length; at++) this.buffer[at] = ~this.buffer[at]!;
  }

  shorten(start: number): void {
    if (this.length - start <= longestValue) return;
    const hash = createHash('sha256').update(this.buffer.subarray(start, this.length)).digest();
    this.length = start + longestValue;
    this.bytes(hash);
  }

  finish(): Buffer {
    const key = Buffer.allocUnsafe(this.length);
    copyBytes(this.buffer, 0, this.length, key, 0);
    return key;
  }
}

const writer = new KeyWriter();

function writeValue(value: unknown): void {
  if (value === undefined || value === null) return writer.byte(tag.nothing);
  switch (typeof value) {
    case 'number':
      return writeNumber(value);
    case 'bigint':
      return writeLong(Long.fromBigInt(value));
    case 'string':
      writer.byte(tag.string);
      return writer.text(value);
    case 'boolean':
      writer.byte(tag.boolean);
      return writer.byte(value ? 1 : 0);
    default:
      return writeObject(value);
  }
}

function writeNumber(value: number): void {
  if (Number.isNaN(value)) return writer.byte(tag.notANumber);
  writeSigned(value < 0, () => writer.number(Math.abs(value), 0n));
}

/** A negative number's key is that of its opposite, with every bit inverted. */
function writeSigned(negative: boolean, writeMagnitude: () => void): void {
  writer.byte(tag.number);
  const start = writer.length;
  writeMagnitude();
  if (negative) writer.invertFrom(start);
}

function writeLong(value: Long): void {
  const near = value.toNumber();
  if (Number.isSafeInteger(near)) return writeNumber(near);
  const digits = value.toBigInt();
  writeSigned(digits < 0n, () => writeExact({ digits: digits < 0n ? -digits : digits, exponent: 0 }, Math.abs(near)));
}

function writeDecimal(value: Decimal128): void {
  const exact = exactOf(value);
  const near = Number(value.toString());
  if (!exact || exact.digits === 0n) return writeNumber(near);
  const { digits, exponent } = exact;
  writeSigned(digits < 0n, () => writeExact({ digits: digits < 0n ? -digits : digits, exponent }, Math.abs(near)));
}

const smallestNormal = 2.2250738585072014e-308;

function writeExact(exact: Exact, near: number): void {
  if (!Number.isFinite(near) || near < smallestNormal) return writeExtreme(exact, near);
  let floor = near;
  let rest = differenceFrom(exact, floor);
  if (rest.numerator < 0n) {
    floor = nextBelow(near);
    rest = differenceFrom(exact, floor);
  }
  if (rest.numerator === 0n) return writer.number(floor, 0n);
  const above = fractionOf(nextAbove(floor));
  const base = fractionOf(floor);
  const numerator = above.numerator * base.denominator - base.numerator * above.denominator;
  const denominator = above.denominator * base.denominator;
  writer.number(floor, (rest.numerator * denominator * (1n << BigInt(restBits))) / (rest.denominator * numerator));
}

/** Beyond what a double can hold: the power of ten, then the digits. */
function writeExtreme({ digits, exponent }: Exact, near: number): void {
  const text = String(digits);
  const power = BigInt(exponent + text.length + 7000);
  const rest = (power << 120n) | BigInt(text.padEnd(34, '0').slice(0, 34));
  writer.number(Number.isFinite(near) ? 0 : Number.MAX_VALUE, rest);
}

interface Fraction {
  numerator: bigint;
  denominator: bigint;
}

function differenceFrom({ digits, exponent }: Exact, from: number): Fraction {
  const base = fractionOf(from);
  const [numerator, denominator] = exponent >= 0 ? [digits * 10n ** BigInt(exponent), 1n] : [digits, 10n ** BigInt(-exponent)];
  return { numerator: numerator * base.denominator - base.numerator * denominator, denominator: denominator * base.denominator };
}

/** A double is a whole number times a power of two. */
function fractionOf(value: number): Fraction {
  if (Number.isInteger(value)) return { numerator: BigInt(value), denominator: 1n };
  let power = 0;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    power++;
  }
  return { numerator: BigInt(scaled), denominator: 1n << BigInt(power) };
}

function nextBelow(value: number): number {
  return stepBits(value, -1n);
}

function nextAbove(value: number): number {
  return stepBits(value, 1n);
}

function stepBits(value: number, by: bigint): number {
  scratch.writeDoubleBE(value);
  scratch.writeBigUInt64BE(scratch.readBigUInt64BE(0) + by);
  return scratch.readDoubleBE(0);
}

function writeObject(value: object): void {
  if (value instanceof ObjectId) {
    writer.byte(tag.objectId);
    return writer.bytes(value.id);
  }
  if (value instanceof Date) {
    writer.byte(tag.date);
    return writer.double(value.getTime());
  }
  if (Array.isArray(value)) {
    writer.byte(tag.array);
    for (const element of value) writeValue(element);
    return writer.byte(0);
  }
  if (value instanceof Timestamp) {
    writer.byte(tag.timestamp);
    scratch.writeBigUInt64BE(value.toBigInt());
    return writer.bytes(scratch);
  }
  if (value instanceof Double || value instanceof Int32) return writeNumber(value.value);
  if (value instanceof Long) return writeLong(value);
  if (value instanceof Decimal128) return writeDecimal(value);
  if (value instanceof BSONSymbol) return writeValue(value.value);
  if (value instanceof Code) {
    writer.byte(tag.code);
    return writer.delimited(Buffer.from(value.code));
  }
  if (value instanceof Binary) {
    writer.byte(tag.binary);
    scratch.writeUInt32BE(value.position);
    writer.bytes(scratch.subarray(0, 4));
    writer.byte(value.sub_type);
    return writer.bytes(value.buffer.subarray(0, value.position));
  }
  if (value instanceof Uint8Array) return writeObject(new Binary(value));
  if (value instanceof RegExp || value instanceof BSONRegExp) {
    writer.byte(tag.regularExpression);
    writer.delimited(Buffer.from(value instanceof RegExp ? value.source : value.pattern));
    return writer.delimited(Buffer.from(value instanceof RegExp ? value.flags : value.options));
  }
  if (value instanceof MinKey) return writer.byte(tag.minKey);
  if (value instanceof MaxKey) return writer.byte(tag.maxKey);
  writer.byte(tag.object);
  for (const [name, field] of Object.entries(value)) {
    writeTypeBracket(field);
    writer.delimited(Buffer.from(name));
    writeValue(field);
  }
  writer.byte(0);
}

function writeTypeBracket(value: unknown): void {
  const start = writer.length;
  writeValue(value);
  writer.length = start + 1;
}

function writeField(value: unknown, descending: boolean, cuts: boolean): void {
  const start = writer.length;
  writeValue(value);
  if (cuts) writer.shorten(start);
  if (descending) writer.invertFrom(start);
}

/** An empty array has no element to index; MongoDB files it under `undefined`, below null. */
export const emptyArrayMarker = Symbol('empty array');

function writeTuple(prefix: Uint8Array | null, values: readonly unknown[], descending: readonly boolean[], cuts: boolean): void {
  writer.length = 0;
  if (prefix) writer.bytes(prefix);
  for (let at = 0; at < values.length; at++) {
    if (values[at] === emptyArrayMarker) writer.byte(descending[at] ? ~tag.emptyArray & 0xff : tag.emptyArray);
    else writeField(values[at], descending[at] ?? false, cuts);
  }
}

/** The key of one tuple of field values, after an optional prefix. */
export function encodeFields(prefix: Uint8Array | null, values: readonly unknown[], descending: readonly boolean[]): Buffer {
  writeTuple(prefix, values, descending, true);
  return writer.finish();
}

/** The same, followed by the end of another key. @param from where in the other key that end begins */
export function encodeEntry(
  prefix: Uint8Array,
  values: readonly unknown[],
  descending: readonly boolean[],
  other: Uint8Array,
  from: number,
): Buffer {
  writeTuple(prefix, values, descending, true);
  writer.bytes(other, from);
  return writer.finish();
}

/** The key of one tuple of any length, which no index holds: long values are in order, too. */
export function encodeWhole(values: readonly unknown[], descending: readonly boolean[] = []): Buffer {
  writeTuple(null, values, descending, false);
  return writer.finish();
}

/** The key of an ObjectId that is still bytes, the same as `encodeFields` makes. */
export function encodeObjectId(prefix: Uint8Array, bytes: Buffer, at: number): Buffer {
  const key = Buffer.allocUnsafe(prefix.length + 13);
  key.set(prefix);
  key[prefix.length] = tag.objectId;
  bytes.copy(key, prefix.length + 1, at, at + 12);
  return key;
}

const ascending = [false];

/** The key of one value. */
export function encodeValue(value: unknown): Buffer {
  return encodeFields(null, [value], ascending);
}

/** A text that equal values share and others do not: a long value's key ends in a hash. */
export function identityKey(value: unknown): string {
  if (typeof value === 'string') return `s${value}`;
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  return `k${encodeValue(value).toString('latin1')}`;
}

/** Whether two different values may share a key, so that a match must be checked on the document itself. */
export function isInexact(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.length * 3 > longestValue;
  if (typeof value === 'boolean' || isNumeric(value)) return false;
  return !(value instanceof ObjectId || value instanceof Date);
}

/** The part of a value's key that all values with the same beginning share: without the hash of a long one. */
export function encodeBeginning(value: unknown, descending = false): Buffer {
  const key = encodeFields(null, [value], [descending]);
  return key.length > longestValue ? key.subarray(0, longestValue) : key;
}

/** The smallest key above every key that starts with this prefix; null where there is none. */
export function successor(prefix: Buffer): Buffer | null {
  for (let at = prefix.length - 1; at >= 0; at--) {
    if (prefix[at] === 0xff) continue;
    const next = Buffer.allocUnsafe(at + 1);
    copyBytes(prefix, 0, at + 1, next, 0);
    next[at]!++;
    return next;
  }
  return null;
}

export function concatenate(...parts: Uint8Array[]): Buffer {
  return Buffer.concat(parts);
}
