/** Readable parts of addresses: unique, in any script, and found again under the ones that were used before. */
import { randomBytes } from 'node:crypto';
import type { Model, Types } from 'mongoose';
import { duplicateKeyFields, type ClientSession } from '../../store/database.js';

const maxLength = 80;
/** The latest slugs by which something is still found. */
const maxSlugs = 50;
/** Tried in order before something random: teapot, teapot-2, …, teapot-9. */
const numbers = [2, 3, 4, 5, 6, 7, 8, 9];
const maxAttempts = 5;

export interface Sluggish {
  _id: Types.ObjectId;
  slug: string;
  slugs: string[];
}

/** Letters and digits of any script, in lower case; Latin letters lose their accents. */
export function slugify(title: string): string {
  const letters = title
    .normalize('NFKD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
    // The vowel am of Thai and Lao is taken apart for compatibility, and would not be put together again.
    .replaceAll('\u0e4d\u0e32', '\u0e33')
    .replaceAll('\u0ecd\u0eb2', '\u0eb3');
  const slug = (letters.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []).join('-');
  const short = [...slug].slice(0, maxLength).join('');
  return (short.endsWith('-') ? short.slice(0, -1) : short) || 'item';
}

/** A slug as it is kept, from an address in capitals or decomposed letters. */
export function slugOfAddress(slug: string): string {
  return slug.normalize('NFC').toLowerCase();
}

/** The slug itself where nothing else has or had it, else with something behind it. @param self may have it */
export async function freeSlug<Document extends Sluggish>(
  model: Model<Document>,
  wanted: string,
  { session, self, attempt }: { session: ClientSession; self?: Types.ObjectId; attempt: number },
): Promise<string> {
  const candidates = attempt === 0 ? [wanted, ...numbers.map((number) => `${wanted}-${number}`)] : [];
  const others = { slugs: { $in: candidates }, ...(self && { _id: { $ne: self } }) };
  const found =
    candidates.length === 0
      ? []
      : await model
          .find(others as never, { slugs: 1 })
          .session(session)
          .lean<Sluggish[]>();
  const taken = new Set(found.flatMap(({ slugs }) => slugs));
  return candidates.find((slug) => !taken.has(slug)) ?? `${wanted}-${randomBytes(4).toString('hex')}`;
}

/** The slugs of something that gets another one. */
export function slugsAfter(slug: string, before: readonly string[]): string[] {
  return [slug, ...before.filter((other) => other !== slug)].slice(0, maxSlugs);
}

/** Tries again where somebody else took the slug at the same time. */
export async function withFreeSlug<Result>(work: (attempt: number) => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt + 1 >= maxAttempts || !duplicateKeyFields(error)?.includes('slugs')) throw error;
    }
  }
}
