/** Where a subscription begins: a topic, and the place in it. */
import { announcements } from './announcements.js';
import { decodeEventCursor, requireRetained, type LoggedEvent } from './event-log.js';

/**
 * What a subscription field's `subscribe` answers. It says what to read and reads nothing itself: the
 * transport joins it to the topic's feed, so that all who watch a topic share one reader.
 */
export class TopicSource implements AsyncIterable<LoggedEvent> {
  /** @param after the sequence after which to go on; null for new events only */
  constructor(
    readonly topic: string,
    readonly after: number | null,
  ) {}

  [Symbol.asyncIterator](): AsyncIterator<LoggedEvent> {
    throw new Error('a topic is read through its feed');
  }
}

/**
 * What type-graphql calls to begin a subscription.
 * @param topicOf the topic that the subscription's arguments, or who asks, name
 * @throws RequestError BAD_USER_INPUT for a foreign cursor, CURSOR_EXPIRED for one that is too old
 */
export function subscribeTo<Args, Context extends { resumeAfter?: string }>(topicOf: (args: Args, context: Context) => string) {
  return async ({ args, context }: { args: Args & { after?: string | null }; context: Context }): Promise<TopicSource> => {
    const topic = topicOf(args, context);
    const cursor = args.after ?? context.resumeAfter;
    const after = cursor ? decodeEventCursor(cursor, topic) : null;
    if (after !== null) await requireRetained(topic, after);
    return new TopicSource(topic, after);
  };
}

/** Ends what a session holds open, in every process. */
export function announceSessionEnd(sessions: Iterable<{ toString(): string }>): void {
  announcements.announce([...sessions].map((session) => sessionTopic(session)));
}

/** Calls back when the session may have ended; the answer stops listening. */
export function onSessionEnd(session: { toString(): string }, check: () => void): () => void {
  return announcements.listen(sessionTopic(session), check);
}

export function sessionTopic(session: { toString(): string }): string {
  return `session:${session.toString()}`;
}
