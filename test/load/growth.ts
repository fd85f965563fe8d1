/**
 * Every list of the API with each of its filters and orders, first, deep and last page, on lists of growing length:
 * milliseconds, and the ratio to the shortest. Rows are equal in all that orders them but the last field, as in an
 * imported catalogue, and one in fifty is what the filters look for. Beside them, two pages as release 0.1.0 read them,
 * and what writing a review takes.
 *
 *   npm run bench:growth -- [sizes] [lists whose name contains this]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type Connection } from 'mongoose';
import { pino } from 'pino';
import { edgeIn, type ConnectionArgs, type ListDefinition } from '../../src/relay/connection.js';
import { Database } from '../../src/store/database.js';
import { startEmbeddedStore } from '../../src/store/embedded/index.js';
import { paginate } from '../../src/store/paging.js';
import { CatalogBulk } from '../../src/modules/catalog/catalog.bulk.js';
import { catalogModels } from '../../src/modules/catalog/catalog.model.js';
import type { ProductConditions } from '../../src/modules/catalog/product-filter.js';
import { CatalogSearch } from '../../src/modules/catalog/catalog-search.js';
import { ChosenProducts, type ProductOrder } from '../../src/modules/catalog/product-list.js';
import { Announcements } from '../../src/realtime/announcements.js';
import { chosenConditions, everyList, fill, productRow, type ListedRows } from '../support/every-list.js';
import { drawCurve } from './curve.js';

const [given = '1000,10000,100000', only = ''] = process.argv.slice(2);
const sizes = given.split(',').map(Number);
const rareEvery = 50;
/** As many as fill pages even of the shortest list. */
const chosenEvery = 10;
const rounds = 15;

interface Grown {
  size: number;
  connection: Connection;
  database: Database;
  lists: ListedRows[];
  chosen: Chosen;
}

/** Lists of products that the search answers. */
interface Chosen {
  rows: ListedRows;
  search: CatalogSearch;
  products: ChosenProducts;
}

type Measure = () => Promise<unknown>;

async function open(uri: string, size: number): Promise<Grown> {
  const connection = await createConnection(uri, { dbName: `growth_${size}` }).asPromise();
  const database = new Database(connection);
  const lists = everyList(database);
  const models = catalogModels(database);
  await database.alignIndexes('ALL');
  const log = pino({ level: 'silent' });
  const search = new CatalogSearch(new CatalogBulk(models), join(directory, `search-${size}`), new Announcements(), log);
  const rows = { fields: ['Query.products'], model: models.products, lists: {}, row: productRow };
  return { size, connection, database, lists, chosen: { rows, search, products: new ChosenProducts(models, search) } };
}

const productOrders: ProductOrder[] = ['NEWEST', 'TOP_RATED', 'PRICE_LOWEST', 'PRICE_HIGHEST'];

/** The pages of a list that the search answers; the deep one is in the middle, reached by pages of a hundred. */
async function chosenPages({ products }: Chosen, conditions: ProductConditions, sort: ProductOrder): Promise<Record<string, Measure>> {
  const page = async (args: ConnectionArgs) => (await products.pages([{ conditions, sort, args }]))[0]!;
  const { count } = await (await page({ first: 1 })).total();
  let after: string | null = null;
  const first = Math.min(100, Math.floor(count! / 2));
  for (let read = 0; read < Math.min(count! / 2, 2000); read += first) after = (await page({ first, after })).pageInfo.endCursor;
  return { first: () => page({ first: 20 }), deep: () => page({ first: 20, after }), last: () => page({ last: 20 }) };
}

/** The pages of a list, ready to be read. */
async function pagesOf({ model }: ListedRows, list: ListDefinition): Promise<Record<string, Measure>> {
  const filter = model.find().cast(model, { ...list.filter }) as object;
  const count = await model.collection.countDocuments(filter);
  const sort = Object.fromEntries(list.order);
  const [middle] = await model.collection.find(filter, { sort, limit: 1, skip: Math.floor(count / 2) }).toArray();
  const after = edgeIn(list, middle).cursor;
  const read = (args: ConnectionArgs) => () => paginate(model, list, args);
  return { first: read({ first: 20 }), deep: read({ first: 20, after }), last: read({ last: 20 }) };
}

/** A deep page with a bound on the first field alone, and a filter without an index, as release 0.1.0 had them. */
async function earlierPagesOf({ model }: ListedRows): Promise<Record<string, Measure>> {
  const of = { visible: true };
  const sort = { points: -1, createdAt: -1, _id: -1 } as const;
  const count = await model.collection.countDocuments({});
  const [middle] = (await model.collection.find({}, { sort, limit: 1, skip: Math.floor(count / 2) }).toArray()) as unknown as [
    { product: never; points: number; createdAt: Date; _id: never },
  ];
  const { product, points, createdAt, _id } = middle;
  const beyond = {
    $or: [{ points: { $lt: points } }, { points, createdAt: { $lt: createdAt } }, { points, createdAt, _id: { $lt: _id } }],
  };
  const deep = { $and: [{ product, ...of }, { points: { $lte: points } }, beyond] };
  const filtered = { product, ...of, 'imageUrls.0': { $exists: true } };
  return {
    'deep, as in 0.1.0': () => model.collection.find(deep, { sort, limit: 21 }).toArray(),
    'withImages, as in 0.1.0': () => model.collection.find(filtered, { sort, limit: 21 }).toArray(),
  };
}

