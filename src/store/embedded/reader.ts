/** Runs a plan: reads index ranges, fetches, filters, sorts and cuts. */
import type { Document } from 'bson';
import type { Deadline } from './arguments.js';
import type { Transaction } from 'lmdb';
import { identityIndex, type Catalog, type Collection } from './catalog.js';
import { CommandError } from './errors.js';
import { concatenate, longestValue } from './key.js';
import { documentKeyOf } from './index-entries.js';
import { plan as choosePlan, type KeyRange, type Plan } from './planner.js';
import { compileFilter, fieldsOf, type FilterOptions } from './query/matching.js';
import { decode } from './raw-document.js';
import { parseSort, sharedBeginning, sortByKeys, sortValues } from './sorting.js';
import { StoredDocument } from './stored-document.js';
import { storedFields } from './stored-values.js';
import type { Value } from './values/types.js';

export interface FindOptions extends FilterOptions {
  deadline?: Deadline;
  sort?: Document;
  skip?: number;
  limit?: number;
  hint?: string | Document;
}

/** A document's BSON, with its decoded form where somebody needed it. */
export interface Row {
  key: Buffer;
  bytes: Buffer;
  document: Document | null;
  /** What the BSON is made of, where it was read from the file. */
  stored?: StoredDocument;
}

/** A document that was found, by a key that may be long enough to be cut. */
interface Found {
  key: Buffer;
  stored: StoredDocument | null;
  isLong: boolean;
}

type ReadRow = Row & Pick<Found, 'isLong'>;

class StoredRow implements ReadRow {
  constructor(
    readonly key: Buffer,
    readonly stored: StoredDocument,
    public document: Document | null,
    readonly isLong: boolean,
  ) {}

  get bytes(): Buffer {
    return this.stored.bytes;
  }
}

/** A row's document. */
export function documentOf(row: Row): Document {
  return row.document ?? decode(row.bytes);
}

export interface ReadStatistics {
  keysExamined: number;
  documentsExamined: number;
}

/** What a transaction has written so far: by document key, null for a deleted one. */
export type Overlay = Map<string, { key: Buffer; bytes: Buffer | null }>;

/** A read takes longer than its budget allows, and has to run where it holds up nobody. */
export class OverBudget extends Error {}

/** How much a read may do, in documents looked at; tests and large documents cost more. */
export class Budget {
  constructor(private left: number) {}

  /** @throws OverBudget when it is used up */
  spend(cost: number): void {
    this.left -= cost;
    if (this.left < 0) throw new OverBudget();
  }

  get rest(): number {
    return this.left;
  }
}

const testCost = 4;
const bytesPerCost = 4096;

/** The version of the data that is read: the latest, or a transaction's snapshot and its own writes. */
export interface View {
  budget?: Budget;
  transaction?: Transaction;
  overlay?(collection: Collection): Overlay | undefined;
  /** A collection that the transaction has made. */
  collectionNamed?(database: string, name: string): Collection | undefined;
}

const chunkSize = 256;
const largestSort = 256 * 1024 * 1024;

export class Reader {
  constructor(private readonly catalog: Catalog) {}

  plan(collection: Collection, filter: Document, options: FindOptions): Plan {
    return choosePlan(collection, filter, options);
  }

  /** The matching documents in order. Lazy, so that a limit stops the reading. */
  *find(collection: Collection, filter: Document, options: FindOptions, view: View, statistics: ReadStatistics): Generator<Row> {
    const plan = this.plan(collection, filter, options);
    const overlay = view.overlay?.(collection);
    const changed = overlay !== undefined && overlay.size > 0;
    const found = this.matching(plan, filter, options, view, statistics, changed ? overlay : undefined);
    let rows: Iterable<Row> = found;
    if (!plan.sorted || (changed && options.sort)) rows = sortRows(found, options.sort ?? {}, options);
    else if (options.sort) rows = sortLong(found, options.sort, options);
    yield* cut(rows, options.skip ?? 0, options.limit ?? 0);
  }

