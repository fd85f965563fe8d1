import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, paginate, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { parseGlobalId } from '../../relay/global-id.js';
import { payload } from '../../relay/payload.js';
import { commentById } from '../comment/index.js';
import { reviewById } from '../review/index.js';
import { User, userById, type PublicUser } from '../user/index.js';
import { AuditModel, CaseModel, type AuditDocument, type CaseDocument } from './moderation.model.js';
import { auditTrail, moderate, openCases, reportContent } from './moderation.service.js';
import {
  AuditEntry,
  AuditEntryConnection,
  ModerateContentInput,
  ModerateContentPayload,
  ModeratedContent,
  ModerationCase,
  ModerationCaseConnection,
  ReasonCount,
  ReportContentInput,
  ReportContentPayload,
  type ReportReason,
} from './moderation.type.js';

/** Moderators see content whether it is hidden or not. */
async function contentOf({ contentType, content }: CaseDocument | AuditDocument, context: RequestContext): Promise<object | null> {
  const found = await loadContent(contentType, content, context);
  return found && { ...found, __typename: contentType };
}

function loadContent(type: string, id: CaseDocument['content'], context: RequestContext): Promise<object | null> {
  if (type === 'Review') return context.load(reviewById, id);
  if (type === 'Comment') return context.load(commentById, id);
  return context.load(userById, id);
}

@Resolver(() => ModerationCase)
export class ModerationResolver {
  @Authorized('MODERATOR', 'ADMIN')
  @Query(() => ModerationCaseConnection, { description: 'Reported content, the most reported first. For moderators.' })
  moderationQueue(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<CaseDocument>> {
    return paginate(CaseModel, openCases(), page);
  }

  @Authorized('MODERATOR', 'ADMIN')
  @Query(() => AuditEntryConnection, { description: 'What moderators did, the latest first. For moderators.' })
  auditTrail(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<AuditDocument>> {
    return paginate(AuditModel, auditTrail(), page);
  }

  @FieldResolver(() => ModeratedContent, { nullable: true, description: 'What was reported, hidden or not; null where it is gone.' })
  content(@Root() one: CaseDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return contentOf(one, context);
  }

  @FieldResolver(() => [ReasonCount], { description: 'Which reasons were given, and how often.' })
  reasons(@Root() { reasons }: CaseDocument): ReasonCount[] {
    return Object.entries(reasons).map(([reason, count]) => ({ reason: reason as ReportReason, count }));
  }

  @Authorized()
  @Mutation(() => ReportContentPayload, { description: 'Reports content to the moderators. Reporting twice counts once.' })
  reportContent(
    @Arg('input', () => ReportContentInput, { description: 'The report.' }) { contentId, reason, note }: ReportContentInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const content = parseGlobalId(contentId, 'input.contentId');
    return payload(async () => {
      await reportContent(context.requireSignedIn().userId, content, reason, note);
      return { reported: true };
    });
  }

  @Authorized('MODERATOR', 'ADMIN')
  @Mutation(() => ModerateContentPayload, { description: 'Decides about content or a user, at once and on record. For moderators.' })
  moderateContent(
    @Arg('input', () => ModerateContentInput, { description: 'The decision.' }) { contentId, action, reason }: ModerateContentInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const content = parseGlobalId(contentId, 'input.contentId');
    return payload(async () => ({ entry: await moderate(context.requireSignedIn().userId, content, action, reason) }));
  }
}

@Resolver(() => AuditEntry)
export class AuditEntryResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who did it; null where they have left.' })
  moderator(@Root() entry: AuditDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, entry.moderator);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Whose content it is, or who was banned; null where they have left.' })
  user(@Root() entry: AuditDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, entry.user);
  }

  @FieldResolver(() => ModeratedContent, { nullable: true, description: 'What it was about, hidden or not; null where it is gone.' })
  content(@Root() entry: AuditDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return contentOf(entry, context);
  }
}
