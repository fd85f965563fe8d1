/** Several processes that serve one port: on the store that the first of them runs, and on one that is followed by change streams. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { openStore, type Store } from '../../src/store/connection.js';
import { kill, metricsOf, startApi, type Running } from '../support/processes.js';
import { StoreProxy } from '../support/store-proxy.js';
import { until } from '../support/until.js';

// The answer's shape is the query's.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const directory = mkdtempSync(join(tmpdir(), 'plaza-processes-'));
const common = { PLAZA_DATA_DIR: directory, WEB_PROCESSES: '2', STOREFRONT: 'false', LOG_LEVEL: 'info' };
const person = { email: 'one@example.org', handle: 'one', name: 'One', password: 'correct horse battery', merchant: true };
let running: Running;
let follower: Running;
let store: Store;
let proxy: StoreProxy;
let product: string;
let token: string;

/** Over a connection of its own, which the next process in turn gets, or over one of an agent's. */
function ask({ url }: Running, query: string, variables: object = {}, agent: Agent | false = false): Promise<Json> {
  const body = JSON.stringify({ query, variables });
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/graphql`, { method: 'POST', headers, agent }, (response) => {
      textOf(response).then((text) => resolve(JSON.parse(text)), reject);
    });
    sent.on('error', reject).end(body);
  });
}

async function change(name: string, input: object, selection: string): Promise<Json> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await ask(
    running,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code } } }`,
    {
      input,
    },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data[name];
}

function childrenOf({ child: { pid } }: Running): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

const processIds = async (server: Running): Promise<string[]> =>
  [...(await metricsOf(server.url)).matchAll(/^plaza_process_info\{pid="(\d+)"\}/gm)].map(([, pid]) => pid!);

