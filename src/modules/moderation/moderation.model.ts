import mongoose, { Schema, type Types } from 'mongoose';

/** What was reported, and how it stands. There is one case for each piece of content, however many report it. */
export interface CaseDocument {
  /** `Type:id` of the content. */
  _id: string;
  contentType: string;
  content: Types.ObjectId;
  reports: number;
  /** How often each reason was given. */
  reasons: Record<string, number>;
  open: boolean;
  lastReportedAt: Date;
  author?: Types.ObjectId;
  /** Kept out of sight because of its spam score until somebody has looked. */
  held?: boolean;
}

const caseSchema = new Schema<CaseDocument>({
  _id: { type: String, required: true },
  contentType: { type: String, required: true },
  content: { type: Schema.Types.ObjectId, required: true },
  reports: { type: Number, default: 0 },
  reasons: { type: Schema.Types.Mixed, default: {} },
  open: { type: Boolean, required: true },
  lastReportedAt: { type: Date, required: true },
  author: Schema.Types.ObjectId,
  held: Boolean,
});
caseSchema.index({ author: 1 });
caseSchema.index({ open: 1, reports: -1, _id: 1 });

export const CaseModel = mongoose.model('ModerationCase', caseSchema, 'moderation_cases');

export interface ReportDocument {
  /** Content and reporter, so that everybody reports a thing once. */
  _id: string;
  case: string;
  reporter: Types.ObjectId;
  reason: string;
  note: string;
  at: Date;
}

const reportSchema = new Schema<ReportDocument>({
  _id: { type: String, required: true },
  case: { type: String, required: true },
  reporter: { type: Schema.Types.ObjectId, required: true },
  reason: { type: String, required: true },
  note: { type: String, default: '' },
  at: { type: Date, required: true },
});
reportSchema.index({ case: 1, at: -1, _id: 1 });
reportSchema.index({ reporter: 1 });

export const ReportModel = mongoose.model('ContentReport', reportSchema, 'content_reports');

/** Who moderated what, when and why; never changed. */
export interface AuditDocument {
  _id: Types.ObjectId;
  moderator: Types.ObjectId;
  action: string;
  contentType: string;
  content: Types.ObjectId;
  /** Whose content it is, or who was banned. */
  user: Types.ObjectId;
  reason: string;
  at: Date;
  /** With a change of roles: what they were, and what they are since. */
  roles?: { before: string[]; after: string[] };
}

const auditSchema = new Schema<AuditDocument>({
  moderator: { type: Schema.Types.ObjectId, required: true },
  action: { type: String, required: true },
  contentType: { type: String, required: true },
  content: { type: Schema.Types.ObjectId, required: true },
  user: { type: Schema.Types.ObjectId, required: true },
  reason: { type: String, required: true },
  at: { type: Date, required: true },
  roles: { type: new Schema({ before: [String], after: [String] }, { _id: false }) },
});
auditSchema.index({ at: -1, _id: -1 });
auditSchema.index({ user: 1, at: -1, _id: -1 });
auditSchema.index({ moderator: 1 });
auditSchema.index({ content: 1, at: -1 });

export const AuditModel = mongoose.model('AuditEntry', auditSchema, 'audit_entries');

/** An author asks for a second look at a decision. */
export interface AppealDocument {
  _id: Types.ObjectId;
  /** `Type:id` of the content, or of the banned user. */
  case: string;
  contentType: string;
  content: Types.ObjectId;
  author: Types.ObjectId;
  body: string;
  at: Date;
  outcome: 'GRANTED' | 'DENIED' | null;
  decidedAt: Date | null;
  /** The case while the appeal waits, so that there is one at a time. */
  waiting?: string;
}

const appealSchema = new Schema<AppealDocument>({
  case: { type: String, required: true },
  contentType: { type: String, required: true },
  content: { type: Schema.Types.ObjectId, required: true },
  author: { type: Schema.Types.ObjectId, required: true },
  body: { type: String, required: true },
  at: { type: Date, required: true },
  outcome: { type: String, default: null },
  decidedAt: { type: Date, default: null },
  waiting: String,
});
appealSchema.index({ waiting: 1 }, { unique: true, partialFilterExpression: { waiting: { $exists: true } } });
appealSchema.index({ case: 1, at: -1 });
appealSchema.index({ author: 1, at: -1, _id: -1 });

export const AppealModel = mongoose.model('Appeal', appealSchema, 'appeals');
