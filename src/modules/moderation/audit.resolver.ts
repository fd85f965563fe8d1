/** What was decided: the audit trail for moderators, and what a user is shown of it. */
import { Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext, Role } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { paginate } from '../../store/paging.js';
import type { AccessLogVerbs } from '../access-log/index.js';
import { User, UserRole, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import { contentKey } from '../domain-events.js';
import type { ModeratedKinds } from './moderated-kinds.js';

import { decisionsAbout } from './moderation.lists.js';
import type { ModerationLoaders } from './moderation.loader.js';
import type { AppealDocument, AuditDocument, ModerationModels } from './moderation.model.js';
import { Appeal, AuditEntry, ModeratedContent, ModerationDecision, ModerationDecisionConnection } from './moderation.type.js';

@Resolver(() => AuditEntry)
export class AuditEntryResolver {
  constructor(
    private readonly kinds: ModeratedKinds,
    private readonly users: UserVerbs,
    private readonly accessLog: AccessLogVerbs,
  ) {}

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The moderator or administrator who acted. Null if their account was deleted.',
  })
  moderator(@Root() entry: AuditDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.users.userById, entry.moderator);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The author of the content, or the banned user. Null if their account was deleted.',
  })
  user(@Root() entry: AuditDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.users.userById, entry.user);
  }

  @FieldResolver(() => ModeratedContent, { nullable: true, description: 'The content, even if it is hidden. Null if it was deleted.' })
  async content(@Root() { contentType, content, user }: AuditDocument, @Ctx() context: RequestContext): Promise<object | null> {
    await this.accessLog.noteAccess(context, 'AUDIT_ENTRY', user);
    return this.kinds.find(contentType, content, context);
  }

  @FieldResolver(() => [UserRole], { nullable: true, description: 'Roles before the change, each role once. Null for other actions.' })
  rolesBefore(@Root() { roles }: AuditDocument): Role[] | null {
    return roles?.before ?? null;
  }

  @FieldResolver(() => [UserRole], {
    nullable: true,
    description: 'Roles after the change, each role once. Null for other actions.',
  })
  rolesAfter(@Root() { roles }: AuditDocument): Role[] | null {
    return roles?.after ?? null;
  }
}

@Resolver(() => ModerationDecision)
export class ModerationDecisionResolver {
  constructor(
    private readonly kinds: ModeratedKinds,
    private readonly loaders: ModerationLoaders,
  ) {}

  @FieldResolver(() => ModeratedContent, { nullable: true, description: 'The content, even if it is hidden. Null if it was deleted.' })
  content(@Root() { contentType, content }: AuditDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return this.kinds.find(contentType, content, context);
  }

  @FieldResolver(() => Appeal, { nullable: true, description: 'The viewer’s latest appeal against the decision. Null if there is none.' })
  appeal(@Root() { contentType, content }: AuditDocument, @Ctx() context: RequestContext): Promise<AppealDocument | null> {
    return context.load(this.loaders.latestAppeal, contentKey({ type: contentType, id: content }));
  }
}

@Resolver(() => Viewer)
export class ViewerModerationResolver {
  constructor(private readonly models: ModerationModels) {}

  @Authorized()
  @FieldResolver(() => ModerationDecisionConnection, {
    nullable: true,
    description: 'Moderators’ decisions about the viewer and their content, newest first.',
  })
  moderationDecisions(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<AuditDocument>> {
    return paginate(this.models.audit, decisionsAbout(context.requireSignedIn().userId), page);
  }
}
