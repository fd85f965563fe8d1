/** What no HTTP client would send, over bare sockets: every answer is one, none is a defect, and the next request is served. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { usePlaza, type Plaza } from '../support/plaza.js';
import { announce, picture, send as sendUpload } from '../support/uploads.js';

const logged: string[] = [];
const plaza: Plaza = usePlaza({
  STOREFRONT: 'true',
  PLAYGROUND: 'true',
  CONSOLE: 'true',
  DOCS: 'true',
  METRICS_TOKEN: 'a token of metrics',
  MAX_BODY_SIZE: '64kb',
  LOG_LEVEL: 'error',
  REQUEST_CONNECTIONS_PER_ADDRESS: '1000',
});
plaza.logOutput = { write: (line) => void logged.push(line) };

const host = 'Host: localhost\r\n';
const json = 'Content-Type: application/json\r\n';
const mostMilliseconds = 5_000;
const open: Socket[] = [];

/** Sends bytes as they are, says that nothing follows, and reads until the server closes. */
async function raw(text: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(plaza.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  open.push(socket);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1'))).on('error', () => {});
  socket.end(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  await Promise.race([once(socket, 'end'), once(socket, 'close')]);
  socket.destroy();
  return answer;
}

const statusesOf = (answer: string) => [...answer.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));

/** Anything but a defect: no 500, no stack, no path or file of this machine. */
function expectNoDefect(sent: string, answer: string): void {
  const told = JSON.stringify(sent.slice(0, 200));
  expect(
    statusesOf(answer).filter((status) => status >= 500),
    told,
  ).toEqual([]);
  expect(logged.splice(0), told).toEqual([]);
  expect(answer, told).not.toMatch(/INTERNAL_SERVER_ERROR|\bat .*\.[jt]s:\d+|node_modules|root:.*:0:0|"devDependencies"|ENOENT|EISDIR/);
}

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  expect(logged.splice(0)).toEqual([]);
  expect((await plaza.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
});

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'QUERY'];

/** Every route, with the place of its parameter. */
const routes = [
  ...['/', '/*', '/docs/*', '/console/*', '/console/assets/*', '/assets/*', '/playground/*', '/playground/assets/*', '/sw.js*'],
  ...['/images/*/256.webp', '/images/000000000000000000000000/*', '/uploads/*', '/uploads/x?expires=*&signature=*'],
  ...['/embed/*', '/embed/reviews/*', '/embed/rating?externalId=*&source=*', '/embed/questions/x?locale=*', '/widgets.js?*'],
  ...['/products/*', '/categories/*', '/users/*', '/search?q=*', '/s/*', '/review/*', '/review/unsubscribe/*'],
  ...[
    '/notifications/unsubscribe/*',
    '/feeds/*',
    '/account*',
    '/integrations/*',
    '/integrations/generic?source=*',
    '/metrics',
    '/health/*',
  ],
  ...['/graphql?query=*', '/graphql?query=%7B__typename%7D&variables=*', '/graphql?query=%7B__typename%7D&extensions=*', '/graphql/*'],
];

const values = [
  ...[
    '',
    '.',
    '..',
    '%00',
    '%',
    '%zz',
    '%ED%A0%80',
    '%c0%ae%c0%ae',
    '%E0%A4%A',
    '%ff',
    '%0d%0aSet-Cookie:%20a=b',
    '__proto__',
    'constructor',
  ],
  ...['../../package.json', '..%2f..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json', '..%5c..%5cpackage.json', '....//package.json'],
  ...['/etc/passwd', '%2fetc%2fpasswd', 'file:%2f%2f%2fetc%2fpasswd', '//evil.example', '[]', '{}', 'null', '%7B', 'a'.repeat(3_000)],
  ...['a&externalId=b', '%F0%9F%AB%96', '%E2%80%AE', "'%22><script>", '$where', '-1', '1e999', 'NaN', 'UHJvZHVjdDow', 'UHJvZHVjdDpbXQ'],
];

describe('every route', () => {
  test.each(routes)('%s answers any value and method', async (route) => {
    const paths = [...new Set(values.map((value) => route.replaceAll('*', value)))];
    for (const method of methods) {
      // CONNECT closes the connection, so that it comes last.
      const requests = paths.map((path) => `${method} ${path} HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`);
      const answers = await Promise.all(
        method === 'CONNECT' || method === 'PUT'
          ? requests.map(raw)
          : [raw(`${requests.join('')}GET /health/live HTTP/1.1\r\n${host}\r\n`)],
      );
      for (const answer of answers) expectNoDefect(`${method} ${route}`, answer);
      expect(answers.join('').toLowerCase()).not.toMatch(/\nset-cookie: a=b/);
    }
  });
});

