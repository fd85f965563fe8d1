import { Arg, Args, Authorized, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, pagesByParent, paginate, type Connection } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { idOf, parseGlobalId } from '../../relay/global-id.js';
import { byId } from '../../relay/loader.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { commentById } from '../comment/index.js';
import { reviewById } from '../review/index.js';
import { answerById, questionById } from '../question/index.js';
import { shareById } from '../share/index.js';
import { User, userById, UserRole, Viewer, type PublicUser } from '../user/index.js';
import {
  AppealModel,
  AuditModel,
  CaseModel,
  ReportModel,
  type AppealDocument,
  type AuditDocument,
  type CaseDocument,
  type ReportDocument,
} from './moderation.model.js';
import './moderation.privacy.js';
import {
  appealBan,
  appealModeration,
  auditTrail,
  decisionsAbout,
  moderate,
  openCases,
  reportContent,
  reportList,
  setUserRoles,
} from './moderation.service.js';
import {
  Appeal,
  AppealBanInput,
  AppealBanPayload,
  AppealModerationInput,
  AppealModerationPayload,
  AuditEntry,
  AuditEntryConnection,
  ContentReportConnection,
  ModerateContentInput,
  ModerateContentPayload,
  ModeratedContent,
  ModerationCase,
  ModerationCaseConnection,
  ModerationDecision,
  ModerationDecisionConnection,
  ReasonCount,
  ReportContentInput,
  ReportContentPayload,
  SetUserRolesInput,
  SetUserRolesPayload,
  type ReportReason,
} from './moderation.type.js';

const reportPages = pagesByParent<ReportDocument>(ReportModel, 'case');

/** Moderators see content whether it is hidden or not. */
async function contentOf({ contentType, content }: About, context: RequestContext): Promise<object | null> {
  const found = await loadContent(contentType, content, context);
  return found && { ...found, __typename: contentType };
}

type About = Pick<CaseDocument, 'contentType' | 'content'>;

const loaders: Record<string, LoaderDefinition<CaseDocument['content'], object>> = {
  Review: reviewById,
  Comment: commentById,
  Question: questionById,
  Answer: answerById,
  Share: shareById,
  User: userById,
};

async function loadContent(type: string, id: CaseDocument['content'], context: RequestContext): Promise<object | null> {
  const loader = loaders[type];
  return loader ? context.load(loader, id) : null;
}

/** The newest appeal of each case. */
const latestAppeal: LoaderDefinition<string, AppealDocument> = {
  cacheKey: (key) => key,
  async batch(keys) {
    const appeals = await AppealModel.find({ case: { $in: keys } })
      .sort({ at: -1 })
      .lean();
    return keys.map((key) => appeals.find((appeal) => appeal.case === key) ?? null);
  },
};

/** How many decisions there are about each user, role changes left out. */
const decisionCount: LoaderDefinition<CaseDocument['content'], number> = {
  cacheKey: (user) => user.toHexString(),
  async batch(users) {
    const counts = await AuditModel.aggregate<{ _id: CaseDocument['content']; count: number }>([
      { $match: { user: { $in: users }, action: { $in: ['HIDE', 'WARN', 'BAN'] } } },
      { $group: { _id: '$user', count: { $sum: 1 } } },
    ]);
    return users.map((user) => counts.find(({ _id }) => _id.equals(user))?.count ?? 0);
  },
};

const appealById = byId<AppealDocument>(AppealModel);

registerNode('Appeal', async (id, context) => {
  const appeal = await context.load(appealById, id);
  const reader = context.signedIn;
  const mayRead =
    appeal && reader && (appeal.author.equals(reader.userId) || reader.roles.some((role) => role === 'MODERATOR' || role === 'ADMIN'));
  return mayRead ? appeal : null;
});

