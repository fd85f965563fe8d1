/** Third step: only what can be ordered now, and of others. */
import type { Types } from 'mongoose';
import { isSoldOut, type ProductDocument } from '../../catalog/index.js';
import type { RecommendationRequest } from './recommendation.js';

/** Leaves out products that are gone, archived, out of stock or the viewer’s own, in one read. */
export async function available<Item extends { product: Types.ObjectId }>(
  items: readonly Item[],
  { productOf, user }: Pick<RecommendationRequest, 'productOf' | 'user'>,
): Promise<Item[]> {
  const products = await Promise.all(items.map(({ product }) => productOf(product)));
  return items.filter((_, at) => {
    const product = products[at];
    return product?.archivedAt === null && !isSoldOut(product) && !isSoldBy(user, product);
  });
}

/** Merchants may have more products than are kept from them by their IDs. */
export function isSoldBy(user: Types.ObjectId | null, { merchant }: ProductDocument): boolean {
  return user !== null && merchant.equals(user);
}
