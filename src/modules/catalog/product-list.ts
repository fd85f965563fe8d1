/** Lists of products in the store: each order has an index that begins with what the list is of. */
import type { Types } from 'mongoose';
import { readPage, type Connection, type ConnectionArgs, type Edge, type ListDefinition, sumOf } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { pointsPerStar } from '../../scoring/index.js';
import { paginate, pagesByParent } from '../../store/paging.js';
import { inShop, notSoldOut } from './availability.js';
import type { CatalogModels, ProductDocument } from './catalog.model.js';
import type { CategoryService } from './category.service.js';
import type { ProductConditions } from './product-filter.js';

const orders = {
  NEWEST: [
    ['createdAt', -1],
    ['_id', 1],
  ],
  TOP_RATED: [
    ['score', -1],
    ['_id', 1],
  ],
  PRICE_LOWEST: [
    ['price.amountMinor', 1],
    ['_id', 1],
  ],
  PRICE_HIGHEST: [
    ['price.amountMinor', -1],
    ['_id', -1],
  ],
} as const;

export type ProductOrder = keyof typeof orders;

/** @param categories those that products may be in, the conditions' own with all below it; any where left out */
export function productList(conditions: ProductConditions, sort: ProductOrder, categories?: readonly Types.ObjectId[]): ListDefinition {
  const { merchant, brands, attributes, price, minRating, inStock, currency } = conditions;
  const byPrice = sort === 'PRICE_LOWEST' || sort === 'PRICE_HIGHEST';
  const bounds = price ?? (byPrice ? { currency, min: 0, max: Infinity } : null);
  const also = [
    ...(attributes ?? []).map(({ name, values }) => ({ attributes: { $elemMatch: { name, value: { $in: values } } } })),
    ...(inStock ? [notSoldOut, { price: { $ne: null } }] : []),
  ];
  const filter = {
    ...(categories && { category: categories.length === 1 ? categories[0] : { $in: categories } }),
    ...(merchant && { merchant }),
    ...(bounds && { 'price.currency': bounds.currency, 'price.amountMinor': { $gte: bounds.min, $lte: bounds.max } }),
    ...inShop,
    ...(brands && { brand: { $in: brands } }),
    ...(minRating && {
      'rating.count': { $gt: 0 },
      $expr: { $gte: ['$rating.points', { $multiply: ['$rating.count', minRating * pointsPerStar] }] },
    }),
    ...(also.length > 0 && { $and: also }),
  };
  return { name: byPrice ? `products/${sort}/${bounds!.currency}` : `products/${sort}`, filter, order: orders[sort] };
}

/** A merchant's products that are in the shop no more, the latest first. */
export function archivedList(merchant: Types.ObjectId): ListDefinition {
  return {
    name: 'archivedProducts',
    filter: { merchant, archivedAt: { $gt: new Date(0) } },
    order: [
      ['archivedAt', -1],
      ['_id', -1],
    ],
  };
}

export interface CategoryPageKey {
  category: Types.ObjectId;
  conditions: ProductConditions;
  sort: ProductOrder;
  args: ConnectionArgs;
}

/** Pages of the products in categories and below them: for many categories, one aggregation reads the pages of all. */
export function categoryPages(
  models: CatalogModels,
  tree: CategoryService,
): LoaderDefinition<CategoryPageKey, Connection<ProductDocument>> {
  const ofOne = pagesByParent<ProductDocument>(models.products, 'category');
  return {
    cacheKey: ({ category, ...rest }) => JSON.stringify([category, rest]),
    async batch(keys) {
      const within = await tree.withDescendants(keys.map(({ category }) => category));
      const lists = keys.map(({ conditions, sort }, at) => productList(conditions, sort, within[at]));
      if (keys.length === 1) return [await paginate<ProductDocument>(models.products, lists[0]!, keys[0]!.args)];
      const parts = keys.flatMap(({ args, conditions, sort }, at) =>
        within[at]!.map((parent) => ({ at, key: { parent, args, list: productList(conditions, sort, [parent]) } })),
      );
      const pages = await ofOne.batch(parts.map(({ key }) => key));
      return keys.map(({ args }, at) =>
        merged(pages.filter((_, part) => parts[part]!.at === at) as Connection<ProductDocument>[], lists[at]!, args),
      );
    },
  };
}

/** One page of the pages of several lists in the same order. */
function merged(pages: readonly Connection<ProductDocument>[], list: ListDefinition, args: ConnectionArgs): Connection<ProductDocument> {
  const { size, backwards } = readPage(args, list.name, list.order.length);
  const all = pages.flatMap(({ edges }) => edges).sort((one, other) => compareBy(list.order, one, other));
  const edges = backwards ? all.slice(-size || all.length) : all.slice(0, size);
  const more = all.length > edges.length;
  return {
    edges,
    total: async () => sumOf(await Promise.all(pages.map(({ total }) => total()))),
    pageInfo: {
      hasNextPage: pages.some(({ pageInfo }) => pageInfo.hasNextPage) || (!backwards && more),
      hasPreviousPage: pages.some(({ pageInfo }) => pageInfo.hasPreviousPage) || (backwards && more),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function compareBy(order: ListDefinition['order'], one: Edge<ProductDocument>, other: Edge<ProductDocument>): number {
  for (const [field, direction] of order) {
    const [a, b] = [valueAt(one.node, field), valueAt(other.node, field)];
    if (a !== b) return (a < b ? -1 : 1) * direction;
  }
  return 0;
}

function valueAt(product: ProductDocument, path: string): number | string {
  const value = path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], product);
  return typeof value === 'number' ? value : value instanceof Date ? value.getTime() : String(value);
}
