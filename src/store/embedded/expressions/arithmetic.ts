/** Numbers, by MongoDB's rules of numeric types. */
import { Decimal128, Long } from 'bson';
import { CommandError } from '../errors.js';
import { add, decimalParts, infiniteText, multiply, negate, wholeOf, wholeValue } from '../values/arithmetic.js';
import { addExact, divideExact, exactOf, expansionOf, remainderExact, toDecimal } from '../values/decimal.js';
import { compare } from '../values/order.js';
import { double, isNumeric, isZero, toNumber, typeOf, type Value } from '../values/types.js';
import type { OperatorCompiler } from './compile.js';
import { absent, fixed, unary, variadic } from './define.js';

function requireNumeric(name: string, value: Value, code: number): void {
  if (!isNumeric(value)) throw new CommandError(code, `${name} only supports numeric types, not ${typeOf(value)}`);
}

function sum(values: Value[]): Value {
  let total: Value = 0;
  let date: Date | null = null;
  for (const value of values) {
    if (absent(value)) return null;
    if (value instanceof Date) {
      if (date) throw new CommandError(16612, 'only one date allowed in an $add expression');
      date = value;
    } else {
      if (!isNumeric(value)) throw new CommandError(14, `$add only supports numeric or date types, not ${typeOf(value)}`);
      total = add(total, value, 'double');
    }
  }
  return date ? new Date(date.getTime() + Math.round(toNumber(total))) : total;
}

function subtract([left, right]: Value[]): Value {
  if (absent(left) || absent(right)) return null;
  if (left instanceof Date && right instanceof Date) return Long.fromNumber(left.getTime() - right.getTime());
  if (left instanceof Date && isNumeric(right)) return new Date(left.getTime() - Math.round(toNumber(right)));
  if (!isNumeric(left) || !isNumeric(right)) {
    throw new CommandError(14, `can't $subtract ${typeOf(right)} from ${typeOf(left)}`);
  }
  if (typeOf(left) === 'decimal' || typeOf(right) === 'decimal')
    return decimalOr(
      left,
      right,
      (a, b) => toDecimal(addExact(a, { ...b, digits: -b.digits })),
      (a, b) => a - b,
    );
  return add(left, negate(right), 'double');
}

function product(values: Value[]): Value {
  let total: Value = 1;
  for (const value of values) {
    if (absent(value)) return null;
    requireNumeric('$multiply', value, 14);
    total = multiply(total, value, 'double');
  }
  return total;
}

type Exact = NonNullable<ReturnType<typeof decimalParts>>;

function decimalOr(left: Value, right: Value, exact: (a: Exact, b: Exact) => Value, rough: (a: number, b: number) => number): Value {
  const [a, b] = [decimalParts(left), decimalParts(right)];
  if (a && b) return exact(a, b);
  return Decimal128.fromString(infiniteText(rough(toNumber(left), toNumber(right))));
}

function divide([left, right]: Value[]): Value {
  if (absent(left) || absent(right)) return null;
  if (!isNumeric(left) || !isNumeric(right)) {
    throw new CommandError(14, `$divide only supports numeric types, not ${typeOf(left)} and ${typeOf(right)}`);
  }
  if (isZero(right)) throw new CommandError(2, "can't $divide by zero");
  if (typeOf(left) === 'decimal' || typeOf(right) === 'decimal')
    return decimalOr(
      left,
      right,
      (a, b) => toDecimal(divideExact(a, b)),
      (a, b) => a / b,
    );
  return double(toNumber(left) / toNumber(right));
}

function remainder([left, right]: Value[]): Value {
  if (absent(left) || absent(right)) return null;
  if (!isNumeric(left) || !isNumeric(right)) {
    throw new CommandError(16611, `$mod only supports numeric types, not ${typeOf(left)} and ${typeOf(right)}`);
  }
  if (isZero(right)) throw new CommandError(16610, "can't $mod by zero");
  const [type, otherType] = [typeOf(left), typeOf(right)];
  if (type === 'decimal' || otherType === 'decimal')
    return decimalOr(
      left,
      right,
      (a, b) => toDecimal(remainderExact(a, b)),
      (a, b) => a % b,
    );
  if (type === 'double' || otherType === 'double') return double(toNumber(left) % toNumber(right));
  const rest = wholeOf(left) % wholeOf(right);
  return type === 'int' && otherType === 'int' ? wholeValue(rest) : Long.fromBigInt(rest);
}

