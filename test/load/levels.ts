/**
 * What people notice while a part is gone: how many reads and writes are answered at the first attempt, how long they
 * take, and when a review reaches its subscriber. Two processes behind nginx, a store, Redis, a mail server and a
 * receiver of webhooks, as `npm run test:chaos` has them, with the demo shop in it. Requests come when they come, and
 * each is timed from when it was due. Ends with 1 where a promise of docs/operations.md is not kept.
 *
 *   npm run bench:levels -- [seconds that each part is gone] [requests a second]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { Shoppers } from '../support/chaos/shoppers.js';
import { System } from '../support/chaos/system.js';
import { query as pageQuery } from './page/shop.js';

const [seconds = 10, rate = 20] = process.argv.slice(2).map(Number);
const people = 24;
const random = randomNumbers(1);
const pick = <Item>(of: readonly Item[]): Item => of[Math.floor(random() * of.length)]!;

/** A client waits no longer than this. */
const patience = 5_000;

type Kind = 'page' | 'recommendations' | 'comment' | 'review';

/** What docs/operations.md promises: shares answered at the first attempt, and p99 in milliseconds. */
interface Promised {
  reads: number;
  writes: number;
  live: number;
}

interface Part {
  name: string;
  goes: (system: System) => unknown;
  returns: (system: System) => unknown;
  promised: Promised;
}

const untouched: Promised = { reads: 0.999, writes: 0.999, live: 2_000 };
const parts: readonly Part[] = [
  { name: 'nothing', goes: () => {}, returns: () => {}, promised: untouched },
  {
    name: 'one of the processes',
    goes: (system) => system.killApi(1),
    returns: (system) => system.startApi(1),
    promised: { reads: 0.99, writes: 0.99, live: 5_000 },
  },
  {
    name: 'Redis',
    goes: (system) => system.killRedis(),
    returns: (system) => system.startRedis(),
    promised: { ...untouched, live: 7_000 },
  },
  { name: 'the mail server', goes: (system) => system.mail.stop(), returns: (system) => system.mail.start(), promised: untouched },
  {
    name: 'the receiver of webhooks',
    goes: (system) => system.receiver.stop(),
    returns: (system) => system.receiver.start(),
    promised: untouched,
  },
  {
    name: 'the store',
    goes: (system) => system.killStore(),
    returns: (system) => system.startStore(),
    promised: { reads: 0, writes: 0, live: Infinity },
  },
];

/** Milliseconds until the first read and the first write are answered after the store is back. */
const promisedRecovery = 5_000;
const promisedPage = 500;
const promisedRecommendations = 500;

interface Figures {
  took: Record<Kind, number[]>;
  asked: { reads: number; writes: number };
  answered: { reads: number; writes: number };
  live: number[];
}

const noFigures = (): Figures => ({
  took: { page: [], recommendations: [], comment: [], review: [] },
  asked: { reads: 0, writes: 0 },
  answered: { reads: 0, writes: 0 },
  live: [],
});

const recommendations = '{ viewer { recommendedProducts(first: 10) { edges { reasons { kind } node { title slug } } } } }';

const system = new System({ DEMO_SHOP: 'true', REQUEST_CONNECTIONS_PER_ADDRESS: '10000' });
const shoppers = new Shoppers(system, random);
const tokens: string[] = [];
const products: { id: string; slug: string }[] = [];
/** Each person reviews each product once; the next to come. */
const reviewsToCome: { product: string; token: string }[] = [];
/** When reviews were begun, by their title, and what was going on then. */
const begun = new Map<string, { at: number; figures: Figures }>();
const arrived = new Map<string, number>();
const acknowledged = new Set<string>();
/** Why requests of the part that is gone were not answered: the codes of errors, and TimeoutError where nothing came in time. */
let refusals = new Map<string, number>();
let retrying: Promise<unknown>[] = [];
let written = 0;
let liveClient: Client | null = null;

