import type { Types } from 'mongoose';
import type { Connection } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import type { ExternalKey } from '../../relay/find-one.js';
import { byExternalKey, byId } from '../../store/loaders.js';
import { pagesByParent, type ListKey } from '../../store/paging.js';
import { maySee } from './availability.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';
import type { CategoryService } from './category.service.js';
import { categoryPages, type CategoryPageKey, type ChosenProducts } from './product-list.js';

export interface CatalogLoaders {
  categoryById: LoaderDefinition<Types.ObjectId, CategoryDocument>;
  productById: LoaderDefinition<Types.ObjectId, ProductDocument>;
  categoryByExternalId: LoaderDefinition<ExternalKey, CategoryDocument>;
  productByExternalId: LoaderDefinition<ExternalKey, ProductDocument>;
  childCategories: LoaderDefinition<ListKey, Connection<CategoryDocument>>;
  productsOfCategory: LoaderDefinition<CategoryPageKey, Connection<ProductDocument>>;
}

export function catalogLoaders(models: CatalogModels, tree: CategoryService, chosen: ChosenProducts): CatalogLoaders {
  const { categories, products } = models;
  return {
    categoryById: byId<CategoryDocument>(categories),
    productById: byId<ProductDocument>(products),
    categoryByExternalId: byExternalKey<CategoryDocument>(categories, 'source'),
    productByExternalId: byExternalKey<ProductDocument>(products, 'source'),
    childCategories: pagesByParent<CategoryDocument>(categories, 'parent'),
    productsOfCategory: categoryPages(models, tree, chosen),
  };
}

/** A product as the viewer may see it. Who asks matters for archived ones alone. */
export function visibleProduct(product: ProductDocument | null, context: RequestContext): ProductDocument | null {
  if (!product?.archivedAt) return product;
  return maySee(product, context.actorWith('catalog:read', 'catalog:write')) ? product : null;
}

/** A product unless it is archived, for lists that were made before. */
export async function productInShop(
  { productById }: CatalogLoaders,
  context: RequestContext,
  id: Types.ObjectId,
): Promise<ProductDocument | null> {
  const product = await context.load(productById, id);
  return product?.archivedAt === null ? product : null;
}
