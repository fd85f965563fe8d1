/**
 * Histories of writes and reads by processes that keep answers, over a store whose news comes late, in parts, without the
 * documents, or not at all for a while: no answer is older than what its process had acknowledged when it was asked.
 */
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { StoreCache } from '../../src/store/cache/index.js';
import { NotOffered, type DocumentChange, type News, type NewsSource } from '../../src/store/cache/news.js';
import { noteRead } from '../../src/store/cache/reads.js';
import { until } from '../support/until.js';

interface Item {
  _id: string;
  shelf: string;
  size: string;
  labels: string[];
  parts: { maker: string }[];
  version: number;
}

interface Written {
  before: Item | null;
  after: Item | null;
}

const longestDelay = 6;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

/** Items on shelves, with everything that was ever written. Place 1 is after the first write. */
class Shelves {
  readonly items = new Map<string, Item>();
  readonly log: Written[] = [];
  /** What each question was answered at each place. */
  private readonly history = new Map<string, string[]>();
  private waiting: (() => void)[] = [];

  get place(): number {
    return this.log.length;
  }

  write(id: string, after: Item | null): void {
    const before = this.items.get(id) ?? null;
    this.log.push({ before, after });
    if (after) this.items.set(id, after);
    else this.items.delete(id);
    for (const question of questions) this.remember(question);
    for (const goOn of this.waiting.splice(0)) goOn();
  }

  find({ fits }: Question): string {
    return JSON.stringify([...this.items.values()].filter(fits));
  }

  /** Whether this was the answer at some place between two. */
  wasAnswer(question: Question, answer: string, from: number, to: number): boolean {
    return this.answersTo(question)
      .slice(from, to + 1)
      .includes(answer);
  }

  changed(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private remember(question: Question): void {
    this.answersTo(question).push(this.find(question));
  }

  private answersTo(question: Question): string[] {
    let answers = this.history.get(nameOf(question));
    if (!answers) this.history.set(nameOf(question), (answers = ['[]']));
    return answers;
  }
}

interface Question {
  filter: Record<string, unknown>;
  fits: (item: Item) => boolean;
}

const ids = ['1', '2', '3'];
const shelves = ['a', 'b'];
const sizes = ['x', 'y'];
const labels = ['red', 'blue'];
const questions: Question[] = [
  ...ids.map((id): Question => ({ filter: { _id: id }, fits: ({ _id }) => _id === id })),
  ...shelves.map((of): Question => ({ filter: { shelf: of, version: { $gt: 0 } }, fits: ({ shelf }) => shelf === of })),
  ...sizes.map((of): Question => ({ filter: { size: { $eq: of } }, fits: ({ size }) => size === of })),
  ...labels.map((label): Question => ({ filter: { labels: label }, fits: (item) => item.labels.includes(label) })),
  ...labels.map((by): Question => ({ filter: { 'parts.maker': by }, fits: ({ parts }) => parts.some(({ maker }) => maker === by) })),
  { filter: { _id: { $in: ['1', '3'] } }, fits: ({ _id }) => _id !== '2' },
  { filter: { $or: [{ shelf: 'a' }, { size: 'y' }] }, fits: ({ shelf, size }) => shelf === 'a' || size === 'y' },
  { filter: { $and: [{ version: { $gt: 0 } }, { size: 'x' }] }, fits: ({ size }) => size === 'x' },
  { filter: { version: { $gt: 3 } }, fits: ({ version }) => version > 3 },
  { filter: {}, fits: () => true },
];
const nameOf = ({ filter }: Question): string => JSON.stringify(filter);

/** How a store tells its news: what comes next of each, in turn. */
interface Manner {
  /** Turns of the event loop that news takes. */
  delays: number[];
  /** How many changes are told at once. */
  batches: number[];
  hasImages: boolean[];
  /** Whether the process runs the store, and so knows how many commits there are. */
  isHost: boolean;
  /** After how many answers the connection breaks. */
  breaks: number | null;
}

class LateNews implements NewsSource {
  isBroken = false;
  private from: number | null = null;
  private told = 0;

  constructor(
    private readonly store: Shelves,
    private readonly manner: Manner,
  ) {}

  async next(): Promise<News> {
    const { delays, batches, hasImages, breaks } = this.manner;
    const number = this.told++;
    if (number === breaks) {
      this.isBroken = true;
      throw new Error('the connection broke');
    }
    if (this.from === null) {
      this.isBroken = false;
      this.from = this.store.place;
      await turns(delays[number % delays.length]!);
      return { changes: [], isLost: true, told: BigInt(this.from), isAll: true };
    }
    if (this.from === this.store.place) await Promise.race([this.store.changed(), turns(50)]);
    const fresh = this.store.log.slice(this.from, this.from + batches[number % batches.length]!);
    const start = this.from;
    this.from += fresh.length;
    const isAll = this.from === this.store.place;
    await turns(delays[number % delays.length]!);
    const changes = fresh.map((written, at) => changeOf(written, hasImages[(start + at) % hasImages.length]!));
    return { changes, isLost: false, told: BigInt(this.from), isAll };
  }

  async position(): Promise<bigint> {
    await turn();
    return BigInt(this.store.place);
  }

  askForImages(): void {}

