/**
 * What finds found, kept for answers that are each viewer's own: most of what they are made from is the same for all.
 * It is shared by all who find the same, so that nobody may change it: it is frozen.
 */
import { mongo } from 'mongoose';
import { keptReads } from './reads.js';

interface Find {
  collection: string;
  filter: unknown;
  options: unknown;
}

/** Longer questions are seldom asked again. */
const longestKey = 4_000;
/** About how many bytes values take. */
const sizes = { text: 24, number: 12, date: 96, id: 56, object: 56, field: 16, other: 200 } as const;

/** What a find finds, or its count, from memory where it is kept. */
export function keptFind<Found>(what: 'find' | 'count', find: Find, read: () => Promise<Found>): Promise<Found> {
  const kept = keptReads();
  const key = kept && keyOf(what, find);
  if (!kept || key === null) return read();
  const known = kept.known<Found>(key);
  if (known !== undefined) return Promise.resolve(known);
  return kept.find(key, async () => freeze(await read()), sizeOf);
}

function keyOf(what: string, { collection, filter, options }: Find): string | null {
  const key = `${what} ${collection} ${textOf(filter)} ${textOf(options)}`;
  return key.length > longestKey || key.includes(unclear) ? null : key;
}

/** In no text, which are quoted. */
const unclear = '\u0000';

/** A value as a text that only its equals have; unclear for one of a kind that is seldom asked for. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (value instanceof mongo.ObjectId) return `o${value.toHexString()}`;
  if (!isPlain(value)) return unclear;
  return `{${Object.entries(value)
    .map(([name, inner]) => `${JSON.stringify(name)}:${textOf(inner)}`)
    .join()}}`;
}

function freeze<Value>(value: Value): Value {
  if (Array.isArray(value)) for (const item of value) freeze(item);
  else if (isPlain(value)) for (const item of Object.values(value)) freeze(item);
  else return value;
  return Object.freeze(value);
}

/** A text with any such character takes two bytes for each. */
const isWide = /[^\0-\xff]/;

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return sizes.text + (isWide.test(value) ? 2 : 1) * value.length;
  if (typeof value !== 'object' || value === null) return sizes.number;
  if (value instanceof mongo.ObjectId) return sizes.id;
  if (value instanceof Date) return sizes.date;
  if (!Array.isArray(value) && !isPlain(value)) return sizes.other;
  return Object.values(value).reduce<number>((sum, item) => sum + sizes.field + sizeOf(item), sizes.object);
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
