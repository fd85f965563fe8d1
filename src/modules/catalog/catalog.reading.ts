/** The catalogue as whoever reads all of it does, also from a thread of its own. */
import type { mongo } from 'mongoose';
import type { CategoryDocument, ProductDocument } from './catalog.model.js';

/** What a product is about. */
export type DescribedProduct = Pick<ProductDocument, '_id' | 'title' | 'description' | 'attributes' | 'category'>;

const described = { title: 1, description: 1, attributes: 1, category: 1 };

export function allProducts(db: mongo.Db): AsyncIterable<DescribedProduct> {
  return db.collection('products').find<DescribedProduct>({}, { projection: described, batchSize: 100 });
}

export function allCategories(db: mongo.Db): AsyncIterable<Pick<CategoryDocument, '_id' | 'name'>> {
  return db.collection('categories').find<CategoryDocument>({}, { projection: { name: 1 } });
}