  /** How many documents match, from index keys alone where the plan allows it. */
  count(collection: Collection, filter: Document, options: FindOptions, view: View): number {
    const overlay = view.overlay?.(collection);
    const unchanged = !overlay || overlay.size === 0;
    if (unchanged && !view.transaction && Object.keys(filter).length === 0 && options.hint === undefined) {
      return clamp(this.catalog.countOf(collection), options);
    }
    const plan = this.plan(collection, filter, { hint: options.hint, collation: options.collation });
    compileFilter(filter, options);
    if (unchanged && plan.exact && plan.index) {
      const source = plan.index.name === identityIndex ? this.catalog.documents : this.catalog.entries;
      const counts = plan.ranges.map(({ low, high }) => {
        const most = view.budget ? { limit: view.budget.rest + 1 } : {};
        const keys = source.getKeysCount({ start: low, end: high, transaction: view.transaction, ...most });
        view.budget?.spend(1 + keys);
        return keys;
      });
      return clamp(
        counts.reduce((sum, count) => sum + count, 0),
        options,
      );
    }
    let count = 0;
    for (const row of this.find(collection, filter, options, view, { keysExamined: 0, documentsExamined: 0 })) count += row ? 1 : 0;
    return count;
  }

  get(collection: Collection, key: Buffer, view: View): Buffer | null {
    const own = view.overlay?.(collection)?.get(key.toString('latin1'));
    return own ? own.bytes : (this.catalog.readDocument(collection, key, view.transaction) ?? null);
  }

  private *matching(
    plan: Plan,
    filter: Document,
    options: FindOptions,
    view: View,
    statistics: ReadStatistics,
    overlay: Overlay | undefined,
  ): Generator<ReadRow> {
    const compiled = compileFilter(filter, options);
    const test = plan.exact ? null : compiled;
    const tested = test && fieldsOf(filter);
    const seen = plan.index?.multikey || plan.ranges.length > 1 ? new Set<string>() : null;
    const wanted = plan.sorted && plan.exact && options.limit ? options.limit + (options.skip ?? 0) : chunkSize;
    for (const { key, stored: read, isLong } of this.keys(plan, view, Math.min(wanted, chunkSize), statistics)) {
      view.budget?.spend(1);
      options.deadline?.check();
      if (seen) {
        const name = key.toString('latin1');
        if (seen.has(name)) continue;
        seen.add(name);
      }
      if (overlay?.has(key.toString('latin1'))) continue;
      const stored = read ?? this.catalog.readStored(plan.collection, key, view.transaction);
      if (!stored) continue;
      statistics.documentsExamined++;
      view.budget?.spend((test ? testCost : 0) + Math.floor(stored.packed.length / bytesPerCost));
      if (!test) {
        yield new StoredRow(key, stored, null, isLong);
        continue;
      }
      const document = tested ? storedFields(stored, tested) : decode(stored.bytes);
      if (test(document)) yield new StoredRow(key, stored, tested ? null : document, isLong);
    }
    if (overlay) yield* overlayRows(overlay, filter, options);
  }

  private *keys(plan: Plan, view: View, chunk: number, statistics: ReadStatistics): Generator<Found> {
    if (plan.merge) return yield* this.merged(plan, view, chunk, statistics);
    if (isIdentityLookup(plan)) return yield* this.lookUp(plan, view, statistics);
    const ranges = plan.reverse ? [...plan.ranges].reverse() : plan.ranges;
    for (const range of ranges) {
      for (const entry of this.range(plan, range, view, chunk, statistics)) {
        yield { key: entry.documentKey, stored: entry.stored, isLong: entry.entryKey.length > longestValue };
      }
    }
  }

  private *lookUp(plan: Plan, view: View, statistics: ReadStatistics): Generator<Found> {
    for (const { low } of plan.reverse ? [...plan.ranges].reverse() : plan.ranges) {
      statistics.keysExamined++;
      const stored = this.catalog.readStored(plan.collection, low, view.transaction);
      if (stored) yield { key: low, stored, isLong: low.length > longestValue };
    }
  }

  /** Merges ranges that are each in order by what follows their fixed part. */
  private *merged(plan: Plan, view: View, chunk: number, statistics: ReadStatistics): Generator<Found> {
    const sources = plan.ranges
      .map((range) => ({ range, entries: this.range(plan, range, view, Math.min(chunk, 32), statistics) }))
      .map((source) => ({ ...source, head: source.entries.next() }))
      .filter((source) => !source.head.done);
    const direction = plan.reverse ? -1 : 1;
    while (sources.length > 0) {
      let first = 0;
      for (let at = 1; at < sources.length; at++) {
        if (direction * compareAfter(sources[at]!, sources[first]!) < 0) first = at;
      }
      const source = sources[first]!;
      const { documentKey, entryKey } = source.head.value!;
      yield { key: documentKey, stored: null, isLong: entryKey.length > longestValue };
      source.head = source.entries.next();
      if (source.head.done) sources.splice(first, 1);
    }
  }

