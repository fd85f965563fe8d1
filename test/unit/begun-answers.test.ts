import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BegunAnswers } from '../../src/http/begun-answers.js';

const never = 600_000;
let begun: BegunAnswers;
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  begun = new BegunAnswers();
  server = createServer();
  begun.watch(server).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function answerTo(request: string): Promise<ServerResponse> {
  const arrived = once(server, 'request');
  connect((server.address() as AddressInfo).port, '127.0.0.1')
    .on('error', () => {})
    .write(request);
  const [asked, response] = (await arrived) as [{ complete: boolean }, ServerResponse];
  if (request.endsWith('\r\n\r\n')) await expect.poll(() => asked.complete).toBe(true);
  return response;
}

test('an answer that has been begun is waited for', async () => {
  const response = await answerTo('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let hasEnded = false;
  const ended = begun.ended(never).then(() => (hasEnded = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasEnded).toBe(false);
  response.end('done');
  await ended;
});

test('a request that does not come whole is not waited for, and neither is one that is left', async () => {
  await answerTo('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf');
  begun.leave(await answerTo('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  await begun.ended(never);
});

test('an answer that never ends is waited for no longer than is said', async () => {
  await answerTo('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await begun.ended(1);
});
