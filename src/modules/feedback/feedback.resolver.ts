import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { FeedbackDocument, FeedbackModels, FeedbackTallyDocument } from './feedback.model.js';
import {
  countsOf,
  productTallies,
  receivedFeedback,
  sentFeedback,
  type FeedbackService,
  type FeedbackSummary,
  type KindCount,
} from './feedback.service.js';
import {
  AnswerMerchantFeedbackInput,
  AnswerMerchantFeedbackPayload,
  FeedbackKindCount,
  MerchantFeedback,
  MerchantFeedbackConnection,
  MerchantFeedbackFilter,
  MerchantFeedbackSummary,
  ProductFeedbackCount,
  ProductFeedbackCountConnection,
  SendMerchantFeedbackInput,
  SendMerchantFeedbackPayload,
} from './feedback.type.js';

interface FeedbackResolverDependencies {
  feedback: FeedbackService;
  models: FeedbackModels;
  users: UserVerbs;
  catalog: CatalogVerbs;
  socialGraph: SocialGraphVerbs;
}

@Resolver(() => MerchantFeedback)
export class MerchantFeedbackResolver {
  constructor(private readonly dependencies: FeedbackResolverDependencies) {}

  @FieldResolver(() => User, { nullable: true, description: 'Who sent it; null where they have left.' })
  sender(@Root() { sender }: FeedbackDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, sender);
  }

  @FieldResolver(() => User, { nullable: true, description: 'To whom; null where they have left.' })
  merchant(@Root() { merchant }: FeedbackDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, merchant);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product it is about; null where it is about the merchant.' })
  product(@Root() { product }: FeedbackDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> | null {
    return product && context.load(this.dependencies.catalog.productById, product);
  }

  @Authorized('MERCHANT')
  @Query(() => MerchantFeedbackConnection, { description: 'What buyers told one, the latest first. For merchants.' })
  async merchantFeedback(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('filter', () => MerchantFeedbackFilter, { nullable: true, description: 'Which; all where left out.' })
    filter?: MerchantFeedbackFilter | null,
  ): Promise<Connection<FeedbackDocument>> {
    const { productId, ...rest } = filter ?? {};
    const product = productId ? idOf('Product', productId, 'filter.productId') : undefined;
    const { models, socialGraph } = this.dependencies;
    const list = receivedFeedback(context.requireSignedIn().userId, await socialGraph.hiddenFrom(context), { ...rest, product });
    return paginate(models.feedback, list, page);
  }

  @Authorized('MERCHANT')
  @Query(() => MerchantFeedbackSummary, { description: 'How much buyers told one, by kind and by product. For merchants.' })
  async merchantFeedbackSummary(@Ctx() context: RequestContext): Promise<FeedbackSummary> {
    const tally = await this.dependencies.feedback.totalTally(context.requireSignedIn().userId);
    return { total: tally?.total ?? 0, byKind: countsOf(tally) };
  }

  @Authorized()
  @Mutation(() => SendMerchantFeedbackPayload, { description: 'Tells a merchant what one needs, prefers, regrets or likes.' })
  sendMerchantFeedback(
    @Arg('input', () => SendMerchantFeedbackInput, { description: 'The feedback.' }) input: SendMerchantFeedbackInput,
    @Ctx() context: RequestContext,
  ) {
    const { merchantId, productId, ...rest } = input;
    const merchant = idOf('User', merchantId, 'input.merchantId');
    const product = productId ? idOf('Product', productId, 'input.productId') : null;
    return payload(async () => ({
      feedback: await this.dependencies.feedback.sendMerchantFeedback(context.requireSignedIn().userId, { ...rest, merchant, product }),
    }));
  }

  @Authorized('MERCHANT')
  @Mutation(() => AnswerMerchantFeedbackPayload, { description: 'Answers a buyer, who is told. For merchants.' })
  answerMerchantFeedback(
    @Arg('input', () => AnswerMerchantFeedbackInput, { description: 'The answer.' }) { feedbackId, body }: AnswerMerchantFeedbackInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('MerchantFeedback', feedbackId, 'input.feedbackId');
    return payload(async () => ({
      feedback: await this.dependencies.feedback.answerMerchantFeedback(context.requireSignedIn().userId, id, body),
    }));
  }
}

@Resolver(() => MerchantFeedbackSummary)
export class MerchantFeedbackSummaryResolver {
  constructor(private readonly models: FeedbackModels) {}

  @FieldResolver(() => ProductFeedbackCountConnection, { description: 'The products that most of it is about.' })
  byProduct(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<FeedbackTallyDocument>> {
    return paginate(this.models.tallies, productTallies(context.requireSignedIn().userId), page);
  }
}

@Resolver(() => ProductFeedbackCount)
export class ProductFeedbackCountResolver {
  constructor(private readonly catalog: CatalogVerbs) {}

  @FieldResolver(() => Product, { nullable: true, description: 'The product; null where it is gone.' })
  product(@Root() { product }: FeedbackTallyDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> | null {
    return product && context.load(this.catalog.productById, product);
  }

  @FieldResolver(() => [FeedbackKindCount], { description: 'How much of each kind, every kind once.' })
  byKind(@Root() tally: FeedbackTallyDocument): KindCount[] {
    return countsOf(tally);
  }
}

@Resolver(() => Viewer)
export class ViewerFeedbackResolver {
  constructor(private readonly models: FeedbackModels) {}

  @Authorized()
  @FieldResolver(() => MerchantFeedbackConnection, {
    nullable: true,
    description: 'What one told merchants, and their answers, the latest first.',
  })
  sentFeedback(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<FeedbackDocument>> {
    return paginate(this.models.feedback, sentFeedback(context.requireSignedIn().userId), page);
  }
}
