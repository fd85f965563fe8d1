export { allCategories, allProducts, countProducts, importCategories, importProducts, productsChangedSince } from './catalog.bulk.js';
export { CategoryFacetResolver, ProductSearchResolver } from './catalog-search.resolver.js';
export { CatalogSearch } from './catalog-search.js';
export { productById } from './catalog.loader.js';
export { ProductModel, type CategoryDocument, type MoneyAmount, type ProductDocument } from './catalog.model.js';
export { CategoryResolver, ProductResolver } from './catalog.resolver.js';
export { bestOfCategory, mostPopular, newestSince, slugify } from './catalog.service.js';
export { Product, ProductConnection } from './catalog.type.js';
