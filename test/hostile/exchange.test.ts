import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { S3Storage } from '../../src/images/s3-storage.js';
import { boundedFetch, exchange } from '../../src/outbound/exchange.js';
import { collectGarbage } from '../support/garbage.js';
import { repeat, serverThat } from '../support/server-that.js';

const bounds = { timeout: 400, maxBytes: 100_000 };

const ended: (() => void)[] = [];
afterEach(() => ended.splice(0).forEach((end) => end()));

const begun = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
const drop = '1\r\n[\r\n';
const flood = `10000\r\n${'['.repeat(65_536)}\r\n`;

const withoutEnd: [string, (connection: Socket) => void][] = [
  ['says nothing', () => {}],
  ['begins its headers and says no more', (connection) => connection.write('HTTP/1.1 200 OK\r\nconte')],
  ['begins its answer and says no more', (connection) => connection.write(begun + drop)],
  ['sends its headers drop by drop', (connection) => repeat(connection, 'HTTP/1.1 102 Processing\r\n\r\n')],
  [
    'answers drop by drop',
    (connection) => {
      connection.write(begun);
      repeat(connection, drop);
    },
  ],
];

function floods(connection: Socket): void {
  connection.write(begun);
  const write = (): void => {
    while (!connection.destroyed && connection.write(flood));
  };
  connection.on('drain', write);
  write();
}

async function started(answer: (connection: Socket) => void) {
  const server = await serverThat(answer);
  ended.push(() => server.stop());
  return { url: `http://${server.address}/`, open: server.open };
}

describe('a request is over in time, with its connection, while memory is collected, where the server', () => {
  test.each(withoutEnd)('%s', async (_, answer) => {
    const { url, open } = await started(answer);
    ended.push(collectGarbage(30));
    await expect(boundedFetch(bounds)(url)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect.poll(open).toBe(0);
  });
});

test('no more is read of an answer without end than is allowed', async () => {
  const { url, open } = await started(floods);
  const { body } = await exchange(new URL(url), { ...bounds, method: 'GET', headers: {} });
  expect(body.length).toBeLessThan(2 * bounds.maxBytes);
  await expect.poll(open).toBe(0);
});

function imageStoreAt(endpoint: string, onFailure: (error: unknown) => void): S3Storage {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  return new S3Storage({ bucket: 'b', region: 'r', endpoint, credentials, pathStyle: true }, onFailure, bounds.timeout);
}

describe('an image store is given up in time, with its connection, where it', () => {
  test.each(withoutEnd)('%s', async (_, answer) => {
    const { url, open } = await started(answer);
    const told: unknown[] = [];
    ended.push(collectGarbage(30));
    const read = imageStoreAt(url, (error) => told.push(error)).read('key', bounds.maxBytes);
    await expect(read).rejects.toMatchObject({ code: 'IMAGES_UNAVAILABLE' });
    expect(told).toMatchObject([{ message: 'The image store took too long.' }]);
    await expect.poll(open).toBe(0);
  });
});

test('no more is read of an image without end than is allowed', async () => {
  const { url, open } = await started(floods);
  await expect(imageStoreAt(url, () => {}).read('key', bounds.maxBytes)).rejects.toThrow('more than 100000 bytes');
  await expect.poll(open).toBe(0);
});
