/** What the viewer can do with reviews, as the mutations then answer. */
import { Ctx, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { allowed, allowedToAuthor, denied, Permission, type PermissionAnswer, PermissionDenial } from '../../relay/permission.js';
import { Product, type ProductDocument } from '../catalog/index.js';
import type { ReviewLoaders } from './review.loader.js';
import type { ReviewDocument } from './review.model.js';
import { Review } from './review.type.js';

@Resolver(() => Review)
export class ReviewPermissionsResolver {
  @FieldResolver(() => Permission, { description: 'Whether the viewer can edit the review.' })
  viewerCanEdit(@Root() document: ReviewDocument, @Ctx() context: RequestContext): PermissionAnswer {
    return allowedToAuthor(context, document.author);
  }

  @FieldResolver(() => Permission, { description: 'Whether the viewer can delete the review.' })
  viewerCanDelete(@Root() document: ReviewDocument, @Ctx() context: RequestContext): PermissionAnswer {
    return allowedToAuthor(context, document.author);
  }
}

@Resolver(() => Product)
export class ProductReviewPermissionResolver {
  constructor(private readonly loaders: ReviewLoaders) {}

  @FieldResolver(() => Permission, { description: 'Whether the viewer can review the product.' })
  async viewerCanReview(@Root() { _id, merchant, archivedAt }: ProductDocument, @Ctx() context: RequestContext): Promise<PermissionAnswer> {
    if (!context.signedIn) return denied(PermissionDenial.NOT_SIGNED_IN);
    const { userId } = context.signedIn;
    if (merchant.equals(userId)) return denied(PermissionDenial.OWN_PRODUCT);
    if (archivedAt) return denied(PermissionDenial.ARCHIVED);
    const earlier = await context.load(this.loaders.ownReview, { product: _id, author: userId });
    return earlier ? denied(PermissionDenial.ALREADY_REVIEWED) : allowed();
  }
}
