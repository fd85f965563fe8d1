/** Which slots meet a condition, as bits: made once by asking all of them, kept up to date slot by slot, forgotten when others are asked for. */
import { LRUCache } from 'lru-cache';

export type Test = (slot: number) => boolean;

/** A condition under a name that no other has. */
export type NamedTest = [name: string, makeTest: () => Test];

const maxBytes = 32 * 1024 * 1024;
const maxSets = 300;

interface SlotSet {
  bits: Uint32Array;
  makeTest: () => Test;
  test: Test;
  /** How much had been named when the test was made: it knows nothing of later names. */
  named: number;
}

export class SlotSets {
  private readonly sets = new LRUCache<string, SlotSet>({
    max: maxSets,
    maxSize: maxBytes,
    sizeCalculation: ({ bits }) => bits.byteLength,
  });

  /**
   * @param slots one more than the highest slot
   * @param named how much is named of what conditions are about, which only grows
   */
  constructor(
    private readonly slots: () => number,
    private readonly named: () => number,
  ) {}

  /** The slots that meet a condition, and what is beyond the last of them is 0. @param name tells it from all other conditions */
  of(name: string, makeTest: () => Test): Uint32Array {
    const known = this.sets.get(name);
    if (known) return known.bits;
    const test = makeTest();
    const slots = this.slots();
    const bits = new Uint32Array((slots >>> 5) + 1 + (slots >>> 7));
    for (let slot = 0; slot < slots; slot++) if (test(slot)) bits[slot >>> 5]! |= 1 << (slot & 31);
    return this.keep(name, bits, makeTest, test);
  }

  /** The same for all of some conditions, as a set of its own. @returns its name, too */
  ofAll(conditions: readonly NamedTest[]): { name: string; bits: Uint32Array } {
    const name = conditions.map(([one]) => one).join('\n');
    const known = this.sets.get(name);
    if (known) return { name, bits: known.bits };
    const makeTest = (): Test => {
      const tests = conditions.map(([, make]) => make());
      return (slot) => tests.every((test) => test(slot));
    };
    const bits = common(conditions.map((condition) => this.of(...condition)));
    return { name, bits: this.keep(name, bits, makeTest, makeTest()) };
  }

  private keep(name: string, bits: Uint32Array, makeTest: () => Test, test: Test): Uint32Array {
    this.sets.set(name, { bits, makeTest, test, named: this.named() });
    return bits;
  }

  changed(slot: number): void {
    for (const set of this.sets.values()) this.update(set, slot);
  }

  private update(set: SlotSet, slot: number): void {
    const named = this.named();
    if (named !== set.named) [set.test, set.named] = [set.makeTest(), named];
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    const isIn = set.test(slot);
    if (word >= set.bits.length) {
      if (!isIn) return;
      const larger = new Uint32Array(Math.ceil((word + 1) * 1.25));
      larger.set(set.bits);
      set.bits = larger;
    }
    if (isIn) set.bits[word]! |= bit;
    else set.bits[word]! &= ~bit;
  }

  clear(): void {
    this.sets.clear();
  }
}

/** The slots that are in every set. */
function common([first, ...others]: readonly Uint32Array[]): Uint32Array {
  const all = first!.slice();
  for (const set of others) for (let word = 0; word < all.length; word++) all[word]! &= set[word] ?? 0;
  return all;
}

export interface Narrowed {
  /** The slots that are in every set. */
  all: Uint32Array;
  /** By set, the slots that are in every set but this one. */
  butFor: Uint32Array[];
}

/** Cuts sets with each other. @param found what is longer than it does not count */
export function narrow(found: Uint32Array, sets: readonly Uint32Array[]): Narrowed {
  const all = found.slice();
  const butFor = sets.map(() => new Uint32Array(found.length));
  if (sets.length === 0) return { all, butFor };
  for (let word = 0; word < found.length; word++) {
    const present = found[word]!;
    if (present === 0) continue;
    let [missedOnce, missedTwice] = [0, 0];
    for (const set of sets) {
      const missed = present & ~(set[word] ?? 0);
      missedTwice |= missedOnce & missed;
      missedOnce |= missed;
    }
    all[word] = present & ~missedOnce;
    for (let which = 0; which < sets.length; which++) butFor[which]![word] = present & ~(sets[which]![word] ?? 0) & ~missedTwice;
  }
  return { all, butFor };
}

/** The bits of some slots. @param length of the answer in words */
export function bitsOf(slots: Uint32Array, length: number): Uint32Array {
  const bits = new Uint32Array(length);
  for (let at = 0; at < slots.length; at++) bits[slots[at]! >>> 5]! |= 1 << (slots[at]! & 31);
  return bits;
}

export function countOf(bits: Uint32Array): number {
  let count = 0;
  for (let at = 0; at < bits.length; at++) {
    let word = bits[at]!;
    if (word === 0) continue;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return count;
}

export function has(bits: Uint32Array, slot: number): boolean {
  return ((bits[slot >>> 5]! >>> (slot & 31)) & 1) === 1;
}

/** In ascending order. @param count how many there are, where that is known */
export function slotsIn(bits: Uint32Array, count = countOf(bits)): Uint32Array<ArrayBuffer> {
  const slots = new Uint32Array(count);
  let found = 0;
  for (let at = 0; at < bits.length; at++) {
    for (let word = bits[at]!; word !== 0; word &= word - 1) slots[found++] = (at << 5) + 31 - Math.clz32(word & -word);
  }
  return slots;
}
