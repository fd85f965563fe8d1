/**
 * The search at 100,000 products: making the index, opening a kept one, memory, and the processor’s milliseconds for each kind
 * of query, which other work on the machine disturbs less, in
 * a process of its own beside one with MiniSearch, which the field uses and this search used to, over the same words.
 *
 * `BENCH_CHECKOUT` names another checkout, which is measured too.
 *
 *   npm run bench:search -- [sizes]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faker } from '@faker-js/faker';
import MiniSearch from 'minisearch';
import type {
  ProductIndex as Index,
  RankedOrder,
  SearchConditions,
  SearchedProduct,
} from '../../src/modules/catalog/search/product-index.js';
import { allTermsOf, queryOf } from '../../src/search/index.js';
import { drawCurve } from './curve.js';

const warming = 5;
const rounds = 100;
const euros: SearchConditions = { currency: 'EUR' };
const narrowed: SearchConditions = {
  ...euros,
  inStock: true,
  brands: ['Brand 3', 'Brand 4'],
  price: { currency: 'EUR', min: 1000, max: 60_000 },
};

interface Asked {
  query: string;
  conditions?: SearchConditions;
  order?: RankedOrder;
  /** The position that the page comes after, of 100,000. */
  after?: number;
}

const queries: Record<string, Asked> = {
  everything: { query: '' },
  'everything, page 2,000': { query: '', after: 40_000 },
  'everything, last page': { query: '', after: 99_979 },
  'everything, by price, page 2,000': { query: '', order: 'PRICE_HIGHEST', after: 40_000 },
  'one letter': { query: 's' },
  'one letter, page 2,000': { query: 's', after: 40_000 },
  'one letter, newest': { query: 's', order: 'NEWEST' },
  'two letters': { query: 'co' },
  'three letters': { query: 'con' },
  'what every number begins with': { query: 'sku' },
  'a rare and a common word': { query: 'sku4711 steel' },
  'a common word and a letter': { query: 'steel s' },
  'pairs of letters': { query: 'st co pr ma in re di un ab ex de mi' },
  'threes of letters': { query: 'con pro sta mar pre dis com per' },
  'one Chinese character': { query: '钢' },
  'a Chinese word': { query: '不锈钢' },
  'a word': { query: 'steel' },
  'two words': { query: 'steel chair' },
  'a mistyped word': { query: 'handcraftde' },
  'a mistyped long word': { query: 'incomprehensibilitis' },
  'five letters': { query: 'a b c d e' },
  'twenty letters': { query: 'a b c d e f g h i j k l m n o p q r s t' },
  'a word, narrowed': { query: 'steel', conditions: narrowed },
  'one letter, narrowed': { query: 's', conditions: narrowed },
  'everything, narrowed': { query: '', conditions: narrowed },
};

interface Report {
  made: number;
  kept: number;
  opened: number;
  megabytes: number;
  fileMegabytes: number;
  times: Record<string, { median: number; p99: number; found: number }>;
}

/** Words as often as in a language: the second half as often as the first, and so on. */
function vocabulary(): string[] {
  const known = [faker.word.noun, faker.word.adjective, faker.word.verb].flatMap((word) => Array.from({ length: 3000 }, () => word()));
  const made = Array.from({ length: 30_000 }, () => faker.string.alpha({ length: { min: 4, max: 12 }, casing: 'lower' }));
  const common = Array.from({ length: 30 }, () => faker.lorem.word());
  return [...common, 'steel', 'chair', 'handcrafted', ...known, ...made];
}

