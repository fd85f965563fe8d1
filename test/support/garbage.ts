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
