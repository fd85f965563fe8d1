import type { Types } from 'mongoose';
import type { Connection } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import { pagesByParent, type ListKey } from '../../store/paging.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';

export interface CatalogLoaders {
  categoryById: LoaderDefinition<Types.ObjectId, CategoryDocument>;
  productById: LoaderDefinition<Types.ObjectId, ProductDocument>;
  childCategories: LoaderDefinition<ListKey, Connection<CategoryDocument>>;
}

export function catalogLoaders({ categories, products }: CatalogModels): CatalogLoaders {
  return {
    categoryById: byId<CategoryDocument>(categories),
    productById: byId<ProductDocument>(products),
    childCategories: pagesByParent<CategoryDocument>(categories, 'parent'),
  };
}
