/**
 * The log of changes that change streams read: written in the same commit as the changes themselves, in one order over
 * all collections, and bounded in bytes and number. Nobody pays for it who does not use it: it begins with the first
 * change stream, and ends when none has been read from for a day.
 */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Document } from 'bson';
import type { Database } from 'lmdb';
import { advanceClock, nextMoment } from '../clock.js';
import type { CommandError } from '../errors.js';
import { streamEnds } from '../errors.js';
import { decode, encodeAny } from '../raw-document.js';
import { endOf, momentOf, positionOf, type Position, type Token } from './position.js';

/** What is kept, and how much is removed at once where it is more. */
export interface LogBounds {
  bytes: number;
  changes: number;
  /** How long it is kept without being read, in milliseconds. */
  unused: number;
}

export const logBounds: LogBounds = { bytes: 64 * 1024 * 1024, changes: 500_000, unused: 24 * 60 * 60_000 };

/** What is known of the log besides its entries; kept in the data with them. */
interface State {
  /** A new one with each beginning, so that no token is taken for one of another log. */
  id: string;
  /** Every change after this position is in the log. */
  since: Buffer;
  last: Buffer;
  changes: number;
  bytes: number;
  usedAt: Date;
  /** The data file; a copy of it goes its own way, and begins a log of its own. */
  file: string;
}

/** What the log keeps its entries and its state in. */
export interface LogStorage {
  path: string;
  entries: Database<Buffer, Buffer>;
  readState(): Buffer | undefined;
  writeState(state: Buffer | null): void;
}

export interface Entry {
  position: Position;
  event: Document;
}

const stepSize = 1000;
const noteUseEvery = 60 * 60_000;

export class ChangeLog {
  private state: State | null = null;
  private changed = false;
  private appended = 0;
  private written = false;
  private lastWrite = nextMoment();
  private usedAt = Date.now();
  private waiting: (() => void)[] = [];

  constructor(
    private readonly storage: LogStorage,
    private readonly bounds: LogBounds = logBounds,
  ) {
    this.load();
  }

  /** Whether changes have to be appended. */
  get isOn(): boolean {
    return this.state !== null;
  }

  get id(): string {
    return this.state!.id;
  }

  /** The position of the last change. */
  get end(): Position {
    return this.state!.last;
  }

  /** Takes up what is stored; also after a commit that failed. */
  load(): void {
    const stored = this.storage.readState();
    this.state = stored ? stateOf(decode(stored)) : null;
    this.changed = false;
    this.appended = 0;
    if (!this.state) return;
    this.usedAt = Math.max(this.usedAt, this.state.usedAt.getTime());
    advanceClock(momentOf(this.state.last));
  }

  /** Whether the log has to begin before it can be read: it is not on, or it is that of the file this one is a copy of. */
  get isToBegin(): boolean {
    return this.state?.file !== identityOf(this.storage.path);
  }

  /** Begins the log; inside a commit. */
  begin(): void {
    if (!this.isToBegin) return;
    this.usedAt = Date.now();
    const file = identityOf(this.storage.path);
    this.storage.entries.clearSync();
    const position = endOf(this.lastWrite);
    const id = randomBytes(8).toString('hex');
    this.state = { id, since: position, last: position, changes: 0, bytes: 0, usedAt: new Date(), file };
    this.changed = true;
  }

  /** Notes that something was written, whether or not the log is on. */
  noteWrite(): void {
    this.written = true;
  }

  /** Adds changes that were made together; inside the commit that makes them. */
  append(events: readonly Document[]): void {
    this.written = true;
    if (!this.state || events.length === 0) return;
    const moment = nextMoment();
    events.forEach((event, at) => {
      const key = positionOf(moment, at);
      const bytes = encodeAny(event);
      this.storage.entries.putSync(key, bytes);
      this.state!.bytes += bytes.length;
      this.state!.last = key;
    });
    this.state.changes += events.length;
    this.appended += events.length;
    this.changed = true;
  }

  /** Removes what is too much, and writes what is known of the log; at the end of each commit. */
  save(): void {
    if (this.written) this.lastWrite = nextMoment();
    this.written = false;
    if (!this.state || !this.changed) return;
    this.trim(stepSize + 2 * this.appended);
    this.appended = 0;
    this.state.usedAt = new Date(this.usedAt);
    this.storage.writeState(encodeAny(this.state));
    this.changed = false;
  }

  /** Lets those go on that wait for changes. */
  announce(): void {
    for (const goOn of this.waiting.splice(0)) goOn();
  }

  /** Resolves after the next commit, or when the time is over. */
  async next(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Entries after a position, in order. */
  read(after: Position, limit: number): Entry[] {
    this.usedAt = Date.now();
    this.requireKept(after);
    const range = { start: Buffer.concat([after, Buffer.alloc(1)]), limit };
    return [...this.storage.entries.getRange(range)].map(({ key, value }) => ({ position: key, event: decode(value) }));
  }

  /** @throws CommandError where what followed a token is no longer known */
  resume({ position, log }: Token): Position {
    if (log !== this.id || position.compare(this.end) > 0) throw lost();
    this.requireKept(position);
    return position;
  }

  /** The position before a moment. @throws CommandError where what happened then is no longer known */
  before(moment: bigint): Position {
    const position = endOf(moment - 1n);
    this.requireKept(position);
    return position;
  }

  /** Ends the log that nobody has read for long, and notes now and then that it is read; inside a commit. */
  sweep(): void {
    if (!this.state) return;
    if (Date.now() - this.usedAt > this.bounds.unused) {
      this.storage.entries.clearSync();
      this.storage.writeState(null);
      this.state = null;
    } else if (this.usedAt - this.state.usedAt.getTime() > noteUseEvery) this.changed = true;
  }

  private requireKept(position: Position): void {
    if (!this.state || position.compare(this.state.since) < 0) throw lost();
  }

  private trim(most: number): void {
    const { state, bounds } = this;
    if (!state || (state.bytes <= bounds.bytes && state.changes <= bounds.changes)) return;
    const oldest = [...this.storage.entries.getRange({ limit: most })];
    for (const { key, value } of oldest) {
      if (state.bytes <= bounds.bytes && state.changes <= bounds.changes) return;
      this.storage.entries.removeSync(key);
      state.since = key;
      state.bytes -= value.length;
      state.changes--;
    }
  }
}

function lost(): CommandError {
  return streamEnds(286, 'Resume of change stream was not possible, as the resume point may no longer be in the oplog.');
}

function stateOf(stored: Document): State {
  const { since, last, ...rest } = stored as unknown as State & { since: { buffer: Uint8Array }; last: { buffer: Uint8Array } };
  return { ...rest, since: Buffer.from(since.buffer), last: Buffer.from(last.buffer) };
}

function identityOf(path: string): string {
  const { ino, birthtimeMs } = statSync(path, { bigint: true });
  return `${ino}:${birthtimeMs}`;
}
