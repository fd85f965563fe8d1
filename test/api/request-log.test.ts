import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { Plaza, type Account } from '../support/plaza.js';
import { addressOf, kill, unlimited, metricsOf } from '../support/processes.js';
import { until } from '../support/until.js';

type Line = Record<string, unknown> & { err?: { type: string; message: string; stack: string; cause?: { message: string } } };

describe('the log has one line a request', () => {
  const plaza = new Plaza();
  const lines: Line[] = [];
  let account: Account;
  let product: string;
  plaza.logOutput = { write: (line) => void lines.push(JSON.parse(line) as Line) };

  beforeAll(async () => {
    await plaza.start({ LOG_LEVEL: 'info' });
    account = await plaza.account({ merchant: true });
    product = await plaza.product(account);
  });
  afterAll(() => plaza.stop());

  const about = (requestId: string, message: string) =>
    lines.filter((line) => String(line['requestId']).startsWith(requestId) && line['msg'] === message);
  async function requestLine(requestId: string): Promise<Line> {
    await until(() => about(requestId, 'request').length > 0);
    expect(about(requestId, 'request')).toHaveLength(1);
    return about(requestId, 'request')[0]!;
  }
  const send = (requestId: string, body: object | string, headers: Record<string, string> = {}) =>
    fetch(`${plaza.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': requestId, authorization: `Bearer ${account.token}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  test('that names the request, the operation, the user, the status and how long it took', async () => {
    const response = await send('shop-1', { query: 'query Greeting { viewer { user { handle } } }' });
    expect(response.headers.get('x-request-id')).toBe('shop-1');
    expect(await requestLine('shop-1')).toMatchObject({
      level: 'info',
      operation: 'Greeting',
      kind: 'query',
      userId: expect.stringMatching(/^[0-9a-f]{24}$/),
      method: 'POST',
      route: '/graphql',
      status: 200,
      ms: expect.any(Number),
    });
  });

  test.each([
    ['a field that does not exist', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['a document that is none', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['a body that is no JSON', '{"password":', 'BAD_USER_INPUT'],
    ['variables that do not fit', { query: 'query ($id: ID!) { node(id: $id) { id } }' }, 'BAD_USER_INPUT'],
  ])('with the code of what was wrong: %s', async (name, body, code) => {
    const requestId = `wrong-${name.replaceAll(' ', '-')}`;
    await send(requestId, body);
    expect(await requestLine(requestId)).toMatchObject({ code });
  });

  test('with the rule that a mutation broke, so that it shows who could not sign in', async () => {
    const signIn = (password: string) => ({
      query: 'mutation ($input: SignInInput!) { signIn(input: $input) { user { id } } }',
      variables: { input: { email: account.email, password } },
    });
    await send('refused', signIn('not this one'));
    expect(await requestLine('refused')).toMatchObject({ brokenRule: 'INVALID_CREDENTIALS', status: 200 });
    await send('accepted', signIn(account.password));
    expect(await requestLine('accepted')).not.toHaveProperty('brokenRule');
  });

  test('with the code where the token is not good', async () => {
    await send('forged', { query: '{ __typename }' }, { authorization: 'Bearer forged' });
    expect(await requestLine('forged')).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });

  test('under an id of its own where the given one is too long or has unusual characters', async () => {
    for (const given of ['x'.repeat(129), 'a b', 'buyer@example.org']) {
      const response = await send(given, { query: '{ __typename }' });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('also for an event stream', async () => {
    const response = await send('stream-1', { query: 'query Streamed { __typename }' }, { accept: 'text/event-stream' });
    expect(response.headers.get('x-request-id')).toBe('stream-1');
    await response.text();
    expect(await requestLine('stream-1')).toMatchObject({ operation: 'Streamed', status: 200 });
  });

  test('and one for each operation over a WebSocket, a subscription when it ends', async () => {
    class Socket extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers: { 'x-request-id': 'socket-1' } });
      }
    }
    const url = `${plaza.url.replace('http', 'ws')}/graphql`;
    const client = createClient({
      url,
      webSocketImpl: Socket,
      lazyCloseTimeout: 10_000,
      connectionParams: { authorization: `Bearer ${account.token}` },
    });
    for await (const _ of client.iterate({ query: 'query OverSocket { __typename }' }));
    const live = client.iterate({
      query: 'subscription Live($id: ID!) { ratingChanged(productId: $id) { cursor } }',
      variables: { id: product },
    });
    const ended = live.next();
    await until(async () => (await metricsOf(plaza.url)).includes('plaza_subscribers 1'));
    await live.return?.();
    await ended;
    await until(() => about('socket-1', 'request').length === 2);
    expect(about('socket-1', 'request')).toMatchObject([
      { requestId: 'socket-1/1', operation: 'OverSocket', kind: 'query', transport: 'websocket', userId: expect.any(String) },
      { requestId: 'socket-1/2', operation: 'Live', kind: 'subscription' },
    ]);
    await client.dispose();
  });

  test('but none for what machines ask every few seconds', async () => {
    await fetch(`${plaza.url}/health/ready`, { headers: { 'x-request-id': 'probe-1' } });
    await send('after-probe', { query: '{ __typename }' });
    await requestLine('after-probe');
    expect(about('probe-1', 'request')).toEqual([]);
  });

  describe('a defect', () => {
    const query = 'query Broken($id: ID!) { node(id: $id) { ... on Product { category { name } } } }';
    beforeAll(() => plaza.connection.collection('products').updateMany({}, { $unset: { category: 1 } }));

    const expected = { level: 'error', operation: 'Broken', userId: expect.any(String), err: { stack: expect.stringContaining('at ') } };

    test('is logged with its stack, operation, user and request', async () => {
      const answer = (await (await send('defect-1', { query, variables: { id: product } })).json()) as { errors: object[] };
      expect(answer.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
      expect(await requestLine('defect-1')).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
      expect(about('defect-1', 'unexpected error')).toMatchObject([expected]);
    });

    test('over a WebSocket too', async () => {
      const url = `${plaza.url.replace('http', 'ws')}/graphql`;
      const client = createClient({ url, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${account.token}` } });
      const before = lines.length;
      for await (const _ of client.iterate({ query, variables: { id: product } }));
      await client.dispose();
      await until(() => lines.slice(before).some(({ msg }) => msg === 'request'));
      expect(lines.slice(before).filter(({ msg }) => msg === 'unexpected error')).toMatchObject([expected]);
    });

    test('over an event stream too', async () => {
      await (await send('defect-3', { query, variables: { id: product } }, { accept: 'text/event-stream' })).text();
      await requestLine('defect-3');
      expect(about('defect-3', 'unexpected error')).toMatchObject([expected]);
    });
  });
});

describe('no secret is in any line, not even at the level trace', () => {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-log-'));
  let child: ChildProcess;
  let url = '';
  let output = '';
  let standardOutput = '';

  beforeAll(async () => {
    child = spawn(process.execPath, [fileURLToPath(new URL('../../dist/main.js', import.meta.url))], {
      env: {
        ...process.env,
        LOG_LEVEL: 'trace',
        DEMO_SHOP: 'false',
        PORT: '0',
        PLAZA_DATA_DIR: directory,
        AUTH_SECRET: 'the-signing-secret-of-this-test-alone',
        ...unlimited,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    child.stdout!.on('data', (chunk: Buffer) => (standardOutput += String(chunk)));
    url = await addressOf(child);
  });
  afterAll(async () => {
    await kill({ child });
    rmSync(directory, { recursive: true, force: true });
  });

  async function post(
    query: string,
    variables: object,
    headers: Record<string, string> = {},
  ): Promise<{ data: Record<string, Record<string, string>> }> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as { data: Record<string, Record<string, string>> };
  }

  test('through signing up, in, refreshing, mistakes, live connections and signing out', async () => {
    const email = 'margarete.muster@example.org';
    const password = 'correct horse battery';
    const tokens = 'accessToken refreshToken userErrors { code }';
    const input = { email, password, handle: 'margarete', name: 'Margarete' };
    const signUp = `mutation SignUp($input: SignUpInput!) { signUp(input: $input) { ${tokens} } }`;
    const signIn = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${tokens} } }`;
    const first = (await post(signUp, { input })).data['signUp']!;
    await post(signUp, { input });
    await post(signIn, { input: { email, password: 'a wrong password' } });
    await post(signIn, { input: { email, password, passwort: 'not a field' } });
    const second = (await post(signIn, { input: { email, password } })).data['signIn']!;
    const refresh = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${tokens} } }`;
    const third = (await post(refresh, { input: { refreshToken: second['refreshToken'] } })).data['refreshSession']!;
    const authorization = `Bearer ${third['accessToken']}`;
    await post('{ viewer { user { handle } } }', {}, { authorization, cookie: 'plaza_visitor=the-cookie-of-a-visitor' });
    await post('{ viewer { user { handle } } }', {}, { authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}` });
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":"{ a }","variables":{"password":"${password}"`,
    });
    await fetch(
      `${url}?query=${encodeURIComponent('query ($p: String!) { product(slug: $p) { id } }')}&variables=${encodeURIComponent(JSON.stringify({ p: password }))}`,
    );
    await fetch(`${url.replace('/graphql', '')}/nothing/${encodeURIComponent(email)}?token=${third['refreshToken']}`);
    const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: { authorization } });
    for await (const _ of client.iterate({ query: signIn, variables: { input: { email, password } } }));
    await client.dispose();
    await post('mutation SignOut { signOut(input: {}) { clientMutationId } }', {}, { authorization });
    child.kill('SIGTERM');
    await until(() => child.exitCode !== null);

    expect(output).toContain('"operation":"SignUp"');
    const secrets = [
      email,
      'margarete.muster',
      password,
      encodeURIComponent(password),
      'a wrong password',
      'not a field',
      'the-cookie-of-a-visitor',
    ];
    secrets.push('the-signing-secret-of-this-test-alone', Buffer.from(`${email}:${password}`).toString('base64'));
    for (const issued of [first, second, third]) secrets.push(issued['accessToken']!, issued['refreshToken']!);
    for (const secret of secrets) expect(output).not.toContain(secret);
  });

  test('every line on standard output is a JSON object', () => {
    const lines = standardOutput.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level');
  });
});
