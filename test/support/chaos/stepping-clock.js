/**
 * Loaded before a program, in each of its threads: its clock goes before or after the machine's by the milliseconds
 * that a file names, from one moment to the next, as when a clock is set. Timers go on as they do then.
 */
import { readFileSync } from 'node:fs';

const file = process.env.TEST_CLOCK_FILE;
const RealDate = Date;
let step = 0;

function lookAgain() {
  try {
    step = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    step = 0;
  }
}

const now = () => RealDate.now() + step;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
// So that what is made with it is of its kind.
RealDate.prototype.constructor = globalThis.Date;

lookAgain();
setInterval(lookAgain, 20).unref();
