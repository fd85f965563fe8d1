/** The order of a list's elements, as `$push` and `$sortArray` sort them: whole, or by fields of theirs. */
import type { Collation } from './collation.js';
import { CommandError } from './errors.js';
import { isPosition } from './query/paths.js';
import { compare } from './values/order.js';
import { field, isDocument, isNumeric, toNumber, type Value } from './values/types.js';

/** @throws CommandError where it says no order */
export function elementOrder(sort: Value, collation: Collation | null | undefined): (left: Value, right: Value) => number {
  if (isNumeric(sort)) {
    const sign = directionOf(sort);
    return (left, right) => sign * compare(left, right, collation);
  }
  const fields = fieldsOf(sort);
  return (left, right) => {
    for (const [path, sign] of fields) {
      const order = compare(reach(left, path), reach(right, path), collation);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

function bad(message: string): CommandError {
  return new CommandError(2, message);
}

function directionOf(value: Value): 1 | -1 {
  const number = isNumeric(value) ? toNumber(value) : NaN;
  if (number !== 1 && number !== -1) throw bad('The $sort element value must be either 1 or -1');
  return number;
}

function fieldsOf(sort: Value): [path: string[], sign: 1 | -1][] {
  if (!isDocument(sort)) throw bad('The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields');
  const fields = Object.entries(sort) as [string, Value][];
  if (fields.length === 0) throw bad('The $sort pattern is empty when it should be a set of fields.');
  return fields.map(([path, direction]) => {
    const steps = path.split('.');
    if (steps.includes('')) throw bad(`The $sort field '${path}' is an empty or malformed path`);
    return [steps, directionOf(direction)];
  });
}

/** What is missing sorts as null does; a number in the path is a position in a list. */
function reach(value: Value, path: readonly string[]): Value {
  let inner = value;
  for (const step of path) {
    if (isDocument(inner)) inner = field(inner, step);
    else if (Array.isArray(inner) && isPosition(step)) inner = inner[Number(step)];
    else return null;
  }
  return inner ?? null;
}
