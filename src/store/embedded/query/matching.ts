/** Filters as functions, by MongoDB's rules and with its error codes. */
import type { Document } from 'bson';
import { MaxKey, MinKey } from 'bson';
import type { Collation } from '../collation.js';
import { CommandError } from '../errors.js';
import { compileExpression, newScope, type Variables } from '../expressions/index.js';
import { identityKey } from '../key.js';
import { truncated } from '../values/arithmetic.js';
import { compare, isEqual, rankOf } from '../values/order.js';
import { isDocument, isNothing, isNumeric, isTruthy, toNumber, typeOf, type TypeName, type Value } from '../values/types.js';
import { bitTest } from './bits.js';
import { compileSchema } from './json-schema.js';
import { reaches, type Matched, type Test } from './paths.js';
import { compilePattern, isPattern, sourceOf } from './pattern.js';
import { typeNameOf } from './type-names.js';

export type Filter = (document: Document, matched?: Matched) => boolean;

export interface FilterOptions {
  collation?: Collation | null;
  variables?: Variables;
}

/** What conditions are compiled with: where `whole`, a value that is an array is not looked into. */
export interface ConditionOptions extends FilterOptions {
  whole?: boolean;
  /** Conditions on an item of a list, which are not on the whole document. */
  ofItem?: boolean;
}

const notImplemented = new Set([
  '$where',
  '$text',
  '$near',
  '$nearSphere',
  '$geoWithin',
  '$geoIntersects',
  '$geoNear',
  '$within',
  '$uniqueDocs',
  '$maxDistance',
  '$minDistance',
]);

/** @throws CommandError where the filter is malformed or says something that is not implemented */
export function compileFilter(filter: Document, options: ConditionOptions = {}): Filter {
  const parts = Object.entries(filter)
    .map(([name, condition]) => compileClause(name, condition, options))
    .filter((part) => part !== null);
  return all(parts);
}

/** The top-level fields that a filter looks at; null where it may look at any. */
export function fieldsOf(filter: Document): ReadonlySet<string> | null {
  const fields = new Set<string>();
  return addFields(filter, fields) ? fields : null;
}

function addFields(filter: Document, fields: Set<string>): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    if (!name.startsWith('$')) return fields.add(name.split('.', 1)[0]!);
    if (name === '$and' || name === '$or' || name === '$nor') return (condition as Document[]).every((part) => addFields(part, fields));
    return name === '$comment';
  });
}

function all(parts: Filter[]): Filter {
  if (parts.length === 0) return () => true;
  if (parts.length === 1) return parts[0]!;
  return (document, matched) => parts.every((part) => part(document, matched));
}

