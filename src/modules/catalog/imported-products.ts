/** Imported products whose source says something else now. */
import { isDeepStrictEqual } from 'node:util';
import { Types } from 'mongoose';
import type { Realtime } from '../../realtime/index.js';
import type { DomainEventBus } from '../domain-events.js';
import type { Identity } from './catalog.bulk.js';
import type { CatalogModels, ProductDocument } from './catalog.model.js';
import { catalogTopic, productKey } from './writing.js';

/** What a source says of a product that it may say differently the next time. */
export type ProductFacts = Partial<
  Pick<ProductDocument, 'title' | 'description' | 'price' | 'stock' | 'backorder' | 'attributes' | 'imageUrl' | Identity> & {
    /** Whether it is out of the shop. */
    archived: boolean;
  }
>;

type Changes = Partial<Omit<ProductFacts, 'archived'> & Pick<ProductDocument, 'archivedAt'>>;

/** A product with what its source says otherwise now. */
interface ChangedProduct {
  _id: Types.ObjectId;
  changed: Changes;
}

interface Dependencies {
  models: CatalogModels;
  realtime: Realtime;
  events: DomainEventBus;
}

/** So many products leave the shop in one transaction. */
const archivedAtOnce = 500;

export class ImportedProducts {
  private readonly models: CatalogModels;

  constructor(private readonly dependencies: Dependencies) {
    this.models = dependencies.models;
  }

  /**
   * Changes imported products where their source says something else now.
   * @param facts by the hexadecimal ids of products
   * @returns how many changed
   */
  async updateImportedProducts(facts: ReadonlyMap<string, ProductFacts>): Promise<number> {
    const changes = await this.changesOf(facts);
    const archived = changes.filter(({ changed }) => changed.archivedAt);
    const others = changes.filter(({ changed }) => !changed.archivedAt);
    if (others.length > 0) await this.models.products.bulkWrite(others.map(updateOf), { ordered: false });
    for (let from = 0; from < archived.length; from += archivedAtOnce) await this.archive(archived.slice(from, from + archivedAtOnce));
    return changes.length;
  }

  /** Other features learn that the products are out of the shop in the transaction that takes them out. */
  private archive(changes: readonly ChangedProduct[]): Promise<void> {
    const products = changes.map(({ _id }) => _id);
    return this.dependencies.realtime.recordChange(products.map(productKey), async (change) => {
      await this.models.products.bulkWrite(changes.map(updateOf), { ordered: false, session: change.session });
      await this.dependencies.events.emit(change, 'productsArchived', { products });
      change.announce(catalogTopic);
    });
  }

  /** How many `updateImportedProducts` would change. */
  async previewProducts(facts: ReadonlyMap<string, ProductFacts>): Promise<number> {
    return (await this.changesOf(facts)).length;
  }

  private async changesOf(facts: ReadonlyMap<string, ProductFacts>): Promise<ChangedProduct[]> {
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
}

function updateOf({ _id, changed }: ChangedProduct) {
  return { updateOne: { filter: { _id }, update: { $set: { ...changed, updatedAt: new Date() } } } };
}
