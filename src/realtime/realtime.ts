/** The live side of one app: its event log, who is told of news, and the changes that may be watched. */
import type { Registry } from 'prom-client';
import type { ClientSession, Database } from '../store/database.js';
import { Announcements } from './announcements.js';
import { EventLog, type EventData, type EventEntry, type EventLogOptions } from './event-log.js';
import { RealtimeMetrics } from './metrics.js';

/** A change under way: one transaction holds the change, its counters and its events. */
export interface Change {
  session: ClientSession;
  /** Writes an event that subscribers of the topic receive once the change is committed. */
  emit(topic: string, type: string, data: EventData): Promise<void>;
  /** The same, to many topics of different readers at once. */
  emitToAll(topics: string[], type: string, data: EventData): Promise<void>;
  /** Writes different events, in order. */
  emitMany: (entries: readonly EventEntry[]) => Promise<void>;
  /** Keeps the events about some content (`Type:id`) from everybody, or gives them back. */
  hideEvents(content: string, hidden: boolean): Promise<void>;
  /** Has a topic announced once the change is committed. */
  announce: (topic: string) => void;
}

/** Takes part in a change that wrote events. */
type RecordListener = (change: Change, entries: readonly EventEntry[]) => Promise<void>;

export class Realtime {
  readonly announcements = new Announcements();
  readonly metrics: RealtimeMetrics;
  readonly eventLog: EventLog;

  private readonly listeners: RecordListener[] = [];

  constructor(
    private readonly database: Database,
    registry: Registry,
    options: EventLogOptions,
  ) {
    this.metrics = new RealtimeMetrics(registry);
    this.eventLog = new EventLog(database, options);
  }

  /**
   * Makes a change that may be watched; its topics are announced when it is committed.
   * @param keys what the change contends for, such as `product:<id>`; see `Database.inTransaction`
   */
  async recordChange<Result>(keys: string[], work: (change: Change) => Promise<Result>): Promise<Result> {
    const topics = new Set<string>();
    const result = await this.database.inTransaction(keys, (session) => work(this.changeIn(session, topics)));
    this.announcements.announce(topics);
    return result;
  }

  /** Tells of every event that `emit` and `emitMany` write, in the same transaction. */
  onRecorded(listener: RecordListener): void {
    this.listeners.push(listener);
  }

  private changeIn(session: ClientSession, topics: Set<string>): Change {
    const { eventLog } = this;
    const tell = async (entries: readonly EventEntry[]): Promise<void> => {
      for (const listener of this.listeners) await listener(change, entries);
    };
    const change: Change = {
      session,
      async emit(topic, type, data) {
        topics.add(topic);
        await eventLog.append(session, topic, type, data);
        await tell([{ topic, type, data }]);
      },
      async emitToAll(all, type, data) {
        for (const topic of all) topics.add(topic);
        await eventLog.appendToAll(session, all, type, data);
      },
      async emitMany(entries) {
        for (const { topic } of entries) topics.add(topic);
        await eventLog.appendMany(session, entries);
        await tell(entries);
      },
      async hideEvents(content, hidden) {
        for (const topic of await eventLog.hide(session, content, hidden)) topics.add(topic).add(`${topic}/revised`);
      },
      announce: (topic) => void topics.add(topic),
    };
    return change;
  }

  /** Has every process look at what a user holds open: a session ended, or what the user may do has changed. */
  announceAccountChange(user: { toString(): string }): void {
    this.announcements.announce([accountTopic(user)]);
  }

  /** Calls back when a user's sessions or rights may have changed; the answer stops listening. */
  onAccountChange(user: { toString(): string }, check: () => void): () => void {
    return this.announcements.listen(accountTopic(user), check);
  }
}

export function accountTopic(user: { toString(): string }): string {
  return `account:${user.toString()}`;
}
