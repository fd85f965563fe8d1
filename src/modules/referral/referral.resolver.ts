import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { ReferralDocument, ReferralModels } from './referral.model.js';
import { checkReferral, receivedReferrals, sentReferrals, type ReferralService } from './referral.service.js';
import {
  Referral,
  ReferralConnection,
  ReferProductInput,
  ReferProductPayload,
  RespondToReferralInput,
  RespondToReferralPayload,
} from './referral.type.js';

interface ReferralResolverDependencies {
  referrals: ReferralService;
  users: UserVerbs;
  catalog: CatalogVerbs;
}

interface ViewerReferralsDependencies {
  models: ReferralModels;
  socialGraph: SocialGraphVerbs;
}

@Resolver(() => Referral)
export class ReferralResolver {
  constructor(private readonly dependencies: ReferralResolverDependencies) {}

  @FieldResolver(() => User, { nullable: true, description: 'The user who recommends it. Null if their account was deleted.' })
  sender(@Root() { sender }: ReferralDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, sender);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The user it is recommended to. Null if their account was deleted.' })
  recipient(@Root() { recipient }: ReferralDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, recipient);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product. Null if it was deleted.' })
  product(@Root() { product }: ReferralDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(this.dependencies.catalog.productById, product);
  }

  @Authorized()
  @ChecksInput(({ message, toUserIds }: ReferProductInput) => checkReferral(message, (toUserIds ?? []).length))
  @Mutation(() => ReferProductPayload, {
    description: 'Recommends a product to other users and notifies them. Recommending it again to the same user has no effect.',
  })
  referProduct(
    @Arg('input', () => ReferProductInput, { description: 'The product, and the users to recommend it to.' })
    { productId, toUserIds, ...rest }: ReferProductInput,
    @Ctx() context: RequestContext,
  ) {
    const product = idOf('Product', productId, 'input.productId');
    const recipients = toUserIds.map((id, at) => idOf('User', id, `input.toUserIds.${at}`));
    return payload(async () => ({
      referrals: await this.dependencies.referrals.referProduct(context.requireSignedIn().userId, { ...rest, product, recipients }),
    }));
  }

  @Authorized()
  @Mutation(() => RespondToReferralPayload, { description: 'Records what the viewer did with a referral. The sender can see it.' })
  respondToReferral(
    @Arg('input', () => RespondToReferralInput, { description: 'The referral, and what the viewer did with it.' })
    { referralId, response }: RespondToReferralInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Referral', referralId, 'input.referralId');
    return payload(async () => ({
      referral: await this.dependencies.referrals.respondToReferral(context.requireSignedIn().userId, id, response),
    }));
  }
}

@Resolver(() => Viewer)
export class ViewerReferralsResolver {
  constructor(private readonly dependencies: ViewerReferralsDependencies) {}

  @Authorized()
  @FieldResolver(() => ReferralConnection, { nullable: true, description: 'Products other users recommended to the viewer, newest first.' })
  async referrals(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<ReferralDocument>> {
    const { models, socialGraph } = this.dependencies;
    const list = receivedReferrals(context.requireSignedIn().userId, await socialGraph.hiddenFrom(context));
    return paginate(models.referrals, list, page);
  }

  @Authorized()
  @FieldResolver(() => ReferralConnection, {
    nullable: true,
    description: 'Products the viewer recommended to others, and their status, newest first.',
  })
  sentReferrals(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<ReferralDocument>> {
    return paginate(this.dependencies.models.referrals, sentReferrals(context.requireSignedIn().userId), page);
  }
}
