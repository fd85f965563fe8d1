import { Arg, Args, Ctx, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, mapNodes, paginateArray, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Query } from '../../relay/output.js';
import type { CatalogSearch, Facets, SearchResult } from './catalog-search.js';
import { CategoryFacet, ProductFacetsInput, ProductSearch } from './catalog-search.type.js';
import type { CatalogLoaders } from './catalog.loader.js';
import type { CategoryDocument, ProductDocument } from './catalog.model.js';
import { Category, ProductConnection } from './catalog.type.js';

const maxQuery = 200;
const maxAttributes = 20;
const maxValues = 50;

@Resolver(() => ProductSearch)
export class ProductSearchResolver {
  constructor(
    private readonly catalogSearch: CatalogSearch,
    private readonly loaders: CatalogLoaders,
  ) {}

  @Cost({ weight: 50 })
  @Query(() => ProductSearch, { description: 'Full-text product search with facets.' })
  searchProducts(
    @Arg('query', () => String, {
      description:
        'Words from the title, category, attributes or description. The last word may be incomplete, and typos are tolerated. An empty query matches all products.',
    })
    query: string,
    @Arg('facets', () => ProductFacetsInput, {
      nullable: true,
      description: 'Facet values the user has selected. Matches all products when left out.',
    })
    facets?: ProductFacetsInput | null,
  ): SearchResult {
    if (query.length > maxQuery) throw new RequestError('BAD_USER_INPUT', `A query has at most ${maxQuery} characters.`, 'query');
    const { categoryId, merchantId, attributes, ...rest } = facets ?? {};
    if ((attributes ?? []).length > maxAttributes)
      throw new RequestError('BAD_USER_INPUT', `Choose at most ${maxAttributes} attributes.`, 'facets.attributes');
    const crowded = (attributes ?? []).findIndex(({ values }) => values.length > maxValues);
    if (crowded >= 0)
      throw new RequestError('BAD_USER_INPUT', `Choose at most ${maxValues} values.`, `facets.attributes.${crowded}.values`);
    const category = categoryId ? idOf('Category', categoryId, 'facets.categoryId') : undefined;
    const merchant = merchantId ? idOf('User', merchantId, 'facets.merchantId') : undefined;
    return this.catalogSearch.search(query, { ...rest, attributes, category, merchant });
  }

  @FieldResolver(() => ProductConnection, { description: 'Matching products, most relevant first.' })
  products(
    @Root() { products }: SearchResult,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ProductDocument>> {
    return mapNodes(paginateArray(products, page, 'searchProducts'), (id) => context.load(this.loaders.productById, id));
  }
}

@Resolver(() => CategoryFacet)
export class CategoryFacetResolver {
  constructor(private readonly loaders: CatalogLoaders) {}

  @FieldResolver(() => Category, { nullable: true, description: 'The category. Null if it was deleted.' })
  category(@Root() { category }: Facets['categories'][number], @Ctx() context: RequestContext): Promise<CategoryDocument | null> {
    return context.load(this.loaders.categoryById, category);
  }
}
