/** Arrays and sets. */
import type { Document } from 'bson';
import { CommandError } from '../errors.js';
import { compare, isEqual } from '../values/order.js';
import { elementOrder } from '../element-order.js';
import { Fields } from '../values/fields.js';
import { isDocument, isNumeric, isTruthy, toNumber, typeOf, type Value } from '../values/types.js';
import { compileIn, named, within, type Context, type OperatorCompiler } from './compile.js';
import { absent, byName, fixed, namedOperands, unary, variadic } from './define.js';
import { requireVariable } from './logic.js';

function wholeNumber(value: Value, name: string, code: number): number {
  const number = isNumeric(value) ? toNumber(value) : NaN;
  if (!Number.isInteger(number)) throw new CommandError(code, `${name} requires a whole number, but found ${typeOf(value)}`);
  return number;
}

function requireArray(value: Value, name: string, code: number): Value[] {
  if (!Array.isArray(value)) throw new CommandError(code, `${name}'s argument must be an array, but is ${typeOf(value)}`);
  return value as Value[];
}

const elementAt: OperatorCompiler = fixed(2, 2, ([array, position]) => {
  if (absent(array) || absent(position)) return null;
  const elements = requireArray(array, '$arrayElemAt', 28689);
  const at = wholeNumber(position, '$arrayElemAt', 28690);
  return elements[at < 0 ? elements.length + at : at];
});

/** The variables that an operator over elements has: the element, under a name of the client's choice. */
function elementScope(operand: Document, context: Context, fallback = 'this'): { name: string; inner: Context } {
  const name = operand['as'] === undefined ? fallback : requireVariable(String(operand['as']));
  return { name, inner: named(context, name) };
}

const filter: OperatorCompiler = (operand, context) => {
  const given = namedOperands(operand, '$filter', ['input', 'cond'], ['as', 'limit']);
  const { name, inner } = elementScope(given, context);
  const input = compileIn(given['input'], context);
  const test = compileIn(given['cond'], inner);
  const limit = given['limit'] === undefined ? null : compileIn(given['limit'], context);
  return (scope) => {
    const array = input(scope);
    if (absent(array)) return null;
    if (!Array.isArray(array)) throw new CommandError(28651, `input to $filter must be an array not ${typeOf(array)}`);
    const most = limit ? (limit(scope) ?? null) : null;
    const kept = array.filter((element: Value) => isTruthy(test(within(scope, { [name]: element }))));
    if (most === null) return kept;
    const count = wholeNumber(most, '$filter', 327391);
    if (count < 1) throw new CommandError(327392, `$filter: limit must be greater than 0: ${count}`);
    return kept.slice(0, count);
  };
};

const map: OperatorCompiler = (operand, context) => {
  const given = namedOperands(operand, '$map', ['input', 'in'], ['as']);
  const { name, inner } = elementScope(given, context);
  const input = compileIn(given['input'], context);
  const body = compileIn(given['in'], inner);
  return (scope) => {
    const array = input(scope);
    if (absent(array)) return null;
    if (!Array.isArray(array)) throw new CommandError(16883, `input to $map must be an array not ${typeOf(array)}`);
    return array.map((element: Value) => body(within(scope, { [name]: element })) ?? null);
  };
};

const reduce: OperatorCompiler = (operand, context) => {
  const given = namedOperands(operand, '$reduce', ['input', 'initialValue', 'in']);
  const input = compileIn(given['input'], context);
  const initial = compileIn(given['initialValue'], context);
  const body = compileIn(given['in'], named(context, 'this', 'value'));
  return (scope) => {
    const array = input(scope);
    if (absent(array)) return null;
    if (!Array.isArray(array)) throw new CommandError(40080, `$reduce requires that 'input' be an array, found: ${typeOf(array)}`);
    return array.reduce<Value>((value, element: Value) => body(within(scope, { this: element, value })), initial(scope));
  };
};

const slice: OperatorCompiler = fixed(2, 3, (values) => {
  const [array, first, second] = values;
  if (absent(array) || absent(first) || (values.length === 3 && absent(second))) return null;
  if (!Array.isArray(array)) throw new CommandError(28724, `First argument to $slice must be an array, but is of type: ${typeOf(array)}`);
  const start = wholeNumber(first, '$slice', 28725);
  if (values.length === 2) return start >= 0 ? array.slice(0, start) : array.slice(start);
  const count = wholeNumber(second, '$slice', 28727);
  if (count <= 0) throw new CommandError(28729, `Third argument to $slice must be positive: ${count}`);
  const from = start < 0 ? Math.max(0, array.length + start) : start;
  return array.slice(from, from + count);
});

/** A number of 32 bits; `code` is for other types, the one after it for other numbers. */
function smallWhole(value: Value, name: string, code: number): number {
  if (!isNumeric(value)) throw new CommandError(code, `${name} requires a number, but found ${typeOf(value)}`);
  const number = toNumber(value);
  if (!Number.isInteger(number) || Math.abs(number + 0.5) > 2 ** 31)
    throw new CommandError(code + 1, `${name} requires a number that can be represented as a 32-bit integer, found ${number}`);
  return number;
}

