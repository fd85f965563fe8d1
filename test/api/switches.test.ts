import { afterAll, beforeAll, expect, test } from 'vitest';
import { kill, startApi, type Running } from '../support/processes.js';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
let closed: Running;

beforeAll(async () => {
  closed = await startApi({
    MONGODB_URI: plaza.app.store.uri,
    AUTH_SECRET: 'a secret for tests that is long enough',
    PLAZA_DATA_DIR: plaza.dataDirectory,
    INTROSPECTION: 'false',
    PLAYGROUND: 'false',
    MAX_OPERATION_DEPTH: '4',
    MAX_OPERATION_COST: '150',
    MAX_BODY_SIZE: '1kb',
    ACCESS_TOKEN_LIFETIME: '2m',
    VISITOR_COOKIE_LIFETIME: '2h',
  });
});

afterAll(() => kill(closed));

async function introspect(
  url: string,
): Promise<{ data?: { __schema: { queryType: { name: string } } }; errors?: { extensions: { code: string } }[] }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __schema { queryType { name } } }' }),
  });
  return (await response.json()) as never;
}

test('introspection can be switched off', async () => {
  expect(await introspect(plaza.url)).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } });
  expect(await introspect(closed.url)).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});

test('introspection that is switched off is off for streams too', async () => {
  const response = await fetch(`${closed.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: '{ __schema { queryType { name } } }' }),
  });
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});

test('the playground can be switched off', async () => {
  expect((await fetch(`${plaza.url}/playground/`)).status).toBe(200);
  expect((await fetch(`${closed.url}/playground/`)).status).toBe(404);
});

test('health says whether the process lives and can serve', async () => {
  for (const path of ['live', 'ready']) expect(await (await fetch(`${plaza.url}/health/${path}`)).json()).toEqual({ status: 'ok' });
});

async function codeOf(url: string, query: string): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return errors?.[0]?.extensions.code;
}

test.each([
  ['depth', '{ categories { edges { node { parent { id } } } } }', 'QUERY_TOO_COMPLEX'],
  ['cost', '{ products(first: 100) { edges { node { id title slug } } } }', 'QUERY_TOO_COMPLEX'],
  ['size', `{ __typename } # ${'x'.repeat(1100)}`, 'BAD_USER_INPUT'],
])('the largest %s of an operation is configured', async (_name, query, code) => {
  expect(await codeOf(plaza.url, query)).toBeUndefined();
  expect(await codeOf(closed.url, query)).toBe(code);
});

test('the lifetime of access tokens is configured', async () => {
  const { email, password } = await plaza.account();
  const body = JSON.stringify({
    query: 'mutation ($input: SignInInput!) { signIn(input: $input) { accessTokenExpiresAt } }',
    variables: { input: { email, password } },
  });
  const before = Date.now();
  const response = await fetch(`${closed.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data } = (await response.json()) as { data: { signIn: { accessTokenExpiresAt: string } } };
  const lifetime = new Date(data.signIn.accessTokenExpiresAt).getTime() - before;
  expect(lifetime).toBeGreaterThan(110_000);
  expect(lifetime).toBeLessThan(180_000);
});
