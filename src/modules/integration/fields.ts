/** Reads fields of other systems' messages: numbers that may be texts, times, addresses, and money in decimal texts. */
import { decodeHTML } from 'entities';
import { isGtin } from '../../input/gtin.js';
import { isLanguageTag } from '../../input/language-tag.js';
import { beginningOf, givenLine, isLongerThan, mended } from '../../input/text.js';
import { webAddress } from '../../input/web-address.js';
import { fractionDigits, isCurrency, maxAmount, type Amount } from '../../relay/currency.js';
import { isEmail } from '../user/index.js';
import { Unreadable, type ShopRecord } from './records.js';

export type Fields = Readonly<Record<string, unknown>>;

/** What of the shop's settings readers need. */
export interface ReaderOptions {
  /** That of amounts without one. */
  currency: string;
  /** Whether what was handed to the carrier counts as delivered. */
  fulfilledIsDelivered: boolean;
}

/** Makes of a message what it says. @throws Unreadable */
export type Reader = (body: Fields, options: ReaderOptions) => ShopRecord;

const maxDescription = 10_000;

/** @throws Unreadable where it is no object */
export function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unreadable(`${name} is missing or is no object.`);
  return value as Fields;
}

export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((item): item is Fields => typeof item === 'object' && item !== null) : [];
}

/** An ID, which some systems write as a number. @throws Unreadable */
export function idIn(fields: Fields, name: string): string {
  const id = optionalIdIn(fields, name);
  if (id === null) throw new Unreadable(`${name} is missing or is no ID.`);
  return id;
}

/**
 * What is gone has no times at which it was made and changed any more.
 * @throws Unreadable for a body with one of them, which tells of what is there
 */
export function deletedIdIn(fields: Fields, times: readonly string[]): string {
  if (times.some((name) => name in fields)) throw new Unreadable('It tells of what is there, so that nothing was deleted.');
  return idIn(fields, 'id');
}

/** The same, or null where there is none; systems without nulls write 0. */
export function optionalIdIn(fields: Fields, name: string): string | null {
  const value = fields[name];
  const text = typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : value;
  return typeof text === 'string' && text.length <= 150 && text !== '0' && /^[\x21-\x7e]+$/.test(text) ? text : null;
}

/** Text of one line. Nobody is there to correct what Plaza does not take, so it is left out. */
export function lineIn(fields: Fields, name: string, max: number): string | null {
  return givenLine(fields[name], max);
}

function shortened(text: string, max: number): string {
  return isLongerThan(text, max) ? beginningOf(text, max).trim() : text;
}

/** A code such as a status. */
export function wordIn(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberIn(fields: Fields, name: string): number | null {
  const value = fields[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** @param utc whether a time without a zone is in UTC, as those of fields that end in `_gmt` are */
export function timeIn(fields: Fields, name: string, { utc = false } = {}): Date | null {
  const text = wordIn(fields, name);
  if (!text) return null;
  const time = new Date(utc && !/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(time.getTime()) ? null : time;
}

export function addressIn(fields: Fields, name: string): string | null {
  const text = wordIn(fields, name);
  return text && webAddress(text);
}

/** Shops write all kinds of codes where a GTIN is asked for. */
export function gtinIn(fields: Fields, name: string): string | null {
  const text = wordIn(fields, name)?.replace(/[\s-]/g, '') ?? '';
  return isGtin(text) ? text : null;
}

/** @throws Unreadable for what is no currency */
export function currencyIn(fields: Fields, name: string, otherwise: string): string {
  const code = wordIn(fields, name)?.toUpperCase() ?? otherwise;
  if (!isCurrency(code)) throw new Unreadable(`${name} is no ISO 4217 currency code.`);
  return code;
}

/**
 * A decimal such as "19.99" in the currency's smallest unit; null without one. Shops divide totals by quantities, so that
 * there may be more digits than the currency has: they are rounded half up.
 * @throws Unreadable for what is no price
 */
export function moneyIn(fields: Fields, name: string, currency: string): Amount | null {
  const value = fields[name];
  if (value === null || value === undefined || value === '') return null;
  const text = typeof value === 'number' ? value.toFixed(8) : value;
  const match = typeof text === 'string' ? /^(\d{1,15})(?:\.(\d{1,20}))?$/.exec(text.trim()) : null;
  if (!match) throw new Unreadable(`${name} is no price.`);
  const digits = fractionDigits(currency);
  const fraction = (match[2] ?? '').padEnd(digits + 1, '0');
  const roundsUp = fraction[digits]! >= '5';
  const minor = BigInt(match[1]! + fraction.slice(0, digits)) + (roundsUp ? 1n : 0n);
  if (minor > maxAmount) throw new Unreadable(`${name} is too large.`);
  return { amountMinor: Number(minor), currency };
}

/** The words of a text with markup. */
export function plainTextIn(fields: Fields, name: string): string | null {
  const html = wordIn(fields, name);
  if (!html) return null;
  const spaced = html.replace(/<(?:br|\/p|\/li|\/div|\/h\d)\s*\/?>/gi, '\n').replace(/<[^>]{0,2000}>/g, '');
  const words = mended(decodeHTML(spaced))
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n\s*\n+/g, '\n\n')
    .trim();
  return words === '' ? null : shortened(words, maxDescription);
}

export function languageIn(fields: Fields, name: string): string | null {
  const tag = wordIn(fields, name)?.replaceAll('_', '-') ?? '';
  return isLanguageTag(tag) ? tag : null;
}

export function nameIn(fields: Fields): string | null {
  const parts = [lineIn(fields, 'first_name', 50), lineIn(fields, 'last_name', 49)].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' ') : null;
}

/** An address that can be written to. Other texts are as good as none. */
export function emailIn(fields: Fields, name: string): string | null {
  const text = wordIn(fields, name)?.trim() ?? '';
  return isEmail(text) ? text : null;
}
