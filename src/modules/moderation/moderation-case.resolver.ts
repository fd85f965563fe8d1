import { Args, Ctx, Int, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, mapNodes, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import type { AccessLogVerbs } from '../access-log/index.js';
import { User, type PublicUser, type UserVerbs } from '../user/index.js';
import type { ModeratedKinds } from './moderated-kinds.js';
import { reportList } from './moderation.lists.js';
import type { ModerationLoaders } from './moderation.loader.js';
import type { ReportKeys } from './moderation.nodes.js';
import type { AppealDocument, CaseDocument, ReportDocument, ReportReasonName, SuspicionDocument } from './moderation.model.js';
import { Appeal, ContentReportConnection, ModeratedContent, ModerationCase, ReasonCount, Suspicion } from './moderation.type.js';

interface CaseResolverDependencies {
  loaders: ModerationLoaders;
  kinds: ModeratedKinds;
  users: UserVerbs;
  accessLog: AccessLogVerbs;
  reportKeys: ReportKeys;
}

@Resolver(() => ModerationCase)
export class ModerationCaseResolver {
  constructor(private readonly dependencies: CaseResolverDependencies) {}

  @FieldResolver(() => ModeratedContent, {
    nullable: true,
    description: 'The reported content, even if it is hidden. Null if it was deleted.',
  })
  async content(@Root() row: CaseDocument, @Ctx() context: RequestContext): Promise<object | null> {
    const { contentType, content } = row;
    await this.note(row, context);
    return this.dependencies.kinds.find(contentType, content, context);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The author of the content. Null if their account was deleted.' })
  author(@Root() { author }: CaseDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> | null {
    return author ? context.load(this.dependencies.users.userById, author) : null;
  }

  @FieldResolver(() => Int, { description: 'Number of earlier decisions against this author: content hidden, warnings and bans.' })
  async earlierDecisionCount(@Root() { author }: CaseDocument, @Ctx() context: RequestContext): Promise<number> {
    return author ? context.require(this.dependencies.loaders.decisionCount, author) : 0;
  }

  @FieldResolver(() => Boolean, { description: 'Whether spam screening holds the content until a moderator has decided.' })
  held(@Root() { held }: CaseDocument): boolean {
    return held ?? false;
  }

  @FieldResolver(() => Suspicion, { nullable: true, description: 'Why the content looks fake. Null if it does not.' })
  suspicion(@Root() { suspicion }: CaseDocument): SuspicionDocument | null {
    return suspicion ?? null;
  }

  @FieldResolver(() => Appeal, { nullable: true, description: 'The author’s appeal against the last decision. Null if there is none.' })
  async appeal(@Root() row: CaseDocument, @Ctx() context: RequestContext): Promise<AppealDocument | null> {
    await this.note(row, context);
    return context.load(this.dependencies.loaders.latestAppeal, row._id);
  }

  @FieldResolver(() => ContentReportConnection, { description: 'The reports, newest first.' })
  async reports(
    @Root() row: CaseDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ReportDocument>> {
    const { _id, reports } = row;
    await this.note(row, context);
    const list = { ...reportList(_id), totalCount: reports };
    const { loaders, reportKeys } = this.dependencies;
    const reported = await context.require(loaders.reportsOfCase, { parent: _id, list, args: page });
    return mapNodes(reported, async (report) => reportKeys.withKey(report));
  }

  private async note({ author }: CaseDocument, context: RequestContext): Promise<void> {
    if (author) await this.dependencies.accessLog.noteAccess(context, 'MODERATION_CASE', author);
  }

  @FieldResolver(() => [ReasonCount], { description: 'Number of reports by reason. Lists each reason once.' })
  reasons(@Root() { reasons }: CaseDocument): { reason: ReportReasonName; count: number }[] {
    const counts = Object.entries(reasons) as [ReportReasonName, number][];
    return counts.map(([reason, count]) => ({ reason, count }));
  }
}
