/**
 * Random histories of writes by several users, with reads of random documents between and beside them, on three apps that
 * keep answers, compared with one that keeps none: one that runs the store, one beside it, and one that follows it by
 * change streams, as MongoDB is followed. `CACHE_HISTORY_SECONDS` has it look for longer.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChangingShop, reads, writes, type Choice, type Question, type ReadName, type WriteName } from '../support/changing-shop.js';
import { describedSchema } from '../support/described-schema.js';
import { Plaza } from '../support/plaza.js';
import { kill, metricsOf, startApi, type Running } from '../support/processes.js';
import { StoreProxy } from '../support/store-proxy.js';
import { until } from '../support/until.js';

const seconds = Number(process.env['CACHE_HISTORY_SECONDS'] ?? 12);
const [host, guest, follower, plain] = [new Plaza(), new Plaza(), new Plaza(), new Plaza()];
const apps = [host, guest, follower];
let proxy: StoreProxy;
let shop: ChangingShop;

beforeAll(async () => {
  await host.start();
  const shared = { MONGODB_URI: host.app.store.uri };
  proxy = await StoreProxy.open(host.app.store.uri);
  guest.dataDirectory = follower.dataDirectory = plain.dataDirectory = host.dataDirectory;
  await guest.start(shared);
  await follower.start({ MONGODB_URI: proxy.uri });
  await plain.start({ ...shared, CACHE_MEMORY: '0' });
  shop = await ChangingShop.open(host);
  // Each document takes its time when it comes first.
  for (const read of Object.keys(reads) as ReadName[])
    await Promise.all(
      [...apps, plain].map((plaza) => answerOf(plaza, sentOf({ read, isAboutTheSame: true, viewer: 0, actor: 0, target: 0, value: 0 }))),
    );
});
afterAll(async () => {
  for (const plaza of [guest, follower, plain]) await plaza.app.close();
  await proxy.close();
  await host.stop();
});

/** Mutations that change nothing that a document of the histories shows. */
const showsNothing = new Set([
  ...['signUp', 'refreshSession', 'revokeSession', 'requestPasswordReset', 'resetPassword', 'changeEmail', 'confirmEmail'],
  ...['exchangeCustomerToken', 'appealBan', 'createUpload', 'subscribeToPush', 'unsubscribeFromPush'],
  ...['trackEvents', 'recordRecommendationFeedback'],
  ...['pingWebhook', 'redeliverWebhook', 'rotateWebhookSecret', 'retryIntegrationMessage', 'rotateIntegrationSecret'],
]);

/** Seconds for which an app may not have heard of changes. */
async function silenceOf(url: string): Promise<number> {
  return Number(/plaza_cache_lag_seconds ([\d.]+)/.exec(await metricsOf(url))![1]);
}

interface Asked extends Choice {
  read: ReadName;
  /** Whether it is about what is written. */
  isAboutTheSame: boolean;
  /** Who asks; nobody in particular where it is beyond the people there are. */
  viewer: number;
}

interface Step extends Choice {
  write: WriteName;
  /** The app that is written through, by its number. */
  through: number;
  asked: Asked[];
}

const number = fc.nat({ max: 1000 });
const asked = fc.record<Asked>({
  read: fc.constantFrom(...(Object.keys(reads) as ReadName[])),
  isAboutTheSame: fc.boolean(),
  viewer: fc.nat({ max: 7 }),
  actor: number,
  target: number,
  value: number,
});
const step = fc.record<Step>({
  write: fc.constantFrom(...(Object.keys(writes) as WriteName[])),
  through: fc.nat({ max: apps.length - 1 }),
  ...{ actor: number, target: number, value: number },
  asked: fc.array(asked, { minLength: 1, maxLength: 3 }),
});

/** A question as it is asked now: what it is about may be replaced by the next write. */
interface Sent {
  read: ReadName;
  query: string;
  variables: object;
  token: string | undefined;
}

function sentOf(question: Asked): Sent {
  const { query, variables, by }: Question = reads[question.read](shop, question);
  return { read: question.read, query, variables, token: (by ?? shop.people[question.viewer])?.token };
}

async function answerOf(plaza: Plaza, { query, variables, token }: Sent): Promise<string> {
  const { data, errors } = await plaza.query(query, variables, token);
  return JSON.stringify({ data, errors });
}

