import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundle } from '../support/bundle.js';

const maxBytes = 12 * 1024;

test.each([
  ['alone, with graphql-ws', "export * from '@plaza/client';"],
  ['with Apollo Client’s settings', "export * from '@plaza/client'; export * from '@plaza/client/apollo';"],
  ['with urql’s settings', "export * from '@plaza/client'; export * from '@plaza/client/urql';"],
  ['with Relay’s settings', "export * from '@plaza/client'; export * from '@plaza/client/relay';"],
])('the client package is under 12 KB compressed: %s', async (_what, source) => {
  const code = await bundle(source, { external: /^(@apollo|@urql|relay-runtime|graphql$)/ });
  expect(gzipSync(code).length).toBeLessThan(maxBytes);
});
