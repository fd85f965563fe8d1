import { Types } from 'mongoose';
import type { ImageVerbs } from '../image/index.js';
import type { RequestContext } from '../../relay/context.js';
import { describeModule, verbs, type ContentKind, type Foundation } from '../module.js';
import { updateSome, type PersonalData } from '../personal-data.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { CatalogBulk } from './catalog.bulk.js';
import { allCategories } from './catalog.reading.js';
import { ImportedProducts } from './imported-products.js';
import { catalogLoaders, productInShop, visibleProduct, type CatalogLoaders } from './catalog.loader.js';
import { catalogModels, type CatalogModels } from './catalog.model.js';
import { ArchivedProductsResolver, ProductResolver } from './catalog.resolver.js';
import { CategoryResolver } from './category.resolver.js';
import { CategoryService } from './category.service.js';
import { FilterScope } from './filter-scope.js';
import { CatalogSearch } from './catalog-search.js';
import { CategoryFacetResolver, ProductSearchResolver } from './catalog-search.resolver.js';
import { CatalogService } from './catalog.service.js';
import { EngineLease } from './engine/engine-lease.js';
import { EngineSync } from './engine/engine-sync.js';
import { SearchEngine, type EngineTree, type SearchEngineOptions } from './engine/search-engine.js';
import { CatalogUpsertResolver } from './catalog-upsert.resolver.js';
import { CategoryUpserts } from './category-upsert.js';
import { ProductUpserts } from './product-upsert.js';
import { ChosenProducts } from './product-list.js';
import { productKey } from './writing.js';
import { collections } from './catalog.collections.js';
import { MoneyResolver } from './money.resolver.js';

export type { ProductDocument } from './catalog.model.js';
export { moneySchema, type MoneyAmount } from './money.js';
export { availabilityOf, isPriced, isSoldOut, ProductAvailability, type PricedProduct } from './availability.js';
export type { TalliedProduct } from './catalog.service.js';
export type { BulkCategory, BulkProduct } from './catalog.bulk.js';
export type { ProductFacts } from './imported-products.js';
export { slugify } from './slugs.js';
export { productKey } from './writing.js';
export type { ProductItem } from './product-upsert.js';
export { Product, ProductConnection } from './catalog.type.js';

export type CatalogModule = ReturnType<typeof catalogModule>;
/** What other features may ask of the catalogue and do to its products. */
export type CatalogVerbs = CatalogModule['verbs'];

export interface CatalogOptions {
  /** The shop’s currency: that of prices where a filter names none. */
  currency: string;
  /** In which the search’s index is kept. */
  dataDirectory: string;
  /** The engine that answers searches; null where the shop itself does. */
  searchEngine: SearchEngineOptions | null;
}

