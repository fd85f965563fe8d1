/**
 * Shops of growing size, each imported and trained by the commands that people use and served by a process of its own:
 * how long a page, a search, a review and a recommendation take, in turn at all of them, and the ratio to the smallest.
 * Each page is asked once, so that none is a kept answer; the buyers who write are the ones who ask for recommendations.
 *
 *   npm run bench:growing-shop -- [reviews:products,…] [seconds that a shop may take until it rests]
 */
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { kill, runCommand } from '../support/processes.js';
import { ask, change, query as pageQuery, start, type Started } from './page/shop.js';
import { atRest, residentMegabytes } from './process-use.js';
import { quantile } from './quantile.js';

const sizes = (process.argv[2] ?? '10000:1000,100000:10000,1000000:100000').split(',').map((size) => {
  const [reviews, products] = size.split(':').map(Number) as [number, number];
  return { reviews, products };
});
const longestSettling = Number(process.argv[3] ?? 1200) * 1000;
const rounds = 200;
const buyers = 20;
/** Pages that have as many reviews as they show. */
const fullPage = 20;

const kinds = ['Quiet', 'Bright', 'Heavy', 'Light', 'Round', 'Tall', 'Small', 'Warm', 'Cool', 'Soft', 'Sharp', 'Plain', 'Old', 'New'];
const stuffs = ['steel', 'oak', 'linen', 'glass', 'clay', 'wool', 'brass', 'cork', 'paper', 'stone', 'cotton', 'leather', 'bamboo'];
const things = [
  'kettle',
  'lamp',
  'chair',
  'mug',
  'desk',
  'blanket',
  'clock',
  'shelf',
  'vase',
  'bowl',
  'bag',
  'board',
  'pan',
  'rack',
  'jar',
];
const phrases = [
  'It works every day and has not failed once.',
  'The handle is a little too short for my hands.',
  'I would buy it again, and have told my sister so.',
  'It came late, but it was packed well.',
  'For the price it could have been finished with more care.',
];

/** Words of the phrases, so that they and a thing are what a page of products has, also in the smallest shop. */
const told = ['failed', 'handle', 'sister', 'packed'];

interface GrownShop {
  reviews: number;
  products: number;
  directory: string;
  started: Started;
  /** Products whose page is full, each asked once. */
  slugs: string[];
  /** Products that are written about. */
  ids: string[];
  tokens: string[];
  /** Seconds. */
  importing: number;
  training: number;
  /** Until the process rests after its first start. */
  settling: number;
}

type Work = (shop: GrownShop, round: number) => Promise<unknown>;

async function writeLines(path: string, count: number, line: (number: number) => string, header: string): Promise<void> {
  const file = createWriteStream(path);
  file.write(`${header}\n`);
  for (let number = 0; number < count; number++) if (!file.write(`${line(number)}\n`)) await once(file, 'drain');
  file.end();
  await once(file, 'finish');
}

