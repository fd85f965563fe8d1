/**
 * Checks documents against their schema, with code made once per schema. mongoose's own documents do the same at
 * a hundred times the cost, which imports of a million documents would pay.
 */
import { Schema, Types, type SchemaType } from 'mongoose';

/** A document that does not fit its schema: a defect of the code that writes it. */
export class InvalidDocument extends Error {
  /** @param path the field at fault, with its collection */
  constructor(
    readonly path: string,
    problem: string,
  ) {
    super(`${path} ${problem}`);
  }
}

type Fields = Record<string, unknown>;
/** Gives the document with its defaults. @throws InvalidDocument naming the path */
type Check = (document: Fields, path: string) => Fields;
type ValueCheck = (value: unknown, path: string) => unknown;

const checks = new WeakMap<Schema, Check>();

export function documentCheck(schema: Schema): Check {
  let check = checks.get(schema);
  if (!check) checks.set(schema, (check = compile(schema)));
  return check;
}

function compile(schema: Schema): Check {
  const fields = Object.entries(schema.paths).map(([name, type]) => ({ name, ...fieldOf(type) }));
  const known = new Set([...fields.map(({ name }) => name), '_id']);
  return (document, path) => {
    for (const name of Object.keys(document)) if (!known.has(name)) throw new InvalidDocument(`${path}.${name}`, 'is not in the schema');
    const complete: Fields = {};
    for (const { name, required, check, defaultOf } of fields) {
      const given = document[name];
      const value = given === undefined ? defaultOf() : given;
      if (required && (value === undefined || value === null || value === '')) throw new InvalidDocument(`${path}.${name}`, 'is missing');
      if (value !== undefined) complete[name] = value === null ? null : check(value, `${path}.${name}`);
    }
    return complete;
  };
}

function fieldOf(type: SchemaType): { required: boolean; check: ValueCheck; defaultOf: () => unknown } {
  const { required, default: fallback } = type.options as { required?: boolean; default?: unknown };
  return {
    required: required === true,
    check: valueCheck(type),
    defaultOf: typeof fallback === 'function' ? () => (fallback as () => unknown)() : () => structuredClone(fallback),
  };
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
  return (value, path) => {
    if (!isOfType(value)) throw new InvalidDocument(path, `is not a ${type.instance}`);
    if (allowed && !allowed.includes(value)) throw new InvalidDocument(path, 'is none of its values');
    return value;
  };
}

function nestedCheck(type: InstanceType<typeof Schema.Types.Subdocument> | InstanceType<typeof Schema.Types.DocumentArray>): ValueCheck {
  const check = documentCheck(type.schema);
  const checkOne: ValueCheck = (value, path) => {
    if (typeof value !== 'object' || value === null) throw new InvalidDocument(path, 'is not an object');
    return check(value as Fields, path);
  };
  return type instanceof Schema.Types.DocumentArray ? arrayCheck(checkOne) : checkOne;
}

function arrayCheck(check: ValueCheck): ValueCheck {
  return (value, path) => {
    if (!Array.isArray(value)) throw new InvalidDocument(path, 'is not a list');
    return value.map((item, at) => check(item, `${path}.${at}`));
  };
}