const answersOf = (sent: Sent): Promise<string[]> => Promise.all(apps.map((plaza) => answerOf(plaza, sent)));

/** What follows from a write in the background may change more than once while apps are asked. */
const followsLater: ReadonlySet<ReadName> = new Set<ReadName>(['following', 'notifications', 'advice', 'moderatorOffice']);

/** What the store says from now until some work is done. */
async function saidDuring(work: Promise<unknown>, sent: Sent): Promise<string[]> {
  const said: string[] = [];
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  while (!isDone) said.push(await answerOf(plain, sent));
  await done;
  return said;
}

/** What apps answered that the store did not say from just before to just after, by their number. */
async function liesOf(sent: Sent): Promise<Map<number, object>> {
  const said = [await answerOf(plain, sent)];
  const asked = answersOf(sent);
  if (followsLater.has(sent.read)) said.push(...(await saidDuring(asked, sent)));
  const answers = await asked;
  if (answers.every((answer) => said.includes(answer))) return new Map();
  said.push(await answerOf(plain, sent));
  const lies = answers.map((answer, number) => [number, { answer, said, query: sent.query }] as const);
  return new Map(lies.filter(([, { answer }]) => !said.includes(answer)));
}

/** A model is taken up by each process in its own time. */
async function isOneModel(): Promise<boolean> {
  const statuses = await Promise.all([...apps, plain].map((plaza) => plaza.data('{ recommenderStatus { modelVersion } }')));
  return new Set(statuses.map(({ recommenderStatus }) => recommenderStatus.modelVersion)).size === 1;
}

/** Asked by who has written, or by somebody who is not signed in. */
function sameAs(choice: Choice, question: Asked): Asked {
  const { length } = shop.people;
  return { ...question, ...choice, viewer: question.viewer < length ? choice.actor % length : question.viewer };
}

async function take({ write, through, asked: questions, ...choice }: Step): Promise<void> {
  const asked = questions.map((question) => sentOf(question.isAboutTheSame ? sameAs(choice, question) : question));
  await Promise.all(asked.map(answersOf));
  await Promise.all([writes[write](shop, apps[through]!, choice), ...asked.map(answersOf)]);
  if (write === 'trainRecommender') await until(isOneModel);
  for (const sent of asked) {
    const lies = await liesOf(sent);
    expect(lies.get(through), `after ${write}, where it was acknowledged`).toBeUndefined();
    // The process of the store knows of every write.
    expect(lies.get(0), `after ${write}, at the store`).toBeUndefined();
    if (lies.size > 0) await until(async () => (await liesOf(sent)).size === 0);
  }
}

test('no answer is older than what was acknowledged', { timeout: (seconds + 600) * 1000 }, async () => {
  const end = performance.now() + seconds * 1000;
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      // The first one is followed to its end, however busy the machine is.
      if (histories++ > 0 && performance.now() > end) return;
      for (const one of steps) await take(one);
    }),
    { numRuns: 100 * seconds, endOnFailure: true },
  );
});

test('histories have every mutation that changes what others may see', { timeout: 120_000 }, async () => {
  const expected = Object.keys((await describedSchema()).getMutationType()!.getFields()).filter((name) => !showsNothing.has(name));
  // What one of them leaves refuses another, sooner or later.
  const fresh = await ChangingShop.open(host, ['Wine', 'Water']);
  const all = Object.values(writes);
  const choices = fc.sample(fc.record({ actor: number, target: number, value: number }), { numRuns: 40 * all.length, seed: 1 });
  for (const [at, choice] of choices.entries()) {
    if (expected.every((name) => fresh.accepted.has(name))) break;
    await all[at % all.length]!(fresh, host, choice);
  }
  expect(expected.filter((name) => !fresh.accepted.has(name))).toEqual([]);
});

test('the histories were answered from memory, and changes removed what they touched', async () => {
  for (const plaza of apps) {
    const metrics = await metricsOf(plaza.url);
    expect(metrics).toMatch(/plaza_cache_answers_total\{outcome="hit"\} [1-9]/);
    expect(metrics).toMatch(/plaza_cache_reads_total\{outcome="hit"\} [1-9]/);
    expect(metrics).toMatch(/plaza_cache_invalidations_total [1-9]/);
  }
});

