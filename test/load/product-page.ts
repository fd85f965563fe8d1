/**
 * Requests per second of a product page, beside a plain HTTP server that stringifies the same objects: all run in
 * processes of their own, in turn, and the ratios are what counts. With the path of release 0.1.0's `main.js`, its page
 * is measured in the same run. Peers (`peers-page/`) are the bare driver and mercurius on Plaza's own store, and
 * PostGraphile on a PostgreSQL into which it copies the rows; both where they are installed:
 *
 *   npm install --prefix test/load/peers-page
 *   apt-get install postgresql
 *
 *   npm run bench:page -- [0.1.0's main.js] [cases whose name contains this, or one of these, with commas]
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildProcess } from 'node:child_process';
import autocannon from 'autocannon';
import { kill } from '../support/processes.js';
import { presentPeers } from './page/peers.js';
import { ask, ownPage, page, Shop, start, type Started } from './page/shop.js';
import { write } from './page/writers.js';
import { processorSeconds, residentMegabytes } from './process-use.js';

const connections = 16;
const seconds = Number(process.env['PAGE_SECONDS'] ?? 5);
const rounds = Number(process.env['PAGE_ROUNDS'] ?? 3);
const checkout = process.env['BENCH_CHECKOUT'] ?? fileURLToPath(new URL('../..', import.meta.url));
const main = join(checkout, 'dist/main.js');
const [other, only = ''] = process.argv.slice(2);

const plainServer = `
  const { createServer } = require('node:http');
  const page = JSON.parse(process.env.PAGE);
  createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(page));
    });
  }).listen(0, '127.0.0.1', function () { console.log(JSON.stringify({ api: 'http://127.0.0.1:' + this.address().port + '/graphql' })); });
`;

type Case = [name: string, measure: () => Promise<Reached>];

interface Reached {
  perSecond: number;
  /** Milliseconds of processor time for each page, of the thread that answers, and of all threads and its own child processes together. */
  processor: { own: number; all: number };
}

/** Seconds. */
function processorTime(child: ChildProcess): Reached['processor'] {
  return { own: processorSeconds(child, 'first'), all: processorSeconds(child, 'family') };
}

async function reach({ url, child }: Started, token?: string, asked = page): Promise<Reached> {
  const before = processorTime(child);
  const { requests, non2xx } = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    body: JSON.stringify(asked),
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  });
  if (non2xx > 0) throw new Error(`${non2xx} answers were not 200`);
  const after = processorTime(child);
  const perPage = (of: 'own' | 'all'): number => ((after[of] - before[of]) * 1000) / requests.total;
  return { perSecond: requests.average, processor: { own: perPage('own'), all: perPage('all') } };
}

/** How many reviews, comments and similar products a page has. */
function countsOf({ product }: Awaited<ReturnType<typeof ask>>): string {
  return [product.reviews, product.comments, product.similarProducts].map(({ edges }) => edges.length).join(', ');
}

const shops: Shop[] = [];

async function openShop(...given: Parameters<typeof Shop.open>): Promise<Shop> {
  const shop = await Shop.open(...given);
  shops.push(shop);
  return shop;
}

const startedAt = Date.now();
const hot = await openShop(main);
console.log(
  `start with an empty directory, demo shop, training and the page's people included: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
);
const answer = await hot.ask(page.query, page.variables);
const counts = countsOf(answer);
console.log(
  `memory at rest: ${residentMegabytes(hot.started.child).toFixed(0)} MB; page: ${JSON.stringify(answer).length} bytes; reviews, comments, similar products: ${counts}`,
);
const plain = await start(['-e', plainServer], { PAGE: JSON.stringify({ data: answer }) });

/** Each is opened when it is measured first. */
function once<Opened>(open: () => Promise<Opened>): () => Promise<Opened> {
  let opened: Promise<Opened> | null = null;
  return () => (opened ??= open());
}

/** The same page by others, on the rows of the shop that keeps nothing. */
function peersOf(shop: () => Promise<Shop>): Case[] {
  return presentPeers().map((peer) => {
    const open = once(async () => {
      const started = await peer.start(await (await shop()).storeUri());
      const shown = countsOf(await ask(started.url, peer.page.query, peer.page.variables));
      if (shown !== counts) throw new Error(`the page by ${peer.name} has ${shown}, not ${counts}`);
      return started;
    });
    return [peer.name, async () => reach(await open(), undefined, peer.page)];
  });
}

const cold = once(() => openShop(main, { CACHE_MEMORY: '0' }));
const before = once(() => openShop(other!, {}, { isFirstRelease: true }));

async function whileWriting(perSecond: number, where: 'HERE' | 'ELSEWHERE'): Promise<Reached> {
  const writing = write(hot, perSecond, where);
  const reached = await reach(hot.started);
  const written = await writing.stop();
  if (written < perSecond * seconds * 0.8) console.log(`only ${written} writes were acknowledged`);
  return reached;
}

async function pages(shop: Shop, viewer?: number): Promise<Reached> {
  return reach(shop.started, viewer === undefined ? undefined : shop.tokens[viewer], shop.page);
}

const cases: Case[] = [
  ['strangers, hot', () => pages(hot)],
  ['signed-in viewers, hot', () => pages(hot, 0)],
  ['strangers, 50 writes/s on other products', () => whileWriting(50, 'ELSEWHERE')],
  ['strangers, 5 writes/s on this product', () => whileWriting(5, 'HERE')],
  ['strangers, nothing kept', async () => pages(await cold())],
  ['a viewer’s own page, hot', () => reach(hot.started, hot.tokens[0], ownPage)],
  ['signed-in viewers, nothing kept', async () => pages(await cold(), 0)],
  ...(other === undefined ? [] : [['strangers, 0.1.0', async () => pages(await before())] as Case]),
  ...peersOf(cold),
];

function median(values: number[]): number {
  return [...values].sort((one, another) => one - another)[Math.floor(values.length / 2)]!;
}

function ratioOf({ page: reached, limit }: { page: Reached; limit: Reached }): number {
  return reached.perSecond / limit.perSecond;
}

/** What a machine that is busy with other things leaves true. */
function processorRatioOf({ page: reached, limit }: { page: Reached; limit: Reached }): number {
  return limit.processor.own / reached.processor.own;
}

/** Rounds in turn, so that all have the same company on the machine. */
const measured = new Map<string, { page: Reached; limit: Reached }[]>();
const chosen = cases.filter(([name]) => only.split(',').some((part) => name.includes(part)));
for (let round = 0; round <= rounds; round++)
  for (const [name, measure] of chosen) {
    const one = { page: await measure(), limit: await reach(plain) };
    console.log(`  ${round}: ${name}: ${ratioOf(one).toFixed(4)}, by processor time ${processorRatioOf(one).toFixed(4)}`);
    // The first round warms up.
    if (round > 0) measured.set(name, [...(measured.get(name) ?? []), one]);
  }
for (const [name, all] of measured) {
  const reached = median(all.map((one) => one.page.perSecond)).toFixed(0);
  const limit = median(all.map((one) => one.limit.perSecond)).toFixed(0);
  const own = median(all.map((one) => one.page.processor.own)).toFixed(3);
  const together = median(all.map((one) => one.page.processor.all)).toFixed(3);
  console.log(
    `${name}: ${reached}/s, plain ${limit}/s, ratio ${median(all.map(ratioOf)).toFixed(4)}; ${own} ms of processor (${together} with all threads and child processes), ratio ${median(all.map(processorRatioOf)).toFixed(4)}`,
  );
}
await kill(plain, 'SIGTERM');
for (const shop of shops) await shop.close();
process.exit();
