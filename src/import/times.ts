/** Times as shops and data sets write them. Without a zone, they are UTC, whatever the zone of the server. */
import { DateTime } from 'luxon';
import { Rejected } from './record.js';

/** Which of the first two numbers of 05/06/2020 is the day. */
export type DateOrder = 'dmy' | 'mdy';

/** Before, nobody reviewed products online: such a time is a wrong one. */
const earliest = Date.UTC(1990, 0, 1);
const clockSkew = 24 * 60 * 60 * 1000;
const day = 24 * 60 * 60 * 1000;
const missing = new Set(['', 'null', 'none', 'nan', 'n/a', 'na', '\\n', '-', 'nat', 'undefined', '0000-00-00', '0000-00-00 00:00:00']);

/**
 * Numbers are seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size; a year; a date as
 * 20200605; or a spreadsheet's number of a day.
 * @returns null where there is none
 * @throws Rejected for what is no time, or lies before 1990 or in the future
 */
export function timeOf(column: string, value: unknown, order: DateOrder | null = null): Date | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' && typeof value !== 'number') throw new Rejected('the time is neither text nor a number', column);
  const text = String(value).trim();
  if (missing.has(text.toLowerCase())) return null;
  const time = /^-?\d+(\.\d+)?$/.test(text) ? numericTime(text) : (writtenTime(text, column, order) ?? NaN);
  const shown = text.slice(0, 40);
  if (Number.isNaN(time)) throw new Rejected(`"${shown}" is not a valid time`, column, shown);
  if (time < earliest) throw new Rejected(`the time ${shown} lies before 1990, in ${yearOf(time)}`, column, shown);
  if (time > Date.now() + clockSkew) throw new Rejected(`the time ${shown} lies in the future, in ${yearOf(time)}`, column, shown);
  return new Date(time);
}

function yearOf(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'a year without a number' : `the year ${date.getUTCFullYear()}`;
}

function numericTime(text: string): number {
  const number = Number(text);
  if (/^\d{4}$/.test(text) && number >= 1990 && number < 2100) return Date.UTC(number, 0, 1);
  if (/^(19|20)\d{6}$/.test(text)) return utc(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8)));
  if (/^(19|20)\d{12}$/.test(text)) {
    const [hour, minute, second] = [text.slice(8, 10), text.slice(10, 12), text.slice(12)].map(Number) as [number, number, number];
    return utc(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8)), hour, minute, second);
  }
  // Days since 1899-12-30, as spreadsheets count them: 1990 to 2036.
  if (number >= 32_874 && number < 50_000) return Math.round((number - 25_569) * day);
  const size = Math.abs(number);
  if (size < 1e11) return Math.round(number * 1000);
  if (size < 1e14) return Math.round(number);
  return Math.floor(number / (size < 1e17 ? 1e3 : 1e6));
}

/** @returns NaN for a date that no calendar has */
function utc(year: number, month: number, dayOfMonth: number, hour = 0, minute = 0, second = 0): number {
  const time = Date.UTC(year, month - 1, dayOfMonth, hour, minute, Math.floor(second), Math.round((second % 1) * 1000));
  const date = new Date(time);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth && hour < 24 && minute < 60 && second < 60;
  return isReal ? time : NaN;
}

const clock = String.raw`(?:[ T,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}(?:\.\d+)?))?(?:\s*([AaPp]\.?[Mm]\.?))?)?(?:\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?`;
const yearFirst = new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${clock}$`);
const yearLast = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${clock}$`);

function writtenTime(text: string, column: string, order: DateOrder | null): number | null {
  const plain = yearFirst.exec(text);
  if (plain) {
    const [, year, month, dayOfMonth, ...rest] = plain;
    return withClock([Number(year), Number(month), Number(dayOfMonth)], rest);
  }
  const written = yearLast.exec(text);
  if (written) {
    const [, first, separator, second, year, ...rest] = written;
    const how = order ?? orderOf(Number(first), Number(second), separator!);
    if (!how) throw new Rejected(`"${text}" may be day or month first; --date-order says which`, column, text);
    const [dayOfMonth, month] = how === 'dmy' ? [first, second] : [second, first];
    return withClock([fullYear(Number(year)), Number(month), Number(dayOfMonth)], rest);
  }
  return namedTime(text);
}

function fullYear(year: number): number {
  return year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year;
}

function withClock([year, month, dayOfMonth]: [number, number, number], parts: (string | undefined)[]): number {
  const [hour = '0', minute = '0', second = '0', half, zone] = parts;
  const hours = half ? (Number(hour) % 12) + (/^p/i.test(half) ? 12 : 0) : Number(hour);
  return utc(year, month, dayOfMonth, hours, Number(minute), Number(second)) - offsetOf(zone);
}

function offsetOf(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '');
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000 : 0;
}

/** With dots, the day comes first everywhere. @returns null where both orders are possible */
function orderOf(first: number, second: number, separator: string): DateOrder | null {
  if (separator === '.' || first > 12) return 'dmy';
  if (second > 12) return 'mdy';
  return first === second ? 'dmy' : null;
}

const clocks = ['', ' H:mm', ' H:mm:ss', ' h:mm a', ' h:mm:ss a'];
const namedFormats = ['MMMM d yyyy', 'MMM d yyyy', 'd MMMM yyyy', 'd MMM yyyy', 'd-MMM-yyyy', 'd-MMM-yy', 'MM d yyyy'].flatMap((date) =>
  clocks.map((time) => date + time),
);

/** Dates with the names of months, and what e-mails and browsers write. */
function namedTime(text: string): number | null {
  const options = { zone: 'utc', locale: 'en' } as const;
  for (const parsed of [DateTime.fromISO(text, options), DateTime.fromRFC2822(text, options), DateTime.fromHTTP(text, options)]) {
    if (parsed.isValid) return parsed.toMillis();
  }
  const browser = /^\w{3} (\w{3} \d{2} \d{4} \d{2}:\d{2}:\d{2}) GMT([+-]\d{4})/.exec(text);
  if (browser) return DateTime.fromFormat(`${browser[1]} ${browser[2]}`, 'MMM dd yyyy HH:mm:ss ZZZ', options).toMillis();
  const tidy = text
    .replace(/^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,?\s+/i, '')
    .replace(/(\d)(st|nd|rd|th)\b/i, '$1')
    .replace(/\b(at|of)\b/g, ' ')
    .replace(/,/g, ' ')
    .replace(/\b(UTC|GMT|Z)$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  for (const format of namedFormats) {
    const parsed = DateTime.fromFormat(tidy, format, options);
    if (parsed.isValid) return parsed.toMillis();
  }
  return null;
}

export type OrderFinding = DateOrder | 'ambiguous' | 'mixed' | null;

/** What the dates of a column say of their order; null where no date has one. */
export function findDateOrder(values: Iterable<string>): OrderFinding {
  let ambiguous = false;
  const found = new Set<DateOrder>();
  for (const value of values) {
    const match = yearLast.exec(value.trim());
    if (!match || match[2] === '.') continue;
    const [first, second] = [Number(match[1]), Number(match[3])];
    if (first > 12 && second <= 12) found.add('dmy');
    else if (second > 12 && first <= 12) found.add('mdy');
    else if (first !== second) ambiguous = true;
  }
  if (found.size === 2) return 'mixed';
  return [...found][0] ?? (ambiguous ? 'ambiguous' : null);
}
