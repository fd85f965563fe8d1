/**
 * Slots in the order of a number that each has, kept while the numbers change: those that changed are set aside and
 * merged again when there are many of them, as a log-structured tree does.
 */
import { LRUCache } from 'lru-cache';
import { radixSort, sortableHalves } from '../../../search/radix-sort.js';
import type { Columns } from './columns.js';
import type { SlotKey } from './slot-key.js';
import { has } from './slot-sets.js';

const maxMoved = 2000;
/** Places are looked at in blocks of 1,024. */
const blockBits = 10;
/** A byte for each block, of so many sets. */
const maxSets = 300;

export class SortedSlots {
  private order: Uint32Array;
  /** As they were when they were sorted. */
  private keys: Float64Array;
  private readonly moved = new Set<number>();
  private movedInOrder: Uint32Array | null = null;
  private readonly blocks = new LRUCache<string, Uint8Array>({ max: maxSets });

  /** @param keyOf NaN where a slot is not in the order; ids settle equal keys */
  constructor(
    slots: Uint32Array<ArrayBuffer>,
    private readonly keyOf: (slot: number) => number,
    private readonly columns: Columns,
  ) {
    const keyed = slots.filter((slot) => !Number.isNaN(keyOf(slot)));
    const keys = new Float64Array(columns.of.id0.length);
    for (const slot of keyed) keys[slot] = keyOf(slot);
    const { id0, id1, id2 } = columns.of;
    this.order = radixSort(keyed, [id2, id1, id0, ...sortableHalves(keys)]);
    this.keys = Float64Array.from(this.order, (slot) => keys[slot]!);
  }

  /** A slot has another key, or is new. */
  changed(slot: number): void {
    this.moved.add(slot);
    this.movedInOrder = null;
    if (this.moved.size > maxMoved) this.merge();
  }

  compare(left: number, right: number): number {
    return this.keyOf(left) - this.keyOf(right) || this.columns.compareIds(left, right);
  }

  /** Whether a slot is between two keys; null is for no bound. */
  isBetween(slot: number, after: SlotKey | null, before: SlotKey | null): boolean {
    const key = this.keyOf(slot);
    if (Number.isNaN(key)) return false;
    return (!after || this.compareWith(key, slot, after) > 0) && (!before || this.compareWith(key, slot, before) < 0);
  }

  /**
   * By block, whether any of a set stood there when the order was sorted: who walks over the few that are in a set need
   * not look at all that are not.
   * @param name tells the set from all others
   */
  blocksWith(name: string, set: Uint32Array): Uint8Array {
    const known = this.blocks.get(name);
    if (known) return known;
    const { order } = this;
    const blocks = new Uint8Array((order.length >>> blockBits) + 1);
    for (let at = 0; at < order.length; at++) if (has(set, order[at]!)) blocks[at >>> blockBits] = 1;
    this.blocks.set(name, blocks);
    return blocks;
  }

  /** Sets have other slots now, also where those have not changed. */
  setsChanged(): void {
    this.blocks.clear();
  }

  /** The first slots between two keys that are among some, or, backwards, the last ones with the last first. */
  walk(among: Uint32Array, { after, before, backwards, limit, skip = 0, blocks }: Walk): number[] {
    const step = backwards ? -1 : 1;
    const from = after ? this.placeOf(after, 1) : 0;
    const to = before ? this.placeOf(before, 0) : this.order.length;
    const aside = this.movedSlots().filter((slot) => this.isBetween(slot, after, before) && has(among, slot));
    if (backwards) aside.reverse();
    const found: number[] = [];
    let [next, passed] = [0, 0];
    const take = (slot: number): void => {
      if (passed++ >= skip) found.push(slot);
    };
    const ahead = (slot: number, at: number): boolean =>
      (this.keyOf(slot) - this.keys[at]! || this.columns.compareIds(slot, this.order[at]!)) * step < 0;
    const { moved, order } = this;
    let block = -1;
    for (let at = backwards ? to - 1 : from; at >= from && at < to && found.length < limit; at += step) {
      if (at >>> blockBits !== block) {
        block = at >>> blockBits;
        if (blocks?.[block] === 0) {
          at = backwards ? block << blockBits : ((block + 1) << blockBits) - 1;
          continue;
        }
      }
      const slot = order[at]!;
      if (!has(among, slot) || (moved.size > 0 && moved.has(slot))) continue;
      while (next < aside.length && found.length < limit && ahead(aside[next]!, at)) take(aside[next++]!);
      if (found.length < limit) take(slot);
    }
    while (next < aside.length && found.length < limit) take(aside[next++]!);
    return found;
  }

  private movedSlots(): Uint32Array {
    return (this.movedInOrder ??= Uint32Array.from([...this.moved].filter((slot) => !Number.isNaN(this.keyOf(slot)))).sort((left, right) =>
      this.compare(left, right),
    ));
  }

  /** How many were sorted before a key, and with `orEqual` 1 the one at the key too. */
  private placeOf(key: SlotKey, orEqual: 0 | 1): number {
    let [low, high] = [0, this.order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compareWith(this.keys[middle]!, this.order[middle]!, key) < orEqual) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private compareWith(key: number, slot: number, other: SlotKey): number {
    return key - other.key || this.columns.compareId(slot, other.id);
  }

  private merge(): void {
    const aside = this.movedSlots();
    const order = new Uint32Array(this.order.length + aside.length);
    const keys = new Float64Array(order.length);
    let [length, next] = [0, 0];
    const put = (slot: number, key: number): void => {
      order[length] = slot;
      keys[length++] = key;
    };
    for (let at = 0; at < this.order.length; at++) {
      const [slot, key] = [this.order[at]!, this.keys[at]!];
      if (this.moved.has(slot)) continue;
      for (; next < aside.length && (this.keyOf(aside[next]!) - key || this.columns.compareIds(aside[next]!, slot)) < 0; next++)
        put(aside[next]!, this.keyOf(aside[next]!));
      put(slot, key);
    }
    for (; next < aside.length; next++) put(aside[next]!, this.keyOf(aside[next]!));
    [this.order, this.keys] = [order.slice(0, length), keys.slice(0, length)];
    this.moved.clear();
    this.movedInOrder = null;
    this.blocks.clear();
  }
}

export interface Walk {
  after: SlotKey | null;
  before: SlotKey | null;
  backwards: boolean;
  limit: number;
  /** How many to leave out before the first. */
  skip?: number;
  /** Those of the set that all of them are in, where it is one that lasts. */
  blocks?: Uint8Array;
}
