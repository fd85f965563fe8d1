/**
 * Says which topics have news. It carries no data: who is told reads the event log. Within a process
 * that is an event; between processes it is Redis pub/sub, whose losses only delay what the log holds.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { createClient } from 'redis';
import type { Logger } from '../log.js';

const channel = 'plaza:announcements';
const maxReconnectDelay = 2_000;
/** So many names are kept for when Redis is back. Where there are more, all listeners of the other processes are woken. */
const maxUnpublished = 10_000;
const everything = '*';
/** How often a connection is tried, and how long it may take to answer, in milliseconds. */
const tried = { every: 1_000, within: 2_000 };
/** Milliseconds of silence that end a connection. One that is ready is never silent as long, since it is tried. */
const longestSilence = 5_000;

function clientOf(create: typeof createClient, url: string) {
  const reconnectStrategy = (attempt: number): number => Math.min(50 * 2 ** attempt, maxReconnectDelay);
  return create({ url, socket: { reconnectStrategy, socketTimeout: longestSilence }, disableOfflineQueue: true });
}

type Redis = ReturnType<typeof clientOf>;

/**
 * Connects anew where nothing comes through any more. No error says that a connection is half open, and who asks by it waits
 * for as long as the network tries: a quarter of an hour.
 * @param renew what is lost with a connection
 * @returns what ends it
 */
function watch(client: Redis, renew: () => Promise<unknown>): () => void {
  let isAsking = false;
  let isLost = false;
  const probe = async (): Promise<void> => {
    if (isLost) await renew();
    isLost = false;
    await client.ping();
  };
  const ask = async (): Promise<void> => {
    if (isAsking || !client.isReady) return;
    isAsking = true;
    try {
      while (!(await isAnswered(probe(), tried.within))) {
        isLost = true;
        client.destroy();
        await client.connect();
      }
    } catch {
      // It is tried again by then, and errors of the connection are logged where they occur.
    } finally {
      isAsking = false;
    }
  };
  const timer = setInterval(() => void ask(), tried.every).unref();
  return () => clearInterval(timer);
}

/** @returns whether the answer came in time, be it an error */
function isAnswered(answer: Promise<unknown>, within: number): Promise<boolean> {
  const came = answer.then(
    () => true,
    () => true,
  );
  return Promise.race([came, pause(within, false, { ref: false })]);
}

/** The other processes of this server. */
export interface Siblings {
  announce(topics: string[]): void;
  onAnnounced(listener: (topics: string[]) => void): void;
}

export class Announcements {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private readonly process = randomUUID();
  private publisher: Redis | null = null;
  private subscriber: Redis | null = null;
  private siblings: Siblings | null = null;
  private watches: (() => void)[] = [];
  private readonly unpublished = new Set<string>();

  /**
   * Joins the other processes of this Redis. While it is away, announcements reach this process alone;
   * when it is back, the others get them, and every listener here looks at the log.
   */
  async join(url: string, log: Logger): Promise<void> {
    // Loading it takes longer than most commands, which have nothing to announce.
    const redis = await import('redis');
    const publisher = clientOf(redis.createClient, url)
      .on('error', (error: Error) => log.warn({ err: error }, 'Redis does not answer'))
      .on('ready', () => this.publish([...this.unpublished]));
    const subscriber = clientOf(redis.createClient, url)
      .on('error', () => {})
      .on('ready', () => this.wakeAll());
    const subscribe = () => subscriber.subscribe(channel, (message) => this.onMessage(message));
    this.watches = [
      watch(publisher, async () => {}),
      // What was announced before it listened again, it looks for.
      watch(subscriber, () => subscribe().then(() => this.wakeAll())),
    ];
    await Promise.all([publisher.connect(), subscriber.connect()]);
    await subscribe();
    this.publisher = publisher;
    this.subscriber = subscriber;
  }

  /** Joins the other processes of this server. Redis, where there is one, reaches them too. */
  link(siblings: Siblings): void {
    this.siblings = siblings;
    siblings.onAnnounced((topics) => {
      for (const topic of topics) this.emitter.emit(topic);
    });
  }

  /** The connection to Redis, for what else processes share; null without one. */
  get client(): unknown {
    return this.publisher;
  }

  leave(): void {
    for (const end of this.watches.splice(0)) end();
    this.publisher?.destroy();
    this.subscriber?.destroy();
    this.publisher = this.subscriber = null;
    this.unpublished.clear();
  }

  announce(names: Iterable<string>): void {
    const topics = [...new Set(names)];
    if (topics.length === 0) return;
    for (const topic of topics) this.emitter.emit(topic);
    this.siblings?.announce(topics);
    this.publish(topics);
  }

  /** What cannot be published now is once it can: who is blocked, or what is hidden, nobody finds out by looking. */
  private publish(topics: string[]): void {
    if (!this.publisher || topics.length === 0) return;
    if (!this.publisher.isReady) return this.keep(topics);
    for (const topic of topics) this.unpublished.delete(topic);
    this.publisher.publish(channel, JSON.stringify([this.process, topics])).catch(() => this.keep(topics));
  }

  private keep(topics: string[]): void {
    for (const topic of topics) this.unpublished.add(topic);
    if (this.unpublished.size <= maxUnpublished) return;
    this.unpublished.clear();
    this.unpublished.add(everything);
  }

  /** Calls back whenever the topic may have news; the answer ends that. */
  listen(topic: string, wake: () => void): () => void {
    this.emitter.on(topic, wake);
    return () => this.emitter.off(topic, wake);
  }

  private onMessage(message: string): void {
    const [process, topics] = JSON.parse(message) as [string, string[]];
    if (process === this.process) return;
    if (topics.includes(everything)) this.wakeAll();
    for (const topic of topics) this.emitter.emit(topic);
  }

  private wakeAll(): void {
    for (const topic of this.emitter.eventNames()) this.emitter.emit(topic);
  }
}