const range: OperatorCompiler = fixed(2, 3, ([start, end, ...step]) => {
  const from = smallWhole(start, '$range', 34443);
  const to = smallWhole(end, '$range', 34445);
  const by = step.length === 0 ? 1 : smallWhole(step[0], '$range', 34447);
  if (by === 0) throw new CommandError(34449, '$range requires a non-zero step value');
  const length = Math.max(0, Math.ceil((to - from) / by));
  if (length > 1_000_000) throw new CommandError(146, '$range would use too much memory');
  return Array.from({ length }, (_, at) => from + at * by);
});

function boundOf(value: Value): number {
  const bound = wholeNumber(value, '$indexOfArray', 40096);
  if (bound < 0) throw new CommandError(40097, `$indexOfArray requires a nonnegative starting index, found: ${bound}`);
  return bound;
}

const indexOf: OperatorCompiler = fixed(2, 4, ([array, wanted, ...bounds], { collation }) => {
  if (absent(array)) return null;
  const elements = requireArray(array, '$indexOfArray', 40090);
  const from = bounds.length < 1 ? 0 : boundOf(bounds[0]);
  const to = bounds.length < 2 ? elements.length : boundOf(bounds[1]);
  for (let at = from; at < Math.min(to, elements.length); at++) if (isEqual(elements[at], wanted, collation)) return at;
  return -1;
});

const zipArrays: OperatorCompiler = byName(['inputs'], ['useLongestLength', 'defaults'], (given) => {
  const { inputs, useLongestLength, defaults } = given as Record<string, Value> & { inputs: Value[] };
  if (inputs.some(absent)) return null;
  const arrays = inputs.map((input) => requireArray(input, '$zip', 34468));
  const lengths = arrays.map((array) => array.length);
  const length = arrays.length === 0 ? 0 : useLongestLength === true ? Math.max(...lengths) : Math.min(...lengths);
  if (defaults !== undefined && useLongestLength !== true)
    throw new CommandError(34466, 'cannot specify defaults unless useLongestLength is true');
  if (defaults !== undefined && (!Array.isArray(defaults) || defaults.length !== arrays.length))
    throw new CommandError(34467, 'defaults and inputs must have the same length');
  const fallback = (defaults ?? []) as Value[];
  return Array.from({ length }, (_, at) => arrays.map((array, which) => (at < array.length ? array[at] : (fallback[which] ?? null))));
});

const zip: OperatorCompiler = (operand, context, name) => {
  const { inputs, useLongestLength = false, defaults = [] } = namedOperands(operand, name, ['inputs'], ['useLongestLength', 'defaults']);
  if (!Array.isArray(inputs)) throw new CommandError(34461, `inputs must be an array of expressions, found ${typeOf(inputs)}`);
  if (inputs.length === 0) throw new CommandError(34465, '$zip requires at least one input array');
  if (!Array.isArray(defaults)) throw new CommandError(34462, `defaults must be an array of expressions, found ${typeOf(defaults)}`);
  if (typeof useLongestLength !== 'boolean')
    throw new CommandError(34463, `useLongestLength must be a bool, found ${typeOf(useLongestLength)}`);
  return zipArrays(operand, context, name);
};

const objectToArray: OperatorCompiler = unary((value) => {
  if (absent(value)) return null;
  if (!isDocument(value)) throw new CommandError(40390, `$objectToArray requires a document input, found: ${typeOf(value)}`);
  return Object.entries(value).map(([k, v]) => ({ k, v: v as Value }));
});

const arrayToObject: OperatorCompiler = unary((value) => {
  if (absent(value)) return null;
  const document = new Fields();
  const elements = requireArray(value, '$arrayToObject', 40386);
  const pairs = Array.isArray(elements[0]);
  for (const element of elements) {
    if (Array.isArray(element) !== pairs)
      throw new CommandError(pairs ? 40396 : 40391, `$arrayToObject requires a consistent input format, found: ${typeOf(element)}`);
    const [key, paired] = pairOf(element);
    document.set(key, paired);
  }
  return document.document;
});

function pairOf(element: Value): [string, Value] {
  if (Array.isArray(element)) {
    if (element.length !== 2) throw new CommandError(40397, '$arrayToObject requires an array of size 2 arrays');
    if (typeof element[0] !== 'string')
      throw new CommandError(40395, '$arrayToObject requires an array of key-value pairs, with a string as the key');
    return element as [string, Value];
  }
  if (!isDocument(element)) throw new CommandError(40398, `Unrecognised input type format for $arrayToObject: ${typeOf(element)}`);
  const names = Object.keys(element);
  if (names.length !== 2) throw new CommandError(40392, "$arrayToObject requires an object keys of 'k' and 'v'");
  if (!names.includes('k') || !names.includes('v'))
    throw new CommandError(40393, "$arrayToObject requires an object with keys 'k' and 'v'");
  const key = element['k'] as Value;
  if (typeof key !== 'string') throw new CommandError(40394, `$arrayToObject requires 'k' to be a string, found: ${typeOf(key)}`);
  return [key, element['v'] as Value];
}

