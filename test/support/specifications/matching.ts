/** Whether an answer is what a specification expects: the matching rules of MongoDB's unified test format. */
import type { Document } from 'bson';

export type Entities = Map<string, unknown>;

const types: Record<string, (value: unknown) => boolean> = {
  int: (value) => Number.isInteger(value) || bsonType(value) === 'Long',
  long: (value) => Number.isInteger(value) || bsonType(value) === 'Long',
  double: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  object: (value) => typeof value === 'object' && value !== null,
  array: Array.isArray,
  bool: (value) => typeof value === 'boolean',
  date: (value) => value instanceof Date,
  objectId: (value) => bsonType(value) === 'ObjectId',
  binData: (value) => bsonType(value) === 'Binary',
  timestamp: (value) => bsonType(value) === 'Timestamp',
};

/** @returns null where it matches, else the path and what is wrong there */
export function mismatch(expected: unknown, actual: unknown, entities: Entities, path = '', root = true): string | null {
  const operator = operatorOf(expected);
  if (operator) return special(operator, (expected as Document)[operator], actual, entities, path, root);
  if (Array.isArray(expected)) return mismatchOfArrays(expected, actual, entities, path, root);
  if (isPlain(expected)) return mismatchOfDocuments(expected, actual, entities, path, root);
  return sameScalar(expected, actual) ? null : differs(expected, actual, path);
}

function mismatchOfArrays(expected: unknown[], actual: unknown, entities: Entities, path: string, root: boolean): string | null {
  if (!Array.isArray(actual)) return differs(expected, actual, path);
  if (actual.length !== expected.length) return `${path} has ${actual.length} elements, not ${expected.length}: ${show(actual)}`;
  for (let at = 0; at < expected.length; at++) {
    const problem = mismatch(expected[at], actual[at], entities, `${path}[${at}]`, root);
    if (problem) return problem;
  }
  return null;
}

function mismatchOfDocuments(expected: Document, actual: unknown, entities: Entities, path: string, root: boolean): string | null {
  if (typeof actual !== 'object' || actual === null) return differs(expected, actual, path);
  // The driver keeps the order of a sort's or an index's fields in a map.
  const fields = (actual instanceof Map ? Object.fromEntries(actual) : actual) as Document;
  for (const [name, value] of Object.entries(expected)) {
    const at = path ? `${path}.${name}` : name;
    const absent = fields[name] === undefined;
    const operator = operatorOf(value);
    if (absent && operator === '$$exists') {
      if ((value as Document)['$$exists']) return `${at} is missing`;
      continue;
    }
    if (absent && operator === '$$unsetOrMatches') continue;
    if (absent) return `${at} is missing in ${show(actual)}`;
    const problem = mismatch(value, fields[name], entities, at, false);
    if (problem) return problem;
  }
  if (root) return null;
  const extra = Object.keys(fields).find((name) => !(name in expected) && fields[name] !== undefined);
  return extra === undefined ? null : `${path}.${extra} is not expected`;
}

function special(operator: string, operand: unknown, actual: unknown, entities: Entities, path: string, root: boolean): string | null {
  switch (operator) {
    case '$$exists':
      return operand === (actual !== undefined) ? null : `${path} ${operand ? 'is missing' : 'is there'}`;
    case '$$unsetOrMatches':
      return actual === undefined || actual === null ? null : mismatch(operand, actual, entities, path, root);
    case '$$type': {
      const wanted = Array.isArray(operand) ? (operand as string[]) : [operand as string];
      if (wanted.includes('number') && typeof actual === 'number') return null;
      return wanted.some((type) => types[type]?.(actual)) ? null : `${path} is no ${wanted.join(' or ')}: ${show(actual)}`;
    }
    case '$$matchesEntity':
      return mismatch(entities.get(operand as string), actual, entities, path, false);
    case '$$sessionLsid': {
      const wanted = (entities.get(operand as string) as { id: Document }).id;
      return show(wanted) === show(actual) ? null : differs(wanted, actual, path);
    }
    case '$$matchAsRoot':
      return mismatch(operand, actual, entities, path, true);
    case '$$lte':
      return Number(actual) <= Number(operand) ? null : differs(expected(operator, operand), actual, path);
    default:
      return `the runner knows no ${operator}`;
  }
}

function expected(operator: string, operand: unknown): Document {
  return { [operator]: operand };
}

function operatorOf(value: unknown): string | null {
  if (!isPlain(value)) return null;
  const names = Object.keys(value);
  return names.length === 1 && names[0]!.startsWith('$$') ? names[0]! : null;
}

function isPlain(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value.constructor === Object;
}

function bsonType(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { _bsontype?: unknown })._bsontype : undefined;
}

function sameScalar(one: unknown, other: unknown): boolean {
  if (isNumeric(one) && isNumeric(other)) return Number(one) === Number(other);
  return one === other || (one === null && other === undefined) || (bsonType(one) !== undefined && show(one) === show(other));
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || ['Long', 'Int32', 'Double'].includes(String(bsonType(value)));
}

function differs(wanted: unknown, actual: unknown, path: string): string {
  return `${path || 'the result'} is ${show(actual)}, not ${show(wanted)}`;
}

export function show(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one)) ?? 'undefined';
}
