import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const logged: string[] = [];
const plaza = usePlaza({ LOG_LEVEL: 'error' });
plaza.logOutput = { write: (line) => void logged.push(line) };

test('the API passes the GraphQL-over-HTTP audit', async () => {
  const results = await auditServer({ url: `${plaza.url}/graphql` });
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(failed.filter(({ status }) => status === 'error').map(({ id, name }) => `${id} ${name}`)).toEqual([]);
  expect(failed.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
});

test('an answer with errors may not be kept outside, also where a persisted document is not known', async () => {
  const unknown = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } });
  const queries: Record<string, string>[] = [
    { extensions: unknown },
    { query: '{ products(first: -1) { edges { cursor } } }' },
    { query: '{ nothing }' },
  ];
  for (const query of queries) {
    const response = await fetch(`${plaza.url}/graphql?${new URLSearchParams(query).toString()}`, {
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    });
    expect(((await response.json()) as { errors: unknown[] }).errors).toHaveLength(1);
    expect([response.headers.get('cache-control'), response.headers.get('etag')]).toEqual(['no-store', null]);
  }
});

test.each([
  [
    'another document than its hash',
    { query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } },
  ],
  ['a version that is none', { query: '{ __typename }', extensions: { persistedQuery: { version: 2, sha256Hash: '0'.repeat(64) } } }],
  ['a version alone', { extensions: { persistedQuery: { version: '1' } } }],
  ['a hash that is none', { query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: { a: 1 } } } }],
  ['nothing to run', { extensions: { persistedQuery: null } }],
])('a persisted query of %s is a mistake of its client, and no defect', async (_name, body) => {
  for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
    const response = await fetch(`${plaza.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify(body),
    });
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ message: expect.any(String), extensions: { code: 'BAD_USER_INPUT' } });
    expect(response.status).toBeLessThan(500);
  }
  expect(logged.splice(0)).toEqual([]);
});
