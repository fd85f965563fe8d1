/** Chooses the index for a filter and a sort, and says which key ranges to read. */
import type { Document } from 'bson';
import { identityIndex, type Collection, type Index } from './catalog.js';
import { holdsText, type Collation } from './collation.js';
import { CommandError } from './errors.js';
import { concatenate, encodeBeginning, encodeFields, encodeValue, isInexact, successor } from './key.js';
import { isOperators } from './query/matching.js';
import { isPattern, sourceOf } from './query/pattern.js';
import { naturalOrder } from './sorting.js';
import { compare, isEqual, rankOf } from './values/order.js';
import { isNumeric, isTruthy, toNumber, typeOf, type Value } from './values/types.js';

export interface KeyRange {
  /** Inclusive lower bound. */
  low: Buffer;
  /** Exclusive upper bound. */
  high: Buffer;
  /** How many bytes of every key in the range are fixed by equality. */
  fixed: number;
}

export interface Plan {
  collection: Collection;
  index: Index | null;
  ranges: KeyRange[];
  reverse: boolean;
  /** The ranges hold exactly the matching documents, so no document need be tested. */
  exact: boolean;
  /** Reading gives the order asked for. */
  sorted: boolean;
  /** Several ranges, each in order, have to be merged to keep the order. */
  merge: boolean;
}

/** What a filter demands of one path. */
interface Demand {
  points: unknown[] | null;
  low: { value: unknown; inclusive: boolean } | null;
  high: { value: unknown; inclusive: boolean } | null;
  /** The bounds are those of the texts that a pattern finds: it finds a stored pattern like it as well. */
  pattern: Value;
  exists: boolean;
  /** Both bounds are of the same item of a list. */
  together: boolean;
  /** There are further conditions on the path that no range expresses. */
  partial: boolean;
}

type Demands = Map<string, Demand>;

/**
 * The values of several fields come to no more ranges than this, and no more are merged into one order. The values of one
 * field have a range each, however many they are.
 */
const mostRanges = 1000;

export interface PlanOptions {
  sort?: Document;
  hint?: string | Document;
  collation?: Collation | null;
}

export function plan(collection: Collection, filter: Document, { sort, hint, collation = null }: PlanOptions): Plan {
  const natural = naturalOrder(sort);
  if (natural !== null) return { ...wholeCollection(collection, filter, undefined, collation), reverse: natural === -1 };
  const { demands, complete } = readDemands(filter);
  const candidates = hint === undefined ? candidatesFor(collection, demands, sort, collation) : [hintedIndex(collection, hint)];
  let best: { plan: Plan; score: number } | null = null;
  for (const index of candidates) {
    if (index === null) break;
    const rated = planIndex(collection, index, adapted(demands, index, collation), complete, {
      order: collation ? unordered : null,
      sort,
      hinted: hint !== undefined,
    });
    if (!rated) continue;
    if (!best || rated.score > best.score) best = rated;
  }
  if (best && (best.score > 0 || hint !== undefined)) return best.plan;
  const whole = wholeCollection(collection, filter, sort, collation);
  return naturalOrder(hint) === -1 && isEmpty(sort) ? { ...whole, reverse: true } : whole;
}

/** The indexes that may be of use: by what they begin with; where documents are named by nothing but their `_id`s, its own alone. */
function candidatesFor(collection: Collection, demands: Demands, sort: Document | undefined, collation: Collation | null): Index[] {
  if (!collation && demands.size === 1 && demands.get('_id')?.points)
    return collection.indexes.filter(({ name }) => name === identityIndex);
  const [first] = Object.keys(sort ?? {});
  return collection.indexes.filter(({ fields }) => demands.has(fields[0]!) || fields[0] === first);
}

function isEmpty(sort: Document | undefined): boolean {
  return Object.keys(sort ?? {}).length === 0;
}