/** A function of doubles; a decimal would need more digits than JavaScript's functions give. */
const real = (run: (value: number) => number, domain?: (value: number) => boolean, code = 28766): OperatorCompiler =>
  unary((value, name) => {
    if (absent(value)) return null;
    requireNumeric(name, value, 28765);
    if (value instanceof Decimal128) throw new CommandError(238, `${name} of a decimal is not implemented`);
    const number = toNumber(value);
    if (domain && !Number.isNaN(number) && !domain(number))
      throw new CommandError(code, `${name}'s argument is outside of its domain: ${number}`);
    return double(run(number));
  });

/** Rounding to a whole number keeps the type. */
const whole = (run: (value: number) => number, mode: 'ceil' | 'floor'): OperatorCompiler =>
  unary((value, name) => {
    if (absent(value)) return null;
    requireNumeric(name, value, 28765);
    if (value instanceof Decimal128) return roundDecimal(value, 0, mode);
    return typeOf(value) === 'double' ? double(run(toNumber(value))) : value;
  });

function placed(mode: 'round' | 'trunc'): OperatorCompiler {
  return fixed(1, 2, (values, _context, name) => {
    const [value, place] = values.length === 1 ? [values[0], 0] : values;
    if (absent(value) || absent(place)) return null;
    requireNumeric(name, value, 51081);
    const places = isNumeric(place) ? toNumber(place) : NaN;
    if (!Number.isInteger(places)) throw new CommandError(51082, `precision argument to ${name} must be a integral value`);
    if (places < -20 || places > 100)
      throw new CommandError(51083, `cannot apply ${name} with precision value ${places} value must be in [-20, 100]`);
    if (value instanceof Decimal128) return roundDecimal(value, places, mode);
    if (typeOf(value) !== 'double') return places >= 0 ? value : roundWhole(value, places, mode);
    const number = toNumber(value);
    if (!Number.isFinite(number)) return value;
    const { digits, exponent } = roundExact(expansionOf(number), places, mode);
    return double(Number(`${digits}E${exponent}`));
  });
}

function roundWhole(value: Value, places: number, mode: 'round' | 'trunc'): Value {
  const rounded = roundDigits(wholeOf(value), 10n ** BigInt(-places), mode) * 10n ** BigInt(-places);
  return typeOf(value) === 'int' ? wholeValue(rounded) : Long.fromBigInt(rounded);
}

type Rounding = 'round' | 'trunc' | 'ceil' | 'floor';

function roundDecimal(value: Decimal128, places: number, mode: Rounding): Decimal128 {
  const exact = exactOf(value);
  if (!exact || exact.exponent >= -places) return value;
  return toDecimal(roundExact(exact, places, mode));
}

function roundExact(exact: Exact, places: number, mode: Rounding): Exact {
  if (exact.exponent >= -places) return exact;
  return { digits: roundDigits(exact.digits, 10n ** BigInt(-places - exact.exponent), mode), exponent: -places };
}

function roundDigits(digits: bigint, by: bigint, mode: Rounding): bigint {
  const quotient = digits / by;
  const rest = digits % by;
  if (rest === 0n || mode === 'trunc') return quotient;
  if (mode === 'ceil') return rest > 0n ? quotient + 1n : quotient;
  if (mode === 'floor') return rest < 0n ? quotient - 1n : quotient;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice < by || (twice === by && quotient % 2n === 0n)) return quotient;
  return quotient + (digits < 0n ? -1n : 1n);
}

function power([base, exponent]: Value[]): Value {
  if (absent(base) || absent(exponent)) return null;
  requireNumeric('$pow', base, 28762);
  requireNumeric('$pow', exponent, 28763);
  if (base instanceof Decimal128 || exponent instanceof Decimal128) throw new CommandError(238, '$pow of a decimal is not implemented');
  const [type, exponentType] = [typeOf(base), typeOf(exponent)];
  let times = toNumber(exponent);
  if (toNumber(base) === 0 && times < 0) throw new CommandError(28764, '$pow cannot take a base of 0 and a negative exponent');
  const whole = type !== 'double' && exponentType !== 'double';
  if (whole && (toNumber(base) === 1 || toNumber(base) === -1)) times = Math.abs(times % 2);
  if (type === 'double' || exponentType === 'double' || times < 0) return double(toNumber(base) ** times);
  if (toNumber(base) ** times >= 2 ** 63 || toNumber(base) ** times < -(2 ** 63)) return double(toNumber(base) ** times);
  const result = wholeOf(base) ** BigInt(times);
  return type === 'int' && exponentType === 'int' ? wholeValue(result) : Long.fromBigInt(result);
}

