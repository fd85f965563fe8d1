/** What those have in common who follow the products of the store: the search's thread, and a search engine outside. */
import { Types } from 'mongoose';
import type { ChangedDocuments } from '../../workers/index.js';
import type { CatalogBulk } from './catalog.bulk.js';
import type { CategoryDocument, ProductDocument } from './catalog.model.js';
import type { KeptPosition } from './search/kept-index.js';

export interface Following {
  products: ChangedDocuments<ProductDocument>;
  categories: ChangedDocuments<CategoryDocument>;
  newest: KeptPosition['newest'];
}

/** @param position of an earlier reader; null for all products and categories */
export function followFrom(catalog: CatalogBulk, position: KeptPosition | null): Following {
  return {
    products: catalog.changedProducts(position && new Date(position.products)),
    categories: catalog.changedCategories(position && new Date(position.categories)),
    newest: position?.newest ?? null,
  };
}

export function positionOf({ products, categories, newest }: Following): KeptPosition {
  return { products: products.position.getTime(), categories: categories.position.getTime(), newest };
}

/** The product that changed last: of the newest so far, and of those that have just been read. */
export function newestOf(products: readonly ProductDocument[], newest: KeptPosition['newest']): KeptPosition['newest'] {
  return products
    .map(({ _id, updatedAt }) => ({ id: _id.toHexString(), updatedAt: updatedAt.getTime() }))
    .reduce((latest, product) => (latest && latest.updatedAt > product.updatedAt ? latest : product), newest);
}

/** Whether the store knows what was read last, and is not one that a backup has brought back since. */
export async function isKnown(catalog: CatalogBulk, { id, updatedAt }: NonNullable<KeptPosition['newest']>): Promise<boolean> {
  const changedAt = await catalog.changedAt(new Types.ObjectId(id));
  return changedAt !== null && changedAt.getTime() >= updatedAt;
}

export async function* inBatches<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
