/** Where a subscription begins: a topic, the place in it, and what it is about. */
import type { Types } from 'mongoose';
import { RequestError } from '../errors.js';
import { decodeEventCursor, endOfStream, type LoggedEvent } from './event-log.js';

/** The object that a subscription is about. */
export interface StreamSubject {
  type: string;
  id: Types.ObjectId;
  /** The argument that names it. */
  argument: string;
}

/**
 * What a subscription field's `subscribe` answers. It says what to read and reads nothing itself: the
 * transport joins it to the topic's feed, so that all who watch a topic share one reader.
 */
export class TopicSource implements AsyncIterable<LoggedEvent> {
  /**
   * @param after the sequence after which to go on; null for new events only
   * @param types which of the topic's events are delivered; null for all
   */
  constructor(
    readonly topic: string,
    readonly after: number | null,
    private readonly types: readonly string[] | null,
    private readonly subject: StreamSubject | null,
    /** Whether an event makes those before it meaningless, so that of several that wait only the last is delivered. */
    readonly latestOnly = false,
  ) {}

  delivers({ type }: LoggedEvent): boolean {
    return type !== endOfStream && (this.types?.includes(type) ?? true);
  }

  /** Whether it can end before its subscriber does. */
  get mayClose(): boolean {
    return this.subject !== null;
  }

  /** Whether what it is about is there, and the viewer may see it. */
  async isOpen(viewer: Viewer): Promise<boolean> {
    return this.subject === null || (await viewer.shows(this.subject.type, this.subject.id));
  }

  /** @throws RequestError NOT_FOUND where it is not open */
  async requireOpen(viewer: Viewer): Promise<void> {
    if (!(await this.isOpen(viewer)))
      throw new RequestError('NOT_FOUND', 'What you subscribe to does not exist, or you may not see it.', this.subject!.argument);
  }

  [Symbol.asyncIterator](): AsyncIterator<LoggedEvent> {
    throw new Error('a topic is read through its feed');
  }
}

/** Whoever may see some objects, and others not. */
interface Viewer {
  shows(type: string, id: Types.ObjectId): Promise<boolean>;
}

interface SubscribingContext {
  /** The cursor that a transport's own means of resuming names. */
  resumeAfter?: string;
  /** @throws RequestError CURSOR_EXPIRED where events after the sequence are no longer kept */
  requireRetained(topic: string, sequence: number): Promise<void>;
}

export interface Stream<Args, Context> {
  /** The topic that the subscription's arguments, or the viewer, name. */
  topic: (args: Args, context: Context) => string;
  /** Which of the topic's events it delivers; all where left out. */
  types?: readonly string[];
  /** Whether an event says all that those before it said, such as the state of a count. */
  latestOnly?: boolean;
  /** What it is about: the viewer must see it, and the subscription ends with it. */
  subject?: (args: Args) => StreamSubject;
}

/**
 * What type-graphql calls to begin a subscription.
 * @throws RequestError BAD_USER_INPUT for a foreign cursor, CURSOR_EXPIRED for one that is too old
 */
export function subscribeTo<Args, Context extends SubscribingContext>(stream: Stream<Args, Context>) {
  return async ({ args, context }: { args: Args & { after?: string | null }; context: Context }): Promise<TopicSource> => {
    const topic = stream.topic(args, context);
    const cursor = args.after ?? context.resumeAfter;
    const after = cursor ? decodeEventCursor(cursor, topic) : null;
    if (after !== null) await context.requireRetained(topic, after);
    return new TopicSource(topic, after, stream.types ?? null, stream.subject?.(args) ?? null, stream.latestOnly);
  };
}
