/** What changes of products and categories have in common. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { duplicateKeyFields } from '../../store/database.js';

/** Announced whenever what a search shows of a product changes. */
export const catalogTopic = 'catalog';

/** What changes of a product contend for. */
export function productKey(id: Types.ObjectId): string {
  return `product:${id.toHexString()}`;
}

/** What products of a category and its deletion contend for. */
export function categoryKey(id: Types.ObjectId): string {
  return `category:${id.toHexString()}`;
}

/** What those contend for who want the same slug. */
export function slugKey(collection: string, slug: string): string {
  return `slug:${collection}:${slug}`;
}

/** @throws RulesBroken ALREADY_EXISTS where another one has the external id */
export async function insertKnownOnce<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (duplicateKeyFields(error)?.includes('externalId'))
      throw broken('ALREADY_EXISTS', 'Something else from this source already has this ID.', 'externalId');
    throw error;
  }
}
