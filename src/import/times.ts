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
  return checked(text, column, order);
}

function checked(text: string, column: string, order: DateOrder | null): Date {
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
  if (hour === 24 && minute === 0 && second === 0) return utc(year, month, dayOfMonth) + day;
  // A leap second is the first of the next minute.
  const isReal = hour < 24 && minute < 60 && second < (minute === 59 ? 61 : 60);
  const day0 = new Date(Date.UTC(year, month - 1, dayOfMonth));
  return isReal && day0.getUTCMonth() === month - 1 && day0.getUTCDate() === dayOfMonth ? time : NaN;
}

/** Hour, minute, second, half of the day, zone: an offset, an abbreviation or a name such as Europe/Berlin. */
const clock = String.raw`(?:[ T,_]+(\d{1,2})[:.h](\d{1,2})(?:[:.](\d{1,2}(?:[.,]\d+)?))?(?:\s*([AaPp]\.?\s?[Mm]\.?))?)?(?:\s*\(?(Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|[A-Z]{2,5}|[A-Z][A-Za-z]+\/[A-Za-z_/+-]+\d*)\)?)?`;
const yearFirst = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\.?${clock}$`);
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${clock}$`);
/** As 5 June 2020, and as June 5 2020; the month is written by `plainly` as #6#. */
const dayMonthYear = new RegExp(String.raw`^(\d{1,2})[ .-]*#(\d{1,2})#[ .-]*(\d{4}|\d{2})${clock}$`);
const monthDayYear = new RegExp(String.raw`^#(\d{1,2})#[ .-]*(\d{1,2})[ ,]+(\d{4})${clock}$`);
/** What Unix, and JavaScript, write: Jun 5 14:30:15 UTC 2020, and Jun 5 2020 14:30:15 GMT+0200 (…). */
const yearAtEnd = /^#(\d{1,2})# +(\d{1,2}) +(\d{1,2}:\d{2}(?::\d{2})?)( +\S+)? +(\d{4})$/;

function writtenTime(given: string, column: string, order: DateOrder | null): number | null {
  if (given.length > longest) return null;
  const iso = yearFirst.exec(given);
  const text = iso ? given : plainly(given);
  const plain = iso ?? yearFirst.exec(text);
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
  return namedTime(text) ?? isoTime(given);
}

function fullYear(year: number): number {
  return year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year;
}

function withClock([year, month, dayOfMonth]: [number, number, number], parts: (string | undefined)[]): number {
  const [hour = '0', minute = '0', second = '0', half, zone] = parts;
  const hours = half && Number(hour) <= 12 ? (Number(hour) % 12) + (/^p/i.test(half) ? 12 : 0) : Number(hour);
  return inZone(utc(year, month, dayOfMonth, hours, Number(minute), Number(second.replace(',', '.'))), zone);
}

/** Hours from UTC of the abbreviations that mean one zone only. CST, IST and BST do not. */
const zones: Readonly<Record<string, number>> = {
  ...{ Z: 0, UT: 0, UTC: 0, GMT: 0, WET: 0, WEST: 1, CET: 1, MEZ: 1, CEST: 2, MESZ: 2, EET: 2, EEST: 3, MSK: 3 },
  ...{ EST: -5, EDT: -4, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7, JST: 9, KST: 9, AEST: 10, AEDT: 11, NZST: 12, NZDT: 13 },
};

/** @returns NaN for a zone that nobody knows */
function inZone(local: number, zone: string | undefined): number {
  if (zone === undefined) return local;
  const offset = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (offset) {
    const [, sign, hours, minutes = '0'] = offset;
    if (Number(hours) > 14 || Number(minutes) > 59) return NaN;
    return local - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  }
  if (Object.hasOwn(zones, zone)) return local - zones[zone]! * 3_600_000;
  if (!zone.includes('/') || Number.isNaN(local)) return NaN;
  return DateTime.fromMillis(local, { zone: 'utc' }).setZone(zone, { keepLocalTime: true }).toMillis();
}

/** With dots, the day comes first everywhere. @returns null where both orders are possible */
function orderOf(first: number, second: number, separator: string): DateOrder | null {
  if (separator === '.' || first > 12) return 'dmy';
  if (second > 12) return 'mdy';
  return first === second ? 'dmy' : null;
}

