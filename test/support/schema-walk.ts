/**
 * Every place of the API that takes something from a client, and what hostile clients put there. All of it follows
 * from the schema: a field, argument or type that is new is walked from then on.
 */
import {
  getNamedType,
  getNullableType,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** A field that takes arguments, and how to reach it: what stands before and after it in a document. */
export interface WalkedField {
  kind: 'query' | 'mutation' | 'subscription';
  type: string;
  field: GraphQLField<unknown, unknown>;
  before: string;
  after: string;
}

/** Sensible values, by the name of an argument or input field. */
export type Base = (name: string, type: GraphQLInputType) => unknown;

/** A place within a field's arguments, such as `input.items.0.quantity`. */
export interface Place {
  path: string[];
  type: GraphQLInputType;
  /** Whether it can be left out. */
  optional: boolean;
}

export function walkedFields(schema: GraphQLSchema, base: Base): WalkedField[] {
  const fields: WalkedField[] = [];
  const roots = { query: schema.getQueryType()!, mutation: schema.getMutationType()!, subscription: schema.getSubscriptionType()! };
  for (const [kind, type] of Object.entries(roots) as [WalkedField['kind'], GraphQLObjectType][]) {
    for (const field of Object.values(type.getFields())) {
      if (field.args.length > 0) fields.push({ kind, type: type.name, field, before: '{ ', after: ' }' });
    }
  }
  for (const { type, before, after } of reachable(schema, roots.query, base)) {
    for (const field of Object.values(type.getFields())) {
      if (field.args.length > 0) fields.push({ kind: 'query', type: type.name, field, before, after });
    }
  }
  return fields;
}

interface Reached {
  type: GraphQLObjectType;
  before: string;
  after: string;
}

/** Each object type once, by a shortest way from a root. */
function reachable(schema: GraphQLSchema, root: GraphQLObjectType, base: Base): Reached[] {
  const seen = new Set([root.name]);
  const queue: Reached[] = [{ type: root, before: '{ ', after: ' }' }];
  for (let at = 0; at < queue.length; at++) {
    const { type, before, after } = queue[at]!;
    for (const field of Object.values(type.getFields())) {
      const below = getNamedType(field.type);
      if (!isCompositeType(below)) continue;
      for (const next of isObjectType(below) ? [below] : schema.getPossibleTypes(below)) {
        if (seen.has(next.name)) continue;
        seen.add(next.name);
        const literal = argumentsLiteral(field, base, next.name);
        queue.push({ type: next, before: `${before}${field.name}${literal} { ... on ${next.name} { `, after: ` } }${after}` });
      }
    }
  }
  return queue.slice(1);
}

function argumentsLiteral({ args }: GraphQLField<unknown, unknown>, base: Base, of: string): string {
  const given = args.filter(({ type, name, defaultValue }) => (isNonNullType(type) && defaultValue === undefined) || name === 'id');
  const values = given.map((argument) => {
    const value = argument.type.toString().includes('ID') ? base(`${of}.${argument.name}`, argument.type) : valueFor(argument, base);
    return `${argument.name}: ${JSON.stringify(value).replace(/"(\w+)":/g, '$1:')}`;
  });
  return values.length > 0 ? `(${values.join(', ')})` : '';
}

/** A value that the schema takes, with required fields only. */
export function valueFor({ name, type }: GraphQLArgument | GraphQLInputField, base: Base): unknown {
  const given = base(name, type);
  if (given !== undefined) return given;
  const plain = getNullableType(type);
  if (isListType(plain)) return [valueFor({ name, type: plain.ofType } as GraphQLArgument, base)];
  if (isEnumType(plain)) return plain.getValues()[0]!.name;
  if (isInputObjectType(plain)) {
    const required = Object.values(plain.getFields()).filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    return Object.fromEntries(required.map((field) => [field.name, valueFor(field, base)]));
  }
  if (plain === GraphQLInt) return 3;
  if (plain === GraphQLFloat) return 0.5;
  if (plain === GraphQLBoolean) return false;
  if (plain.name === 'DateTimeISO') return new Date().toISOString();
  return plain.name === 'URL' ? 'https://example.org/a.png' : 'text';
}

/** Every place within a field's arguments: the argument, and all that it is made of. */
export function placesOf({ args }: GraphQLField<unknown, unknown>): Place[] {
  return args.flatMap((argument) => placesIn([argument.name], argument));
}

function placesIn(path: string[], { type, defaultValue }: GraphQLArgument | GraphQLInputField, depth = 0): Place[] {
  const own: Place = { path, type, optional: !isNonNullType(type) || defaultValue !== undefined };
  const plain = getNullableType(type);
  const inner = isListType(plain) ? getNullableType(plain.ofType) : plain;
  const at = isListType(plain) ? [...path, '0'] : path;
  if (!isInputObjectType(inner) || depth > 4) return [own];
  return [own, ...Object.values(inner.getFields()).flatMap((field) => placesIn([...at, field.name], field, depth + 1))];
}

const megabyte = 'm'.repeat(1024 * 1024);
const foreignIds = (ids: readonly string[]): string[] => [
  ...ids,
  Buffer.from(`Product:${'f'.repeat(24)}`).toString('base64url'),
  Buffer.from(`Nothing:${'0'.repeat(24)}`).toString('base64url'),
  Buffer.from('Product:../../etc/passwd').toString('base64url'),
  Buffer.from('{"$gt":""}').toString('base64url'),
  '=====',
  '0'.repeat(24),
  '{"$ne":null}',
];

const texts = [
  ...['', ' ', '\n\t ', megabyte, 'a\0b', '\u0007', '\u202eadmin', '\u200b', '\u3164\u2800', 'a\ud800', '\udfff', '\ufffe'],
  ...['\u0301'.repeat(500), '👩‍👩‍👧‍👦'.repeat(300), '$where', '__proto__', '{"$gt":""}', "'; DROP TABLE users; --", '<script>alert(1)</script>'],
  ...[
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:secret@example.org',
    `https://example.org/${'a'.repeat(3_000)}`,
    '../../etc/passwd',
  ],
  ...['%s%n%x', '\\', '(a+)+$', 'é'.normalize('NFD')],
];
const numbers = [-1, 0, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 1e308, 0.5, 1e-308];
const times = [
  '',
  '2026-13-45',
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '-000001-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
];
/** No value of any type of the API, or one that only looks like it. */
const misfits = [null, [], {}, [[[['x']]]], { $gt: '' }, { __proto__: null, constructor: 1 }, true, 'text', 7, nested(200)];

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { inner: nested(depth - 1) };
}

