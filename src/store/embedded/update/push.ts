/** `$push` with `$each`, `$position`, `$sort` and `$slice`. */
import type { Document } from 'bson';
import { CommandError } from '../errors.js';
import type { FilterOptions } from '../query/matching.js';
import { compare } from '../values/order.js';
import { show } from '../values/show.js';
import { field, isDocument, isNumeric, toNumber, typeOf, type Value } from '../values/types.js';
import type { Operator, Place } from './operator.js';

const clauses = new Set(['$each', '$position', '$sort', '$slice']);

function bad(message: string): CommandError {
  return new CommandError(2, message);
}

export function compilePush(operand: Value, path: string, { collation }: FilterOptions): Operator {
  const modified = isDocument(operand) && '$each' in operand;
  const { each, position, slice, sort } = modified ? modifiers(operand) : { each: [operand], position: null, slice: null, sort: null };
  return {
    creates: true,
    apply: (current, place) => {
      if (current !== undefined && !Array.isArray(current)) throw notArray(path, current, place);
      let result = [...((current as Value[] | undefined) ?? [])];
      result.splice(position ?? result.length, 0, ...each);
      if (sort) result.sort(sortBy(sort, collation));
      if (slice !== null) result = slice >= 0 ? result.slice(0, slice) : result.slice(slice);
      return result;
    },
  };
}

function notArray(path: string, current: Value, { id }: Place): CommandError {
  return bad(`The field '${path}' must be an array but is of type ${typeOf(current)} in document {_id: ${show(id)}}`);
}

function modifiers(operand: Document): { each: Value[]; position: number | null; slice: number | null; sort: Sort | null } {
  const unknown = Object.keys(operand).find((name) => !clauses.has(name));
  if (unknown !== undefined) throw bad(`Unrecognized clause in $push: ${unknown}`);
  const each = operand['$each'] as Value;
  if (!Array.isArray(each)) throw bad(`The argument to $each in $push must be an array but it was of type: ${typeOf(each)}`);
  return {
    each,
    position: whole('$position', operand['$position']),
    slice: whole('$slice', operand['$slice']),
    sort: sortOf(operand['$sort']),
  };
}

function whole(name: string, value: Value): number | null {
  if (value === undefined) return null;
  const number = isNumeric(value) ? toNumber(value) : NaN;
  if (!Number.isInteger(number)) throw bad(`The value for ${name} must be an integer value but was given type: ${typeOf(value)}`);
  return number;
}

type Sort = [path: string[] | null, direction: 1 | -1][];

function sortOf(value: Value): Sort | null {
  if (value === undefined) return null;
  const direction = (one: Value): 1 | -1 => {
    const number = isNumeric(one) ? toNumber(one) : NaN;
    if (number !== 1 && number !== -1) throw bad('The $sort element value must be either 1 or -1');
    return number;
  };
  if (isNumeric(value)) return [[null, direction(value)]];
  if (!isDocument(value)) throw bad('The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields');
  const fields = Object.entries(value) as [string, Value][];
  if (fields.length === 0) throw bad('The $sort pattern is empty when it should be a set of fields.');
  return fields.map(([path, one]) => {
    if (path === '' || path.split('.').includes('')) throw bad(`The $sort field '${path}' is an empty or malformed path`);
    return [path.split('.'), direction(one)];
  });
}

function sortBy(sort: Sort, collation: FilterOptions['collation']): (one: Value, other: Value) => number {
  const reach = (value: Value, path: string[] | null): Value =>
    path === null ? value : path.reduce<Value>((within, step) => (isDocument(within) ? field(within, step) : undefined), value);
  return (one, other) => {
    for (const [path, direction] of sort) {
      const order = compare(reach(one, path), reach(other, path), collation);
      if (order !== 0) return order * direction;
    }
    return 0;
  };
}
