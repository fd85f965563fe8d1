import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { createClient } from 'redis';
import WebSocket from 'ws';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import type { LoggedEvent } from '../../src/realtime/event-log.js';
import { LiveReader } from '../support/live-reader.js';
import { usePlaza, type Account } from '../support/plaza.js';
import { freePort, hasRedis, hasSubscribers, kill, startApi, startRedis, type Running, metricsOf } from '../support/processes.js';
import { until } from '../support/until.js';

const secret = 'a secret for tests that is long enough';
const plaza = usePlaza({ AUTH_SECRET: secret, CONNECTIONS_PER_ADDRESS: '1000' });

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  return { author: await plaza.account(), id: await plaza.product(merchant) };
}

function comment(author: Account, subjectId: string, body: string) {
  return plaza.mutate('addComment', { subjectId, body }, 'comment { id }', author.token);
}

/** What the log says happened on a subject, in order. */
async function cursorsInLog(id: string): Promise<string[]> {
  const topic = `comments:${Buffer.from(id, 'base64url').toString().split(':')[1]}`;
  const events = await plaza.connection.collection<LoggedEvent>('events').find({ topic }).sort({ sequence: 1 }).toArray();
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
  return events.map(({ sequence }) => Buffer.from(JSON.stringify([topic, sequence])).toString('base64url'));
}

async function write(author: Account, id: string, count: number, writers: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (next < count) await comment(author, id, String(next++));
    }),
  );
}

/** The first event is written before anybody reads, so that all resume from a known place. */
async function firstCursor(author: Account, id: string) {
  const events = await plaza.subscribe('subscription ($id: ID!) { commentAdded(subjectId: $id) { cursor comment { body } } }', { id });
  await comment(author, id, 'first');
  const { cursor } = (await events.next()).data.commentAdded as { cursor: string };
  events.stop();
  return cursor;
}

function readersOf(id: string, start: string, count: number, urlOf: () => string): LiveReader[] {
  return Array.from({ length: count }, (_, seed) => {
    const reader = new LiveReader(urlOf, id, randomNumbers(seed + 1));
    reader.seen.push({ cursor: start, body: 'first' });
    return reader;
  });
}

test('clients that are cut off thousands of times see every event once and in order', async () => {
  const { author, id } = await scene();
  const readers = readersOf(id, await firstCursor(author, id), 24, () => plaza.url);
  const total = 501;
  await Promise.all([write(author, id, total - 1, 4), ...readers.map((reader) => reader.readUntil(total))]);
  const expected = await cursorsInLog(id);
  expect(expected).toHaveLength(total);
  for (const reader of readers) expect(reader.seen.map(({ cursor }) => cursor)).toEqual(expected);
  expect(readers.reduce((sum, { cuts }) => sum + cuts, 0)).toBeGreaterThan(2000);
});

describe('a client that stops reading', () => {
  test('is cut off with bounded memory, and the others notice nothing', async () => {
    const { author, id } = await scene();
    const slow = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => slow.on('close', resolve));
    slow.on('error', () => {});
    await new Promise((resolve) => slow.on('open', resolve));
    slow.send('{"type":"connection_init"}');
    await new Promise((resolve) => slow.once('message', resolve));
    // Each event is large for this subscriber, so that a few dozen fill the buffers of both kernels and more.
    const selection = Array.from({ length: 60 }, (_, at) => `b${at}: body`).join(' ');
    const query = `subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { ${selection} } } }`;
    const subscribe = JSON.stringify({ id: 'slow', type: 'subscribe', payload: { query, variables: { id } } });
    await plaza.admits(1, () => slow.send(subscribe));
    slow.pause();
    const quick = await plaza.subscribe('subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }', { id });
    for (let at = 0; at < 60; at++) await comment(author, id, String(at).padEnd(4000, 'x'));
    for (let at = 0; at < 60; at++) expect((await quick.next()).data.commentAdded.comment.body).toBe(String(at).padEnd(4000, 'x'));
    quick.stop();
    const metrics = await metricsOf(plaza.url);
    expect(metrics).toMatch(/plaza_subscribers_dropped_total\{reason="too slow"\} 1/);
    slow.resume();
    expect([4408, 1006]).toContain(await closed);
  });
});

