/** Whose answer was given up begins no transaction any more, however long it waited for its turn. */
import { AsyncLocalStorage } from 'node:async_hooks';

const answers = new AsyncLocalStorage<AbortSignal>();

/** @param signal aborted when nobody waits for the work any more */
export function whileAwaited<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  return answers.run(signal, work);
}

/** The signal of the work that this is a part of. */
export function awaited(): AbortSignal | undefined {
  return answers.getStore();
}