  reset(): void {
    this.from = null;
  }
}

function changeOf({ before, after }: Written, hasImages: boolean): DocumentChange {
  return { collection: 'items', images: hasImages ? { before: () => before as never, after: () => after as never } : null };
}

class NothingOffered extends LateNews {
  override next(): Promise<News> {
    return Promise.reject(new NotOffered());
  }
}

/** A process that keeps answers. */
class Process {
  acknowledged = 0;
  private readonly cache: StoreCache;
  private readonly news: LateNews;

  constructor(
    private readonly store: Shelves,
    private readonly manner: Manner,
  ) {
    const commits = manner.isHost ? () => store.place : null;
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    this.news = new LateNews(store, manner);
    const sources = [new NothingOffered(store, manner), this.news] as const;
    this.cache = new StoreCache({ sources, commits, maxBytes: 1_000_000, metrics: new Registry(), log });
    this.cache.start();
  }

  async write(id: string, after: Item | null): Promise<void> {
    await turn();
    this.store.write(id, after);
    const { place } = this.store;
    await turn();
    this.cache.noteOwnWrite();
    this.acknowledged = Math.max(this.acknowledged, place);
  }

  async read(question: Question, slowness: number): Promise<void> {
    const asked = this.manner.isHost ? this.store.place : this.acknowledged;
    const { value } = await this.cache.get(
      nameOf(question),
      async () => {
        noteRead('items', question.filter);
        await turns(slowness);
        const found = this.store.find(question);
        await turns(slowness);
        return found;
      },
      (answer) => answer.length,
    );
    if (!this.store.wasAnswer(question, value, asked, this.store.place))
      throw new Error(`${nameOf(question)} was answered ${value}, which it was not since write ${asked} of ${this.store.place}`);
  }

  /** Waits until it hears news again, where its connection broke. */
  async connect(): Promise<void> {
    await until(() => !this.news.isBroken);
    await turns(longestDelay);
  }

  stop(): Promise<void> {
    return this.cache.stop();
  }
}

const mannerThat = (breaks: fc.Arbitrary<number | null>): fc.Arbitrary<Manner> =>
  fc.record<Manner>({
    delays: fc.array(fc.nat({ max: longestDelay }), { minLength: 1, maxLength: 4 }),
    batches: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    hasImages: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
    isHost: fc.boolean(),
    breaks,
  });
interface Step {
  by: number;
  write: (Omit<Item, '_id' | 'parts' | 'version'> & { id: string; maker: string; remove: boolean }) | null;
  reads: { question: Question; slowness: number }[];
  /** Whether the next step waits for this one. */
  waits: boolean;
}

const step = fc.record<Step>({
  by: fc.nat({ max: 1 }),
  write: fc.option(
    fc.record({
      id: fc.constantFrom(...ids),
      shelf: fc.constantFrom(...shelves),
      size: fc.constantFrom(...sizes),
      labels: fc.subarray(labels),
      maker: fc.constantFrom(...labels),
      remove: fc.boolean(),
    }),
  ),
  reads: fc.array(fc.record({ question: fc.constantFrom(...questions), slowness: fc.nat({ max: 8 }) }), { maxLength: 3 }),
  waits: fc.boolean(),
});

interface History {
  manners: [Manner, Manner];
  steps: Step[];
}

const historyOf = (manner: fc.Arbitrary<Manner>): fc.Arbitrary<History> =>
  fc.record({ manners: fc.tuple(manner, manner), steps: fc.array(step, { minLength: 3, maxLength: 25 }) });

/** @throws Error for an answer that was older */
async function live({ manners, steps }: History): Promise<void> {
  const store = new Shelves();
  const processes = manners.map((one) => new Process(store, one));
  const running: Promise<unknown>[] = [];
  let version = 0;
  await turns(10);
  for (const { by, write, reads, waits } of steps) {
    const process = processes[by]!;
    const work: Promise<unknown>[] = reads.map(({ question, slowness }) => process.read(question, slowness));
    if (write) {
      const { id, maker, remove, ...item } = write;
      work.push(process.write(id, remove ? null : { ...item, _id: id, parts: [{ maker }], version: ++version }));
    }
    running.push(...work);
    if (waits) await Promise.all(work);
    else await turn();
  }
  await Promise.all(running);
  await Promise.all(processes.map((process) => process.connect()));
  for (const process of processes) for (const question of questions) await process.read(question, 0);
  await Promise.all(processes.map((process) => process.stop()));
}

test('no answer is older than what was acknowledged, however late and in whatever parts news comes', async () => {
  await fc.assert(fc.asyncProperty(historyOf(mannerThat(fc.constant(null))), live), {
    numRuns: 6000,
    interruptAfterTimeLimit: 20_000,
    markInterruptAsFailure: false,
  });
  expect(true).toBe(true);
});

test('nor once news has broken in the middle and comes again', async () => {
  const broken = historyOf(mannerThat(fc.integer({ min: 1, max: 8 })));
  // Side by side, since most of their time is waiting.
  const together = fc.array(broken, { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(together, (histories) => Promise.all(histories.map(live)).then(() => {})),
    { numRuns: 25, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false, endOnFailure: true },
  );
  expect(true).toBe(true);
});
