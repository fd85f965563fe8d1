/** Dates. */
import { ObjectId, Timestamp, Long, type Document } from 'bson';
import { CommandError } from '../errors.js';
import { show } from '../values/show.js';
import { isDocument, isNumeric, toNumber, typeOf, type Value } from '../values/types.js';
import { compileIn, type OperatorCompiler } from './compile.js';
import { absent, byName, namedOperands, unary } from './define.js';
import {
  day,
  dayOfWeek,
  dayOfYear,
  formatDate,
  isoDayOfWeek,
  isoWeek,
  momentOf,
  parseDate,
  partsOf,
  weekOf,
  type DateParts,
} from './date-format.js';

function dateOf(value: Value, name: string): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.getHighBitsUnsigned() * 1000);
  throw new CommandError(16006, `can't convert from BSON type ${typeOf(value)} to Date in ${name}`);
}

function zoneOf(value: Value): string | null {
  if (value === undefined) return 'UTC';
  if (value === null) return null;
  if (typeof value !== 'string') throw new CommandError(40517, `timezone must evaluate to a string, found ${typeOf(value)}`);
  return value;
}

/** A part of a date: of the operand itself, or of `{ date, timezone }`. */
const part =
  (read: (parts: DateParts) => Value): OperatorCompiler =>
  (operand, context, name) => {
    const given: Document =
      isDocument(operand) && 'date' in operand ? namedOperands(operand, name, ['date'], ['timezone']) : { date: operand };
    const single = Array.isArray(given['date']) && given['date'].length === 1 ? (given['date'][0] as Value) : (given['date'] as Value);
    const date = compileIn(single, context);
    const timezone = 'timezone' in given ? compileIn(given['timezone'], context) : null;
    return (scope) => {
      const value = date(scope);
      const zone = timezone ? zoneOf(timezone(scope) ?? null) : 'UTC';
      if (absent(value) || zone === null) return null;
      return read(partsOf(dateOf(value, name), zone));
    };
  };

const defaultFormat = '%Y-%m-%dT%H:%M:%S.%LZ';
const zonedFormat = '%Y-%m-%dT%H:%M:%S.%L';

const isUtc = (zone: string): boolean => /^(UTC|GMT|Z|[+-]00(:?00)?)$/.test(zone);

const writeDate: OperatorCompiler = byName(['date'], ['format', 'timezone'], ({ date, format, timezone }, _context, name) => {
  const zone = zoneOf(timezone);
  if (absent(date) || zone === null || format === null) return null;
  if (format !== undefined && typeof format !== 'string')
    throw new CommandError(18533, `$dateToString requires that 'format' be a string, found: ${typeOf(format)}`);
  return formatDate(dateOf(date, name), format ?? (isUtc(zone) ? defaultFormat : zonedFormat), zone);
});

const dateToString: OperatorCompiler = (operand, context, name) => {
  const { onNull, ...given } = namedOperands(operand, name, ['date'], ['format', 'timezone', 'onNull']);
  const write = writeDate(given, context, name);
  if (onNull === undefined) return write;
  const [date, otherwise] = [compileIn(given['date'], context), compileIn(onNull, context)];
  return (scope) => (absent(date(scope)) ? otherwise(scope) : write(scope));
};

const dateFromString: OperatorCompiler = (operand, context, name) => {
  const given = namedOperands(operand, name, ['dateString'], ['format', 'timezone', 'onError', 'onNull']);
  if (given['format'] !== undefined) throw new CommandError(238, '$dateFromString with a format is not implemented');
  const text = compileIn(given['dateString'], context);
  const timezone = 'timezone' in given ? compileIn(given['timezone'], context) : null;
  const onNull = compileIn(given['onNull'] ?? null, context);
  const onError = 'onError' in given ? compileIn(given['onError'], context) : null;
  return (scope) => {
    const value = text(scope);
    if (absent(value)) return onNull(scope);
    const zone = timezone ? zoneOf(timezone(scope) ?? null) : undefined;
    if (zone === null) return null;
    try {
      if (typeof value !== 'string')
        throw new CommandError(241, `$dateFromString requires that 'dateString' be a string, found: ${typeOf(value)}`);
      return parseDate(value, zone);
    } catch (error) {
      if (!onError || !(error instanceof CommandError)) throw error;
      return onError(scope);
    }
  };
};

const partNames = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;

