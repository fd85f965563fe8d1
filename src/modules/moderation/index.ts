import { describeModule, verbs, type ContentKind, type Foundation } from '../module.js';
import type { AccessLogVerbs } from '../access-log/index.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { AppealService } from './appeal.service.js';
import { AuditEntryResolver, ModerationDecisionResolver, ViewerModerationResolver } from './audit.resolver.js';
import { DecisionService } from './decision.service.js';
import { ModeratedKinds } from './moderated-kinds.js';
import { ModerationCaseResolver } from './moderation-case.resolver.js';
import { ModerationCases } from './moderation-cases.js';
import { moderationLoaders } from './moderation.loader.js';
import { moderationModels } from './moderation.model.js';
import { moderationKeyedNodes, moderationNodes, ReportKeys } from './moderation.nodes.js';
import { moderationPersonalData } from './moderation.privacy.js';
import { ModerationResolver } from './moderation.resolver.js';
import { ReportService } from './report.service.js';
import { SuspicionService } from './suspicion.service.js';
import { collections } from './moderation.collections.js';

interface ModerationDependencies {
  users: UserVerbs;
  notifications: NotificationVerbs;
  socialGraph: SocialGraphVerbs;
  accessLog: AccessLogVerbs;
  /** Every kind of content; those that cannot be moderated are left out. */
  content: readonly ContentKind[];
}

export type ModerationModule = ReturnType<typeof moderationModule>;
/** How other features put on record what they decide about accounts, and bring content before the moderators. */
export type ModerationVerbs = ModerationModule['verbs'];

export interface ModerationOptions {
  /** Milliseconds that reports and appeals are kept. */
  reportRetention: number;
  /** Milliseconds that decisions and changes of roles are kept. */
  auditRetention: number;
}

/** Reports, held content, moderators' decisions and appeals against them. */
export function moderationModule(
  { database, realtime, events, keys }: Foundation,
  { users, notifications, socialGraph, accessLog, content }: ModerationDependencies,
  options: ModerationOptions,
) {
  const models = moderationModels(database, options);
  const loaders = moderationLoaders(models);
  const kinds = new ModeratedKinds(content, users, socialGraph);
  const cases = new ModerationCases(models);
  const reports = new ReportService({ models, realtime, kinds, cases });
  const decisions = new DecisionService({ models, realtime, kinds, cases, users, notifications, events });
  const appeals = new AppealService({ models, realtime, kinds, cases, users });
  const suspicions = new SuspicionService({ models, realtime, kinds });
  const reportKeys = new ReportKeys(keys);
  const nodeDependencies = { models, loaders, accessLog, reportKeys };
  return describeModule({
    name: 'moderation',
    collections,
    resolvers: [
      new ModerationResolver({ models, reports, decisions, appeals, users }),
      new ModerationCaseResolver({ loaders, kinds, users, accessLog, reportKeys }),
      new AuditEntryResolver(kinds, users, accessLog),
      new ModerationDecisionResolver(kinds, loaders),
      new ViewerModerationResolver(models),
    ],
    nodes: moderationNodes(nodeDependencies),
    keyedNodes: moderationKeyedNodes(nodeDependencies),
    on: {
      contentHeld: ({ session }, { author, content, isEdit }) => cases.open(session, content, author, isEdit ? 'HELD_EDIT' : 'HELD'),
      contentDeleted: ({ session }, { content }) => cases.withdraw(session, content),
    },
    personalData: moderationPersonalData(models),
    verbs: { ...verbs(decisions, ['putOnRecord']), ...verbs(suspicions, ['suspect']) },
  });
}