const bitwise = (start: bigint, run: (left: bigint, right: bigint) => bigint): OperatorCompiler =>
  variadic((values, _context, name) => {
    if (values.some(absent)) return null;
    const foreign = values.find((value) => !['int', 'long'].includes(typeOf(value)));
    if (foreign !== undefined) throw new CommandError(14, `${name} only supports int and long operands, not ${typeOf(foreign)}`);
    const result = values.reduce<bigint>((all, value) => run(all, wholeOf(value)), start);
    return values.some((value) => value instanceof Long) ? Long.fromBigInt(result) : Number(result);
  });

export const arithmetic: Record<string, OperatorCompiler> = {
  $add: variadic(sum),
  $subtract: fixed(2, 2, subtract),
  $multiply: variadic(product),
  $divide: fixed(2, 2, divide),
  $mod: fixed(2, 2, remainder),
  $abs: unary((value, name) => {
    if (absent(value)) return null;
    requireNumeric(name, value, 28765);
    return compare(value, 0) < 0 || Object.is(value, -0) ? negate(value) : value;
  }),
  $ceil: whole(Math.ceil, 'ceil'),
  $floor: whole(Math.floor, 'floor'),
  $round: placed('round'),
  $trunc: placed('trunc'),
  $pow: fixed(2, 2, power),
  $exp: real(Math.exp),
  $sqrt: real(Math.sqrt, (value) => value >= 0, 28714),
  $ln: real(Math.log, (value) => value > 0),
  $log10: real(Math.log10, (value) => value > 0, 28761),
  $log: fixed(2, 2, ([value, base]) => {
    if (absent(value) || absent(base)) return null;
    requireNumeric('$log', value, 28756);
    requireNumeric('$log', base, 28757);
    if (value instanceof Decimal128 || base instanceof Decimal128) throw new CommandError(238, '$log of a decimal is not implemented');
    if (toNumber(value) <= 0) throw new CommandError(28758, `$log's argument must be a positive number, but is ${toNumber(value)}`);
    if (toNumber(base) <= 0 || toNumber(base) === 1) {
      throw new CommandError(28759, `$log's base must be a positive number not equal to 1, but is ${toNumber(base)}`);
    }
    return double(Math.log(toNumber(value)) / Math.log(toNumber(base)));
  }),
  $sin: real(Math.sin, Number.isFinite),
  $cos: real(Math.cos, Number.isFinite),
  $tan: real(Math.tan, Number.isFinite),
  $asin: real(Math.asin, (value) => value >= -1 && value <= 1),
  $acos: real(Math.acos, (value) => value >= -1 && value <= 1),
  $atan: real(Math.atan),
  $sinh: real(Math.sinh),
  $cosh: real(Math.cosh),
  $tanh: real(Math.tanh),
  $asinh: real(Math.asinh),
  $acosh: real(Math.acosh, (value) => value >= 1),
  $atanh: real(Math.atanh, (value) => value >= -1 && value <= 1),
  $atan2: fixed(2, 2, ([y, x]) => {
    if (absent(y) || absent(x)) return null;
    requireNumeric('$atan2', y, 51044);
    requireNumeric('$atan2', x, 51045);
    return double(Math.atan2(toNumber(y), toNumber(x)));
  }),
  $degreesToRadians: real((value) => value * (Math.PI / 180)),
  $radiansToDegrees: real((value) => value * (180 / Math.PI)),
  $bitAnd: bitwise(-1n, (left, right) => left & right),
  $bitOr: bitwise(0n, (left, right) => left | right),
  $bitXor: bitwise(0n, (left, right) => left ^ right),
  $bitNot: unary((value) => {
    if (absent(value)) return null;
    if (!['int', 'long'].includes(typeOf(value))) throw new CommandError(14, `$bitNot only supports int and long, not: ${typeOf(value)}.`);
    return value instanceof Long ? value.not() : ~(value as number);
  }),
  $rand: () => () => Math.random(),
};