function writesOf({ model, row }: ListedRows, size: number): Record<string, Measure> {
  let next = size;
  return { write: () => model.collection.insertOne(row(true, next++), { writeConcern: { w: 'majority' } }) };
}

/** Median milliseconds of each, sizes and measures taking turns. */
async function measure(bySize: Map<number, Record<string, Measure>>): Promise<Map<string, Map<number, number>>> {
  const times = new Map<string, Map<number, number[]>>();
  for (let round = 0; round < rounds + 2; round++) {
    for (const [size, measures] of bySize) {
      for (const [name, run] of Object.entries(measures)) {
        const start = performance.now();
        await run();
        if (round < 2) continue;
        const ofName = times.get(name) ?? new Map<number, number[]>();
        times.set(name, ofName.set(size, [...(ofName.get(size) ?? []), performance.now() - start]));
      }
    }
  }
  return new Map([...times].map(([name, ofName]) => [name, new Map([...ofName].map(([size, all]) => [size, median(all)]))]));
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

function row(name: string, page: string, bySize: Map<number, number>): string {
  const all = [...bySize.values()];
  const cells = all.map((value) => value.toFixed(2).padStart(9)).join('');
  return `${name.padEnd(72)}${page.padEnd(26)}${cells}${(all.at(-1)! / all[0]!).toFixed(2).padStart(8)}`;
}

const directory = mkdtempSync(join(tmpdir(), 'plaza-growth-'));
const store = await startEmbeddedStore({ directory });
const grown: Grown[] = [];
for (const size of sizes) grown.push(await open(store.uri, size));
process.stdout.write(`${'list'.padEnd(72)}${'page'.padEnd(26)}${sizes.map((size) => String(size).padStart(9)).join('')}   ratio\n`);

function report(name: string, page: string, times: Map<number, number>, isOurs = true): void {
  process.stdout.write(`${row(name, page, times)}\n`);
  const line = (worst[page] ??= new Map());
  for (const [size, value] of times) line.set(size, Math.max(line.get(size) ?? 0, value));
  if (isOurs) ratios.push({ ratio: times.get(sizes.at(-1)!)! / times.get(sizes[0]!)!, name: `${name}, ${page}` });
}

const worst: Record<string, Map<number, number>> = {};
const ratios: { ratio: number; name: string }[] = [];
for (let at = 0; at < grown[0]!.lists.length; at++) {
  const { fields, lists } = grown[0]!.lists[at]!;
  const names = Object.keys(lists).filter((name) => `${fields.join(' ')} ${name}`.includes(only));
  if (names.length === 0) continue;
  for (const { lists: listed, size } of grown) await fill(listed[at]!, size, rareEvery);
  const isReviews = fields[0] === 'Product.reviews';
  for (const name of [...names, ...(isReviews ? ['beside them'] : [])]) {
    const bySize = new Map<number, Record<string, Measure>>();
    for (const { lists: listed, size } of grown) {
      const rows = listed[at]!;
      const pages =
        name === 'beside them' ? { ...(await earlierPagesOf(rows)), ...writesOf(rows, size) } : await pagesOf(rows, rows.lists[name]!);
      bySize.set(size, pages);
    }
    for (const [page, times] of await measure(bySize)) {
      report(`${fields[0]} ${name}`, page, times, name !== 'beside them');
    }
  }
  for (const { lists: listed, database } of grown) {
    await listed[at]!.model.collection.drop();
    // Other lists are of the same collection.
    await database.alignIndexes('ALL');
  }
}

const chosenNames = Object.keys(chosenConditions).filter((name) => `Query.products, by the search ${name}`.includes(only));
if (chosenNames.length > 0) {
  for (const { chosen, size } of grown) {
    await fill(chosen.rows, size, chosenEvery);
    chosen.search.worker.start();
    await chosen.search.worker.settle();
  }
  for (const [name, sort] of chosenNames.flatMap((one) => productOrders.map((order) => [one, order] as const))) {
    const bySize = new Map<number, Record<string, Measure>>();
    for (const { chosen, size } of grown) bySize.set(size, await chosenPages(chosen, chosenConditions[name]!, sort));
    for (const [page, times] of await measure(bySize)) report(`Query.products, by the search ${name}, ${sort}`, page, times);
  }
  for (const { chosen } of grown) await chosen.search.worker.stop();
}

ratios.sort((one, other) => other.ratio - one.ratio);
process.stdout.write(`\n${ratios.length} pages; median ratio ${median(ratios.map(({ ratio }) => ratio)).toFixed(2)}; highest:\n`);
for (const { ratio, name } of ratios.slice(0, 5)) process.stdout.write(`  ${ratio.toFixed(2)}  ${name}\n`);
if (only === '')
  drawCurve('growth', {
    title: 'A page of 20, the slowest of all lists, filters and orders',
    axes: { x: 'rows in the list', y: 'milliseconds' },
    lines: Object.fromEntries(Object.entries(worst).map(([page, bySize]) => [page, [...bySize]])),
  });
for (const { connection } of grown) await connection.close();
await store.stop();
rmSync(directory, { recursive: true });