beforeAll(async () => {
  running = await startApi(common);
  store = await openStore({ mongodbUri: undefined, dataDirectory: directory, storePoolSize: 5 }, { share: true });
  proxy = await StoreProxy.open(store.uri);
  follower = await startApi({ ...common, MONGODB_URI: proxy.uri });
  for (const server of [running, follower]) await until(() => childrenOf(server).length === 2);
  for (const server of [running, follower]) await until(async () => (await processIds(server)).length === 2);
  ({ accessToken: token } = await change('signUp', person, 'accessToken'));
  const { _id } = (await store.database.connection
    .collection('users')
    .findOneAndUpdate({ handle: 'one' }, { $addToSet: { roles: 'ADMIN' } }))!;
  expect(_id).toBeDefined();
  const { category } = await change('createCategory', { name: 'Tea' }, 'category { id }');
  const input = { title: 'Teapot', categoryId: category.id, price: { amountMinor: 100, currency: 'EUR' }, stock: 5 };
  ({ id: product } = (await change('createProduct', input, 'product { id }')).product);
});
afterAll(async () => {
  for (const server of [follower, running]) await kill(server, 'SIGTERM');
  await proxy.close();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const title = 'query ($id: ID!) { product(id: $id) { title } }';

describe.each([
  ['on the store that the first runs', () => running],
  ['on a store that is followed by change streams', () => follower],
] as const)('processes %s', (_, server) => {
  test('show a write as soon as it is acknowledged, whichever of them is asked', async () => {
    const renamed = 'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { product { title } } }';
    const titles = () =>
      Promise.all(Array.from({ length: 6 }, async () => (await ask(server(), title, { id: product })).data.product.title));
    for (let round = 0; round < 20; round++) {
      await titles();
      const name = `Teapot ${round}`;
      await ask(server(), renamed, { input: { productId: product, title: name } });
      expect(await titles()).toEqual(Array(6).fill(name));
    }
    expect(await metricsOf(server().url)).toMatch(/plaza_cache_answers_total\{outcome="hit"\} [1-9]/);
  });

  test('write one product as often as they are asked at once, and the newest version wins', async () => {
    const upsert = 'mutation ($input: UpsertProductsInput!) { upsertProducts(input: $input) { results { outcome userErrors { code } } } }';
    const externalId = randomUUID();
    const versions = Array.from({ length: 60 }, (_, at) => at + 1);
    const answers = await Promise.all(
      versions.map((version) => {
        const updatedAt = new Date(Date.UTC(2026, 0, 1) + version).toISOString();
        const item = { externalId, title: `Version ${version}`, price: { amountMinor: version, currency: 'EUR' }, updatedAt };
        return ask(server(), upsert, { input: { source: 'shop', products: [item] } });
      }),
    );
    const outcomes = answers.map(({ data }) => data?.upsertProducts.results[0].outcome as string);
    expect(outcomes.filter((outcome) => !['CREATED', 'UPDATED', 'OUTDATED'].includes(outcome))).toEqual([]);
    const found = await store.database.connection.collection('products').find({ source: 'shop', externalId }).toArray();
    expect(found.map(({ title }) => title)).toEqual(['Version 60']);
  });

  test('sign people in', async () => {
    const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { user { handle } userErrors { code } } }';
    const { email, password } = person;
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(server(), signIn, { input: { email, password } })));
    expect(answers.map(({ data }) => data?.signIn)).toEqual(Array(4).fill({ user: { handle: 'one' }, userErrors: [] }));
  });

  test('deliver what any of them wrote to the subscribers of all, and count them together', async () => {
    const clients: Client[] = [];
    const subscription = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }';
    const subscribe = () => {
      const client = createClient({ url: `${server().url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
      clients.push(client);
      return client.iterate<Json>({ query: subscription, variables: { id: product } }).next();
    };
    const first = Array.from({ length: 6 }, subscribe);
    try {
      await until(async () => /^plaza_subscribers 6$/m.test(await metricsOf(server().url)));
      await ask(server(), 'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }', {
        input: { subjectId: product, body: 'Does it pour well?' },
      });
      for (const { value } of await Promise.all(first)) expect(value.data.commentAdded.comment.body).toBe('Does it pour well?');
    } finally {
      for (const client of clients) await client.dispose();
    }
  });
});

test('a process that has not answered for long is not waited for again, and is not behind once it goes on', async () => {
  const agents = Array.from({ length: 6 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const over = (agent: Agent) => ask(running, title, { id: product }, agent);
  for (const agent of agents) await over(agent);
  const [stopped] = childrenOf(running);
  process.kill(stopped!, 'SIGSTOP');
  const answering = new Set<Agent>();
  const all = agents.map((agent) => over(agent).then(() => answering.add(agent)));
  await until(() => answering.size >= agents.length / 2);
  const [awake] = answering;
  const rename = async (name: string): Promise<number> => {
    const startedAt = performance.now();
    const renamed = 'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { product { title } } }';
    const { data } = await ask(running, renamed, { input: { productId: product, title: name } }, awake);
    expect(data.updateProduct.product.title).toBe(name);
    return performance.now() - startedAt;
  };
  const first = await rename('Teapot first');
  let later = 0;
  for (let number = 0; number < 3; number++) later += await rename(`Teapot later ${number}`);
  expect(later).toBeLessThan(first);
  process.kill(stopped!, 'SIGCONT');
  await Promise.all(all);
  for (const agent of agents) expect((await over(agent)).data.product.title).toBe('Teapot later 2');
  // It is waited for again.
  for (let number = 0; number < 10; number++) {
    await rename(`Teapot ${number}`);
    for (const agent of agents) expect((await over(agent)).data.product.title).toBe(`Teapot ${number}`);
  }
  for (const agent of agents) agent.destroy();
});

test('another process takes the place of one that was killed, and the others go on', async () => {
  const before = childrenOf(running);
  process.kill(before[0]!, 'SIGKILL');
  await until(() => childrenOf(running).filter((pid) => !before.includes(pid)).length === 1);
  expect((await ask(running, title, { id: product })).data.product.title).toMatch(/^Teapot/);
  await until(async () => (await processIds(running)).length === 2);
});

test('told to end, all of them end, and answer what they have begun', async () => {
  const ids = childrenOf(follower);
  const answers = Promise.all(Array.from({ length: 10 }, () => ask(follower, title, { id: product })));
  // They are being answered.
  await ask(follower, title, { id: product });
  const exited = once(follower.child, 'exit');
  follower.child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  for (const { data } of await answers) expect(data.product.title).toMatch(/^Teapot/);
  for (const pid of ids) expect(() => process.kill(pid, 0)).toThrow();
});

test('told to end, those end as well that were only just begun', async () => {
  const before = childrenOf(running);
  process.kill(before[0]!, 'SIGKILL');
  await until(() => childrenOf(running).filter((pid) => !before.includes(pid)).length === 1);
  const ids = childrenOf(running);
  const exited = once(running.child, 'exit');
  running.child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  for (const pid of ids) expect(() => process.kill(pid, 0)).toThrow();
});
