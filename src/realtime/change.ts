/** A change that may be watched: one transaction holds the change, its counters and its events; then the topics are announced. */
import { inTransaction, type ClientSession } from '../store/transaction.js';
import { announcements } from './announcements.js';
import { appendEvent } from './event-log.js';

export interface Change {
  session: ClientSession;
  /** Writes an event that subscribers of the topic receive once the change is committed. */
  emit(topic: string, type: string, data: Record<string, unknown>): Promise<void>;
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
    }),
  );
  announcements.announce(topics);
  return result;
}
