/** The store's clock: whole seconds and a count within them, so that no two moments are equal. */
import { Timestamp } from 'bson';

let second = 0;
let count = 0;

export function nextTimestamp(): Timestamp {
  const now = Math.max(second, Math.floor(Date.now() / 1000));
  count = now === second ? count + 1 : 1;
  second = now;
  return new Timestamp({ t: second, i: count });
}
