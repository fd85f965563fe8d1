/**
 * Checks that docs/upgrading.md names every breaking change and every new enum value since 0.1.0, nothing that did not
 * change, and only replacements that there are.
 */
import { readFileSync } from 'node:fs';
import { ChangeType, CriticalityLevel, diff, type Change } from '@graphql-inspector/core';
import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

interface Row {
  before: string[];
  now: string[];
}

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Names in code, as graphql-inspector writes paths: `Product.reviews(sort:)` is Product.reviews.sort. */
function namesIn(cell: string): string[] {
  const names = [...cell.matchAll(/`([A-Z]+[a-z]\w*(?:\.\w+)?(?:\(\w+:\))?)`/g)];
  return names.map(([, name]) => name!.replace(/\((\w+):\)/, '.$1'));
}

function rowsOf(page: string): Row[] {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) => {
    const [, before, now] = line.split(/(?<!\\)\|/);
    return { before: namesIn(before!), now: namesIn(now!) };
  });
}

/** Whether only the name of a type changed, which has a row of its own. */
function followsFromRename({ meta }: Change, renamed: Map<string, string>): boolean {
  const { oldFieldType: before, newFieldType: now } = meta as { oldFieldType?: string; newFieldType?: string };
  return before !== undefined && before.replace(/\w+/, (name) => renamed.get(name) ?? name) === now;
}

/** Every payload may be null, which the page says once for all. */
function isNullablePayload({ path, meta }: Change): boolean {
  const { oldFieldType: before, newFieldType: now } = meta as { oldFieldType?: string; newFieldType?: string };
  return path!.startsWith('Mutation.') && before === `${now}!`;
}

function exists(schema: GraphQLSchema, name: string): boolean {
  const [typeName, member, argument] = name.split('.');
  const type = schema.getType(typeName!);
  if (!type || !member) return type !== undefined;
  if (isEnumType(type)) return type.getValue(member) !== undefined;
  if (isInputObjectType(type)) return member in type.getFields();
  if (!isObjectType(type) && !isInterfaceType(type)) return false;
  const field = type.getFields()[member];
  return field !== undefined && (!argument || field.args.some((candidate) => candidate.name === argument));
}

const page = 'docs/upgrading.md';
const rows = rowsOf(read(page));
const schema = buildSchema(read('schema/schema.graphql'));
const before = buildSchema(read('test/fixtures/upgrade/schema-0.1.0.graphql'));
const changes = await diff(before, schema);
const covered = new Set(rows.flatMap(({ before }) => before));
const renamed = new Map(
  rows.flatMap(({ before, now }) => before.filter((name) => !name.includes('.')).map((name) => [name, now[0] ?? name] as const)),
);
const changed = new Set(changes.map(({ path }) => path));

const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
/** A client that switches over an enum meets its new values. */
const enlarged = changes.filter(({ type, path }) => type === ChangeType.EnumValueAdded && exists(before, path!.split('.')[0]!));
const missing = [...breaking, ...enlarged].filter(
  (change) => !covered.has(change.path!) && !followsFromRename(change, renamed) && !isNullablePayload(change),
);
const problems = [
  ...missing.map(({ path, message }) => `${path} is missing: ${message}`),
  ...[...covered].filter((name) => !changed.has(name)).map((name) => `${name} did not change since 0.1.0`),
  ...rows.flatMap(({ now }) => now.filter((name) => !exists(schema, name)).map((name) => `${name} is not in the schema`)),
];
for (const problem of problems) process.stderr.write(`${page}: ${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
