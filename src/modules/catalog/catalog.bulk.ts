/** Products and categories in bulk, for imports and for training. */
import { isDeepStrictEqual } from 'node:util';
import { Types, type Model } from 'mongoose';
import { insertNew } from '../../store/documents.js';
import { ChangedDocuments } from '../../workers/index.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';

type Identity = 'sku' | 'gtin' | 'mpn' | 'brand' | 'externalId';

/** A product in bulk: what is left out has its default. */
export type BulkProduct = Omit<ProductDocument, 'slugs' | 'archivedAt' | Identity> &
  Partial<Pick<ProductDocument, 'archivedAt' | Identity>>;

/** A category in bulk, at the top of the tree. */
export type BulkCategory = Pick<CategoryDocument, '_id' | 'slug' | 'name' | 'source' | 'externalId'>;

/** What a source says of a product that it may say differently the next time. */
export type ProductFacts = Partial<
  Pick<ProductDocument, 'title' | 'description' | 'price' | 'stock' | 'backorder' | 'attributes' | 'imageUrl' | Identity> & {
    /** Whether it is out of the shop. */
    archived: boolean;
  }
>;

type Changes = Partial<Omit<ProductFacts, 'archived'> & Pick<ProductDocument, 'archivedAt'>>;

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

  /**
   * Changes imported products where their source says something else now.
   * @param facts by the hexadecimal ids of products
   * @returns how many changed
   */
  async updateImportedProducts(facts: ReadonlyMap<string, ProductFacts>): Promise<number> {
    const changes = await this.changesOf(facts);
    const operations = changes.map(({ _id, changed }) => ({
      updateOne: { filter: { _id }, update: { $set: { ...changed, updatedAt: new Date() } } },
    }));
    if (operations.length > 0) await this.models.products.bulkWrite(operations, { ordered: false });
    return changes.length;
  }

  /** How many `updateImportedProducts` would change. */
  async previewProducts(facts: ReadonlyMap<string, ProductFacts>): Promise<number> {
    return (await this.changesOf(facts)).length;
  }

  private async changesOf(facts: ReadonlyMap<string, ProductFacts>): Promise<{ _id: Types.ObjectId; changed: Changes }[]> {
    if (facts.size === 0) return [];
    const ids = [...facts.keys()].map((id) => new Types.ObjectId(id));
    const current = await this.models.products.find({ _id: { $in: ids } }).lean();
    return current.flatMap((product) => {
      const { archived, ...given } = facts.get(product._id.toHexString())!;
      const changed: Changes = Object.fromEntries(
        Object.entries(given).filter(([field, value]) => !isDeepStrictEqual(value, product[field as keyof ProductDocument])),
      );
      if (archived !== undefined && archived !== (product.archivedAt !== null)) changed.archivedAt = archived ? new Date() : null;
      return Object.keys(changed).length === 0 ? [] : [{ _id: product._id, changed }];
    });
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

  /** Every product, for training. */
  allProducts(): AsyncIterable<ProductDocument> {
    return this.models.products.collection.find<ProductDocument>({}, { batchSize: 100 });
  }

  /** Every category, for training. */
  allCategories(): AsyncIterable<CategoryDocument> {
    return this.models.categories.collection.find<CategoryDocument>({});
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
