import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, paginate, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { byId } from '../../relay/loader.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { Product, productById, type ProductDocument } from '../catalog/index.js';
import { hiddenFrom } from '../social-graph/index.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import { ReferralModel, type ReferralDocument } from './referral.model.js';
import { receivedReferrals, referProduct, respondToReferral, sentReferrals } from './referral.service.js';
import {
  Referral,
  ReferralConnection,
  ReferProductInput,
  ReferProductPayload,
  RespondToReferralInput,
  RespondToReferralPayload,
} from './referral.type.js';

const referralById = byId<ReferralDocument>(ReferralModel);

registerNode('Referral', async (id, context) => {
  const referral = await context.load(referralById, id);
  const reader = context.signedIn?.userId;
  return referral && reader && (referral.sender.equals(reader) || referral.recipient.equals(reader)) ? referral : null;
});

@Resolver(() => Referral)
export class ReferralResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who recommends it; null where they have left.' })
  sender(@Root() { sender }: ReferralDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, sender);
  }

  @FieldResolver(() => User, { nullable: true, description: 'To whom; null where they have left.' })
  recipient(@Root() { recipient }: ReferralDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, recipient);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product; null where it is gone.' })
  product(@Root() { product }: ReferralDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(productById, product);
  }

  @Authorized()
  @Mutation(() => ReferProductPayload, {
    description: 'Recommends a product to other users, who are told. Repeating it changes nothing.',
  })
  referProduct(
    @Arg('input', () => ReferProductInput, { description: 'The product and the users.' })
    { productId, toUserIds, ...rest }: ReferProductInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const product = idOf('Product', productId, 'input.productId');
    const recipients = toUserIds.map((id, at) => idOf('User', id, `input.toUserIds.${at}`));
    return payload(async () => ({ referrals: await referProduct(context.requireSignedIn().userId, { ...rest, product, recipients }) }));
  }

  @Authorized()
  @Mutation(() => RespondToReferralPayload, { description: 'Says what one did with a referral; its sender sees that.' })
  respondToReferral(
    @Arg('input', () => RespondToReferralInput, { description: 'What one did.' }) { referralId, response }: RespondToReferralInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Referral', referralId, 'input.referralId');
    return payload(async () => ({ referral: await respondToReferral(context.requireSignedIn().userId, id, response) }));
  }
}

@Resolver(() => Viewer)
export class ViewerReferralsResolver {
  @Authorized()
  @FieldResolver(() => ReferralConnection, { nullable: true, description: 'What others recommend to one, the latest first.' })
  async referrals(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<ReferralDocument>> {
    return paginate(ReferralModel, receivedReferrals(context.requireSignedIn().userId, await hiddenFrom(context)), page);
  }

  @Authorized()
  @FieldResolver(() => ReferralConnection, {
    nullable: true,
    description: 'What one recommended to others and what became of it, the latest first.',
  })
  sentReferrals(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<ReferralDocument>> {
    return paginate(ReferralModel, sentReferrals(context.requireSignedIn().userId), page);
  }
}
