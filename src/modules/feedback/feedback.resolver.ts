import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, mapEdges, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { AllowKeys } from '../../relay/scopes.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { FeedbackDocument, FeedbackModels, FeedbackTallyDocument } from './feedback.model.js';
import {
  checkFeedback,
  countsOf,
  productTallies,
  receivedFeedback,
  sentFeedback,
  type FeedbackService,
  type FeedbackSummary,
} from './feedback.service.js';
import {
  AnswerMerchantFeedbackInput,
  AnswerMerchantFeedbackPayload,
  MerchantFeedback,
  FeedbackProductConnection,
  MerchantFeedbackConnection,
  MerchantFeedbackFilter,
  MerchantFeedbackSummary,
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

  @FieldResolver(() => User, { nullable: true, description: 'The buyer who sent it. Null if their account was deleted.' })
  sender(@Root() { sender }: FeedbackDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, sender);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The merchant it was sent to. Null if their account was deleted.' })
  merchant(@Root() { merchant }: FeedbackDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, merchant);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product it is about. Null if it is about the merchant.' })
  product(@Root() { product }: FeedbackDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> | null {
    return product && context.load(this.dependencies.catalog.productById, product);
  }

  @AllowKeys('reviews:read')
  @Authorized('MERCHANT')
  @Query(() => MerchantFeedbackConnection, {
    description: 'Feedback from buyers to the viewer, newest first. Requires the role `MERCHANT`.',
  })
  async merchantFeedback(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('filter', () => MerchantFeedbackFilter, {
      nullable: true,
      description: 'Conditions the feedback must meet. All feedback when left out.',
    })
    filter?: MerchantFeedbackFilter | null,
  ): Promise<Connection<FeedbackDocument>> {
    const { productId, ...rest } = filter ?? {};
    const product = productId ? idOf('Product', productId, 'filter.productId') : undefined;
    const { models, socialGraph } = this.dependencies;
    const list = receivedFeedback(context.requireSignedIn().userId, await socialGraph.hiddenFrom(context), { ...rest, product });
    return paginate(models.feedback, list, page);
  }

  @AllowKeys('reviews:read')
  @Authorized('MERCHANT')
  @Query(() => MerchantFeedbackSummary, {
    description: 'Number of feedback messages for the viewer, by kind and product. Requires the role `MERCHANT`.',
  })
  async merchantFeedbackSummary(@Ctx() context: RequestContext): Promise<FeedbackSummary> {
    const tally = await this.dependencies.feedback.totalTally(context.requireSignedIn().userId);
    return { total: tally?.total ?? 0, byKind: countsOf(tally) };
  }

  @Authorized()
  @ChecksInput(({ body }: SendMerchantFeedbackInput) => checkFeedback(body))
  @Mutation(() => SendMerchantFeedbackPayload, {
    description: 'Sends feedback to a merchant: a need, a preference, a complaint or praise.',
  })
  sendMerchantFeedback(
    @Arg('input', () => SendMerchantFeedbackInput, { description: 'The feedback to send.' }) input: SendMerchantFeedbackInput,
    @Ctx() context: RequestContext,
  ) {
    const { merchantId, productId, ...rest } = input;
    const merchant = idOf('User', merchantId, 'input.merchantId');
    const product = productId ? idOf('Product', productId, 'input.productId') : null;
    return payload(async () => ({
      feedback: await this.dependencies.feedback.sendMerchantFeedback(context.requireSignedIn().userId, { ...rest, merchant, product }),
    }));
  }

  @AllowKeys('reviews:write')
  @Authorized('MERCHANT')
  @Mutation(() => AnswerMerchantFeedbackPayload, {
    description: 'Answers a buyer’s feedback and notifies the buyer. Requires the role `MERCHANT`.',
  })
  answerMerchantFeedback(
    @Arg('input', () => AnswerMerchantFeedbackInput, { description: 'The feedback, and the answer to it.' })
    { feedbackId, body }: AnswerMerchantFeedbackInput,
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
  constructor(
    private readonly models: FeedbackModels,
    private readonly catalog: CatalogVerbs,
  ) {}

  @FieldResolver(() => FeedbackProductConnection, {
    description: 'Products with feedback, most feedback first. Deleted products are excluded.',
  })
  async byProduct(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext) {
    const tallies = await paginate<FeedbackTallyDocument>(this.models.tallies, productTallies(context.requireSignedIn().userId), page);
    return mapEdges(tallies, async (tally) => {
      const node = tally.product && (await context.load(this.catalog.productById, tally.product));
      return node && { node, feedbackCount: tally.total, byKind: countsOf(tally) };
    });
  }
}

@Resolver(() => Viewer)
export class ViewerFeedbackResolver {
  constructor(private readonly models: FeedbackModels) {}

  @Authorized()
  @FieldResolver(() => MerchantFeedbackConnection, {
    nullable: true,
    description: 'Feedback the viewer sent to merchants, with their answers, newest first.',
  })
  sentFeedback(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<FeedbackDocument>> {
    return paginate(this.models.feedback, sentFeedback(context.requireSignedIn().userId), page);
  }
}
