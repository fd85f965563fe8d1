import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { ShareDocument, ShareModels } from './share.model.js';
import { checkShare, shareList, type ShareService } from './share.service.js';
import {
  DeleteShareInput,
  DeleteSharePayload,
  Share,
  ShareConnection,
  ShareProductInput,
  ShareProductPayload,
  ShareStats,
} from './share.type.js';

interface ShareResolverDependencies {
  shares: ShareService;
  users: UserVerbs;
  catalog: CatalogVerbs;
  /** Where the outside reaches this API. */
  publicUrl: string;
}

@Resolver(() => Share)
export class ShareResolver {
  constructor(private readonly dependencies: ShareResolverDependencies) {}

  @FieldResolver(() => WebAddress, { description: 'Short link that counts the visit and redirects to the product.' })
  url(@Root() { code }: ShareDocument): string {
    return `${this.dependencies.publicUrl}/s/${code}`;
  }

  @FieldResolver(() => User, { nullable: true, description: 'The user who shared it. Null if their account was deleted.' })
  author(@Root() { author }: ShareDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, author);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product. Null if it was deleted.' })
  product(@Root() { product }: ShareDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(this.dependencies.catalog.productById, product);
  }

  @FieldResolver(() => ShareStats, { nullable: true, description: 'Visits and orders from the share. Null for everyone but its author.' })
  stats(@Root() share: ShareDocument, @Ctx() context: RequestContext): ShareStats | null {
    return context.signedIn?.userId.equals(share.author) ? share : null;
  }

  @Authorized()
  @ChecksInput((input: ShareProductInput) => checkShare(input))
  @Mutation(() => ShareProductPayload, { description: 'Shares a product and creates a short link to it.' })
  shareProduct(
    @Arg('input', () => ShareProductInput, { description: 'The product, and how to share it.' }) { productId, ...rest }: ShareProductInput,
    @Ctx() context: RequestContext,
  ) {
    const product = idOf('Product', productId, 'input.productId');
    return payload(async () => {
      const share = await this.dependencies.shares.shareProduct(context.requireSignedIn().userId, { ...rest, product });
      return { share, held: share.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => DeleteSharePayload, { description: 'Deletes one of the viewer’s shares. Its link stops working.' })
  deleteShare(
    @Arg('input', () => DeleteShareInput, { description: 'The share to delete.' }) { shareId }: DeleteShareInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Share', shareId, 'input.shareId');
    return payload(async () => {
      const { product } = await this.dependencies.shares.deleteShare(context.requireSignedIn().userId, id);
      return { deletedShareId: shareId, product: await context.load(this.dependencies.catalog.productById, product) };
    });
  }
}

@Resolver(() => Viewer)
export class ViewerSharesResolver {
  constructor(private readonly models: ShareModels) {}

  @Authorized()
  @FieldResolver(() => ShareConnection, { nullable: true, description: 'Products the viewer shared, newest first.' })
  shares(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<ShareDocument>> {
    return paginate(this.models.shares, shareList(context.requireSignedIn().userId), page);
  }
}
