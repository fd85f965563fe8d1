/**
 * The store's clock: whole seconds and a count within them, so that no two moments are equal. Its threads share it, and
 * it starts in the second after the start, so that no moment of an earlier process comes again. With it they share how
 * often has been committed.
 */
import { Timestamp } from 'bson';

const second = 0x1_0000_0000n;

export function newClock(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(16);
  new BigUint64Array(buffer)[0] = BigInt(Math.floor(Date.now() / 1000) + 1) * second;
  return buffer;
}

/** How often has been committed by the threads that share a clock, for those who hold nothing but it. */
export function commitsOn(buffer: SharedArrayBuffer): number {
  return Number(Atomics.load(new BigUint64Array(buffer), 1));
}

let clock = new BigUint64Array(newClock());

/** Makes this thread's clock the one that others have. */
export function shareClock(buffer: SharedArrayBuffer): void {
  clock = new BigUint64Array(buffer);
}

/** Notes that something was committed; before anybody is told. */
export function noteCommit(): void {
  Atomics.add(clock, 1, 1n);
}

/** How often has been committed since the start. */
export function commitsSoFar(): bigint {
  return Atomics.load(clock, 1);
}

/** Sets the clock on, where it is behind a moment. */
export function advanceClock(moment: bigint): void {
  for (let now = Atomics.load(clock, 0); now < moment; now = Atomics.load(clock, 0)) Atomics.compareExchange(clock, 0, now, moment);
}

/** A moment after all that any thread has been given: the seconds in the upper half, the count in the lower. */
export function nextMoment(): bigint {
  for (;;) {
    const last = Atomics.load(clock, 0);
    const now = BigInt(Math.floor(Date.now() / 1000)) * second + 1n;
    const next = now > last ? now : last + 1n;
    if (Atomics.compareExchange(clock, 0, last, next) === last) return next;
  }
}

export function nextTimestamp(): Timestamp {
  return new Timestamp(nextMoment());
}
