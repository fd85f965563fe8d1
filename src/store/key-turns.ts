/**
 * Turns of processes that change the same things. Where several write to one store, transactions that contend for a
 * document fail and run again, and whoever is slower may lose for seconds. So a process takes a turn at a key before it
 * begins, keeps it for a moment while it has more to do there, and then lets others have it. What keeps writes correct is
 * the store's own conflict check: a turn that was lost, or whose process was killed, costs time alone.
 */
import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import { duplicateKeyFields } from './duplicate-key.js';

/** Milliseconds after which others take the turn of a process that is gone. */
const lease = 2_000;
/** How long a process that has more to do keeps the turn from others. */
const slice = 40;
const shortestWait = 2;
const longestWait = 8;

/** By the clock of the store, which is the same for all. */
const ends = { $add: ['$$NOW', lease] };

/** A turn that a failover takes back costs time alone. */
const quickly = { writeConcern: { w: 1 } } as const;

interface Turn {
  _id: string;
  holder: string;
  until: Date;
  /** The process that has it next; null where none waits. */
  next: string | null;
}

interface Held {
  isTaken: boolean;
  /** Whether work is being done in it. */
  isUsed: boolean;
  /** Whether its time is over: it is released when nothing uses it. */
  isOver: boolean;
  /** How many in this process use it, or wait for that. */
  users: number;
  /** Settles when it has been given back. */
  released: Promise<void>;
}

type InTurn<Result> = (change: () => Promise<Result>) => Promise<Result>;

export class KeyTurns {
  private readonly name = randomUUID();
  private readonly held = new Map<string, Held>();

  constructor(private readonly connection: Connection) {}

  /**
   * Does work that contends for a key.
   * @param work gives `inTurn` what changes anything, when nothing else in this process contends for the key
   */
  async during<Result>(key: string, work: (inTurn: InTurn<Result>) => Promise<Result>): Promise<Result> {
    const held = this.held.get(key) ?? { isTaken: false, isUsed: false, isOver: false, users: 0, released: Promise.resolve() };
    this.held.set(key, held);
    held.users++;
    try {
      return await work((change) => this.use(key, held, change));
    } finally {
      held.users--;
      if (held.users === 0) this.release(key, held);
    }
  }

  private async use<Result>(key: string, held: Held, change: () => Promise<Result>): Promise<Result> {
    if (!held.isTaken) await this.take(key, held);
    held.isUsed = true;
    try {
      return await change();
    } finally {
      held.isUsed = false;
      if (held.isOver) this.release(key, held);
    }
  }

  private async take(key: string, held: Held): Promise<void> {
    await held.released;
    while (!(await this.tryTake(key))) await pause(shortestWait + Math.random() * (longestWait - shortestWait));
    held.isTaken = true;
    held.isOver = false;
    setTimeout(() => {
      held.isOver = true;
      this.release(key, held);
    }, slice).unref();
  }

  /** Lets others have it, unless it is in use. */
  private release(key: string, held: Held): void {
    if (held.isUsed) return;
    if (held.isTaken) {
      held.isTaken = false;
      held.released = this.giveBack(key);
    }
    if (held.users === 0) void held.released.then(() => held.users === 0 && this.held.get(key) === held && this.held.delete(key));
  }

  /** Hands it to whoever waits: however soon this process wants it again, it is behind them. */
  private async giveBack(key: string): Promise<void> {
    const mine = { _id: key, holder: this.name };
    try {
      const { deletedCount } = await this.turns().deleteOne({ ...mine, next: null }, quickly);
      if (deletedCount === 0) await this.turns().updateOne(mine, [{ $set: { holder: '$next', until: ends, next: null } }], quickly);
    } catch {
      // It ends by itself.
    }
  }

  /** Takes it where it is free or was handed over, else asks to be next. */
  private async tryTake(key: string): Promise<boolean> {
    const { name: me } = this;
    const isOver = { $lt: ['$until', '$$NOW'] };
    const isMine = { $or: [{ $eq: ['$holder', me] }, isOver] };
    // Whoever waits asks again at once, and whoever was to follow a process that is gone may be gone as well.
    const isNoMore = { $or: [{ $eq: ['$next', me] }, isOver] };
    const turn = {
      holder: { $cond: [isMine, me, '$holder'] },
      until: { $cond: [isMine, ends, '$until'] },
      next: { $cond: [isMine, { $cond: [isNoMore, null, '$next'] }, { $ifNull: ['$next', me] }] },
    };
    try {
      const options = { ...quickly, upsert: true, returnDocument: 'after' } as const;
      return (await this.turns().findOneAndUpdate({ _id: key }, [{ $set: turn }], options))?.holder === me;
    } catch (error) {
      if (duplicateKeyFields(error)) return false;
      throw error;
    }
  }

  private turns() {
    return this.connection.collection<Turn>('key_turns');
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
