/** The update operators on one field: each takes what is there and says what is there afterwards. */
import { Long } from 'bson';
import type { Document } from 'bson';
import { nextTimestamp } from '../clock.js';
import { CommandError } from '../errors.js';
import { compileFilter, isOperators } from '../query/matching.js';
import { isPattern } from '../query/pattern.js';
import type { FilterOptions } from '../query/matching.js';
import { add, multiply } from '../values/arithmetic.js';
import { compare, isEqual } from '../values/order.js';
import { show } from '../values/show.js';
import { isDocument, isNumeric, toNumber, typeOf, type Value } from '../values/types.js';
import { removed, unchanged, type Operator, type Place } from './operator.js';
import { compilePush } from './push.js';

/** @throws CommandError where the operand is malformed */
export type OperatorCompiler = (operand: Value, path: string, options: FilterOptions) => Operator;

function bad(message: string): CommandError {
  return new CommandError(2, message);
}

export function where({ id }: Place): string {
  return `{_id: ${show(id)}}`;
}

export function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

const set: OperatorCompiler = (operand) => ({ creates: true, apply: () => operand });

const unset: OperatorCompiler = () => ({ creates: false, apply: () => removed });

function arithmetic(name: '$inc' | '$mul'): OperatorCompiler {
  const verb = name === '$inc' ? 'increment' : 'multiply';
  const combine = name === '$inc' ? add : multiply;
  return (operand, path) => {
    if (!isNumeric(operand)) throw new CommandError(14, `Cannot ${verb} with non-numeric argument: {${path}: ${show(operand)}}`);
    const initial = name === '$inc' ? operand : multiply(operand, 0);
    return {
      creates: true,
      apply: (current, place) => {
        if (current === undefined) return initial;
        if (!isNumeric(current)) {
          throw new CommandError(
            14,
            `Cannot apply ${name} to a value of non-numeric type. ${where(place)} has the field '${lastStep(place.path)}' of non-numeric type ${typeOf(current)}`,
          );
        }
        try {
          return combine(current, operand);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          throw bad(`Failed to apply ${name} operations to current value ((NumberLong)${show(current)}) for document ${where(place)}`);
        }
      },
    };
  };
}

function extreme(sign: 1 | -1): OperatorCompiler {
  return (operand, _path, { collation }) => ({
    creates: true,
    apply: (current) => (current === undefined || sign * compare(operand, current, collation) > 0 ? operand : unchanged),
  });
}

const bit: OperatorCompiler = (operand, path) => {
  if (!isDocument(operand)) {
    throw bad(
      `The $bit modifier is not compatible with a ${typeOf(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  }
  const steps = Object.entries(operand) as [string, Value][];
  if (steps.length === 0) throw bad(`You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}`);
  for (const [name, mask] of steps) {
    if (!['and', 'or', 'xor'].includes(name)) {
      throw bad(
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${show(mask)}}`,
      );
    }
    if (!['int', 'long'].includes(typeOf(mask))) {
      throw bad(
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeOf(mask)}' is not supported here: {${path}: ${show(mask)}}`,
      );
    }
  }
  return {
    creates: true,
    apply: (current, place) => {
      if (current !== undefined && !['int', 'long'].includes(typeOf(current))) {
        throw bad(
          `Cannot apply $bit to a value of non-integral type.${where(place)} has the field ${lastStep(place.path)} of non-integer type ${typeOf(current)}`,
        );
      }
      return steps.reduce<Value>((value, [name, mask]) => bitwise(name, value, mask), current ?? 0);
    },
  };
};

function bitwise(name: string, left: Value, right: Value): Value {
  const [a, b] = [BigInt(String(left)), BigInt(String(right))];
  const result = name === 'and' ? a & b : name === 'or' ? a | b : a ^ b;
  return left instanceof Long || right instanceof Long ? Long.fromBigInt(result) : Number(result);
}

