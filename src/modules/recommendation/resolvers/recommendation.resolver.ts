import { Types } from 'mongoose';
import { Arg, Args, Ctx, ID, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../../errors.js';
import { listOf, translate, type MessageText } from '../../../messages/index.js';
import { Cost } from '../../../relay/cost.js';
import { ConnectionArgs, largestPage, mapEdges, paginateArray } from '../../../relay/connection.js';
import type { RequestContext } from '../../../relay/context.js';
import { idOf } from '../../../relay/global-id.js';
import { FieldResolver } from '../../../relay/output.js';
import type { BehaviourVerbs } from '../../behaviour/index.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../../catalog/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../../user/index.js';
import type { Reason, ReasonKind } from '../pipeline/recommendation.js';
import type { RecommenderService } from '../pipeline/recommender.service.js';
import { RecommendationContext, RecommendationReason, RecommendedProductConnection } from './recommendation.type.js';

const maxListed = 100;

@Resolver(() => RecommendationReason)
export class RecommendationReasonResolver {
  constructor(
    private readonly catalog: CatalogVerbs,
    private readonly accounts: UserVerbs,
  ) {}

  @FieldResolver(() => [Product], { description: 'Products named by the reason, up to 3. Empty for kinds without products.' })
  async products(@Root() reason: Reason, @Ctx() context: RequestContext): Promise<ProductDocument[]> {
    return present(await Promise.all(reason.products.map((id) => context.load(this.catalog.productById, id))));
  }

  @FieldResolver(() => [User], { description: 'Users named by the reason, up to 3. Empty for kinds without users.' })
  async users(@Root() reason: Reason, @Ctx() context: RequestContext): Promise<PublicUser[]> {
    return present(await Promise.all(reason.users.map((id) => context.load(this.accounts.userById, id))));
  }

  @FieldResolver(() => String, { description: 'The reason as a sentence to display, in the viewer’s language.' })
  async text(@Root() reason: Reason, @Ctx() context: RequestContext): Promise<string> {
    const { language } = context;
    const titles = (await this.products(reason, context)).map(({ title }) => title);
    const names = (await this.users(reason, context)).map(({ name }) => name);
    const values = { products: listOf(titles, language), users: listOf(names, language) };
    return translate({ text: sentences[reason.kind], values }, language);
  }
}

const sentences: Record<ReasonKind, MessageText> = {
  BOUGHT: 'Because you bought {products}',
  REVIEWED: 'Because you reviewed {products}',
  VIEWED: 'Because you looked at {products}',
  ALIKE: 'Goes with {products}',
  FOLLOWED: 'Liked by people you follow: {users}',
  TASTE: 'Liked by people with a similar taste',
  POPULAR: 'Popular in the shop',
};

function present<Value>(values: (Value | null)[]): Value[] {
  return values.filter((value) => value !== null);
}

@Resolver(() => Viewer)
export class ViewerRecommendationsResolver {
  constructor(
    private readonly recommender: RecommenderService,
    private readonly catalog: CatalogVerbs,
    private readonly behaviour: BehaviourVerbs,
  ) {}

  @Cost({ weight: 50 })
  @FieldResolver(() => RecommendedProductConnection, {
    description:
      'Products recommended for the viewer, best first, up to 100. Anonymous users get popular products. Excludes products the viewer bought or reviewed, and products that are out of stock.',
  })
  async recommendedProducts(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('context', () => RecommendationContext, {
      nullable: true,
      defaultValue: RecommendationContext.HOME,
      description: 'Where the recommendations are displayed.',
    })
    place: RecommendationContext,
    @Arg('productIds', () => [ID], {
      nullable: true,
      description: 'The products on the page or in the cart, up to 100. Required for `PRODUCT` and `CART`, ignored otherwise.',
    })
    productIds?: string[] | null,
    @Arg('exclude', () => [ID], { nullable: true, description: 'Products to exclude, up to 100. None are excluded when left out.' })
    exclude?: string[] | null,
    @Arg('visitorId', () => String, {
      nullable: true,
      description: 'An anonymous visitor’s ID, as in `trackEvents`, to base recommendations on their activity. Ignored when signed in.',
    })
    visitorId?: string | null,
  ) {
    const seeds = place === RecommendationContext.HOME ? [] : productIdsOf(productIds, 'productIds');
    const user = context.signedIn?.userId ?? null;
    const { items, variant, tracked } = await this.recommender.recommend({
      user,
      visitor: visitorId ?? null,
      count: maxListed,
      seeds,
      exclude: productIdsOf(exclude, 'exclude'),
      productOf: (id) => context.load(this.catalog.productById, id),
    });
    const list = { list: new Types.ObjectId(), user: tracked ? user : null, context: place, variant, issuedAt: new Date() };
    const placed = items.map((item, position) => ({ ...item, position }));
    return mapEdges(paginateArray(placed, page, 'recommendedProducts'), async ({ product, position, score, reasons, modelVersion }) => {
      const node = await context.load(this.catalog.productById, product);
      const impressionId = this.behaviour.impressionIds.issue({ ...list, product, position, modelVersion });
      return node && { node, score, reasons, modelVersion, impressionId };
    });
  }
}

function productIdsOf(ids: string[] | null | undefined, argument: string): Types.ObjectId[] {
  if ((ids ?? []).length > largestPage) throw new RequestError('BAD_USER_INPUT', `Give at most ${largestPage} products.`, argument);
  return (ids ?? []).map((id) => idOf('Product', id, argument));
}
