/** Which web pages may use the API, over each transport, and what may run without a browser's asking first. */
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { readConfig } from '../../src/config.js';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza({
  CORS_ORIGINS: 'https://shop.example, https://*.example.com',
  NODE_ENV: 'production',
  PLAYGROUND: 'true',
  METRICS_TOKEN: 'metrics-token-of-tests',
});

const allowed = ['https://shop.example', 'https://www.example.com', 'https://a.b.example.com'];
const refused = [
  'https://evil.example',
  'http://shop.example',
  'https://shop.example:8443',
  'https://shop.example.evil.test',
  'https://example.com',
  'https://evilexample.com',
  'https://example.com.evil.test',
  'http://www.example.com',
  'http://localhost:3000',
  'null',
  'file://',
  'nonsense',
  'https://shop.example@evil.test',
  'https://shop.example/',
  'https://shop.example, https://evil.test',
  'https://shop.example\\.evil.test',
  'https://evil.test#.example.com',
];

const body = JSON.stringify({ query: '{ __typename }' });
const json = { 'content-type': 'application/json' };

function post(headers: Record<string, string>, content: string = body): Promise<Response> {
  return fetch(`${plaza.url}/graphql`, { method: 'POST', headers, body: content });
}

async function openSocket(origin: string | undefined, headers: Record<string, string> = {}): Promise<'open' | number> {
  const socket = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    ...(origin && { origin }),
    headers,
  });
  const [outcome] = await Promise.race([
    once(socket, 'open').then(() => ['open' as const]),
    once(socket, 'unexpected-response').then(([, response]) => [(response as { statusCode: number }).statusCode]),
  ]);
  socket.on('error', () => {}).terminate();
  return outcome!;
}

