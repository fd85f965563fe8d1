import type { Types } from 'mongoose';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { ConnectionArgs, largestPage, mapNodes, paginateArray, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { Product, productById, ProductConnection, type ProductDocument } from '../catalog/index.js';
import { trending } from '../behaviour/index.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import type { Reason, RecommendedItem, RecommenderService } from './recommender.service.js';
import {
  RecommendationContext,
  RecommendationReason,
  RecommendedProduct,
  RecommendedProductConnection,
  RecommenderStatus,
  TrendWindow,
} from './recommendation.type.js';

const mostListed = 100;

@Resolver(() => RecommendedProduct)
export class RecommendedProductResolver {
  @FieldResolver(() => Product, { description: 'The product.' })
  product(@Root() item: RecommendedItem, @Ctx() context: RequestContext): Promise<ProductDocument> {
    return context.require(productById, item.product);
  }
}

@Resolver(() => RecommendationReason)
export class RecommendationReasonResolver {
  @FieldResolver(() => [Product], { description: 'The products it speaks of; empty for kinds that speak of none.' })
  async products(@Root() reason: Reason, @Ctx() context: RequestContext): Promise<ProductDocument[]> {
    return present(await Promise.all(reason.products.map((id) => context.load(productById, id))));
  }

  @FieldResolver(() => [User], { description: 'The people it speaks of; empty for kinds that speak of none.' })
  async users(@Root() reason: Reason, @Ctx() context: RequestContext): Promise<PublicUser[]> {
    return present(await Promise.all(reason.users.map((id) => context.load(userById, id))));
  }

  @FieldResolver(() => String, { description: 'One sentence to show.' })
  async text(@Root() reason: Reason, @Ctx() context: RequestContext): Promise<string> {
    const products = (await this.products(reason, context)).map(({ title }) => title).join(' and ');
    const users = (await this.users(reason, context)).map(({ name }) => name).join(', ');
    switch (reason.kind) {
      case 'BOUGHT':
        return `Because you bought ${products}`;
      case 'REVIEWED':
        return `Because you reviewed ${products}`;
      case 'VIEWED':
        return `Because you looked at ${products}`;
      case 'ALIKE':
        return `Goes with ${products}`;
      case 'FOLLOWED':
        return `Liked by ${users}, whom you follow`;
      case 'TASTE':
        return 'Liked by people whose taste is like yours';
      case 'POPULAR':
        return 'Popular in the shop';
    }
  }
}

function present<Value>(values: (Value | null)[]): Value[] {
  return values.filter((value) => value !== null);
}

@Resolver(() => Viewer)
export class ViewerRecommendationsResolver {
  constructor(private readonly recommender: RecommenderService) {}

  @FieldResolver(() => RecommendedProductConnection, {
    description:
      'What the shop recommends, the best first, at most 100; to a stranger, what is popular. Never what one has bought or reviewed, or what is out of stock.',
  })
  async recommendedProducts(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('context', () => RecommendationContext, {
      nullable: true,
      defaultValue: RecommendationContext.HOME,
      description: 'Where they are shown.',
    })
    place: RecommendationContext,
    @Arg('productIds', () => [ID], {
      nullable: true,
      description: 'With PRODUCT or CART: the products of the page or the cart, at most 100.',
    })
    productIds?: string[] | null,
    @Arg('exclude', () => [ID], { nullable: true, description: 'Products not to recommend, at most 100.' }) exclude?: string[] | null,
  ): Promise<Connection<RecommendedItem>> {
    const seeds = place === RecommendationContext.HOME ? [] : productList(productIds, 'productIds');
    const items = await this.recommender.recommend({
      user: context.signedIn?.userId ?? null,
      count: 2 * mostListed,
      seeds,
      exclude: productList(exclude, 'exclude'),
    });
    const products = await Promise.all(items.map(({ product }) => context.load(productById, product)));
    const available = items.filter((_, at) => products[at] && products[at].stock !== 0);
    return paginateArray(available.slice(0, mostListed), page, 'recommendedProducts');
  }
}

const days: Record<TrendWindow, number> = { DAY: 1, WEEK: 7, MONTH: 30 };

function productPage(
  ids: Types.ObjectId[],
  page: ConnectionArgs,
  list: string,
  context: RequestContext,
): Promise<Connection<ProductDocument>> {
  return mapNodes(paginateArray(ids, page, list), (id) => context.load(productById, id));
}

function productList(ids: string[] | null | undefined, argument: string): Types.ObjectId[] {
  if ((ids ?? []).length > largestPage) throw new RequestError('BAD_USER_INPUT', `Give at most ${largestPage} products.`, argument);
  return (ids ?? []).map((id) => idOf('Product', id, argument));
}

@Resolver(() => Product)
export class SimilarProductsResolver {
  constructor(private readonly recommender: RecommenderService) {}

  @FieldResolver(() => ProductConnection, { description: 'Products that go with it, the most alike first, at most 50.' })
  similarProducts(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ProductDocument>> {
    return productPage(this.recommender.similarTo(product._id, 50), page, 'similarProducts', context);
  }

  @FieldResolver(() => ProductConnection, { description: 'Products that the same people bought, the most often first, at most 30.' })
  boughtTogether(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ProductDocument>> {
    return productPage(this.recommender.boughtWith(product._id, 30), page, 'boughtTogether', context);
  }

  @Query(() => ProductConnection, { description: 'What most people had to do with lately, at most 100 products.' })
  async trendingProducts(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('window', () => TrendWindow, { nullable: true, defaultValue: TrendWindow.WEEK, description: 'How far back to look.' })
    window: TrendWindow,
  ): Promise<Connection<ProductDocument>> {
    return productPage(await trending(days[window]), page, `trendingProducts/${window}`, context);
  }

  @Query(() => RecommenderStatus, { description: 'How the recommender stands.' })
  recommenderStatus(): object {
    const { version, training, progress } = this.recommender.state();
    return {
      modelVersion: version?._id.toHexString() ?? null,
      trainedAt: version?.createdAt ?? null,
      users: version?.users ?? null,
      products: version?.products ?? null,
      observations: version?.observations ?? null,
      models: version?.models ?? [],
      training,
      progress,
    };
  }
}
