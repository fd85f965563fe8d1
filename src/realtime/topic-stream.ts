/** What a subscription reads: a topic's events from a cursor on, each once and in order, for as long as it listens. */
import { announcements } from './announcements.js';
import { decodeEventCursor, eventsAfter, latestSequence, requireRetained, type LoggedEvent } from './event-log.js';

const batchSize = 100;

/** How often a stream looks by itself, in case an announcement was lost between processes. */
const patience = 5_000;

/**
 * A reader keeps only its place in the log, so however slow it is, it holds at most one batch in memory.
 * @throws RequestError BAD_USER_INPUT for a foreign cursor, CURSOR_EXPIRED for one that is too old.
 */
export async function openTopic(topic: string, after: string | null | undefined): Promise<AsyncGenerator<LoggedEvent, void, void>> {
  const resumed = after ? decodeEventCursor(after, topic) : null;
  if (resumed !== null) await requireRetained(topic, resumed);
  const bell = new Bell(topic);
  try {
    return read(topic, resumed ?? (await latestSequence(topic)), bell);
  } catch (error) {
    bell.close();
    throw error;
  }
}

/**
 * What type-graphql calls to begin a subscription.
 * @param topicOf the topic that the subscription's arguments name
 */
export function subscribeTo<Args>(topicOf: (args: Args) => string) {
  return ({ args }: { args: Args & { after?: string | null } }) => openTopic(topicOf(args), args.after);
}

function read(topic: string, from: number, bell: Bell): AsyncGenerator<LoggedEvent, void, void> {
  const events = readOn(topic, from, bell);
  const stop = events.return.bind(events);
  // A generator that waits cannot be returned; the bell wakes it so that it ends.
  events.return = (value) => {
    bell.close();
    return stop(value);
  };
  return events;
}

async function* readOn(topic: string, from: number, bell: Bell): AsyncGenerator<LoggedEvent, void, void> {
  let sequence = from;
  try {
    while (!bell.closed) {
      bell.reset();
      const events = await eventsAfter(topic, sequence, batchSize);
      for (const event of events) {
        sequence = event.sequence;
        yield event;
      }
      if (events.length < batchSize) await bell.heard();
    }
  } finally {
    bell.close();
  }
}

/** Remembers that a topic was announced since the last look. */
class Bell {
  closed = false;
  private rung = false;
  private wake: (() => void) | null = null;
  private readonly stopListening: () => void;

  constructor(topic: string) {
    this.stopListening = announcements.listen(topic, () => this.ring());
  }

  reset(): void {
    this.rung = false;
  }

  heard(): Promise<void> {
    if (this.rung || this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.ring(), patience);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.closed = true;
    this.stopListening();
    this.ring();
  }

  private ring(): void {
    this.rung = true;
    this.wake?.();
    this.wake = null;
  }
}
