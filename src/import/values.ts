/** The values of a line, with the bounds that the API has for the same things. */
import { decodeHTMLStrict } from 'entities';
import { beginningOf, isBlank, isLongerThan, mended, mendedLine } from '../input/text.js';
import { isGtin } from '../input/gtin.js';
import { fractionDigits, isCurrency, maxAmount } from '../relay/currency.js';
import { Rejected, type Scale } from './record.js';

export type DecimalMark = '.' | ',';

/** How a source writes its values, as far as that is not the same everywhere. */
export interface ValueStyle {
  decimal: DecimalMark;
  /** Whether HTML entities and line breaks in texts stand for what they name. */
  html: boolean;
  /** Whether reviews longer than the API allows are shortened, and not rejected. */
  shorten: boolean;
}

export const maxTitle = 200;
export const maxBody = 10_000;
const maxReply = 5_000;
export const maxName = 100;
const maxKey = 200;
const maxImages = 10;
/** Votes that come after the import must still fit GraphQL's Int. */
const maxVotes = 1_000_000_000;
const maxStock = 1_000_000_000;

const shownLength = 80;

/** A value as it stands in its file. */
function written(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function shown(value: unknown): string {
  return written(value).slice(0, shownLength);
}

function isMissing(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** A decimal number and nothing else: no 0x5, no 1e3, no Infinity. @returns NaN for anything else */
export function numberOf(value: unknown, decimal: DecimalMark = '.'): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : NaN;
  if (typeof value !== 'string') return NaN;
  const text = ungrouped(value.trim(), decimal);
  const match = decimal === ',' ? text.replace(',', '.') : text;
  return /^[+-]?(\d+(?:\.\d*)?|\.\d+)$/.test(match) ? Number(match) : NaN;
}

/** Without what parts thousands: 1,234.5 and 1.234,5, 1 234,5 and 1'234.5. */
function ungrouped(text: string, decimal: DecimalMark): string {
  const mark = decimal === ',' ? '.' : ',';
  const groups = new RegExp(`^[+-]?\\d{1,3}([${mark}\\s'’]\\d{3})+([${decimal}]\\d*)?$`);
  return groups.test(text) ? text.replace(new RegExp(`[${mark}\\s'’]`, 'g'), '') : text;
}

/** @throws Rejected for anything but a number on the scale */
export function ratingOn(column: string, scale: Scale, value: unknown, decimal: DecimalMark = '.'): number {
  if (isMissing(value)) throw new Rejected('the rating is missing', column);
  const rating = numberOf(value, decimal);
  if (Number.isNaN(rating)) throw new Rejected(`the rating ${JSON.stringify(shown(value))} is not a number`, column, shown(value));
  if (rating < scale.least || rating > scale.most)
    throw new Rejected(`the rating ${rating} is not from ${scale.least} to ${scale.most}`, column, shown(value));
  return rating;
}

/** Of one aspect, in whole stars from 1 to 5. @returns undefined where there is none */
export function aspectOf(column: string, value: unknown, decimal: DecimalMark): number | undefined {
  if (isMissing(value)) return undefined;
  const rating = ratingOn(column, { least: 1, most: 5 }, value, decimal);
  if (!Number.isInteger(rating)) throw new Rejected(`the rating ${rating} is not a whole number of stars`, column, shown(value));
  return rating;
}

/** What names a user or a product at the source. @throws Rejected where it is missing or too long to be one */
export function keyOf(column: string, what: string, value: unknown): string {
  // JSON has no limit for its numbers, and those beyond it would all be the same few.
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
    throw new Rejected(`the ${what} is a number too large to be read exactly; write it in quotes`, column, shown(value));
  const key = typeof value === 'number' ? String(value) : typeof value === 'string' ? mendedLine(clean(value)) : '';
  if (isBlank(key)) throw new Rejected(`the ${what} is missing`, column);
  if (isLongerThan(key, maxKey)) throw new Rejected(`the ${what} is longer than ${maxKey} characters`, column, shown(value));
  return key;
}

/** Halves of characters cannot be stored, and what old mainframes end lines with is a control character elsewhere. */
function clean(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd').replaceAll('\u0085', '\n');
}

/** The beginning of a text that is longer than the API allows, with an ellipsis. */
export function shortened(text: string, max: number): string {
  return isLongerThan(text, max) ? `${beginningOf(text, max - 1)}…` : text;
}

function plainText(value: unknown, column: string, html: boolean): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new Rejected(`the ${column || 'text'} is not text`, column, shown(value));
  const text = clean(value);
  if (!html || !/[&<]/.test(text)) return text;
  return decodeHTMLStrict(text.replace(/<br\s*\/?>/gi, '\n'));
}

/** What exporters write so that the reader above gives the same text back. */
export function escapeText(text: string): string {
  return decodeHTMLStrict(text) === text && !/<br\s*\/?>/i.test(text) ? text : text.replaceAll('&', '&amp;').replace(/<(?=br)/gi, '&lt;');
}

