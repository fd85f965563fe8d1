import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Receiver, type Outcome } from '../../src/outbound/receiver.js';
import { collectGarbage } from '../support/garbage.js';
import { serverThat } from '../support/server-that.js';

const ended: (() => void)[] = [];
afterEach(() => ended.splice(0).forEach((end) => end()));

/** What an attempt comes to where the receiver does as it likes with the connection once it has the message. */
async function outcomeWith(answer: (connection: Socket) => void): Promise<Outcome> {
  const server = await serverThat(answer);
  ended.push(() => server.stop());
  const receiver = new Receiver({ allowPrivate: true, timeout: 300 });
  return receiver.send(`http://${server.address}/`, {}, '{}', new AbortController().signal);
}

describe('an attempt ends', () => {
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
  const begun = 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n';
  test.each<[string, (connection: Socket) => void, string]>([
    ['asks for another protocol', (connection) => connection.write(upgrade), 'The connection failed.'],
    ['says nothing', () => {}, 'The receiver did not answer in time.'],
    ['closes at once', (connection) => connection.destroy(), 'The connection was cut.'],
    ['closes within its answer', (connection) => connection.end(`${begun}abc`), 'The connection was cut.'],
    ['does not speak HTTP', (connection) => connection.end('220 smtp.example ESMTP\r\n'), 'The connection failed.'],
    [
      'has headers without an end',
      (connection) => connection.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(50_000)}`),
      'The connection failed.',
    ],
    [
      'begins again and again',
      (connection) => connection.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(50)),
      'The receiver did not answer in time.',
    ],
    ['begins its answer and says no more', (connection) => connection.write(`${begun}abc`), 'The receiver did not answer in time.'],
    ['is slow while memory is collected', () => ended.push(collectGarbage(10)), 'The receiver did not answer in time.'],
  ])('where the receiver %s', async (_, answer, error) => {
    expect(await outcomeWith(answer)).toEqual({ status: null, error, retryAfter: null });
  });
});
