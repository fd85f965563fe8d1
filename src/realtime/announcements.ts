/**
 * Says which topics have news. It carries no data: who is told reads the event log. Within a process
 * that is an event; between processes it is Redis pub/sub, whose losses only delay what the log holds.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { createClient } from 'redis';
import type { Logger } from '../log.js';

const channel = 'plaza:announcements';
const maxReconnectDelay = 2_000;

function clientOf(create: typeof createClient, url: string) {
  const reconnectStrategy = (attempt: number): number => Math.min(50 * 2 ** attempt, maxReconnectDelay);
  return create({ url, socket: { reconnectStrategy }, disableOfflineQueue: true });
}

type Redis = ReturnType<typeof clientOf>;

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

  /**
   * Joins the other processes of this Redis. While it is away, announcements reach this process alone;
   * when it is back, every listener looks at the log.
   */
  async join(url: string, log: Logger): Promise<void> {
    // Loading it takes longer than most commands, which have nothing to announce.
    const redis = await import('redis');
    const publisher = clientOf(redis.createClient, url).on('error', (error: Error) => log.warn({ err: error }, 'Redis does not answer'));
    const subscriber = clientOf(redis.createClient, url)
      .on('error', () => {})
      .on('ready', () => this.wakeAll());
    await Promise.all([publisher.connect(), subscriber.connect()]);
    await subscriber.subscribe(channel, (message) => this.onMessage(message));
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
    this.publisher?.destroy();
    this.subscriber?.destroy();
    this.publisher = this.subscriber = null;
  }

  announce(names: Iterable<string>): void {
    const topics = [...new Set(names)];
    if (topics.length === 0) return;
    for (const topic of topics) this.emitter.emit(topic);
    this.siblings?.announce(topics);
    if (this.publisher?.isReady) this.publisher.publish(channel, JSON.stringify([this.process, topics])).catch(() => {});
  }

  /** Calls back whenever the topic may have news; the answer ends that. */
  listen(topic: string, wake: () => void): () => void {
    this.emitter.on(topic, wake);
    return () => this.emitter.off(topic, wake);
  }

  private onMessage(message: string): void {
    const [process, topics] = JSON.parse(message) as [string, string[]];
    if (process !== this.process) for (const topic of topics) this.emitter.emit(topic);
  }

  private wakeAll(): void {
    for (const topic of this.emitter.eventNames()) this.emitter.emit(topic);
  }
}
