import mongoose, { type Types } from 'mongoose';
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, largestPage, mapNodes, paginateArray, type Connection } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { idOf, parseGlobalId, toGlobalId } from '../../relay/global-id.js';
import { payload } from '../../relay/payload.js';
import { Product, productById, ProductConnection, type ProductDocument } from '../catalog/index.js';
import { trending } from '../behaviour/index.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import { recordImpression, recordOutcome, reportOf, undoDismissal } from './experiment.service.js';
import type { Reason, RecommendedItem, RecommenderService } from './recommender.service.js';
import {
  RecommendationContext,
  RecommendationReason,
  RecommendedProduct,
  RecommendedProductConnection,
  RecommenderReport,
  RecommenderStatus,
  RecordRecommendationFeedbackInput,
  RecordRecommendationFeedbackPayload,
  TrainingAction,
  TrainRecommenderInput,
  TrainRecommenderPayload,
  TrendWindow,
  UndoDismissalInput,
  UndoDismissalPayload,
} from './recommendation.type.js';

const mostListed = 100;
const mostDays = 90;

/** A list that was made for somebody; its items know it. */
interface ShownList {
  id: Types.ObjectId;
  user: Types.ObjectId | null;
  context: RecommendationContext;
  variant: string;
}

interface ShownItem extends RecommendedItem {
  list: ShownList;
}

/** Whatever is asked for at once was shown at once: one entry of the log for each list. */
const impressionOf: LoaderDefinition<ShownItem, string> = {
  cacheKey: ({ list, product }) => `${list.id.toHexString()}:${product.toHexString()}`,
  async batch(items) {
    const lists = [...new Set(items.map(({ list }) => list))];
    const ids = new Map<ShownList, Types.ObjectId>();
    await Promise.all(
      lists.map(async (list) => {
        const own = items.filter((item) => item.list === list);
        const { user, context, variant } = list;
        const products = own.map(({ product }) => product);
        ids.set(list, await recordImpression({ user, context, variant, products, modelVersion: own[0]!.modelVersion }));
      }),
    );
    const places = new Map<ShownList, number>();
    return items.map(({ list }) => {
      const place = places.get(list) ?? 0;
      places.set(list, place + 1);
      return encodeImpression(ids.get(list)!, place);
    });
  },
};

const impressionType = 'Impression';

/** The impression, and the place in it. */
function encodeImpression(id: Types.ObjectId, place: number): string {
  return `${toGlobalId(impressionType, id)}.${place}`;
}

function decodeImpression(impressionId: string, argument: string): { id: Types.ObjectId; place: number } {
  const [globalId = '', place = ''] = impressionId.split('.');
  const { type, id } = parseGlobalId(globalId, argument);
  if (type !== impressionType || !/^\d{1,3}$/.test(place))
    throw new RequestError('BAD_USER_INPUT', 'This is not the id of an impression.', argument);
  return { id, place: Number(place) };
}

@Resolver(() => RecommendedProduct)
export class RecommendedProductResolver {
  @FieldResolver(() => Product, { description: 'The product.' })
  product(@Root() item: RecommendedItem, @Ctx() context: RequestContext): Promise<ProductDocument> {
    return context.require(productById, item.product);
  }

  @FieldResolver(() => ID, {
    description: 'Send it back with what came of it. Asking for it says that the product is shown, which is counted.',
  })
  impressionId(@Root() item: ShownItem, @Ctx() context: RequestContext): Promise<string> {
    return context.require(impressionOf, item);
  }

  @Mutation(() => RecordRecommendationFeedbackPayload, { description: 'Says what came of a recommendation.' })
  recordRecommendationFeedback(
    @Arg('input', () => RecordRecommendationFeedbackInput, { description: 'What came of it.' })
    { impressionId, outcome }: RecordRecommendationFeedbackInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const { id, place } = decodeImpression(impressionId, 'input.impressionId');
    return payload(async () => {
      await recordOutcome(context.signedIn?.userId ?? null, id, place, outcome);
      return { recorded: true };
    });
  }

