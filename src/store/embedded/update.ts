/** Turns an update command's operators, pipeline or replacement into the new document. */
import { ObjectId, type Document } from 'bson';
import { runUpdatePipeline } from './aggregation/update-pipeline.js';
import { CommandError } from './errors.js';
import { compileFilter, isOperators, type FilterOptions } from './query/matching.js';
import { isPattern } from './query/pattern.js';
import { encode } from './raw-document.js';
import { Container, nodePart, open, partOf, positionOf, valueOf, type Part } from './update/mutable.js';
import { removed, unchanged, type Operator } from './update/operator.js';
import { operators } from './update/operators.js';
import {
  comparePaths,
  compileArrayFilters,
  isPlaceholder,
  parsePath,
  requireDistinct,
  resolve,
  type ArrayFilters,
  type Path,
} from './update/paths.js';
import { decode } from './values/decoding.js';
import { isEqual } from './values/order.js';
import { withFirst } from './values/fields.js';
import { show } from './values/show.js';
import { field, isDocument, typeOf, type Value } from './values/types.js';

export type Modification = Document | Document[];

export interface UpdateSpecification extends FilterOptions {
  modification: Modification;
  filter: Document;
  arrayFilters: Document[] | undefined;
  multi?: boolean;
}

/** What a modification makes of a document. */
export interface Modified {
  bytes: Buffer;
  /** The top-level fields that may differ; null where any may. */
  touched: ReadonlySet<string> | null;
  /** The paths that were named; null where the modification names none, or not by their positions. */
  leaves: ReadonlySet<string> | null;
  /** It is another document than it was. */
  replaces: boolean;
}

/** A modification that has been checked, to be applied to any number of documents. */
export interface Update {
  modify(bytes: Buffer): Modified;
  /** What an upsert inserts: the filter's equalities, then the modification. */
  upsert(): Buffer;
}

interface Entry {
  operator: Operator;
  path: Path;
  /** Where a renamed field comes from. */
  from?: Path;
  onInsert: boolean;
}

const mostPadding = 1_500_000;

