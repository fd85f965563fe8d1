/**
 * Random histories of writes by several users, with reads of random documents between and beside them, on two apps that
 * keep answers, compared with one that keeps none. `CACHE_HISTORY_SECONDS` has it look for longer.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChangingShop, reads, writes, type Choice, type ReadName, type WriteName } from '../support/changing-shop.js';
import { Plaza } from '../support/plaza.js';
import { metricsOf } from '../support/processes.js';
import { until } from '../support/until.js';

const seconds = Number(process.env['CACHE_HISTORY_SECONDS'] ?? 12);
const [host, guest, plain] = [new Plaza(), new Plaza(), new Plaza()];
let shop: ChangingShop;

beforeAll(async () => {
  await host.start();
  const shared = { MONGODB_URI: host.app.store.uri };
  guest.dataDirectory = plain.dataDirectory = host.dataDirectory;
  await guest.start(shared);
  await plain.start({ ...shared, CACHE_MEMORY: '0' });
  shop = await ChangingShop.open(host);
});
afterAll(async () => {
  await guest.app.close();
  await plain.app.close();
  await host.stop();
});

interface Asked extends Choice {
  read: ReadName;
  /** Who asks; nobody in particular where it is beyond the people there are. */
  viewer: number;
}

interface Step extends Choice {
  write: WriteName;
  /** The app that is written through. */
  isGuest: boolean;
  asked: Asked[];
}

const number = fc.nat({ max: 1000 });
const asked = fc.record({
  read: fc.constantFrom(...(Object.keys(reads) as ReadName[])),
  viewer: fc.nat({ max: 7 }),
  actor: number,
  target: number,
  value: number,
});
const step = fc.record<Step>({
  write: fc.constantFrom(...(Object.keys(writes) as WriteName[])),
  isGuest: fc.boolean(),
  ...{ actor: number, target: number, value: number },
  asked: fc.array(asked, { minLength: 1, maxLength: 3 }),
});

/** A question as it is asked now: what it is about may be replaced by the next write. */
interface Sent {
  query: string;
  variables: object;
  token: string | undefined;
}

function sentOf(question: Asked): Sent {
  return { ...reads[question.read](shop, question), token: shop.people[question.viewer]?.token };
}

async function answerOf(plaza: Plaza, { query, variables, token }: Sent): Promise<string> {
  const { data, errors } = await plaza.query(query, variables, token);
  return JSON.stringify({ data, errors });
}

/** What an app answers is what the store says, just before or just after. @returns what was answered instead; null for a true answer */
async function lieOf(plaza: Plaza, sent: Sent): Promise<object | null> {
  const before = await answerOf(plain, sent);
  const answer = await answerOf(plaza, sent);
  if (answer === before) return null;
  const after = await answerOf(plain, sent);
  return answer === after ? null : { answer, before, after, query: sent.query };
}

async function take({ write, isGuest, asked: questions, ...choice }: Step): Promise<void> {
  const through = isGuest ? guest : host;
  const before = questions.map(sentOf);
  for (const sent of before) await Promise.all([answerOf(host, sent), answerOf(guest, sent)]);
  await Promise.all([writes[write](shop, through, choice), ...before.flatMap((sent) => [answerOf(host, sent), answerOf(guest, sent)])]);
  for (const sent of before) {
    expect(await lieOf(through, sent), `after ${write}, where it was acknowledged`).toBeNull();
    // The process of the store knows of every write.
    expect(await lieOf(host, sent), `after ${write}, at the store`).toBeNull();
    await until(async () => (await lieOf(guest, sent)) === null);
  }
}

test('no answer is older than what was acknowledged', { timeout: (seconds + 120) * 1000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      for (const one of steps) await take(one);
    }),
    { numRuns: 1_000_000, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false, endOnFailure: true },
  );
});

test('the histories were answered from memory, and changes removed what they touched', async () => {
  for (const plaza of [host, guest]) {
    const metrics = await metricsOf(plaza.url);
    expect(metrics).toMatch(/plaza_cache_answers_total\{outcome="hit"\} [1-9]/);
    expect(metrics).toMatch(/plaza_cache_invalidations_total [1-9]/);
  }
});