describe('a page of another origin', () => {
  test.each(allowed)('may use the API where the shop says so: %s', async (origin) => {
    const response = await post({ ...json, origin });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('vary')).toMatch(/Origin/i);
    expect(await openSocket(origin)).toBe('open');
    const stream = await post({ ...json, origin, accept: 'text/event-stream' });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('access-control-allow-origin')).toBe(origin);
    await stream.text();
  });

  test.each(refused)('may not otherwise, over any transport: %s', async (origin) => {
    for (const accept of ['application/json', 'text/event-stream']) {
      const response = await post({ ...json, origin, accept });
      expect(response.status).toBe(403);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    }
    expect(await openSocket(origin)).toBe(403);
  });

  test('asks once a day whether it may', async () => {
    const preflight = (origin: string) =>
      fetch(`${plaza.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
      });
    const response = await preflight('https://shop.example');
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(Number(response.headers.get('access-control-max-age'))).toBe(24 * 60 * 60);
    const denied = await preflight('https://evil.example');
    expect(denied.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('a program that is no browser needs no origin, and the API’s own pages are its own', async () => {
  expect((await post(json)).status).toBe(200);
  expect(await openSocket(undefined)).toBe('open');
  expect((await post({ ...json, origin: plaza.url })).status).toBe(200);
});

test('a name that somebody made lead to this machine is not the API’s own', async () => {
  const { host } = new URL(plaza.url);
  const rebound = `attacker.test:${host.split(':')[1]}`;
  expect(await openSocket(`http://${rebound}`, { host: rebound })).toBe(403);
});

describe('nothing changes through', () => {
  const mutation = 'mutation M { trackEvents(input: { visitorId: "v", events: [] }) { acceptedCount } }';
  const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${plaza.url}/graphql?${new URLSearchParams(parameters).toString()}`, { headers });

  test.each(['*/*', 'application/json', 'text/event-stream', 'application/graphql-response+json'])(
    'GET that accepts %s',
    async (accept) => {
      const headers = { accept };
      for (const parameters of [{}, { operationName: 'M' }] as Record<string, string>[]) {
        const response = await get({ query: mutation, ...parameters }, headers);
        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe('POST');
      }
      for (const operationName of ['Made up', 'm', '']) {
        const response = await get({ query: `${mutation} query Q { __typename }`, operationName }, headers);
        expect(await response.text()).toContain('BAD_USER_INPUT');
      }
      expect(await (await get({ query: mutation, operationName: 'Made up' }, headers)).text()).toContain('BAD_USER_INPUT');
      expect(
        await (await get({ query: `query M { __typename } ${mutation.replace('mutation M', 'mutation N')}` }, headers)).text(),
      ).toContain('BAD_USER_INPUT');
    },
  );

  test('HEAD', async () => {
    const response = await fetch(`${plaza.url}/graphql?query=${encodeURIComponent(mutation)}`, { method: 'HEAD' });
    expect(response.status).toBe(405);
  });

  test.each([
    'text/plain',
    'text/plain; charset=utf-8',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/html',
    '',
  ])('a body that a form can send: "%s"', async (type) => {
    for (const accept of ['application/json', 'text/event-stream']) {
      const content = new TextEncoder().encode(JSON.stringify({ query: mutation }));
      const response = await fetch(`${plaza.url}/graphql`, {
        method: 'POST',
        headers: { accept, ...(type && { 'content-type': type }) },
        body: content,
      });
      expect(response.status).toBe(415);
    }
  });
});

describe('a page of the API', () => {
  test.each(['/graphql?query={__typename}', '/health/live', '/products/none'])('%s loads nothing and is framed by nobody', async (path) => {
    const { headers } = await fetch(`${plaza.url}${path}`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

const query = (text: string): string => `/graphql?query=${encodeURIComponent(text)}`;

describe('no cache keeps', () => {
  test.each([
    ['how the server is', '/health/live', 200],
    ['whether it can serve', '/health/ready', 200],
    ['metrics', '/metrics', 200, { authorization: 'Bearer metrics-token-of-tests' }],
    ['that metrics need a token', '/metrics', 401],
    ['that there is no such address', '/nothing', 404],
    ['that there is no such product yet', '/products/nothing', 404],
    ['that there is no such frame yet', '/embed/rating/nothing', 404],
    ['that there is no such short link', '/s/nothing', 404],
    ['that there is no such image', '/images/507f1f77bcf86cd799439011/64x64.webp', 404],
    ['that a link is none', '/review/nothing', 410],
    ['that a link to end mails is none', '/notifications/unsubscribe/nothing', 404],
    ['the page about an account', '/account', 200],
    ['that a document is wrong', query('{ nothing }'), 400],
    ['that a document is none', query('{'), 400],
    ['that a token is not good', query('{ __typename }'), 401, { authorization: 'Bearer x.y.z' }],
    ['that an origin is refused', query('{ __typename }'), 403, { origin: 'https://evil.example' }],
    ['that a method is refused', query('mutation { signOut(input: {}) { signedOut } }'), 405],
  ] as [string, string, number, Record<string, string>?][])('%s', async (_what, address, status, headers = {}) => {
    const response = await fetch(`${plaza.url}${address}`, { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    await response.arrayBuffer();
  });

  test('what one viewer was answered for another', async () => {
    const { token } = await plaza.account();
    const response = await fetch(`${plaza.url}${query('{ viewer { email } }')}`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.headers.get('cache-control')).toMatch(/^(private, no-cache|no-store)$/);
    await response.arrayBuffer();
  });
});

test('metrics are for who has the token', async () => {
  const metrics = (headers: Record<string, string>) => fetch(`${plaza.url}/metrics`, { headers });
  for (const headers of [{}, { authorization: 'Bearer nonsense' }, { authorization: 'metrics-token-of-tests' }])
    expect((await metrics(headers as Record<string, string>)).status).toBe(401);
  expect(await (await metrics({ authorization: 'Bearer metrics-token-of-tests' })).text()).toContain('plaza_subscribers');
});

test.each([
  '*',
  'https://*',
  'https://*.com/path',
  'https://shop.example/path',
  'ftp://shop.example',
  'https://a.*.example.com',
  'nonsense',
  'null',
])('an origin that is none is refused at the start: %s', (origin) => {
  expect(() => readConfig({ CORS_ORIGINS: origin, PLAZA_DATA_DIR: plaza.dataDirectory })).toThrow('CORS_ORIGINS');
});

test('what users write is text on every page of the server, and never markup or a script', async () => {
  const markup = `</script><img src=x onerror=alert(1)>"'&<!--${'\u2028'}`;
  const merchant = await plaza.account({ merchant: true });
  const author = await plaza.account();
  const product = { title: markup, description: markup, brand: markup, attributes: [{ name: markup.slice(0, 40), value: markup }] };
  const id = await plaza.product(merchant, { ...product, slug: 'marked-up', source: 'markup', externalId: markup });
  await plaza.mutate('updateProfile', { name: markup, bio: markup }, 'user { id }', author.token);
  await plaza.review(author, id, { title: markup, body: markup });
  const { question } = await plaza.mutate('askQuestion', { productId: id, body: markup }, 'question { id }', author.token);
  await plaza.mutate('answerQuestion', { questionId: question.id, body: markup }, 'answer { id }', merchant.token);
  const pages = [
    '/products/marked-up',
    ...['rating', 'reviews', 'questions'].flatMap((kind) => [
      `/embed/${kind}/${id}`,
      `/embed/${kind}/${id}?locale=${encodeURIComponent(markup)}`,
    ]),
  ];
  for (const path of pages) {
    const response = await fetch(`${plaza.url}${path}`, { headers: { accept: 'text/html' } });
    const text = await response.text();
    expect([path, response.status]).toEqual([path, 200]);
    expect(text, path).not.toMatch(/<img src=x|<!--\u2028/);
    expect(text.match(/<\/script>/g)?.length, path).toBe(text.match(/<script\b/g)?.length);
    expect(response.headers.get('content-security-policy'), path).toMatch(/default-src 'none'/);
    expect(response.headers.get('content-security-policy'), path).not.toMatch(/script-src[^;]*'unsafe-/);
  }
});

test('a frame is in a language of ours, whatever the page that shows it calls its own', async () => {
  const merchant = await plaza.account({ merchant: true });
  const id = await plaza.product(merchant);
  await plaza.review(await plaza.account(), id, { title: 'Good' });
  const odd = [
    '__proto__',
    'constructor',
    'toString',
    'en-',
    'de--',
    'es-\u0000',
    'zh-<b>',
    'en-x',
    `de-${'a'.repeat(50)}`,
    '',
    '\ufffd',
    'xx',
    '*',
  ];
  for (const kind of ['rating', 'reviews', 'questions'])
    for (const locale of odd) {
      const response = await fetch(`${plaza.url}/embed/${kind}/${id}?locale=${encodeURIComponent(locale)}`);
      expect([kind, locale, response.status]).toEqual([kind, locale, 200]);
      expect(await response.text(), locale).toMatch(/<html lang="en">/);
    }
  for (const locale of ['de', 'de-AT', 'DE', 'de_CH', 'de-u-nu-latn']) {
    const text = await (await fetch(`${plaza.url}/embed/rating/${id}?locale=${locale}`)).text();
    expect(text, locale).toMatch(/<html lang="de">/);
  }
});