test('one user holds so many connections and no more', async () => {
  const { author } = await scene();
  const codes: number[] = [];
  const sockets = Array.from({ length: 55 }, () => {
    const socket = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('error', () => {});
    socket.on('close', (code) => codes.push(code));
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${author.token}` } })));
    return socket;
  });
  await until(() => codes.length === 5);
  expect(codes).toEqual([4429, 4429, 4429, 4429, 4429]);
  for (const socket of sockets) socket.terminate();
});

test('what happens live can be watched at /metrics', async () => {
  const metrics = await metricsOf(plaza.url);
  for (const name of [
    'plaza_subscribers',
    'plaza_events_delivered_total',
    'plaza_event_delivery_lag_seconds_bucket',
    'plaza_subscribers_resumed_total',
  ])
    expect(metrics).toContain(name);
});

test('a cursor from before what the log keeps is refused', async () => {
  const { author, id } = await scene();
  const cursor = await firstCursor(author, id);
  await comment(author, id, 'second');
  await comment(author, id, 'third');
  await plaza.connection.collection('events').deleteMany({
    topic: { $regex: `^comments:${Buffer.from(id, 'base64url').toString().split(':')[1]}` },
    sequence: { $lte: 2 },
  });
  const events = await plaza.subscribe(
    'subscription ($id: ID!, $after: String) { commentAdded(subjectId: $id, after: $after) { cursor } }',
    { id, after: cursor },
  );
  expect(await events.next()).toMatchObject({ errors: [{ extensions: { code: 'CURSOR_EXPIRED', argument: 'after' } }] });
});

test('a busy topic keeps its latest ten thousand events', async () => {
  const { author, id } = await scene();
  const cursor = await firstCursor(author, id);
  const topic = `comments:${Buffer.from(id, 'base64url').toString().split(':')[1]}`;
  await plaza.connection.collection<{ _id: string }>('topics').updateOne({ _id: topic }, { $set: { sequence: 10_099 } });
  await comment(author, id, 'the ten thousand and hundredth');
  expect(await plaza.connection.collection('events').distinct('sequence', { topic })).toEqual([10_100]);
  const events = await plaza.subscribe(
    'subscription ($id: ID!, $after: String) { commentAdded(subjectId: $id, after: $after) { cursor } }',
    { id, after: cursor },
  );
  expect(await events.next()).toMatchObject({ errors: [{ extensions: { code: 'CURSOR_EXPIRED', argument: 'after' } }] });
});

describe('a process that is killed', () => {
  test('loses nothing for clients that resume when it is back, or on another', async () => {
    const { author, id } = await scene();
    const environment = {
      MONGODB_URI: plaza.app.store.uri,
      AUTH_SECRET: secret,
      PLAZA_DATA_DIR: plaza.dataDirectory,
      CONNECTIONS_PER_ADDRESS: '1000',
    };
    let other = await startApi(environment);
    const readers = readersOf(id, await firstCursor(author, id), 8, () => (Math.random() < 0.7 ? other.url : plaza.url));
    const total = 121;
    const reading = Promise.all(readers.map((reader) => reader.readUntil(total)));
    const writing = write(author, id, total - 1, 2);
    const seen = () => readers.reduce((sum, reader) => sum + reader.seen.length, 0);
    for (let round = 1; round <= 3; round++) {
      await until(() => seen() > (readers.length * total * round) / 5);
      await kill(other);
      other = await startApi(environment);
    }
    await Promise.all([writing, reading]);
    const expected = await cursorsInLog(id);
    for (const reader of readers) expect(reader.seen.map(({ cursor }) => cursor)).toEqual(expected);
    await kill(other);
  });

  test('that is asked to stop tells its clients to connect again', async () => {
    const { id } = await scene();
    const other = await startApi({ MONGODB_URI: plaza.app.store.uri, AUTH_SECRET: secret, PLAZA_DATA_DIR: plaza.dataDirectory });
    const socket = new WebSocket(`${other.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.on('open', resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(
      JSON.stringify({
        id: '1',
        type: 'subscribe',
        payload: { query: 'subscription ($id: ID!) { commentAdded(subjectId: $id) { cursor } }', variables: { id } },
      }),
    );
    await hasSubscribers(other, 1);
    await kill(other, 'SIGTERM');
    expect([1001, 1012]).toContain(await closed);
  });
});

describe.skipIf(!hasRedis)('two processes with Redis', () => {
  let port: number;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let one: Running;
  let two: Running;

  beforeAll(async () => {
    port = await freePort();
    redis = await startRedis(port);
    const environment = {
      MONGODB_URI: plaza.app.store.uri,
      AUTH_SECRET: secret,
      PLAZA_DATA_DIR: plaza.dataDirectory,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      CONNECTIONS_PER_ADDRESS: '1000',
    };
    [one, two] = await Promise.all([startApi(environment), startApi(environment)]);
  });

  afterAll(async () => {
    await Promise.all([kill(one), kill(two)]);
    await kill(redis);
  });

  async function writeOn(api: Running, author: Account, subjectId: string, body: string): Promise<void> {
    const query = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }';
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${author.token}` },
      body: JSON.stringify({ query, variables: { input: { subjectId, body } } }),
    });
    const { data } = (await response.json()) as { data: { addComment: { comment: { id: string } | null } } };
    expect(data.addComment.comment).not.toBeNull();
  }

  /** Redis was away: does something again and again until both processes are back on it, and one announces and the other hears. */
  async function untilAnnounced(work: () => Promise<void>): Promise<void> {
    const channel = 'plaza:announcements';
    const listener = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
    const asker = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
    let announced = 0;
    await listener.subscribe(channel, () => void announced++);
    await until(async () => (await asker.pubSubNumSub([channel]))[channel] === 3);
    await until(async () => {
      await work();
      return announced > 0;
    });
    listener.destroy();
    asker.destroy();
  }

  test('show on one what is written on the other, long before the log is looked at by itself', async () => {
    /** Milliseconds until ten comments have been written and seen, one after the other. */
    async function timeOfTen(watched: Running): Promise<number> {
      const { author, id } = await scene();
      const client = createWebSocketClient({ url: `${watched.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
      const query = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }';
      const events = client.iterate<{ commentAdded: { comment: { body: string } } }>({ query, variables: { id } });
      const first = events.next();
      await hasSubscribers(watched, 1);
      const started = performance.now();
      for (let at = 0; at < 10; at++) {
        await writeOn(one, author, id, String(at));
        const event = (await (at === 0 ? first : events.next())) as { value: { data: { commentAdded: object } } };
        expect(event.value.data.commentAdded).toEqual({ comment: { body: String(at) } });
      }
      await client.dispose();
      return performance.now() - started;
    }
    const within = await timeOfTen(one);
    // The log is looked at by itself every five seconds, which would add fifty.
    expect(await timeOfTen(two)).toBeLessThan(within + 25_000);
  });

  test('lose nothing while Redis is away and comes back', async () => {
    const { author, id } = await scene();
    const readers = readersOf(id, await firstCursor(author, id), 4, () => two.url);
    const total = 31;
    const reading = Promise.all(readers.map((reader) => reader.readUntil(total)));
    for (let at = 0; at < total - 1; at++) {
      if (at === 10) await kill(redis);
      if (at === 20) redis = await startRedis(port);
      await writeOn(one, author, id, String(at));
    }
    await reading;
    const expected = await cursorsInLog(id);
    for (const reader of readers) expect(reader.seen.map(({ cursor }) => cursor)).toEqual(expected);
  });

  test('end a session’s connections on one when it is signed out on the other', async () => {
    const { author, id } = await scene();
    const socket = new WebSocket(`${two.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.on('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${author.token}` } }));
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(
      JSON.stringify({
        id: '1',
        type: 'subscribe',
        payload: { query: 'subscription ($id: ID!) { commentAdded(subjectId: $id) { cursor } }', variables: { id } },
      }),
    );
    await untilAnnounced(async () => writeOn(one, author, id, 'anybody there?'));
    await fetch(`${one.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${author.token}` },
      body: JSON.stringify({ query: 'mutation { signOut(input: {}) { signedOut } }' }),
    });
    expect(await closed).toBe(4401);
  });
});
