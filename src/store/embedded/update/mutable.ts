/** A document that an update changes in places: what it does not touch stays the bytes it was, with type and order. */
import type { Value } from '../values/types.js';
import { decode, decodeValue } from '../values/decoding.js';
import { encodeBson } from '../values/encoding.js';
import { valueSize } from '../raw-document.js';

const documentType = 0x03;
const arrayType = 0x04;

/** A value as bytes, or an embedded document or array that has been opened. */
export interface Part {
  type: number;
  bytes: Buffer | null;
  node: Container | null;
}

export function partOf(value: Value): Part {
  const { type, bytes } = encodeBson(value);
  return { type, bytes, node: null };
}

export function valueOf(part: Part): Value {
  if (!part.node) return decodeValue(part.bytes!, part.type, 0);
  return decodeValue(part.node.encode(), part.type, 0);
}

/** Opens an embedded document or array, or gives null where the part is neither. */
export function open(part: Part): Container | null {
  if (part.node) return part.node;
  if (part.type !== documentType && part.type !== arrayType) return null;
  part.node = Container.parse(part.bytes!, part.type === arrayType);
  part.bytes = null;
  return part.node;
}

export class Container {
  private constructor(
    readonly isArray: boolean,
    private readonly names: string[],
    private readonly parts: Part[],
  ) {}

  static empty(): Container {
    return new Container(false, [], []);
  }

  static parse(bytes: Buffer, isArray: boolean): Container {
    const names: string[] = [];
    const parts: Part[] = [];
    for (let at = 4; bytes[at] !== 0;) {
      const type = bytes[at]!;
      const nameEnd = bytes.indexOf(0, at + 1);
      if (!isArray) names.push(bytes.toString('utf8', at + 1, nameEnd));
      const end = nameEnd + 1 + valueSize(bytes, type, nameEnd + 1);
      parts.push({ type, bytes: bytes.subarray(nameEnd + 1, end), node: null });
      at = end;
    }
    return new Container(isArray, names, parts);
  }

  get length(): number {
    return this.parts.length;
  }

  get elements(): readonly Part[] {
    return this.parts;
  }

  get(step: string): Part | undefined {
    return this.parts[this.isArray ? positionOf(step) : this.names.indexOf(step)];
  }

  /** Sets a field, or an element of an array, which is filled up with nulls where it is too short. */
  put(step: string, part: Part): void {
    if (!this.isArray) {
      const at = this.names.indexOf(step);
      if (at >= 0) this.parts[at] = part;
      else {
        this.names.push(step);
        this.parts.push(part);
      }
      return;
    }
    const at = positionOf(step);
    while (this.parts.length < at) this.parts.push(partOf(null));
    this.parts[at] = part;
  }

  /** Takes a field away; an element of an array becomes null, so that the others keep their places. */
  remove(step: string): void {
    if (this.isArray) {
      const at = positionOf(step);
      if (at >= 0 && at < this.parts.length) this.parts[at] = partOf(null);
      return;
    }
    const at = this.names.indexOf(step);
    if (at < 0) return;
    this.names.splice(at, 1);
    this.parts.splice(at, 1);
  }

  /** Moves or adds a field so that it is the first. */
  putFirst(name: string, part: Part): void {
    this.remove(name);
    this.names.unshift(name);
    this.parts.unshift(part);
  }

  private size(): number {
    let size = 5;
    for (let at = 0; at < this.parts.length; at++) {
      const part = this.parts[at]!;
      const name = this.isArray ? String(at).length : Buffer.byteLength(this.names[at]!);
      size += 2 + name + (part.node ? part.node.size() : part.bytes!.length);
    }
    return size;
  }

  encode(): Buffer {
    const bytes = Buffer.allocUnsafe(this.size());
    this.write(bytes, 0);
    return bytes;
  }

  private write(into: Buffer, start: number): number {
    let at = start + 4;
    for (let position = 0; position < this.parts.length; position++) {
      const part = this.parts[position]!;
      into[at++] = part.type;
      at += into.write(this.isArray ? String(position) : this.names[position]!, at);
      into[at++] = 0;
      if (part.node) at = part.node.write(into, at);
      else at += part.bytes!.copy(into, at);
    }
    into[at++] = 0;
    into.writeInt32LE(at - start, start);
    return at;
  }

  decode(): Value {
    return decode(this.encode());
  }
}

/** The position that a step of a path names in an array, or -1. */
export function positionOf(step: string): number {
  return /^(0|[1-9]\d{0,6})$/.test(step) ? Number(step) : -1;
}

export function nodePart(node: Container): Part {
  return { type: node.isArray ? arrayType : documentType, bytes: null, node };
}
