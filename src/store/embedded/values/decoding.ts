/** Bytes to values, without losing a type. */
import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, deserialize, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import type { Document } from 'bson';
import { endOfName } from '../bytes.js';
import { CommandError } from '../errors.js';
import { Named } from '../named.js';
import { Fields } from './fields.js';
import { fitsInt, type Value } from './types.js';

const maxDepth = 200;

export function invalid(reason: string): CommandError {
  return new CommandError(22, `Invalid BSON: ${reason}`);
}

/** @throws CommandError where the bytes are no BSON document */
export function decode(bytes: Uint8Array): Document {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return reading(() => new Decoder(buffer).document(0, 0));
}

/** What `bson` says of values that it makes or looks into is said as of all others. */
function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof CommandError ? error : invalid((error as Error).message);
  }
}

/** A command's body, whose `documents` stay bytes. */
export function decodeCommand(bytes: Buffer): Document {
  return new Decoder(bytes, 'documents').document(0, 0);
}

/** Names of top-level fields, for `decodeFields`. */
export class WantedFields {
  private readonly names = new Named<string>();

  constructor(names: Iterable<string>) {
    for (const name of names) this.names.set(Buffer.from(name), name);
  }

  /** The name in these bytes, where it is one of them. */
  at(bytes: Buffer, start: number, end: number): string | undefined {
    return this.names.get(bytes, start, end);
  }
}

/** Some of a document's fields alone; the others are checked as `decode` checks them. @throws CommandError */
export function decodeFields(bytes: Buffer, names: WantedFields): Document {
  return reading(() => new Decoder(bytes).fields(names));
}

/** One value of the given type, at a place in the bytes. */
export function decodeValue(bytes: Buffer, type: number, at: number): Value {
  return new Decoder(bytes).value(type, at, bytes.length, 0);
}

