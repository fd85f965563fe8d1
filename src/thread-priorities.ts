/** Of single threads, which have priorities of their own on Linux alone. */
import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Lower than that of who answers, and not so low that whoever waits for a helper waits for long. */
const helperPriority = 10;
/** Node begins with one that wakes the others in time, and with four for collecting garbage and compiling, however few the processors. */
const helpers = 5;

/** Lets those that answer go before the helpers of their engine. For the start of a process; elsewhere than on Linux it does nothing. */
export function letHelpersWait(): void {
  const [, ...others] = threadsOfProcess();
  for (const thread of others.slice(0, helpers)) lowerPriority(thread, helperPriority);
}

/** In the order in which they were begun; none where there is no way to know. */
export function threadsOfProcess(): number[] {
  try {
    return readdirSync('/proc/self/task')
      .map(Number)
      .sort((one, other) => one - other);
  } catch {
    return [];
  }
}

/** Where it is lower already, or the system refuses, it stays as it is. */
export function lowerPriority(thread: number, priority: number): void {
  try {
    if (getPriority(thread) < priority) setPriority(thread, priority);
  } catch {
    // What this is for gets no worse than it was.
  }
}
