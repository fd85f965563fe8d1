import { Arg, Args, Authorized, Ctx, Resolver } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf, parseGlobalId } from '../../relay/global-id.js';
import { Mutation, Query } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import type { UserVerbs } from '../user/index.js';
import { checkAppeal, type AppealService } from './appeal.service.js';
import type { DecisionService } from './decision.service.js';
import { auditTrail, openCases } from './moderation.lists.js';
import type { AuditDocument, CaseDocument, ModerationModels } from './moderation.model.js';
import {
  AppealBanInput,
  AppealBanPayload,
  AppealModerationInput,
  AppealModerationPayload,
  AuditEntryConnection,
  ModerateContentInput,
  ModerateContentPayload,
  ModerationCaseConnection,
  ReportContentInput,
  ReportContentPayload,
  SetUserRolesInput,
  SetUserRolesPayload,
} from './moderation.type.js';
import type { ReportService } from './report.service.js';

interface ModerationResolverDependencies {
  models: ModerationModels;
  reports: ReportService;
  decisions: DecisionService;
  appeals: AppealService;
  users: UserVerbs;
}

@Resolver()
export class ModerationResolver {
  constructor(private readonly dependencies: ModerationResolverDependencies) {}

  @Authorized('MODERATOR', 'ADMIN')
  @Query(() => ModerationCaseConnection, {
    description: 'Content that was reported, is held, is under appeal or looks fake, most reported first. Requires the role `MODERATOR`.',
  })
  moderationQueue(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<CaseDocument>> {
    return paginate(this.dependencies.models.cases, openCases(), page);
  }

  @Authorized('MODERATOR', 'ADMIN')
  @Query(() => AuditEntryConnection, {
    description: 'Every moderation decision, change of roles, and created or revoked API key, newest first. Requires the role `MODERATOR`.',
  })
  auditTrail(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<AuditDocument>> {
    return paginate(this.dependencies.models.audit, auditTrail(), page);
  }

  @Authorized()
  @Mutation(() => ReportContentPayload, {
    description: 'Reports content or a user to the moderators. Reporting the same version again has no effect.',
  })
  reportContent(
    @Arg('input', () => ReportContentInput, { description: 'The content to report, and why.' })
    { contentId, reason, note }: ReportContentInput,
    @Ctx() context: RequestContext,
  ) {
    const content = parseGlobalId(contentId, 'input.contentId');
    return payload(async () => {
      await this.dependencies.reports.reportContent(context.requireSignedIn().userId, content, reason, note);
      return { reported: true };
    });
  }

  @Authorized('MODERATOR', 'ADMIN')
  @Mutation(() => ModerateContentPayload, {
    description: 'Moderates content or a user. Takes effect immediately and is recorded in the audit trail. Requires the role `MODERATOR`.',
  })
  moderateContent(
    @Arg('input', () => ModerateContentInput, { description: 'The content, the action and the reason.' })
    { contentId, action, reason }: ModerateContentInput,
    @Ctx() context: RequestContext,
  ) {
    const content = parseGlobalId(contentId, 'input.contentId');
    return payload(async () => ({
      entry: await this.dependencies.decisions.moderate(context.requireSignedIn().userId, content, action, reason),
    }));
  }

  @Authorized()
  @Mutation(() => AppealModerationPayload, { description: 'Appeals against a moderator’s decision about the viewer’s content.' })
  appealModeration(
    @Arg('input', () => AppealModerationInput, { description: 'The decision to appeal against, and why.' })
    { contentId, body }: AppealModerationInput,
    @Ctx() context: RequestContext,
  ) {
    const content = parseGlobalId(contentId, 'input.contentId');
    return payload(async () => ({
      appeal: await this.dependencies.appeals.appealModeration(context.requireSignedIn().userId, { content, body }),
    }));
  }

  @Cost({ weight: 100 })
  @ChecksInput(({ body }: AppealBanInput) => checkAppeal(body))
  @Mutation(() => AppealBanPayload, { description: 'Appeals against a ban, with the credentials of the banned account.' })
  appealBan(
    @Arg('input', () => AppealBanInput, { description: 'The banned account, and why the ban should end.' })
    { email, password, body }: AppealBanInput,
  ) {
    return payload(async () => {
      await this.dependencies.appeals.appealBan(email, password, body);
      return { appealed: true };
    });
  }

  @Authorized('ADMIN')
  @Mutation(() => SetUserRolesPayload, {
    description: 'Sets a user’s roles. Takes effect immediately and is recorded in the audit trail. Requires the role `ADMIN`.',
  })
  setUserRoles(
    @Arg('input', () => SetUserRolesInput, { description: 'The user, and all of their roles.' })
    { userId, roles, reason }: SetUserRolesInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      const entry = await this.dependencies.decisions.setUserRoles(context.requireSignedIn(), id, roles, reason);
      return { entry, user: await context.load(this.dependencies.users.userById, id) };
    });
  }
}