/** The demands as an index can answer them: texts only where both mean the same collation, and then by equality alone. */
function adapted(demands: Demands, index: Index, collation: Collation | null): Demands {
  if (!collation && !index.collation) return demands;
  const same = collation !== null && collation.isSame(index.collation);
  return new Map(
    [...demands].map(([path, demand]) => {
      const points = demand.points?.some(holdsText)
        ? same
          ? demand.points.map((point) => collation.foldValue(point))
          : null
        : demand.points;
      const low = demand.low && holdsText(demand.low.value) ? null : demand.low;
      const high = demand.high && holdsText(demand.high.value) ? null : demand.high;
      return [path, { ...demand, points, low, high, partial: true }];
    }),
  );
}

function wholeCollection(collection: Collection, filter: Document, sort: Document | undefined, collation: Collation | null): Plan {
  const low = collection.prefix;
  const sortKeys = Object.keys(sort ?? {});
  const byIdentity = sortKeys.length === 1 && sortKeys[0] === '_id' && !collation;
  const sorted = sortKeys.length === 0 || byIdentity;
  return {
    collection,
    index: null,
    ranges: [{ low, high: successor(low)!, fixed: low.length }],
    reverse: byIdentity && Number(sort!['_id']) === -1,
    exact: Object.keys(filter).length === 0,
    sorted,
    merge: false,
  };
}

