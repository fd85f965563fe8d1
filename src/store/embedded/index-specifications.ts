/** What may be said of an index, checked before it is made. */
import type { Document } from 'bson';
import { CommandError } from './errors.js';
import { compileFilter } from './query/matching.js';
import { isPattern } from './query/pattern.js';
import { show } from './values/show.js';
import { isDocument, isNumeric, isTruthy, toNumber, typeOf, type Value } from './values/types.js';

const longestExpiry = 0x7fffffff;
const ofIdentity = new Set(['key', 'name', 'ns', 'v', 'collation']);
const comparisons = new Set(['$eq', '$gt', '$gte', '$lt', '$lte', '$type', '$in', '$exists']);

function refused(message: string): CommandError {
  return new CommandError(67, message);
}

/** @throws CommandError where an index of this kind cannot be */
export function requireIndexSpecification(specification: Document): void {
  const key = specification['key'] as Value;
  if (!isDocument(key)) throw new CommandError(key === undefined ? 9 : 14, "The 'key' field of an index specification must be an object");
  if (typeof specification['name'] !== 'string') {
    throw new CommandError(specification['name'] === undefined ? 9 : 14, "The 'name' field of an index specification must be a string");
  }
  requireKey(key);
  const foreign = isIdentity(key) ? Object.keys(specification).find((name) => !ofIdentity.has(name)) : undefined;
  if (foreign !== undefined) throw new CommandError(197, `The field '${foreign}' is not valid for an _id index specification.`);
  for (const name of ['unique', 'sparse']) requireFlag(name, specification[name] as Value);
  requireExpiry(key, specification['expireAfterSeconds'] as Value);
  requirePartialFilter(specification);
}

function isIdentity(key: Document): boolean {
  const names = Object.keys(key);
  return names.length === 1 && names[0] === '_id' && toNumber(key['_id']) === 1;
}

function requireKey(key: Document): void {
  const fields = Object.entries(key) as [string, Value][];
  if (fields.length === 0) throw refused('Index keys cannot be empty.');
  for (const [path, direction] of fields) {
    const steps = path.split('.');
    if (path === '' || steps.includes('')) throw refused(`Index key '${path}' contains an empty field name`);
    if (steps.some((step) => step.startsWith('$') && !['$ref', '$id', '$db'].includes(step))) {
      throw refused(`Index key '${path}' contains a field name that begins with '$'`);
    }
    if (!isNumeric(direction) || Math.abs(toNumber(direction)) !== 1) throw refused(`index type '${show(direction)}' is not implemented`);
  }
}

function requireFlag(name: string, value: Value): void {
  if (value === undefined || typeof value === 'boolean' || isNumeric(value)) return;
  throw new CommandError(14, `The field '${name}' has value ${show(value)}, which is not convertible to bool`);
}

function requireExpiry(key: Document, seconds: Value): void {
  if (seconds === undefined) return;
  if (!isNumeric(seconds)) {
    throw new CommandError(14, `TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${typeOf(seconds)}'`);
  }
  const number = toNumber(seconds);
  if (!(number >= 0 && number <= longestExpiry)) {
    throw refused(`TTL index 'expireAfterSeconds' option must be between 0 and ${longestExpiry}, not ${number}`);
  }
  if (Object.keys(key).length > 1) throw refused('TTL indexes are single-field indexes, compound indexes do not support TTL.');
}

function requirePartialFilter({ partialFilterExpression: filter, sparse }: Document): void {
  if (filter === undefined) return;
  if (!isDocument(filter)) throw new CommandError(14, "The field 'partialFilterExpression' must be an object");
  if (isTruthy(sparse)) throw refused('cannot mix "partialFilterExpression" and "sparse" options');
  compileFilter(filter);
  requireSimple(filter);
}

/** An index can leave out only what a comparison tells. */
function requireSimple(filter: Document): void {
  for (const [path, condition] of Object.entries(filter) as [string, Value][]) {
    if (path === '$and' || path === '$or') for (const part of condition as Document[]) requireSimple(part);
    else if (path.startsWith('$') || isPattern(condition)) throw unsupported(path);
    else if (isDocument(condition)) requireComparisons(condition);
  }
}

function requireComparisons(condition: Document): void {
  for (const [name, operand] of Object.entries(condition) as [string, Value][]) {
    if (!name.startsWith('$')) return;
    if (!comparisons.has(name) || isPattern(operand)) throw unsupported(name);
    if (name === '$exists' && !isTruthy(operand)) throw unsupported('$exists: false');
    if (name === '$in' && (operand as Value[]).some(isPattern)) throw unsupported('a pattern in $in');
  }
}

function unsupported(what: string): CommandError {
  return refused(`Expression not supported in partial index: ${what}`);
}
