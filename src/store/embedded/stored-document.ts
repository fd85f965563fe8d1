/**
 * Documents as they are stored: field names that a collection's documents share are written as one byte, lengths that
 * follow from the content are left out, and a checksum tells damage from data.
 *
 * A stored document is the length of its BSON (seven bits a byte, the eighth says whether more follow), its fields, and
 * the CRC-32 of both. A field is a byte for its name, its BSON type and its BSON value; the byte 255 is followed by the
 * type, the name itself and the value, and 0 ends a document. An array's elements are types and values. A length of 0
 * is followed by BSON as it is: of what is not written in the usual way.
 */
import { crc32 } from 'node:zlib';
import { copyBytes, endOfName } from './bytes.js';
import { CommandError } from './errors.js';
import { Named } from './named.js';
import { valueSize } from './raw-document.js';

const checksumLength = 4;
export const end = 0;
export const spelt = 255;
const type = { document: 0x03, array: 0x04 } as const;

/** Names with digits are likely to be the keys of a map, of which there are many. */
const worthwhile = /^[ -/:-~]{1,40}$/;

/** The names that have a byte of their own in a collection, from 1 on. */
export class FieldNames {
  private readonly numbers = new Named<number>();
  readonly list: string[] = [];
  /** By number: the name and the zero byte that ends it. */
  readonly bytes: Buffer[] = [Buffer.alloc(1)];

  /** @param onAdded called when a document brings a new name */
  constructor(
    names: readonly string[],
    private readonly onAdded: () => void,
  ) {
    for (const name of names) this.add(name);
  }

  /** A name's number, or 0 for one that is spelt out. */
  numberOf(document: Buffer, start: number, stop: number): number {
    const known = this.numbers.get(document, start, stop);
    if (known !== undefined) return known;
    const name = document.toString('latin1', start, stop);
    if (this.bytes.length >= spelt || !worthwhile.test(name)) return 0;
    const number = this.add(name);
    this.onAdded();
    return number;
  }

  private add(name: string): number {
    const number = this.bytes.length;
    this.numbers.set(Buffer.from(name, 'latin1'), number);
    this.list.push(name);
    this.bytes.push(Buffer.from(`${name}\0`, 'latin1'));
    return number;
  }
}

export function pack(document: Buffer, names: FieldNames): Buffer {
  const packer = new Packer(document, names);
  return packer.pack() ? packer.finish() : unpacked(document);
}

function unpacked(document: Buffer): Buffer {
  const stored = Buffer.allocUnsafe(1 + document.length + checksumLength);
  stored[0] = 0;
  document.copy(stored, 1);
  return sealed(stored, 1 + document.length);
}

function sealed(stored: Buffer, length: number): Buffer {
  stored.writeUInt32LE(crc32(stored.subarray(0, length)), length);
  return stored.subarray(0, length + checksumLength);
}

export function isSound(stored: Buffer): boolean {
  const length = stored.length - checksumLength;
  return length > 1 && crc32(stored.subarray(0, length)) === stored.readUInt32LE(length);
}

/** A document as it was stored, whose BSON is made where somebody asks for it. */
export class StoredDocument {
  private unpacked: Buffer | null = null;

  /** @param packed what `read` has looked at, in memory of its own */
  private constructor(
    readonly packed: Buffer,
    readonly names: FieldNames,
  ) {}

  /**
   * @param stored the memory of the file, which may change with the next read
   * @throws CommandError where it is not what was written
   */
  static read(stored: Buffer, names: FieldNames, key: Buffer): StoredDocument {
    if (!isSound(stored))
      throw new CommandError(322, `The stored document ${key.toString('hex')} is damaged: check the data and restore a backup`);
    const packed = Buffer.allocUnsafe(stored.length);
    stored.copy(packed);
    return new StoredDocument(packed, names);
  }

  get bytes(): Buffer {
    return (this.unpacked ??= this.isPlain ? this.packed.subarray(1, -checksumLength) : new Unpacker(this.packed, this.names).unpack());
  }

  /** Whether it is stored as BSON. */
  get isPlain(): boolean {
    return this.packed[0] === 0;
  }
}

/** Where a stored document's fields begin. */
export function fieldsFrom(stored: Buffer): number {
  let at = 0;
  while (stored[at++]! > 0x7f);
  return at;
}

/** By number: whether a document's top level has the field. There is one for all, since documents are packed one by one. */
const met = new Uint8Array(spelt);

class Packer {
  private readonly out: Buffer;
  private at = 0;
  /** The names of the top-level fields so far that are spelt out. */
  private spelt: Set<string> | null = null;

  constructor(
    private readonly document: Buffer,
    private readonly names: FieldNames,
  ) {
    this.out = Buffer.allocUnsafe(document.length + checksumLength + 8);
  }

