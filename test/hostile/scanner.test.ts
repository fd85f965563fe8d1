/** What public scanners of GraphQL servers (graphql-cop, clairvoyance) try, in production and while developing. */
import { describe, expect, test } from 'vitest';
import { usePlaza, type Plaza } from '../support/plaza.js';

const production = usePlaza({ NODE_ENV: 'production' });
const development = usePlaza({ NODE_ENV: 'development' });
const servers: [string, Plaza][] = [
  ['in production', production],
  ['while developing', development],
];

async function ask(plaza: Plaza, init: RequestInit, search = ''): Promise<{ status: number; text: string }> {
  const response = await fetch(`${plaza.url}/graphql${search}`, init);
  return { status: response.status, text: await response.text() };
}

const post = (plaza: Plaza, body: unknown, headers: Record<string, string> = {}) =>
  ask(plaza, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

describe.each(servers)('a scanner finds, %s,', (_mode, plaza) => {
  test('no batches', async () => {
    const { status, text } = await post(
      plaza,
      Array.from({ length: 10 }, () => ({ query: '{ __typename }' })),
    );
    expect(status).toBe(400);
    expect(text).not.toContain('"__typename":"Query"');
  });

  test('no gain in many aliases: each is charged', async () => {
    const query = `{ ${Array.from({ length: 101 }, (_, at) => `alias${at}: viewer { user { id } }`).join(' ')} }`;
    const { text } = await post(plaza, { query });
    expect((JSON.parse(text) as { extensions: { cost: { requested: number } } }).extensions.cost.requested).toBeGreaterThan(200);
  });

  test.each([
    ['directives', `{ __typename ${'@aa'.repeat(500)} }`],
    ['fields', `{ ${'__typename '.repeat(500)} }`],
  ])('no slow answer to many %s', async (_what, query) => {
    expect((await post(plaza, { query })).status).toBe(400);
  });

  test('no circular introspection', async () => {
    const query = '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }';
    expect((await post(plaza, { query })).text).toMatch(/QUERY_TOO_COMPLEX|GRAPHQL_VALIDATION_FAILED/);
  });

  test('no mutation by GET, and nothing that a form can send', async () => {
    const mutation = 'mutation { signOut(input: {}) { signedOut } }';
    expect((await ask(plaza, {}, `?query=${encodeURIComponent(mutation)}`)).status).toBe(405);
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
      const { status } = await ask(plaza, { method: 'POST', headers: { 'content-type': type }, body: 'query={__typename}' });
      expect(status).toBe(415);
    }
  });

  test('no trace and no internals', async () => {
    for (const body of [{ query: '{ __typename }' }, { query: '{' }, { query: 'abc' }, { query: '{ node(id: "x") { id } }' }, {}]) {
      const { text } = await post(plaza, body, { 'apollo-federation-include-trace': 'ftv1' });
      expect(text).not.toMatch(/tracing|ftv1|stacktrace|node_modules|at \w+ \(/i);
    }
  });
});

test('a scanner finds no schema, suggestion or playground in production', async () => {
  expect((await post(production, { query: '{ __schema { queryType { name } } }' })).text).toContain('GRAPHQL_VALIDATION_FAILED');
  expect((await post(production, { query: '{ __type(name: "User") { name } }' })).text).toContain('GRAPHQL_VALIDATION_FAILED');
  for (const query of [
    '{ prodcts { edges { cursor } } }',
    '{ viewer { usr { id } } }',
    '{ products(frst: 1) { edges { cursor } } }',
    '{ products(sort: NEWST) { edges { cursor } } }',
  ]) {
    const { text } = await post(production, { query });
    expect(text).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(text).not.toContain('Did you mean');
  }
  const variables = { input: { emial: 'a' } };
  expect(
    (await post(production, { query: 'mutation ($input: SignInInput!) { signIn(input: $input) { user { id } } }', variables })).text,
  ).not.toContain('Did you mean');
  for (const path of ['/playground', '/graphiql', '/altair', '/docs']) expect((await fetch(production.url + path)).status).toBe(404);
  expect((await fetch(`${production.url}/graphql`, { headers: { accept: 'text/html' } })).headers.get('content-type')).not.toContain(
    'html',
  );
});
