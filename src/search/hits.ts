/** Documents that were found, with their scores: a sum for each, kept in arrays that are used again. */
export class Hits {
  count = 0;
  private epoch = 0;
  private stamps = new Uint32Array(0);
  private scores = new Float32Array(0);
  slots = new Uint32Array(0);

  /** @param capacity one more than the highest slot */
  clear(capacity: number): void {
    if (capacity > this.stamps.length) {
      const room = Math.max(capacity, Math.ceil(this.stamps.length * 1.5));
      this.stamps = new Uint32Array(room);
      this.scores = new Float32Array(room);
      this.slots = new Uint32Array(room);
      this.epoch = 0;
    }
    this.count = 0;
    if (++this.epoch < 2 ** 32) return;
    this.stamps.fill(0);
    this.epoch = 1;
  }

  has(slot: number): boolean {
    return this.stamps[slot] === this.epoch;
  }

  /** By slot; of those that were not found, anything. */
  get scoresBySlot(): Float32Array {
    return this.scores;
  }

  add(slot: number, score: number): void {
    if (this.stamps[slot] === this.epoch) {
      this.scores[slot]! += score;
      return;
    }
    this.stamps[slot] = this.epoch;
    this.scores[slot] = score;
    this.slots[this.count++] = slot;
  }

  /** Adds what others have found. */
  addAll(other: Hits): void {
    for (let at = 0; at < other.count; at++) this.add(other.slots[at]!, other.scores[other.slots[at]!]!);
  }

  /** Keeps what others have found too, with the sum of both scores. */
  keepCommon(other: Hits): void {
    let kept = 0;
    for (let at = 0; at < this.count; at++) {
      const slot = this.slots[at]!;
      if (!other.has(slot)) {
        this.stamps[slot] = 0;
        continue;
      }
      this.scores[slot]! += other.scores[slot]!;
      this.slots[kept++] = slot;
    }
    this.count = kept;
  }
}
