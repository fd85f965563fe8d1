/**
 * Order-preserving byte keys for BSON values: comparing two keys byte by byte gives MongoDB's
 * comparison order of the values. Every encoded value delimits itself, so a key of several fields
 * is their concatenation and any prefix of fields is a byte prefix.
 */
import { createHash } from 'node:crypto';
import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';

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
  maxKey: 0xf0,
} as const;

/** LMDB's limit for a key with 4 KiB pages is 1978 bytes; a longer value is cut and told apart by its hash. */
const longestValue = 400;
const scratch = Buffer.alloc(8);

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

  bytes(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
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
    return Buffer.from(this.buffer.subarray(0, this.length));
  }
}

const writer = new KeyWriter();

function writeValue(value: unknown): void {
  if (value === undefined || value === null) return writer.byte(tag.nothing);
  switch (typeof value) {
    case 'number':
      return writeNumber(value);
    case 'bigint':
      return writeNumber(Number(value));
    case 'string':
      writer.byte(tag.string);
      return writer.delimited(Buffer.from(value, 'utf8'));
    case 'boolean':
      writer.byte(tag.boolean);
      return writer.byte(value ? 1 : 0);
    default:
      return writeObject(value);
  }
}

function writeNumber(value: number): void {
  if (Number.isNaN(value)) return writer.byte(tag.notANumber);
  writer.byte(tag.number);
  writer.double(value);
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
  if (value instanceof Long || value instanceof Int32 || value instanceof Double || value instanceof Decimal128) {
    return writeNumber(Number(value.toString()));
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

function writeField(value: unknown, descending: boolean): void {
  const start = writer.length;
  writeValue(value);
  writer.shorten(start);
  if (descending) writer.invertFrom(start);
}

/** An empty array has no element to index; MongoDB files it under `undefined`, below null. */
export const emptyArrayMarker = Symbol('empty array');

/** The key of one tuple of field values, after an optional prefix. */
export function encodeFields(prefix: Uint8Array | null, values: readonly unknown[], descending: readonly boolean[]): Buffer {
  writer.length = 0;
  if (prefix) writer.bytes(prefix);
  for (let at = 0; at < values.length; at++) {
    if (values[at] === emptyArrayMarker) writer.byte(descending[at] ? ~tag.emptyArray & 0xff : tag.emptyArray);
    else writeField(values[at], descending[at] ?? false);
  }
  return writer.finish();
}

const ascending = [false];

/** The key of one value. */
export function encodeValue(value: unknown): Buffer {
  return encodeFields(null, [value], ascending);
}

/** Whether two different values may share a key, so that a match must be checked on the document itself. */
export function isInexact(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.length * 3 > longestValue;
  if (typeof value === 'number' || typeof value === 'boolean') return false;
  return !(value instanceof ObjectId || value instanceof Date);
}

/** The smallest key above every key that starts with this prefix; null where there is none. */
export function successor(prefix: Buffer): Buffer | null {
  for (let at = prefix.length - 1; at >= 0; at--) {
    if (prefix[at] === 0xff) continue;
    const next = Buffer.from(prefix.subarray(0, at + 1));
    next[at]!++;
    return next;
  }
  return null;
}

export function concatenate(...parts: Uint8Array[]): Buffer {
  return Buffer.concat(parts);
}