async function prepare(): Promise<void> {
  for (let at = 0; at < people; at++) tokens.push((await shoppers.signUp(`visitor_${at}`))!.token);
  const page = await shoppers.readUntilAnswered('{ products(first: 100) { edges { node { id slug } } } }', {});
  products.push(...page.products.edges.map(({ node }: { node: { id: string; slug: string } }) => node));
  for (const token of tokens) for (const { id } of products) reviewsToCome.push({ product: id, token });
  // The receiver hears of every comment.
  const admin = await shoppers.write('signIn', { email: 'admin@plaza.example', password: 'plaza-demo' }, 'accessToken');
  await shoppers.create('createWebhook', { url: system.receiver.url, events: ['COMMENT_ADDED'] }, 'webhook { id }', admin.accessToken);
}

/** One client subscribes to all products, and resumes after what it has seen. */
function subscribe(): void {
  liveClient = createClient({
    url: `${system.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 1e6,
    shouldRetry: () => true,
    retryWait: () => pause(100),
    keepAlive: 1_000,
  });
  const query = 'subscription ($id: ID!, $after: String) { reviewAdded(productId: $id, after: $after) { cursor review { title } } }';
  for (const { id } of products) subscribeTo(query, { id });
}

function subscribeTo(query: string, variables: { id: string; after?: string }): void {
  const again = (): void => void setTimeout(() => subscribeTo(query, variables), 100);
  liveClient!.subscribe<{ reviewAdded: { cursor: string; review: { title: string } } }>(
    { query, variables },
    {
      next: ({ data }) => {
        if (!data) return;
        variables.after = data.reviewAdded.cursor;
        take(data.reviewAdded.review.title);
      },
      error: again,
      complete: () => {},
    },
  );
}

function take(title: string): void {
  arrived.set(title, (arrived.get(title) ?? 0) + 1);
  const review = begun.get(title);
  review?.figures.live.push(performance.now() - review.at);
}

interface Answer {
  data?: object;
  errors?: { extensions: { code: string } }[];
}

/** @returns whether it was answered without an error */
async function ask(query: string, variables: object, token?: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const init = { method: 'POST', headers, body: JSON.stringify({ query, variables }), signal: AbortSignal.timeout(patience) };
  const answer = (await fetch(`${system.url}/graphql`, init)
    .then((response) => response.json())
    .catch((error: Error) => ({ errors: [{ extensions: { code: error.name } }] }))) as Answer;
  if (answer.data && !answer.errors) return true;
  const code = answer.errors?.[0]?.extensions.code ?? 'none';
  refusals.set(code, (refusals.get(code) ?? 0) + 1);
  return false;
}

interface Request {
  query: string;
  variables: object;
  token?: string;
  /** The review's title. */
  title?: string;
}

function read(kind: 'page' | 'recommendations'): Request {
  if (kind === 'page') return { query: pageQuery, variables: { slug: pick(products).slug } };
  return { query: recommendations, variables: {}, token: pick(tokens) };
}

function write(kind: 'comment' | 'review'): Request {
  const idempotencyKey = `level-${++written}`;
  if (kind === 'comment') {
    const input = { subjectId: pick(products).id, body: `Comment ${written}`, idempotencyKey };
    const query = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } userErrors { code } } }';
    return { query, variables: { input }, token: pick(tokens) };
  }
  const { product, token } = reviewsToCome.splice(Math.floor(random() * reviewsToCome.length), 1)[0]!;
  const title = `Review ${written}`;
  const input = { productId: product, ratings: { quality: 4, price: 4, service: 4 }, title, body: 'Does what it says.', idempotencyKey };
  const query = 'mutation ($input: CreateReviewInput!) { createReview(input: $input) { review { id } userErrors { code } } }';
  return { query, variables: { input }, token, title };
}

function nextKind(): Kind {
  const drawn = random();
  if (drawn < 0.7) return 'page';
  if (drawn < 0.8) return 'recommendations';
  return drawn < 0.9 ? 'comment' : 'review';
}

async function serve(kind: Kind, due: number, figures: Figures): Promise<void> {
  const isRead = kind === 'page' || kind === 'recommendations';
  const side = isRead ? 'reads' : 'writes';
  const { query, variables, token, title } = isRead ? read(kind) : write(kind);
  if (title) begun.set(title, { at: due, figures });
  figures.asked[side]++;
  if (await ask(query, variables, token)) {
    figures.answered[side]++;
    figures.took[kind].push(performance.now() - due);
    if (title) acknowledged.add(title);
  } else if (!isRead) {
    retrying.push(repeat(query, variables, token).then(() => void (title && acknowledged.add(title))));
  }
}

/** As clients do with a write whose answer they did not get: the same again, with the same key. */
async function repeat(query: string, variables: object, token?: string): Promise<void> {
  while (!(await ask(query, variables, token))) await pause(250);
}

async function load(figures: Figures): Promise<void> {
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (let at = 0; at < rate * seconds; at++) {
    const due = startedAt + (at * 1000) / rate;
    await pause(Math.max(0, due - performance.now()));
    running.push(serve(nextKind(), due, figures));
  }
  await Promise.all(running);
}

/** Milliseconds until a read and a write are answered. */
async function recovery(): Promise<number> {
  const startedAt = performance.now();
  await repeat(pageQuery, { slug: products[0]!.slug });
  const { query, variables, token } = write('comment');
  await repeat(query, variables, token);
  return performance.now() - startedAt;
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? NaN;
}

const shareOf = ({ answered, asked }: Figures, side: 'reads' | 'writes'): number => answered[side] / asked[side];
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const milliseconds = (value: number): string => (Number.isNaN(value) ? '' : `${Math.round(value)} ms`);
const broken: string[] = [];

function hold(what: string, kept: boolean): void {
  if (!kept) broken.push(what);
}

async function measure(): Promise<void> {
  await system.start();
  await prepare();
  subscribe();
  // Everything is loaded and compiled once.
  for (let at = 0; at < 100; at++) await serve(nextKind(), performance.now(), noFigures());

  console.log(
    `| what is gone for ${seconds} s | reads | writes | page p99 | recommendations p99 | comment p99 | review p99 | until its subscriber has it, p99 | recovered after | not answered because of |`,
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const { name, goes, returns, promised } of parts) {
    const figures = noFigures();
    refusals = new Map();
    await goes(system);
    await load(figures);
    const reasons = [...refusals].map(([code, count]) => `${code} ${count}`).join(', ');
    await returns(system);
    const recovered = await recovery();
    await Promise.all(retrying);
    retrying = [];
    for (const until = performance.now() + 30_000; performance.now() < until && [...acknowledged].some((title) => !arrived.has(title));)
      await pause(50);
    const { took, live } = figures;
    const times = [took.page, took.recommendations, took.comment, took.review, live].map((values) => milliseconds(p99(values)));
    console.log(
      `| ${[name, percent(shareOf(figures, 'reads')), percent(shareOf(figures, 'writes')), ...times, milliseconds(recovered), reasons].join(' | ')} |`,
    );
    for (const side of ['reads', 'writes'] as const) hold(`${side} without ${name}`, shareOf(figures, side) >= promised[side]);
    hold(`live without ${name}`, !(p99(live) > promised.live));
    if (name === 'the store') hold('the recovery of the store', recovered <= promisedRecovery);
    if (name === 'nothing') {
      hold('the page', p99(took.page) <= promisedPage);
      hold('the recommendations', p99(took.recommendations) <= promisedRecommendations);
    }
  }
  const lost = [...acknowledged].filter((title) => !arrived.has(title)).length;
  const repeated = [...arrived.values()].filter((count) => count > 1).length;
  console.log(`${acknowledged.size} reviews acknowledged; ${lost} did not reach their subscriber, ${repeated} did more than once`);
  hold('every review reaches its subscriber once', lost === 0 && repeated === 0);
  console.log(broken.length === 0 ? 'every promise kept' : `not kept: ${broken.join('; ')}`);
}

await measure().finally(async () => {
  await liveClient?.dispose();
  await system.stop();
});
process.exit(broken.length > 0 ? 1 : 0);