const sortArray: OperatorCompiler = (operand, context, name) => {
  const given = namedOperands(operand, name, ['input', 'sortBy']);
  const input = compileIn(given['input'], context);
  const order = elementOrder(given['sortBy'], context.collation);
  return (scope) => {
    const array = input(scope);
    return absent(array) ? null : [...requireArray(array, name, 2942504)].sort(order);
  };
};

const firstOrLast = (last: boolean): OperatorCompiler =>
  unary((value, name) => {
    if (absent(value)) return null;
    const array = requireArray(value, name, 28689);
    return last ? array.at(-1) : array[0];
  });

const several = (pick: (array: Value[], n: number, context: Context) => Value[]): OperatorCompiler =>
  byName(['n', 'input'], [], ({ n, input }, context, name) => {
    const count = wholeNumber(n, name, 5787902);
    if (count < 1) throw new CommandError(5787908, `'n' must be greater than 0, found ${count}`);
    if (absent(input)) throw new CommandError(5788200, 'Input must be an array');
    return pick(requireArray(input, name, 5788200), count, context);
  });

const ordered =
  (sign: number) =>
  (array: Value[], n: number, { collation }: Context) =>
    array
      .filter((element) => !absent(element))
      .sort((left, right) => sign * compare(left, right, collation))
      .slice(0, n);

function distinct(values: readonly Value[], { collation }: Context): Value[] {
  const sorted = [...values].sort((left, right) => compare(left, right, collation));
  return sorted.filter((value, at) => at === 0 || !isEqual(value, sorted[at - 1], collation));
}

const contains = (values: Value[], sought: Value, { collation }: Context): boolean =>
  values.some((other) => isEqual(sought, other, collation));

/** A set operator on two arrays, of which either may be missing. */
const pair = (code: number, run: (left: Value[], right: Value[], context: Context) => Value): OperatorCompiler =>
  fixed(2, 2, ([left, right], context, name) => {
    if (absent(left) || absent(right)) return null;
    return run(requireArray(left, name, code), requireArray(right, name, code), context);
  });

function setOf(values: Value[], context: Context, name: string, code: number, merge: (left: Value[], right: Value[]) => Value[]): Value {
  if (values.some(absent)) return null;
  const arrays = values.map((value) => requireArray(value, name, code));
  return arrays.length === 0 ? [] : distinct(arrays.reduce(merge), context);
}

export const arrays: Record<string, OperatorCompiler> = {
  $arrayElemAt: elementAt,
  $first: firstOrLast(false),
  $last: firstOrLast(true),
  $firstN: several((array, n) => array.slice(0, n)),
  $lastN: several((array, n) => array.slice(-n)),
  $minN: several(ordered(1)),
  $maxN: several(ordered(-1)),
  $filter: filter,
  $map: map,
  $reduce: reduce,
  $slice: slice,
  $range: range,
  $indexOfArray: indexOf,
  $zip: zip,
  $objectToArray: objectToArray,
  $arrayToObject: arrayToObject,
  $sortArray: sortArray,
  $isArray: unary((value) => Array.isArray(value)),
  $size: unary((value) => {
    if (!Array.isArray(value)) throw new CommandError(17124, `The argument to $size must be an array, but was of type: ${typeOf(value)}`);
    return value.length;
  }),
  $reverseArray: unary((value, name) => (absent(value) ? null : [...requireArray(value, name, 34435)].reverse())),
  $concatArrays: variadic((values, _context, name) => {
    if (values.some(absent)) return null;
    return values.flatMap((value) => requireArray(value, name, 28664));
  }),
  $in: fixed(2, 2, ([sought, array], context) => {
    if (!Array.isArray(array)) throw new CommandError(40081, `$in requires an array as a second argument, found: ${typeOf(array)}`);
    return contains(array, sought, context);
  }),
  $setUnion: variadic((values, context, name) => setOf(values, context, name, 17043, (left, right) => [...left, ...right])),
  $setIntersection: variadic((values, context, name) =>
    setOf(values, context, name, 17047, (left, right) => left.filter((value) => contains(right, value, context))),
  ),
  $setDifference: pair(17048, (left, right, context) =>
    left.filter((value, at) => !contains(right, value, context) && !contains(left.slice(0, at), value, context)),
  ),
  $setIsSubset: pair(17046, (left, right, context) => left.every((value) => contains(right, value, context))),
  $setEquals: variadic((values, context, name) => {
    if (values.length < 2) throw new CommandError(17045, `$setEquals needs at least two arguments, had: ${values.length}`);
    const sets = values.map((value) => distinct(requireArray(value, name, 17044), context));
    return sets.every(
      (set) => set.length === sets[0]!.length && set.every((element, at) => isEqual(element, sets[0]![at], context.collation)),
    );
  }),
  $allElementsTrue: unary((value, name) => requireArray(value, name, 17040).every(isTruthy)),
  $anyElementTrue: unary((value, name) => requireArray(value, name, 17041).some(isTruthy)),
};
