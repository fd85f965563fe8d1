/** `$jsonSchema`: draft 4 with MongoDB's `bsonType`, over BSON values. */
import { BSONRegExp, type Document } from 'bson';
import { CommandError } from '../errors.js';
import { decimalParts } from '../values/arithmetic.js';
import { remainderExact } from '../values/decimal.js';
import { compare, isEqual } from '../values/order.js';
import { isDocument, isNumeric, toNumber, typeOf, type Value } from '../values/types.js';
import { compilePattern } from './pattern.js';
import { typeNameOf } from './type-names.js';

type Check = (value: Value) => boolean;
type Keyword = (operand: Value, schema: Document) => Check;

const numeric = new Set(['int', 'long', 'double', 'decimal']);
const jsonTypes = new Set(['object', 'array', 'number', 'boolean', 'string', 'null']);

function malformed(keyword: string, expected: string): CommandError {
  return new CommandError(14, `$jsonSchema keyword '${keyword}' must be ${expected}`);
}

const hasType = (value: Value, name: string): boolean => {
  const type = typeOf(value);
  return name === type || (name === 'number' && numeric.has(type)) || (name === 'boolean' && type === 'bool');
};

function typesOf(keyword: string, operand: Value, parse: (name: Value) => string): Check {
  const names = (Array.isArray(operand) ? (operand as Value[]) : [operand]).map(parse);
  if (names.length === 0) throw malformed(keyword, 'a type or a nonempty array of types');
  return (value) => names.some((name) => hasType(value, name));
}

function jsonType(name: Value): string {
  if (typeof name !== 'string') throw malformed('type', 'a string or an array of strings');
  if (name === 'integer') throw new CommandError(9, "$jsonSchema type 'integer' is not currently supported.");
  if (!jsonTypes.has(name)) throw new CommandError(2, `Unknown type name alias: ${name}`);
  return name;
}

function count(keyword: string, operand: Value): number {
  const number = isNumeric(operand) ? toNumber(operand) : NaN;
  if (!Number.isInteger(number) || number < 0) throw malformed(keyword, 'a non-negative integer');
  return number;
}

const whenText =
  (test: (value: string) => boolean): Check =>
  (value) =>
    typeof value !== 'string' || test(value);
const whenArray =
  (test: (value: Value[]) => boolean): Check =>
  (value) =>
    !Array.isArray(value) || test(value);
const whenDocument =
  (test: (value: Document) => boolean): Check =>
  (value) =>
    !isDocument(value) || test(value);
const whenNumber =
  (test: (value: Value) => boolean): Check =>
  (value) =>
    !isNumeric(value) || test(value);

function schemas(keyword: string, operand: Value): Check[] {
  if (!Array.isArray(operand) || operand.length === 0) throw malformed(keyword, 'a nonempty array of objects');
  return operand.map((schema) => compile(schema));
}

function fieldsOf(keyword: string, operand: Value): [string, Value][] {
  if (!isDocument(operand)) throw malformed(keyword, 'an object');
  return Object.entries(operand);
}

function names(keyword: string, operand: Value): string[] {
  if (!Array.isArray(operand) || operand.length === 0 || operand.some((element) => typeof element !== 'string')) {
    throw malformed(keyword, 'a nonempty array of strings');
  }
  return operand as string[];
}

function bound(keyword: string, operand: Value, schema: Document, below: boolean): Check {
  if (!isNumeric(operand)) throw malformed(keyword, 'a number');
  const strict = schema[below ? 'exclusiveMinimum' : 'exclusiveMaximum'] === true;
  return whenNumber((value) => {
    const order = below ? compare(value, operand) : compare(operand, value);
    return strict ? order > 0 : order >= 0;
  });
}

function properties(operand: Value): Check {
  const checks = fieldsOf('properties', operand).map(([name, schema]) => [name, compile(schema)] as const);
  return whenDocument((document) => checks.every(([name, check]) => !Object.hasOwn(document, name) || check(document[name])));
}

function patternsOf(operand: Value): [RegExp, Check][] {
  return fieldsOf('patternProperties', operand).map(([pattern, schema]) => [compilePattern(pattern, ''), compile(schema)]);
}

function additionalProperties(operand: Value, schema: Document): Check {
  const known = new Set(Object.keys((schema['properties'] ?? {}) as Document));
  const patterns = Object.keys((schema['patternProperties'] ?? {}) as Document).map((pattern) => compilePattern(pattern, ''));
  const check = typeof operand === 'boolean' ? () => operand : compile(operand);
  return whenDocument((document) =>
    Object.entries(document).every(
      ([name, value]) => known.has(name) || patterns.some((pattern) => pattern.test(name)) || check(value as Value),
    ),
  );
}

function items(operand: Value): Check {
  if (Array.isArray(operand)) {
    const checks = operand.map((schema) => compile(schema));
    return whenArray((array) => checks.every((check, at) => at >= array.length || check(array[at])));
  }
  const check = compile(operand);
  return whenArray((array) => array.every(check));
}

function additionalItems(operand: Value, schema: Document): Check {
  const listed = schema['items'] as Value;
  if (!Array.isArray(listed)) return () => true;
  const check = typeof operand === 'boolean' ? () => operand : compile(operand);
  return whenArray((array) => array.slice(listed.length).every(check));
}

