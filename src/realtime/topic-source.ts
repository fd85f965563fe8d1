/** Where a subscription begins: a topic, and the place in it. */
import { decodeEventCursor, type LoggedEvent } from './event-log.js';

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

interface SubscribingContext {
  /** The cursor that a transport's own means of resuming names. */
  resumeAfter?: string;
  /** @throws RequestError CURSOR_EXPIRED where events after the sequence are no longer kept */
  requireRetained(topic: string, sequence: number): Promise<void>;
}

/**
 * What type-graphql calls to begin a subscription.
 * @param topicOf the topic that the subscription's arguments, or the viewer, name
 * @throws RequestError BAD_USER_INPUT for a foreign cursor, CURSOR_EXPIRED for one that is too old
 */
export function subscribeTo<Args, Context extends SubscribingContext>(topicOf: (args: Args, context: Context) => string) {
  return async ({ args, context }: { args: Args & { after?: string | null }; context: Context }): Promise<TopicSource> => {
    const topic = topicOf(args, context);
    const cursor = args.after ?? context.resumeAfter;
    const after = cursor ? decodeEventCursor(cursor, topic) : null;
    if (after !== null) await context.requireRetained(topic, after);
    return new TopicSource(topic, after);
  };
}
