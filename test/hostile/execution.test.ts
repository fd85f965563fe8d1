/** Compiled operations answer what graphql-js answers, whatever the document and its variables look like. */
import fc from 'fast-check';
import { execute, parse, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { CompiledOperations } from '../../src/graphql/compiled-operations.js';
import { noStreams, RequestContext } from '../../src/relay/context.js';
import { describedSchema } from '../support/described-schema.js';
import { smallSchema, validOperation, variableValues } from '../support/valid-operations.js';

const schema = smallSchema();
const operationsOf = (of: GraphQLSchema) =>
  new CompiledOperations(of, {
    introspection: true,
    suggestions: true,
    maxOperationDepth: 50,
    maxOperationCost: Infinity,
    operationTimeout: 60_000,
    maxAnswerSize: 10_000_000,
  });
const nobody = () => new RequestContext({ signedIn: null }, '', noStreams);

async function answered(
  operations: CompiledOperations,
  query: string,
  variables: Record<string, unknown>,
): Promise<ExecutionResult | null> {
  const document = operations.document(query);
  if (!('kind' in document)) return null;
  return operations.run(document, undefined, {}, nobody(), variables);
}

const dataOf = ({ data }: ExecutionResult): unknown => (data === undefined ? 'refused' : JSON.parse(JSON.stringify(data)));

/**
 * Where an answer is null because of an error, as sorted paths. Of several errors below one field that becomes null, which are
 * reported depends on what is still running at that moment, in graphql-js too.
 */
function nullsOf({ data, errors }: ExecutionResult): string[] {
  const places = (errors ?? []).map(({ path = [] }) => {
    let value: unknown = data;
    const depth = path.findIndex((key) => (value = (value as Record<string, unknown> | null)?.[key]) === null);
    return JSON.stringify(depth < 0 ? path : path.slice(0, depth + 1));
  });
  return [...new Set(places)].sort();
}

async function expectSame(operations: CompiledOperations, query: string, variables: Record<string, unknown>): Promise<boolean> {
  let result: ExecutionResult | null;
  try {
    result = await answered(operations, query, variables);
  } catch (error) {
    // graphql-js answers the parts of the operation that do not depend on the unclear condition.
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'maybe' });
    return false;
  }
  if (result === null) return false;
  const expected = await execute({ schema, document: parse(query), rootValue: {}, contextValue: nobody(), variableValues: variables });
  expect(dataOf(result)).toEqual(dataOf(expected));
  if (expected.data === undefined) return true;
  expect(nullsOf(result)).toEqual(nullsOf(expected));
  if (!expected.errors) expect(result.errors).toBeUndefined();
  return true;
}

describe('a compiled operation', () => {
  test('answers what graphql-js answers, with any fragments, conditions, aliases and variables', async () => {
    const operations = operationsOf(schema);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(validOperation(), fc.array(variableValues(), { minLength: 2, maxLength: 3 }), async (query, all) => {
        for (const variables of all) if (await expectSame(operations, query, variables)) compared++;
      }),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(400);
  });

  test.each<[string, string, object]>([
    [
      'a fragment that is used under two conditions',
      'query ($yes: Boolean!) { a: item { ...F @include(if: $yes) } b: item { ...F @skip(if: $yes) } c: item { ...F } } fragment F on Item { id }',
      { yes: true },
    ],
    [
      'a field that is merged from two places, one of which is left out',
      'query ($yes: Boolean!) { item @skip(if: $yes) { ... { id } } item { ... { echo } } }',
      { yes: true },
    ],
    [
      'fields whose paths are the same joined',
      '{ a: item { b_echo: echo(n: 1) a: parent { x: echo(n: 2) } } a_a: item { x: echo(n: 3) } b: item { a: echo(n: 4) } a_b: item { b: echo } }',
      {},
    ],
    ['a name that objects have anyway', '{ __proto__: item { constructor: id __proto__: echo(n: 3) } toString: item { id } }', {}],
    ['an argument with a default that a variable does not give', 'query ($size: Int) { items(first: $size) { id } }', {}],
    ['an argument with a default that is null', 'query ($size: Int) { items(first: $size) { id } }', { size: null }],
    [
      'an input field with a default that is null',
      'query ($filter: Filter) { item { echo(filter: $filter) } }',
      { filter: { tags: null } },
    ],
    ['an input field with a default that is left out', 'query ($filter: Filter) { item { echo(filter: $filter) } }', { filter: {} }],
    ['introspection beside other fields', '{ __type(name: "Item") { fields { name } } item { id } }', {}],
  ])('answers %s', async (_name, query, variables) => {
    expect(await expectSame(operationsOf(schema), query, variables as Record<string, unknown>)).toBe(true);
  });

  test('refuses a condition that is null', async () => {
    const query = 'query ($maybe: Boolean = true) { item @include(if: $maybe) { id } }';
    await expect(answered(operationsOf(schema), query, { maybe: null })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'maybe',
    });
  });

  test('is named by the compiler so that no two fields of the API share a resolver', async () => {
    const types = Object.values((await describedSchema()).getTypeMap());
    const names = types.flatMap((type) =>
      'getFields' in type ? Object.keys(type.getFields()).map((field) => `${type.name}${field}`) : [],
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('what a variable holds is never repeated', () => {
  test.each<[string, string, object]>([
    [
      'a value of the wrong type',
      'query ($tag: String! = "t") { item { echo(filter: { tags: [$tag] }) } }',
      { tag: { secret: 'hunter2' } },
    ],
    ['a field that does not exist', 'query ($filter: Filter) { item { echo(filter: $filter) } }', { filter: { password: 'hunter2' } }],
    ['a value of an enum', 'query ($sort: Sort) { item { echo(sort: $sort) } }', { sort: 'hunter2' }],
    ['a list in a list', 'query ($list: [Int!]) { item { echo(list: $list) } }', { list: [1, 'hunter2'] }],
    ['a literal of the wrong type', '{ item { echo(n: "hunter2") } }', {}],
    ['a literal in the place of an object', '{ item { echo(filter: "hunter2") } }', {}],
    ['a text where none can be', '{ item { echo(n: 1 "hunter2") } }', {}],
  ])('in %s', async (_name, query, variables) => {
    const operations = operationsOf(schema);
    const document = operations.document(query);
    const { errors } =
      'kind' in document ? await operations.run(document, undefined, {}, nobody(), variables as never) : { errors: document };
    expect(errors).toHaveLength(1);
    expect(errors![0]!.message).not.toContain('hunter2');
  });
});
