import { createUnionType, Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, From, ObjectType, payloadType } from '../../relay/output.js';
import { Comment } from '../comment/index.js';
import { Answer, Question } from '../question/index.js';
import { Review } from '../review/index.js';
import { Share } from '../share/index.js';
import { User, UserRole } from '../user/index.js';
import type {
  AppealDocument,
  AuditDocument,
  CaseDocument,
  ReportDocument,
  SuspicionDocument,
  SuspicionSignDocument,
} from './moderation.model.js';

export enum ReportReason {
  SPAM = 'SPAM',
  ABUSE = 'ABUSE',
  FALSE_CLAIM = 'FALSE_CLAIM',
  PERSONAL_DATA = 'PERSONAL_DATA',
  OTHER = 'OTHER',
}

registerEnumType(ReportReason, {
  name: 'ReportReason',
  description: 'What is wrong with reported content.',
  valuesConfig: {
    SPAM: { description: 'Advertising or repeated content.' },
    ABUSE: { description: 'Insults or threats.' },
    FALSE_CLAIM: { description: 'A false claim.' },
    PERSONAL_DATA: { description: 'Someone’s personal data.' },
    OTHER: { description: 'Something else. Explain it in the note.' },
  },
});

export enum ModerationAction {
  HIDE = 'HIDE',
  RESTORE = 'RESTORE',
  WARN = 'WARN',
  BAN = 'BAN',
  RESTRICT = 'RESTRICT',
  RENAME = 'RENAME',
}

registerEnumType(ModerationAction, {
  name: 'ModerationAction',
  description: 'Action of a moderator.',
  valuesConfig: {
    HIDE: { description: 'Hides the content everywhere, including scores and live events.' },
    RESTORE: { description: 'Shows hidden content again, or ends a user’s ban or restriction.' },
    WARN: { description: 'Records a warning. The content stays visible.' },
    BAN: { description: 'Hides the content and bans its author. All of their sessions end.' },
    RESTRICT: {
      description: 'Holds everything the user writes from now on until a moderator has approved it. `RESTORE` ends it. For users only.',
    },
    RENAME: { description: 'Gives the user a neutral name and handle, and clears their bio and avatar. For users only.' },
  },
});

export enum AuditAction {
  HIDE = 'HIDE',
  RESTORE = 'RESTORE',
  WARN = 'WARN',
  BAN = 'BAN',
  RESTRICT = 'RESTRICT',
  RENAME = 'RENAME',
  CHANGE_ROLES = 'CHANGE_ROLES',
  CREATE_API_KEY = 'CREATE_API_KEY',
  REVOKE_API_KEY = 'REVOKE_API_KEY',
}

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description: 'Action recorded in the audit trail.',
  valuesConfig: {
    HIDE: { description: 'Content was hidden.' },
    RESTORE: { description: 'Hidden or held content was shown again, or a user’s ban ended.' },
    WARN: { description: 'An author was warned.' },
    BAN: { description: 'The content was hidden and its author banned.' },
    RESTRICT: { description: 'Everything the user writes is held for a moderator.' },
    RENAME: { description: 'A user’s name, handle, bio and avatar were replaced.' },
    CHANGE_ROLES: { description: 'An administrator changed a user’s roles.' },
    CREATE_API_KEY: { description: 'An API key was created. The reason names the key and its scopes.' },
    REVOKE_API_KEY: { description: 'An API key was revoked. The reason names the key.' },
  },
});

export enum AppealOutcome {
  GRANTED = 'GRANTED',
  DENIED = 'DENIED',
}

registerEnumType(AppealOutcome, {
  name: 'AppealOutcome',
  description: 'Outcome of an appeal.',
  valuesConfig: { GRANTED: { description: 'The decision was reversed.' }, DENIED: { description: 'The decision stands.' } },
});

export const ModeratedContent = createUnionType({
  name: 'ModeratedContent',
  description: 'What can be moderated.',
  types: () => [Review, Comment, Question, Answer, Share, User] as const,
});

