/** Third step: only what can be ordered now. */
import type { Types } from 'mongoose';
import { isSoldOut } from '../../catalog/index.js';
import type { RecommendationRequest } from './recommendation.js';

/** Leaves out products that are gone, archived or out of stock, in one read. */
export async function available<Item extends { product: Types.ObjectId }>(
  items: readonly Item[],
  { productOf }: Pick<RecommendationRequest, 'productOf'>,
): Promise<Item[]> {
  const products = await Promise.all(items.map(({ product }) => productOf(product)));
  return items.filter((_, at) => products[at]?.archivedAt === null && !isSoldOut(products[at]));
}