/** What is put into a place. */
export function hostileValues(type: GraphQLInputType, foreign: readonly string[], cursors: readonly string[], name: string): unknown[] {
  const plain = getNullableType(type);
  if (isListType(plain)) {
    const items = hostileValues(plain.ofType, foreign, cursors, name).map((value) => [value]);
    const long = (length: number): unknown[] => Array.from({ length }, () => foreign[0]);
    return [...items, [], long(101), long(5_000), null, ...misfits];
  }
  if (isInputObjectType(plain)) return misfits;
  if (isEnumType(plain)) return [...plain.getValues().map((value) => value.name), 'NONE', '', ...misfits];
  if (plain === GraphQLID)
    return [...foreignIds(foreign), ...texts.filter((text) => text !== megabyte).slice(0, 7), 'm'.repeat(10_000), ...misfits];
  if (plain === GraphQLInt || plain === GraphQLFloat) return [...numbers, ...misfits];
  if (plain.name === 'DateTimeISO') return [...times, ...misfits];
  if (plain !== GraphQLString) return [...texts, ...misfits];
  return /^(?:after|before)$/.test(name) ? [...cursors, ...texts.slice(0, 8), ...misfits] : [...texts, ...misfits];
}

/** Cursors of a list with other values in them. */
export function forgedCursors(real: string): string[] {
  const [list, key] = JSON.parse(Buffer.from(real, 'base64url').toString()) as [string, unknown];
  const width = Array.isArray(key) ? key.length : 1;
  const forged = [null, 'x', 1e308, -1, true, { o: 'f'.repeat(24) }, { d: 8.64e15 }, { d: 1e300 }, { $gt: '' }, [], '\0'];
  const keys = forged.flatMap((value) => [Array.isArray(key) ? Array.from({ length: width }, () => value) : value]);
  return [...keys, [], Array.from({ length: 50 }, () => 1)].map((value) =>
    Buffer.from(JSON.stringify([list, value])).toString('base64url'),
  );
}

/** The arguments with another value at a place. */
export function withValueAt(args: unknown, [step, ...rest]: string[], value: unknown, type?: GraphQLInputType): unknown {
  if (step === undefined) return value;
  if (Array.isArray(args)) return args.map((item, at) => (String(at) === step ? withValueAt(item, rest, value, type) : item));
  const object = (args ?? {}) as Record<string, unknown>;
  const inner = object[step] ?? (rest[0] === '0' ? [{}] : undefined);
  return { ...object, [step]: withValueAt(inner, rest, value, type) };
}

/** Everything that can be selected without arguments, so many levels deep. */
export function everything(schema: GraphQLSchema, type: GraphQLCompositeType, depth: number): string {
  if (!isObjectType(type)) {
    return `{ __typename ${schema
      .getPossibleTypes(type)
      .map((possible) => `... on ${possible.name} ${aliased(schema, possible, depth)}`)
      .join(' ')} }`;
  }
  return aliased(schema, type, depth);
}

/** The same in several selections, one for each field, for types that have more fields than one operation may select. */
export function everythingByField(schema: GraphQLSchema, type: GraphQLCompositeType, depth: number): string[] {
  return isObjectType(type) ? partsOf(schema, type, depth).map((part) => `{ ${part} }`) : [everything(schema, type, depth)];
}

/** Fields of several types under one name may differ in type, so that each has a name of its own. */
function aliased(schema: GraphQLSchema, type: GraphQLObjectType, depth: number): string {
  return `{ __typename ${partsOf(schema, type, depth).join(' ')} }`;
}

function partsOf(schema: GraphQLSchema, type: GraphQLObjectType, depth: number): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(({ type: of, defaultValue }) => isNonNullType(of) && defaultValue === undefined)) return [];
    const below = getNamedType(field.type);
    if (!isCompositeType(below)) return [`${type.name}_${field.name}: ${field.name}`];
    const page = field.args.some(({ name }) => name === 'first') ? '(first: 2)' : '';
    const free = below.name.endsWith('Connection') || below.name.endsWith('Edge') ? 0 : 1;
    return depth <= 0 ? [] : [`${type.name}_${field.name}: ${field.name}${page} ${everything(schema, below, depth - free)}`];
  });
}