@ObjectType({ description: 'Number of reports with one reason.' })
export class ReasonCount {
  @Field(() => ReportReason, { description: 'Reason of the reports.' })
  reason!: ReportReason;

  @Field(() => Int, { description: 'Number of reports with this reason.' })
  count!: number;
}

@ObjectType({ implements: Node, description: 'An author’s appeal against a moderator’s decision.' })
export class Appeal extends Node<AppealDocument> {
  @Field(() => String, { description: 'The author’s explanation.' })
  body!: string;

  @Field(() => Date, { name: 'createdAt', description: 'When the appeal was made.' })
  at!: Date;

  @Field(() => AppealOutcome, { nullable: true, description: 'Outcome of the appeal. Null while it is pending.' })
  outcome!: AppealOutcome | null;

  @Field(() => Date, { nullable: true, description: 'When the appeal was decided. Null while it is pending.' })
  decidedAt!: Date | null;
}

@ObjectType({ implements: Node, description: 'A user’s report of content.' })
export class ContentReport extends Node<ReportDocument> {
  @Field(() => ReportReason, { description: 'Reason for the report.' })
  reason!: ReportReason;

  @Field(() => String, { description: 'Explanation by the user. May be empty.' })
  note!: string;

  @Field(() => Date, { name: 'createdAt', description: 'When the user reported it.' })
  at!: Date;
}

export const ContentReportConnection = connectionType(ContentReport, 'ContentReport');

export enum SuspicionKind {
  BURST = 'BURST',
  COPY = 'COPY',
  ONE_SIDED = 'ONE_SIDED',
  RING = 'RING',
}

registerEnumType(SuspicionKind, {
  name: 'SuspicionKind',
  description: 'Why a review looks fake.',
  valuesConfig: {
    BURST: { description: 'Many more reviews of the product with the same opinion within two days than at other times.' },
    COPY: { description: 'Most of the text also appears in other reviews.' },
    ONE_SIDED: { description: 'The author only ever gives the same extreme rating, far from what others give.' },
    RING: { description: 'The same authors reviewed the same products with the same opinion within days of each other.' },
  },
});

@ObjectType({ description: 'One sign that a review is fake.' })
export class SuspicionSign extends From<SuspicionSignDocument> {
  @Field(() => SuspicionKind, { description: 'Kind of the sign.' })
  kind!: SuspicionKind;

  @Field(() => Float, { description: 'How telling the sign is on its own, from 0 to 1.' })
  strength!: number;

  @Field(() => Int, { name: 'reviewCount', description: 'Number of reviews the sign is based on, including this one.' })
  reviews!: number;
}

@ObjectType({ description: 'Why a review looks fake. It stays visible until a moderator decides.' })
export class Suspicion extends From<SuspicionDocument> {
  @Field(() => Float, { description: 'How likely the review is fake, by all signs together, from 0.7 to 1.' })
  score!: number;

  @Field(() => [SuspicionSign], { description: 'The signs. Lists each kind once.' })
  signs!: SuspicionSign[];

  @Field(() => Date, { name: 'createdAt', description: 'When the signs were found.' })
  at!: Date;
}

@ObjectType({
  implements: Node,
  description: 'Content waiting for a moderator because it was reported, is held, is under appeal or looks fake.',
})
export class ModerationCase extends Node<CaseDocument> {
  @Field(() => Int, {
    name: 'reportCount',
    description: 'Number of reports. A user who reports the content again after an edit counts again.',
  })
  reports!: number;

  @Field(() => Date, { description: 'When it was last reported, held or appealed, or first found to look fake.' })
  lastReportedAt!: Date;
}

export const ModerationCaseConnection = connectionType(ModerationCase, 'ModerationCase');

