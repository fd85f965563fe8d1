/**
 * Rings: groups of authors who praise or blame the same products within days. Two authors are tied by how much of what they
 * reviewed they reviewed together, rarely reviewed products telling more than popular ones; a ring is a group in which most are
 * tied with most. Source: for weights that camouflage does not dilute and for finding dense groups by taking away whoever has the
 * fewest ties, B. Hooi et al., "FRAUDAR: bounding graph fraud in the face of camouflage", 2016; for rating the same products
 * together as the sign, A. Mukherjee et al., "Spotting fake reviewer groups in consumer reviews", 2012.
 */
import { day, groupBy, sideOf, type ReviewSample, type Sign } from './sample.js';

const window = 3 * day;
const fewestShared = 3;
const leastTie = 0.35;
const smallestRing = 3;
const leastDensity = 0.6;
/** Where more than so many write within days, it is the product that is in fashion. */
const mostAtOnce = 100;
const mostTies = 2_000_000;

interface Tie {
  a: string;
  b: string;
  shared: number;
  weight: number;
}

export function ringSigns(samples: readonly ReviewSample[]): Sign[] {
  const byAuthor = groupBy(samples, ({ author }) => author);
  const byProduct = groupBy(samples, ({ product }) => product);
  const telling = (product: string): number => Math.log(1 + byAuthor.size / byProduct.get(product)!.length) ** 2;
  const ties = strongTies(byAuthor, byProduct, telling);
  return groupsIn(ties).flatMap((ring) => signsOf(ring, byAuthor, byProduct));
}

function strongTies(
  byAuthor: ReadonlyMap<string, readonly ReviewSample[]>,
  byProduct: ReadonlyMap<string, readonly ReviewSample[]>,
  telling: (product: string) => number,
): Map<string, Map<string, number>> {
  const ties = new Map<string, Tie>();
  const mayBeInRing = ({ author }: ReviewSample): boolean => byAuthor.get(author)!.length >= fewestShared;
  for (const [product, reviews] of byProduct) {
    for (const [left, right] of closePairs(reviews.filter(mayBeInRing))) {
      const [a, b] = left.author < right.author ? [left.author, right.author] : [right.author, left.author];
      const key = `${a}\0${b}`;
      const tie = ties.get(key) ?? { a, b, shared: 0, weight: 0 };
      if (tie.shared === 0 && ties.size >= mostTies) continue;
      tie.shared++;
      tie.weight += telling(product);
      ties.set(key, tie);
    }
  }
  const length = new Map(
    [...byAuthor].map(([author, reviews]) => [author, reviews.reduce((sum, { product }) => sum + telling(product), 0)]),
  );
  const strong = new Map<string, Map<string, number>>();
  for (const { a, b, shared, weight } of ties.values()) {
    const likeness = weight / Math.sqrt(length.get(a)! * length.get(b)!);
    if (shared < fewestShared || likeness < leastTie) continue;
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      strong.set(from, (strong.get(from) ?? new Map<string, number>()).set(to, likeness));
  }
  return strong;
}

/** Pairs of reviews of one product by two authors, to the same side, within the window. */
function* closePairs(reviews: readonly ReviewSample[]): Generator<[ReviewSample, ReviewSample]> {
  for (const side of [1, -1]) {
    const ordered = reviews.filter((review) => sideOf(review) === side).sort((a, b) => a.at - b.at);
    let from = 0;
    for (let at = 0; at < ordered.length; at++) {
      while (ordered[at]!.at - ordered[from]!.at > window) from++;
      if (at - from > mostAtOnce) continue;
      for (let other = from; other < at; other++) if (ordered[other]!.author !== ordered[at]!.author) yield [ordered[other]!, ordered[at]!];
    }
  }
}

/** Connected groups, each without those who are tied with too few of it. */
function groupsIn(ties: ReadonlyMap<string, ReadonlyMap<string, number>>): string[][] {
  const seen = new Set<string>();
  const groups: string[][] = [];
  for (const start of ties.keys()) {
    if (seen.has(start)) continue;
    const group = [start];
    seen.add(start);
    for (const member of group) {
      for (const other of ties.get(member)!.keys()) {
        if (seen.has(other)) continue;
        seen.add(other);
        group.push(other);
      }
    }
    const dense = densest(group, ties);
    if (dense.length >= smallestRing) groups.push(dense);
  }
  return groups;
}

function densest(group: readonly string[], ties: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] {
  const members = new Set(group);
  const degree = new Map(group.map((member) => [member, ties.get(member)!.size]));
  let edges = [...degree.values()].reduce((sum, count) => sum + count, 0) / 2;
  while (members.size >= smallestRing && edges < (leastDensity * members.size * (members.size - 1)) / 2) {
    const weakest = [...members].reduce((least, member) => (degree.get(member)! < degree.get(least)! ? member : least));
    members.delete(weakest);
    edges -= degree.get(weakest)!;
    for (const other of ties.get(weakest)!.keys()) if (members.has(other)) degree.set(other, degree.get(other)! - 1);
  }
  return [...members];
}

/** The reviews that members wrote together. */
function signsOf(
  ring: readonly string[],
  byAuthor: ReadonlyMap<string, readonly ReviewSample[]>,
  byProduct: ReadonlyMap<string, readonly ReviewSample[]>,
): Sign[] {
  const members = new Set(ring);
  const products = new Set(ring.flatMap((author) => byAuthor.get(author)!.map(({ product }) => product)));
  const together = new Set<ReviewSample>();
  for (const product of products) {
    const own = byProduct.get(product)!.filter(({ author }) => members.has(author));
    for (const pair of closePairs(own)) for (const review of pair) together.add(review);
  }
  const strength = 1 - 0.5 ** (ring.length - 1);
  return [...together].map(({ id }) => ({ review: id, kind: 'RING', strength, reviews: together.size }));
}
