/** One reader a topic and process: it reads each event once and hands it to everybody who follows the topic. */
import type { Logger } from '../log.js';
import { Worker } from '../workers/index.js';
import type { LoggedEvent } from './event-log.js';
import type { Realtime } from './realtime.js';

const batchSize = 100;
const eventsRemembered = 256;

/** How often all open feeds look by themselves, in case an announcement was lost between processes. */
const pollInterval = 5_000;
const topicsPerPoll = 1000;
/** Milliseconds after which a topic is read again that could not be read or handed on. */
const readAgainAfter = 1_000;

export interface Follower {
  /** Handed every event in order, those together that came together; the next ones come when it is done. After it failed, the same come again. */
  deliver(events: readonly LoggedEvent[]): Promise<void>;
  /** Told that events went from the log before they were read: what it is handed next does not follow what it had. */
  miss(): void;
}

export class TopicFeed {
  /** The sequence up to which followers have been handed everything. */
  position = 0;
  closed = false;
  private readonly followers = new Set<Follower>();
  private readonly recent: LoggedEvent[] = [];
  private news = false;
  private reading = false;
  private retry: NodeJS.Timeout | null = null;
  private stopListening: (() => void)[] = [];

  constructor(
    readonly topic: string,
    private readonly realtime: Realtime,
    private readonly log: Logger,
  ) {}

  async open(): Promise<void> {
    const { announcements, eventLog } = this.realtime;
    this.stopListening = [
      announcements.listen(this.topic, () => this.wake()),
      // What was hidden since must not come from memory.
      announcements.listen(`${this.topic}/revised`, () => (this.recent.length = 0)),
    ];
    this.position = await eventLog.latestSequence(this.topic);
    this.wake();
  }

  close(): void {
    this.closed = true;
    if (this.retry) clearTimeout(this.retry);
    for (const stop of this.stopListening) stop();
    this.followers.clear();
  }

  follow(follower: Follower): void {
    this.followers.add(follower);
  }

  unfollow(follower: Follower): void {
    this.followers.delete(follower);
  }

  get isFollowed(): boolean {
    return this.followers.size > 0;
  }

  /** Events after a sequence, from memory where it has them all, else from the log. */
  async after(sequence: number): Promise<LoggedEvent[]> {
    const first = this.recent[0]?.sequence;
    if (first !== undefined && first <= sequence + 1) return this.recent.filter((event) => event.sequence > sequence);
    return this.realtime.eventLog.after(this.topic, sequence, batchSize);
  }

  /** Reads what is new. */
  wake(): void {
    this.news = true;
    if (!this.reading) void this.read();
  }

  private async read(): Promise<void> {
    this.reading = true;
    try {
      while (this.news && !this.closed) {
        this.news = false;
        const events = await this.realtime.eventLog.after(this.topic, this.position, batchSize);
        if (events.length > 0) await this.dispatch(events);
        if (events.length === batchSize) this.news = true;
      }
    } catch (error) {
      this.log.warn({ err: error, topic: this.topic }, 'reading a topic failed; it is tried again');
      this.readAgain();
    } finally {
      this.reading = false;
    }
  }

  private readAgain(): void {
    if (this.closed) return;
    if (this.retry) clearTimeout(this.retry);
    this.retry = setTimeout(() => this.wake(), readAgainAfter).unref();
  }

  /** @throws where a follower could not be handed them; all of them are handed the same again then, and know what they had */
  private async dispatch(events: readonly LoggedEvent[]): Promise<void> {
    if (events[0]!.sequence > this.position + 1) {
      this.recent.length = 0;
      for (const follower of this.followers) follower.miss();
    }
    const latest = this.recent.at(-1)?.sequence ?? 0;
    this.recent.push(...events.filter(({ sequence }) => sequence > latest));
    if (this.recent.length > eventsRemembered) this.recent.splice(0, this.recent.length - eventsRemembered);
    const shown = events.filter(({ hidden }) => !hidden);
    if (shown.length > 0) await allDone([...this.followers].map((follower) => follower.deliver(shown)));
    this.position = events.at(-1)!.sequence;
  }
}

/** Waits for all of them, whatever becomes of the others. @throws what the first that failed did */
export async function allDone(deliveries: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(deliveries)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/** The open feeds of this process; a feed is closed when its last follower leaves. */
export class TopicFeeds {
  private readonly feeds = new Map<string, Promise<TopicFeed>>();
  /** Looks for news whose announcement was lost between processes; rests while nobody follows anything. */
  private readonly polling: Worker;

  constructor(
    private readonly realtime: Realtime,
    private readonly log: Logger,
  ) {
    this.polling = new Worker({ name: 'topic feeds', interval: pollInterval, log, run: () => this.poll(), maxBackOff: pollInterval });
  }

  open(topic: string): Promise<TopicFeed> {
    let feed = this.feeds.get(topic);
    if (!feed) this.feeds.set(topic, (feed = this.openFeed(topic)));
    this.polling.start({ now: false });
    return feed;
  }

  release(feed: TopicFeed): void {
    if (feed.isFollowed || feed.closed) return;
    feed.close();
    this.feeds.delete(feed.topic);
    if (this.feeds.size === 0) void this.polling.stop();
  }

  /** One query for a thousand feeds says which of them have news. */
  private async poll(): Promise<void> {
    const topics = [...this.feeds.keys()];
    for (let from = 0; from < topics.length; from += topicsPerPoll) {
      const latest = await this.realtime.eventLog.latestSequences(topics.slice(from, from + topicsPerPoll));
      for (const [topic, sequence] of latest) {
        const feed = await this.feeds.get(topic);
        if (feed && feed.position < sequence) feed.wake();
      }
    }
  }

  private async openFeed(topic: string): Promise<TopicFeed> {
    const feed = new TopicFeed(topic, this.realtime, this.log);
    try {
      await feed.open();
    } catch (error) {
      feed.close();
      this.feeds.delete(topic);
      throw error;
    }
    return feed;
  }
}
