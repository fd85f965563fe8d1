/** A find's projection: plain inclusions and exclusions are cut from the bytes, the rest is computed. */
import type { Document } from 'bson';
import { CommandError } from './errors.js';
import { compileExpression, newScope } from './expressions/index.js';
import { applyTree, newTree, plant, type Leaf, type Tree } from './projection-tree.js';
import { compileFilter, elementTest, type FilterOptions } from './query/matching.js';
import { encode, pickFields } from './raw-document.js';
import { documentOf, type Row } from './reader.js';
import { everyField, type FieldChoice } from './stored-values.js';
import { withField } from './values/fields.js';
import { field, isDocument, isNumeric, isTruthy, toNumber, typeOf, type Value } from './values/types.js';

export type Projector = (document: Document) => Document;

interface Entry {
  path: string;
  kind: 'keep' | 'drop' | 'compute' | 'slice' | 'elemMatch' | 'position';
  leaf: Leaf;
}

/** Where a projection comes from: a find has operators on arrays that an aggregation has not. */
export interface ProjectionOptions extends FilterOptions {
  filter?: Document;
  find: boolean;
}

/** @throws CommandError where the projection is malformed */
export function compileProjection(projection: Document, options: ProjectionOptions): Projector {
  const entries = entriesOf(projection, '', options);
  const tree = treeOf(entries);
  const [position, ...others] = entries.filter(({ kind }) => kind === 'position');
  if (others.length > 0) throw new CommandError(31276, 'Cannot specify more than one positional projection per query.');
  const elemMatch = entries.findIndex(({ kind }) => kind === 'elemMatch');
  if (position && elemMatch >= 0)
    throw new CommandError(elemMatch > entries.indexOf(position) ? 31255 : 31256, 'Cannot specify positional operator and $elemMatch.');
  const prepare = position ? positional(position.path, options) : (document: Document) => document;
  return (document) => applyTree(prepare(document), tree, newScope(document, options.variables));
}

function entriesOf(projection: Document, prefix: string, options: ProjectionOptions): Entry[] {
  return Object.entries(projection).flatMap(([name, value]) => entryOf(prefix + name, value, options));
}

function entryOf(path: string, value: Value, options: ProjectionOptions): Entry[] {
  if (options.find && path.endsWith('.$')) {
    if (!isTruthy(value)) throw new CommandError(31395, 'positional projection cannot be used with exclusion');
    return [{ path: path.slice(0, -2), kind: 'position', leaf: 'keep' }];
  }
  if (isNumeric(value) || typeof value === 'boolean')
    return [isTruthy(value) ? { path, kind: 'keep', leaf: 'keep' } : { path, kind: 'drop', leaf: 'drop' }];
  if (isDocument(value)) {
    const first = Object.keys(value)[0];
    if (first === undefined) throw new CommandError(51270, `An empty sub-projection is not a valid value. Found empty object at path`);
    if (!first.startsWith('$')) return entriesOf(value, `${path}.`, options);
    if (first === '$meta') throw new CommandError(238, '$meta is not implemented');
    if (options.find && first === '$slice' && isFindSlice(value[first]))
      return [{ path, kind: 'slice', leaf: { change: sliceOf(value[first]) } }];
    if (options.find && first === '$elemMatch') return [{ path, kind: 'elemMatch', leaf: elemMatchOf(path, value[first], options) }];
  }
  return [{ path, kind: 'compute', leaf: { compute: compileExpression(value, options) } }];
}

/** A find's `$slice` takes numbers; the expression of the same name takes an array first. */
function isFindSlice(operand: Value): boolean {
  return isNumeric(operand) || (Array.isArray(operand) && operand.length <= 2 && isNumeric(operand[0]));
}

function sliceOf(operand: Value): (value: Value) => Value {
  const whole = (value: Value): number => Math.trunc(toNumber(value));
  if (!Array.isArray(operand)) {
    const count = whole(operand);
    return (value) => (Array.isArray(value) ? (count >= 0 ? value.slice(0, count) : value.slice(count)) : value);
  }
  if (operand.length !== 2 || !operand.every(isNumeric))
    throw new CommandError(28667, 'Invalid $slice syntax. The given syntax did not match the find() syntax');
  const [skip, limit] = operand.map(whole) as [number, number];
  if (limit <= 0) throw new CommandError(28724, `First argument to $slice must be an array, but is of type: ${typeOf(operand[0])}`);
  return (value) => {
    if (!Array.isArray(value)) return value;
    const from = skip < 0 ? Math.max(0, value.length + skip) : skip;
    return value.slice(from, from + limit);
  };
}

