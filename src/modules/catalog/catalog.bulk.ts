/** Products and categories in bulk, for imports and for training. Imports answer how many were new. */
import { insertMissing } from '../../store/bulk.js';
import { CategoryModel, ProductModel, type CategoryDocument, type ProductDocument } from './catalog.model.js';

export function importCategories(categories: CategoryDocument[]): Promise<number> {
  return insertMissing(CategoryModel, categories);
}

export function importProducts(products: ProductDocument[]): Promise<number> {
  return insertMissing(ProductModel, products);
}

export function countProducts(): Promise<number> {
  return ProductModel.estimatedDocumentCount().exec();
}

/** What changed since, itself included, in the order of the changes. */
export function productsChangedSince(since: Date): AsyncIterable<ProductDocument> {
  return ProductModel.collection.find<ProductDocument>({ updatedAt: { $gte: since } }, { batchSize: 100 }).sort({ updatedAt: 1 });
}

/** Every product, for training. */
export function allProducts(): AsyncIterable<ProductDocument> {
  return ProductModel.collection.find<ProductDocument>({}, { batchSize: 100 });
}

/** Every category, for training. */
export function allCategories(): AsyncIterable<CategoryDocument> {
  return CategoryModel.collection.find<CategoryDocument>({});
}