function dependencies(operand: Value): Check {
  const checks = fieldsOf('dependencies', operand).map(([name, dependency]) => {
    const required = Array.isArray(dependency) ? names('dependencies', dependency) : null;
    const check = required ? (document: Document) => required.every((other) => Object.hasOwn(document, other)) : compile(dependency);
    return [name, check] as const;
  });
  return whenDocument((document) => checks.every(([name, check]) => !Object.hasOwn(document, name) || check(document)));
}

/** By their decimal digits, so that 0.3 is a multiple of 0.1. */
function isMultiple(value: Value, of: Value): boolean {
  const [exact, divisor] = [decimalParts(value), decimalParts(of)];
  return exact !== null && divisor !== null && remainderExact(exact, divisor).digits === 0n;
}

function areUnique(array: Value[]): boolean {
  const sorted = [...array].sort((left, right) => compare(left, right));
  return sorted.every((element, at) => at === 0 || !isEqual(element, sorted[at - 1]));
}

const keywords: Record<string, Keyword> = {
  bsonType: (operand) => typesOf('bsonType', operand, typeNameOf),
  type: (operand) => typesOf('type', operand, jsonType),
  enum: (operand) => {
    if (!Array.isArray(operand) || operand.length === 0) throw malformed('enum', 'a nonempty array');
    return (value) => operand.some((allowed: Value) => isEqual(allowed, value));
  },
  required: (operand) => {
    const wanted = names('required', operand);
    return whenDocument((document) => wanted.every((name) => Object.hasOwn(document, name)));
  },
  properties,
  patternProperties: (operand) => {
    const patterns = patternsOf(operand);
    return whenDocument((document) =>
      Object.entries(document).every(([name, value]) => patterns.every(([pattern, check]) => !pattern.test(name) || check(value as Value))),
    );
  },
  additionalProperties,
  minProperties: (operand) => {
    const least = count('minProperties', operand);
    return whenDocument((document) => Object.keys(document).length >= least);
  },
  maxProperties: (operand) => {
    const most = count('maxProperties', operand);
    return whenDocument((document) => Object.keys(document).length <= most);
  },
  dependencies,
  minimum: (operand, schema) => bound('minimum', operand, schema, true),
  maximum: (operand, schema) => bound('maximum', operand, schema, false),
  exclusiveMinimum: (operand) => requireBoolean('exclusiveMinimum', operand),
  exclusiveMaximum: (operand) => requireBoolean('exclusiveMaximum', operand),
  multipleOf: (operand) => {
    if (!isNumeric(operand) || toNumber(operand) <= 0) throw malformed('multipleOf', 'a positive number');
    return whenNumber((value) => isMultiple(value, operand));
  },
  minLength: (operand) => {
    const least = count('minLength', operand);
    return whenText((text) => [...text].length >= least);
  },
  maxLength: (operand) => {
    const most = count('maxLength', operand);
    return whenText((text) => [...text].length <= most);
  },
  pattern: (operand) => {
    const pattern = operand instanceof BSONRegExp ? operand.pattern : operand;
    if (typeof pattern !== 'string') throw malformed('pattern', 'a string');
    const compiled = compilePattern(pattern, '');
    return whenText((text) => compiled.test(text));
  },
  items,
  additionalItems,
  minItems: (operand) => {
    const least = count('minItems', operand);
    return whenArray((array) => array.length >= least);
  },
  maxItems: (operand) => {
    const most = count('maxItems', operand);
    return whenArray((array) => array.length <= most);
  },
  uniqueItems: (operand) => (operand === true ? whenArray(areUnique) : () => true),
  allOf: (operand) => {
    const checks = schemas('allOf', operand);
    return (value) => checks.every((check) => check(value));
  },
  anyOf: (operand) => {
    const checks = schemas('anyOf', operand);
    return (value) => checks.some((check) => check(value));
  },
  oneOf: (operand) => {
    const checks = schemas('oneOf', operand);
    return (value) => checks.filter((check) => check(value)).length === 1;
  },
  not: (operand) => {
    const check = compile(operand);
    return (value) => !check(value);
  },
  title: () => () => true,
  description: () => () => true,
};

function requireBoolean(keyword: string, operand: Value): Check {
  if (typeof operand !== 'boolean') throw malformed(keyword, 'a boolean');
  return () => true;
}

function compile(schema: Value): Check {
  if (!isDocument(schema)) throw new CommandError(14, '$jsonSchema must be an object');
  if (schema['type'] !== undefined && schema['bsonType'] !== undefined) {
    throw new CommandError(9, "Cannot specify both $jsonSchema keywords 'type' and 'bsonType'");
  }
  const checks = Object.entries(schema).map(([name, operand]) => {
    const keyword = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    if (!keyword) throw new CommandError(9, `Unknown $jsonSchema keyword: ${name}`);
    return keyword(operand as Value, schema);
  });
  return (value) => checks.every((check) => check(value));
}

/** @throws CommandError where the schema is malformed or uses a keyword that is not known */
export function compileSchema(schema: Value): (document: Document) => boolean {
  return compile(schema);
}
