/** Whose events a user does not receive, for as long as the user is connected. */
import type { Types } from 'mongoose';
import type { Announcements } from './announcements.js';

type Read = (user: Types.ObjectId) => Promise<ReadonlySet<string>>;

export function hiddenAuthorsTopic(user: Types.ObjectId): string {
  return `hidden-authors:${user.toHexString()}`;
}

/** Milliseconds until a set is read again that could not be read. */
const readAgainAfter = 1_000;

interface Watched {
  /** Null where it was never read. */
  set: ReadonlySet<string> | null;
  /** Why it could not be read the last time. */
  failure?: unknown;
  count: number;
  /** How many reads were begun: what an earlier one finds says nothing once a later one has ended. */
  begun: number;
  /** The latest read that has ended. */
  ended: number;
  stop: () => void;
}

/** The same set for all connections of a user; it is read again whenever it may have changed. */
export class HiddenAuthors {
  private readonly users = new Map<string, Watched>();
  private readonly reading = new Set<Promise<void>>();

  constructor(
    private readonly announcements: Announcements,
    private readonly read: Read,
  ) {}

  /** @returns what stops watching @throws where it cannot be read whom the user hides */
  async watch(user: Types.ObjectId): Promise<() => void> {
    const key = user.toHexString();
    const known = this.users.get(key);
    if (known) known.count++;
    else {
      const stop = this.announcements.listen(hiddenAuthorsTopic(user), () => this.refresh(user));
      this.users.set(key, { set: null, count: 1, begun: 0, ended: 0, stop });
      this.refresh(user);
    }
    await this.settled();
    const unwatch = (): void => {
      const entry = this.users.get(key);
      if (!entry || --entry.count > 0) return;
      entry.stop();
      this.users.delete(key);
    };
    const entry = this.users.get(key);
    if (entry?.set) return unwatch;
    unwatch();
    throw entry?.failure;
  }

  /** Waits until no set is being read, so that what follows a change sees it. */
  async settled(): Promise<void> {
    while (this.reading.size > 0) await Promise.all(this.reading);
  }

  hides(user: Types.ObjectId, author: Types.ObjectId): boolean {
    return this.users.get(user.toHexString())?.set?.has(author.toHexString()) ?? false;
  }

  private refresh(user: Types.ObjectId): void {
    const entry = this.users.get(user.toHexString());
    if (!entry) return;
    const number = ++entry.begun;
    const reading = this.read(user).then(
      (set) => {
        if (number < entry.ended) return;
        entry.ended = number;
        entry.set = set;
      },
      (error: unknown) => {
        entry.failure = error;
        setTimeout(() => this.refresh(user), readAgainAfter).unref();
      },
    );
    const settled = reading.finally(() => this.reading.delete(settled));
    this.reading.add(settled);
  }
}