function elemMatchOf(path: string, operand: Value, options: FilterOptions): Leaf {
  if (path.includes('.')) throw new CommandError(31275, `Cannot use $elemMatch projection on a nested field`);
  const test = elementTest(operand, options);
  return {
    change: (value) => {
      const found = Array.isArray(value) ? value.findIndex((element) => test(element)) : -1;
      return found < 0 ? undefined : [(value as Value[])[found]];
    },
  };
}

/**
 * Whether the fields that are not named are kept: the first that says so decides, and the others must agree. What looks
 * into an array says nothing of it beside others; alone, `$slice` keeps the other fields, and `$elemMatch` does not.
 */
function treeOf(entries: readonly Entry[]): Tree {
  const decisive = entries.filter(({ path, kind }) => path !== '_id' && kind !== 'slice' && kind !== 'elemMatch');
  const including = decisive.find(({ kind }) => kind !== 'drop');
  const excluding = decisive.find(({ kind }) => kind === 'drop');
  if (including && excluding) throw mixed(decisive, including, excluding);
  const identity = entries.find(({ path }) => path === '_id');
  const keepsOthers = !including && (excluding !== undefined || !includesAlone(entries, identity));
  const tree = newTree(keepsOthers);
  for (const { path, leaf } of entries) if (!(keepsOthers && leaf === 'keep')) plant(tree, path, leaf);
  if (!keepsOthers && !identity && !entries.some(({ path }) => path.startsWith('_id.'))) plant(tree, '_id', 'keep');
  return tree;
}

/** Whether a projection that decides by no field but the `_id` is one of what it names. */
function includesAlone(entries: readonly Entry[], identity: Entry | undefined): boolean {
  if (identity !== undefined && identity.kind !== 'drop' && identity.kind !== 'slice') return true;
  const uses = (kind: Entry['kind']): boolean => entries.some((entry) => entry.kind === kind);
  return uses('elemMatch') && !uses('slice');
}

function mixed(decisive: readonly Entry[], including: Entry, excluding: Entry): CommandError {
  if (including.kind === 'compute') return new CommandError(31252, 'Cannot use an expression other than $meta in exclusion projection');
  return decisive[0] === excluding
    ? new CommandError(31253, `Cannot do inclusion on field ${including.path} in exclusion projection`)
    : new CommandError(31254, `Cannot do exclusion on field ${excluding.path} in inclusion projection`);
}

/** Leaves, of the array on the path, only the element that the filter matched. */
function positional(path: string, options: ProjectionOptions): Projector {
  const filter = compileFilter(options.filter ?? {}, options);
  const steps = path.split('.');
  return (document) => {
    const matched = { position: null as number | null };
    filter(document, matched);
    return narrow(document, steps, 0, matched.position) as Document;
  };
}

function narrow(value: Value, steps: readonly string[], at: number, position: number | null): Value {
  if (Array.isArray(value)) {
    if (position === null || position >= value.length) {
      throw new CommandError(
        51246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    }
    return [value[position]];
  }
  if (at === steps.length || !isDocument(value)) return value;
  const step = steps[at]!;
  const inner = field(value, step);
  if (inner === undefined) return value;
  return withField(value, step, narrow(inner, steps, at + 1, position));
}

/** What a find shows of a row. */
export interface Shown {
  /** The fields that are shown as they are stored; null where something is computed. */
  choice: FieldChoice | null;
  bytes(row: Row): Buffer;
}

export function shownBy(projection: Document | undefined, options: Omit<ProjectionOptions, 'find'> = {}): Shown {
  if (!projection || Object.keys(projection).length === 0) return { choice: everyField, bytes: (row) => row.bytes };
  const choice = choiceOf(projection);
  if (choice) return { choice, bytes: (row) => pickFields(row.bytes, choice.names, choice.keep) };
  const project = compileProjection(projection, { ...options, find: true });
  return { choice: null, bytes: (row) => encode(project(documentOf(row))) };
}

function choiceOf(projection: Document): FieldChoice | null {
  const { _id: identity, ...fields } = projection;
  const plain = (value: Value): boolean => typeof value === 'boolean' || isNumeric(value);
  const values = Object.entries(fields);
  if (values.some(([name, value]) => name === '' || name.includes('.') || name.startsWith('$') || !plain(value))) return null;
  if (identity !== undefined && !plain(identity)) return null;
  const kept = values.filter(([, value]) => isTruthy(value));
  if (kept.length !== 0 && kept.length !== values.length) return null;
  const keep = kept.length > 0 || (values.length === 0 && isTruthy(identity));
  const names = new Set(values.map(([name]) => name));
  const keepsIdentity = identity === undefined || isTruthy(identity);
  if (keep === keepsIdentity) names.add('_id');
  return { names, keep };
}