@Resolver(() => ModerationCase)
export class ModerationResolver {
  @Authorized('MODERATOR', 'ADMIN')
  @Query(() => ModerationCaseConnection, {
    description: 'Content that was reported, held or appealed about, the most reported first. For moderators.',
  })
  moderationQueue(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<CaseDocument>> {
    return paginate(CaseModel, openCases(), page);
  }

  @Authorized('MODERATOR', 'ADMIN')
  @Query(() => AuditEntryConnection, {
    description: 'Every decision of moderators and every change of roles, the latest first. For moderators.',
  })
  auditTrail(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<AuditDocument>> {
    return paginate(AuditModel, auditTrail(), page);
  }

  @FieldResolver(() => ModeratedContent, { nullable: true, description: 'What was reported, hidden or not; null where it is gone.' })
  content(@Root() one: CaseDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return contentOf(one, context);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Whose content it is; null where they have left.' })
  author(@Root() { author }: CaseDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> | null {
    return author ? context.load(userById, author) : null;
  }

  @FieldResolver(() => Int, { description: 'How often moderators have hidden, warned about or banned what this author wrote.' })
  async earlierDecisions(@Root() { author }: CaseDocument, @Ctx() context: RequestContext): Promise<number> {
    return author ? context.require(decisionCount, author) : 0;
  }

  @FieldResolver(() => Boolean, { description: 'Whether its spam score keeps it out of sight until somebody has decided.' })
  held(@Root() { held }: CaseDocument): boolean {
    return held ?? false;
  }

  @FieldResolver(() => Appeal, { nullable: true, description: 'What its author says against the last decision; null without an appeal.' })
  appeal(@Root() { _id }: CaseDocument, @Ctx() context: RequestContext): Promise<AppealDocument | null> {
    return context.load(latestAppeal, _id);
  }

  @FieldResolver(() => ContentReportConnection, { description: 'The reports themselves, the latest first.' })
  reportList(
    @Root() { _id, reports }: CaseDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ReportDocument>> {
    const list = { ...reportList(_id), totalCount: reports };
    return context.require(reportPages, { parent: _id, list, args: page });
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

  @Authorized()
  @Mutation(() => AppealModerationPayload, { description: 'Asks for a second look at a decision about what one wrote.' })
  appealModeration(
    @Arg('input', () => AppealModerationInput, { description: 'The appeal.' }) { contentId, body }: AppealModerationInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const content = parseGlobalId(contentId, 'input.contentId');
    return payload(async () => ({ appeal: await appealModeration(context.requireSignedIn().userId, { content, body }) }));
  }

  @Cost({ weight: 100 })
  @Mutation(() => AppealBanPayload, { description: 'Asks to be let in again, by the credentials of an account that is shut out.' })
  appealBan(
    @Arg('input', () => AppealBanInput, { description: 'The appeal.' }) { email, password, body }: AppealBanInput,
  ): Promise<object> {
    return payload(async () => {
      await appealBan(email, password, body);
      return { appealed: true };
    });
  }

  @Authorized('ADMIN')
  @Mutation(() => SetUserRolesPayload, { description: 'Decides what a user may do, at once and on record. For administrators.' })
  setUserRoles(
    @Arg('input', () => SetUserRolesInput, { description: 'The roles.' }) { userId, roles, reason }: SetUserRolesInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      const entry = await setUserRoles(context.requireSignedIn(), id, roles, reason);
      return { entry, user: await context.load(userById, id) };
    });
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

  @FieldResolver(() => [UserRole], { nullable: true, description: 'With a change of roles: what they were. Null for everything else.' })
  rolesBefore(@Root() { roles }: AuditDocument): string[] | null {
    return roles?.before ?? null;
  }

  @FieldResolver(() => [UserRole], {
    nullable: true,
    description: 'With a change of roles: what they are since. Null for everything else.',
  })
  rolesAfter(@Root() { roles }: AuditDocument): string[] | null {
    return roles?.after ?? null;
  }
}

@Resolver(() => ModerationDecision)
export class ModerationDecisionResolver {
  @FieldResolver(() => ModeratedContent, { nullable: true, description: 'What it is about, hidden or not; null where it is gone.' })
  content(@Root() entry: AuditDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return contentOf(entry, context);
  }

  @FieldResolver(() => Appeal, { nullable: true, description: 'One’s latest appeal about it; null without one.' })
  appeal(@Root() { contentType, content }: AuditDocument, @Ctx() context: RequestContext): Promise<AppealDocument | null> {
    return context.load(latestAppeal, `${contentType}:${content.toHexString()}`);
  }
}

@Resolver(() => Viewer)
export class ViewerModerationResolver {
  @Authorized()
  @FieldResolver(() => ModerationDecisionConnection, {
    nullable: true,
    description: 'What moderators decided about oneself and what one wrote, the latest first.',
  })
  moderationDecisions(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<AuditDocument>> {
    return paginate(AuditModel, decisionsAbout(context.requireSignedIn().userId), page);
  }
}