const dateFromParts: OperatorCompiler = byName(['year'], [...partNames.slice(1), 'timezone'], (given, _context, name) => {
  const zone = zoneOf(given['timezone']);
  if (zone === null || partNames.some((partName) => given[partName] === null)) return null;
  const starts: DateParts = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };
  for (const partName of partNames) {
    if (given[partName] === undefined) continue;
    if (!isNumeric(given[partName]) || !Number.isInteger(toNumber(given[partName]))) {
      throw new CommandError(40515, `'${partName}' must evaluate to an integer, found ${typeOf(given[partName])} in ${name}`);
    }
    starts[partName] = toNumber(given[partName]);
  }
  if (starts.year < 1 || starts.year > 9999)
    throw new CommandError(40523, `'year' must evaluate to an integer in the range 1 to 9999, found ${starts.year}`);
  return momentOf(starts, zone);
});

const dateToParts: OperatorCompiler = byName(['date'], ['timezone', 'iso8601'], ({ date, timezone, iso8601 }, _context, name) => {
  const zone = zoneOf(timezone);
  if (absent(date) || zone === null || iso8601 === null) return null;
  const parts = partsOf(dateOf(date, name), zone);
  if (iso8601 !== true) return { ...parts };
  const { hour, minute, second, millisecond } = parts;
  const { year, week } = isoWeek(parts);
  return { isoWeekYear: year, isoWeek: week, isoDayOfWeek: isoDayOfWeek(parts), hour, minute, second, millisecond };
});

const units: Record<string, number> = { week: 7 * day, day, hour: 3_600_000, minute: 60_000, second: 1000, millisecond: 1 };
const monthsIn: Record<string, number> = { year: 12, quarter: 3, month: 1 };

function unitOf(value: Value, name: string): string {
  if (typeof value !== 'string' || !(Object.hasOwn(units, value) || Object.hasOwn(monthsIn, value))) {
    throw new CommandError(9, `${name} parameter 'unit' value cannot be recognized as a time unit: ${String(value)}`);
  }
  return value;
}

function plusMonths(parts: DateParts, months: number): DateParts {
  const total = parts.year * 12 + parts.month - 1 + months;
  const [year, month] = [Math.floor(total / 12), (((total % 12) + 12) % 12) + 1];
  const last = new Date(Date.UTC(2000, month, 0));
  last.setUTCFullYear(year, month, 0);
  return { ...parts, year, month, day: Math.min(parts.day, last.getUTCDate()) };
}

function shift(date: Date, unit: string, amount: number, zone: string): Date {
  const parts = partsOf(date, zone);
  if (Object.hasOwn(monthsIn, unit)) return momentOf(plusMonths(parts, amount * monthsIn[unit]!), zone);
  if (unit === 'day' || unit === 'week') return momentOf({ ...parts, day: parts.day + amount * (unit === 'week' ? 7 : 1) }, zone);
  return new Date(date.getTime() + amount * units[unit]!);
}

const dateAdd = (sign: 1 | -1): OperatorCompiler =>
  byName(['startDate', 'unit', 'amount'], ['timezone'], ({ startDate, unit, amount, timezone }, _context, name) => {
    const zone = zoneOf(timezone);
    if (absent(startDate) || absent(unit) || absent(amount) || zone === null) return null;
    if (!isNumeric(amount) || !Number.isInteger(toNumber(amount)))
      throw new CommandError(5166405, `${name} expects integer amount of time units`);
    return shift(dateOf(startDate, name), unitOf(unit, name), sign * toNumber(amount), zone);
  });

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function weekStart(value: Value, name: string): number {
  if (value === undefined) return 0;
  const at =
    typeof value === 'string'
      ? weekdays.findIndex((weekday) => weekday === value.toLowerCase() || weekday.slice(0, 3) === value.toLowerCase())
      : -1;
  if (at < 0) throw new CommandError(9, `${name} parameter 'startOfWeek' value cannot be recognized as a day of a week: ${show(value)}`);
  return at;
}

/** A local time as if it were UTC, so that days and hours can be counted. */
function localTime(date: Date, zone: string): number {
  return momentOf(partsOf(date, zone), 'UTC').getTime();
}

/** What units are counted in: days by local time, shorter ones by the time that has passed, whatever was done to the clocks. */
function countedTime(date: Date, unit: string, zone: string): number {
  const local = localTime(date, zone);
  return units[unit]! >= day ? local : date.getTime() + ((local - date.getTime()) % units[unit]!);
}

