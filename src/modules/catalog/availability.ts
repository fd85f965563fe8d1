/** Whether a product can be ordered, from its price and its stock. */
import type { SignedIn } from '../../relay/context.js';
import type { ProductDocument } from './catalog.model.js';
import type { MoneyAmount } from './money.js';

export enum ProductAvailability {
  IN_STOCK = 'IN_STOCK',
  BACKORDER = 'BACKORDER',
  OUT_OF_STOCK = 'OUT_OF_STOCK',
  UNLISTED = 'UNLISTED',
}

export function availabilityOf({
  price,
  stock,
  backorder,
  archivedAt,
}: Pick<ProductDocument, 'price' | 'stock' | 'backorder' | 'archivedAt'>): ProductAvailability {
  if (price === null || archivedAt) return ProductAvailability.UNLISTED;
  if (stock === null || stock > 0) return ProductAvailability.IN_STOCK;
  return backorder ? ProductAvailability.BACKORDER : ProductAvailability.OUT_OF_STOCK;
}

/** Whether there is none of a product left, priced or not. */
export function isSoldOut({ stock, backorder }: Pick<ProductDocument, 'stock' | 'backorder'>): boolean {
  return stock !== null && stock <= 0 && !backorder;
}

/** Finds the products that are in the shop. */
export const inShop = { archivedAt: null };

/** Whether a viewer may see a product: archived ones are for their merchant and administrators. */
export function maySee({ archivedAt, merchant }: Pick<ProductDocument, 'archivedAt' | 'merchant'>, viewer: SignedIn | null): boolean {
  return archivedAt === null || (viewer !== null && (merchant.equals(viewer.userId) || viewer.roles.includes('ADMIN')));
}

/** Finds the products that are not sold out. */
export const notSoldOut = { $or: [{ stock: null }, { stock: { $gt: 0 } }, { backorder: true }] };

export type PricedProduct = ProductDocument & { price: MoneyAmount };

export function isPriced(product: ProductDocument): product is PricedProduct {
  return product.price !== null;
}