/** A text of a review: too long is rejected, unless the user would rather have it shortened. */
export function reviewText(column: string, value: unknown, max: number, style: ValueStyle): string {
  return withinLimit(column, mended(plainText(value, column, style.html)).trim(), max, style);
}

/** The same of one line. */
export function reviewTitle(column: string, value: unknown, style: ValueStyle): string {
  return withinLimit(column, mendedLine(plainText(value, column, style.html)), maxTitle, style);
}

function withinLimit(column: string, text: string, max: number, style: ValueStyle): string {
  if (isBlank(text)) return '';
  if (!isLongerThan(text, max)) return text;
  if (style.shorten) return shortened(text, max);
  throw new Rejected(`the text has more than ${max} characters; --shorten shortens it`, column, shown(text));
}

export function replyText(column: string, value: unknown, style: ValueStyle): string {
  return reviewText(column, value, maxReply, style);
}

/** A name or a title of the source's own, which may be shortened. @returns undefined where there is none */
export function labelOf(column: string, value: unknown, max: number, html: boolean): string | undefined {
  const text = typeof value === 'number' ? String(value) : plainText(value, column, html);
  const label = mendedLine(text.replace(/\s+/g, ' '));
  return isBlank(label) ? undefined : shortened(label, max);
}

/** A longer text of a product, as plain text. */
export function descriptionOf(column: string, value: unknown, html: boolean): string | undefined {
  const text = plainText(value, column, false);
  const plain = html ? decodeHTMLStrict(text.replace(/<(br|\/p|\/li|\/div|\/h\d)\s*\/?>/gi, '\n').replace(/<[a-z/!][^>]*>/gi, '')) : text;
  const tidy = mended(plain)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return tidy === '' ? undefined : shortened(tidy, maxBody);
}

/** @throws Rejected for anything but a whole number within the bounds */
function countOf(column: string, what: string, value: unknown, max: number): number {
  if (isMissing(value)) return 0;
  const count = numberOf(value);
  if (!Number.isInteger(count) || count < 0) throw new Rejected(`the ${what} are not a whole number`, column, shown(value));
  if (count > max) throw new Rejected(`the ${what} are more than ${max}`, column, shown(value));
  return count;
}

export function votesOf(column: string, value: unknown): number {
  return countOf(column, 'votes', value, maxVotes);
}

/** Also whether a buyer is verified, and whether a sold-out product can be ordered, in the words of review apps and shops. */
const yes = new Set(
  ['true', 'yes', 'y', '1', 't', 'x', 'on', 'ja', 'oui', 'si', 'sí', 'sim', 'tak', 'да', '是'].concat(
    ['verified', 'verified buyer', 'verified purchase', 'verified purchaser', 'verified customer', 'buyer', 'confirmed buyer'],
    ['notify', 'continue', 'instock', 'in stock', 'backorder', 'onbackorder'],
  ),
);
const no = new Set(
  ['', 'false', 'no', 'n', '0', 'f', 'off', 'nein', 'non', 'não', 'nie', 'нет', '否', 'none', 'null', 'nan', 'n/a', 'na', '-'].concat(
    ['unverified', 'not verified', 'non verified', 'reviewer', 'verified reviewer', 'site reviewer', 'anonymous', 'anonymous user'],
    ['nothing', 'deny', 'outofstock', 'out of stock'],
  ),
);

/** @throws Rejected for what is neither yes nor no */
export function flagOf(column: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null) return false;
  const text = wordOf(written(value));
  if (yes.has(text)) return true;
  if (no.has(text)) return false;
  throw new Rejected(`"${shown(value)}" is neither yes nor no`, column, shown(value));
}

/** A word of a list of states, however it is parted and whatever case it has; a number without zeros behind it. */
export function wordOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/(?<=\p{L})[\s_-]+(?=\p{L})/gu, ' ')
    .replace(/^(\d+)\.0+$/, '$1');
}

const emailPattern = /^[^\s@<>"]+@[^\s@<>".]+(?:\.[^\s@<>".]+)+$/;

/** @returns undefined where there is none @throws Rejected for what is no e-mail address */
export function emailOf(column: string, value: unknown): string | undefined {
  if (isMissing(value)) return undefined;
  const email = written(value).trim().toLowerCase();
  if (email.length > 254 || !emailPattern.test(email))
    throw new Rejected(`"${shown(email)}" is not an e-mail address`, column, shown(value));
  return email;
}

export function isEmail(text: string): boolean {
  return emailPattern.test(text);
}

/** @returns undefined where there is none @throws Rejected for anything but an address of the web */
export function urlOf(column: string, value: unknown): string | undefined {
  if (isMissing(value)) return undefined;
  const text = written(value).trim();
  const address = text.startsWith('//') ? `https:${text}` : text;
  if (address.length > 2000 || !/^https?:\/\/[^\s]+$/i.test(address) || !URL.canParse(address))
    throw new Rejected(`"${shown(text)}" is not a web address`, column, shown(text));
  return address;
}

/** Several addresses: a list, or text that parts them by commas, spaces, bars or semicolons, or is a list in JSON. @throws Rejected */
export function urlsOf(column: string, value: unknown): string[] {
  if (isMissing(value)) return [];
  const urls = addressesIn(value).flatMap((part) => urlOf(column, part) ?? []);
  return [...new Set(urls)].slice(0, maxImages);
}

function addressesIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const text = written(value).trim();
  const list = text.startsWith('[') ? listIn(text) : null;
  return list ?? text.split(/[\s|;]+|,(?=\s*(?:https?:)?\/\/)/i).map((part) => part.replace(/,$/, ''));
}

function listIn(text: string): unknown[] | null {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : null;
  } catch {
    return null;
  }
}