  /** Reads one range in chunks and resumes by key, so that it may be left and taken up at any time. */
  private *range(
    { index, collection, reverse }: Plan,
    range: KeyRange,
    view: View,
    chunk: number,
    statistics: ReadStatistics,
  ): Generator<{ entryKey: Buffer; documentKey: Buffer; stored: StoredDocument | null }> {
    const secondary = index !== null && index.name !== identityIndex;
    const source = secondary ? this.catalog.entries : this.catalog.documents;
    let { low, high } = range;
    let size = chunk;
    for (;;) {
      const bounds = reverse
        ? { start: high, end: low, reverse: true, exclusiveStart: true, inclusiveEnd: true }
        : { start: low, end: high };
      const entries = [...source.getRange({ ...bounds, limit: size, transaction: view.transaction })];
      for (const { key, value } of entries) {
        statistics.keysExamined += index ? 1 : 0;
        yield secondary
          ? { entryKey: key, documentKey: documentKeyOf(index, key, value), stored: null }
          : { entryKey: key, documentKey: key, stored: StoredDocument.read(value, collection.names, key) };
      }
      if (entries.length < size) return;
      const last = entries[entries.length - 1]!.key;
      if (reverse) high = last;
      else low = concatenate(last, Buffer.alloc(1));
      if (reverse && Buffer.compare(high, low) <= 0) return;
      size = chunkSize;
    }
  }
}

/** Whether a plan names whole `_id`s. */
export function isIdentityLookup(plan: Plan): boolean {
  const prefix = plan.collection.prefix.length;
  return plan.index?.name === identityIndex && plan.ranges.every((range) => range.low.length > prefix && range.fixed === range.low.length);
}

function compareAfter(
  left: { range: KeyRange; head: IteratorResult<{ entryKey: Buffer }, void> },
  right: { range: KeyRange; head: IteratorResult<{ entryKey: Buffer }, void> },
): number {
  const first = (left.head.value as { entryKey: Buffer }).entryKey;
  const second = (right.head.value as { entryKey: Buffer }).entryKey;
  return first.compare(second, right.range.fixed, second.length, left.range.fixed, first.length);
}

function* overlayRows(overlay: Overlay, filter: Document, options: FilterOptions): Generator<ReadRow> {
  const test = compileFilter(filter, options);
  for (const { key, bytes } of overlay.values()) {
    if (!bytes) continue;
    const document = decode(bytes);
    if (test(document)) yield { key, bytes, document, isLong: false };
  }
}

function* sortRows(rows: Iterable<Row>, sort: Document, options: FindOptions): Generator<Row> {
  const fields = parseSort(sort);
  const collation = options.collation ?? null;
  const named = new Set(fields.map(({ path }) => path[0]!));
  const keyed: { values: Value[]; item: Row }[] = [];
  let size = 0;
  for (const row of rows) {
    const document = row.document ?? (row.stored ? storedFields(row.stored, named) : decode(row.bytes));
    size += row.stored?.packed.length ?? row.bytes.length;
    if (size > largestSort && !options.limit) {
      throw new CommandError(292, 'Sort exceeded memory limit of 268435456 bytes, but did not opt in to external sorting.');
    }
    keyed.push({ values: sortValues(document, fields, collation), item: row });
    row.document = null;
  }
  yield* sortByKeys(keyed, fields, collation);
}

/** Rows as an index gives them, whose order is not that of the values where long ones begin alike. */
function* sortLong(rows: Iterable<ReadRow>, sort: Document, options: FindOptions): Generator<Row> {
  const fields = parseSort(sort);
  const collation = options.collation ?? null;
  let shared = null as Buffer | null;
  let alike: { values: Value[]; item: Row }[] = [];
  for (const row of rows) {
    const values = row.isLong ? sortValues(documentOf(row), fields, collation) : [];
    const beginning = sharedBeginning(values, collation);
    if (alike.length > 0 && !(beginning && shared?.equals(beginning))) {
      yield* sortByKeys(alike, fields, collation);
      alike = [];
    }
    shared = beginning;
    if (beginning) alike.push({ values, item: row });
    else yield row;
  }
  yield* sortByKeys(alike, fields, collation);
}

function* cut(rows: Iterable<Row>, skip: number, limit: number): Generator<Row> {
  let position = 0;
  for (const row of rows) {
    position++;
    if (position <= skip) continue;
    yield row;
    if (limit > 0 && position >= skip + limit) return;
  }
}

function clamp(count: number, { skip = 0, limit = 0 }: FindOptions): number {
  const remaining = Math.max(0, count - skip);
  return limit > 0 ? Math.min(limit, remaining) : remaining;
}