/** The languages whose names of months are read. */
const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'sv', 'da', 'nb', 'fi', 'cs', 'ru', 'tr', 'ro', 'hu', 'el'];

/** The numbers of months by their names and abbreviations in all of these languages; names that mean two months are left out. */
const months = monthNumbers();

function monthNumbers(): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const language of languages) {
    for (const month of ['long', 'short'] as const) {
      for (const options of [{ month }, { month, day: 'numeric' }] as const) {
        const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
        for (let at = 0; at < 12; at++) {
          const part = format.formatToParts(Date.UTC(2020, at, 5)).find(({ type }) => type === 'month')!;
          const name = bare(part.value);
          if (/^\d/.test(name) || name === '') continue;
          numbers.set(name, numbers.has(name) && numbers.get(name) !== at + 1 ? NaN : at + 1);
        }
      }
    }
  }
  // What English has, English means.
  for (const [at, name] of ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].entries())
    numbers.set(name, at + 1);
  return numbers.set('sept', 9);
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll('.', '');
}

/** No time is longer: what is, is text of another column. */
const longest = 100;

/** With Western digits, numbers for the names of months, and without the days of weeks and other words beside. */
function plainly(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/(\p{Nd})/gu, (digit) => String(digitOf(digit)))
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]/, '$1-$2-$3')
    .replace(/\s+/g, ' ')
    .replace(/^(\p{L}{2,})\.?,? /u, (word, name: string) => (months.has(bare(name)) ? word : ''))
    .replace(/(\d)(st|nd|rd|th)\b/i, '$1')
    .replace(/ (at|of|de|del|às|à|um|kl\.?) /giu, ' ')
    .replace(/\p{L}{3,}\.?/gu, (word) => {
      const month = months.get(bare(word));
      return month ? `#${month}#` : word;
    })
    .replace(/(# ?\d{1,2}),/, '$1 ')
    .replace(/ (г|Uhr)\.?(?= |$)/gu, '')
    .replace(/\[\w+\/\w+\]$/, '')
    .trim();
}

function digitOf(digit: string): number {
  const code = digit.codePointAt(0)!;
  // Every script has its ten digits side by side, from one whose code ends as zero's does.
  for (let value = 0; value < 10; value++) if (!/\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) return value;
  return Number(digit);
}

/** Dates with the names of months. @returns null for anything else */
function namedTime(text: string): number | null {
  const first = dayMonthYear.exec(text);
  if (first) return withClock([fullYear(Number(first[3])), Number(first[2]), Number(first[1])], first.slice(4));
  const second = monthDayYear.exec(text.replace(/ GMT([+-]\d{4}) \(.*\)$/, ' GMT$1'));
  if (second) return withClock([Number(second[3]), Number(second[1]), Number(second[2])], second.slice(4));
  const american = /^(\d{1,2}) (\d{1,2}), (\d{4})$/.exec(text);
  if (american) return utc(Number(american[3]), Number(american[1]), Number(american[2]));
  const last = yearAtEnd.exec(text);
  return last ? namedTime(`#${last[1]}# ${last[2]} ${last[5]} ${last[3]}${last[4] ?? ''}`) : null;
}

/** Weeks, days of years, months, and what else ISO 8601 has; a time of day alone is no time. */
function isoTime(text: string): number | null {
  if (!/^\d{4}/.test(text)) return null;
  const parsed = DateTime.fromISO(text, { zone: 'utc' });
  return parsed.isValid ? parsed.toMillis() : null;
}

export type OrderFinding = DateOrder | 'ambiguous' | 'mixed' | null;

/** What the dates of a column say of their order; null where no date has one. */
export function findDateOrder(values: Iterable<string>): OrderFinding {
  let ambiguous = false;
  const found = new Set<DateOrder>();
  for (const value of values) {
    const match = yearLast.exec(plainly(value));
    if (!match || match[2] === '.') continue;
    const [first, second] = [Number(match[1]), Number(match[3])];
    if (first > 12 && second <= 12) found.add('dmy');
    else if (second > 12 && first <= 12) found.add('mdy');
    else if (first !== second) ambiguous = true;
  }
  if (found.size === 2) return 'mixed';
  return [...found][0] ?? (ambiguous ? 'ambiguous' : null);
}
