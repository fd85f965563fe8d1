/** What searches and lists know of a product of the store. */
import { pointsPerStar } from '../../scoring/index.js';
import { isPriced, isSoldOut } from './availability.js';
import type { ProductDocument } from './catalog.model.js';
import type { SearchedProduct } from './search/product-index.js';

export function searchedOf(product: ProductDocument): SearchedProduct {
  const { _id, category, merchant, brand, sku, gtin, mpn, price, attributes, rating, score, createdAt, archivedAt } = product;
  return {
    id: _id.toHexString(),
    category: category.toHexString(),
    merchant: merchant.toHexString(),
    names: [brand, sku, gtin, mpn].filter((name) => name !== null),
    archived: archivedAt !== null,
    price: price && { amountMinor: price.amountMinor, currency: price.currency },
    attributes: attributes.map(({ name, value }) => ({ name, value })),
    inStock: isPriced(product) && !isSoldOut(product),
    rating: rating.count === 0 ? null : rating.points / rating.count / pointsPerStar,
    createdAt: createdAt.getTime(),
    ...{ title: product.title, description: product.description, brand, score },
  };
}