function* catalogue(size: number): Generator<SearchedProduct> {
  faker.seed(7);
  const all = vocabulary();
  const materials = ['不锈钢咖啡机', '铸铁锅', '钢化玻璃'];
  const word = (): string => all[Math.floor(all.length ** faker.number.float({ min: 0, max: 0.9999 })) - 1]!;
  const wordsOf = (count: number): string => Array.from({ length: count }, word).join(' ');
  for (let at = 0; at < size; at++) {
    yield {
      id: (0x650000000 + at).toString(16).padStart(24, '0'),
      category: (at % 200).toString(16).padStart(24, '0'),
      merchant: (at % 500).toString(16).padStart(24, '0'),
      brand: `Brand ${at % 300}`,
      names: [`Brand ${at % 300}`, `SKU${at}`],
      price: { amountMinor: faker.number.int({ min: 100, max: 200_000 }), currency: 'EUR' },
      inStock: at % 5 > 0,
      attributes: [
        { name: 'colour', value: faker.color.human() },
        { name: 'size', value: ['S', 'M', 'L', 'XL'][at % 4]! },
        { name: 'material', value: word() },
      ],
      rating: at % 3 === 0 ? null : 1 + (at % 9) / 2,
      score: faker.number.float(),
      createdAt: at,
      archived: false,
      title: wordsOf(6),
      description: at % 50 === 0 ? `${wordsOf(58)} ${materials[at % materials.length]!}` : wordsOf(60),
    };
  }
}

function timed(run: () => number): { median: number; p99: number; found: number } {
  let found = 0;
  // A server has been asked before.
  for (let round = 0; round < warming; round++) found = run();
  const times = Array.from({ length: rounds }, () => {
    const start = process.cpuUsage();
    found = run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  }).sort((one, other) => one - other);
  return { median: times[Math.floor(rounds / 2)]!, p99: times[Math.floor(rounds * 0.99)]!, found };
}

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

interface Modules {
  ProductIndex: new () => Index;
  keepIndex: (path: string, index: Index, position: object) => Promise<void>;
  openIndex: (path: string) => Promise<{ index: Index } | null>;
}

async function modulesOf(checkout: string): Promise<Modules> {
  const folder = join(checkout, 'src/modules/catalog/search');
  return { ...(await import(join(folder, 'product-index.ts'))), ...(await import(join(folder, 'kept-index.ts'))) } as Modules;
}

/** So that nothing of the index that was made is held when it is opened. */
async function makeAndKeep({ ProductIndex, keepIndex }: Modules, size: number, path: string): Promise<{ made: number; kept: number }> {
  const started = performance.now();
  const index = new ProductIndex();
  const shelves = Array.from({ length: 200 }, (_, at) => ({ id: at.toString(16).padStart(24, '0'), name: `Shelf ${at}`, ancestors: [] }));
  index.putCategories(shelves);
  for (const product of catalogue(size)) index.putProducts([product]);
  index.compact();
  const made = performance.now() - started;
  const beforeKeeping = performance.now();
  await keepIndex(path, index, { products: 1, categories: 1, newest: null });
  return { made, kept: performance.now() - beforeKeeping };
}

/** Twenty words of one product, the long ones first, each of which may be mistyped. */
function wordsOfOne(): string {
  const [product] = catalogue(1);
  const words = [...new Set(product!.description.split(' '))];
  return words
    .sort((one, other) => other.length - one.length)
    .slice(0, 20)
    .join(' ');
}

async function ownIndex(size: number, checkout: string): Promise<Report> {
  const modules = await modulesOf(checkout);
  const directory = mkdtempSync(join(tmpdir(), 'plaza-search-'));
  const path = join(directory, 'index');
  globalThis.gc!();
  const before = process.memoryUsage();
  const { made, kept } = await makeAndKeep(modules, size, path);
  const beforeOpening = performance.now();
  const { index: opened } = (await modules.openIndex(path))!;
  const openedIn = performance.now() - beforeOpening;
  globalThis.gc!();
  const after = process.memoryUsage();
  const times = Object.fromEntries(
    Object.entries({ ...queries, 'twenty words of one product': { query: wordsOfOne() } } as typeof queries).map(
      ([name, { query, conditions = euros, order = 'RELEVANCE', after: position }]) => [
        name,
        timed(() => {
          const page = {
            size: 20,
            backwards: false,
            after: position === undefined ? null : Math.floor((position / 100_000) * size),
            before: null,
          };
          return opened.search({ query, conditions, order, page, withFacets: true }).total;
        }),
      ],
    ),
  );
  const fileMegabytes = megabytes(statSync(path).size);
  rmSync(directory, { recursive: true });
  const held = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return { made, kept, opened: openedIn, megabytes: megabytes(held), fileMegabytes, times };
}

