import type { Types } from 'mongoose';
import type { ImageVerbs } from '../image/index.js';
import { describeModule, verbs, type ContentKind, type Foundation } from '../module.js';
import { updateSome, type PersonalData } from '../personal-data.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { CatalogBulk } from './catalog.bulk.js';
import { catalogLoaders, type CatalogLoaders } from './catalog.loader.js';
import { catalogModels, type CatalogModels } from './catalog.model.js';
import { CategoryResolver, ProductResolver } from './catalog.resolver.js';
import { CatalogSearch } from './catalog-search.js';
import { CategoryFacetResolver, ProductSearchResolver } from './catalog-search.resolver.js';
import { CatalogService, productKey } from './catalog.service.js';
import { collections } from './catalog.collections.js';
import { MoneyResolver } from './money.resolver.js';

export type { CategoryDocument, ProductDocument } from './catalog.model.js';
export { moneySchema, type MoneyAmount } from './money.js';
export { availabilityOf, isPriced, isSoldOut, ProductAvailability, type PricedProduct } from './availability.js';
export { productKey, slugify, type TalliedProduct } from './catalog.service.js';
export type { ProductFacts } from './catalog.bulk.js';
export { Product, ProductConnection } from './catalog.type.js';

export type CatalogModule = ReturnType<typeof catalogModule>;
/** What other features may ask of the catalogue and do to its products. */
export type CatalogVerbs = CatalogModule['verbs'];

/** Products, categories and the search. */
export function catalogModule(foundation: Foundation, { images, socialGraph }: { images: ImageVerbs; socialGraph: SocialGraphVerbs }) {
  const { database, realtime, idempotency, log } = foundation;
  const models = catalogModels(database);
  const loaders = catalogLoaders(models);
  const catalog = new CatalogService({ models, realtime, idempotency, images });
  const bulk = new CatalogBulk(models);
  const search = new CatalogSearch(bulk, realtime.announcements, log);
  const dependencies = { catalog, models, loaders, socialGraph, images };
  return describeModule({
    name: 'catalog',
    collections,
    resolvers: [
      new ProductResolver(dependencies),
      new CategoryResolver(dependencies),
      new ProductSearchResolver(search, loaders),
      new CategoryFacetResolver(loaders),
      new MoneyResolver(),
    ],
    nodes: {
      Product: (id, context) => context.load(loaders.productById, id),
      Category: (id, context) => context.load(loaders.categoryById, id),
    },
    personalData: [productsOfMerchant(models)],
    content: [productContent(catalog, loaders)],
    workers: [search.worker],
    verbs: {
      ...loaders,
      ...verbs(catalog, ['bestOfCategory', 'countComments', 'knownAmong', 'knows', 'merchantOf', 'mostPopular', 'newestSince']),
      ...verbs(catalog, ['productsByIds', 'productsOfMerchant', 'putScores', 'returnStock', 'slugOf', 'takeStock', 'talliedProducts']),
      ...verbs(bulk, ['allCategories', 'allProducts', 'changedProducts', 'countProducts', 'handOverProducts', 'importCategories']),
      ...verbs(bulk, ['importProducts', 'previewProducts', 'updateImportedProducts']),
    },
  });
}

/** A merchant who leaves leaves products that nobody can order. */
function productsOfMerchant({ products }: CatalogModels): PersonalData {
  return {
    name: 'products',
    collect: (merchant) => products.find({ merchant }).lean(),
    erase: (step) =>
      updateSome(
        products,
        { merchant: step.user },
        { $set: { merchant: step.anonymousId, stock: 0, backorder: false, updatedAt: new Date() } },
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
