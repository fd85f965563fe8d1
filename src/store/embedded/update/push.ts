/** `$push` with `$each`, `$position`, `$sort` and `$slice`. */
import type { Document } from 'bson';
import { elementOrder } from '../element-order.js';
import { CommandError } from '../errors.js';
import type { FilterOptions } from '../query/matching.js';
import { show } from '../values/show.js';
import { isDocument, isNumeric, toNumber, typeOf, type Value } from '../values/types.js';
import type { Operator, Place } from './operator.js';

const clauses = new Set(['$each', '$position', '$sort', '$slice']);

function bad(message: string): CommandError {
  return new CommandError(2, message);
}

export function compilePush(operand: Value, path: string, { collation }: FilterOptions): Operator {
  const modified = isDocument(operand) && '$each' in operand;
  const { each, position, slice, order } = modified
    ? modifiers(operand, collation)
    : { each: [operand], position: null, slice: null, order: null };
  return {
    creates: true,
    apply: (current, place) => {
      if (current !== undefined && !Array.isArray(current)) throw notArray(path, current, place);
      let result = [...((current as Value[] | undefined) ?? [])];
      result.splice(position ?? result.length, 0, ...each);
      if (order) result.sort(order);
      if (slice !== null) result = slice >= 0 ? result.slice(0, slice) : result.slice(slice);
      return result;
    },
  };
}

function notArray(path: string, current: Value, { id }: Place): CommandError {
  return bad(`The field '${path}' must be an array but is of type ${typeOf(current)} in document {_id: ${show(id)}}`);
}

interface Modifiers {
  each: Value[];
  position: number | null;
  slice: number | null;
  order: ReturnType<typeof elementOrder> | null;
}

function modifiers(operand: Document, collation: FilterOptions['collation']): Modifiers {
  const unknown = Object.keys(operand).find((name) => !clauses.has(name));
  if (unknown !== undefined) throw bad(`Unrecognized clause in $push: ${unknown}`);
  const each = operand['$each'] as Value;
  if (!Array.isArray(each)) throw bad(`The argument to $each in $push must be an array but it was of type: ${typeOf(each)}`);
  return {
    each,
    position: whole('$position', operand['$position']),
    slice: whole('$slice', operand['$slice']),
    order: operand['$sort'] === undefined ? null : elementOrder(operand['$sort'], collation),
  };
}

function whole(name: string, value: Value): number | null {
  if (value === undefined) return null;
  const number = isNumeric(value) ? toNumber(value) : NaN;
  if (!Number.isInteger(number)) throw bad(`The value for ${name} must be an integer value but was given type: ${typeOf(value)}`);
  return number;
}
