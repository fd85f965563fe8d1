/**
 * Which of the products that hardly anybody has seen yet to show, so that something becomes known of them: a contextual bandit
 * by Thompson sampling. Each product's click rate is drawn from what is known of it, so that what is uncertain gets its chance and
 * what is known to be bad does not; how well it fits the viewer is the context. Source: O. Chapelle, L. Li, "An empirical evaluation
 * of Thompson sampling", 2011.
 */

/** What came of showing a product. */
export interface Showings {
  shown: number;
  clicked: number;
}

/** A product that may be shown to a viewer. */
export interface Explorable extends Showings {
  /** How well it fits the viewer, from 0 to 1. */
  fit: number;
}

/** After so many showings a product speaks for itself. */
const enoughShown = 200;
/** After so many, one that hardly anybody clicks on is left alone. */
const leastShown = 50;
/** How many showings the mean of all counts for, before anything is known of a product. */
const priorShowings = 20;
/** Where nothing was ever shown: about what recommendations get. */
const usualRate = 0.02;
/** For a share that is 97.5 % likely to be below the bound. */
const z = 1.959963984540054;

/** The click rate of all that was shown, with one click more in 50 so that it is never 0. */
export function meanRate(all: Iterable<Showings>): number {
  let [shown, clicked] = [1 / usualRate, 1];
  for (const showings of all) [shown, clicked] = [shown + showings.shown, clicked + showings.clicked];
  return Math.min(1, clicked / shown);
}

/** Whether showing it still teaches something: it was not shown often yet, and may be half as good as the mean. */
export function isWorthExploring({ shown, clicked }: Showings, mean: number): boolean {
  if (shown >= enoughShown) return false;
  return shown < leastShown || upperBound(clicked, shown) >= mean / 2;
}

/**
 * @param mean the click rate of all that was explored
 * @param random from 0 to 1
 * @returns the place of the one to show; null where none is worth it
 */
export function chooseToExplore(candidates: readonly Explorable[], mean: number, random: () => number): number | null {
  let best: number | null = null;
  let most = 0;
  candidates.forEach((candidate, at) => {
    if (!isWorthExploring(candidate, mean)) return;
    const clicked = priorShowings * mean + Math.min(candidate.clicked, candidate.shown);
    const missed = priorShowings * (1 - mean) + Math.max(0, candidate.shown - candidate.clicked);
    const worth = candidate.fit * drawBeta(clicked, missed, random);
    if (worth > most) [best, most] = [at, worth];
  });
  return best;
}

/** Wilson's upper bound of a share. */
function upperBound(successes: number, trials: number): number {
  const share = Math.min(1, successes / trials);
  const centre = share + (z * z) / (2 * trials);
  const margin = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return (centre + margin) / (1 + (z * z) / trials);
}

function drawBeta(successes: number, failures: number, random: () => number): number {
  const success = drawGamma(successes, random);
  return success / (success + drawGamma(failures, random));
}

/** Source: G. Marsaglia, W. Tsang, "A simple method for generating gamma variables", 2000; below 1 with their power of a uniform draw. */
function drawGamma(shape: number, random: () => number): number {
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const cubed = (1 + c * normal) ** 3;
    if (cubed <= 0) continue;
    if (Math.log(1 - random()) < (normal * normal) / 2 + d - d * cubed + d * Math.log(cubed)) return d * cubed;
  }
}
