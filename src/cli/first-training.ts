/** A shop's first training, which a server waits for before it listens, so that its first visitors are recommended something. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../log.js';
import type { OnProgress } from '../progress-bar.js';

/** In milliseconds. Years of reviews take minutes, and whoever watches over servers would take that for a failure. */
const longestWait = 20_000;

/** The training takes longer than a server should wait for it, and goes on. */
export class StillTraining extends Error {
  constructor() {
    super('The training goes on in the background. Until it has ended, recommendations show what is popular.');
  }
}

/** @throws StillTraining */
export async function awaitFirstTraining(
  train: (onProgress: OnProgress) => Promise<unknown>,
  onProgress: OnProgress,
  log: Logger,
  wait = longestWait,
): Promise<void> {
  let isAwaited = true;
  const training = train((share, what) => {
    if (isAwaited) onProgress(share, what);
  });
  const waited = new AbortController();
  const isOver = pause(wait, true, { signal: waited.signal }).catch(() => false);
  const isStillTraining = await Promise.race([training.then(() => false), isOver]).finally(() => waited.abort());
  isAwaited = false;
  if (!isStillTraining) return;
  training.catch((error: Error) => {
    if (error.name !== 'AbortError') log.warn({ err: error }, 'the first training failed');
  });
  throw new StillTraining();
}