/** @throws CommandError for a malformed modification, before any document is read */
export function compileUpdate(specification: UpdateSpecification): Update {
  const { modification, arrayFilters } = specification;
  if (Array.isArray(modification)) {
    if (arrayFilters) throw new CommandError(9, 'Cannot specify arrayFilters and a pipeline update');
    const run = runUpdatePipeline(modification, specification);
    return whole(specification, run);
  }
  const names = Object.keys(modification);
  if (names[0]?.startsWith('$')) return compileOperators(specification, modification);
  const misplaced = names.find((name) => name.startsWith('$'));
  if (misplaced) {
    throw new CommandError(
      52,
      `The dollar ($) prefixed field '${misplaced}' in '${misplaced}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  if (specification.multi) throw new CommandError(9, 'multi update is not supported for replacement-style update');
  if (arrayFilters) throw new CommandError(9, 'arrayFilters may not be specified for replacement-style updates');
  return whole(specification, (document) => replace(document, modification), false);
}

function replace(document: Document, replacement: Document): Document {
  const id = document['_id'] as Value;
  const { _id: given = id } = replacement;
  return given === undefined ? replacement : withFirst('_id', given, replacement);
}

/** A modification that makes the whole document anew. */
function whole({ filter }: UpdateSpecification, change: (document: Document) => Document, equalities = true): Update {
  return {
    modify: (bytes) => {
      const document = decode(bytes);
      const id = document['_id'] as Value;
      const after = change(document);
      return { bytes: encode(withIdentity(after, id)), touched: null, leaves: null, replaces: !equalities };
    },
    upsert: () => {
      const base = decode(equalitiesOf(filter).encode());
      const id = base['_id'] as Value;
      const after = change(equalities ? base : id === undefined ? {} : { _id: id });
      const given = id === undefined ? (after['_id'] as Value) : id;
      return encode(withIdentity(after, given === undefined ? new ObjectId() : given));
    },
  };
}

function withIdentity(document: Document, id: Value): Document {
  const { _id: given = id } = document;
  if (!isEqual(given, id)) throw immutableIdentity(given);
  return withFirst('_id', id, document);
}

function immutableIdentity(id: Value): CommandError {
  return new CommandError(66, `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${show(id)}`);
}

function compileOperators(specification: UpdateSpecification, modification: Document): Update {
  const entries = Object.entries(modification).flatMap(([name, fields]) => compileOperator(name, fields, specification));
  const paths = entries.flatMap(({ path, from }) => (from ? [path, from] : [path]));
  const filters = compileArrayFilters(specification.arrayFilters, paths, specification);
  requireDistinct([...paths].sort(comparePaths));
  entries.sort((left, right) => comparePaths(left.path, right.path));
  const positional = paths.some((path) => path.includes('$'));
  const test = positional ? compileFilter(specification.filter, specification) : null;
  const updating = entries.filter(({ onInsert }) => !onInsert);
  const touched = new Set(paths.map(([first]) => first!));
  const leaves = paths.some((path) => path.some(isPlaceholder)) ? null : new Set(paths.map((path) => path.join('.')));
  return {
    modify: (bytes) => {
      const root = Container.parse(bytes, false);
      const position = (): number | null => {
        const matched = { position: null };
        return test?.(decode(bytes), matched) ? matched.position : null;
      };
      applyAll(root, updating, position, filters);
      return { bytes: root.encode(), touched, leaves, replaces: false };
    },
    upsert: () => {
      const root = equalitiesOf(specification.filter);
      applyAll(root, entries, () => null, filters);
      root.putFirst('_id', root.get('_id') ?? partOf(new ObjectId()));
      return root.encode();
    },
  };
}

function compileOperator(name: string, fields: Value, options: UpdateSpecification): Entry[] {
  if (name !== '$rename' && !Object.hasOwn(operators, name)) {
    throw new CommandError(9, `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`);
  }
  if (!isDocument(fields)) {
    throw new CommandError(
      9,
      `Modifiers operate on fields but we found type ${typeOf(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${show(fields)}}`,
    );
  }
  return Object.entries(fields).map(([path, operand]) => {
    const steps = parsePath(path);
    if (name === '$rename') return compileRename(path, steps, operand);
    return { operator: operators[name]!(operand, path, options), path: steps, onInsert: name === '$setOnInsert' };
  });
}

function compileRename(name: string, from: Path, to: Value): Entry {
  if (typeof to !== 'string') throw new CommandError(2, `The 'to' field for $rename must be a string: ${name}: ${show(to)}`);
  const path = parsePath(to);
  const placeholder = [...from, ...path].find(isPlaceholder);
  if (placeholder) throw new CommandError(2, `The source and destination field for $rename may not be dynamic: ${name}`);
  if (name === to) throw new CommandError(2, `The source and target field for $rename must differ: ${name}: "${to}"`);
  return { operator: operators['$set']!(null, to, {}), path, from, onInsert: false };
}

function applyAll(root: Container, entries: readonly Entry[], position: () => number | null, filters: ArrayFilters): void {
  const identity = root.get('_id');
  const before = identity && valueOf(identity);
  if (entries.some(({ path }) => path.some(isPlaceholder))) applyResolved(root, entries, position, filters);
  else for (const entry of entries) apply(root, entry, entry.path);
  if (before === undefined) return;
  const after = root.get('_id');
  if (!after) throw new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
  if (after !== identity || after.node) {
    const value = valueOf(after);
    if (!isEqual(value, before)) {
      throw new CommandError(66, `Performing an update on the path '_id' would modify the immutable field '_id'`);
    }
  }
}

function applyResolved(root: Container, entries: readonly Entry[], position: () => number | null, filters: ArrayFilters): void {
  const resolved = entries
    .flatMap((entry) => resolve(root, entry.path, position, filters).map((path) => ({ entry, path })))
    .sort((left, right) => comparePaths(left.path, right.path));
  requireDistinct(resolved.map(({ path }) => path));
  for (const { entry, path } of resolved) apply(root, entry, path);
}

function apply(root: Container, { operator, from }: Entry, path: Path): void {
  if (from) return rename(root, from, path);
  const parent = parentOf(root, path, operator.creates);
  if (!parent) return operator.needsWay ? requireWay(root, path) : undefined;
  const step = path[path.length - 1]!;
  const current = parent.get(step);
  if (!current && operator.needsWay) requireWay(root, path);
  if (!current && !operator.creates) return;
  if (!current) requireRoom(parent, path);
  const place = { path: path.join('.'), id: identityOf(root) };
  const outcome = operator.apply(current && valueOf(current), place);
  if (outcome === unchanged) return;
  if (outcome === removed) parent.remove(step);
  else parent.put(step, partOf(outcome));
}

function identityOf(root: Container): Value {
  const part = root.get('_id');
  return part && valueOf(part);
}

function rename(root: Container, from: Path, to: Path): void {
  const source = parentOf(root, from, false, 'source');
  const name = from[from.length - 1]!;
  const part = source?.get(name);
  if (!source || !part) return;
  if (source.isArray) throw inArray('source', from);
  const target = parentOf(root, to, true, 'destination')!;
  if (target.isArray) throw inArray('destination', to);
  source.remove(name);
  target.put(to[to.length - 1]!, part);
}

function inArray(which: string, path: Path): CommandError {
  return new CommandError(2, `The ${which} field cannot be an array element, '${path.join('.')}'`);
}

/** What holds the last step of a path; made where it is missing and something is to be written there. */
function parentOf(root: Container, path: Path, creates: boolean, renamed?: string): Container | null {
  let node = root;
  for (let at = 0; at < path.length - 1; at++) {
    const step = path[at]!;
    if (renamed && node.isArray) throw inArray(renamed, path);
    const part: Part | undefined = node.get(step);
    if (!part && !creates) return null;
    if (!part) {
      requireRoom(node, path.slice(0, at + 1));
      const made = Container.empty();
      node.put(step, nodePart(made));
      node = made;
      continue;
    }
    const within = open(part);
    if (!within) {
      if (!creates) return null;
      throw notViable(path[at + 1]!, step, part);
    }
    node = within;
  }
  return node;
}

/** @throws CommandError where a missing path leads through a value that can hold no such field */
function requireWay(root: Container, path: Path): void {
  let node: Container | null = root;
  for (let at = 0; node && at < path.length; at++) {
    const step = path[at]!;
    const part: Part | undefined = node.get(step);
    if (!part && !(node.isArray && positionOf(step) < 0)) return;
    const within: Container | null = part ? open(part) : null;
    if (part && (within || at === path.length - 1)) {
      node = within;
      continue;
    }
    const [field, holder, value] = part ? [path[at + 1]!, step, valueOf(part)] : [step, path[at - 1]!, valueOf(nodePart(node))];
    throw new CommandError(
      28,
      `Cannot use the part (${field}) of (${path.join('.')}) to traverse the element ({${holder}: ${show(value)}})`,
    );
  }
}

function notViable(field: string, within: string, part: Part): CommandError {
  return new CommandError(28, `Cannot create field '${field}' in element {${within}: ${show(valueOf(part))}}`);
}

/** @throws CommandError where an array has no such element and can get none */
function requireRoom(parent: Container, path: Path): void {
  if (!parent.isArray) return;
  const step = path[path.length - 1]!;
  const position = positionOf(step);
  if (position < 0) throw notViable(step, path[path.length - 2] ?? '', nodePart(parent));
  if (position - parent.length > mostPadding) throw new CommandError(2, `can't backfill more than ${mostPadding} elements`);
}

/** The document of the values that a filter demands. */
function equalitiesOf(filter: Document): Container {
  const found = new Map<string, Value>();
  collectEqualities(filter, found);
  const root = Container.empty();
  const paths = [...found.keys()].map((path) => path.split('.')).sort(comparePaths);
  for (let at = 1; at < paths.length; at++) {
    const [shorter, longer] = [paths[at - 1]!, paths[at]!];
    if (shorter.every((step, position) => longer[position] === step)) throw matchedTwice(shorter.join('.'));
  }
  for (const [path, value] of found) {
    const steps = path.split('.');
    parentOf(root, steps, true)!.put(steps[steps.length - 1]!, partOf(value));
  }
  const id = root.get('_id');
  if (id) root.putFirst('_id', id);
  return root;
}

function matchedTwice(path: string): CommandError {
  return new CommandError(54, `cannot infer query fields to set, path '${path}' is matched twice`);
}

function collectEqualities(filter: Document, found: Map<string, Value>): void {
  for (const [path, condition] of Object.entries(filter) as [string, Value][]) {
    const branches = path === '$and' || (path === '$or' && Array.isArray(condition) && condition.length === 1);
    if (branches) for (const part of condition as Document[]) collectEqualities(part, found);
    if (path.startsWith('$')) continue;
    if (demandsSeveral(condition)) throw matchedTwice(path);
    const value = equalityOf(condition);
    if (value === undefined) continue;
    if (found.has(path)) throw matchedTwice(path);
    found.set(path, value);
  }
}

/** Whether `$all` names values that no field has at once, unless it is an array. */
function demandsSeveral(condition: Value): boolean {
  const all = isOperators(condition) ? field(condition, '$all') : undefined;
  if (!Array.isArray(all) || all.some((value) => isPattern(value) || isOperators(value))) return false;
  return all.some((value) => !isEqual(value, all[0]));
}

function equalityOf(condition: Value): Value {
  if (isPattern(condition)) return undefined;
  if (!isOperators(condition)) return condition;
  const optionOf = (name: string): Value => {
    const list = field(condition, name);
    return Array.isArray(list) && list.length === 1 && !isPattern(list[0]) && !isOperators(list[0]) ? (list[0] as Value) : undefined;
  };
  const equal = field(condition, '$eq');
  return equal !== undefined ? equal : (optionOf('$in') ?? optionOf('$all'));
}
