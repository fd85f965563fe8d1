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
  expect(await introspect(plaza.url)).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
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
