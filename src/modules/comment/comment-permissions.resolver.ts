/** What the viewer can do with comments, as the mutations then answer. */
import { Ctx, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { allowed, denied, deniedToOthers, Permission, PermissionDenial, type PermissionAnswer } from '../../relay/permission.js';
import { dependsOnMoment } from '../../store/cache/reads.js';
import type { CommentDocument } from './comment.model.js';
import { Comment } from './comment.type.js';

@Resolver(() => Comment)
export class CommentPermissionsResolver {
  /** @param editWindow milliseconds in which a comment can be edited */
  constructor(private readonly editWindow: number) {}

  @FieldResolver(() => Permission, {
    description: 'Whether the viewer can edit the comment. Comments can be edited for a limited time, which ends at `until`.',
  })
  viewerCanEdit(@Root() comment: CommentDocument, @Ctx() context: RequestContext): PermissionAnswer {
    const denial = this.viewerCanDelete(comment, context);
    if (!denial.allowed) return denial;
    const until = new Date(comment.createdAt.getTime() + this.editWindow);
    dependsOnMoment();
    return Date.now() > until.getTime() ? denied(PermissionDenial.TOO_LATE) : allowed(until);
  }

  @FieldResolver(() => Permission, { description: 'Whether the viewer can delete the comment.' })
  viewerCanDelete(@Root() { author, deletedAt }: CommentDocument, @Ctx() context: RequestContext): PermissionAnswer {
    return deniedToOthers(context, author) ?? (deletedAt ? denied(PermissionDenial.DELETED) : allowed());
  }
}
