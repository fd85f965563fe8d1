/** What people did with products, for data science: no names, and nobody who has opted out. */
import { createHmac, randomBytes } from 'node:crypto';
import Papa from 'papaparse';
import type { BehaviourVerbs } from '../modules/behaviour/index.js';
import { pointsPerStar } from '../scoring/index.js';

/** What a user did with a product. */
export interface BehaviourRecord {
  /** A pseudonym. */
  user: string;
  product: string;
  /** In stars; null where the user has not reviewed it. */
  rating: number | null;
  views: number;
  carts: number;
  purchases: number;
  comments: number;
  lastAt: Date;
}

const columns = ['user', 'product', 'rating', 'views', 'carts', 'purchases', 'comments', 'last_at'];

/**
 * A record for each user and product. Users go by pseudonyms that are made anew for each export: two exports cannot be
 * joined, and nobody can tell from one who somebody is.
 */
export async function* behaviourRecords({
  behaviour,
}: {
  behaviour: Pick<BehaviourVerbs, 'allInteractions' | 'personalisedUsers'>;
}): AsyncGenerator<BehaviourRecord> {
  const key = randomBytes(32);
  const mayBeUsed = await behaviour.personalisedUsers();
  for await (const { user, product, points, ...rest } of behaviour.allInteractions()) {
    if (!mayBeUsed(user)) continue;
    const pseudonym = createHmac('sha256', key).update(user.id).digest('hex').slice(0, 24);
    const rating = points === null ? null : points / pointsPerStar;
    const { views, carts, purchases, comments, lastAt } = rest;
    yield { user: pseudonym, product: product.toHexString(), rating, views, carts, purchases, comments, lastAt };
  }
}

/** The same as rows of comma-separated values, with a header. */
export async function* behaviourRows(records: AsyncIterable<BehaviourRecord>): AsyncGenerator<string> {
  yield `${columns.join(',')}\n`;
  for await (const { user, product, rating, views, carts, purchases, comments, lastAt } of records)
    yield `${Papa.unparse([[user, product, rating ?? '', views, carts, purchases, comments, lastAt.toISOString()]])}\n`;
}