/** Products, categories and the search. */
export function catalogModule(
  foundation: Foundation,
  {
    images,
    screening,
    socialGraph,
    users,
  }: { images: ImageVerbs; screening: ScreeningVerbs; socialGraph: SocialGraphVerbs; users: UserVerbs },
  options: CatalogOptions,
) {
  const { database, realtime, idempotency, events } = foundation;
  const models = catalogModels(database);
  const tree = new CategoryService({ models, realtime });
  const bulk = new CatalogBulk(models);
  const { search, workers } = searchOf(foundation, bulk, tree, options);
  const chosen = new ChosenProducts(models, search);
  const loaders = catalogLoaders(models, tree, chosen);
  const catalog = new CatalogService({ models, realtime, idempotency, events, images, screening });
  const productUpserts = new ProductUpserts({ models, realtime, events, tree, users, screening });
  const imported = new ImportedProducts({ models, realtime, events });
  const categoryUpserts = new CategoryUpserts(models, tree);
  const scope = new FilterScope({ loaders, tree, socialGraph, currency: options.currency });
  const dependencies = { catalog, tree, models, loaders, socialGraph, scope, images, chosen };
  return describeModule({
    name: 'catalog',
    collections,
    resolvers: [
      new ProductResolver(dependencies),
      new ArchivedProductsResolver(models),
      new CategoryResolver(dependencies),
      new ProductSearchResolver(search, loaders, scope),
      new CategoryFacetResolver(loaders),
      new MoneyResolver(),
      new CatalogUpsertResolver(productUpserts, categoryUpserts),
    ],
    nodes: {
      async Product(id, context) {
        return visibleProduct(await context.load(loaders.productById, id), context);
      },
      Category: (id, context) => context.load(loaders.categoryById, id),
    },
    externalNodes: {
      async Product(key, context) {
        return visibleProduct(await context.load(loaders.productByExternalId, key), context);
      },
      Category: (key, context) => context.load(loaders.categoryByExternalId, key),
    },
    personalData: [productsOfMerchant(models)],
    content: [productContent(catalog, loaders)],
    workers,
    verbs: {
      ...loaders,
      productInShop: (context: RequestContext, id: Types.ObjectId) => productInShop(loaders, context, id),
      ...verbs(catalog, ['bestOfCategory', 'countComments', 'knownAmong', 'knows', 'merchantOf', 'mostPopular', 'newestSince']),
      ...verbs(catalog, ['placeOf', 'placeOfSlug', 'productsByIds', 'productsOfMerchant', 'putScores', 'returnStock', 'takeStock']),
      ...verbs(catalog, ['talliedProducts']),
      ...verbs(productUpserts, ['upsertProducts']),
      ...verbs(categoryUpserts, ['upsertCategories']),
      allCategories: () => allCategories(database.connection.db!),
      ...verbs(bulk, ['changedProducts', 'countProducts', 'handOverProducts', 'importCategories']),
      ...verbs(bulk, ['importProducts']),
      ...verbs(imported, ['previewProducts', 'updateImportedProducts']),
    },
  });
}

/** What answers searches and lists, and what keeps it up to date. */
function searchOf(
  { database, log, realtime: { announcements } }: Foundation,
  catalog: CatalogBulk,
  tree: CategoryService,
  { dataDirectory, searchEngine }: CatalogOptions,
) {
  const engine = searchEngine && new SearchEngine(searchEngine, engineTree(tree), log);
  const sync = engine && new EngineSync({ engine, lease: new EngineLease(database), catalog, announcements, log });
  const search = new CatalogSearch(catalog, dataDirectory, announcements, log, engine);
  return { search, workers: sync ? [search.worker, sync.worker] : [search.worker] };
}

function engineTree(tree: CategoryService): EngineTree {
  return {
    async within(category) {
      const [ids] = await tree.withDescendants([new Types.ObjectId(category)]);
      return ids!.map((id) => id.toHexString());
    },
    async ancestors(categories) {
      const found = await tree.withAncestors(categories.map((id) => new Types.ObjectId(id)));
      return new Map(found.map(({ _id, ancestors }) => [_id.toHexString(), ancestors.map((id) => id.toHexString())]));
    },
  };
}

/** A merchant who leaves leaves products that nobody can order, also once a cancelled order gives some back. */
function productsOfMerchant({ products }: CatalogModels): PersonalData {
  return {
    name: 'products',
    collect: (merchant) => products.find({ merchant }).lean(),
    erase: (step) =>
      updateSome(
        products,
        { merchant: step.user },
        { $set: { merchant: step.anonymousId, price: null, stock: 0, backorder: false, updatedAt: new Date() } },
        step,
      ),
  };
}

function productContent(catalog: CatalogService, { productById }: CatalogLoaders): ContentKind {
  return {
    type: 'Product',
    authorOf: async () => null,
    async seenBy(session, _viewer, id) {
      return (await catalog.knows(id, session)) ? { author: null, hidden: false, revisedAt: new Date(0) } : null;
    },
    moderation: null,
    comments: {
      keyOf: productKey,
      count: async (session, id: Types.ObjectId, by) => void (await catalog.countComments([id], by, session)),
      find: (context, id) => context.load(productById, id),
    },
  };
}