export function stockOf(column: string, value: unknown, decimal: DecimalMark): number | undefined {
  if (isMissing(value)) return undefined;
  const stock = numberOf(value, decimal);
  if (!Number.isInteger(stock)) throw new Rejected(`the stock "${shown(value)}" is not a whole number`, column, shown(value));
  if (stock > maxStock) throw new Rejected(`the stock is more than ${maxStock}`, column, shown(value));
  // Shops that sell what they do not have count below zero.
  return Math.max(0, stock);
}

/** What prices are written with, beside the codes of their currencies. A dollar, a yen, a pound or a krone may be any country's. */
const symbols: readonly [pattern: RegExp, currencies: RegExp][] = [
  [/^€$/, /^EUR$/],
  [/^£$/, /P$/],
  [/^[¥￥円元]$/, /^(JPY|CNY)$/],
  [/^(US|CA?|AU?|NZ|HK|SG?|NT|MX|R)?\$$/, /D$|^(BRL|MXN|CLP|COP|ARS|UYU)$/],
  [/^₹$|^rs\.?$/i, /^(INR|PKR|LKR|NPR|MUR|SCR)$/],
  [/^kr\.?$/i, /^(SEK|NOK|DKK|ISK)$/],
  [/^zł$/i, /^PLN$/],
  [/^kč$/i, /^CZK$/],
  [/^ft$/i, /^HUF$/],
  [/^lei$/i, /^(RON|MDL)$/],
  [/^(₽|руб\.?)$/i, /^RUB$/],
  [/^(₺|tl)$/i, /^TRY$/],
  [/^(fr|sfr)\.?$/i, /^CHF$/],
  [/^r$/i, /^ZAR$/],
  [/^rm$/i, /^MYR$/],
  [/^[^\P{Sc}$€£¥￥₹₽₺]$/u, /./],
];

/** @throws Rejected where the price says that it is in another currency */
function withoutCurrency(column: string, text: string, currency: string): string {
  const from = text.search(/\d/);
  if (from === -1) return text;
  let to = text.length;
  while (!/\d/.test(text[to - 1]!)) to--;
  // "5.-" and "5,–" are written for round prices.
  const after = text.slice(to).replace(/^[.,][-–—]?/, '');
  for (const mark of [text.slice(0, from).trim(), after.trim()]) {
    const known = mark.toUpperCase() === currency || symbols.some(([pattern, of]) => pattern.test(mark) && of.test(currency));
    if (mark !== '' && !known) throw new Rejected(`"${shown(text)}" is not a price in ${currency}`, column, shown(text));
  }
  return text.slice(from, to);
}

/** @throws Rejected for what is no price in the currency, exact to its smallest unit */
export function priceOf(
  column: string,
  value: unknown,
  currency: string,
  decimal: DecimalMark,
): { amountMinor: number; currency: string } | undefined {
  if (isMissing(value)) return undefined;
  if (!isCurrency(currency)) throw new Rejected(`"${shown(currency)}" is not an ISO 4217 currency code`, column, shown(currency));
  const bare = withoutCurrency(column, written(value).trim(), currency);
  const text = ungrouped(bare.trim(), decimal).replace(decimal === ',' ? ',' : /$^/, '.');
  const match = /^(\d+)(?:\.(\d*))?$/.exec(text);
  const digits = fractionDigits(currency);
  const fraction = /^\d*[1-9]/.exec(match?.[2] ?? '')?.[0] ?? '';
  if (!match || fraction.length > digits) throw new Rejected(`"${shown(value)}" is not a price in ${currency}`, column, shown(value));
  const amount = BigInt(match[1]! + fraction.padEnd(digits, '0'));
  if (amount > maxAmount) throw new Rejected(`the price is more than ${maxAmount} of the smallest unit`, column, shown(value));
  // Exports write zero for what they have no price of.
  return amount === 0n ? undefined : { amountMinor: Number(amount), currency };
}

/** A GTIN without what parts its digits. @returns undefined where it is none */
export function gtinIn(code: string): string | undefined {
  const digits = code.replace(/[\s-]/g, '');
  return isGtin(digits) ? digits : undefined;
}
