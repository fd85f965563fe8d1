/** Types and conversions between them. */
import { Binary, BSONSymbol, Decimal128, Double, Long, ObjectId, type Document } from 'bson';
import { CommandError } from '../errors.js';
import { decimalParts, infiniteText, truncated } from '../values/arithmetic.js';
import { parseExact, toDecimal } from '../values/decimal.js';
import { double, isNumeric, isTruthy, toNumber, typeNumbers, typeOf, type Value } from '../values/types.js';
import { compileIn, type OperatorCompiler } from './compile.js';
import { absent, namedOperands, unary } from './define.js';
import { parseDate } from './date-format.js';

type Convert = (value: Value) => Value;

function failure(value: Value, to: string, why?: string): CommandError {
  return new CommandError(241, why ?? `Unsupported conversion from ${typeOf(value)} to ${to} in $convert with no onError value`);
}

/** A value's text, as `$toString` gives it. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof BSONSymbol) return value.value;
  if (value instanceof Double || typeof value === 'number') return numberText(toNumber(value));
  if (isNumeric(value)) return String(value);
  if (value instanceof Binary && value.sub_type === 4) return value.toUUID().toHexString();
  throw failure(value, 'string');
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const isPlain = Math.abs(value) >= 1e-4 && Math.abs(value) < 1e16;
  return isPlain ? String(value) : value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** A number of any kind from what can be one, or null. */
function numberFrom(value: Value, to: string): Value {
  if (isNumeric(value)) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date && to !== 'int') return Long.fromNumber(value.getTime());
  if (typeof value !== 'string') throw failure(value, to);
  const whole = to === 'int' || to === 'long';
  const valid = whole ? /^[+-]?\d+$/ : /^[+-]?(\d+(?:\.\d*)?([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|infinity|nan)$/i;
  if (!valid.test(value)) throw failure(value, to, `Failed to parse number '${value}' in $convert with no onError value`);
  if (whole) return BigInt(value.replace(/^\+/, ''));
  if (to === 'decimal') {
    const exact = parseExact(value);
    return exact ? toDecimal(exact) : Decimal128.fromString(infiniteText(Number(value.replace(/infinity/i, 'Infinity'))));
  }
  return double(Number(value.replace(/infinity/i, 'Infinity')));
}

function wholeFrom(value: Value, to: 'int' | 'long'): bigint {
  const number = numberFrom(value, to);
  if (typeof number === 'bigint') return requireRange(number, value, to);
  const whole = truncated(number);
  if (whole === null)
    throw failure(value, to, `Attempt to convert ${numberText(toNumber(number))} value to integer type in $convert with no onError value`);
  return requireRange(whole, value, to);
}

function requireRange(whole: bigint, value: Value, to: 'int' | 'long'): bigint {
  const limit = to === 'int' ? 2n ** 31n : 2n ** 63n;
  if (whole < -limit || whole >= limit)
    throw failure(value, to, `Conversion would overflow target type in $convert with no onError value: ${String(value)}`);
  return whole;
}

const converters: Record<string, Convert> = {
  int: (value) => Number(wholeFrom(value, 'int')),
  long: (value) => Long.fromBigInt(wholeFrom(value, 'long')),
  double: (value) => {
    const number = numberFrom(value, 'double');
    const rough = toNumber(number);
    if (!Number.isFinite(rough) && /\d/.test(String(value)))
      throw failure(value, 'double', `Conversion would overflow target type in $convert with no onError value: ${String(value)}`);
    return double(rough);
  },
  decimal: (value) => {
    const number = numberFrom(value, 'decimal');
    if (number instanceof Decimal128) return number;
    const exact = decimalParts(number);
    return exact ? toDecimal(exact) : Decimal128.fromString(infiniteText(toNumber(number)));
  },
  bool: (value) => isTruthy(value),
  string: (value) => textOf(value),
  objectId: (value) => {
    if (value instanceof ObjectId) return value;
    if (typeof value !== 'string') throw failure(value, 'objectId');
    if (!/^[0-9a-fA-F]{24}$/.test(value))
      throw failure(value, 'objectId', `Failed to parse objectId '${value}' in $convert with no onError value`);
    return new ObjectId(value);
  },
  date: (value) => {
    if (value instanceof Date) return value;
    if (value instanceof ObjectId) return value.getTimestamp();
    if (typeof value === 'string') return parseDate(value, undefined);
    if (isNumeric(value) && typeOf(value) !== 'int') return new Date(Math.trunc(toNumber(value)));
    if (typeOf(value) === 'timestamp') return new Date((value as { getHighBits(): number }).getHighBits() * 1000);
    throw failure(value, 'date');
  },
};

const namesByNumber = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name]));

function converterOf(to: Value): Convert {
  const name = typeof to === 'string' ? to : (namesByNumber.get(toNumber(to)) ?? '');
  const convert = Object.hasOwn(converters, name) ? converters[name] : undefined;
  if (!convert) throw new CommandError(2, `Unknown type name: ${String(to)}`);
  return convert;
}

const to = (name: string): OperatorCompiler => unary((value) => (absent(value) ? null : converters[name]!(value)));

const convert: OperatorCompiler = (operand, context, name) => {
  const given = namedOperands(operand, name, ['input', 'to'], ['onError', 'onNull']) as Document & Record<string, Value>;
  const [input, target] = [compileIn(given['input'], context), compileIn(given['to'], context)];
  const onError = 'onError' in given ? compileIn(given['onError'], context) : null;
  const onNull = 'onNull' in given ? compileIn(given['onNull'], context) : null;
  return (scope) => {
    const value = input(scope);
    const type = target(scope);
    if (absent(type)) return null;
    if (absent(value)) return onNull ? onNull(scope) : null;
    const run = converterOf(type);
    try {
      return run(value);
    } catch (error) {
      if (!onError || !(error instanceof CommandError)) throw error;
      return onError(scope);
    }
  };
};

export const conversions: Record<string, OperatorCompiler> = {
  $type: unary((value) => typeOf(value)),
  $isNumber: unary((value) => isNumeric(value)),
  $convert: convert,
  $toInt: to('int'),
  $toLong: to('long'),
  $toDouble: to('double'),
  $toDecimal: to('decimal'),
  $toBool: to('bool'),
  $toString: to('string'),
  $toObjectId: to('objectId'),
  $toDate: to('date'),
};
