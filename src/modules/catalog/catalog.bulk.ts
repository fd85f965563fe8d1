/** Products and categories in bulk, for imports and for search. */
import type { Types } from 'mongoose';
import { type Model } from 'mongoose';
import { insertNew } from '../../store/documents.js';
import { ChangedDocuments } from '../../workers/index.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';

export type Identity = 'sku' | 'gtin' | 'mpn' | 'brand' | 'externalId';

/** A product in bulk: what is left out has its default. */
export type BulkProduct = Omit<ProductDocument, 'slugs' | 'archivedAt' | Identity> &
  Partial<Pick<ProductDocument, 'archivedAt' | Identity>>;

/** A category in bulk, at the top of the tree. */
export type BulkCategory = Pick<CategoryDocument, '_id' | 'slug' | 'name' | 'source' | 'externalId'>;

export class CatalogBulk {
  constructor(private readonly models: CatalogModels) {}

  /** A category whose slug is taken by another one gets its id behind it. @returns how many were new */
  importCategories(categories: readonly BulkCategory[]): Promise<number> {
    const updatedAt = new Date();
    const top = categories.map((category): CategoryDocument => ({
      ...category,
      ...{ slugs: [category.slug], parent: null, ancestors: [], childCount: 0, updatedAt },
    }));
    return insertWithSlugs(this.models.categories, top, (slug, id) => `${slug}-${id}`);
  }

  /** A product whose slug is taken by another one gets its whole id behind it. @returns how many were new */
  importProducts(products: readonly BulkProduct[]): Promise<number> {
    const complete = products.map((product): ProductDocument => ({
      ...{ sku: null, gtin: null, mpn: null, brand: null, archivedAt: null },
      ...product,
      slugs: [product.slug],
    }));
    return insertWithSlugs(this.models.products, complete, (slug, id) => `${slug.replace(/-[0-9a-f]{6}$/, '')}-${id}`);
  }

  /** Hands all products of one merchant to another. @returns how many */
  async handOverProducts(from: Types.ObjectId, to: Types.ObjectId): Promise<number> {
    const { modifiedCount } = await this.models.products.updateMany({ merchant: from }, { $set: { merchant: to, updatedAt: new Date() } });
    return modifiedCount;
  }

  countProducts(): Promise<number> {
    return this.models.products.estimatedDocumentCount().exec();
  }

  /** A reader of the products that change. @param from the position of an earlier reader; all products where left out */
  changedProducts(from: Date | null = null): ChangedDocuments<ProductDocument> {
    return new ChangedDocuments(this.models.products, 'updatedAt', from);
  }

  /** A reader of the categories that change. @param from the position of an earlier reader; all categories where left out */
  changedCategories(from: Date | null = null): ChangedDocuments<CategoryDocument> {
    return new ChangedDocuments(this.models.categories, 'updatedAt', from);
  }

  /** When what a search shows of a product last changed. @returns null where there is no such product */
  async changedAt(id: Types.ObjectId): Promise<Date | null> {
    return (await this.models.products.findById(id, { updatedAt: 1 }).lean())?.updatedAt ?? null;
  }

  /** What categories are called, by hexadecimal id. */
  async categoryNames(ids: readonly Types.ObjectId[]): Promise<ReadonlyMap<string, string>> {
    const categories = await this.models.categories.find({ _id: { $in: [...ids] } }, { name: 1 }).lean();
    return new Map(categories.map(({ _id, name }) => [_id.toHexString(), name]));
  }

  /** The products right in a category. */
  productsIn(category: Types.ObjectId): AsyncIterable<ProductDocument> {
    return this.models.products.collection.find<ProductDocument>({ category }, { batchSize: 100 });
  }
}

async function insertWithSlugs<Document extends { _id: Types.ObjectId; slug: string; slugs: string[]; externalId?: string }>(
  model: Model<Document>,
  documents: readonly Document[],
  longer: (slug: string, id: string) => string,
): Promise<number> {
  const { inserted, taken } = await insertNew(model, documents);
  const others = taken.filter(({ index }) => index !== '_id_');
  if (others.length === 0) return inserted;
  const renamed = others.map(({ document }) => {
    const slug = longer(document.slug, document._id.toHexString());
    return { ...document, slug, slugs: [slug] };
  });
  const again = await insertNew(model, renamed);
  // What something else is already known by stays with that.
  const nameless = again.taken
    .filter(({ index }) => index !== '_id_')
    .map(({ document: { externalId: _, ...document } }) => document as Document);
  return inserted + again.inserted + (nameless.length > 0 ? (await insertNew(model, nameless)).inserted : 0);
}
