/**
 * How well fakes are found among real ratings: rings (groups who rate the same products within days, each member with as much
 * camouflage), bursts of strangers and copied texts are planted. Precision counts every real rating that is suspected as wrong.
 * Ratings without times get random ones within a year.
 *
 * npm run bench:fake-reviews -- [<ratings file> <format>]     MovieLens 100k where left out
 */
import { formatNamed } from '../../src/import/formats/catalogue.js';
import { readRatings } from '../../src/evaluation/ratings-file.js';
import { suspiciousReviews, type ReviewSample, type SuspicionKind } from '../../src/fraud/index.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { publicData } from './public-data.js';

const day = 24 * 60 * 60 * 1000;
const [file = publicData('u.data'), format = 'movielens'] = process.argv.slice(2);
const random = randomNumbers(1);
const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;

const { ratings } = await readRatings(file, formatNamed(format, {}, undefined));
const real = ratings.map(({ user, product, rating, at }, place): ReviewSample => ({
  id: `real${place}`,
  author: user,
  product,
  stars: Math.round(rating),
  at: at?.getTime() ?? random() * 365 * day,
  text: '',
}));
const products = [...new Set(real.map(({ product }) => product))];
const samples = [...real];
const planted = new Map<string, SuspicionKind>();

/** @param kind null for what fakers write to look like others */
function plant(kind: SuspicionKind | null, review: Omit<ReviewSample, 'id' | 'text'> & { text?: string }): void {
  const id = `planted${samples.length}`;
  samples.push({ text: '', ...review, id });
  if (kind) planted.set(id, kind);
}

function plantRing(ring: number): void {
  const targets = Array.from({ length: 3 + (ring % 4) }, () => pick(products));
  const [stars, start] = [ring % 3 === 0 ? 1 : 5, pick(real).at];
  for (let member = 0; member < 4 + 2 * (ring % 5); member++) {
    const author = `ring${ring}-${member}`;
    targets.forEach((product, at) => plant('RING', { author, product, stars, at: start + (5 * at + 1.5 * random()) * day }));
    for (const { product, at } of targets.map(() => pick(real))) plant(null, { author, product, stars: 3 + Math.floor(3 * random()), at });
  }
}

function plantBurst(burst: number): void {
  const [product, start] = [pick(products), pick(real).at];
  for (let at = 0; at < 15; at++)
    plant('BURST', { author: `burst${burst}-${at}`, product, stars: burst % 2 ? 5 : 1, at: start + random() * day });
}

const words =
  'the a very good bad jug kettle pours well broke after two days my kitchen loves it never again price fine lid leaks handle'.split(' ');
const phrase = (): string[] => Array.from({ length: 30 }, () => pick(words));

function plantCopies(set: number): void {
  const text = phrase();
  for (let at = 0; at < 4; at++) {
    const varied = text.map((word) => (random() < 0.05 ? pick(words) : word)).join(' ');
    plant('COPY', { author: `copy${set}-${at}`, product: pick(products), stars: 5, at: pick(real).at, text: varied });
  }
}

for (let at = 0; at < 10; at++) {
  plantRing(at);
  plantBurst(at);
  plantCopies(at);
}
for (let at = 0; at < 400; at++)
  plant(null, { author: `w${at}`, product: pick(products), stars: 4, at: pick(real).at, text: phrase().join(' ') });

const startedAt = performance.now();
const found = suspiciousReviews(samples);
const seconds = (performance.now() - startedAt) / 1000;
const line = (name: string, hits: number, all: number, named: number, right: number): string =>
  `| ${name} | ${all} | ${(hits / all).toFixed(3)} | ${(right / Math.max(1, named)).toFixed(3)} |\n`;
process.stdout.write(
  `${samples.length} ratings, ${seconds.toFixed(1)} s\n| planted | reviews | recall | precision |\n| --- | --- | --- | --- |\n`,
);
for (const kind of ['RING', 'BURST', 'COPY'] as const) {
  const hits = found.filter(({ review }) => planted.get(review) === kind).length;
  const named = found.filter(({ signs }) => signs.some((sign) => sign.kind === kind));
  const right = named.filter(({ review }) => planted.has(review)).length;
  process.stdout.write(line(kind, hits, [...planted.values()].filter((own) => own === kind).length, named.length, right));
}
const right = found.filter(({ review }) => planted.has(review)).length;
process.stdout.write(line('all', right, planted.size, found.length, right));
