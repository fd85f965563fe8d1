/** Values straight from stored documents, without the BSON in between. */
import type { Document } from 'bson';
import { mongo } from 'mongoose';
import { valueSize } from './raw-document.js';
import { end, fieldsFrom, spelt, type StoredDocument } from './stored-document.js';
import { decodeFields, decodeValue, WantedFields } from './values/decoding.js';
import { Fields } from './values/fields.js';
import { setField, type Value } from './values/types.js';

const { Long, ObjectId } = mongo.BSON;
const type = {
  double: 0x01,
  text: 0x02,
  document: 0x03,
  array: 0x04,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  null: 0x0a,
  int: 0x10,
  long: 0x12,
} as const;

/** Longer texts are read faster by the engine. */
const longestSpelt = 20;

/** Top-level fields: those that are named, or all but those. */
export interface FieldChoice {
  names: ReadonlySet<string>;
  keep: boolean;
}

export const everyField: FieldChoice = { names: new Set(), keep: false };

/** As the driver gives documents to its callers; null for one with what is rare, which is left to the driver's own reading of BSON. */
export function driverDocument(stored: StoredDocument, choice: FieldChoice): Record<string, unknown> | null {
  return stored.isPlain ? null : new DriverReader(stored).document(choice);
}

/** Some of a document's fields as the store's own values. */
export function storedFields(stored: StoredDocument, wanted: ReadonlySet<string>): Document {
  if (stored.isPlain) return decodeFields(stored.bytes, new WantedFields(wanted));
  return new ValueReader(stored).fields(wanted);
}

/** Goes through what is stored. */
abstract class StoredReader {
  protected readonly stored: Buffer;
  private readonly names: readonly string[];
  protected at: number;

  constructor({ packed, names }: StoredDocument) {
    this.stored = packed;
    this.names = names.list;
    this.at = fieldsFrom(packed);
  }

  /** The name of the field whose number is given, after its type. */
  protected name(number: number): string {
    if (number !== spelt) return this.names[number - 1] ?? unknownName(number);
    const start = this.at;
    const stop = this.stored.indexOf(0, start);
    this.at = stop + 1;
    return this.stored.toString('utf8', start, stop);
  }

  protected skip(kind: number): void {
    if (kind === type.document) this.skipFields();
    else if (kind === type.array) this.skipElements();
    else this.at += valueSize(this.stored, kind, this.at);
  }

  private skipFields(): void {
    const { stored } = this;
    for (let number = stored[this.at++]!; number !== end; number = stored[this.at++]!) {
      const kind = stored[this.at++]!;
      if (number === spelt) this.at = stored.indexOf(0, this.at) + 1;
      this.skip(kind);
    }
  }

  private skipElements(): void {
    const { stored } = this;
    for (let kind = stored[this.at++]!; kind !== end; kind = stored[this.at++]!) this.skip(kind);
  }
}

class ValueReader extends StoredReader {
  /** Top-level fields; reading ends with the last that is wanted. */
  fields(wanted: ReadonlySet<string>): Document {
    const { stored } = this;
    const made = new Fields();
    let missing = wanted.size;
    for (let number = stored[this.at++]!; number !== end && missing > 0; number = stored[this.at++]!) {
      const kind = stored[this.at++]!;
      const name = this.name(number);
      if (!wanted.has(name)) {
        this.skip(kind);
        continue;
      }
      made.set(name, this.value(kind));
      missing--;
    }
    return made.document;
  }

  private document(): Document {
    const { stored } = this;
    const made = new Fields();
    for (let number = stored[this.at++]!; number !== end; number = stored[this.at++]!) {
      const kind = stored[this.at++]!;
      const name = this.name(number);
      made.set(name, this.value(kind));
    }
    return made.document;
  }

  private array(): Value[] {
    const { stored } = this;
    const elements: Value[] = [];
    for (let kind = stored[this.at++]!; kind !== end; kind = stored[this.at++]!) elements.push(this.value(kind));
    return elements;
  }

  private value(kind: number): Value {
    if (kind === type.document) return this.document();
    if (kind === type.array) return this.array();
    const from = this.at;
    this.at += valueSize(this.stored, kind, from);
    return decodeValue(this.stored, kind, from);
  }
}

class DriverReader extends StoredReader {
  /** Null for a document with values that are rare, or with what the driver makes more of than fields: references. */
  document(choice: FieldChoice | null): Record<string, unknown> | null {
    const { stored } = this;
    const made: Record<string, unknown> = {};
    for (let number = stored[this.at++]!; number !== end; number = stored[this.at++]!) {
      const kind = stored[this.at++]!;
      const name = this.name(number);
      if (choice && choice.names.has(name) !== choice.keep) {
        this.skip(kind);
        continue;
      }
      if (name.startsWith('$')) return null;
      const value = this.value(kind);
      if (value === undefined) return null;
      setField(made, name, value);
    }
    return made;
  }

  private array(): unknown[] | undefined {
    const { stored } = this;
    const elements: unknown[] = [];
    for (let kind = stored[this.at++]!; kind !== end; kind = stored[this.at++]!) {
      const value = this.value(kind);
      if (value === undefined) return undefined;
      elements.push(value);
    }
    return elements;
  }

  /** Undefined for what is rare. */
  private value(kind: number): unknown {
    const { stored, at } = this;
    switch (kind) {
      case type.text:
        return this.text();
      case type.document:
        return this.document(null) ?? undefined;
      case type.array:
        return this.array();
      case type.null:
        return null;
      case type.objectId:
        this.at += 12;
        return new ObjectId(stored.subarray(at, at + 12));
      case type.boolean:
        this.at += 1;
        return stored[at] === 1;
      case type.date:
        this.at += 8;
        return new Date(stored.readUInt32LE(at) + stored.readInt32LE(at + 4) * 0x100000000);
      case type.int:
        this.at += 4;
        return stored.readInt32LE(at);
      case type.double:
        this.at += 8;
        return stored.readDoubleLE(at);
      case type.long:
        this.at += 8;
        return promoted(stored.readInt32LE(at), stored.readInt32LE(at + 4));
      default:
        return undefined;
    }
  }

  private text(): string {
    const { stored } = this;
    const start = this.at + 4;
    const stop = start + stored.readInt32LE(this.at) - 1;
    this.at = stop + 1;
    return (stop - start <= longestSpelt ? spell(stored, start, stop) : null) ?? stored.toString('utf8', start, stop);
  }
}

/** A text of Latin letters without accents; null for another. */
function spell(bytes: Buffer, start: number, stop: number): string | null {
  let text = '';
  for (let at = start; at < stop; at++) {
    const code = bytes[at]!;
    if (code > 0x7f) return null;
    text += String.fromCharCode(code);
  }
  return text;
}

/** A whole number of 64 bits, as JavaScript's where that is exact. */
function promoted(low: number, high: number): unknown {
  const value = high * 0x100000000 + (low >>> 0);
  return Number.isSafeInteger(value) || isOutermost(low, high) ? value : new Long(low, high);
}

/** Whether it is 2⁵³ or -2⁵³, which the driver still takes for exact. */
function isOutermost(low: number, high: number): boolean {
  return low === 0 && Math.abs(high) === 0x200000;
}

function unknownName(number: number): never {
  throw new Error(`A stored document has a field whose name, number ${number}, is not known.`);
}
