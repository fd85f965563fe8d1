/** Commands as the store takes them, from those that are made in this process. */
import { ObjectId, type Document } from 'bson';
import { mongo } from 'mongoose';
import { decodeCommand } from './values/decoding.js';

/** As the driver writes. */
const written = { ignoreUndefined: false } as const;

/** Nothing that the values of a plain object can be. */
const rare = Symbol('rare');

/** The values that the store would read if the driver had written the command. */
export function storeDocument(command: Record<string, unknown>): Document {
  const document = documentOf(command);
  return document === rare ? decodeCommand(Buffer.from(mongo.BSON.serialize(command, written))) : document;
}

function documentOf(fields: Record<string, unknown>): Document | typeof rare {
  const document: Document = {};
  for (const name in fields) {
    if (name === '__proto__') return rare;
    const value = valueOf(fields[name]);
    if (value === rare) return rare;
    document[name] = value;
  }
  return document;
}

function valueOf(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : objectOf(value);
    default:
      return rare;
  }
}

function objectOf(value: object): unknown {
  if (Array.isArray(value)) return arrayOf(value);
  if (value instanceof mongo.BSON.ObjectId) return new ObjectId(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? rare : value;
  return Object.getPrototypeOf(value) === Object.prototype ? documentOf(value as Record<string, unknown>) : rare;
}

function arrayOf(values: readonly unknown[]): unknown[] | typeof rare {
  const made: unknown[] = [];
  for (const value of values) {
    const one = valueOf(value);
    if (one === rare) return rare;
    made.push(one);
  }
  return made;
}
