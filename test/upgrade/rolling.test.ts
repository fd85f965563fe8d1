/**
 * From release 0.1.0 to this one without a pause: two processes of the former serve a database, and are replaced one
 * after the other while people read and write. `npm run test:upgrade` builds 0.1.0 from the history.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, kill, unlimited, type Running } from '../support/processes.js';
import { releaseOf } from '../support/release.js';

const former = releaseOf('0.1.0');
const current = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const storeProcess = fileURLToPath(new URL('../support/store-process.js', import.meta.url));
const password = 'correct horse battery';

// The answer's shape is the query's.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const page = `query ($id: ID!) { node(id: $id) { ... on Product {
  title
  reviews(first: 50) { edges { node { body author { handle } } } }
  comments(first: 10) { edges { node { body } } }
} } }`;
const comments = `query ($id: ID!, $after: String) { node(id: $id) { ... on Product {
  comments(first: 100, after: $after) { edges { node { body } } pageInfo { hasNextPage endCursor } }
} } }`;

describe.skipIf(!former)('a shop of release 0.1.0 that is upgraded while it is used', () => {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-rolling-'));
  const running: Running[] = [];
  /** Those that a proxy would send requests to. */
  let served: Running[] = [];
  let store: ChildProcess;
  let storeUri = '';
  let product = '';
  let formerToken = '';
  const acknowledged = ['before it began'];
  const failedReads: string[] = [];
  let reads = 0;
  let turn = 0;
  let over = false;
  let reading: Promise<void>;

  async function start(main: string): Promise<Running> {
    const environment = {
      PORT: '0',
      MONGODB_URI: storeUri,
      AUTH_SECRET: 'a secret for tests that is long enough',
      ENCRYPTION_KEYS: 'one:a-key-for-tests-that-is-long-enough',
      PLAZA_DATA_DIR: join(directory, 'data'),
      DEMO_SHOP: 'false',
      LOG_LEVEL: 'info',
    };
    const child = spawn(process.execPath, [main], {
      env: { ...process.env, ...unlimited, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const server = { url: new URL(await addressOf(child, / API +(http\S+)/)).origin, child };
    running.push(server);
    return server;
  }

  async function ask({ url }: Running, query: string, variables: object = {}, token?: string): Promise<Json> {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return response.json();
  }

  async function change(server: Running, name: string, input: object, selection: string, token?: string): Promise<Json> {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code } } }`;
    const { data, errors } = await ask(server, query, { input }, token);
    return data?.[name] ?? { refused: errors[0].extensions.code };
  }

  const signUp = (server: Running, handle: string, merchant = false) =>
    change(server, 'signUp', { email: `${handle}@example.org`, password, handle, name: handle, merchant }, 'accessToken');
  const signIn = (server: Running, handle: string) => change(server, 'signIn', { email: `${handle}@example.org`, password }, 'accessToken');
  const comment = (server: Running, body: string, token: string) =>
    change(server, 'addComment', { subjectId: product, body }, 'comment { id }', token);

  async function fillShop(server: Running): Promise<void> {
    await signUp(server, 'seller', true);
    const connection = await mongoose.createConnection(storeUri).asPromise();
    await connection.collection('users').updateOne({ handle: 'seller' }, { $addToSet: { roles: 'ADMIN' } });
    await connection.close();
    const seller = (await signIn(server, 'seller')).accessToken;
    const { category } = await change(server, 'createCategory', { name: 'Tea' }, 'category { id }', seller);
    const input = { title: 'Pot', categoryId: category.id, price: { amountMinor: 1000, currency: 'EUR' }, stock: 10 };
    product = (await change(server, 'createProduct', input, 'product { id }', seller)).product.id;
    formerToken = (await signUp(server, 'buyer')).accessToken;
    await change(
      server,
      'createReview',
      { productId: product, quality: 4, price: 4, service: 4, body: 'Pours well.' },
      'review { id }',
      formerToken,
    );
    await comment(server, acknowledged[0]!, formerToken);
  }

  /** Somebody reads the page all the time, wherever the proxy sends them. */
  async function read(): Promise<void> {
    while (!over) {
      const server = served[turn++ % served.length]!;
      const answer = await ask(server, page, { id: product }).catch((error: unknown) => ({ errors: [String(error)] }));
      reads++;
      if (answer.errors || answer.data.node.reviews.edges.length !== 1) failedReads.push(JSON.stringify(answer));
      await pause(20);
    }
  }

  /** Somebody who is signed in writes, until they have to sign in again. */
  async function writeUntilRefused(server: Running): Promise<string> {
    for (let at = 0; ; at++) {
      const body = `while it goes on ${at}`;
      const { comment: written, refused } = await comment(server, body, formerToken);
      if (!written) return refused;
      acknowledged.push(body);
      await pause(200);
    }
  }

  async function allComments(server: Running): Promise<string[]> {
    const bodies: string[] = [];
    for (let after: string | null = null; ;) {
      const list: Json = (await ask(server, comments, { id: product, after })).data.node.comments;
      bodies.push(...list.edges.map(({ node }: Json) => node.body));
      if (!list.pageInfo.hasNextPage) return bodies;
      after = list.pageInfo.endCursor;
    }
  }

  beforeAll(async () => {
    store = fork(storeProcess, [join(directory, 'store')], { execArgv: [] });
    const [message] = (await once(store, 'message')) as [{ uri: string }];
    storeUri = message.uri;
    const [first, second] = [await start(former!), await start(former!)];
    await fillShop(first);
    served = [first, second];
    reading = read();
  });

  afterAll(async () => {
    over = true;
    await reading;
    for (const server of running) await kill(server);
    await kill({ child: store });
    rmSync(directory, { recursive: true, force: true });
  });

  /** Takes a process out of the proxy's list, as a rolling update does, then ends it. */
  async function retire(server: Running): Promise<void> {
    served = served.filter((other) => other !== server);
    await pause(200);
    await kill(server, 'SIGTERM');
  }

  test('is migrated by the first new process while the former ones read and write', async () => {
    const refusal = writeUntilRefused(running[0]!);
    served = [...served, await start(current)];
    expect(await refusal).toBe('UNAUTHENTICATED');
    expect(acknowledged.length).toBeGreaterThan(1);
  });

  test('takes no new users and sessions where a former process is asked, so that none is lost or doubled', async () => {
    const [first, second] = running;
    for (const server of [first!, second!]) {
      expect((await signUp(server, 'newcomer')).accessToken).toBeUndefined();
      expect((await signUp(server, 'buyer')).accessToken).toBeUndefined();
      expect((await signIn(server, 'buyer')).accessToken).toBeFalsy();
    }
  });

  test('goes on with the new processes alone', async () => {
    const [first, second] = running;
    await retire(first!);
    served = [...served, await start(current)];
    await retire(second!);
    over = true;
    await reading;
    expect(failedReads).toEqual([]);
    expect(reads).toBeGreaterThan(50);
  });

  test('has everything that was acknowledged, once, for whoever asks', async () => {
    for (const server of served) {
      const { data } = await ask(server, page, { id: product });
      expect((await allComments(server)).sort()).toEqual([...acknowledged].sort());
      expect(data.node.reviews.edges).toEqual([{ node: { body: 'Pours well.', author: { handle: 'buyer' } } }]);
    }
  });

  test('lets its users sign in again and write, and new ones sign up', async () => {
    const [one, other] = served;
    const token = (await signIn(one!, 'buyer')).accessToken;
    expect((await comment(other!, 'Back again', token)).comment).toEqual({ id: expect.any(String) });
    expect((await signUp(other!, 'newcomer')).accessToken).toEqual(expect.any(String));
  });
});
