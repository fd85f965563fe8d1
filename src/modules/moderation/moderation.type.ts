import { createUnionType, Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, From, ObjectType, payloadType } from '../../relay/output.js';
import { Comment } from '../comment/index.js';
import { Answer, Question } from '../question/index.js';
import { Review } from '../review/index.js';
import { Share } from '../share/index.js';
import { User, UserRole } from '../user/index.js';
import type { AppealDocument, AuditDocument, CaseDocument, ReportDocument } from './moderation.model.js';

export enum ReportReason {
  SPAM = 'SPAM',
  ABUSE = 'ABUSE',
  FALSE_CLAIM = 'FALSE_CLAIM',
  PERSONAL_DATA = 'PERSONAL_DATA',
  OTHER = 'OTHER',
}

registerEnumType(ReportReason, {
  name: 'ReportReason',
  description: 'What is wrong with content.',
  valuesConfig: {
    SPAM: { description: 'It advertises, or repeats itself.' },
    ABUSE: { description: 'It insults or threatens somebody.' },
    FALSE_CLAIM: { description: 'It says what is not so.' },
    PERSONAL_DATA: { description: 'It shows personal data.' },
    OTHER: { description: 'Something else, which the note says.' },
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
  description: 'What a moderator does.',
  valuesConfig: {
    HIDE: { description: 'Takes content out of sight, live streams and scores included.' },
    RESTORE: { description: 'Puts hidden content back, or ends a user’s ban and restriction.' },
    WARN: { description: 'Leaves the content and puts the warning on record.' },
    BAN: { description: 'Hides the content and bans its author at once, on every device.' },
    RESTRICT: { description: 'For users only: whatever they write from then on waits for a moderator. `RESTORE` ends it.' },
    RENAME: { description: 'For users only: gives them a neutral name and handle, and clears their bio and picture.' },
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
}

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description: 'What stands in the audit trail.',
  valuesConfig: {
    HIDE: { description: 'Content was taken out of sight.' },
    RESTORE: { description: 'Hidden or held content was put back, or a banned user let in again.' },
    WARN: { description: 'An author was warned.' },
    BAN: { description: 'The content was hidden and its author banned.' },
    RESTRICT: { description: 'What a user writes waits for a moderator from then on.' },
    RENAME: { description: 'A user’s name, handle, bio and picture were taken away.' },
    CHANGE_ROLES: { description: 'An administrator changed what a user may do.' },
  },
});

export enum AppealOutcome {
  GRANTED = 'GRANTED',
  DENIED = 'DENIED',
}

registerEnumType(AppealOutcome, {
  name: 'AppealOutcome',
  description: 'What became of an appeal.',
  valuesConfig: { GRANTED: { description: 'The decision was taken back.' }, DENIED: { description: 'The decision stands.' } },
});

export const ModeratedContent = createUnionType({
  name: 'ModeratedContent',
  description: 'What can be moderated.',
  types: () => [Review, Comment, Question, Answer, Share, User] as const,
});

@ObjectType({ description: 'How often a reason was given.' })
export class ReasonCount {
  @Field(() => ReportReason, { description: 'Which reason.' })
  reason!: ReportReason;

  @Field(() => Int, { description: 'How often.' })
  count!: number;
}

@ObjectType({ implements: Node, description: 'An author’s wish for a second look at a decision.' })
export class Appeal extends Node<AppealDocument> {
  @Field(() => String, { description: 'What the author says.' })
  body!: string;

  @Field(() => Date, { name: 'createdAt', description: 'When it was made.' })
  at!: Date;

  @Field(() => AppealOutcome, { nullable: true, description: 'What became of it; null while it waits.' })
  outcome!: AppealOutcome | null;

  @Field(() => Date, { nullable: true, description: 'When it was decided; null while it waits.' })
  decidedAt!: Date | null;
}

@ObjectType({ description: 'A report by a user.' })
export class ContentReport extends From<ReportDocument> {
  @Field(() => ReportReason, { description: 'What they say is wrong.' })
  reason!: ReportReason;

  @Field(() => String, { description: 'More about it; may be empty.' })
  note!: string;

  @Field(() => Date, { name: 'createdAt', description: 'When.' })
  at!: Date;
}

export const ContentReportConnection = connectionType(ContentReport, 'ContentReport');

@ObjectType({ description: 'Content that waits for a moderator: reported, held, or appealed about.' })
export class ModerationCase extends From<CaseDocument> {
  @Field(() => Int, { name: 'reportCount', description: 'Number of reports. A user who reports it again after an edit counts again.' })
  reports!: number;

  @Field(() => Date, { description: 'When it was last reported, held or appealed about.' })
  lastReportedAt!: Date;
}

export const ModerationCaseConnection = connectionType(ModerationCase, 'ModerationCase');

@ObjectType({ description: 'What a moderator did, and why.' })
export class AuditEntry extends From<AuditDocument> {
  @Field(() => AuditAction, { description: 'What was done.' })
  action!: AuditAction;

  @Field(() => String, { description: 'Why.' })
  reason!: string;

  @Field(() => Date, { name: 'createdAt', description: 'When.' })
  at!: Date;
}

export const AuditEntryConnection = connectionType(AuditEntry, 'AuditEntry');

@ObjectType({ description: 'A moderator’s decision about what one wrote, or about oneself. Who decided is not shown.' })
export class ModerationDecision extends From<AuditDocument> {
  @Field(() => AuditAction, { description: 'What was done.' })
  action!: AuditAction;

  @Field(() => String, { description: 'Why.' })
  reason!: string;

  @Field(() => Date, { name: 'createdAt', description: 'When.' })
  at!: Date;
}

export const ModerationDecisionConnection = connectionType(ModerationDecision, 'ModerationDecision');

@InputType({ description: 'An appeal against a decision about what one wrote.' })
export class AppealModerationInput {
  @Field(() => ID, { description: 'One’s own content that was hidden, held or warned about.' })
  contentId!: string;

  @Field(() => String, { description: 'Why it should be looked at again, at most 2,000 characters.' })
  body!: string;
}

export const AppealModerationPayload = payloadType('AppealModerationPayload', 'The appeal.', {
  appeal: field(() => Appeal, 'The appeal, as stored.'),
});

@InputType({ description: 'An appeal of somebody who is shut out.' })
export class AppealBanInput {
  @Field(() => String, { description: 'The address of the account.' })
  email!: string;

  @Field(() => String, { description: 'The password of the account.' })
  password!: string;

  @Field(() => String, { description: 'Why one should be let in again, at most 2,000 characters.' })
  body!: string;
}

export const AppealBanPayload = payloadType('AppealBanPayload', 'The answer to an appeal of somebody who is shut out.', {
  appealed: field(() => Boolean, 'Whether the appeal is on record.'),
});

@InputType({ description: 'What a user may do from now on.' })
export class SetUserRolesInput {
  @Field(() => ID, { description: 'The user.' })
  userId!: string;

  @Field(() => [UserRole], { description: 'All their roles; BUYER always stays.' })
  roles!: UserRole[];

  @Field(() => String, { description: 'Why, for the audit trail; at most 1,000 characters.' })
  reason!: string;
}

export const SetUserRolesPayload = payloadType('SetUserRolesPayload', 'The user with their new roles.', {
  user: field(() => User, 'The user, as changed.'),
  entry: field(() => AuditEntry, 'How it stands in the audit trail.'),
});

@InputType({ description: 'A report of content or of a user.' })
export class ReportContentInput {
  @Field(() => ID, { description: 'Another user, or a review, comment, question, answer or share of theirs.' })
  contentId!: string;

  @Field(() => ReportReason, { description: 'What is wrong with it.' })
  reason!: ReportReason;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'More about it, at most 1,000 characters.' })
  note!: string;
}

@InputType({ description: 'A moderator’s decision.' })
export class ModerateContentInput {
  @Field(() => ID, { description: 'A review, a comment, a question, an answer, a share or a user.' })
  contentId!: string;

  @Field(() => ModerationAction, { description: 'What to do.' })
  action!: ModerationAction;

  @Field(() => String, { description: 'Why, for the audit trail; at most 1,000 characters.' })
  reason!: string;
}

export const ReportContentPayload = payloadType('ReportContentPayload', 'The answer to a report.', {
  reported: field(() => Boolean, 'Whether the viewer’s report of what the content says now is on record.'),
});

export const ModerateContentPayload = payloadType('ModerateContentPayload', 'The decision, as it stands in the audit trail.', {
  entry: field(() => AuditEntry, 'The entry.'),
});