const targets = fc.oneof(
  fc.constantFrom('/graphql', '/', '*', 'http://evil.example/graphql', 'http://[', '//', '\\', '/graphql#a', '/%', '', '/health/live'),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `/${text}`),
);
const headerLines = fc.oneof(
  fc.constantFrom(
    ...['Content-Length: 5', 'Content-Length: -1', 'Content-Length: +5', 'Content-Length: 5, 5', 'Content-Length: 99999999999999999999'],
    ...['Transfer-Encoding: chunked', 'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: identity', 'Transfer-Encoding : chunked'],
    ...['Transfer-Encoding: xchunked', 'Transfer-Encoding:\tchunked', 'Expect: 100-continue', 'Expect: moon', 'Content-Encoding: gzip'],
    ...['Host: other', 'Host: [::', 'Host:', 'Connection: close', 'Connection: upgrade', 'Upgrade: websocket', 'Upgrade: h2c'],
    ...['Content-Type: application/json', 'Content-Type: ;;=', 'Content-Type: multipart/form-data', 'Content-Type: text/plain'],
    ...[
      'Accept: text/event-stream',
      'Accept: */*;q=x',
      'Accept-Language: ,;q=',
      'Accept-Encoding: *;q=0',
      'Origin: null',
      'Origin: http://[',
    ],
    ...[
      'Authorization: Bearer \xff',
      'Authorization: Basic',
      'Authorization: Bearer a.b.c',
      'Cookie: plaza_refresh=%; =;;',
      'Range: bytes=9-1',
    ],
    ...[
      'X-Forwarded-For: \xff, ,[::',
      'X-Forwarded-Host: http://[',
      'X-Request-Id: \t',
      'Traceparent: 00',
      'Last-Event-ID: \xff',
      ' folded: yes',
    ],
    ...[
      'If-None-Match: W/"',
      'If-Modified-Since: never',
      'Sec-WebSocket-Version: 99',
      'Sec-WebSocket-Key: x',
      'Sec-WebSocket-Protocol: ,,',
    ],
  ),
  fc.tuple(fc.string({ unit: 'binary', maxLength: 10 }), fc.string({ unit: 'binary', maxLength: 40 })).map((pair) => pair.join(': ')),
);
const bodies = fc.oneof(
  fc.constantFrom(
    '',
    'hello',
    '{"query":"{__typename}"}',
    '5\r\nhello\r\n0\r\n\r\n',
    'ZZ\r\n',
    'FFFFFFFFFFFFFFFFF\r\n',
    '0\r\nX: y\r\n\r\n',
    'null',
    '[]',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const requests = fc
  .record({
    method: fc.oneof(fc.constantFrom(...methods, 'get', 'PRI', 'G T'), fc.string({ maxLength: 6 })),
    target: targets,
    version: fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', ''),
    ending: fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
    headers: fc.array(headerLines, { maxLength: 6 }),
    withHost: fc.boolean(),
    body: bodies,
  })
  .map(({ method, target, version, ending, headers, withHost, body }) =>
    [`${method} ${target} ${version}`, ...(withHost ? ['Host: localhost'] : []), ...headers, '', body].join(ending),
  );

test('whatever a request is made of, it is answered or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 3 }), async (parts) => {
      const sent = parts.join('');
      const startedAt = performance.now();
      expectNoDefect(sent, await raw(sent));
      expect(performance.now() - startedAt).toBeLessThan(mostMilliseconds);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test.each([
  ['two hosts', `GET /health/live HTTP/1.1\r\n${host}Host: other\r\n\r\n`, 400],
  ['two equal hosts', `GET /health/live HTTP/1.1\r\n${host}${host}\r\n`, 400],
  ['a host that is none', `POST /graphql HTTP/1.1\r\nHost: [::\r\n${json}Content-Length: 29\r\n\r\n{"query":"mutation{nothing}"}`, 400],
  ['a host with spaces', `GET /health/live HTTP/1.1\r\nHost: a b\r\n\r\n`, 400],
  ['a mutation that names no host', `POST /graphql HTTP/1.0\r\n${json}Content-Length: 29\r\n\r\n{"query":"mutation{nothing}"}`, 400],
  ['two lengths that agree', `POST /graphql HTTP/1.1\r\n${host}${json}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`, 400],
  ['a length and chunks', `POST /graphql HTTP/1.1\r\n${host}${json}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  [
    'an encoding of the body that is none',
    `POST /graphql HTTP/1.1\r\n${host}${json}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ['a header that is folded', `GET /health/live HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`, 400],
  [
    'trailers without end',
    `POST /graphql HTTP/1.1\r\n${host}${json}Transfer-Encoding: chunked\r\n\r\n0\r\nX: ${'a'.repeat(30_000)}\r\n\r\n`,
    431,
  ],
  [
    'a chunk’s extension without end',
    `POST /graphql HTTP/1.1\r\n${host}${json}Transfer-Encoding: chunked\r\n\r\n2;${'a'.repeat(30_000)}\r\n{}\r\n0\r\n\r\n`,
    413,
  ],
  ['thousands of headers', `GET / HTTP/1.1\r\n${host}${Array.from({ length: 5_000 }, (_, at) => `a${at}: b\r\n`).join('')}\r\n`, 431],
  ['a body that is too large', `POST /graphql HTTP/1.1\r\n${host}${json}Content-Length: 9007199254740991\r\n\r\n{`, 413],
  ['a body nested too deep', `POST /graphql HTTP/1.1\r\n${host}${json}Content-Length: 60000\r\n\r\n${'['.repeat(60_000)}`, 400],
] as const)('%s is refused', async (_name, sent, status) => {
  const answer = await raw(sent);
  expectNoDefect(sent, answer);
  const [first] = statusesOf(answer);
  expect(status === 413 && first === 400 ? 413 : first).toBe(status);
});

test('requests that are sent at once are answered in their order', async () => {
  const texts = Array.from({ length: 100 }, (_, at) => `{"query":"{ n${at}: __typename }"}`);
  const answer = await raw(
    texts.map((text) => `POST /graphql HTTP/1.1\r\n${host}${json}Content-Length: ${text.length}\r\n\r\n${text}`).join(''),
  );
  expect([...answer.matchAll(/"n(\d+)":"Query"/g)].map(([, at]) => Number(at))).toEqual(texts.map((_, at) => at));
});

describe('an upload', () => {
  const line = ({ method, url }: { method: string; url: string }) =>
    `${method} ${new URL(url).pathname}${new URL(url).search} HTTP/1.1\r\n${host}`;
  const multipart = '--x\r\nContent-Disposition: form-data; name="file"; filename="../../a.png"\r\n\r\nabc\r\n--x--\r\n';

  test('that stops in the middle, says another length, type or form, is refused, and can be sent again', async () => {
    const bytes = await picture();
    const announced = await announce(plaza, await plaza.account(), { purpose: 'AVATAR', contentType: 'image/png', byteSize: bytes.length });
    const start = line(announced);
    const half = bytes.subarray(0, 20).toString('latin1');
    for (const sent of [
      `${start}Content-Type: image/png\r\nContent-Length: ${bytes.length}\r\n\r\n${half}`,
      `${start}Content-Type: image/png\r\nContent-Length: 20\r\n\r\n${half}`,
      `${start}Content-Type: image/png\r\nContent-Length: 0\r\n\r\n`,
      `${start}Content-Type: image/png\r\n\r\n`,
      `${start}Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n${half}\r\n0\r\n\r\n`,
      `${start}Content-Type: text/html\r\nContent-Length: 20\r\n\r\n${half}`,
      `${start}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: ${multipart.length}\r\n\r\n${multipart}`,
      `${start.replace(/signature=[^& ]*/, 'signature=%00%ff')}Content-Type: image/png\r\nContent-Length: 20\r\n\r\n${half}`,
      `${start.replace(/expires=\d+/, 'expires=1e999')}Content-Type: image/png\r\nContent-Length: 20\r\n\r\n${half}`,
    ]) {
      const answer = await raw(sent);
      expectNoDefect(sent, answer);
      expect(statusesOf(answer)).not.toContain(200);
    }
    expect((await sendUpload(plaza, announced, bytes)).status).toBe(200);
  });
});

const accepts = (key: string) => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** A frame as clients send it. */
function frame(
  opcode: number,
  payload: string | Buffer,
  { final = true, reserved = 0, masked = true, length = Buffer.byteLength(payload) } = {},
): Buffer {
  const head = Buffer.from([(final ? 0x80 : 0) | (reserved << 4) | opcode, (masked ? 0x80 : 0) | (length < 126 ? length : 127)]);
  const long = Buffer.alloc(length < 126 ? 0 : 8);
  if (long.length > 0) long.writeBigUInt64BE(BigInt(length));
  const mask = masked ? randomBytes(4) : Buffer.alloc(0);
  const bytes = Buffer.from(payload);
  if (masked) bytes.forEach((byte, at) => (bytes[at] = byte ^ mask[at % 4]!));
  return Buffer.concat([head, long, mask, bytes]);
}

describe('a WebSocket', () => {
  const key = randomBytes(16).toString('base64');
  const upgrade = (lines = '', start = 'GET /graphql HTTP/1.1') =>
    `${start}\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n${lines || `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n`}\r\n`;
  const init = '{"type":"connection_init"}';
  const ask = '{"id":"1","type":"subscribe","payload":{"query":"{ __typename }"}}';

  test.each([
    ['an old version', upgrade(`Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: ${key}\r\n`)],
    ['no key', upgrade('Sec-WebSocket-Version: 13\r\n')],
    ['a key that is none', upgrade('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n')],
    ['subprotocols that are none', upgrade(`Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ,,\r\n`)],
    ['another method', upgrade('', 'POST /graphql HTTP/1.1')],
    ['another path', upgrade('', 'GET /docs/ HTTP/1.1')],
    ['a path that leads up', upgrade('', 'GET /docs/../graphql HTTP/1.1')],
    ['a foreign origin', upgrade(`Origin: https://evil.example\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n`)],
    ['another upgrade', upgrade().replace('Upgrade: websocket', 'Upgrade: h2c')],
  ])('is not opened with %s', async (_name, sent) => {
    const answer = await raw(sent);
    expectNoDefect(sent, answer);
    expect(statusesOf(answer)[0]).toBeGreaterThanOrEqual(400);
  });

  test.each(['graphql-ws', 'soap', ''])('is closed with the subprotocol “%s”', async (name) => {
    const protocol = name && `Sec-WebSocket-Protocol: ${name}\r\n`;
    const answer = await raw(`${upgrade(`Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${protocol}`)}`);
    expectNoDefect(name, answer);
    // A closing frame with the code 4406.
    expect(answer).toContain('\x11\x36');
  });

  test('takes a message in many pieces, and in binary frames', async () => {
    const pieces = [...ask].map((letter, at) => frame(at === 0 ? 1 : 0, letter, { final: at === ask.length - 1 }));
    const answer = await raw(Buffer.concat([Buffer.from(upgrade()), frame(1, init), ...pieces, frame(8, '')]));
    expect(answer).toContain(accepts(key));
    const binary = await raw(Buffer.concat([Buffer.from(upgrade()), frame(2, init), frame(2, ask), frame(8, '')]));
    expectNoDefect('binary', binary);
  });

  test.each<[string, Buffer[]]>([
    ['a frame without a mask', [frame(1, ask, { masked: false })]],
    ['a frame of a reserved kind', [frame(3, ask)]],
    ['a control frame of a reserved kind', [frame(11, '')]],
    ['reserved bits', [frame(1, ask, { reserved: 7 })]],
    ['a continuation of nothing', [frame(0, ask)]],
    ['a message within a message', [frame(1, '{', { final: false }), frame(1, ask)]],
    ['a ping in pieces', [frame(9, '', { final: false })]],
    ['a ping that is too large', [frame(9, 'a'.repeat(126))]],
    ['a length beyond all bounds', [frame(1, 'a', { length: 2 ** 52 })]],
    ['pieces beyond the largest message', [frame(1, 'a'.repeat(40_000), { final: false }), frame(0, 'a'.repeat(40_000))]],
    ['text that is no text', [frame(1, Buffer.from([0xff, 0xfe, 0xc0]))]],
    ['a closing with a code that is none', [frame(8, Buffer.from([0, 1]))]],
    ['a closing with half a code', [frame(8, Buffer.from([3]))]],
    ['compressed data that is none', [frame(1, 'garbage', { reserved: 4 })]],
    ['a message that is no object', [frame(1, '"a"')]],
    ['ten thousand beginnings', Array.from({ length: 10_000 }, () => frame(1, init))],
    ['ten thousand pings', Array.from({ length: 10_000 }, () => frame(9, 'a'))],
  ])('with %s is closed, and nothing else is', async (_name, frames) => {
    const bystander = await plaza.subscribe('subscription { feedItemAdded { cursor } }', {}, (await plaza.account()).token);
    expect(bystander.admitted).toBe(true);
    const answer = await raw(Buffer.concat([Buffer.from(upgrade()), frame(1, init), ...frames]));
    expect(statusesOf(answer)).toEqual([101]);
    expectNoDefect('frames', answer);
    bystander.stop();
  });

  test('with any frames is answered or closed', async () => {
    const frames = fc.record({
      opcode: fc.nat(15),
      payload: fc.oneof(
        fc.constantFrom(init, ask, '{"type":"ping"}', '{"id":"1","type":"complete"}'),
        fc.string({ unit: 'binary', maxLength: 40 }),
      ),
      final: fc.boolean(),
      reserved: fc.constantFrom(0, 0, 0, 1, 4),
      masked: fc.constantFrom(true, true, true, false),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(frames, { maxLength: 8 }), async (list) => {
        const bytes = list.map(({ opcode, payload, ...more }) => frame(opcode, payload, more));
        expectNoDefect('frames', await raw(Buffer.concat([Buffer.from(upgrade()), ...bytes])));
      }),
      { numRuns: 80, endOnFailure: true },
    );
  });
});
