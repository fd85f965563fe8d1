/** Values to bytes: the parts of a document that an update makes anew. */
import { BSONRegExp, Decimal128, Double, ObjectId, serialize } from 'bson';
import { fitsInt, type Value } from './types.js';

export interface Encoded {
  type: number;
  bytes: Buffer;
}

const none = Buffer.alloc(0);
const yes = Buffer.from([1]);
const no = Buffer.from([0]);

/** A value's type and bytes, without the name that a document gives it. */
export function encodeBson(value: Value): Encoded {
  switch (typeof value) {
    case 'number':
      return encodeNumber(value);
    case 'string':
      return { type: 0x02, bytes: encodeText(value) };
    case 'boolean':
      return { type: 0x08, bytes: value ? yes : no };
    case 'undefined':
      return { type: 0x0a, bytes: none };
    default:
      return encodeObject(value as object | null);
  }
}

function encodeNumber(value: number): Encoded {
  if (fitsInt(value)) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32LE(value, 0);
    return { type: 0x10, bytes };
  }
  return encodeDouble(value);
}

function encodeDouble(value: number): Encoded {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(value, 0);
  return { type: 0x01, bytes };
}

function encodeText(value: string): Buffer {
  const length = Buffer.byteLength(value);
  const bytes = Buffer.allocUnsafe(length + 5);
  bytes.writeInt32LE(length + 1, 0);
  bytes.write(value, 4);
  bytes[length + 4] = 0;
  return bytes;
}

function encodeObject(value: object | null): Encoded {
  if (value === null) return { type: 0x0a, bytes: none };
  if (value instanceof Date) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64LE(BigInt(value.getTime()), 0);
    return { type: 0x09, bytes };
  }
  if (value instanceof ObjectId) return { type: 0x07, bytes: Buffer.from(value.id) };
  if (value instanceof Double) return encodeDouble(value.value);
  if (value instanceof Decimal128) return { type: 0x13, bytes: Buffer.from(value.bytes) };
  return encodeByLibrary(value);
}

function encodeByLibrary(value: object): Encoded {
  const bytes = serialize(
    { v: value instanceof RegExp ? new BSONRegExp(value.source, value.flags) : value },
    {
      ignoreUndefined: true,
    },
  );
  return { type: bytes[4]!, bytes: Buffer.from(bytes.buffer, bytes.byteOffset + 7, bytes.byteLength - 8) };
}