function compileClause(name: string, condition: Value, options: ConditionOptions): Filter | null {
  if (!name.startsWith('$')) return compileField(name, condition, options);
  switch (name) {
    case '$and':
      return all(branches(name, condition, options));
    case '$or': {
      const parts = branches(name, condition, options);
      return (document, matched) => parts.some((part) => part(document, matched));
    }
    case '$nor': {
      const parts = branches(name, condition, options);
      return (document) => !parts.some((part) => part(document));
    }
    case '$expr': {
      if (options.ofItem) throw new CommandError(2, '$expr can only be applied to the top-level document');
      const expression = compileExpression(condition, options);
      return (document) => isTruthy(expression(newScope(document, options.variables)));
    }
    case '$jsonSchema':
      return compileSchema(condition);
    case '$comment':
      return null;
    case '$alwaysTrue':
      return () => true;
    case '$alwaysFalse':
      return () => false;
    case '$sampleRate': {
      const rate = isNumeric(condition) ? toNumber(condition) : NaN;
      if (!(rate >= 0 && rate <= 1)) throw new CommandError(2, `numeric argument to $sampleRate must be in [0, 1]`);
      return () => Math.random() < rate;
    }
    default:
      if (notImplemented.has(name)) throw new CommandError(238, `${name} is not implemented`);
      throw new CommandError(
        2,
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function branches(name: string, condition: Value, options: ConditionOptions): Filter[] {
  if (!Array.isArray(condition)) throw new CommandError(2, `${name} must be an array`);
  if (condition.length === 0) throw new CommandError(2, '$and/$or/$nor must be a nonempty array');
  return condition.map((part: Value) => {
    if (!isDocument(part)) throw new CommandError(2, '$or/$and/$nor entries need to be full objects');
    return compileFilter(part, options);
  });
}

/** Whether a condition is made of operators, rather than a document to compare with. */
export function isOperators(condition: Value): condition is Document {
  if (!isDocument(condition)) return false;
  const first = Object.keys(condition)[0];
  return first !== undefined && first.startsWith('$') && !['$ref', '$id', '$db'].includes(first);
}

function compileField(path: string, condition: Value, options: ConditionOptions): Filter {
  if (!isOperators(condition)) return reaches(path, equalTo(condition, options));
  return all(compileOperators(path, condition, options));
}

function compileOperators(path: string, operators: Document, options: ConditionOptions): Filter[] {
  const filters: Filter[] = [];
  for (const [name, operand] of Object.entries(operators)) {
    if (name === '$options') {
      if (operators['$regex'] === undefined) throw new CommandError(2, '$options needs a $regex');
      continue;
    }
    filters.push(compileOperator(path, name, operand, operators, options));
  }
  return filters;
}

function not(filter: Filter): Filter {
  return (document) => !filter(document);
}

function compileOperator(path: string, name: string, operand: Value, operators: Document, options: ConditionOptions): Filter {
  const leaf = options.whole ? 'whole' : 'elements';
  switch (name) {
    case '$eq':
      return reaches(path, sameAs(operand, options), leaf);
    case '$ne':
      if (isPattern(operand)) throw new CommandError(2, "Can't have regex as arg to $ne.");
      return not(reaches(path, sameAs(operand, options), leaf));
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return reaches(path, ordered(path, name, operand, options), leaf);
    case '$in':
      return reaches(path, anyOf(name, operand, options), leaf);
    case '$nin':
      return not(reaches(path, anyOf(name, operand, options), leaf));
    case '$not':
      return compileNot(path, operand, options);
    case '$exists': {
      const there = reaches(path, (value) => value !== undefined, 'whole');
      return isTruthy(operand) ? there : not(there);
    }
    case '$regex':
      return reaches(path, patternTest(regexOf(operand, operators['$options'])), leaf);
    case '$elemMatch':
      return compileElemMatch(path, operand, options);
    case '$all':
      return compileAll(path, operand, options);
    default:
      return valueFilter(path, name, operand, leaf);
  }
}

function valueFilter(path: string, name: string, operand: Value, leaf: 'elements' | 'whole'): Filter {
  const [test, own] = valueTest(name, operand);
  return reaches(path, test, own ?? leaf);
}

/** The operators that look at a value alone. */
function valueTest(name: string, operand: Value): [Test, ('elements' | 'whole')?] {
  switch (name) {
    case '$type':
      return [typeTest(operand)];
    case '$mod':
      return [modTest(operand)];
    case '$size': {
      const size = wholeNumber(operand, '$size');
      return [(value) => Array.isArray(value) && value.length === size, 'whole'];
    }
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return [bitTest(name, operand)];
    default:
      if (notImplemented.has(name)) throw new CommandError(238, `${name} is not implemented`);
      throw new CommandError(2, `unknown operator: ${name}`);
  }
}

function wholeNumber(operand: Value, name: string): number {
  if (!isNumeric(operand)) throw new CommandError(9, `Failed to parse ${name}. Expected a number in: ${name}: ${JSON.stringify(operand)}`);
  const number = toNumber(operand);
  if (!Number.isInteger(number)) throw new CommandError(9, `Failed to parse ${name}. Expected an integer: ${name}: ${number}`);
  if (number < 0) throw new CommandError(9, `Failed to parse ${name}. Expected a non-negative number in: ${name}: ${number}`);
  return number;
}

/** What a plain condition means: a pattern matches texts, null matches what is missing. */
function equalTo(operand: Value, options: FilterOptions): Test {
  return isPattern(operand) ? patternTest(operand) : sameAs(operand, options);
}

function sameAs(operand: Value, { collation }: FilterOptions): Test {
  if (isNothing(operand)) return isNothing;
  if (typeof operand === 'string' && !collation) return (value) => value === operand;
  return (value) => value !== undefined && isEqual(value, operand, collation);
}

function patternTest(pattern: ReturnType<typeof compileBoth> | Parameters<typeof sourceOf>[0]): Test {
  const { source, options, compiled } = 'compiled' in pattern ? pattern : compileBoth(sourceOf(pattern));
  return (value) => {
    if (typeof value === 'string') return compiled.test(value);
    if (!isPattern(value)) return false;
    const other = sourceOf(value);
    return other.source === source && other.options === options;
  };
}

function compileBoth({ source, options }: { source: string; options: string }): { source: string; options: string; compiled: RegExp } {
  return { source, options, compiled: compilePattern(source, options) };
}

function regexOf(operand: Value, flags: Value): ReturnType<typeof compileBoth> {
  if (flags !== undefined && typeof flags !== 'string') throw new CommandError(2, '$options has to be a string');
  if (typeof operand === 'string') return compileBoth({ source: operand, options: flags ?? '' });
  if (!isPattern(operand)) throw new CommandError(2, '$regex has to be a string');
  const { source, options } = sourceOf(operand);
  if (flags !== undefined && options !== '') throw new CommandError(51075, 'options set in both $regex and $options');
  return compileBoth({ source, options: flags ?? options });
}

const holds: Record<string, (order: number) => boolean> = {
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

/** Only values of the operand's own kind are on either side of it; the ends of the order are beyond all kinds. */
function ordered(path: string, name: string, operand: Value, { collation }: FilterOptions): Test {
  if (isPattern(operand)) throw new CommandError(2, `Can't have RegEx as arg to predicate over field '${path}'.`);
  const test = holds[name]!;
  const inclusive = test(0);
  if (isNothing(operand)) return (value) => inclusive && isNothing(value);
  if (isNumeric(operand) && Number.isNaN(toNumber(operand))) {
    return (value) => inclusive && isNumeric(value) && Number.isNaN(toNumber(value));
  }
  if (operand instanceof MinKey || operand instanceof MaxKey) return (value) => test(compare(value ?? null, operand));
  if (typeof operand === 'number') {
    return (value) => {
      if (typeof value === 'number')
        return !Number.isNaN(value) && test(value - operand || Number(value > operand) - Number(value < operand));
      return isNumeric(value) && !Number.isNaN(toNumber(value)) && test(compare(value, operand));
    };
  }
  const rank = rankOf(operand);
  const numeric = isNumeric(operand);
  return (value) => {
    if (value === undefined || rankOf(value) !== rank) return false;
    if (numeric && Number.isNaN(toNumber(value))) return false;
    return test(compare(value, operand, collation));
  };
}

function anyOf(name: string, operand: Value, options: FilterOptions): Test {
  if (!Array.isArray(operand)) throw new CommandError(2, `${name} needs an array`);
  if (operand.some(isOperators)) throw new CommandError(2, `cannot nest $ under ${name}`);
  if (!options.collation && operand.every(isIdentifiable)) {
    const keys = new Set(operand.map(identityKey));
    const nothing = operand.some(isNothing);
    return (value) => (isNothing(value) ? nothing : isIdentifiable(value) && keys.has(identityKey(value)));
  }
  const tests = operand.map((element: Value) => equalTo(element, options));
  return (value) => tests.some((test) => test(value));
}

/** Values that a key tells apart, so that a set finds them. */
function isIdentifiable(value: Value): boolean {
  return !Array.isArray(value) && !isDocument(value) && !isPattern(value);
}

function compileNot(path: string, operand: Value, options: ConditionOptions): Filter {
  if (isPattern(operand)) return not(reaches(path, patternTest(operand), options.whole ? 'whole' : 'elements'));
  if (!isDocument(operand)) throw new CommandError(2, '$not needs a regex or a document');
  if (Object.keys(operand).length === 0) throw new CommandError(2, '$not cannot be empty');
  const foreign = Object.keys(operand).find((name) => !name.startsWith('$'));
  if (foreign !== undefined) throw new CommandError(2, `unknown operator: ${foreign}`);
  return not(all(compileOperators(path, operand, options)));
}

function compileElemMatch(path: string, operand: Value, options: FilterOptions): Filter {
  const test = elementTest(operand, options);
  return reaches(
    path,
    (value, matched) => {
      if (!Array.isArray(value)) return false;
      const position = value.findIndex((element) => test(element));
      if (position >= 0 && matched) matched.position = position;
      return position >= 0;
    },
    'whole',
  );
}

/** Whether one element satisfies an `$elemMatch`: its operators, or the filter over its fields. */
export function elementTest(operand: Value, options: FilterOptions): (element: Value) => boolean {
  if (!isDocument(operand)) throw new CommandError(2, '$elemMatch needs an Object');
  const first = Object.keys(operand)[0];
  const logical = first !== undefined && ['$and', '$or', '$nor', '$expr', '$jsonSchema', '$where', '$comment'].includes(first);
  if (isOperators(operand) && !logical) {
    const filters = compileOperators('v', operand, { ...options, whole: true });
    return (element) => filters.every((filter) => filter({ v: element }));
  }
  const filter = compileFilter(operand, { ...options, whole: false, ofItem: true });
  return (element) => (isDocument(element) || Array.isArray(element)) && filter(asFields(element));
}

/** An array's elements are fields by their position. */
function asFields(element: Document | Value[]): Document {
  return Array.isArray(element) ? Object.fromEntries(element.entries()) : element;
}

function compileAll(path: string, operand: Value, options: ConditionOptions): Filter {
  if (!Array.isArray(operand)) throw new CommandError(2, '$all needs an array');
  if (operand.length === 0) return () => false;
  const nested = operand.filter((element) => isOperators(element));
  if (nested.length === 0)
    return all(operand.map((element: Value) => reaches(path, equalTo(element, options), options.whole ? 'whole' : 'elements')));
  return all(
    operand.map((element: Value) => {
      const names = isOperators(element) ? Object.keys(element) : [];
      if (names.length !== 1 || names[0] !== '$elemMatch') throw new CommandError(2, 'no $ expressions in $all');
      return compileElemMatch(path, (element as Document)['$elemMatch'], options);
    }),
  );
}

const numericTypes = new Set<TypeName>(['int', 'long', 'double', 'decimal']);

function typeTest(operand: Value): Test {
  const names = new Set((Array.isArray(operand) ? (operand as Value[]) : [operand]).map((type) => typeNameOf(type)));
  if (names.size === 0) throw new CommandError(9, '$type must match at least one type');
  return (value) => {
    const type = typeOf(value);
    return names.has(type) || (names.has('number') && numericTypes.has(type));
  };
}

function modTest(operand: Value): Test {
  if (!Array.isArray(operand)) throw new CommandError(2, 'malformed mod, needs to be an array');
  if (operand.length < 2) throw new CommandError(2, 'malformed mod, not enough elements');
  if (operand.length > 2) throw new CommandError(2, 'malformed mod, too many elements');
  if (!isNumeric(operand[0])) throw new CommandError(2, 'malformed mod, divisor not a number');
  if (!isNumeric(operand[1])) throw new CommandError(2, 'malformed mod, remainder not a number');
  const [divisor, remainder] = operand.map((element: Value) => wholePart(element)) as [bigint | null, bigint | null];
  if (divisor === null || remainder === null) throw new CommandError(2, 'malformed mod, the numbers must be of 64 bits');
  if (divisor === 0n) throw new CommandError(2, 'divisor cannot be 0');
  return (value) => {
    if (!isNumeric(value)) return false;
    const whole = wholePart(value);
    return whole !== null && whole % divisor === remainder;
  };
}

/** A number without its fraction; null where 64 bits do not hold it. */
function wholePart(value: Value): bigint | null {
  const whole = truncated(value);
  return whole !== null && BigInt.asIntN(64, whole) === whole ? whole : null;
}
