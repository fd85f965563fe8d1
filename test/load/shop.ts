/**
 * Load as a shop makes it, from a seeded model of what people do: pages, search and recommendations (90 %), tracking
 * (8 %) and comments (2 %), while many watch a product. Requests come when they come and not when the last is answered,
 * and each is timed from when it should have begun. Run it long to see whether memory, handles and lag stay flat.
 *
 *   npm run bench:shop -- [seconds] [requests a second] [subscribers]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { metricsOf } from '../support/processes.js';
import { Crowd } from './crowd.js';
import { Shop } from './page/shop.js';
import { residentMegabytes } from './process-use.js';

const [seconds = 30, rate = 40, subscribers = 200] = process.argv.slice(2).map(Number);
const parts = 6;
const random = randomNumbers(1);
const pick = <Item>(of: readonly Item[]): Item => of[Math.floor(random() * of.length)]!;

const words = ['coffee', 'steel', 'kettle', 'lamp', 'desk', 'blue', 'cup', 'bag', 'chair', 'head'];
const recommendations = '{ viewer { recommendedProducts(first: 10) { edges { reasons { kind } node { title slug } } } } }';
const search =
  'query ($query: String!) { searchProducts(query: $query, first: 20) { totalCount edges { node { title slug rating { mean } } } } }';

type Kind = 'page' | 'search' | 'recommendations' | 'tracking' | 'comment';

interface Sample {
  memory: number;
  /** Seconds of processor time since the start. */
  cpu: number;
  handles: number;
  eventLoopLag: number;
}

const shop = await Shop.open(fileURLToPath(new URL('../../dist/main.js', import.meta.url)), {
  CONNECTIONS_PER_ADDRESS: String(subscribers + 10),
  // Buyers that renew their tokens would add a request each in a quarter of an hour.
  ACCESS_TOKEN_LIFETIME: '1d',
});
const origin = new URL(shop.url).origin;
const slugs = await allSlugs();
const took: Record<Kind, number[][]> = { page: [], search: [], recommendations: [], tracking: [], comment: [] };
let events = 0;
/** How often, by what was wrong. */
const failures = new Map<string, number>();

async function allSlugs(): Promise<string[]> {
  const { products } = await shop.ask('{ products(first: 100) { edges { node { slug } } } }');
  return products.edges.map(({ node }: { node: { slug: string } }) => node.slug);
}

/** A few products have most of the visitors. */
function popularSlug(): string {
  return slugs[Math.min(slugs.length - 1, Math.floor(slugs.length ** random()) - 1)]!;
}

function next(): Kind {
  const drawn = random();
  if (drawn < 0.7) return 'page';
  if (drawn < 0.8) return 'search';
  if (drawn < 0.9) return 'recommendations';
  return drawn < 0.98 ? 'tracking' : 'comment';
}

const work: Record<Kind, () => Promise<unknown>> = {
  page: () => shop.ask(shop.page.query, { slug: popularSlug() }),
  search: () => shop.ask(search, { query: pick(words) }),
  recommendations: () => shop.ask(recommendations, {}, pick(shop.tokens)),
  tracking: () => {
    const event = { eventId: `event-${++events}`, kind: 'VIEW', productId: pick(shop.productsElsewhere) };
    return shop.change('trackEvents', { events: [event] }, 'acceptedCount', pick(shop.tokens));
  },
  comment: () =>
    shop.change('addComment', { subjectId: shop.product, body: `written at ${Date.now()}` }, 'comment { id }', pick(shop.tokens)),
};

async function sample(): Promise<Sample> {
  const metrics = await metricsOf(origin);
  const value = (name: string): number => Number(new RegExp(`^${name} ([\\d.e+-]+)$`, 'm').exec(metrics)?.[1] ?? NaN);
  return {
    memory: residentMegabytes(shop.started.child),
    cpu: value('process_cpu_seconds_total'),
    handles: value('nodejs_active_handles_total'),
    eventLoopLag: value('nodejs_eventloop_lag_p99_seconds') * 1000,
  };
}

/** Requests at a steady rate for a part of the time. */
async function load(part: number): Promise<void> {
  const count = Math.round((rate * seconds) / parts);
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (let at = 0; at < count; at++) {
    const due = startedAt + (at * 1000) / rate;
    await pause(Math.max(0, due - performance.now()));
    const kind = next();
    const done = work[kind]().then(
      () => void (took[kind][part] ??= []).push(performance.now() - due),
      ({ message }: Error) => void failures.set(message, (failures.get(message) ?? 0) + 1),
    );
    running.push(done);
  }
  await Promise.all(running);
}

function percentile(values: readonly number[], share: number): string {
  if (values.length === 0) return 'none';
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
}

const crowd = new Crowd();
const query = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { cursor comment { id body author { name } } } }';
await crowd.join({ url: shop.url, count: subscribers, query, variables: { id: shop.product } });

const before = await sample();
const loadedAt = performance.now();
const samples: Sample[] = [];
for (let part = 0; part < parts; part++) {
  await load(part);
  samples.push(await sample());
}
const cores = ((samples.at(-1)!.cpu - before.cpu) * 1000) / (performance.now() - loadedAt);
await pause(1000);
const { lags, received } = await crowd.report();

console.log(
  `${seconds} s, ${rate} requests a second, ${subscribers} subscribers; ${[...failures.values()].reduce((sum, count) => sum + count, 0)} failed`,
);
for (const [message, count] of failures) console.log(`  ${count} times: ${message.slice(0, 200)}`);
console.log('milliseconds from when a request was due until it was answered, in the first and the last sixth:');
for (const [kind, byPart] of Object.entries(took)) {
  const [first, last] = [byPart[0] ?? [], byPart.at(-1) ?? []];
  console.log(
    `  ${kind}: ${byPart.flat().length} of them, p50 ${percentile(byPart.flat(), 0.5)}, p99 ${percentile(first, 0.99)} and ${percentile(last, 0.99)}`,
  );
}
const written = took.comment.flat().length;
console.log(`  from writing a comment until a subscriber has it: p50 ${percentile(lags, 0.5)}, p99 ${percentile(lags, 0.99)}`);
console.log(`  ${received} of ${written * subscribers} live events received`);
for (const [part, { memory, handles, eventLoopLag }] of samples.entries())
  console.log(
    `after ${part + 1}/${parts}: ${memory.toFixed(0)} MB, ${handles} handles, p99 of the event loop’s lag ${eventLoopLag.toFixed(0)} ms`,
  );

console.log(`${cores.toFixed(2)} cores in the mean; ${before.memory.toFixed(0)} MB before the load`);

crowd.leave();
await shop.close();
process.exit(failures.size > 0 || received < written * subscribers ? 1 : 0);
