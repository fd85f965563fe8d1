/**
 * Copies: texts that share most of their runs of words with another author's. Candidates are found by the smallest hashes of
 * their runs. Source: A. Z. Broder, "On the resemblance and containment of documents", 1997.
 */
import { groupBy, type ReviewSample, type Sign } from './sample.js';

const wordsInRun = 3;
const charactersInRun = 5;
const bands = 16;
const rowsInBand = 2;
const fewestRuns = 8;
const alike = 0.5;
/** A bucket with more texts holds a form that everybody fills in. */
const mostInBucket = 200;
const ofOthers = 0.8;
const ofOneself = 0.5;

const han = /\p{Script=Han}/u;

export function copySigns(samples: readonly ReviewSample[]): Sign[] {
  const texts = samples.map((sample) => ({ sample, runs: runsOf(sample.text) })).filter(({ runs }) => runs.size >= fewestRuns);
  const buckets = groupBy(
    texts.flatMap((text) => bandsOf(text.runs).map((key) => ({ key, text }))),
    ({ key }) => key,
  );
  const copies = new Map<string, { others: Set<string>; byOthers: boolean }>();
  const compared = new Set<string>();
  for (const bucket of buckets.values()) {
    if (bucket.length > mostInBucket) continue;
    for (let second = 1; second < bucket.length; second++)
      for (let other = 0; other < second; other++) compare(bucket[second]!.text, bucket[other]!.text, compared, copies);
  }
  return [...copies].map(([review, { others, byOthers }]) => ({
    review,
    kind: 'COPY',
    strength: byOthers ? ofOthers : ofOneself,
    reviews: others.size + 1,
  }));
}

interface Shingled {
  sample: ReviewSample;
  runs: ReadonlySet<number>;
}

function compare(
  left: Shingled,
  right: Shingled,
  compared: Set<string>,
  copies: Map<string, { others: Set<string>; byOthers: boolean }>,
): void {
  const [a, b] = [left.sample, right.sample];
  const key = a.id < b.id ? `${a.id} ${b.id}` : `${b.id} ${a.id}`;
  if (compared.has(key)) return;
  compared.add(key);
  if (a.id === b.id || resemblance(left.runs, right.runs) < alike) return;
  for (const [own, partner] of [
    [a, b],
    [b, a],
  ] as const) {
    const found = copies.get(own.id) ?? { others: new Set<string>(), byOthers: false };
    found.others.add(partner.id);
    found.byOthers ||= a.author !== b.author;
    copies.set(own.id, found);
  }
}

/** Hashes of the runs of words, or of characters where words are not divided. */
function runsOf(text: string): Set<number> {
  const folded = text.toLowerCase();
  const units = han.test(folded) ? [...folded.replace(/[^\p{L}\p{N}]/gu, '')] : (folded.match(/[\p{L}\p{N}]+/gu) ?? []);
  const length = han.test(folded) ? charactersInRun : wordsInRun;
  const runs = new Set<number>();
  for (let at = 0; at + length <= units.length; at++) runs.add(hashOf(units.slice(at, at + length).join(' ')));
  return runs;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** Texts that share a band are compared. */
function bandsOf(runs: ReadonlySet<number>): string[] {
  return Array.from({ length: bands }, (_, band) => {
    const smallest = Array.from({ length: rowsInBand }, (_unused, row) => smallestHash(runs, band * rowsInBand + row));
    return `${band}:${smallest.join()}`;
  });
}

/** Under one of many reorderings of all hashes. */
function smallestHash(runs: ReadonlySet<number>, order: number): number {
  const factor = 2 * order * 0x9e3779b1 + 1;
  let least = 0xffffffff;
  for (const run of runs) {
    let mixed = Math.imul(run ^ (order * 0x85ebca6b), factor | 1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0;
    if (mixed < least) least = mixed;
  }
  return least;
}

/** Jaccard's: the share that both have of what either has. */
function resemblance(left: ReadonlySet<number>, right: ReadonlySet<number>): number {
  let shared = 0;
  for (const run of left) if (right.has(run)) shared++;
  return shared / (left.size + right.size - shared);
}
