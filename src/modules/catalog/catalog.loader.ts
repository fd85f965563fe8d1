import { pagesByParent } from '../../relay/connection.js';
import { byId } from '../../relay/loader.js';
import { CategoryModel, ProductModel, type CategoryDocument, type ProductDocument } from './catalog.model.js';

export const categoryById = byId<CategoryDocument>(CategoryModel);
export const productById = byId<ProductDocument>(ProductModel);

export const childCategories = pagesByParent<CategoryDocument>(CategoryModel, 'parent');
