import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver, Query } from '../../relay/output.js';
import { paginate } from '../../store/paging.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import type { InvitationLinks } from './invitation-links.js';
import type { InvitationDocument, InvitationModels, InvitationStatusName } from './invitation.model.js';
import { invitationList } from './invitation.service.js';
import { ReviewInvitation, ReviewInvitationConnection, ReviewInvitationStatus } from './invitation.type.js';

interface InvitationResolverDependencies {
  models: InvitationModels;
  links: InvitationLinks;
  catalog: CatalogVerbs;
}

@Resolver(() => ReviewInvitation)
export class InvitationResolver {
  constructor(private readonly dependencies: InvitationResolverDependencies) {}

  @FieldResolver(() => Product, { nullable: true, description: 'The product to review. Null if it was deleted.' })
  product(@Root() { product }: InvitationDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(this.dependencies.catalog.productById, product);
  }

  /** Whoever has it writes in the buyer's name, so that merchants are not shown it. */
  @FieldResolver(() => WebAddress, {
    nullable: true,
    description: 'The link, for administrators whose own system sends the invitation. Null for everyone else.',
  })
  url(@Root() { _id }: InvitationDocument, @Ctx() context: RequestContext): string | null {
    return context.signedIn?.roles.includes('ADMIN') ? this.dependencies.links.reviewUrl(_id) : null;
  }

  @Authorized('MERCHANT')
  @Query(() => ReviewInvitationConnection, {
    description: 'Invitations to review the viewer’s products, newest first, without the buyers. Requires the role `MERCHANT`.',
  })
  reviewInvitations(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('status', () => ReviewInvitationStatus, {
      nullable: true,
      description: 'Only invitations with this status. All invitations when left out.',
    })
    status?: InvitationStatusName | null,
  ): Promise<Connection<InvitationDocument>> {
    return paginate(this.dependencies.models.invitations, invitationList(context.requireSignedIn().userId, status), page);
  }
}
