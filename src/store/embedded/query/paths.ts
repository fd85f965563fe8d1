/** What a dotted path of a filter reaches in a document, arrays included. */
import type { Document } from 'bson';
import { field, isDocument, type Value } from '../values/types.js';

export type Test = (value: Value, matched?: Matched) => boolean;

/** Which element of an array satisfied a filter, for the positional operator. */
export interface Matched {
  position: number | null;
}

export const isPosition = (step: string): boolean => /^(0|[1-9]\d*)$/.test(step);

/** A predicate that holds where some value that the path reaches passes the test; `leaf` looks into a last array. */
export function reaches(
  path: string,
  test: Test,
  leaf: 'elements' | 'whole' = 'elements',
): (document: Document, matched?: Matched) => boolean {
  const steps = path.split('.');
  const atLeaf = leaf === 'elements' ? testElements(test) : test;
  if (steps.length === 1) return (document, matched) => atLeaf(field(document, path), matched);
  return (document, matched) => walk(field(document, steps[0]!), steps, 1, atLeaf, matched);
}

/** The test of a value and, where that is an array, of each of its elements. */
function testElements(test: Test): Test {
  return (value, matched) => {
    if (!Array.isArray(value)) return test(value);
    for (let at = 0; at < value.length; at++) {
      if (test(value[at])) return note(matched, at);
    }
    return test(value);
  };
}

function note(matched: Matched | undefined, at: number): true {
  if (matched) matched.position = at;
  return true;
}

function walk(value: Value, steps: readonly string[], at: number, test: Test, matched?: Matched): boolean {
  if (at === steps.length) return test(value, matched);
  if (isDocument(value)) return walk(field(value, steps[at]!), steps, at + 1, test, matched);
  if (!Array.isArray(value)) return test(undefined, matched);
  return walkArray(value, steps, at, test, matched);
}

function walkArray(value: Value[], steps: readonly string[], at: number, test: Test, matched?: Matched): boolean {
  const step = steps[at]!;
  if (isPosition(step)) {
    const position = Number(step);
    if (position < value.length && walk(value[position], steps, at + 1, test)) return note(matched, position);
    if (position >= value.length && !value.some(isDocument)) return test(undefined);
  }
  for (let position = 0; position < value.length; position++) {
    const element = value[position];
    if (isDocument(element) && walk(element, steps, at, test)) return note(matched, position);
  }
  return false;
}