  /** False for a document that does not come out again as it went in. */
  pack(): boolean {
    let rest = this.document.length;
    for (; rest > 0x7f; rest >>>= 7) this.out[this.at++] = (rest & 0x7f) | 0x80;
    this.out[this.at++] = rest;
    met.fill(0);
    return this.fields(0, this.document.length, true) && this.at <= this.out.length - checksumLength;
  }

  finish(): Buffer {
    return sealed(this.out, this.at);
  }

  private fields(start: number, stop: number, isTop = false): boolean {
    const { document, out } = this;
    if (document.readInt32LE(start) !== stop - start || document[stop - 1] !== 0) return false;
    let from = start + 4;
    while (from < stop - 1) {
      const nameStart = from + 1;
      const nameEnd = endOfName(document, nameStart, stop);
      if (nameEnd === -1) return false;
      const number = this.names.numberOf(document, nameStart, nameEnd);
      if (isTop && this.isThere(number, nameStart, nameEnd)) return false;
      if (this.at + nameEnd - from + 3 > out.length - checksumLength) return false;
      out[this.at++] = number || spelt;
      out[this.at++] = document[from]!;
      if (number === 0) this.copy(nameStart, nameEnd + 1);
      from = this.value(document[from]!, nameEnd + 1);
      if (from < 0 || from > stop - 1) return false;
    }
    out[this.at++] = end;
    return true;
  }

  /** Whether the document has a field twice; whoever reads some of its fields alone stops at the last of them. */
  private isThere(number: number, nameStart: number, nameEnd: number): boolean {
    if (number > 0) return met[number]!++ > 0;
    const name = this.document.toString('latin1', nameStart, nameEnd);
    this.spelt ??= new Set();
    if (this.spelt.has(name)) return true;
    this.spelt.add(name);
    return false;
  }

  private elements(start: number, stop: number): boolean {
    const { document, out } = this;
    if (document.readInt32LE(start) !== stop - start || document[stop - 1] !== 0) return false;
    let from = start + 4;
    for (let position = 0; from < stop - 1; position++) {
      const nameEnd = endOfName(document, from + 1, stop);
      if (nameEnd === -1 || document.toString('latin1', from + 1, nameEnd) !== String(position)) return false;
      out[this.at++] = document[from]!;
      from = this.value(document[from]!, nameEnd + 1);
      if (from < 0 || from > stop - 1) return false;
    }
    out[this.at++] = end;
    return true;
  }

  /** Where the value ends, or -1. */
  private value(kind: number, from: number): number {
    const to = from + valueSize(this.document, kind, from);
    if (kind === type.document) return this.fields(from, to) ? to : -1;
    if (kind === type.array) return this.elements(from, to) ? to : -1;
    if (this.at + to - from > this.out.length - checksumLength) return -1;
    this.copy(from, to);
    return to;
  }

  private copy(from: number, to: number): void {
    this.at = copyBytes(this.document, from, to, this.out, this.at);
  }
}

class Unpacker {
  private readonly out: Buffer;
  private at = 0;
  private from = 0;

  constructor(
    private readonly stored: Buffer,
    private readonly names: FieldNames,
  ) {
    this.from = fieldsFrom(stored);
    let length = 0;
    for (let at = this.from - 1; at >= 0; at--) length = (length << 7) | (stored[at]! & 0x7f);
    this.out = Buffer.allocUnsafe(length);
  }

  unpack(): Buffer {
    this.fields();
    return this.out;
  }

  private fields(): void {
    const { stored, out, names } = this;
    const start = this.at;
    this.at += 4;
    for (let number = stored[this.from++]!; number !== end; number = stored[this.from++]!) {
      const kind = stored[this.from++]!;
      out[this.at++] = kind;
      if (number === spelt) this.copy(stored.indexOf(0, this.from) + 1 - this.from);
      else {
        const name = names.bytes[number]!;
        this.at = copyBytes(name, 0, name.length, out, this.at);
      }
      this.value(kind);
    }
    this.close(start);
  }

  private elements(): void {
    const { stored, out } = this;
    const start = this.at;
    this.at += 4;
    let position = 0;
    for (let kind = stored[this.from++]!; kind !== end; kind = stored[this.from++]!) {
      out[this.at++] = kind;
      this.at += out.write(`${position++}\0`, this.at, 'latin1');
      this.value(kind);
    }
    this.close(start);
  }

  private close(start: number): void {
    this.out[this.at++] = 0;
    this.out.writeInt32LE(this.at - start, start);
  }

  private value(kind: number): void {
    if (kind === type.document) this.fields();
    else if (kind === type.array) this.elements();
    else this.copy(valueSize(this.stored, kind, this.from));
  }

  private copy(length: number): void {
    this.at = copyBytes(this.stored, this.from, this.from + length, this.out, this.at);
    this.from += length;
  }
}
