/** Has memory collected again and again, which ends timers that Node holds weakly. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** @returns what ends it */
export function collectGarbage(interval: number): () => void {
  const timer = setInterval(collect, interval);
  return () => clearInterval(timer);
}

/** @returns the bytes of the heap that are in use */
export function heapAfterGarbage(): number {
  // What ends with the first may let go of more.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
