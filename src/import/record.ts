/** What every format is read into. */

/** A rating, and the review with it where the source has one. */
export interface ImportedRating {
  user: string;
  product: string;
  /** On the scale of the source. */
  rating: number;
  title: string;
  body: string;
  helpful: number;
  verified: boolean;
  at: Date | null;
  /** What the source says of the product, where it says it on the same line. */
  productTitle?: string;
  category?: string;
  userName?: string;
}

export interface ImportedProduct {
  product: string;
  title: string;
  category?: string;
}

/** Why a line is not taken. */
export class Rejected extends Error {}

export interface Scale {
  least: number;
  most: number;
}

/** Reads a line of ratings. @throws Rejected with the reason */
export type RatingParser = (line: string) => ImportedRating;

export interface Format {
  scale: Scale;
  /** The category of products that come without one. */
  category: string;
  /** Whether the first line names the columns. */
  header: boolean;
  /** @param header the first line, where the format has one @throws Error where the header does not fit */
  ratings(header: string | null): RatingParser;
  /** Reads a line of a separate file of products, where the format has one. */
  product?: (line: string) => ImportedProduct;
}

/** @throws Rejected for anything but a number on the scale */
export function ratingOn(scale: Scale, text: unknown): number {
  const rating = typeof text === 'string' && text.trim() !== '' ? Number(text) : typeof text === 'number' ? text : NaN;
  if (!Number.isFinite(rating)) throw new Rejected(`the rating ${JSON.stringify(text)?.slice(0, 40)} is not a number`);
  if (rating < scale.least || rating > scale.most) throw new Rejected(`the rating ${rating} is not from ${scale.least} to ${scale.most}`);
  return rating;
}

/** @throws Rejected where a name is missing or too long to be one */
export function nameOf(what: string, text: unknown): string {
  const name = typeof text === 'number' ? String(text) : typeof text === 'string' ? text.trim() : '';
  if (name === '') throw new Rejected(`the ${what} is missing`);
  if (name.length > 200) throw new Rejected(`the ${what} is longer than 200 characters`);
  return name;
}

/** @param value seconds or milliseconds since 1970, or an ISO date @throws Rejected */
export function timeOf(value: unknown): Date | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' && typeof value !== 'number') throw new Rejected('the time is neither text nor a number');
  const number = Number(value);
  const date = Number.isFinite(number) ? new Date(number > 1e11 ? number : number * 1000) : new Date(value);
  if (Number.isNaN(date.getTime())) throw new Rejected(`the time ${JSON.stringify(value).slice(0, 40)} is none`);
  return date;
}

export function plainRating(user: string, product: string, rating: number, at: Date | null = null): ImportedRating {
  return { user, product, rating, title: '', body: '', helpful: 0, verified: false, at };
}
