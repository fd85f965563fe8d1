/** On Linux, where each thread has a priority of its own; elsewhere threads have none. */
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Lower than that of who answers, and not so low that whoever waits for a helper waits for long. */
const helperPriority = 10;

/**
 * Lets those that answer go before Node's own threads, which collect garbage and compile: there are four, however few the
 * processors. For the start of a process, before it has threads of its own.
 */
export function letHelpersWait(): void {
  lower(helperPriority, (thread) => thread !== process.pid);
}

/** Gives all threads of this process a priority, and by that the ones that they start. */
export function lowerAllThreads(priority: number): void {
  lower(priority, () => true);
}

function lower(priority: number, isMeant: (thread: number) => boolean): void {
  if (process.platform !== 'linux') return;
  for (const thread of readdirSync('/proc/self/task').map(Number)) if (isMeant(thread)) setPriority(thread, priority);
}
