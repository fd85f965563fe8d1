/** Dates in time zones, and dates as text. */
import { CommandError } from '../errors.js';

export interface DateParts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

const minute = 60_000;
export const day = 24 * 60 * minute;

/** How far a time zone is ahead of UTC at a moment, in milliseconds. */
export function offsetAt(zone: string, time: number): number {
  const fixed = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * minute;
  if (zone === 'UTC' || zone === 'GMT' || zone === 'Z') return 0;
  const parts = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const local = Date.UTC(parts['year']!, parts['month']! - 1, parts['day'], parts['hour']! % 24, parts['minute'], parts['second']);
  return local - Math.floor(time / 1000) * 1000;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter) return formatter;
  const number = 'numeric';
  try {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: number,
      month: number,
      day: number,
      hour: number,
      minute: number,
      second: number,
    });
  } catch {
    throw new CommandError(40485, `unrecognized time zone identifier: "${zone}"`);
  }
  if (formatters.size < 200) formatters.set(zone, formatter);
  return formatter;
}

export function partsOf(date: Date, zone: string): DateParts {
  const local = new Date(date.getTime() + offsetAt(zone, date.getTime()));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
  };
}

/** The moment that a local time names; parts beyond their range carry over. */
export function momentOf(parts: DateParts, zone: string): Date {
  const local = new Date(0);
  local.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  local.setUTCHours(parts.hour, parts.minute, parts.second, parts.millisecond);
  const guess = local.getTime() - offsetAt(zone, local.getTime());
  return new Date(local.getTime() - offsetAt(zone, guess));
}

export function dayOfYear({ year, month, day: dayOfMonth }: DateParts): number {
  return Math.round((Date.UTC(2000, month - 1, dayOfMonth) - Date.UTC(2000, 0, 1)) / day) + 1 - (month > 2 && !isLeap(year) ? 1 : 0);
}

function daysIn({ year, month }: DateParts): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Sunday is 1. */
export function dayOfWeek({ year, month, day: dayOfMonth }: DateParts): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  return date.getUTCDay() + 1;
}

export function isoDayOfWeek(parts: DateParts): number {
  return ((dayOfWeek(parts) + 5) % 7) + 1;
}

/** Weeks begin on Sundays; days before the first one are in week 0. */
export function weekOf(parts: DateParts): number {
  return Math.floor((dayOfYear(parts) + 7 - dayOfWeek(parts)) / 7);
}

export function isoWeek(parts: DateParts): { year: number; week: number } {
  const thursday = new Date(0);
  thursday.setUTCFullYear(parts.year, parts.month - 1, parts.day + 4 - isoDayOfWeek(parts));
  const year = thursday.getUTCFullYear();
  const first = new Date(0);
  first.setUTCFullYear(year, 0, 1);
  return { year, week: Math.floor((thursday.getTime() - first.getTime()) / day / 7) + 1 };
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

const padded = (value: number, length: number): string => String(value).padStart(length, '0');

export function formatDate(date: Date, format: string, zone: string): string {
  const parts = partsOf(date, zone);
  const offset = offsetAt(zone, date.getTime()) / minute;
  const directives: Record<string, () => string> = {
    Y: () => padded(parts.year, 4),
    m: () => padded(parts.month, 2),
    d: () => padded(parts.day, 2),
    H: () => padded(parts.hour, 2),
    M: () => padded(parts.minute, 2),
    S: () => padded(parts.second, 2),
    L: () => padded(parts.millisecond, 3),
    j: () => padded(dayOfYear(parts), 3),
    w: () => String(dayOfWeek(parts)),
    u: () => String(isoDayOfWeek(parts)),
    U: () => padded(weekOf(parts), 2),
    V: () => padded(isoWeek(parts).week, 2),
    G: () => padded(isoWeek(parts).year, 4),
    b: () => months[parts.month - 1]!.slice(0, 3),
    B: () => months[parts.month - 1]!,
    z: () => `${offset < 0 ? '-' : '+'}${padded(Math.floor(Math.abs(offset) / 60), 2)}${padded(Math.abs(offset) % 60, 2)}`,
    Z: () => String(offset),
    '%': () => '%',
  };
  return format.replace(/%(.)/gs, (_all, letter: string) => {
    const write = Object.hasOwn(directives, letter) ? directives[letter] : undefined;
    if (!write) throw new CommandError(18536, `Invalid format character '%${letter}' in format string`);
    return write();
  });
}

const iso = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?(?:\d{2})?)?$/i;

/** @throws CommandError where the text is no date in ISO's form */
export function parseDate(text: string, zone: string | undefined): Date {
  const match = iso.exec(text.trim());
  if (!match) throw new CommandError(241, `Error parsing date string '${text}' in $convert with no onError value`);
  const [, year, month, dayOfMonth, hour = '0', minutes = '0', second = '0', fraction = '0', offset] = match;
  if (offset && zone)
    throw new CommandError(
      241,
      `you cannot pass in a date/time string with time zone information ('${offset}') together with a timezone argument`,
    );
  const parts: DateParts = {
    year: Number(year),
    month: Number(month),
    day: Number(dayOfMonth),
    hour: Number(hour),
    minute: Number(minutes),
    second: Number(second),
    millisecond: Math.floor(Number(`0.${fraction}`) * 1000),
  };
  if (parts.month < 1 || parts.month > 12 || parts.day < 1 || parts.day > 31 || parts.hour > 24 || parts.minute > 59 || parts.second > 59) {
    throw new CommandError(241, `Error parsing date string '${text}' in $convert with no onError value`);
  }
  if (parts.day > daysIn(parts)) throw new CommandError(241, `Error parsing date string '${text}'; the month has no such day`);
  return momentOf(parts, offset && offset.toUpperCase() !== 'Z' ? offset : (zone ?? 'UTC'));
}
