import { GraphQLURL } from 'graphql-scalars';
import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, paginate, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf, toGlobalId } from '../../relay/global-id.js';
import { byId } from '../../relay/loader.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { Product, productById, type ProductDocument } from '../catalog/index.js';
import { isHiddenFrom } from '../social-graph/index.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import { ShareModel, type ShareDocument } from './share.model.js';
import { deleteShare, shareList, shareProduct } from './share.service.js';
import {
  DeleteShareInput,
  DeleteSharePayload,
  Share,
  ShareConnection,
  ShareProductInput,
  ShareProductPayload,
  ShareStats,
} from './share.type.js';

export const shareById = byId<ShareDocument>(ShareModel);

/** A share that the viewer may see: their own, or one that went to followers and is hidden neither from all nor from them. */
export async function visibleShare(id: ShareDocument['_id'], context: RequestContext): Promise<ShareDocument | null> {
  const share = await context.load(shareById, id);
  if (!share) return null;
  if (context.signedIn?.userId.equals(share.author)) return share;
  if (share.channel !== 'FOLLOWERS' || share.hiddenAt) return null;
  return (await isHiddenFrom(context, share.author)) ? null : share;
}

registerNode('Share', visibleShare);

@Resolver(() => Share)
export class ShareResolver {
  /** @param publicUrl where the outside reaches this API */
  constructor(private readonly publicUrl: string) {}

  @FieldResolver(() => GraphQLURL, { description: 'The short link. It counts the visit and leads to the product.' })
  url(@Root() { code }: ShareDocument): string {
    return `${this.publicUrl}/s/${code}`;
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who shared it; null where they have left.' })
  author(@Root() { author }: ShareDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, author);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product; null where it is gone.' })
  product(@Root() { product }: ShareDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(productById, product);
  }

  @FieldResolver(() => ShareStats, { nullable: true, description: 'What came of it; null for everybody but its author.' })
  stats(@Root() share: ShareDocument, @Ctx() context: RequestContext): ShareStats | null {
    return context.signedIn?.userId.equals(share.author) ? share : null;
  }

  @Authorized()
  @Mutation(() => ShareProductPayload, { description: 'Shares a product, and gives a short link to it.' })
  shareProduct(
    @Arg('input', () => ShareProductInput, { description: 'The share.' }) { productId, ...rest }: ShareProductInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const product = idOf('Product', productId, 'input.productId');
    return payload(async () => {
      const share = await shareProduct(context.requireSignedIn().userId, { ...rest, product });
      return { share, held: share.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => DeleteSharePayload, { description: 'Deletes one’s own share. Its link leads nowhere from then on.' })
  deleteShare(
    @Arg('input', () => DeleteShareInput, { description: 'Which.' }) { shareId }: DeleteShareInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Share', shareId, 'input.shareId');
    return payload(async () => {
      const { _id } = await deleteShare(context.requireSignedIn().userId, id);
      return { deletedShareId: toGlobalId('Share', _id) };
    });
  }
}

@Resolver(() => Viewer)
export class ViewerSharesResolver {
  @Authorized()
  @FieldResolver(() => ShareConnection, { nullable: true, description: 'What one has shared, the latest first.' })
  shares(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<ShareDocument>> {
    return paginate(ShareModel, shareList(context.requireSignedIn().userId), page);
  }
}
