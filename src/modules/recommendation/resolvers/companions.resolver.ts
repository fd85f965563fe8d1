import type { Types } from 'mongoose';
import { Arg, Args, Ctx, Resolver, Root } from 'type-graphql';
import { Cost } from '../../../relay/cost.js';
import { ConnectionArgs, exactly, mapNodes, once, paginateArray, type Connection } from '../../../relay/connection.js';
import type { RequestContext } from '../../../relay/context.js';
import { FieldResolver, Query } from '../../../relay/output.js';
import type { BehaviourVerbs } from '../../behaviour/index.js';
import { Product, ProductConnection, type CatalogVerbs, type ProductDocument } from '../../catalog/index.js';
import type { RecommenderService } from '../pipeline/recommender.service.js';
import { TrendWindow } from './recommendation.type.js';

const maxSimilar = 50;
const maxBoughtTogether = 30;
const days: Record<TrendWindow, number> = { DAY: 1, WEEK: 7, MONTH: 30 };

interface CompanionDependencies {
  recommender: RecommenderService;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
}

/** Products beside a product, and those that are popular now. */
@Resolver(() => Product)
export class ProductCompanionsResolver {
  constructor(private readonly dependencies: CompanionDependencies) {}

  @Cost({ weight: 10 })
  @FieldResolver(() => ProductConnection, { description: 'Similar products, most similar first, up to 50.' })
  async similarProducts(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ProductDocument>> {
    return this.productPage(await this.dependencies.recommender.similarTo(product, maxSimilar), page, 'similarProducts', context);
  }

  @Cost({ weight: 10 })
  @FieldResolver(() => ProductConnection, { description: 'Products bought by the same people, most frequent first, up to 30.' })
  boughtTogether(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ProductDocument>> {
    return this.productPage(this.dependencies.recommender.boughtWith(product._id, maxBoughtTogether), page, 'boughtTogether', context);
  }

  @Cost({ weight: 10 })
  @Query(() => ProductConnection, { description: 'Products with the most activity in the window, up to 100.' })
  async trendingProducts(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('window', () => TrendWindow, { nullable: true, defaultValue: TrendWindow.WEEK, description: 'Period to look back over.' })
    window: TrendWindow,
  ): Promise<Connection<ProductDocument>> {
    return this.productPage(await this.dependencies.behaviour.trending(days[window]), page, `trendingProducts/${window}`, context);
  }

  /** Of products some of which may have left the shop since. All of them are read only for who asks how many are there. */
  private async productPage(
    ids: Types.ObjectId[],
    page: ConnectionArgs,
    list: string,
    context: RequestContext,
  ): Promise<Connection<ProductDocument>> {
    const inShop = (id: Types.ObjectId) => this.dependencies.catalog.productInShop(context, id);
    const shown = await mapNodes(paginateArray(ids, page, list), inShop);
    const count = async (): Promise<number> => (await Promise.all(ids.map(inShop))).filter((product) => product !== null).length;
    return { ...shown, total: once(exactly(count)) };
  }
}
