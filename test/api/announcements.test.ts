/** What processes tell each other through Redis, also where it was away for one of them. */
import { once, type EventEmitter } from 'node:events';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { Announcements } from '../../src/realtime/announcements.js';
import { Door } from '../support/door.js';
import { freePort, hasRedis, kill, startRedis } from '../support/processes.js';
import { until } from '../support/until.js';

describe.skipIf(!hasRedis)('what is announced while a process is cut off from Redis', () => {
  const [here, there] = [new Announcements(), new Announcements()];
  let url: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;

  beforeAll(async () => {
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    redis = await startRedis(port);
    await Promise.all([here, there].map((announcements) => announcements.join(url, createLogger('silent'))));
  });

  afterAll(async () => {
    for (const announcements of [here, there]) announcements.leave();
    await kill(redis);
  });

  /** Only where it announces: it hears the others still, and they have no reason to look by themselves. */
  async function cutOff(): Promise<void> {
    const administrator = await createClient({ url }).connect();
    const cut = once(here.client as EventEmitter, 'error');
    await administrator.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    administrator.destroy();
    await cut;
  }

  test('reaches the others once it is back', async () => {
    const heard: string[] = [];
    const stop = ['one', 'two', 'three'].map((name) => there.listen(name, () => heard.push(name)));
    await cutOff();
    here.announce(['one', 'two']);
    here.announce(['two']);
    await expect.poll(() => heard).toEqual(['one', 'two']);
    for (const end of stop) end();
  });

  test('wakes everybody where it is too much to keep', async () => {
    let woken = false;
    const stop = there.listen('none of these', () => (woken = true));
    await cutOff();
    here.announce(Array.from({ length: 20_000 }, (_, number) => `topic ${number}`));
    await expect.poll(() => woken).toBe(true);
    stop();
  });
});

describe.skipIf(!hasRedis)('a Redis that takes a connection and says nothing', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  const [here, there] = [new Announcements(), new Announcements()];
  let port: number;
  const door = new Door(() => ({ port, host: '127.0.0.1' }));

  beforeAll(async () => {
    port = await freePort();
    redis = await startRedis(port);
    await door.start();
  });

  afterAll(async () => {
    for (const announcements of [here, there]) announcements.leave();
    door.stop();
    await kill(redis);
  });

  /** Connections stay open, and nothing comes through them any more. */
  function loseTheWay(): void {
    door.hold();
    door.abandon();
  }

  /** New connections get through, and those that were made meanwhile never do. */
  function findTheWay(): void {
    door.abandon();
    door.release();
  }

  test('is connected to anew, by a process that starts and by one that was connected', async () => {
    await there.join(`redis://127.0.0.1:${port}`, createLogger('silent'));
    door.hold();
    const joining = here.join(`redis://127.0.0.1:${door.port}`, createLogger('silent'));
    await until(() => door.connections >= 2);
    findTheWay();
    await joining;

    loseTheWay();
    await once(here.client as EventEmitter, 'error');
    findTheWay();
    let heard = 0;
    const stop = here.listen('news', () => heard++);
    await until(() => {
      there.announce(['news']);
      return heard > 0;
    });
    stop();
  });
});
