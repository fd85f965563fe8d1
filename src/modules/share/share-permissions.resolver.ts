/** What the viewer can do with shares, as the mutations then answer. */
import { Ctx, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { allowedToAuthor, Permission, type PermissionAnswer } from '../../relay/permission.js';
import type { ShareDocument } from './share.model.js';
import { Share } from './share.type.js';

@Resolver(() => Share)
export class SharePermissionsResolver {
  @FieldResolver(() => Permission, { description: 'Whether the viewer can delete the share. Shares can’t be edited.' })
  viewerCanDelete(@Root() document: ShareDocument, @Ctx() context: RequestContext): PermissionAnswer {
    return allowedToAuthor(context, document.author);
  }
}