async function miniSearch(size: number): Promise<Report> {
  globalThis.gc!();
  const before = process.memoryUsage().heapUsed;
  const started = performance.now();
  const index = new MiniSearch<{ id: string; title: string; category: string; attributes: string; description: string }>({
    fields: ['title', 'category', 'attributes', 'description'],
    tokenize: allTermsOf,
    processTerm: (term) => term,
    searchOptions: { tokenize: (term) => [term], boost: { title: 4, category: 2, attributes: 2 }, combineWith: 'AND', prefix: true },
  });
  for (const { id, title, description, names, attributes } of catalogue(size))
    index.add({ id, title, description, category: '', attributes: [...names, ...attributes.map(({ value }) => value)].join(' ') });
  const made = performance.now() - started;
  globalThis.gc!();
  const held = process.memoryUsage().heapUsed - before;
  const plain = Object.entries(queries).filter(
    ([, { query, conditions, order, after }]) => query !== '' && !conditions && !order && !after && query.length < 25,
  );
  const times = Object.fromEntries(
    plain.map(([name, { query }]) => {
      const terms = queryOf(query, 20).map((word) => word[0]![0]!.text);
      const fuzzy = (term: string): number | boolean => (term.length > 3 ? 0.2 : false);
      return [name, timed(() => index.search({ combineWith: 'AND', queries: terms }, { fuzzy }).length)];
    }),
  );
  return { made, kept: 0, opened: 0, megabytes: megabytes(held), fileMegabytes: 0, times };
}

type Which = 'plaza' | 'earlier' | 'MiniSearch';

const own = fileURLToPath(new URL('../..', import.meta.url));
const earlier = process.env['BENCH_CHECKOUT'];

async function inOwnProcess(which: Which, size: number): Promise<Report> {
  const child = fork(fileURLToPath(import.meta.url), [which, String(size)], {
    execArgv: [...process.execArgv, '--expose-gc', '--max-old-space-size=6000'],
  });
  const [report] = (await once(child, 'message')) as [Report];
  child.kill();
  return report;
}

function print(name: string, size: number, { made, kept, opened, megabytes: held, fileMegabytes, times }: Report): void {
  process.stdout.write(`\n${name}, ${size.toLocaleString('en')} products: made in ${(made / 1000).toFixed(1)} s, ${held} MB`);
  process.stdout.write(opened > 0 ? `; kept in ${kept.toFixed(0)} ms (${fileMegabytes} MB), opened in ${opened.toFixed(0)} ms\n` : '\n');
  for (const [query, { median, p99, found }] of Object.entries(times))
    process.stdout.write(
      `  ${query.padEnd(34)}${median.toFixed(2).padStart(10)} ms${p99.toFixed(2).padStart(10)} ms p99${String(found).padStart(9)} found\n`,
    );
}

const [first = '10000,100000', second] = process.argv.slice(2);
if (process.send) {
  const size = Number(second);
  process.send(await (first === 'MiniSearch' ? miniSearch(size) : ownIndex(size, first === 'earlier' ? earlier! : own)));
} else {
  const sizes = first.split(',').map(Number);
  const measured: [name: string, which: Which][] = [
    ['Plaza', 'plaza'],
    ...(earlier ? [['Plaza, earlier', 'earlier'] as [string, Which]] : []),
    ['MiniSearch', 'MiniSearch'],
  ];
  const worst: Record<string, [number, number][]> = Object.fromEntries(measured.map(([name]) => [name, []]));
  for (const size of sizes) {
    for (const [name, which] of measured) {
      const report = await inOwnProcess(which, size);
      print(name, size, report);
      worst[name]!.push([size, Math.max(...Object.values(report.times).map(({ p99 }) => p99))]);
    }
  }
  drawCurve('search', { title: 'The slowest kind of query, p99', axes: { x: 'products', y: 'milliseconds' }, lines: worst });
}
