/** Commands as the store takes them, from those that are made in this process. */
import { ObjectId, type Document } from 'bson';
import { mongo } from 'mongoose';
import { decodeCommand } from './values/decoding.js';

/** As the driver writes. */
const written = { ignoreUndefined: false } as const;

/** Deeper commands are the driver's to refuse. */
const deepest = 50;

/** Nothing that the values of a plain object can be. */
const rare = Symbol('rare');

/** The values that the store would read if the driver had written the command. */
export function storeDocument(command: Record<string, unknown>): Document {
  const document = documentOf(command, 0);
  return document === rare ? decodeCommand(Buffer.from(mongo.BSON.serialize(command, written))) : document;
}

function documentOf(fields: Record<string, unknown>, depth: number): Document | typeof rare {
  const document: Document = {};
  if (depth > deepest) return rare;
  for (const name in fields) {
    if (name === '__proto__' || name === '_bsontype' || name.includes('\0') || !name.isWellFormed()) return rare;
    const value = valueOf(fields[name], depth + 1);
    if (value === rare) return rare;
    document[name] = value;
  }
  return document;
}

function valueOf(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      // Half a pair is written as another character.
      return value.isWellFormed() ? value : rare;
    case 'number':
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : objectOf(value, depth);
    default:
      return rare;
  }
}

function objectOf(value: object, depth: number): unknown {
  if (Array.isArray(value)) return arrayOf(value, depth);
  if (value instanceof mongo.BSON.ObjectId) return new ObjectId(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? rare : value;
  return Object.getPrototypeOf(value) === Object.prototype ? documentOf(value as Record<string, unknown>, depth) : rare;
}

function arrayOf(values: readonly unknown[], depth: number): unknown[] | typeof rare {
  const made: unknown[] = [];
  if (depth > deepest) return rare;
  for (const value of values) {
    const one = valueOf(value, depth + 1);
    if (one === rare) return rare;
    made.push(one);
  }
  return made;
}
