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
/** Longer than others wait between two looks, so that they get the turn. */
const courtesy = 2 * longestWait;

/** A turn that a failover takes back costs time alone. */
const quickly = { writeConcern: { w: 1 } } as const;

interface Turn {
  _id: string;
  holder: string;
  until: Date;
  /** Whether another process waits for it. */
  wanted: boolean;
}

interface Held {
  isTaken: boolean;
  /** Whether work is being done in it. */
  isUsed: boolean;
  /** Whether its time is over: it is released when nothing uses it. */
  isOver: boolean;
  /** How many in this process use it, or wait for that. */
  users: number;
  /** Settles when others have had their chance, where they want one. */
  released: Promise<void>;
}

export class KeyTurns {
  private readonly name = randomUUID();
  private readonly held = new Map<string, Held>();

  constructor(private readonly connection: Connection) {}

  /**
   * Does work that contends for a key.
   * @param work calls `enter` before it changes anything, when nothing else in this process contends for the key
   */
  async during<Result>(key: string, work: (enter: () => Promise<void>) => Promise<Result>): Promise<Result> {
    const held = this.held.get(key) ?? { isTaken: false, isUsed: false, isOver: false, users: 0, released: Promise.resolve() };
    this.held.set(key, held);
    held.users++;
    let isEntered = false;
    try {
      return await work(async () => {
        if (!held.isTaken) await this.take(key, held);
        held.isUsed = isEntered = true;
      });
    } finally {
      held.users--;
      if (isEntered) held.isUsed = false;
      if (held.users === 0 || held.isOver) this.release(key, held);
    }
  }

  private async take(key: string, held: Held): Promise<void> {
    await held.released;
    for (let isKnown = false; !(await this.tryTake(key)); isKnown = true) {
      if (!isKnown) await this.turns().updateOne({ _id: key }, { $set: { wanted: true } }, quickly);
      await pause(shortestWait + Math.random() * (longestWait - shortestWait));
    }
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

  private async giveBack(key: string): Promise<void> {
    try {
      const turn = await this.turns().findOneAndDelete({ _id: key, holder: this.name }, quickly);
      if (turn?.wanted) await pause(courtesy);
    } catch {
      // It ends by itself.
    }
  }

  private async tryTake(key: string): Promise<boolean> {
    const free = { _id: key, $or: [{ holder: this.name }, { until: { $lt: new Date() } }] };
    const turn = { holder: this.name, until: new Date(Date.now() + lease), wanted: false };
    try {
      await this.turns().updateOne(free, { $set: turn }, { ...quickly, upsert: true });
      return true;
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
