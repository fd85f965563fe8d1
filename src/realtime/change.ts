/** A change that may be watched: one transaction holds the change, its counters and its events; then the topics are announced. */
import { inTransaction, type ClientSession } from '../store/transaction.js';
import { announcements } from './announcements.js';
import { appendEvent, appendToTopics, hideEvents, type EventData } from './event-log.js';

export interface Change {
  session: ClientSession;
  /** Writes an event that subscribers of the topic receive once the change is committed. */
  emit(topic: string, type: string, data: EventData): Promise<void>;
  /** The same, to many topics of different readers at once. */
  emitToAll(topics: string[], type: string, data: EventData): Promise<void>;
  /** Keeps the events about some content (`Type:id`) from everybody, or gives them back. */
  hideEvents(content: string, hidden: boolean): Promise<void>;
  /** Has a topic announced once the change is committed. */
  announce: (topic: string) => void;
}

/** @param keys what the change contends for, such as `product:<id>`; see `inTransaction`. */
export async function recordChange<Result>(keys: string[], work: (change: Change) => Promise<Result>): Promise<Result> {
  const topics = new Set<string>();
  const result = await inTransaction(keys, (session) =>
    work({
      session,
      async emit(topic, type, data) {
        topics.add(topic);
        await appendEvent(session, topic, type, data);
      },
      async emitToAll(all, type, data) {
        for (const topic of all) topics.add(topic);
        await appendToTopics(session, all, type, data);
      },
      async hideEvents(content, hidden) {
        for (const topic of await hideEvents(session, content, hidden)) topics.add(topic).add(`${topic}/revised`);
      },
      announce: (topic) => void topics.add(topic),
    }),
  );
  announcements.announce(topics);
  return result;
}