describe('a process that follows the store by change streams', () => {
  const title = '{ categories(first: 20) { edges { node { name } } } }';
  const namesIn = (text: string) => [...text.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name);
  let count = 0;

  async function rename(through: Plaza): Promise<string> {
    const name = `Renamed ${++count}`;
    // The histories may have put the category under another.
    await shop.change(through, 'updateCategory', { categoryId: shop.categories[1]!, name, parentId: null }, 'category { id }', shop.admin);
    return name;
  }

  const namesAt = async (plaza: Plaza) => namesIn(JSON.stringify(await plaza.data(title)));

  test('was followed so', () => expect(proxy.streams).toBeGreaterThan(0));

  test('answers nothing from memory from when its stream was cut until it has caught up', async () => {
    for (let round = 0; round < 3; round++) {
      await until(async () => (await behindAfter(() => namesAt(follower))) === 0);
      proxy.takeAway();
      const name = await rename(host);
      proxy.restore();
      // What it cannot ask of the store is an error, and no older answer.
      await until(async () => !(await follower.query(title)).errors);
      expect(await namesAt(follower)).toContain(name);
    }
  });

  test('answers nothing from memory when it has heard nothing for a second', async () => {
    await namesAt(follower);
    proxy.stall();
    const name = await rename(host);
    await until(async () => (await silenceOf(follower.url)) > 1);
    const asked = namesAt(follower);
    proxy.flow();
    expect(await asked).toContain(name);
  });

  async function behindAfter(work: () => Promise<unknown>): Promise<number> {
    const behind = async () => Number(/outcome="behind"\} (\d+)/.exec(await metricsOf(follower.url))?.[1] ?? 0);
    const before = await behind();
    await work();
    return (await behind()) - before;
  }
});

describe('a process that was stopped, or whose clock was moved', () => {
  /** Sets the clock of the process an hour back or, every other time, two hours forward at each signal. */
  const movableClock = `
    const Native = Date;
    let offset = 0;
    globalThis.Date = class Date extends Native {
      constructor(...given) { given.length > 0 ? super(...given) : super(Native.now() + offset); }
      static now() { return Native.now() + offset; }
    };
    process.on('SIGUSR2', () => { offset += offset < 0 ? 7_200_000 : -3_600_000; });
  `;
  let other: Running;

  beforeAll(async () => {
    const preload = `--import=data:text/javascript,${encodeURIComponent(movableClock)}`;
    other = await startApi({
      MONGODB_URI: proxy.uri,
      PLAZA_DATA_DIR: host.dataDirectory,
      NODE_OPTIONS: preload,
      STOREFRONT: 'false',
      LOG_LEVEL: 'info',
    });
  });
  afterAll(() => kill(other));

  async function titleAt(id: string): Promise<string> {
    const body = JSON.stringify({ query: 'query ($id: ID!) { product(id: $id) { title } }', variables: { id } });
    const response = await fetch(`${other.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return ((await response.json()) as { data: { product: { title: string } } }).data.product.title;
  }

  async function retitle(id: string, title: string): Promise<void> {
    const { product } = await host.mutate('updateProduct', { productId: id, title }, 'product { title }', shop.merchant.token);
    expect(product.title).toBe(title);
  }

  const hits = async () => Number(/outcome="hit"\} (\d+)/.exec(await metricsOf(other.url))?.[1] ?? 0);

  async function isKept(id: string): Promise<boolean> {
    await titleAt(id);
    const before = await hits();
    await titleAt(id);
    return (await hits()) > before;
  }

  test('does not answer what it kept before', async () => {
    const id = await host.product(shop.merchant, { title: 'Before' });
    for (const [round, pause] of [1_500, 10_000].entries()) {
      await until(() => isKept(id));
      other.child.kill('SIGSTOP');
      await retitle(id, `After ${round}`);
      const since = performance.now();
      await until(() => performance.now() - since > pause);
      other.child.kill('SIGCONT');
      expect(await titleAt(id)).toBe(`After ${round}`);
    }
  });

  test('hears of changes whatever its clock says', async () => {
    const id = await host.product(shop.merchant, { title: 'Before' });
    for (let round = 0; round < 4; round++) {
      await until(() => isKept(id));
      other.child.kill('SIGUSR2');
      await retitle(id, `Moved ${round}`);
      await until(async () => (await titleAt(id)) === `Moved ${round}`);
      await until(() => isKept(id));
    }
  });
});
