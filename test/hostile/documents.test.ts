/** Whatever a document looks like, looking at it takes time in proportion to its length. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { CompiledOperations } from '../../src/graphql/compiled-operations.js';
import { hostileDocument } from '../support/hostile-documents.js';

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
const freshOperations = () =>
  new CompiledOperations(schema, {
    introspection: true,
    suggestions: true,
    maxOperationDepth: 15,
    maxOperationCost: 10_000,
    operationTimeout: 10_000,
    maxAnswerSize: 10_000_000,
  });

const many = (count: number, part: (at: number) => string) => Array.from({ length: count }, (_, at) => part(at)).join(' ');

/** Families of documents that grow with a number, each of which has broken some server before. */
const families: Record<string, (size: number) => string> = {
  'fragments that each spread the next twice': (size) =>
    `{ ...F0 } ${many(size, (at) => `fragment F${at} on Query { ...F${at + 1} ...F${at + 1} }`)} fragment F${size} on Query { __typename }`,
  'fragments that each spread the next twice under aliases': (size) =>
    `{ ...F0 } ${many(size, (at) => `fragment F${at} on Query { a: viewer { user { id } } ...F${at + 1} ... { ...F${at + 1} } }`)} fragment F${size} on Query { __typename }`,
  'fragments that spread themselves in a circle': (size) =>
    `{ ...F0 } ${many(size, (at) => `fragment F${at} on Query { ...F${(at + 1) % size} }`)}`,
  'fragments that nest fields twice each': (size) =>
    `{ categories { edges { node { ...F0 } } } } ${many(size, (at) => `fragment F${at} on Category { a: parent { ...F${at + 1} } b: parent { ...F${at + 1} } }`)} fragment F${size} on Category { id }`,
  'the same field again and again': (size) => `{ ${many(size * 10, () => '__typename')} }`,
  'the same nested field again and again': (size) => `{ ${many(size, () => `categories { ${many(10, () => 'edges { cursor }')} }`)} }`,
  'many aliases of a field': (size) => `{ ${many(size * 5, (at) => `a${at}: __typename`)} }`,
  'many spreads of many fragments': (size) =>
    `{ ${many(size, (at) => `...F${at}`)} } ${many(size, (at) => `fragment F${at} on Query { __typename }`)}`,
  'many directives': (size) => `{ __typename ${many(size * 5, () => '@include(if: true)')} }`,
  'many unknown directives': (size) => `{ __typename ${many(size * 5, (at) => `@x${at}`)} }`,
  'many unknown fields': (size) => `{ ${many(size * 10, (at) => `produkt${at}`)} }`,
  'a very long unknown name': (size) => `{ ${'x'.repeat(size * 100)} }`,
  'a very long string in the place of an enum': (size) => `{ products(sort: "${'x'.repeat(size * 100)}") { totalCount } }`,
  'many operations with the same fragments': (size) =>
    `${many(size, (at) => `query Q${at} { ...F0 }`)} ${many(size, (at) => `fragment F${at} on Query { __typename ...F${at + 1} }`)} fragment F${size} on Query { __typename }`,
  'many variables': (size) =>
    `query (${many(size, (at) => `$v${at}: Int`)}) { ${many(size, (at) => `a${at}: products(first: $v${at}) { totalCount }`)} }`,
  'deep selections': (size) => `${'{ categories '.repeat(size * 5)}${'}'.repeat(size * 5)}`,
  'deep lists': (size) => `{ node(id: ${'['.repeat(size * 10)}${']'.repeat(size * 10)}) { id } }`,
  'deep types of variables': (size) => `query ($a: ${'['.repeat(size * 10)}Int${']'.repeat(size * 10)}) { __typename }`,
  'an interface asked for every type at once': (size) =>
    `{ ${many(size, (at) => `a${at}: node(id: "x") { id ... on Product { title } }`)} }`,
  'fragments on every type of an interface': (size) =>
    `{ node(id: "x") { ${many(size, (at) => `... on Node { ... on Product { a${at}: title } }`)} } }`,
  'introspection of introspection': (size) =>
    `{ ${many(size, (at) => `a${at}: __schema { types { fields { type { fields { type { fields { name } } } } } } }`)} }`,
  'block strings': (size) => `{ product(slug: """${'\n   x'.repeat(size * 10)}""") { id } }`,
  comments: (size) => `${'#x\n'.repeat(size * 50)}{ __typename }`,
  'what is no GraphQL': (size) => '{ a(b: "\\u{'.repeat(size * 10),
};

/**
 * Milliseconds of the processor, which other programs do not add to: the least of some runs, until one is quick enough.
 * What grows faster than its length never is.
 */
function timeOf(work: () => void, { runs, enough = 0 }: { runs: number; enough?: number }): number {
  let least = Infinity;
  for (let run = 0; run < runs && least > enough; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** A document as large as the limits let through, to measure others by. */
const honest = `{ products(first: 10) { edges { node { ${many(400, (at) => `field${at}: title`)} } } } }`;

function look(text: string): void {
  const fresh = freshOperations();
  const document = fresh.document(text);
  if (!('kind' in document)) return;
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition') continue;
    try {
      fresh.cost(document, definition, {});
    } catch (error) {
      expect(error).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
    }
  }
}

describe('reading, checking and pricing a document', () => {
  test.each(Object.entries(families))('takes no longer for its length than for any other: %s', (_name, build) => {
    look(build(10));
    const perByte = timeOf(() => look(honest), { runs: 5 }) / honest.length;
    for (const size of [25, 100, 400, 1600]) {
      const text = build(size);
      // Ten times the honest document's time for each byte, and something for what every document takes.
      const enough = 10 * perByte * Math.max(text.length, 4_000);
      expect(
        timeOf(() => look(text), { runs: 30, enough }),
        `${text.length} bytes`,
      ).toBeLessThanOrEqual(enough);
    }
  });

  test('answers every random document with the document or with errors that have a code', () => {
    const operations = freshOperations();
    fc.assert(
      fc.property(hostileDocument(schema), (text) => {
        const document = operations.document(text);
        if ('kind' in document) return;
        for (const { extensions } of document)
          expect(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'QUERY_TOO_COMPLEX']).toContain(extensions['code']);
      }),
      { numRuns: 1_000 },
    );
  });
});
