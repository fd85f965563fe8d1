/** What lists and searches of products are narrowed by, checked. */
import type { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import { isCurrency, maxAmount } from '../../relay/currency.js';
import { idOf } from '../../relay/global-id.js';
import type { ProductFilter } from './product-filter.type.js';

const maxAttributes = 20;
const maxValues = 50;

export interface PriceCondition {
  currency: string;
  min: number;
  max: number;
}

export interface ProductConditions {
  category?: Types.ObjectId;
  merchant?: Types.ObjectId;
  brands?: string[];
  attributes?: { name: string; values: string[] }[];
  price?: PriceCondition;
  /** In stars. */
  minRating?: number;
  inStock?: boolean;
  /** The only one whose prices are compared. */
  currency: string;
}

/**
 * @param shopCurrency that of prices where the filter names none
 * @throws RequestError BAD_USER_INPUT naming the argument at fault
 */
export function readFilter(filter: ProductFilter | null | undefined, shopCurrency: string): ProductConditions {
  const { categoryId, merchantId, brands, attributes, price, minRating, inStock } = filter ?? {};
  const currency = price?.currency ?? shopCurrency;
  requireThat((attributes ?? []).length <= maxAttributes, `Use at most ${maxAttributes} attributes.`, 'attributes');
  requireThat((brands ?? []).length <= maxValues, `Use at most ${maxValues} brands.`, 'brands');
  attributes?.forEach(({ values }, at) => {
    requireThat(values.length <= maxValues, `Use at most ${maxValues} values.`, `attributes.${at}.values`);
  });
  requireThat(typeof minRating !== 'number' || (minRating >= 1 && minRating <= 5), 'A rating is from 1 to 5 stars.', 'minRating');
  return {
    currency,
    ...(categoryId && { category: idOf('Category', categoryId, 'filter.categoryId') }),
    ...(merchantId && { merchant: idOf('User', merchantId, 'filter.merchantId') }),
    ...(brands && { brands }),
    ...(attributes && { attributes }),
    ...(price && { price: readPrice(price, currency) }),
    ...(typeof minRating === 'number' && { minRating }),
    ...(inStock && { inStock }),
  };
}

function readPrice({ min, max }: NonNullable<ProductFilter['price']>, currency: string): PriceCondition {
  requireThat(isCurrency(currency), 'This is not an ISO 4217 currency code.', 'price.currency');
  requireThat((min ?? 0) >= 0, 'A price must not be negative.', 'price.min');
  requireThat((max ?? 0) >= 0, 'A price must not be negative.', 'price.max');
  requireThat((min ?? 0) <= (max ?? maxAmount), 'The highest price must not be below the lowest.', 'price.max');
  return { currency, min: min ?? 0, max: max ?? maxAmount };
}

function requireThat(holds: boolean, message: string, field: string): void {
  if (!holds) throw new RequestError('BAD_USER_INPUT', message, `filter.${field}`);
}
