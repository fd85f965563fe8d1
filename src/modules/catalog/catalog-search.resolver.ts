import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { Cost } from '../../relay/cost.js';
import { asksFor, ConnectionArgs, mapNodes, rankedPage, readRankedPage } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver, Query } from '../../relay/output.js';
import type { CatalogSearch } from './catalog-search.js';
import { CategoryFacet, ProductFacets, ProductSearchConnection, type SearchPage } from './catalog-search.type.js';
import type { CatalogLoaders } from './catalog.loader.js';
import { productInShop } from './catalog.loader.js';
import type { CategoryDocument } from './catalog.model.js';
import { Category, ProductSort } from './catalog.type.js';
import type { Facets } from './facets.js';
import type { FilterScope } from './filter-scope.js';
import { ProductFilter } from './product-filter.type.js';

const maxQuery = 200;

@Resolver(() => ProductSearchConnection)
export class ProductSearchResolver {
  constructor(
    private readonly catalogSearch: CatalogSearch,
    private readonly loaders: CatalogLoaders,
    private readonly scope: FilterScope,
  ) {}

  @Cost({ weight: 50 })
  @Query(() => ProductSearchConnection, {
    description:
      'Finds products by words. Tolerates unfinished and mistyped words, and ignores accents, ligatures, case and width. Chinese, Japanese, Korean and Thai words are found within a text without spaces.',
  })
  async searchProducts(
    @Arg('query', () => String, {
      description:
        'Words of the title, category, brand, identifiers, attributes or description, up to 200 characters. Finds every product when empty.',
    })
    query: string,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => ProductFilter, { nullable: true, description: 'Conditions on the products. All products when left out.' })
    filter?: ProductFilter | null,
    @Arg('sort', () => ProductSort, { nullable: true, description: 'Order of the list. Most relevant first when left out.' })
    sort?: ProductSort | null,
  ): Promise<SearchPage> {
    if (query.length > maxQuery) throw new RequestError('BAD_USER_INPUT', `A query can have up to ${maxQuery} characters.`, 'query');
    const conditions = await this.scope.check(filter, context);
    const list = `searchProducts/${sort ?? 'RELEVANCE'}`;
    const ranked = { page: readRankedPage(page, list), withFacets: asksFor(info, 'facets') };
    const { facets, products, start, total, totalIsCapped } = await this.catalogSearch.search({
      ...{ query, conditions, sort: sort ?? null },
      ...ranked,
    });
    const found = await mapNodes(rankedPage({ nodes: products, start, total }, list, ranked.page), (id) =>
      productInShop(this.loaders, context, id),
    );
    return { ...found, facets, totalCount: total, totalCountIsCapped: totalIsCapped };
  }

  @FieldResolver(() => ProductFacets, { description: 'Filters that narrow the search, with counts.' })
  facets(@Root() { facets }: SearchPage): Facets {
    return facets!;
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
