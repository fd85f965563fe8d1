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
  /** When others are let in; null before it is taken. */
  ends: number | null;
  /** How many in this process use it, or wait for that. */
  users: number;
}

export class KeyTurns {
  private readonly name = randomUUID();
  private readonly held = new Map<string, Held>();
  private readonly releasing = new Map<string, Promise<void>>();

  constructor(private readonly connection: Connection) {}

  /**
   * Does work that contends for keys.
   * @param work calls `enter` before it changes anything, when nothing else in this process contends for the keys
   */
  async during<Result>(keys: readonly string[], work: (enter: () => Promise<void>) => Promise<Result>): Promise<Result> {
    for (const key of keys) this.use(key);
    try {
      return await work(async () => {
        // All processes in the same order, so that none waits for another that waits for it.
        for (const key of keys) await this.enter(key, this.held.get(key)!);
      });
    } finally {
      for (const key of keys) this.leave(key);
    }
  }

  private use(key: string): void {
    const held = this.held.get(key);
    if (held) held.users++;
    else this.held.set(key, { ends: null, users: 1 });
  }

  private leave(key: string): void {
    const held = this.held.get(key)!;
    if (--held.users > 0) return;
    this.held.delete(key);
    if (held.ends === null) return;
    const released = this.release(key)
      .catch(() => {
        // It ends by itself.
      })
      .finally(() => this.releasing.get(key) === released && this.releasing.delete(key));
    this.releasing.set(key, released);
  }

  private async enter(key: string, held: Held): Promise<void> {
    if (held.ends === null) await this.take(key, held);
    else if (Date.now() >= held.ends) await this.goOn(key, held);
  }

  private async take(key: string, held: Held): Promise<void> {
    await this.releasing.get(key);
    for (let isKnown = false; !(await this.tryTake(key)); isKnown = true) {
      if (!isKnown) await this.turns().updateOne({ _id: key }, { $set: { wanted: true } }, quickly);
      await pause(shortestWait + Math.random() * (longestWait - shortestWait));
    }
    held.ends = Date.now() + slice;
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

  /** Keeps the turn where nobody else wants it; else lets them have one first. */
  private async goOn(key: string, held: Held): Promise<void> {
    const own = { _id: key, holder: this.name, wanted: { $ne: true } };
    const { matchedCount } = await this.turns().updateOne(own, { $set: { until: new Date(Date.now() + lease) } }, quickly);
    if (matchedCount === 1) {
      held.ends = Date.now() + slice;
      return;
    }
    await this.release(key);
    await pause(courtesy);
    await this.take(key, held);
  }

  private async release(key: string): Promise<void> {
    await this.turns().deleteOne({ _id: key, holder: this.name }, quickly);
  }

  private turns() {
    return this.connection.collection<Turn>('key_turns');
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
