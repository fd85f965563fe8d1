import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();

test('the API passes the GraphQL-over-HTTP audit', async () => {
  const results = await auditServer({ url: `${plaza.url}/graphql` });
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(failed.filter(({ status }) => status === 'error').map(({ id, name }) => `${id} ${name}`)).toEqual([]);
  expect(failed.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
});
