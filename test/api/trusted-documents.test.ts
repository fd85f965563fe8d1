/** With an allow-list, only the documents that the shop's clients were built with run, wherever they come in. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { ConfigError, readConfig } from '../../src/config.js';
import { Plaza } from '../support/plaza.js';

const documents = {
  products: 'query Products($first: Int!) { products(first: $first) { edges { node { title } } } }',
  live: 'subscription Live($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }',
  signUp:
    'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken refreshToken user { id } userErrors { code field message } } }',
  signOut: 'mutation { signOut(input: {}) { signedOut } }',
};
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const byHash = Object.fromEntries(Object.values(documents).map((text) => [hash(text), text]));
const variables = { first: 2 };
const refused = [expect.objectContaining({ extensions: expect.objectContaining({ code: 'DOCUMENT_NOT_TRUSTED' }) })];

const directory = mkdtempSync(join(tmpdir(), 'plaza-trusted-'));
const plaza = new Plaza();

function file(content: unknown): string {
  const path = join(directory, `${hash(JSON.stringify(content)).slice(0, 8)}.json`);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

beforeAll(() => plaza.start({ TRUSTED_DOCUMENTS: file(byHash) }));
afterAll(async () => {
  await plaza.stop();
  rmSync(directory, { recursive: true });
});

describe('over HTTP', () => {
  test('a document runs by its id, as the draft of GraphQL over HTTP and as Apollo name it, and as it is listed', async () => {
    const id = hash(documents.products);
    for (const named of [
      { documentId: id },
      { extensions: { persistedQuery: { version: 1, sha256Hash: id } } },
      { query: documents.products },
    ]) {
      const { data, errors } = await plaza.post(JSON.stringify({ ...named, variables }));
      expect([data, errors]).toEqual([{ products: { edges: [] } }, undefined]);
    }
  });

  test('no other document runs, whatever it says it is', async () => {
    const other = '{ products(first: 2) { edges { node { id } } } }';
    for (const named of [
      { query: other },
      { documentId: hash(other) },
      { query: other, documentId: hash(other) },
      { query: other, extensions: { persistedQuery: { version: 1, sha256Hash: hash(other) } } },
      { query: `${documents.products} ` },
      { documentId: 'constructor' },
      {},
    ])
      expect((await plaza.post(JSON.stringify({ ...named, variables }))).errors).toEqual(refused);
    const { data } = await plaza.post(JSON.stringify({ query: other, documentId: hash(documents.products), variables }));
    expect(data).toEqual({ products: { edges: [] } });
  });

  test('by GET, with an ETag', async () => {
    const ask = (headers: Record<string, string> = {}, id = hash(documents.products)) =>
      fetch(`${plaza.url}/graphql?documentId=${id}&variables=${encodeURIComponent(JSON.stringify(variables))}`, { headers });
    const first = await ask();
    expect(await first.json()).toMatchObject({ data: { products: { edges: [] } } });
    const again = await ask({ 'if-none-match': first.headers.get('etag')! });
    expect(again.status).toBe(304);
    expect(await (await ask({}, 'unknown')).json()).toMatchObject({ errors: refused });
    const mutation = await ask({}, hash(documents.signOut));
    expect(mutation.status).toBe(405);
  });

  test('as an event stream', async () => {
    const ask = (body: object) =>
      fetch(`${plaza.url}/graphql`, {
        method: 'POST',
        body: JSON.stringify({ ...body, variables }),
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      });
    expect(await (await ask({ documentId: hash(documents.products) })).text()).toContain('"edges":[]');
    expect(await (await ask({ query: '{ __typename }' })).json()).toMatchObject({ errors: refused });
  });
});

test('over WebSocket, subscriptions and queries run by their id, and nothing else does', async () => {
  const client = createClient({ url: `${plaza.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
  const ask = async (payload: object) => {
    for await (const result of client.iterate({ query: '', ...payload })) return result;
    return null;
  };
  try {
    const persistedQuery = hash(documents.products);
    expect(await ask({ extensions: { persistedQuery }, variables })).toMatchObject({ data: { products: { edges: [] } } });
    expect(await ask({ documentId: persistedQuery, variables })).toMatchObject({ data: { products: { edges: [] } } });
    await expect(ask({ query: '{ __typename }' })).rejects.toEqual(refused);
    const unknown = {
      extensions: { persistedQuery: hash(documents.live) },
      variables: { id: 'UHJvZHVjdDo2YjA4NTMyMzVlM2YyYjEyYzc5YWEyYTQ' },
    };
    expect(await ask(unknown)).toMatchObject({ errors: [{ extensions: { code: expect.stringMatching(/NOT_FOUND|BAD_USER_INPUT/) } }] });
  } finally {
    await client.dispose();
  }
});

describe('the file', () => {
  const read = (path: string) => readConfig({ TRUSTED_DOCUMENTS: path, PLAZA_DATA_DIR: directory }).trustedDocuments;

  test('may be Apollo’s manifest', () => {
    const operations = [{ id: 'a', name: 'Products', type: 'query', body: documents.products }];
    expect(read(file({ format: 'apollo-persisted-query-manifest', version: 1, operations }))).toEqual(new Map([['a', documents.products]]));
  });

  test('that cannot be read, or is of another form, is a mistake of the configuration', () => {
    for (const path of [join(directory, 'missing.json'), file(['a document']), file({ a: 1 })])
      expect(() => read(path)).toThrow(ConfigError);
  });
});
