import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, paginate, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { byId } from '../../relay/loader.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { Product, productById, type ProductDocument } from '../catalog/index.js';
import { hiddenFrom } from '../social-graph/index.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import { FeedbackModel, FeedbackTallyModel, type FeedbackDocument, type FeedbackTallyDocument } from './feedback.model.js';
import {
  answerMerchantFeedback,
  countsOf,
  productTallies,
  receivedFeedback,
  sendMerchantFeedback,
  sentFeedback,
  totalTally,
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

const feedbackById = byId<FeedbackDocument>(FeedbackModel);

registerNode('MerchantFeedback', async (id, context) => {
  const feedback = await context.load(feedbackById, id);
  const reader = context.signedIn?.userId;
  return feedback && reader && (feedback.sender.equals(reader) || feedback.merchant.equals(reader)) ? feedback : null;
});

@Resolver(() => MerchantFeedback)
export class MerchantFeedbackResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who sent it; null where they have left.' })
  sender(@Root() { sender }: FeedbackDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, sender);
  }

  @FieldResolver(() => User, { nullable: true, description: 'To whom; null where they have left.' })
  merchant(@Root() { merchant }: FeedbackDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, merchant);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product it is about; null where it is about the merchant.' })
  product(@Root() { product }: FeedbackDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> | null {
    return product && context.load(productById, product);
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
    const list = receivedFeedback(context.requireSignedIn().userId, await hiddenFrom(context), { ...rest, product });
    return paginate(FeedbackModel, list, page);
  }

  @Authorized('MERCHANT')
  @Query(() => MerchantFeedbackSummary, { description: 'How much buyers told one, by kind and by product. For merchants.' })
  async merchantFeedbackSummary(@Ctx() context: RequestContext): Promise<object> {
    const tally = await totalTally(context.requireSignedIn().userId);
    return { total: tally?.total ?? 0, byKind: countsOf(tally) };
  }

  @Authorized()
  @Mutation(() => SendMerchantFeedbackPayload, { description: 'Tells a merchant what one needs, prefers, regrets or likes.' })
  sendMerchantFeedback(
    @Arg('input', () => SendMerchantFeedbackInput, { description: 'The feedback.' }) input: SendMerchantFeedbackInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const { merchantId, productId, ...rest } = input;
    const merchant = idOf('User', merchantId, 'input.merchantId');
    const product = productId ? idOf('Product', productId, 'input.productId') : null;
    return payload(async () => ({
      feedback: await sendMerchantFeedback(context.requireSignedIn().userId, { ...rest, merchant, product }),
    }));
  }

  @Authorized('MERCHANT')
  @Mutation(() => AnswerMerchantFeedbackPayload, { description: 'Answers a buyer, who is told. For merchants.' })
  answerMerchantFeedback(
    @Arg('input', () => AnswerMerchantFeedbackInput, { description: 'The answer.' }) { feedbackId, body }: AnswerMerchantFeedbackInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('MerchantFeedback', feedbackId, 'input.feedbackId');
    return payload(async () => ({ feedback: await answerMerchantFeedback(context.requireSignedIn().userId, id, body) }));
  }
}

@Resolver(() => MerchantFeedbackSummary)
export class MerchantFeedbackSummaryResolver {
  @FieldResolver(() => ProductFeedbackCountConnection, { description: 'The products that most of it is about.' })
  byProduct(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<FeedbackTallyDocument>> {
    return paginate(FeedbackTallyModel, productTallies(context.requireSignedIn().userId), page);
  }
}

@Resolver(() => ProductFeedbackCount)
export class ProductFeedbackCountResolver {
  @FieldResolver(() => Product, { nullable: true, description: 'The product; null where it is gone.' })
  product(@Root() { product }: FeedbackTallyDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> | null {
    return product && context.load(productById, product);
  }

  @FieldResolver(() => [FeedbackKindCount], { description: 'How much of each kind, every kind once.' })
  byKind(@Root() tally: FeedbackTallyDocument): KindCount[] {
    return countsOf(tally);
  }
}

@Resolver(() => Viewer)
export class ViewerFeedbackResolver {
  @Authorized()
  @FieldResolver(() => MerchantFeedbackConnection, {
    nullable: true,
    description: 'What one told merchants, and their answers, the latest first.',
  })
  sentFeedback(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<FeedbackDocument>> {
    return paginate(FeedbackModel, sentFeedback(context.requireSignedIn().userId), page);
  }
}