@ObjectType({ implements: Node, description: 'A moderator’s action, and the reason for it.' })
export class AuditEntry extends Node<AuditDocument> {
  @Field(() => AuditAction, { description: 'What the moderator did.' })
  action!: AuditAction;

  @Field(() => String, { description: 'Reason for the action.' })
  reason!: string;

  @Field(() => Date, { name: 'createdAt', description: 'When the action was taken.' })
  at!: Date;
}

export const AuditEntryConnection = connectionType(AuditEntry, 'AuditEntry');

@ObjectType({ implements: Node, description: 'A moderator’s decision about the viewer or their content. Does not reveal the moderator.' })
export class ModerationDecision extends Node<AuditDocument> {
  @Field(() => AuditAction, { description: 'What the moderator did.' })
  action!: AuditAction;

  @Field(() => String, { description: 'Reason for the action.' })
  reason!: string;

  @Field(() => Date, { name: 'createdAt', description: 'When the decision was made.' })
  at!: Date;
}

export const ModerationDecisionConnection = connectionType(ModerationDecision, 'ModerationDecision');

@InputType({ description: 'An appeal against a decision about the viewer’s content.' })
export class AppealModerationInput {
  @Field(() => ID, { description: 'The viewer’s content that the decision is about.' })
  contentId!: string;

  @Field(() => String, { description: 'Why the decision should be reviewed, up to 2,000 characters.' })
  body!: string;
}

export const AppealModerationPayload = payloadType('AppealModerationPayload', 'Result of appealing.', {
  appeal: field(() => Appeal, 'The submitted appeal.'),
});

@InputType({ description: 'An appeal by a banned user.' })
export class AppealBanInput {
  @Field(() => String, { description: 'Email address of the account.' })
  email!: string;

  @Field(() => String, { description: 'Password of the account.' })
  password!: string;

  @Field(() => String, { description: 'Why the ban should end, up to 2,000 characters.' })
  body!: string;
}

export const AppealBanPayload = payloadType('AppealBanPayload', 'Result of an appeal against a ban.', {
  appealed: field(() => Boolean, 'Whether the appeal was submitted.'),
});

@InputType({ description: 'A user’s new roles.' })
export class SetUserRolesInput {
  @Field(() => ID, { description: 'The user to change.' })
  userId!: string;

  @Field(() => [UserRole], { description: 'All of the user’s roles. `BUYER` can’t be removed.' })
  roles!: UserRole[];

  @Field(() => String, { description: 'Reason for the audit trail, up to 1,000 characters.' })
  reason!: string;
}

export const SetUserRolesPayload = payloadType('SetUserRolesPayload', 'Result of setting roles.', {
  user: field(() => User, 'The updated user.'),
  entry: field(() => AuditEntry, 'The entry in the audit trail.'),
});

@InputType({ description: 'A report of content or of a user.' })
export class ReportContentInput {
  @Field(() => ID, {
    description: 'The user, review, comment, question, answer or share to report. The viewer’s own content can’t be reported.',
  })
  contentId!: string;

  @Field(() => ReportReason, { description: 'What is wrong with it.' })
  reason!: ReportReason;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Explanation, up to 1,000 characters.' })
  note!: string;
}

@InputType({ description: 'A moderation decision.' })
export class ModerateContentInput {
  @Field(() => ID, { description: 'The review, comment, question, answer, share or user to moderate.' })
  contentId!: string;

  @Field(() => ModerationAction, { description: 'The action to take.' })
  action!: ModerationAction;

  @Field(() => String, { description: 'Reason for the audit trail, up to 1,000 characters.' })
  reason!: string;
}

export const ReportContentPayload = payloadType('ReportContentPayload', 'Result of reporting content.', {
  reported: field(() => Boolean, 'Whether the viewer’s report of the current version is on record.'),
});

export const ModerateContentPayload = payloadType('ModerateContentPayload', 'Result of moderating content.', {
  entry: field(() => AuditEntry, 'The entry in the audit trail.'),
});
