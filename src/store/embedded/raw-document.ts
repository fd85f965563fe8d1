/** Reading and cutting BSON documents without decoding them. */
import { ObjectId, serialize, type Document } from 'bson';
import { endOfName } from './bytes.js';
import { CommandError } from './errors.js';

export { decode } from './values/decoding.js';

export const largestDocument = 16 * 1024 * 1024;

/** How deep documents may nest: what MongoDB lets users store. */
const maxDepth = 180;

/** @param bytes that `decode` takes. @throws CommandError for a document that is too large or nested too deep to be stored */
export function requireStorable(bytes: Buffer): void {
  if (bytes.length > largestDocument) throw tooLarge(bytes.length);
  requireDepth(bytes, 0, 1);
}

function requireDepth(bytes: Buffer, start: number, depth: number): void {
  if (depth > maxDepth) throw new CommandError(15, `Document exceeds maximum nested object depth: ${maxDepth}`);
  for (let at = start + 4; bytes[at] !== 0;) {
    const type = bytes[at]!;
    const value = endOfName(bytes, at + 1, bytes.length) + 1;
    if (type === 0x03 || type === 0x04) requireDepth(bytes, value, depth + 1);
    at = value + valueSize(bytes, type, value);
  }
}

/** How long the type, the name and the end of the name of an `_id` are. */
const idNameLength = 5;

/** The document with its `_id` at the front, byte for byte; with a new one where it has none. @throws CommandError where it is malformed */
export function withIdFirst(bytes: Buffer): Buffer {
  if (bytes[4] !== 0 && bytes[5] === 0x5f && bytes[6] === 0x69 && bytes[7] === 0x64 && bytes[8] === 0) return bytes;
  let [start, end] = [4, 4];
  visitFields(bytes, 0, (name, type, at) => {
    if (name !== '_id') return true;
    [start, end] = [at - idNameLength, at + valueSize(bytes, type, at)];
    return false;
  });
  const id = end > start ? bytes.subarray(start, end) : newId();
  const length = Buffer.allocUnsafe(4);
  const moved = Buffer.concat([length, id, bytes.subarray(4, start), bytes.subarray(end)]);
  moved.writeInt32LE(moved.length);
  return moved;
}

function newId(): Buffer {
  return Buffer.concat([Buffer.from('\x07_id\0', 'latin1'), new ObjectId().id]);
}

function tooLarge(size: number): CommandError {
  return new CommandError(10334, `BSONObj size: ${size} is invalid. Size must be between 0 and 16793600(16MB)`);
}

export function encode(document: Document): Buffer {
  const bytes = encodeAny(document);
  if (bytes.length > largestDocument) throw tooLarge(bytes.length);
  return bytes;
}

/** Bytes of a document that no limit applies to: a reply, or the store's own notes. */
export function encodeAny(document: Document): Buffer {
  return serialize(document, { ignoreUndefined: true }) as Buffer;
}

/** By type; -1 for those whose values say themselves how long they are. */
const fixedSizes = new Int8Array(256).fill(-1);
for (const [type, size] of [
  [0x01, 8],
  [0x06, 0],
  [0x07, 12],
  [0x08, 1],
  [0x09, 8],
  [0x0a, 0],
  [0x10, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
  [0xff, 0],
  [0x7f, 0],
] as const)
  fixedSizes[type] = size;

/** How many bytes a value of this type takes from this place on. */
export function valueSize(bytes: Buffer, type: number, at: number): number {
  const fixed = fixedSizes[type]!;
  if (fixed >= 0) return fixed;
  switch (type) {
    case 0x02:
    case 0x0d:
    case 0x0e:
      return 4 + bytes.readInt32LE(at);
    case 0x03:
    case 0x04:
    case 0x0f:
      return bytes.readInt32LE(at);
    case 0x05:
      return 5 + bytes.readInt32LE(at);
    case 0x0b: {
      const pattern = bytes.indexOf(0, at);
      return bytes.indexOf(0, pattern + 1) + 1 - at;
    }
    default:
      throw new CommandError(22, `unrecognised BSON type ${type}`);
  }
}

/**
 * Calls a function with each field of a document, until it returns false.
 * @returns whether it saw them all
 * @throws CommandError or RangeError where the document is not well-formed
 */
export function visitFields(bytes: Buffer, start: number, visit: (name: string, type: number, at: number) => boolean): boolean {
  const end = start + bytes.readInt32LE(start) - 1;
  if (end < start + 4 || end >= bytes.length) throw malformed();
  for (let at = start + 4; at < end;) {
    const type = bytes[at]!;
    const nameEnd = bytes.indexOf(0, at + 1);
    if (nameEnd === -1 || nameEnd >= end) throw malformed();
    const next = nameEnd + 1 + valueSize(bytes, type, nameEnd + 1);
    if (next <= nameEnd || next > end) throw malformed();
    if (!visit(bytes.toString('latin1', at + 1, nameEnd), type, nameEnd + 1)) return false;
    at = next;
  }
  return true;
}

function malformed(): CommandError {
  return new CommandError(22, 'invalid BSON');
}

/** The top-level fields named, copied byte for byte in the document's own order. */
export function pickFields(bytes: Buffer, names: ReadonlySet<string>, keep: boolean): Buffer {
  const parts: Buffer[] = [];
  let length = 5;
  let at = 4;
  while (bytes[at] !== 0) {
    const start = at;
    const nameEnd = bytes.indexOf(0, at + 1);
    const name = bytes.toString('utf8', at + 1, nameEnd);
    at = nameEnd + 1 + valueSize(bytes, bytes[start]!, nameEnd + 1);
    if (names.has(name) !== keep) continue;
    parts.push(bytes.subarray(start, at));
    length += at - start;
  }
  const picked = Buffer.allocUnsafe(length);
  picked.writeInt32LE(length, 0);
  let to = 4;
  for (const part of parts) to += part.copy(picked, to);
  picked[to] = 0;
  return picked;
}

/** A cursor's reply, built around documents that are already bytes. */
export function cursorReply(field: 'firstBatch' | 'nextBatch', batch: readonly Buffer[], id: bigint, namespace: string): Buffer {
  const name = Buffer.from(`${field}\0`);
  const namespaceBytes = Buffer.from(`${namespace}\0`);
  let arrayLength = 5;
  for (let at = 0; at < batch.length; at++) arrayLength += 2 + digits(at) + batch[at]!.length;
  const cursorLength = 4 + 1 + name.length + arrayLength + 4 + 8 + 4 + 4 + namespaceBytes.length + 1;
  const total = 4 + 8 + cursorLength + 12 + 1;
  const out = Buffer.allocUnsafe(total);
  let at = out.writeInt32LE(total, 0);
  at += out.write('\x03cursor\0', at, 'latin1');
  at = out.writeInt32LE(cursorLength, at);
  out[at++] = 0x04;
  at += name.copy(out, at);
  at = out.writeInt32LE(arrayLength, at);
  for (let index = 0; index < batch.length; index++) {
    out[at++] = 0x03;
    at += out.write(`${index}\0`, at, 'latin1');
    at += batch[index]!.copy(out, at);
  }
  out[at++] = 0;
  at += out.write('\x12id\0', at, 'latin1');
  at = out.writeBigInt64LE(id, at);
  at += out.write('\x02ns\0', at, 'latin1');
  at = out.writeInt32LE(namespaceBytes.length, at);
  at += namespaceBytes.copy(out, at);
  out[at++] = 0;
  at += out.write('\x01ok\0', at, 'latin1');
  at = out.writeDoubleLE(1, at);
  out[at] = 0;
  return out;
}

function digits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  return String(value).length;
}
