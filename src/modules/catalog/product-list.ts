/** Lists of products: in the store, where each order has an index that begins with what the list is of, or else in the search. */
import { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import {
  encodeCursor,
  readPage,
  sumOf,
  type Connection,
  type ConnectionArgs,
  type Edge,
  type ListDefinition,
} from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { paginate, pagesByParent } from '../../store/paging.js';
import { inShop } from './availability.js';
import type { CatalogModels, ProductDocument } from './catalog.model.js';
import type { CatalogSearch } from './catalog-search.js';
import type { CategoryService } from './category.service.js';
import type { ProductConditions } from './product-filter.js';
import type { ListAnswer, ListPage, ListPlace } from './search/product-lists.js';

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

/** Beyond so many, reading the first key of each of them costs more than asking the search. */
const maxCategories = 16;

/**
 * Whether an index of the store has the list in its order: products of categories, of a merchant or of brands, by price
 * also those of a range of prices. Every other list is asked of the search, which knows all conditions by themselves.
 * @param categories those that products may be in, the conditions' own with all below it; any where left out
 */
export function isIndexed(conditions: ProductConditions, sort: ProductOrder, categories?: readonly Types.ObjectId[]): boolean {
  const { merchant, brands, attributes, price, minRating, inStock } = conditions;
  const scopes = [categories, merchant, brands].filter((scope) => scope !== undefined);
  const others = [attributes?.length, minRating, inStock, price && !isByPrice(sort)].filter(Boolean);
  return scopes.length <= 1 && others.length === 0 && (categories?.length ?? 0) <= maxCategories;
}

function isByPrice(sort: ProductOrder): boolean {
  return sort === 'PRICE_LOWEST' || sort === 'PRICE_HIGHEST';
}

/**
 * @param conditions for which `isIndexed` holds
 * @param categories as for `isIndexed`
 */
export function productList(conditions: ProductConditions, sort: ProductOrder, categories?: readonly Types.ObjectId[]): ListDefinition {
  const { merchant, brands, price, currency } = conditions;
  const byPrice = isByPrice(sort);
  const bounds = byPrice && (price ?? { currency, min: 0, max: Infinity });
  const filter = {
    ...(categories && { category: categories.length === 1 ? categories[0] : { $in: categories } }),
    ...(merchant && { merchant }),
    ...(bounds && { 'price.currency': bounds.currency, 'price.amountMinor': { $gte: bounds.min, $lte: bounds.max } }),
    ...inShop,
    ...(brands && { brand: { $in: brands } }),
  };
  return { name: listName(sort, currency), filter, order: orders[sort] };
}

function listName(sort: ProductOrder, currency: string): string {
  return isByPrice(sort) ? `products/${sort}/${currency}` : `products/${sort}`;
}

export interface ProductListRequest {
  conditions: ProductConditions;
  sort: ProductOrder;
  args: ConnectionArgs;
}

/** Pages of lists that no index of the store has. Their cursors are those of the lists in the store. */
export class ChosenProducts {
  constructor(
    private readonly models: CatalogModels,
    private readonly search: Pick<CatalogSearch, 'list'>,
  ) {}

  /** @throws RequestError BAD_USER_INPUT naming the argument at fault */
  async pages(requests: readonly ProductListRequest[]): Promise<Connection<ProductDocument>[]> {
    const read = requests.map(({ args, conditions, sort }) => readChosen(args, listName(sort, conditions.currency), sort));
    const answers = await Promise.all(requests.map(({ conditions }, at) => this.search.list(conditions, read[at]!)));
    const ids = new Set(answers.flatMap(({ places }) => places.map(({ id }) => id)));
    const products = ids.size === 0 ? [] : await this.models.products.find({ _id: { $in: [...ids] }, ...inShop }).lean();
    const byId = new Map(products.map((product) => [product._id.toHexString(), product]));
    return answers.map((answer, at) => pageOf(answer, requests[at]!, read[at]!, byId));
  }
}

function readChosen(args: ConnectionArgs, name: string, order: ProductOrder): Omit<ListPage, 'currency'> {
  const { after, before, ...page } = readPage(args, name, 2);
  return { ...page, order, after: after && placeOf(after, order, 'after'), before: before && placeOf(before, order, 'before') };
}

/** @throws RequestError for a cursor that was made by somebody else */
function placeOf([value, id]: unknown[], order: ProductOrder, argument: string): ListPlace {
  const isWhole = id instanceof Types.ObjectId && (order === 'NEWEST' ? value instanceof Date : typeof value === 'number');
  if (!isWhole) throw new RequestError('BAD_USER_INPUT', 'This cursor is not valid.', argument);
  return { value: Number(value), id: id.toHexString() };
}

function pageOf(
  { places, more, total }: ListAnswer,
  { conditions, sort }: ProductListRequest,
  { after, before, backwards }: Omit<ListPage, 'currency'>,
  products: ReadonlyMap<string, ProductDocument>,
): Connection<ProductDocument> {
  const name = listName(sort, conditions.currency);
  const cursorOf = ({ value, id }: ListPlace): string =>
    encodeCursor(name, [sort === 'NEWEST' ? new Date(value) : value, new Types.ObjectId(id)]);
  const edges = places.flatMap((place) => {
    const node = products.get(place.id);
    return node ? [{ node, cursor: cursorOf(place) }] : [];
  });
  return {
    edges,
    total: async () => ({ count: total, capped: false }),
    pageInfo: {
      hasNextPage: backwards ? before !== null : more,
      hasPreviousPage: backwards ? more : after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
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

export interface CategoryPageKey extends ProductListRequest {
  category: Types.ObjectId;
}

/** Pages of the products in categories and below them: for many categories, one aggregation reads the pages of all. */
export function categoryPages(
  models: CatalogModels,
  tree: CategoryService,
  chosen: ChosenProducts,
): LoaderDefinition<CategoryPageKey, Connection<ProductDocument>> {
  return {
    cacheKey: ({ category, ...rest }) => JSON.stringify([category, rest]),
    async batch(keys) {
      const within = await tree.withDescendants(keys.map(({ category }) => category));
      const read = (indexed: boolean) =>
        keys.map((key, at) => ({ key, at })).filter(({ key, at }) => isIndexed(key.conditions, key.sort, within[at]) === indexed);
      const [stored, others] = [read(true), read(false)];
      const [storedPages, otherPages] = await Promise.all([
        storedCategoryPages(
          models,
          stored.map(({ key, at }) => ({ ...key, categories: within[at]! })),
        ),
        chosen.pages(others.map(({ key }) => ({ ...key, conditions: { ...key.conditions, category: key.category } }))),
      ]);
      const pages = new Map([
        ...stored.map(({ at }, n) => [at, storedPages[n]!] as const),
        ...others.map(({ at }, n) => [at, otherPages[n]!] as const),
      ]);
      return keys.map((_, at) => pages.get(at)!);
    },
  };
}

type StoredCategoryPage = ProductListRequest & { categories: readonly Types.ObjectId[] };

async function storedCategoryPages(models: CatalogModels, keys: readonly StoredCategoryPage[]): Promise<Connection<ProductDocument>[]> {
  const lists = keys.map(({ conditions, sort, categories }) => productList(conditions, sort, categories));
  if (keys.length === 1) return [await paginate<ProductDocument>(models.products, lists[0]!, keys[0]!.args)];
  const parts = keys.flatMap(({ args, categories, conditions, sort }, at) =>
    categories.map((parent) => ({ at, key: { parent, args, list: productList(conditions, sort, [parent]) } })),
  );
  const pages = await pagesByParent<ProductDocument>(models.products, 'category').batch(parts.map(({ key }) => key));
  return keys.map(({ args }, at) =>
    merged(pages.filter((_, part) => parts[part]!.at === at) as Connection<ProductDocument>[], lists[at]!, args),
  );
}

/** One page of the pages of several lists in the same order. */
function merged(pages: readonly Connection<ProductDocument>[], list: ListDefinition, args: ConnectionArgs): Connection<ProductDocument> {
  const { size, backwards } = readPage(args, list.name, list.order.length);
  const all = pages.flatMap(({ edges }) => edges).sort((left, right) => compareBy(list.order, left, right));
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

function compareBy(order: ListDefinition['order'], left: Edge<ProductDocument>, right: Edge<ProductDocument>): number {
  for (const [field, direction] of order) {
    const [a, b] = [valueAt(left.node, field), valueAt(right.node, field)];
    if (a !== b) return (a < b ? -1 : 1) * direction;
  }
  return 0;
}

function valueAt(product: ProductDocument, path: string): number | string {
  const value = path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], product);
  return typeof value === 'number' ? value : value instanceof Date ? value.getTime() : String(value);
}
