import { Schema, type Model, type Types } from 'mongoose';
import { suspicionKinds, type SuspicionKind } from '../../fraud/index.js';
import type { Role } from '../../relay/context.js';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';

export const reportReasons = ['SPAM', 'ABUSE', 'FALSE_CLAIM', 'PERSONAL_DATA', 'OTHER'] as const;
export type ReportReasonName = (typeof reportReasons)[number];

export const auditActions = [
  'HIDE',
  'RESTORE',
  'WARN',
  'BAN',
  'RESTRICT',
  'RENAME',
  'CHANGE_ROLES',
  'CREATE_API_KEY',
  'REVOKE_API_KEY',
] as const;
export type AuditActionName = (typeof auditActions)[number];
export type ModerationActionName = Exclude<AuditActionName, 'CHANGE_ROLES' | 'CREATE_API_KEY' | 'REVOKE_API_KEY'>;

/** What software made of content. */
export interface SuspicionDocument {
  /** How sure it is, 0 to 1. */
  score: number;
  signs: SuspicionSignDocument[];
  at: Date;
}

export interface SuspicionSignDocument {
  kind: SuspicionKind;
  strength: number;
  reviews: number;
}

/** What was reported, and how it stands. There is one case for each piece of content, however many report it. */
export interface CaseDocument {
  /** `Type:id` of the content. */
  _id: string;
  contentType: string;
  content: Types.ObjectId;
  reports: number;
  /** How often each reason was given. */
  reasons: Partial<Record<ReportReasonName, number>>;
  open: boolean;
  lastReportedAt: Date;
  author?: Types.ObjectId;
  /** Kept out of sight because of its spam score until somebody has decided. */
  held?: boolean;
  /** Held from the first and not restored since: when it is, those concerned hear of it for the first time. */
  unreleased?: boolean;
  /** Why it looks made up. */
  suspicion?: SuspicionDocument;
}

export interface ReportDocument {
  /** Content, the time of its version and the reporter, so that everybody reports a version once. */
  _id: string;
  case: string;
  reporter: Types.ObjectId;
  reason: ReportReasonName;
  note: string;
  at: Date;
}

interface RoleChange {
  before: Role[];
  after: Role[];
}

/** Who moderated what, when and why; never changed. */
export interface AuditDocument {
  _id: Types.ObjectId;
  moderator: Types.ObjectId;
  action: AuditActionName;
  contentType: string;
  content: Types.ObjectId;
  /** Whose content it is, or who was banned. */
  user: Types.ObjectId;
  reason: string;
  at: Date;
  /** With a change of roles: what they were, and what they are since. */
  roles?: RoleChange;
}

/** An author asks for a second look at a decision. */
export interface AppealDocument {
  _id: Types.ObjectId;
  /** `Type:id` of the content, or of the banned user. */
  case: string;
  contentType: string;
  content: Types.ObjectId;
  author: Types.ObjectId;
  /** The decision that it is against, which somebody else looks at again; null where a spam score decided. */
  decision: Types.ObjectId | null;
  body: string;
  at: Date;
  outcome: 'GRANTED' | 'DENIED' | null;
  decidedAt: Date | null;
  /** The case while the appeal waits, so that there is one at a time. */
  waiting?: string;
}

export interface ModerationModels {
  cases: Model<CaseDocument>;
  reports: Model<ReportDocument>;
  audit: Model<AuditDocument>;
  appeals: Model<AppealDocument>;
}

interface Retentions {
  reportRetention: number;
  auditRetention: number;
}

/** @param retentions in milliseconds */
export function moderationModels(database: Database, { reportRetention, auditRetention }: Retentions): ModerationModels {
  return {
    cases: database.model('ModerationCase', caseSchema(), 'moderation_cases'),
    reports: database.model('ContentReport', reportSchema(reportRetention), 'content_reports'),
    audit: database.model('AuditEntry', auditSchema(auditRetention), 'audit_entries'),
    appeals: database.model('Appeal', appealSchema(reportRetention), 'appeals'),
  };
}

function caseSchema(): Schema<CaseDocument> {
  const sign = nestedSchema<SuspicionSignDocument>({
    kind: { type: String, required: true, enum: suspicionKinds },
    strength: { type: Number, required: true },
    reviews: { type: Number, required: true },
  });
  const suspicion = nestedSchema<SuspicionDocument>({
    score: { type: Number, required: true },
    signs: { type: [sign] as never },
    at: { type: Date, required: true },
  });
  const schema = documentSchema<CaseDocument>({
    _id: { type: String, required: true },
    contentType: { type: String, required: true },
    content: { type: Schema.Types.ObjectId, required: true },
    reports: { type: Number, default: 0 },
    reasons: { type: Schema.Types.Mixed, default: () => ({}) },
    open: { type: Boolean, required: true },
    lastReportedAt: { type: Date, required: true },
    author: { type: Schema.Types.ObjectId },
    held: { type: Boolean },
    unreleased: { type: Boolean },
    suspicion: { type: suspicion },
  });
  schema.index({ author: 1 });
  schema.index({ open: 1, reports: -1, _id: 1 });
  return schema;
}

function reportSchema(retention: number): Schema<ReportDocument> {
  const schema = documentSchema<ReportDocument>({
    _id: { type: String, required: true },
    case: { type: String, required: true },
    reporter: { type: Schema.Types.ObjectId, required: true },
    reason: { type: String, required: true, enum: reportReasons },
    note: { type: String, default: '' },
    at: { type: Date, required: true },
  });
  schema.index({ case: 1, at: -1, _id: 1 });
  schema.index({ reporter: 1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function auditSchema(retention: number): Schema<AuditDocument> {
  const roles = nestedSchema<RoleChange>({ before: { type: [String], required: true }, after: { type: [String], required: true } });
  const schema = documentSchema<AuditDocument>({
    moderator: { type: Schema.Types.ObjectId, required: true },
    action: { type: String, required: true, enum: auditActions },
    contentType: { type: String, required: true },
    content: { type: Schema.Types.ObjectId, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    reason: { type: String, required: true },
    at: { type: Date, required: true },
    roles: { type: roles },
  });
  schema.index({ at: -1, _id: -1 });
  schema.index({ user: 1, at: -1, _id: -1 });
  schema.index({ moderator: 1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  schema.index({ content: 1, at: -1 });
  return schema;
}

function appealSchema(retention: number): Schema<AppealDocument> {
  const schema = documentSchema<AppealDocument>({
    case: { type: String, required: true },
    contentType: { type: String, required: true },
    content: { type: Schema.Types.ObjectId, required: true },
    author: { type: Schema.Types.ObjectId, required: true },
    decision: { type: Schema.Types.ObjectId, default: null },
    body: { type: String, required: true },
    at: { type: Date, required: true },
    outcome: { type: String, default: null },
    decidedAt: { type: Date, default: null },
    waiting: { type: String },
  });
  schema.index({ waiting: 1 }, { unique: true, partialFilterExpression: { waiting: { $exists: true } } });
  schema.index({ case: 1, at: -1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  schema.index({ author: 1, at: -1, _id: -1 });
  return schema;
}
