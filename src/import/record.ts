/** What every format is read into. */
import { OperatorError } from '../operator-error.js';
import type { Aspect } from '../scoring/index.js';

/** A rating, and the review with it where the source has one. */
export interface ImportedRating {
  /** What the source calls the user: an id, a name or an e-mail address. Never shown. */
  user: string;
  userName?: string;
  /** Private; whoever proves to own it may claim the user's reviews. */
  email?: string;
  product: string;
  /** On the scale of the source. */
  rating: number;
  aspects: Partial<Record<Aspect, number>>;
  title: string;
  body: string;
  helpful: number;
  unhelpful: number;
  verified: boolean;
  incentivised: boolean;
  images: string[];
  /** The merchant's answer. */
  reply: { body: string; at: Date | null } | null;
  /** Whether the source shows it. */
  published: boolean;
  at: Date | null;
}

export interface ImportedProduct {
  product: string;
  title?: string;
  description?: string;
  category?: string;
  price?: { amountMinor: number; currency: string };
  stock?: number;
  /** Whether it can be ordered when none is left. */
  backorder?: boolean;
  /** Whether the source does not show it; undefined where it does not say. */
  archived?: boolean;
  image?: string;
  sku?: string;
  /** Valid, or else it is among the attributes. */
  gtin?: string;
  mpn?: string;
  brand?: string;
  /** Whatever else the source says of it. */
  attributes: { name: string; value: string }[];
}

export interface ImportedFollow {
  follower: string;
  followee: string;
}

/** What one line of a file says. */
export interface Entry {
  rating?: ImportedRating;
  product?: ImportedProduct;
  follow?: ImportedFollow;
}

/** Why a line is not taken, and which of its values is at fault. */
export class Rejected extends Error {
  constructor(
    reason: string,
    readonly column = '',
    readonly value = '',
  ) {
    super(reason);
  }
}

/** Why a file, or the whole import, cannot go on: a sentence for whoever started it. */
export class ImportFailure extends OperatorError {
  constructor(message: string) {
    super('IMPORT_FAILED', message);
  }
}

export interface Scale {
  least: number;
  most: number;
}

export function plainRating(user: string, product: string, rating: number, at: Date | null = null): ImportedRating {
  return {
    user,
    product,
    rating,
    aspects: {},
    title: '',
    body: '',
    helpful: 0,
    unhelpful: 0,
    verified: false,
    incentivised: false,
    images: [],
    reply: null,
    published: true,
    at,
  };
}