function hintedIndex(collection: Collection, hint: string | Document): Index | null {
  if (typeof hint === 'object' && '$natural' in hint) return null;
  const found = collection.indexes.find((index) =>
    typeof hint === 'string' ? index.name === hint : JSON.stringify(index.key) === JSON.stringify(hint),
  );
  if (!found)
    throw new CommandError(
      2,
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  return found;
}

function planIndex(
  collection: Collection,
  index: Index,
  demands: Demands,
  complete: boolean,
  { order: fixedOrder, sort, hinted }: { order: Order | null; sort: Document | undefined; hinted: boolean },
): { plan: Plan; score: number } | null {
  // Who names a sparse index wants what is in it, as on MongoDB.
  if (!covers(index, demands) && !(hinted && index.sparse && !index.partialFilterExpression)) return null;
  let prefixes: Buffer[] = [index.prefix];
  let exact = complete && !index.multikey;
  let used = 0;
  let points = 0;
  let position = 0;
  let ranges: KeyRange[] | null = null;
  const singlePoint = new Set<string>();
  for (; position < index.fields.length; position++) {
    const field = index.fields[position]!;
    const demand = demands.get(field);
    if (!demand || (index.multikey && sharesList(index, position))) break;
    const descending = index.descending[position]!;
    if (demand.points && (prefixes.length === 1 || prefixes.length * demand.points.length <= Math.max(mostRanges, prefixes.length))) {
      prefixes = prefixes.flatMap((prefix) => demand.points!.map((point) => encodeFields(prefix, [point], [descending])));
      used++;
      points++;
      if (demand.points.length === 1) singlePoint.add(field);
      exact &&= !demand.partial && !demand.points.some(isInexact);
      continue;
    }
    const bounds = rangeBounds(demand, descending, index.multikey);
    if (!bounds) break;
    const pattern = demand.pattern === null ? null : patternBounds(demand.pattern, descending);
    ranges = prefixes.flatMap((prefix) =>
      [bounds, ...(pattern ? [pattern] : [])].map(({ low, high }) => ({
        low: concatenate(prefix, low),
        high: concatenate(prefix, high),
        fixed: prefix.length,
      })),
    );
    exact &&= !demand.partial && bounds.exact;
    used++;
    position++;
    break;
  }
  ranges ??= prefixes.map((prefix) => ({ low: prefix, high: successor(prefix)!, fixed: prefix.length }));
  exact &&= [...demands.keys()].every((path) => index.fields.slice(0, position).includes(path));
  ranges = deduplicateRanges(ranges);
  const found = fixedOrder && sort && Object.keys(sort).length > 0 ? fixedOrder : sortOrder(index, singlePoint, used, demands, sort);
  const order = found.merge && ranges.length > mostRanges ? unordered : found;
  const sorts = order.provided && sort !== undefined && Object.keys(sort).length > 0;
  const isWholeKey = index.unique && points === index.fields.length;
  const score = used === 0 && !sorts ? 0 : rate(index, isWholeKey, singlePoint.size, used, sorts, exact);
  return {
    plan: { collection, index, ranges, reverse: order.reverse, exact, sorted: order.provided, merge: order.merge && ranges.length > 1 },
    score,
  };
}

/** Whether an earlier field may go through the same list: its keys are of one item, and the filter may mean two. */
function sharesList({ paths }: Index, position: number): boolean {
  return paths.slice(0, position).some(([first]) => first === paths[position]![0]);
}

/**
 * Whole unique keys, one or several, have a document each. Then equalities narrow most, then an order that lets a limit
 * stop early, then ranges; fewer fields break a tie.
 */
function rate(index: Index, isWholeKey: boolean, equalities: number, used: number, sorts: boolean, exact: boolean): number {
  return (
    (isWholeKey ? 100 : 0) + equalities * 10 + (sorts ? 9 : 0) + (used - equalities) * 6 + (exact ? 1 : 0) - index.fields.length * 0.01
  );
}

function deduplicateRanges(ranges: KeyRange[]): KeyRange[] {
  if (ranges.length < 2) return ranges;
  ranges.sort((a, b) => Buffer.compare(a.low, b.low));
  return ranges.filter((range, at) => at === 0 || !range.low.equals(ranges[at - 1]!.low) || !range.high.equals(ranges[at - 1]!.high));
}

interface Order {
  provided: boolean;
  reverse: boolean;
  merge: boolean;
}

const unordered: Order = { provided: false, reverse: false, merge: false };

/** Whether reading the index gives the order asked for: forwards, backwards, or by merging one range a point. */
function sortOrder(index: Index, singlePoint: ReadonlySet<string>, used: number, demands: Demands, sort: Document | undefined): Order {
  // Of a list the smallest item is in the order, which need not be the one that was found.
  if (Object.keys(sort ?? {}).some((field) => index.multikeyFields.has(field))) return unordered;
  const wanted = Object.entries(sort ?? {}).filter(([field]) => !singlePoint.has(field));
  if (wanted.length === 0) return { ...unordered, provided: true };
  const manyPoints = index.fields.slice(0, used).filter((field) => (demands.get(field)?.points?.length ?? 0) > 1);
  const sortedPoints = manyPoints.filter((field) => wanted.some(([name]) => name === field));
  if (sortedPoints.length > 0 && sortedPoints.length < manyPoints.length) return unordered;
  const merge = manyPoints.length > 0 && sortedPoints.length === 0;
  const remaining = index.fields.filter((field) => !singlePoint.has(field) && !(merge && manyPoints.includes(field)));
  let reverse: boolean | null = null;
  for (let at = 0; at < wanted.length; at++) {
    const [field, direction] = wanted[at]!;
    if (remaining[at] !== field) return unordered;
    const opposite = (Number(direction) === -1) !== (index.key[field] === -1);
    if (reverse !== null && reverse !== opposite) return unordered;
    reverse = opposite;
  }
  return { provided: true, reverse: reverse ?? false, merge };
}

function rangeBounds(demand: Demand, descending: boolean, multikey: boolean): { low: Buffer; high: Buffer; exact: boolean } | null {
  const { low, high } = demand;
  if (!low && !high) return null;
  const bracket = encodeValue((low ?? high)!.value).subarray(0, 1);
  // Without being said of one item, each bound may hold of another one.
  const oneSided = multikey && !demand.together && low && high;
  let from: Buffer = bracket;
  let to = successor(bracket)!;
  if (low) from = boundary(low, false, 'from');
  if (high && !oneSided) to = boundary(high, false, 'to');
  const exact = !multikey && !(low && isInexact(low.value)) && !(high && isInexact(high.value));
  if (!descending) return { low: from, high: to, exact };
  return { ...invertBounds(demand, bracket, oneSided ? null : high), exact };
}

/** A stored pattern like the one that was asked for. */
function patternBounds(pattern: Value, descending: boolean): { low: Buffer; high: Buffer } {
  const key = encodeBeginning(pattern, descending);
  return { low: key, high: successor(key)! };
}

/** Of a long value only the beginning is in its key's order, so that its bound takes in all that begin like it. */
function boundary({ value, inclusive }: { value: Value; inclusive: boolean }, descending: boolean, side: 'from' | 'to'): Buffer {
  const key = encodeBeginning(value, descending);
  const takesIn = inclusive || isInexact(value);
  return takesIn === (side === 'from') ? key : successor(key)!;
}

/** The same bounds over inverted keys: what was above is below. */
function invertBounds(demand: Demand, bracket: Buffer, high: Demand['high']): { low: Buffer; high: Buffer } {
  const invertedBracket = Buffer.from([~bracket[0]! & 0xff]);
  const { low } = demand;
  return {
    low: high ? boundary(high, true, 'from') : invertedBracket,
    high: low ? boundary(low, true, 'to') : successor(invertedBracket)!,
  };
}

/** Whether every document the filter can match has an entry in the index. */
function covers(index: Index, demands: Demands): boolean {
  if (index.sparse && !index.fields.some((field) => demandsPresence(demands.get(field)))) return false;
  const partial = index.partialFilterExpression;
  if (!partial) return true;
  return Object.entries(partial).every(([path, condition]) => implies(demands.get(path), condition));
}

function demandsPresence(demand: Demand | undefined): boolean {
  if (!demand) return false;
  if (demand.points) return demand.points.every((point) => point !== null && point !== undefined);
  return demand.exists || demand.low !== null || demand.high !== null;
}

function implies(demand: Demand | undefined, condition: unknown): boolean {
  if (!demand) return false;
  if (!isOperators(condition)) return demand.points?.length === 1 && sameValue(demand.points[0], condition);
  return Object.entries(condition).every(([operator, operand]) => {
    if (operator === '$exists' && operand === true) return demandsPresence(demand);
    if (operator === '$eq') return demand.points?.length === 1 && sameValue(demand.points[0], operand);
    if (operator === '$in')
      return demand.points?.every((point) => (operand as unknown[]).some((element) => sameValue(element, point))) ?? false;
    if (operator === '$type' && operand === 'string') return demand.points?.every((point) => typeof point === 'string') ?? false;
    return Object.hasOwn(comparisons, operator) && isWithin(demand, comparisons[operator]!, operand);
  });
}

type Comparison = { side: 'low' | 'high'; inclusive: boolean };

const comparisons: Record<string, Comparison> = {
  $gt: { side: 'low', inclusive: false },
  $gte: { side: 'low', inclusive: true },
  $lt: { side: 'high', inclusive: false },
  $lte: { side: 'high', inclusive: true },
};

/** Whether all that is demanded lies on one side of a value, among values of its kind. */
function isWithin(demand: Demand, { side, inclusive }: Comparison, operand: Value): boolean {
  const lies = (value: Value, strictly: boolean): boolean => {
    if (rankOf(value) !== rankOf(operand)) return false;
    const order = side === 'low' ? compare(value, operand) : compare(operand, value);
    return order > 0 || (order === 0 && !strictly);
  };
  if (demand.points) return demand.points.every((point) => lies(point, !inclusive));
  const bound = demand.pattern === null ? demand[side] : null;
  return bound !== null && rangeable(operand) && lies(bound.value, bound.inclusive && !inclusive);
}

function sameValue(left: unknown, right: unknown): boolean {
  return isEqual(left, right);
}

function readDemands(filter: Document): { demands: Demands; complete: boolean } {
  const demands: Demands = new Map();
  const complete = collect(filter, demands);
  return { demands, complete };
}

/** Gathers what every document must satisfy; false where the filter says more than the demands hold. */
function collect(filter: Document, demands: Demands): boolean {
  let complete = true;
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$and' && Array.isArray(condition)) {
      for (const part of condition) complete = collect(part as Document, demands) && complete;
      continue;
    }
    if (path.startsWith('$')) {
      complete = false;
      continue;
    }
    const demand = demands.get(path) ?? {
      points: null,
      low: null,
      high: null,
      pattern: null,
      exists: false,
      together: false,
      partial: false,
    };
    const repeated = demands.has(path);
    demands.set(path, demand);
    if (isOperators(condition)) addOperators(demand, condition);
    else addPoint(demand, condition);
    if (repeated) demand.partial = true;
  }
  return complete;
}

