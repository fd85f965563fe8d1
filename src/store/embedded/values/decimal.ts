/** Arithmetic on decimals of 34 digits, by whole numbers of any size. */
import { Decimal128 } from 'bson';

/** A finite number as `digits × 10^exponent`. */
export interface Exact {
  digits: bigint;
  exponent: number;
}

const precision = 34;
const smallestExponent = -6176;
const largestExponent = 6111;

/** The exact value, or null where it is infinite or not a number. */
export function exactOf(decimal: Decimal128): Exact | null {
  return parseExact(decimal.toString());
}

export function parseExact(text: string): Exact | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(`${whole}${fraction}` || '0');
  return { digits: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

/** A double as a decimal of 15 digits, which is how MongoDB converts it. */
export function exactOfDouble(value: number): Exact {
  return parseExact(value === 0 ? '0' : value.toPrecision(15))!;
}

const bits = new DataView(new ArrayBuffer(8));

/** All decimal digits of a finite double. */
export function expansionOf(value: number): Exact {
  bits.setFloat64(0, value);
  const [high, low] = [bits.getUint32(0), bits.getUint32(4)];
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(low);
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const power = Math.max(biased, 1) - 1075;
  const signed = value < 0 ? -mantissa : mantissa;
  if (power >= 0) return { digits: signed << BigInt(power), exponent: 0 };
  return { digits: signed * 5n ** BigInt(-power), exponent: power };
}

export function toDecimal({ digits, exponent }: Exact): Decimal128 {
  let rounded = digits;
  let power = exponent;
  const excess = String(rounded < 0n ? -rounded : rounded).length - precision;
  if (excess > 0) {
    rounded = divideRounded(rounded, 10n ** BigInt(excess));
    power += excess;
  }
  if (power < smallestExponent) {
    rounded = divideRounded(rounded, 10n ** BigInt(Math.min(smallestExponent - power, 40)));
    power = smallestExponent;
  }
  if (power > largestExponent && rounded !== 0n) {
    const room = precision - String(rounded < 0n ? -rounded : rounded).length;
    const shift = Math.min(power - largestExponent, room);
    rounded *= 10n ** BigInt(shift);
    power -= shift;
    if (power > largestExponent) return Decimal128.fromString(rounded < 0n ? '-Infinity' : 'Infinity');
  }
  return Decimal128.fromString(`${rounded}E${power}`);
}

/** Half to even, as decimals are rounded. */
function divideRounded(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  const rest = value % by;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice < by || (twice === by && quotient % 2n === 0n)) return quotient;
  return quotient + (value < 0n ? -1n : 1n);
}

export function addExact(left: Exact, right: Exact): Exact {
  const exponent = Math.min(left.exponent, right.exponent);
  return { digits: scaled(left, exponent) + scaled(right, exponent), exponent };
}

export function multiplyExact(left: Exact, right: Exact): Exact {
  return { digits: left.digits * right.digits, exponent: left.exponent + right.exponent };
}

/** @returns the quotient to more digits than a decimal has; the divisor is not zero */
export function divideExact(dividend: Exact, by: Exact): Exact {
  const shift = 80;
  const digits = (dividend.digits * 10n ** BigInt(shift)) / by.digits;
  const exact = (dividend.digits * 10n ** BigInt(shift)) % by.digits === 0n;
  let exponent = dividend.exponent - by.exponent - shift;
  if (!exact) return { digits, exponent };
  const ideal = dividend.exponent - by.exponent;
  let trimmed = digits;
  while (exponent < ideal && trimmed % 10n === 0n) {
    trimmed /= 10n;
    exponent++;
  }
  return { digits: trimmed, exponent };
}

export function remainderExact(dividend: Exact, by: Exact): Exact {
  const exponent = Math.min(dividend.exponent, by.exponent);
  return { digits: scaled(dividend, exponent) % scaled(by, exponent), exponent };
}

function scaled({ digits, exponent }: Exact, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}
