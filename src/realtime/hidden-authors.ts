/** Whose events a user does not receive, for as long as the user is connected. */
import type { Types } from 'mongoose';
import type { Announcements } from './announcements.js';

type Read = (user: Types.ObjectId) => Promise<ReadonlySet<string>>;

export function hiddenAuthorsTopic(user: Types.ObjectId): string {
  return `hidden-authors:${user.toHexString()}`;
}

/** The same set for all connections of a user; it is read again whenever it may have changed. */
export class HiddenAuthors {
  private readonly users = new Map<string, { set: ReadonlySet<string>; count: number; stop: () => void }>();
  private readonly reading = new Set<Promise<void>>();

  constructor(
    private readonly announcements: Announcements,
    private readonly read: Read,
  ) {}

  /** @returns what stops watching */
  async watch(user: Types.ObjectId): Promise<() => void> {
    const key = user.toHexString();
    const known = this.users.get(key);
    if (known) known.count++;
    else {
      const stop = this.announcements.listen(hiddenAuthorsTopic(user), () => this.refresh(user));
      this.users.set(key, { set: new Set(), count: 1, stop });
      this.refresh(user);
    }
    await this.settled();
    return () => {
      const entry = this.users.get(key);
      if (!entry || --entry.count > 0) return;
      entry.stop();
      this.users.delete(key);
    };
  }

  /** Waits until no set is being read, so that what follows a change sees it. */
  async settled(): Promise<void> {
    while (this.reading.size > 0) await Promise.all(this.reading);
  }

  hides(user: Types.ObjectId, author: Types.ObjectId): boolean {
    return this.users.get(user.toHexString())?.set.has(author.toHexString()) ?? false;
  }

  private refresh(user: Types.ObjectId): void {
    const reading = this.read(user).then((set) => {
      const entry = this.users.get(user.toHexString());
      if (entry) entry.set = set;
    });
    const settled = reading.catch(() => {}).finally(() => this.reading.delete(settled));
    this.reading.add(settled);
  }
}