function addPoint(demand: Demand, value: unknown): void {
  if (isPattern(value)) return addPattern(demand, value);
  if (Array.isArray(value) || demand.points) {
    demand.partial = true;
    return;
  }
  demand.points = [value];
}

function addOperators(demand: Demand, operators: Document): void {
  for (const [operator, operand] of Object.entries(operators)) {
    switch (operator) {
      case '$eq':
        if (isPattern(operand)) demand.partial = true;
        else addPoint(demand, operand);
        break;
      case '$in':
        addPoints(demand, operand as unknown[]);
        break;
      case '$gt':
      case '$gte':
        addLow(demand, operand, operator === '$gte');
        break;
      case '$lt':
      case '$lte':
        addHigh(demand, operand, operator === '$lte');
        break;
      case '$elemMatch':
        addItem(demand, operand as Document);
        break;
      case '$exists':
        demand.exists ||= isTruthy(operand);
        demand.partial = true;
        break;
      default:
        demand.partial = true;
    }
  }
  if (demand.points && (demand.low || demand.high)) demand.partial = true;
}

/** An item of a list between two bounds: its own key lies there. */
function addItem(demand: Demand, condition: Document): void {
  const isRange = Object.keys(condition).every((operator) => ['$gt', '$gte', '$lt', '$lte'].includes(operator));
  if (isRange && !demand.points && !demand.low && !demand.high) {
    addOperators(demand, condition);
    demand.together = demand.low !== null && demand.high !== null;
  }
  demand.partial = true;
}

