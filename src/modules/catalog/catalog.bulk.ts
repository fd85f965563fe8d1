/** Products and categories in bulk, for imports and for training. */
import { insertMissing } from '../../store/documents.js';
import { ChangedDocuments } from '../../workers/index.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';

export class CatalogBulk {
  constructor(private readonly models: CatalogModels) {}

  /** @returns how many were new */
  importCategories(categories: readonly CategoryDocument[]): Promise<number> {
    return insertMissing(this.models.categories, categories);
  }

  /** @returns how many were new */
  importProducts(products: readonly ProductDocument[]): Promise<number> {
    return insertMissing(this.models.products, products);
  }

  countProducts(): Promise<number> {
    return this.models.products.estimatedDocumentCount().exec();
  }

  /** A reader of the products that change. @param from the position of an earlier reader; all products where left out */
  changedProducts(from: Date | null = null): ChangedDocuments<ProductDocument> {
    return new ChangedDocuments(this.models.products, 'updatedAt', from);
  }

  /** Every product, for training. */
  allProducts(): AsyncIterable<ProductDocument> {
    return this.models.products.collection.find<ProductDocument>({}, { batchSize: 100 });
  }

  /** Every category, for training. */
  allCategories(): AsyncIterable<CategoryDocument> {
    return this.models.categories.collection.find<CategoryDocument>({});
  }
}