async function writeFiles(directory: string, reviews: number, products: number): Promise<{ products: string; reviews: string }> {
  const random = randomNumbers(1);
  const pick = (of: readonly string[]): string => of[Math.floor(random() * of.length)]!;
  const paths = { products: join(directory, 'products.csv'), reviews: join(directory, 'reviews.csv') };
  const product = (number: number): string => {
    const title = `${pick(kinds)} ${pick(stuffs)} ${pick(things)} ${number}`;
    return `p${number},${title},"${phrases.map(() => pick(phrases)).join(' ')}",Shelf ${number % 20},${(5 + random() * 95).toFixed(2)},EUR,1000`;
  };
  await writeLines(paths.products, products, product, 'sku,title,description,category,price,currency,stock');
  // Every product has ten reviews in the mean, the first quarter most of them, so that even the smallest shop has a full page
  // for each round; hardly anybody reviews a product twice.
  const people = Math.ceil(reviews / 10);
  const review = (number: number): string => {
    const of = Math.floor(random() * (random() < 0.7 ? products / 4 : products));
    const time = new Date(Date.UTC(2020) + (number * 5 * 365 * 86_400_000) / reviews).toISOString();
    return `u${number % people},p${of},${1 + Math.floor(5 * random() ** 0.6)},"${pick(phrases)} ${pick(phrases)}",${time}`;
  };
  await writeLines(paths.reviews, reviews, review, 'customer,sku,rating,text,time');
  return paths;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function grow({ reviews, products }: { reviews: number; products: number }): Promise<GrownShop> {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-growing-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const environment = { PLAZA_DATA_DIR: join(directory, 'data') };
  const files = await writeFiles(directory, reviews, products);
  const importFile = (...args: string[]) => runCommand('import', [...args, '--source', 'grown'], environment);
  const importing = await seconds(async () => {
    await importFile('--format', 'csv-products', files.products);
    await importFile('--format', 'csv', files.reviews, '--columns', 'user=customer,product=sku,body=text');
  });
  const training = await seconds(() => runCommand('train', [], environment));
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const started = await start([main], { ...environment, PORT: '0', DEMO_SHOP: 'false', ACCESS_TOKEN_LIFETIME: '1d' });
  const settling = await seconds(() => atRest(started.child, longestSettling));
  const shop = { reviews, products, directory, started, slugs: [], ids: [], tokens: [], importing, training, settling };
  await choose(shop);
  return shop;
}

async function choose({ started: { url }, slugs, ids, tokens }: GrownShop): Promise<void> {
  const list = `query ($after: String) { products(first: 100, after: $after, sort: TOP_RATED) {
    pageInfo { hasNextPage endCursor } edges { node { id slug rating { reviewCount } } } } }`;
  let after: string | null = null;
  while (slugs.length < rounds) {
    const { products } = await ask(url, list, { after });
    for (const { node } of products.edges) {
      if (node.rating.reviewCount >= fullPage && slugs.length < rounds) slugs.push(node.slug);
      else if (ids.length < rounds) ids.push(node.id);
    }
    if (!products.pageInfo.hasNextPage) break;
    after = products.pageInfo.endCursor;
  }
  for (let number = 0; number < buyers; number++) {
    const names = { email: `buyer${number}@plaza.example`, handle: `buyer_${number}`, name: `Buyer ${number}` };
    const { accessToken } = await change(url, 'signUp', { ...names, password: `correct-horse-${number}-battery` }, 'accessToken');
    tokens.push(accessToken);
  }
}

const searchQuery =
  'query ($query: String!) { searchProducts(query: $query, first: 20) { totalCount edges { node { title slug rating { mean } } } } }';
const recommendations = '{ viewer { recommendedProducts(first: 10) { edges { reasons { kind } node { title slug } } } } }';

const works: Record<string, Work> = {
  page: ({ started, slugs }, round) => ask(started.url, pageQuery, { slug: slugs[round % slugs.length] }),
  'search, a word': ({ started }, round) => ask(started.url, searchQuery, { query: things[round % things.length] }),
  'search, two words': ({ started }, round) =>
    ask(started.url, searchQuery, { query: `${told[round % told.length]} ${things[round % things.length]}` }),
  review: ({ started, ids, tokens }, round) => {
    const ratings = { quality: 1 + (round % 5), price: 1 + ((round + 1) % 5), service: 1 + ((round + 2) % 5) };
    const input = { productId: ids[round % ids.length], title: `Review ${round}`, body: phrases.join(' '), ratings };
    return change(started.url, 'createReview', input, 'review { id }', tokens[round % tokens.length]);
  },
  recommendations: ({ started, tokens }, round) => ask(started.url, recommendations, {}, tokens[round % tokens.length]),
};

const shops: GrownShop[] = [];
for (const size of sizes) {
  const shop = await grow(size);
  shops.push(shop);
  const { importing, training, settling, started } = shop;
  console.log(
    `${size.reviews} reviews of ${size.products} products: imported in ${importing.toFixed(0)} s, trained in ${training.toFixed(0)} s, at rest after ${settling.toFixed(0)} s, ${residentMegabytes(started.child).toFixed(0)} MB`,
  );
}
/** Milliseconds, by kind and shop. */
const took = new Map(Object.keys(works).map((kind) => [kind, shops.map((): number[] => [])]));
for (let round = 0; round < rounds; round++)
  for (const [kind, work] of Object.entries(works))
    for (const [at, shop] of shops.entries()) took.get(kind)![at]!.push((await seconds(() => work(shop, round))) * 1000);

console.log(`milliseconds, median and p99 of ${rounds}, and the median's ratio to the smallest shop's`);
for (const [kind, byShop] of took) {
  const smallest = quantile(byShop[0]!, 0.5);
  const shown = byShop.map(
    (values) =>
      `${quantile(values, 0.5).toFixed(1)}, ${quantile(values, 0.99).toFixed(1)} (${(quantile(values, 0.5) / smallest).toFixed(2)})`,
  );
  console.log(`  ${kind}: ${shown.join('; ')}`);
}
console.log(`memory: ${shops.map(({ started }) => `${residentMegabytes(started.child).toFixed(0)} MB`).join('; ')}`);
for (const { started } of shops) await kill(started, 'SIGTERM');
process.exit(0);