class Decoder {
  /** Where the value that was read last ends. */
  end = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly kept?: string,
  ) {}

  document(start: number, depth: number): Document {
    const last = this.bounds(start, depth);
    const { bytes } = this;
    const fields = new Fields();
    let at = start + 4;
    for (let type = bytes[at]!; type !== 0; type = bytes[at]!) {
      const nameEnd = this.nameEnd(at + 1, last);
      const name = bytes.toString('utf8', at + 1, nameEnd);
      const value =
        depth === 0 && name === this.kept && type === 0x04 ? this.rawArray(nameEnd + 1) : this.value(type, nameEnd + 1, last, depth);
      fields.set(name, value);
      at = this.end;
    }
    if (at !== last) throw invalid('a document ends before its length');
    this.end = last + 1;
    return fields.document;
  }

  fields(names: WantedFields): Document {
    const last = this.bounds(0, 0);
    const { bytes } = this;
    const fields = new Fields();
    let at = 4;
    for (let type = bytes[at]!; type !== 0; type = bytes[at]!) {
      const nameEnd = this.nameEnd(at + 1, last);
      const name = names.at(bytes, at + 1, nameEnd);
      if (name === undefined) this.skip(type, nameEnd + 1, last, 0);
      else fields.set(name, this.value(type, nameEnd + 1, last, 0));
      at = this.end;
    }
    if (at !== last) throw invalid('a document ends before its length');
    return fields.document;
  }

  private nameEnd(at: number, last: number): number {
    const end = endOfName(this.bytes, at, last);
    if (end === -1) throw invalid('a field name does not end');
    return end;
  }

  /** Checks a value without making it. */
  private skip(type: number, at: number, last: number, depth: number): void {
    if (type === 0x02) this.textEnd(at, last);
    else if (type === 0x03 || type === 0x04) this.skipFields(at, depth + 1);
    else if (type === 0x07) this.advance(at, 12, last);
    else if (type === 0x01 || type === 0x09 || type === 0x12) this.advance(at, 8, last);
    else this.value(type, at, last, depth);
  }

  private skipFields(start: number, depth: number): void {
    const last = this.bounds(start, depth);
    let at = start + 4;
    for (let type = this.bytes[at]!; type !== 0; type = this.bytes[at]!) {
      this.skip(type, this.nameEnd(at + 1, last) + 1, last, depth);
      at = this.end;
    }
    if (at !== last) throw invalid('a document ends before its length');
    this.end = last + 1;
  }

  private array(start: number, depth: number): Value[] {
    const last = this.bounds(start, depth);
    const { bytes } = this;
    const elements: Value[] = [];
    let at = start + 4;
    for (let type = bytes[at]!; type !== 0; type = bytes[at]!) {
      const nameEnd = bytes.indexOf(0, at + 1);
      if (nameEnd === -1 || nameEnd >= last) throw invalid('an array index does not end');
      elements.push(this.value(type, nameEnd + 1, last, depth));
      at = this.end;
    }
    if (at !== last) throw invalid('an array ends before its length');
    this.end = last + 1;
    return elements;
  }

  private rawArray(start: number): Buffer[] {
    const last = this.bounds(start, 1);
    const elements: Buffer[] = [];
    let at = start + 4;
    while (this.bytes[at] !== 0) {
      if (this.bytes[at] !== 0x03) throw new CommandError(14, `BSON field '${this.kept}' must hold documents only`);
      const begin = this.bytes.indexOf(0, at + 1) + 1;
      const end = this.bounds(begin, 1) + 1;
      elements.push(this.bytes.subarray(begin, end));
      at = end;
    }
    this.end = last + 1;
    return elements;
  }

  /** The place of the last byte of a document, which is checked to be its end. */
  private bounds(start: number, depth: number): number {
    const { bytes } = this;
    if (depth > maxDepth) throw new CommandError(15, `BSON exceeds the nesting limit of ${maxDepth}`);
    if (start + 5 > bytes.length) throw invalid('a document is cut short');
    const length = bytes.readInt32LE(start);
    const last = start + length - 1;
    if (length < 5 || last >= bytes.length || bytes[last] !== 0) throw invalid('a document has a wrong length');
    return last;
  }

  value(type: number, at: number, last: number, depth: number): Value {
    const { bytes } = this;
    switch (type) {
      case 0x01: {
        this.advance(at, 8, last);
        const number = bytes.readDoubleLE(at);
        return fitsInt(number) ? new Double(number) : number;
      }
      case 0x02:
        return this.text(at, last);
      case 0x03:
        return this.document(at, depth + 1);
      case 0x04:
        return this.array(at, depth + 1);
      case 0x07:
        this.advance(at, 12, last);
        return new ObjectId(Uint8Array.prototype.slice.call(bytes, at, at + 12));
      case 0x08:
        this.advance(at, 1, last);
        return bytes[at] !== 0;
      case 0x09:
        this.advance(at, 8, last);
        return new Date(bytes.readUInt32LE(at) + bytes.readInt32LE(at + 4) * 0x100000000);
      case 0x06:
      case 0x0a:
        this.end = at;
        return null;
      case 0x10:
        this.advance(at, 4, last);
        return bytes.readInt32LE(at);
      case 0x12:
        this.advance(at, 8, last);
        return new Long(bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
      default:
        return this.rare(type, at, last);
    }
  }

  private rare(type: number, at: number, last: number): Value {
    const { bytes } = this;
    switch (type) {
      case 0x05:
        return this.binary(at, last);
      case 0x0b: {
        const patternEnd = this.stringEnd(at, last);
        const optionsEnd = this.stringEnd(patternEnd + 1, last);
        this.end = optionsEnd + 1;
        return new BSONRegExp(bytes.toString('utf8', at, patternEnd), bytes.toString('utf8', patternEnd + 1, optionsEnd));
      }
      case 0x0d:
        return new Code(this.text(at, last));
      case 0x0e:
        return new BSONSymbol(this.text(at, last));
      case 0x11:
        this.advance(at, 8, last);
        return new Timestamp({ t: bytes.readUInt32LE(at + 4), i: bytes.readUInt32LE(at) });
      case 0x13:
        this.advance(at, 16, last);
        return new Decimal128(Uint8Array.prototype.slice.call(bytes, at, at + 16));
      case 0xff:
        this.end = at;
        return new MinKey();
      case 0x7f:
        this.end = at;
        return new MaxKey();
      case 0x0c:
      case 0x0f:
        return this.obsolete(type, at, last);
      default:
        throw invalid(`there is no type ${type}`);
    }
  }

  private binary(at: number, last: number): Binary {
    this.advance(at, 5, last);
    let length = this.bytes.readInt32LE(at);
    const subtype = this.bytes[at + 4]!;
    if (length < 0) throw invalid('a binary value has a negative length');
    this.advance(at, 5 + length, last);
    let start = at + 5;
    // The old subtype repeats the length.
    if (subtype === 2 && length >= 4) {
      start += 4;
      length -= 4;
    }
    return new Binary(Uint8Array.prototype.slice.call(this.bytes, start, start + length), subtype);
  }

  /** Pointers and code with a scope, which no driver writes any more. */
  private obsolete(type: number, at: number, last: number): Value {
    this.advance(at, 4, last);
    const length = type === 0x0f ? this.bytes.readInt32LE(at) : 4 + this.bytes.readInt32LE(at) + 12;
    if (length < 4) throw invalid('a value has a negative length');
    this.advance(at, length, last);
    const wrapped = Buffer.alloc(8 + length);
    wrapped.writeInt32LE(wrapped.length, 0);
    wrapped[4] = type;
    wrapped.write('v', 5, 'latin1');
    this.bytes.copy(wrapped, 7, at, at + length);
    return deserialize(wrapped, { promoteValues: false })['v'];
  }

  private text(at: number, last: number): string {
    return this.bytes.toString('utf8', at + 4, this.textEnd(at, last) - 1);
  }

  private textEnd(at: number, last: number): number {
    const { bytes } = this;
    if (at + 5 > last) throw invalid('a string is cut short');
    const end = at + 4 + bytes.readInt32LE(at);
    if (end < at + 5 || end > last || bytes[end - 1] !== 0) throw invalid('a string has a wrong length');
    this.end = end;
    return end;
  }

  private stringEnd(at: number, last: number): number {
    const end = this.bytes.indexOf(0, at);
    if (end === -1 || end >= last) throw invalid('a pattern does not end');
    return end;
  }

  private advance(at: number, size: number, last: number): void {
    if (at + size > last) throw invalid('a value is cut short');
    this.end = at + size;
  }
}
