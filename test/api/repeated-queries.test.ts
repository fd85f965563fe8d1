import { Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { Plaza, usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Answered {
  data: { node: { reviews: { edges: object[] } } };
  extensions: { cost: { requested: number; remaining: number } };
}

interface Whole {
  headers?: OutgoingHttpHeaders;
  /** Bytes that are sent first, and the rest when they have arrived. */
  parts?: boolean;
  agent?: Agent;
}

/** With the headers that HTTP needs and no others but those that are given. */
function post(body: string, { headers = {}, parts = false, agent }: Whole = {}, url = plaza.url): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const whole = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers };
    const request = httpRequest(`${url}/graphql`, { method: 'POST', headers: whole, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const [bytes, encoding] = [Buffer.concat(chunks), response.headers['content-encoding']];
        const plain = encoding === 'br' ? brotliDecompressSync(bytes) : encoding === 'gzip' ? gunzipSync(bytes) : bytes;
        resolve({ status: response.statusCode!, headers: response.headers, body: plain.toString() });
      });
    });
    request.on('error', reject);
    if (!parts) return void request.end(body);
    request.write(body.slice(0, 10), () => setImmediate(() => request.end(body.slice(10))));
  });
}

/** What is the same however often it is asked. */
function lasting({ status, headers, body }: Reply): object {
  const { date, 'x-request-id': id, 'content-length': length, ...rest } = headers;
  expect(date).toBeTruthy();
  expect(id).toBeTruthy();
  expect(Number(length)).toBeGreaterThan(0);
  const { extensions, ...answer } = JSON.parse(body) as { extensions?: { cost: { requested: number } } };
  return { status, headers: rest, answer, requested: extensions?.cost.requested };
}

const document = 'query Shop { products(first: 3) { edges { node { id title description } } } }';
const asked = JSON.stringify({ query: document });
let merchant: Account;

beforeAll(async () => {
  merchant = await plaza.account({ merchant: true });
  for (const word of ['red', 'green', 'blue']) await plaza.product(merchant, { title: `A ${word} pot`, description: 'Pours. '.repeat(60) });
});

describe('a query that is asked again in the same words', () => {
  const variants: [name: string, asked: string, whole: Whole][] = [
    ['as it is', asked, {}],
    ['compressed by brotli', asked, { headers: { 'accept-encoding': 'br' } }],
    ['compressed by gzip', asked, { headers: { 'accept-encoding': 'gzip, deflate' } }],
    ['by a page of another origin', asked, { headers: { origin: 'https://shop.example' } }],
    ['as another type', asked, { headers: { accept: 'application/graphql-response+json' } }],
    ['as a type that there is not', asked, { headers: { accept: 'text/csv' } }],
    ['in two pieces', asked, { parts: true }],
    ['with an id of its own', asked, { headers: { 'x-request-id': 'mine' } }],
    ['of which nothing is', JSON.stringify({ query: '{ product(slug: "nothing") { id } }' }), {}],
    ['with an error', JSON.stringify({ query: '{ products(first: 100000) { edges { node { id } } } }' }), {}],
    ['that is none', JSON.stringify({ query: '{ nonsense }' }), {}],
    ['in which nothing is to be read', '{', {}],
    ['as a list', JSON.stringify([{ query: document }]), {}],
    ['as a text', asked, { headers: { 'content-type': 'text/plain' } }],
    ['about nobody', JSON.stringify({ query: '{ viewer { email } }' }), {}],
  ];

  test.each(variants)('is answered as at first: %s', async (_name, body, whole) => {
    const first = lasting(await post(body, whole));
    for (let again = 0; again < 3; again++) expect(lasting(await post(body, whole))).toEqual(first);
  });

  test('is answered with the id that it brought, or a new one', async () => {
    const own = { headers: { 'x-request-id': 'mine' } };
    for (let again = 0; again < 3; again++) expect((await post(asked, own)).headers['x-request-id']).toBe('mine');
    const ids = [await post(asked), await post(asked), await post(asked)].map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(3);
  });

  test('is answered as of now, once a change is acknowledged', async () => {
    const id = await plaza.product(merchant, { title: 'Pot 0' });
    const body = JSON.stringify({ query: 'query ($id: ID!) { node(id: $id) { ... on Product { title } } }', variables: { id } });
    for (let number = 1; number < 20; number++) {
      await post(body);
      await plaza.mutate('updateProduct', { productId: id, title: `Pot ${number}` }, 'product { title }', merchant.token);
      const replies = await Promise.all([post(body), post(body), post(body)]);
      for (const reply of replies) expect(JSON.parse(reply.body).data).toEqual({ node: { title: `Pot ${number}` } });
    }
  });

  test('goes on a connection that stays open, with others before and after it', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const other = JSON.stringify({ query: 'query ($n: Int!) { products(first: $n) { totalCount } }', variables: { n: 1 } });
    const bodies = [asked, asked, other, asked, '{', asked, other, asked];
    const replies: Reply[] = [];
    for (const body of bodies) replies.push(await post(body, { agent }));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 400, 200, 200, 200]);
    for (const at of [1, 3, 5, 7]) expect(lasting(replies[at]!)).toEqual(lasting(replies[0]!));
    agent.destroy();
  });

  test('is another one with credentials', async () => {
    const body = JSON.stringify({ query: '{ viewer { email } }' });
    const as = (account: Account) => post(body, { headers: { authorization: `Bearer ${account.token}` } });
    const other = await plaza.account();
    for (let again = 0; again < 3; again++) {
      expect(JSON.parse((await post(body)).body).data).toEqual({ viewer: { email: null } });
      for (const account of [merchant, other])
        expect(JSON.parse((await as(account)).body).data).toEqual({ viewer: { email: account.email } });
    }
    const shared = { headers: { authorization: `Bearer ${other.token}` } };
    for (let again = 0; again < 3; again++) expect((await post(asked, shared)).status).toBe(200);
    await plaza.mutate('signOut', {}, 'signedOut', other.token);
    expect((await post(asked, shared)).status).toBe(401);
    expect((await post(body, { headers: { authorization: 'Bearer nonsense' } })).status).toBe(401);
  });
});

