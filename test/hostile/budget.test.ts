/** No request costs more than it may: cost is right for every document, and charged. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import mongoose from 'mongoose';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { CompiledOperations } from '../../src/graphql/compiled-operations.js';
import { networkOf } from '../../src/http/network-address.js';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza({
  RATE_LIMIT_COST_USER: '2000',
  RATE_LIMIT_COST_ADDRESS: '5000',
  RATE_LIMIT_ACCOUNT: '10',
  OPERATION_TIMEOUT: '4s',
  MAX_ANSWER_SIZE: '20kb',
  TRUSTED_PROXIES: '1',
  CONNECTIONS_PER_ADDRESS: '4',
});
let addresses = 0;
const freshAddress = () => `192.0.2.${++addresses}`;

async function send(
  query: string,
  { variables = {}, address = freshAddress(), token }: { variables?: object; address?: string; token?: string } = {},
) {
  const response = await fetch(`${plaza.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...((await response.json()) as Answer) };
}

interface Answer {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data?: any;
  errors?: { message: string; extensions: { code: string; retryAfter?: number } }[];
  extensions?: { cost: { requested: number; remaining: number; resetAt: string } };
}

const requested = async (query: string, variables: object = {}) => (await send(query, { variables })).extensions?.cost.requested;
const many = (count: number, part: (at: number) => string) => Array.from({ length: count }, (_, at) => part(at)).join(' ');

describe('the cost of an operation', () => {
  test('is answered, with what is left of the budget and when it is whole again', async () => {
    const address = freshAddress();
    const first = await send('{ products(first: 10) { edges { node { id } } } }', { address });
    expect(first.extensions!.cost).toMatchObject({ requested: 22, remaining: 5000 - 22 });
    const reset = Date.parse(first.extensions!.cost.resetAt) - Date.now();
    expect(reset).toBeGreaterThan(0);
    expect(reset).toBeLessThanOrEqual(60_000);
    expect((await send('{ __typename }', { address })).extensions!.cost).toMatchObject({ requested: 1, remaining: 5000 - 23 });
  });

  test('grows with the page size, wherever that stands', async () => {
    const literal = await requested('{ products(first: 50) { edges { node { id } } } }');
    expect(await requested('query ($n: Int) { products(first: $n) { edges { node { id } } } }', { n: 50 })).toBe(literal);
    expect(await requested('query ($n: Int = 50) { products(first: $n) { edges { node { id } } } }')).toBe(literal);
    expect(await requested('{ ...F } fragment F on Query { products(last: 50) { edges { node { id } } } }')).toBe(literal);
    expect(await requested('query ($n: Int) { products(first: $n) { edges { node { id } } } }', { n: 5 })).toBeLessThan(literal!);
  });

  test.each([
    ['a list that is no connection, by its argument', `{ nodes(ids: [${many(50, () => '"x"')}]) { id } }`, 50],
    ['each alias', `{ ${many(50, (at) => `a${at}: viewer { user { id } }`)} }`, 100],
    ['values under many aliases', `{ products(first: 20) { edges { node { ${many(40, (at) => `a${at}: title`)} } } } }`, 100],
    ['a search', `{ searchProducts(query: "x") { edges { node { id } } } }`, 50],
    ['structured data', '{ products(first: 2) { edges { node { jsonLd } } } }', 40],
    ['everything about the viewer', '{ exportMyData }', 5000],
    ['the schema', '{ __schema { types { name } } }', 500],
    ['a password', 'mutation { signIn(input: { email: "a@example.org", password: "x" }) { userErrors { code } } }', 100],
    ['each tracked event', 'mutation { trackEvents(input: { visitorId: "v", events: [] }) { acceptedCount } }', 10],
  ])('counts %s', async (_name, query, least) => {
    expect(await requested(query)).toBeGreaterThanOrEqual(least);
  });

  test('counts tracked events one by one, also in variables', async () => {
    const track = 'mutation ($input: TrackEventsInput!) { trackEvents(input: $input) { acceptedCount userErrors { code } } }';
    const events = Array.from({ length: 30 }, (_, at) => ({ eventId: `e${at}`, productId: 'x', type: 'VIEW' }));
    const none = await requested(track, { input: { visitorId: 'v', events: [] } });
    expect(await requested(track, { input: { visitorId: 'v', events } })).toBe(none! + 30);
  });

  test('of more than an operation may cost, or that nobody can tell, is refused before anything runs', async () => {
    const page = (size: string) => `{ products(first: ${size}) { edges { node { reviews(first: 100) { edges { node { id } } } } } } }`;
    for (const size of ['100', '2147483647', '-2147483648']) {
      expect(await send(page(size))).toMatchObject({ status: 400, errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] });
    }
    const nested = `query ($n: Int) ${page('$n')}`;
    for (const n of ['NaN', {}, [], 1e308, '1e9'])
      expect((await send(nested, { variables: { n } })).errors![0]!.extensions.code).toMatch(/QUERY_TOO_COMPLEX|BAD_USER_INPUT/);
  });

  test('is not hidden by fragments in fragments', async () => {
    const fragments = many(12, (at) => `fragment F${at} on Category { a: parent { ...F${at + 1} } b: parent { ...F${at + 1} } }`);
    const query = `{ categories { edges { node { ...F0 } } } } ${fragments} fragment F12 on Category { id }`;
    expect(await send(query)).toMatchObject({ status: 400, errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] });
  });
});

describe('a budget that is used up', () => {
  const costly = '{ products(first: 100) { edges { node { reviews(first: 5) { edges { node { id } } } } } } }';

  test('of an address refuses with the time to wait, and lets what is cheaper through', async () => {
    const address = freshAddress();
    const answers = [];
    for (let at = 0; at < 6; at++) answers.push(await send(costly, { address }));
    const refused = answers.find(({ errors }) => errors)!;
    expect(refused).toMatchObject({ status: 429, errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect(refused.errors![0]!.extensions.retryAfter).toBe(Number(refused.retryAfter));
    expect(refused.extensions!.cost.remaining).toBeLessThan(refused.extensions!.cost.requested);
    expect((await send('{ __typename }', { address })).errors).toBeUndefined();
    expect((await send(costly)).errors).toBeUndefined();
  });

  test('of a user follows them to every address', async () => {
    const { token } = await plaza.account();
    const answers = [];
    for (let at = 0; at < 4; at++) answers.push(await send(costly, { token }));
    expect(answers.at(-1)).toMatchObject({ status: 429, errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  });

  test('is used up by documents that are refused, too', async () => {
    const address = freshAddress();
    const nonsense = `{ ${'x'.repeat(150)} ${many(4_000, () => 'y')} }`;
    const statuses = [];
    for (let at = 0; at < 80; at++) statuses.push((await send(nonsense, { address })).status);
    expect(statuses).toContain(429);
    expect(statuses.filter((status) => status !== 400 && status !== 429)).toEqual([]);
  });

  test.each(['a WebSocket', 'an event stream'])('is used up by documents that are refused over %s', async (transport) => {
    const address = freshAddress();
    const query = `{ ${'x'.repeat(150)} ${many(4_000, () => 'y')} }`;
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'x-forwarded-for': address };
    const socket = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-forwarded-for': address },
    });
    const received = async () => String((await once(socket, 'message'))[0]);
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    expect(await received()).toContain('connection_ack');
    const ask = async (id: string) => {
      if (transport === 'an event stream')
        return (await fetch(`${plaza.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).text();
      const answer = received();
      socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query } }));
      return answer;
    };
    const answers = [];
    for (let at = 0; at < 80; at++) answers.push(await ask(String(at)));
    socket.terminate();
    expect(answers[0]).toContain('QUERY_TOO_COMPLEX');
    expect(answers.at(-1)).toContain('RATE_LIMITED');
  });

  test('refuses over WebSocket and event streams alike, and closes nothing', async () => {
    const { token } = await plaza.account();
    const client = createClient({
      url: `${plaza.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    const run = (query: string) =>
      new Promise((resolve) => client.subscribe({ query }, { next: resolve, error: resolve, complete: () => {} }));
    const outcomes = [];
    for (let at = 0; at < 4; at++) outcomes.push(await run(costly));
    expect(outcomes[0]).toMatchObject({ extensions: { cost: { requested: expect.any(Number) as number } } });
    expect(outcomes.at(-1)).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) as number } }]);
    expect(await run('{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
    await client.dispose();
    const stream = await fetch(`${plaza.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: costly }),
    });
    expect(stream.status).toBe(429);
    expect(Number(stream.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('an operation', () => {
  test('that takes too long is cancelled, and what it had not begun does not begin', async () => {
    const account = await plaza.account();
    const { prototype } = mongoose.Query;
    const { exec } = prototype;
    let answerStore = (): void => {};
    const held = new Promise<void>((resolve) => (answerStore = resolve));
    // The store does not answer the first change before the operation's time is up.
    prototype.exec = async function (this: mongoose.Query<unknown, unknown> & { op?: string }) {
      const done = (await exec.call(this)) as unknown;
      if (this.op === 'updateOne') await held;
      return done;
    };
    const name = async () => (await plaza.data('query ($handle: String!) { user(handle: $handle) { name } }', account)).user.name as string;
    try {
      const rename = (at: number) => `m${at}: updateProfile(input: { name: "Name ${at}" }) { user { name } }`;
      expect(await send(`mutation { ${many(3, rename)} }`, { token: account.token })).toMatchObject({
        status: 503,
        errors: [{ extensions: { code: 'OPERATION_TIMEOUT' } }],
      });
    } finally {
      answerStore();
      prototype.exec = exec;
    }
    await expect.poll(name).toBe('Name 0');
    await plaza.account();
    expect(await name()).toBe('Name 0');
  });

  test('whose answer is too large is refused', async () => {
    const query = `{ categories { edges { node { id } } } ${many(900, (at) => `a${at}____________________________: __typename`)} }`;
    expect(await send(query)).toMatchObject({ status: 400, errors: [{ extensions: { code: 'ANSWER_TOO_LARGE' } }] });
  });
});

describe('compiled operations', () => {
  test('take memory within a bound in bytes, however many documents come', () => {
    const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
    const operations = new CompiledOperations(schema, {
      introspection: true,
      suggestions: true,
      maxOperationDepth: 15,
      maxOperationCost: 10_000,
      operationTimeout: 10_000,
      maxAnswerSize: 1e6,
    });
    const before = process.memoryUsage().heapUsed;
    for (let document = 0; document < 300; document++) operations.document(`{ ${many(1_000, (at) => `a${document}_${at}: __typename`)} }`);
    // Without a bound these are more than 300 MB.
    expect(operations.bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 1024 * 1024);
  });
});

describe('an address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['2002:cb00:7107::1', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:0:0:0:9', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['[::ffff:203.0.113.7]', '203.0.113.7'],
    ['unknown', 'unknown'],
    ['_hidden', 'unknown'],
    ['', 'unknown'],
    ['999.1.1.1', 'unknown'],
    ['203.0.113.7:999999', 'unknown'],
    [`${'203.0.113.7'.repeat(500)}`, 'unknown'],
  ])('%s is counted as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test('of IPv6 shares the budget of its network', async () => {
    const costly = '{ products(first: 100) { edges { node { reviews(first: 5) { edges { node { id } } } } } } }';
    const statuses = [];
    for (let at = 0; at < 6; at++) statuses.push((await send(costly, { address: `2001:db8:9:9::${at + 1}` })).status);
    expect(statuses).toContain(429);
    expect((await send(costly, { address: '2001:db8:9:8::1' })).status).toBe(200);
  });
});

describe('behind a proxy', () => {
  const socketOf = (address: string) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        headers: { 'x-forwarded-for': address },
      });
      sockets.push(socket);
      socket.on('close', resolve).on('open', () => socket.send('{"type":"connection_init"}'));
      socket.on('message', (data: Buffer) => data.toString().includes('connection_ack') && resolve(0));
    });
  const sockets: WebSocket[] = [];
  afterEach(() => sockets.splice(0).forEach((socket) => socket.terminate()));
  const streamOf = async (address: string) => {
    const body = JSON.stringify({ query: 'subscription { productChanged: reviewChanged(productId: "x") { cursor } }' });
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'x-forwarded-for': address };
    const response = await fetch(`${plaza.url}/graphql`, { method: 'POST', headers, body });
    await response.text();
    return response.status;
  };

  test('only the entry of the proxy counts, whatever the client wrote before it', async () => {
    const costly = '{ products(first: 100) { edges { node { reviews(first: 5) { edges { node { id } } } } } } }';
    const client = freshAddress();
    const statuses = [];
    for (let at = 0; at < 6; at++) {
      const invented = [
        `10.0.0.${at}`,
        `[2001:db8::${at}]:99`,
        'x'.repeat(at * 50),
        ' ',
        ...Array.from({ length: at * 100 }, () => '1.1.1.1'),
      ];
      statuses.push((await send(costly, { address: `${invented.join(', ')}, ${client}` })).status);
    }
    expect(statuses).toContain(429);
  });

  test.each(['203.0.113.200:%d', 'no address %d', '[2001:db8:7:7::%d]:443'])('%s is one client, however it changes', async (address) => {
    const costly = '{ products(first: 100) { edges { node { reviews(first: 5) { edges { node { id } } } } } } }';
    const statuses = [];
    for (let at = 1; at <= 6; at++) statuses.push((await send(costly, { address: address.replace('%d', String(at)) })).status);
    expect(statuses).toContain(429);
  });

  test('a WebSocket counts for the client that the proxy names', async () => {
    const client = freshAddress();
    const codes = [];
    for (let at = 0; at < 5; at++) codes.push(await socketOf(`10.1.1.${at}, ${client}`));
    expect(codes).toEqual([0, 0, 0, 0, 4429]);
    expect(await socketOf(`${client}, ${freshAddress()}`)).toBe(0);
    expect(await streamOf(`10.1.1.9, ${client}`)).toBe(429);
  });
});

describe('pages and files of the server', () => {
  const open = (path: string, address: string, init: RequestInit = {}) =>
    fetch(`${plaza.url}${path}`, { redirect: 'manual', ...init, headers: { 'x-forwarded-for': address } });

  test.each([
    ['a product page', '/products/none', {}],
    ['a frame', '/embed/reviews?externalId=none&source=none', {}],
    ['a short link', '/s/none', {}],
    ['an image', '/images/000000000000000000000000/1024.webp', {}],
    ['the feed', '/feeds/google-product-reviews.xml', {}],
    ['an invitation', '/review/none', {}],
    ['a review by an invitation', '/review/none', { method: 'POST' }],
    ['a shop system’s message', '/integrations/generic', { method: 'POST' }],
    ['an upload', '/uploads/none', { method: 'PUT', body: 'a' }],
  ])('%s is charged to the network that asks, and refused when its budget is used up', async (_name, path, init) => {
    const address = freshAddress();
    const remaining = async () => (await send('{ __typename }', { address })).extensions!.cost.remaining;
    const before = await remaining();
    await (await open(path, address, init)).text();
    expect(await remaining()).toBeLessThan(before - 1);
    const costly = '{ products(first: 100) { edges { node { reviews(first: 5) { edges { node { id } } } } } } }';
    while ((await send(costly, { address })).status === 200);
    while ((await send('{ products(first: 1) { edges { cursor } } }', { address })).status === 200);
    const refused = await open(path, address, init);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the password of an account', () => {
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code } } }';

  test('can be tried only so often, from however many addresses, and its owner comes in where they were before', async () => {
    const { email, password } = await plaza.account();
    const home = freshAddress();
    const attempt = (address: string, guess: string) =>
      send(signIn, { address, variables: { input: { email: guess === password ? email : email.toUpperCase(), password: guess } } });
    expect((await attempt(home, password)).data!['signIn']['accessToken']).toBeTruthy();
    const guesses = [];
    for (let at = 0; at < 12; at++) guesses.push(await attempt(freshAddress(), `guess ${at}`));
    expect(guesses.at(-1)!.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect((await attempt(freshAddress(), password)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect((await attempt(home, password)).data!['signIn']['accessToken']).toBeTruthy();
    const other = await plaza.account();
    const answer = await send(signIn, { variables: { input: { email: other.email, password: other.password } } });
    expect(answer.data!['signIn']['accessToken']).toBeTruthy();
  });

  test('can be tried only a few times from one address, known or not', async () => {
    const { email } = await plaza.account();
    const address = freshAddress();
    const answers = [];
    for (let at = 0; at < 4; at++) answers.push(await send(signIn, { address, variables: { input: { email, password: `guess ${at}` } } }));
    expect(answers[0]!.errors).toBeUndefined();
    expect(answers.at(-1)!.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });
});