  @Authorized()
  @Mutation(() => UndoDismissalPayload, { description: 'Lets a dismissed product be recommended again.' })
  undoDismissal(
    @Arg('input', () => UndoDismissalInput, { description: 'Which.' }) { productId }: UndoDismissalInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const product = idOf('Product', productId, 'input.productId');
    return payload(async () => {
      await undoDismissal(context.requireSignedIn().userId, product);
      return { undone: true };
    });
  }

  @Authorized('ADMIN')
  @Cost({ weight: 500 })
  @Query(() => RecommenderReport, { description: 'How the recommender does with people. For administrators.' })
  recommenderReport(
    @Arg('days', () => Int, { nullable: true, defaultValue: 28, description: 'How far back to look, at most 90 days.' }) days: number,
  ): Promise<object> {
    if (days < 1 || days > mostDays) throw new RequestError('BAD_USER_INPUT', `days must be from 1 to ${mostDays}.`, 'days');
    return reportOf(days);
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

  @Cost({ weight: 50 })
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
    @Arg('visitorId', () => String, {
      nullable: true,
      description: 'A stranger’s id as in `trackEvents`: what they did in this shop counts. Not read when signed in.',
    })
    visitorId?: string | null,
  ): Promise<Connection<ShownItem>> {
    const seeds = place === RecommendationContext.HOME ? [] : productList(productIds, 'productIds');
    const user = context.signedIn?.userId ?? null;
    const { items, variant } = await this.recommender.recommend({
      user,
      visitor: visitorId ?? null,
      count: 2 * mostListed,
      seeds,
      exclude: productList(exclude, 'exclude'),
    });
    const products = await Promise.all(items.map(({ product }) => context.load(productById, product)));
    const list: ShownList = { id: new mongoose.Types.ObjectId(), user, context: place, variant };
    const available = items.filter((_, at) => products[at] && products[at].stock !== 0).map((item) => ({ ...item, list }));
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

  @Cost({ weight: 10 })
  @FieldResolver(() => ProductConnection, { description: 'Products that go with it, the most alike first, at most 50.' })
  async similarProducts(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ProductDocument>> {
    return productPage(await this.recommender.similarTo(product, 50), page, 'similarProducts', context);
  }

  @Cost({ weight: 10 })
  @FieldResolver(() => ProductConnection, { description: 'Products that the same people bought, the most often first, at most 30.' })
  boughtTogether(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ProductDocument>> {
    return productPage(this.recommender.boughtWith(product._id, 30), page, 'boughtTogether', context);
  }

  @Cost({ weight: 10 })
  @Query(() => ProductConnection, { description: 'What most people had to do with lately, at most 100 products.' })
  async trendingProducts(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('window', () => TrendWindow, { nullable: true, defaultValue: TrendWindow.WEEK, description: 'How far back to look.' })
    window: TrendWindow,
  ): Promise<Connection<ProductDocument>> {
    return productPage(await trending(days[window]), page, `trendingProducts/${window}`, context);
  }

  @Authorized('ADMIN')
  @Mutation(() => TrainRecommenderPayload, {
    description: 'Trains the recommender on everything the shop knows, in the background, while it goes on answering. For administrators.',
  })
  trainRecommender(
    @Arg('input', () => TrainRecommenderInput, { description: 'How.' }) { action, wait }: TrainRecommenderInput,
  ): Promise<object> {
    return payload(async () => {
      if (action === TrainingAction.CANCEL) this.recommender.cancelTraining();
      else {
        const training = this.recommender.trainInBackground();
        if (wait) await training;
      }
      return { recommenderStatus: this.recommenderStatus() };
    });
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
      preprocessing: version?.preprocessing ?? null,
      parameters: version?.parameters ?? null,
      training,
      progress,
    };
  }
}
