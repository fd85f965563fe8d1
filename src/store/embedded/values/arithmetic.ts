/** Sums and products that keep MongoDB's rules of numeric types: int, long, double, decimal, in that order. */
import { Decimal128, Long } from 'bson';
import { addExact, exactOf, exactOfDouble, multiplyExact, toDecimal, type Exact } from './decimal.js';
import { double, fitsInt, toNumber, typeOf, type Value } from './types.js';

const longest = 2n ** 63n;

export type Overflow = 'refuse' | 'double';

/** @throws RangeError where a whole number would need more than 64 bits and overflow is refused */
export function add(left: Value, right: Value, overflow: Overflow = 'refuse'): Value {
  if (typeof left === 'number' && typeof right === 'number' && fitsInt(left) && fitsInt(right)) return sum(left + right);
  return combine(
    left,
    right,
    overflow,
    (a, b) => a + b,
    (a, b) => a + b,
    addExact,
  );
}

/** @throws RangeError where a whole number would need more than 64 bits and overflow is refused */
export function multiply(left: Value, right: Value, overflow: Overflow = 'refuse'): Value {
  return combine(
    left,
    right,
    overflow,
    (a, b) => a * b,
    (a, b) => a * b,
    multiplyExact,
  );
}

export function negate(value: Value): Value {
  return multiply(value, -1, 'double');
}

function sum(result: number): Value {
  return fitsInt(result) ? result : Long.fromNumber(result);
}

function combine(
  left: Value,
  right: Value,
  overflow: Overflow,
  onDoubles: (a: number, b: number) => number,
  onWholes: (a: bigint, b: bigint) => bigint,
  onDecimals: (a: Exact, b: Exact) => Exact,
): Value {
  const [type, otherType] = [typeOf(left), typeOf(right)];
  if (type === 'decimal' || otherType === 'decimal') {
    const [a, b] = [decimalParts(left), decimalParts(right)];
    if (a && b) return toDecimal(onDecimals(a, b));
    return Decimal128.fromString(infiniteText(onDoubles(toNumber(left), toNumber(right))));
  }
  if (type === 'double' || otherType === 'double') return double(onDoubles(toNumber(left), toNumber(right)));
  const result = onWholes(wholeOf(left), wholeOf(right));
  if (type === 'int' && otherType === 'int') return wholeValue(result);
  if (result >= -longest && result < longest) return Long.fromBigInt(result);
  if (overflow === 'double') return double(Number(result));
  throw new RangeError('a whole number of more than 64 bits');
}

/** A whole number as the smallest type that holds it. */
export function wholeValue(value: bigint): Value {
  const number = Number(value);
  return fitsInt(number) ? number : Long.fromBigInt(value);
}

export function wholeOf(value: Value): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(toNumber(value));
}

/** A number without its fraction; null where it is infinite or not a number. */
export function truncated(value: Value): bigint | null {
  if (value instanceof Long) return value.toBigInt();
  if (!(value instanceof Decimal128)) return Number.isFinite(toNumber(value)) ? BigInt(Math.trunc(toNumber(value))) : null;
  const exact = exactOf(value);
  if (!exact) return null;
  const { digits, exponent } = exact;
  return exponent >= 0 ? digits * 10n ** BigInt(exponent) : digits / 10n ** BigInt(-exponent);
}

export function decimalParts(value: Value): Exact | null {
  if (value instanceof Decimal128) return exactOf(value);
  if (value instanceof Long) return { digits: value.toBigInt(), exponent: 0 };
  const number = toNumber(value);
  if (!Number.isFinite(number)) return null;
  return typeOf(value) === 'int' ? { digits: BigInt(number), exponent: 0 } : exactOfDouble(number);
}

export function infiniteText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}
