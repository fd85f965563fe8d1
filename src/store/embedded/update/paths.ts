/** The paths of an update: what they may be, which collide, and where placeholders lead in a document. */
import type { Document } from 'bson';
import { CommandError } from '../errors.js';
import { compileFilter, type Filter, type FilterOptions } from '../query/matching.js';
import { show } from '../values/show.js';
import { isDocument, type Value } from '../values/types.js';
import { open, positionOf, valueOf, type Container, type Part } from './mutable.js';

export type Path = readonly string[];

/** @throws CommandError where no field can be meant */
export function parsePath(path: string): Path {
  if (path === '') throw new CommandError(56, 'An empty update path is not valid.');
  const steps = path.split('.');
  if (steps.includes('')) throw new CommandError(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
  steps.forEach((step, at) => {
    if (step === '$' || /^\$\[\w*\]$/.test(step)) {
      if (at === 0) throw new CommandError(2, `Cannot have positional (i.e. '$') element in the first position in path '${path}'`);
      return;
    }
    if (step.startsWith('$[')) throw new CommandError(2, `Error parsing array filter: the identifier in '${path}' is malformed`);
    if (step.startsWith('$'))
      throw new CommandError(
        52,
        `The dollar ($) prefixed field '${step}' in '${path}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
  });
  if (steps.filter((step) => step === '$').length > 1) {
    throw new CommandError(2, `Too many positional (i.e. '$') elements found in path '${path}'`);
  }
  return steps;
}

export function isPlaceholder(step: string): boolean {
  return step.startsWith('$');
}

/** MongoDB's order of applying updates: by name, numbers by value. */
export function comparePaths(left: Path, right: Path): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const [first, second] = [left[at]!, right[at]!];
    if (first === second) continue;
    const [position, otherPosition] = [positionOf(first), positionOf(second)];
    if (position >= 0 && otherPosition >= 0) return position - otherPosition;
    return first < second ? -1 : 1;
  }
  return left.length - right.length;
}

/** @throws CommandError where one of the sorted paths is another's beginning */
export function requireDistinct(sorted: readonly Path[]): void {
  for (let at = 1; at < sorted.length; at++) {
    const [shorter, longer] = [sorted[at - 1]!, sorted[at]!];
    if (shorter.every((step, position) => longer[position] === step)) {
      throw new CommandError(40, `Updating the path '${longer.join('.')}' would create a conflict at '${shorter.join('.')}'`);
    }
  }
}

export type ArrayFilters = ReadonlyMap<string, Filter>;

/** @throws CommandError for a malformed array filter, and for one that no path uses */
export function compileArrayFilters(filters: Document[] | undefined, paths: readonly Path[], options: FilterOptions): ArrayFilters {
  const compiled = new Map<string, Filter>();
  for (const filter of filters ?? []) {
    if (!isDocument(filter)) throw new CommandError(14, "BSON field 'update.updates.arrayFilters' must hold objects");
    const names = identifiersOf(filter);
    if (names.size === 0) throw new CommandError(9, 'Cannot use an expression without a top-level field name in arrayFilters');
    if (names.size > 1) {
      const [left, right] = names;
      throw new CommandError(
        9,
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${left}' and '${right}'`,
      );
    }
    const [name] = names as unknown as [string];
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw new CommandError(
        2,
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      );
    }
    if (compiled.has(name)) throw new CommandError(9, `Found multiple array filters with the same top-level field name ${name}`);
    compiled.set(name, compileFilter(filter, options));
  }
  const used = new Set(paths.flat().flatMap((step) => /^\$\[(\w+)\]$/.exec(step)?.[1] ?? []));
  for (const name of compiled.keys()) {
    if (!used.has(name)) throw new CommandError(9, `The array filter for identifier '${name}' was not used in the update`);
  }
  for (const path of paths) {
    const missing = path.find((step) => /^\$\[\w+\]$/.test(step) && !compiled.has(step.slice(2, -1)));
    if (missing) throw new CommandError(2, `No array filter found for identifier '${missing.slice(2, -1)}' in path '${path.join('.')}'`);
  }
  return compiled;
}

/** The first steps of all paths that a filter speaks of. */
function identifiersOf(filter: Document, found = new Set<string>()): Set<string> {
  for (const [name, condition] of Object.entries(filter) as [string, Value][]) {
    if (!name.startsWith('$')) found.add(name.split('.')[0]!);
    else if (Array.isArray(condition)) for (const part of condition) if (isDocument(part)) identifiersOf(part, found);
  }
  return found;
}

/** The paths that one with placeholders stands for in a document. */
export function resolve(root: Container, path: Path, position: () => number | null, filters: ArrayFilters): Path[] {
  const found: Path[] = [];
  const follow = (node: Container | null, at: number, steps: string[], part?: Part): void => {
    const next = path.findIndex((step, from) => from >= at && isPlaceholder(step));
    if (next === -1) return void found.push([...steps, ...path.slice(at)]);
    let within = node;
    let last: Part | undefined = part;
    for (const step of path.slice(at, next)) {
      last = within?.get(step);
      within = last ? open(last) : null;
    }
    const before = [...steps, ...path.slice(at, next)];
    const placeholder = path[next]!;
    if (placeholder === '$') return follow(...elementAt(within, matchedPosition(position), before, next));
    for (const chosen of chosenElements(within, last, before, placeholder, filters)) follow(...elementAt(within, chosen, before, next));
  };
  follow(root, 0, []);
  return found;
}

function elementAt(within: Container | null, position: number, before: string[], at: number): [Container | null, number, string[], Part?] {
  const element = within?.get(String(position));
  return [element ? open(element) : null, at + 1, [...before, String(position)], element];
}

function matchedPosition(position: () => number | null): number {
  const matched = position();
  if (matched === null) throw new CommandError(2, 'The positional operator did not find the match needed from the query.');
  return matched;
}

function chosenElements(
  within: Container | null,
  last: Part | undefined,
  before: string[],
  placeholder: string,
  filters: ArrayFilters,
): number[] {
  const path = before.join('.');
  if (!last) throw new CommandError(2, `The path '${path}' must exist in the document in order to apply array updates.`);
  if (!within?.isArray)
    throw new CommandError(2, `Cannot apply array updates to non-array element ${before.at(-1)}: ${show(valueOf(last))}`);
  const name = placeholder.slice(2, -1);
  const filter = name === '' ? null : filters.get(name)!;
  return within.elements.flatMap((element, at) => (!filter || filter({ [name]: valueOf(element) }) ? [at] : []));
}