function addPoints(demand: Demand, values: unknown[]): void {
  const plain = Array.isArray(values) && !values.some((value) => isPattern(value) || Array.isArray(value));
  if (!plain || demand.points) {
    demand.partial = true;
    return;
  }
  demand.points = values;
}

/** Whether a range of keys of the value's own kind holds all that is on one side of it. */
function rangeable(value: unknown): boolean {
  if (value === null || value === undefined || Array.isArray(value)) return false;
  if (isNumeric(value)) return !Number.isNaN(toNumber(value));
  return !['minKey', 'maxKey', 'object', 'regex', 'javascript'].includes(typeOf(value));
}

function addLow(demand: Demand, value: unknown, inclusive: boolean): void {
  if (!rangeable(value) || demand.together || differentBracket(demand.high?.value ?? demand.low?.value, value)) {
    demand.partial = true;
    return;
  }
  if (!demand.low || isTighter(compare(value, demand.low.value), inclusive)) demand.low = { value, inclusive };
}

function addHigh(demand: Demand, value: unknown, inclusive: boolean): void {
  if (!rangeable(value) || demand.together || differentBracket(demand.low?.value ?? demand.high?.value, value)) {
    demand.partial = true;
    return;
  }
  if (!demand.high || isTighter(compare(demand.high.value, value), inclusive)) demand.high = { value, inclusive };
}

/** Whether a bound that lies so far within another one leaves less. */
function isTighter(within: number, inclusive: boolean): boolean {
  return within > 0 || (within === 0 && !inclusive);
}

function differentBracket(left: unknown, right: unknown): boolean {
  return left !== undefined && encodeValue(left)[0] !== encodeValue(right)[0];
}

/** A pattern anchored at the start is a range of strings, up to those that begin with the next letter. */
function addPattern(demand: Demand, pattern: Parameters<typeof sourceOf>[0]): void {
  demand.partial = true;
  const { source, options } = sourceOf(pattern);
  const literal = /^\^([\w \-:/@]+)/.exec(source)?.[1];
  const quantified = literal && /^[?*+{|]/.test(source.slice(1 + literal.length));
  if (!literal || quantified || options !== '' || source.includes('|') || demand.low || demand.high) return;
  demand.pattern = pattern;
  demand.low = { value: literal, inclusive: true };
  demand.high = { value: literal.slice(0, -1) + String.fromCharCode(literal.charCodeAt(literal.length - 1) + 1), inclusive: false };
}