describe('a query that is asked again', () => {
  const limited = new Plaza();
  const lines: { msg: string; requestId: string }[] = [];
  limited.logOutput = { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]) };
  beforeAll(() => limited.start({ LOG_LEVEL: 'info', RATE_LIMIT_COST_ADDRESS: '100', TRUSTED_PROXIES: '1' }));
  afterAll(() => limited.stop());

  test('is charged each time to the network that asks, and refused as the first would be', async () => {
    const body = JSON.stringify({ query: '{ products(first: 10) { edges { node { id title } } } }' });
    const from = (address: string) => post(body, { headers: { 'x-forwarded-for': address } }, limited.url);
    const replies: Reply[] = [];
    for (let again = 0; again < 12; again++) replies.push(await from('203.0.113.7'));
    const costs = replies.filter(({ status }) => status === 200).map((reply) => JSON.parse(reply.body).extensions.cost);
    expect(costs.length).toBeGreaterThan(2);
    costs.slice(1).forEach(({ remaining }, at) => expect(remaining).toBe(costs[at].remaining - costs[0].requested));
    const refused = replies.at(-1)!;
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(JSON.parse(refused.body).errors[0].extensions.code).toBe('RATE_LIMITED');
    expect((await from('203.0.114.8')).status).toBe(200);
  });

  test('is charged one point where it is refused, as any other', async () => {
    const address = { 'x-forwarded-for': '203.0.116.9' };
    const remaining = async () => {
      const reply = await post('{"query":"{ __typename }"}', { headers: { ...address, 'x-other': '1' } }, limited.url);
      return (JSON.parse(reply.body) as Answered).extensions.cost.remaining;
    };
    const dear = JSON.stringify({ query: '{ products(first: 50) { edges { node { id title description } } } }' });
    const ask = (headers: OutgoingHttpHeaders = {}) => post(dear, { headers: { ...address, ...headers } }, limited.url);
    while ((await ask()).status === 200);
    const before = await remaining();
    for (const headers of [{}, { 'x-other': '1' }, {}]) {
      const refused = await ask(headers);
      expect([refused.status, refused.headers['cache-control']]).toEqual([429, 'no-store']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(JSON.parse(refused.body)).toMatchObject({
        errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: Number(refused.headers['retry-after']) } }],
        extensions: { cost: { requested: expect.any(Number) } },
      });
    }
    // Three refusals, and asking itself.
    expect(await remaining()).toBe(before - 4);
  });

  test('is charged and run once where its answer is no longer everybody’s', async () => {
    const [author, viewer, seller] = [await plaza.account(), await plaza.account(), await plaza.account({ merchant: true })];
    const id = await plaza.product(seller);
    await plaza.review(author, id);
    const query = 'query ($id: ID!) { node(id: $id) { ... on Product { reviews(first: 5) { edges { node { title } } } } } }';
    const body = JSON.stringify({ query, variables: { id } });
    const asViewer = async () => JSON.parse((await post(body, { headers: { authorization: `Bearer ${viewer.token}` } })).body) as Answered;
    await asViewer();
    const before = await asViewer();
    const block = `mutation { blockUser(input: { userId: "${author.id}" }) { userErrors { code } } }`;
    const headers = { authorization: `Bearer ${viewer.token}` };
    const blocked = JSON.parse((await post(JSON.stringify({ query: block }), { headers })).body) as Answered;
    const after = await asViewer();
    expect(before.data.node.reviews.edges).toHaveLength(1);
    expect(after.data.node.reviews.edges).toEqual([]);
    expect(after.extensions.cost.remaining).toBe(blocked.extensions.cost.remaining - after.extensions.cost.requested);
  });

  test('has a line of its own in the log, as the first has', async () => {
    const body = JSON.stringify({ query: 'query Logged { products(first: 1) { totalCount } }' });
    const ids = ['first', 'second', 'third'];
    for (const id of ids) await post(body, { headers: { 'x-request-id': id, 'x-forwarded-for': '203.0.115.9' } }, limited.url);
    const of = (id: string) => lines.filter(({ msg, requestId }) => msg === 'request' && requestId === id);
    await until(() => ids.every((id) => of(id).length > 0));
    const [first, ...others] = ids.map((id) => of(id).map((line) => ({ ...line, requestId: '', ms: 0, time: '' })));
    expect(first).toMatchObject([{ operation: 'Logged', kind: 'query', method: 'POST', route: '/graphql', status: 200 }]);
    for (const other of others) expect(other).toEqual(first);
  });
});
