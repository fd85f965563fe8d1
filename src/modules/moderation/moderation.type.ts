import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Payload } from '../../relay/payload.js';
import { Comment } from '../comment/index.js';
import { Review } from '../review/index.js';
import { User } from '../user/index.js';

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
}

registerEnumType(ModerationAction, {
  name: 'ModerationAction',
  description: 'What a moderator does.',
  valuesConfig: {
    HIDE: { description: 'Takes content out of sight, live streams and scores included.' },
    RESTORE: { description: 'Puts hidden content back, or lets a banned user in again.' },
    WARN: { description: 'Leaves the content and puts the warning on record.' },
    BAN: { description: 'Hides the content and shuts its author out at once, on every device.' },
  },
});

export const ModeratedContent = createUnionType({
  name: 'ModeratedContent',
  description: 'What can be moderated.',
  types: () => [Review, Comment, User] as const,
});

@ObjectType({ description: 'How often a reason was given.' })
export class ReasonCount {
  @Field(() => ReportReason, { description: 'Which reason.' })
  reason!: ReportReason;

  @Field(() => Int, { description: 'How often.' })
  count!: number;
}

@ObjectType({ description: 'Reported content that waits for a moderator.' })
export class ModerationCase {
  @Field(() => Int, { description: 'How many users have reported it.' })
  reports!: number;

  @Field(() => Date, { description: 'When it was last reported.' })
  lastReportedAt!: Date;
}

export const ModerationCaseConnection = connectionType(ModerationCase, 'ModerationCase');

@ObjectType({ description: 'What a moderator did, and why.' })
export class AuditEntry {
  @Field(() => ModerationAction, { description: 'What was done.' })
  action!: ModerationAction;

  @Field(() => String, { description: 'Why.' })
  reason!: string;

  @Field(() => Date, { description: 'When.' })
  at!: Date;
}

export const AuditEntryConnection = connectionType(AuditEntry, 'AuditEntry');

@InputType({ description: 'A report of content.' })
export class ReportContentInput {
  @Field(() => ID, { description: 'A review or a comment of somebody else.' })
  contentId!: string;

  @Field(() => ReportReason, { description: 'What is wrong with it.' })
  reason!: ReportReason;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'More about it, at most 1,000 characters.' })
  note!: string;
}

@InputType({ description: 'A moderator’s decision.' })
export class ModerateContentInput {
  @Field(() => ID, { description: 'A review, a comment or a user.' })
  contentId!: string;

  @Field(() => ModerationAction, { description: 'What to do.' })
  action!: ModerationAction;

  @Field(() => String, { description: 'Why, for the audit trail; at most 1,000 characters.' })
  reason!: string;
}

@ObjectType({ implements: Payload, description: 'The answer to a report.' })
export class ReportContentPayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'Whether the report is on record.' })
  reported!: boolean | null;
}

@ObjectType({ implements: Payload, description: 'The decision, as it stands in the audit trail.' })
export class ModerateContentPayload extends Payload {
  @Field(() => AuditEntry, { nullable: true, description: 'The entry.' })
  entry!: AuditEntry | null;
}
