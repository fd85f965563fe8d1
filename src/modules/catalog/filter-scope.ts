/** Filters of products with what they name: it must exist, and categories stand for everything below them. */
import type { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import type { RequestContext } from '../../relay/context.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { CatalogLoaders } from './catalog.loader.js';
import type { CategoryService } from './category.service.js';
import { readFilter, type ProductConditions } from './product-filter.js';
import type { ProductFilter } from './product-filter.type.js';

interface FilterScopeDependencies {
  loaders: CatalogLoaders;
  tree: CategoryService;
  socialGraph: SocialGraphVerbs;
  /** The currency of prices where a filter names none. */
  currency: string;
}

export class FilterScope {
  constructor(private readonly dependencies: FilterScopeDependencies) {}

  /** @throws RequestError BAD_USER_INPUT or NOT_FOUND, naming the argument at fault */
  async check(filter: ProductFilter | null | undefined, context: RequestContext): Promise<ProductConditions> {
    const { loaders, socialGraph, currency } = this.dependencies;
    const conditions = readFilter(filter, currency);
    const [category, merchant] = await Promise.all([
      conditions.category && context.load(loaders.categoryById, conditions.category),
      conditions.merchant && socialGraph.visibleUser(conditions.merchant, context),
    ]);
    if (category === null) throw new RequestError('NOT_FOUND', 'This category does not exist.', 'filter.categoryId');
    if (merchant === null) throw new RequestError('NOT_FOUND', 'This merchant does not exist.', 'filter.merchantId');
    return conditions;
  }

  /** @returns also the category of the filter with all below it */
  async read(
    filter: ProductFilter | null | undefined,
    context: RequestContext,
  ): Promise<{ conditions: ProductConditions; categories?: Types.ObjectId[] }> {
    const conditions = await this.check(filter, context);
    if (!conditions.category) return { conditions };
    const [categories] = await this.dependencies.tree.withDescendants([conditions.category]);
    return { conditions, categories };
  }
}