const currentDate: OperatorCompiler = (operand) => {
  const type = isDocument(operand) ? (operand['$type'] as Value) : undefined;
  const other = isDocument(operand) ? Object.keys(operand).find((name) => name !== '$type') : undefined;
  if (other !== undefined) throw bad(`Unrecognized $currentDate option: ${other}`);
  if (typeof operand !== 'boolean' && type !== 'date' && type !== 'timestamp') {
    const found = isDocument(operand)
      ? `The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}`
      : `${typeOf(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`;
    throw bad(found);
  }
  return { creates: true, apply: () => (type === 'timestamp' ? nextTimestamp() : new Date()) };
};

const addToSet: OperatorCompiler = (operand, path, { collation }) => {
  const each = isDocument(operand) && '$each' in operand ? (operand['$each'] as Value) : undefined;
  if (each !== undefined && !Array.isArray(each)) {
    throw new CommandError(14, `The argument to $each in $addToSet must be an array but it was of type ${typeOf(each)}`);
  }
  if (each !== undefined && Object.keys(operand as Document).length > 1) {
    throw bad(`Found unexpected fields after $each in $addToSet: ${show(operand)}`);
  }
  const additions = each ?? [operand];
  return {
    creates: true,
    apply: (current) => {
      if (current !== undefined && !Array.isArray(current)) {
        throw bad(`Cannot apply $addToSet to non-array field. Field named '${lastStep(path)}' has non-array type ${typeOf(current)}`);
      }
      const result = [...((current as Value[] | undefined) ?? [])];
      for (const addition of additions) if (!result.some((other) => isEqual(addition, other, collation))) result.push(addition);
      return current !== undefined && result.length === (current as Value[]).length ? unchanged : result;
    },
  };
};

const pop: OperatorCompiler = (operand) => {
  const end = isNumeric(operand) ? toNumber(operand) : NaN;
  if (end !== 1 && end !== -1) throw new CommandError(9, `$pop expects 1 or -1, found: ${show(operand)}`);
  return {
    creates: false,
    needsWay: true,
    apply: (current, { path }) => {
      if (!Array.isArray(current)) throw new CommandError(14, `Path '${path}' contains an element of non-array type '${typeOf(current)}'`);
      if (current.length === 0) return unchanged;
      return end === 1 ? current.slice(0, -1) : current.slice(1);
    },
  };
};

function culling(keep: (element: Value) => boolean): Operator {
  return {
    creates: false,
    apply: (current) => {
      if (!Array.isArray(current)) throw bad('Cannot apply $pull to a non-array value');
      const kept = current.filter(keep);
      return kept.length === current.length ? unchanged : kept;
    },
  };
}

/** Elements that satisfy a condition: operators on the element, a filter on its fields, or a value it equals. */
const pull: OperatorCompiler = (operand, _path, options) => {
  if (isDocument(operand) && (isLogical(operand) || !isOperators(operand))) {
    const filter = compileFilter(operand, options);
    return culling((element) => !(isDocument(element) && filter(element)));
  }
  if (isDocument(operand) || isPattern(operand)) {
    const filter = compileFilter({ v: operand }, options);
    return culling((element) => !filter({ v: element }));
  }
  return culling((element) => !isEqual(element, operand, options.collation));
};

function isLogical(operand: Document): boolean {
  return Object.keys(operand).some((name) => ['$and', '$or', '$nor'].includes(name));
}

const pullAll: OperatorCompiler = (operand, _path, { collation }) => {
  if (!Array.isArray(operand)) throw bad(`$pullAll requires an array argument but was given a ${typeOf(operand)}`);
  return culling((element) => !operand.some((unwanted: Value) => isEqual(element, unwanted, collation)));
};

export const operators: Record<string, OperatorCompiler> = {
  $set: set,
  $setOnInsert: set,
  $unset: unset,
  $inc: arithmetic('$inc'),
  $mul: arithmetic('$mul'),
  $min: extreme(-1),
  $max: extreme(1),
  $bit: bit,
  $currentDate: currentDate,
  $addToSet: addToSet,
  $push: compilePush,
  $pop: pop,
  $pull: pull,
  $pullAll: pullAll,
};
