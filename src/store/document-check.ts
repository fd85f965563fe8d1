/**
 * Checks documents against their schema, with code made once per schema. mongoose's own documents do the same at
 * a hundred times the cost, which imports of a million documents would pay.
 */
import { Schema, Types, type SchemaType } from 'mongoose';

/** A document that does not fit its schema: a defect of the code that writes it. */
export class InvalidDocument extends Error {
  /** @param path the field at fault */
  constructor(
    readonly path: string,
    private readonly problem: string,
  ) {
    super(`${path} ${problem}`);
  }

  /** The same, seen from the document or collection around it. */
  within(path: string | number): InvalidDocument {
    return new InvalidDocument(this.path === '' ? String(path) : `${path}.${this.path}`, this.problem);
  }
}

type Fields = Record<string, unknown>;
/** Gives the document with its defaults. @throws InvalidDocument naming the path */
type Check = (document: Fields) => Fields;
type ValueCheck = (value: unknown) => unknown;

const checks = new WeakMap<Schema, Check>();

export function documentCheck(schema: Schema): Check {
  let check = checks.get(schema);
  if (!check) checks.set(schema, (check = compile(schema)));
  return check;
}

function compile(schema: Schema): Check {
  const fields = Object.entries(schema.paths).map(([name, type]) => ({ name, ...fieldOf(type) }));
  const known = new Set([...fields.map(({ name }) => name), '_id']);
  return (document) => {
    for (const name in document) if (!known.has(name)) throw new InvalidDocument(name, 'is not in the schema');
    const complete: Fields = {};
    for (const { name, required, check, defaultOf } of fields) {
      const given = document[name];
      const value = given === undefined ? defaultOf() : given;
      if (required && (value === undefined || value === null || value === '')) throw new InvalidDocument(name, 'is missing');
      if (value !== undefined) complete[name] = value === null ? null : within(name, check, value);
    }
    return complete;
  };
}

/** Paths are put together only for what is refused: most documents are not. */
function within(name: string | number, check: ValueCheck, value: unknown): unknown {
  try {
    return check(value);
  } catch (error) {
    throw error instanceof InvalidDocument ? error.within(name) : error;
  }
}

function fieldOf(type: SchemaType): { required: boolean; check: ValueCheck; defaultOf: () => unknown } {
  const { required, default: fallback } = type.options as { required?: boolean; default?: unknown };
  return { required: required === true, check: valueCheck(type), defaultOf: defaultFrom(fallback) };
}

function defaultFrom(fallback: unknown): () => unknown {
  if (typeof fallback === 'function') return () => (fallback as () => unknown)();
  if (typeof fallback === 'object' && fallback !== null) return () => structuredClone(fallback);
  return () => fallback;
}

const isA: Record<string, (value: unknown) => boolean> = {
  String: (value) => typeof value === 'string',
  Number: (value) => typeof value === 'number' && Number.isFinite(value),
  Boolean: (value) => typeof value === 'boolean',
  Date: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  ObjectId: (value) => value instanceof Types.ObjectId,
  Buffer: (value) => Buffer.isBuffer(value),
};

function valueCheck(type: SchemaType): ValueCheck {
  if (type instanceof Schema.Types.Subdocument || type instanceof Schema.Types.DocumentArray) return nestedCheck(type);
  if (type instanceof Schema.Types.Array) return arrayCheck(valueCheck(type.embeddedSchemaType));
  const isOfType = isA[type.instance];
  if (!isOfType) return (value) => value;
  const { enum: allowed } = type.options as { enum?: readonly unknown[] };
  return (value) => {
    if (!isOfType(value)) throw new InvalidDocument('', `is not a ${type.instance}`);
    if (allowed && !allowed.includes(value)) throw new InvalidDocument('', 'is none of its values');
    return value;
  };
}

function nestedCheck(type: InstanceType<typeof Schema.Types.Subdocument> | InstanceType<typeof Schema.Types.DocumentArray>): ValueCheck {
  const check = documentCheck(type.schema);
  const checkOne: ValueCheck = (value) => {
    if (typeof value !== 'object' || value === null) throw new InvalidDocument('', 'is not an object');
    return check(value as Fields);
  };
  return type instanceof Schema.Types.DocumentArray ? arrayCheck(checkOne) : checkOne;
}

function arrayCheck(check: ValueCheck): ValueCheck {
  return (value) => {
    if (!Array.isArray(value)) throw new InvalidDocument('', 'is not a list');
    return value.map((item, at) => within(at, check, item));
  };
}