const dateDiff: OperatorCompiler = byName(['startDate', 'endDate', 'unit'], ['timezone', 'startOfWeek'], (given, _context, name) => {
  const { startDate, endDate, unit, timezone, startOfWeek } = given;
  const zone = zoneOf(timezone);
  if (absent(startDate) || absent(endDate) || absent(unit) || zone === null) return null;
  const [start, end] = [dateOf(startDate, name), dateOf(endDate, name)];
  const within = unitOf(unit, name);
  if (within === 'week' && startOfWeek === null) return null;
  const long = (value: number): Long => Long.fromNumber(value);
  if (Object.hasOwn(monthsIn, within)) {
    const month = (date: Date): number => {
      const parts = partsOf(date, zone);
      return Math.floor((parts.year * 12 + parts.month - 1) / monthsIn[within]!);
    };
    return long(month(end) - month(start));
  }
  const first = within === 'week' ? ((3 + weekStart(startOfWeek, name)) % 7) * day : 0;
  const count = (date: Date): number => Math.floor((countedTime(date, within, zone) - first + 7 * day) / units[within]!);
  return long(count(end) - count(start));
});

const dateTrunc: OperatorCompiler = byName(['date', 'unit'], ['binSize', 'timezone', 'startOfWeek'], (given, _context, name) => {
  const { date, unit, binSize, timezone, startOfWeek } = given;
  const zone = zoneOf(timezone);
  if (absent(date) || absent(unit) || binSize === null || zone === null) return null;
  const size = binSize === undefined ? 1 : toNumber(binSize);
  if (!Number.isInteger(size) || size <= 0) throw new CommandError(5439017, `${name} requires 'binSize' to be a positive integer`);
  const moment = dateOf(date, name);
  const within = unitOf(unit, name);
  if (within === 'week' && startOfWeek === null) return null;
  const parts = partsOf(moment, zone);
  const start: DateParts = { year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };
  if (Object.hasOwn(monthsIn, within)) {
    const months = (parts.year - 2000) * 12 + parts.month - 1;
    const bin = size * monthsIn[within]!;
    return momentOf(plusMonths(start, Math.floor(months / bin) * bin), zone);
  }
  // 2000-01-01 was a Saturday.
  const first = within === 'week' ? { ...start, day: 1 + ((weekStart(startOfWeek, name) + 1) % 7) } : start;
  const origin = momentOf(first, 'UTC').getTime();
  const bin = size * units[within]!;
  const local = localTime(moment, zone);
  const truncated = origin + Math.floor((local - origin) / bin) * bin;
  return momentOf(partsOf(new Date(truncated), 'UTC'), zone);
});

function partOfTimestamp(read: (value: Timestamp) => number, code: number): OperatorCompiler {
  return unary((value, name) => {
    if (absent(value)) return null;
    if (!(value instanceof Timestamp)) throw new CommandError(code, `Argument to ${name} must be a timestamp, but is ${typeOf(value)}`);
    return Long.fromNumber(read(value));
  });
}

export const dates: Record<string, OperatorCompiler> = {
  $year: part(({ year }) => year),
  $month: part(({ month }) => month),
  $dayOfMonth: part((parts) => parts.day),
  $hour: part(({ hour }) => hour),
  $minute: part(({ minute }) => minute),
  $second: part(({ second }) => second),
  $millisecond: part(({ millisecond }) => millisecond),
  $dayOfYear: part(dayOfYear),
  $dayOfWeek: part(dayOfWeek),
  $week: part(weekOf),
  $isoDayOfWeek: part(isoDayOfWeek),
  $isoWeek: part((parts) => isoWeek(parts).week),
  $isoWeekYear: part((parts) => Long.fromNumber(isoWeek(parts).year)),
  $dateToString: dateToString,
  $dateFromString: dateFromString,
  $dateFromParts: dateFromParts,
  $dateToParts: dateToParts,
  $dateAdd: dateAdd(1),
  $dateSubtract: dateAdd(-1),
  $dateDiff: dateDiff,
  $dateTrunc: dateTrunc,
  $tsSecond: partOfTimestamp((value) => value.getHighBitsUnsigned(), 5687301),
  $tsIncrement: partOfTimestamp((value) => value.getLowBitsUnsigned(), 5687302),
};
