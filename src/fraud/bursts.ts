/**
 * Bursts: many more reviews of a product to one side within two days than it gets at other times. Source: G. Fei et al.,
 * "Exploiting burstiness in reviews for review spammer detection", 2013.
 */
import { day, groupBy, sideOf, type ReviewSample, type Sign } from './sample.js';

const window = 2 * day;
const fewest = 6;
const timesTheRate = 5;
const improbable = 1e-6;
const strength = 0.5;
/** Most of the authors wrote nothing else. */
const strengthByStrangers = 0.75;
const mostlyStrangers = 0.7;

export function burstSigns(samples: readonly ReviewSample[]): Sign[] {
  const counts = new Map([...groupBy(samples, ({ author }) => author)].map(([author, reviews]) => [author, reviews.length]));
  return [...groupBy(samples, ({ product }) => product).values()].flatMap((reviews) => {
    const span = spanOf(reviews);
    return [1, -1].flatMap((side) => {
      const ordered = reviews.filter((review) => sideOf(review) === side).sort((a, b) => a.at - b.at);
      return signsIn(ordered, span, counts);
    });
  });
}

function spanOf(reviews: readonly ReviewSample[]): number {
  const times = reviews.map(({ at }) => at);
  return times.reduce((latest, at) => Math.max(latest, at), -Infinity) - times.reduce((first, at) => Math.min(first, at), Infinity);
}

function signsIn(ordered: readonly ReviewSample[], span: number, counts: ReadonlyMap<string, number>): Sign[] {
  const inBurst = new Map<ReviewSample, number>();
  let from = 0;
  for (let at = 0; at < ordered.length; at++) {
    while (ordered[at]!.at - ordered[from]!.at > window) from++;
    const count = at - from + 1;
    // What is usual is counted without the burst itself; a product's first days have no usual yet.
    const usual = ((ordered.length - count) * window) / Math.max(window, span - window);
    if (count < fewest || span < 5 * window || count < timesTheRate * usual || poissonTail(count, usual + 0.5) > improbable) continue;
    for (let own = from; own <= at; own++) inBurst.set(ordered[own]!, Math.max(count, inBurst.get(ordered[own]!) ?? 0));
  }
  const strangers = [...inBurst.keys()].filter(({ author }) => counts.get(author) === 1).length;
  const sure = strangers >= mostlyStrangers * inBurst.size ? strengthByStrangers : strength;
  return [...inBurst].map(([{ id }, reviews]) => ({ review: id, kind: 'BURST', strength: sure, reviews }));
}

/** How probable so many or more are where so many are expected. */
function poissonTail(count: number, expected: number): number {
  let term = Math.exp(-expected);
  let below = 0;
  for (let at = 0; at < count; at++) {
    below += term;
    term *= expected / (at + 1);
  }
  return Math.max(0, 1 - below);
}
