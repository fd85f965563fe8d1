/** Which faults strike in what order: made of a seed alone, whatever happens meanwhile, so that a run can be repeated. */
import { randomNumbers } from '../../../src/recommender/random-numbers.js';
import type { Fault } from './faults.js';

export interface Strike {
  /** One fault, or now and then two of different parts at once; each with what it draws its own numbers from. */
  faults: { fault: Fault; seed: number }[];
  /** Milliseconds of quiet afterwards. */
  rest: number;
}

const shareOfPairs = 0.25;

/**
 * Strikes without end. Every fault has had its turn before one comes again, so that a long run leaves none out.
 * @param faults at least one
 */
export function* planOf(seed: number, faults: readonly Fault[]): Generator<Strike, never> {
  const random = randomNumbers(seed);
  let left: Fault[] = [];
  const next = (): Fault => {
    if (left.length === 0) left = [...faults];
    return left.splice(Math.floor(random() * left.length), 1)[0]!;
  };
  for (;;) {
    const first = next();
    const second = random() < shareOfPairs ? faults[Math.floor(random() * faults.length)]! : first;
    // Two at a time now and then: what is made good again must not count on anything else.
    const struck = second.part === first.part ? [first] : [first, second];
    yield {
      faults: struck.map((fault) => ({ fault, seed: Math.floor(random() * 2 ** 31) })),
      rest: 200 + random() * 800,
    };
  }
}
