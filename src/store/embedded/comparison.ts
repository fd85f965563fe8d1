/**
 * Comparisons in filters by the order of index keys, so that a filter finds the same documents with
 * and without an index, whatever kinds of number BSON has. Everything else of a filter is mingo's.
 */
import { Context } from 'mingo/core';
import * as expressionOperators from 'mingo/operators/expression';
import * as queryOperators from 'mingo/operators/query';
import { Query } from 'mingo/query';
import type { Document } from 'bson';
import { valuesAt } from './index-entries.js';
import { encodeValue } from './key.js';

type Test = (value: unknown) => boolean;

/** A predicate that holds where some value at the path, or some element of an array there, passes the test. */
function some(path: string, test: Test): (document: Document) => boolean {
  const steps = path.split('.');
  return (document) => valuesAt(document, steps, 0).some((value) => test(value) || (Array.isArray(value) && value.some(test)));
}

function equalTo(operand: unknown): Test {
  if (operand === null || operand === undefined) return (value) => value === null || value === undefined;
  if (operand instanceof RegExp) return (value) => (typeof value === 'string' ? new RegExp(operand).test(value) : isSame(value, operand));
  return (value) => value !== null && value !== undefined && isSame(value, operand);
}

function isSame(value: unknown, operand: unknown): boolean {
  if (typeof value === 'string' || typeof operand === 'string') return value === operand;
  if (typeof value === 'number' && typeof operand === 'number') return value === operand || (Number.isNaN(value) && Number.isNaN(operand));
  return encodeValue(value).equals(encodeValue(operand));
}

/** Only values of the operand's own kind are on either side of it. */
function ordered(operand: unknown, holds: (order: number) => boolean): Test {
  if (operand === null || operand === undefined) return (value) => holds(0) && (value === null || value === undefined);
  const key = encodeValue(operand);
  return (value) => {
    if (typeof value === 'number' && typeof operand === 'number')
      return holds(value < operand ? -1 : value > operand ? 1 : value === operand ? 0 : NaN);
    if (typeof value === 'string' && typeof operand === 'string') return holds(Buffer.compare(Buffer.from(value), Buffer.from(operand)));
    const other = encodeValue(value);
    return other[0] === key[0] && holds(Buffer.compare(other, key));
  };
}

const anyOf = (path: string, operands: unknown[]): ((document: Document) => boolean) => {
  const tests = operands.map(equalTo);
  return some(path, (value) => tests.some((test) => test(value)));
};

const comparisons = {
  $eq: (path: string, operand: unknown) => some(path, equalTo(operand)),
  $ne: (path: string, operand: unknown) => not(some(path, equalTo(operand))),
  $in: anyOf,
  $nin: (path: string, operands: unknown[]) => not(anyOf(path, operands)),
  $gt: (path: string, operand: unknown) =>
    some(
      path,
      ordered(operand, (order) => order > 0),
    ),
  $gte: (path: string, operand: unknown) =>
    some(
      path,
      ordered(operand, (order) => order >= 0),
    ),
  $lt: (path: string, operand: unknown) =>
    some(
      path,
      ordered(operand, (order) => order < 0),
    ),
  $lte: (path: string, operand: unknown) =>
    some(
      path,
      ordered(operand, (order) => order <= 0),
    ),
};

function not(predicate: (document: Document) => boolean): (document: Document) => boolean {
  return (document) => !predicate(document);
}

const context = Context.init({ query: { ...queryOperators, ...comparisons } as never, expression: { ...expressionOperators } });

/** @throws Error where the filter is malformed */
export function compile(filter: Document): (document: Document) => boolean {
  const query = new Query(filter, { context });
  return (document) => query.test(document);
}
