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
}

const caseSchema = new Schema<CaseDocument>({
  _id: { type: String, required: true },
  contentType: { type: String, required: true },
  content: { type: Schema.Types.ObjectId, required: true },
  reports: { type: Number, default: 0 },
  reasons: { type: Schema.Types.Mixed, default: {} },
  open: { type: Boolean, required: true },
  lastReportedAt: { type: Date, required: true },
});
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
reportSchema.index({ case: 1 });
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
}

const auditSchema = new Schema<AuditDocument>({
  moderator: { type: Schema.Types.ObjectId, required: true },
  action: { type: String, required: true },
  contentType: { type: String, required: true },
  content: { type: Schema.Types.ObjectId, required: true },
  user: { type: Schema.Types.ObjectId, required: true },
  reason: { type: String, required: true },
  at: { type: Date, required: true },
});
auditSchema.index({ at: -1, _id: -1 });
auditSchema.index({ user: 1, at: -1 });

export const AuditModel = mongoose.model('AuditEntry', auditSchema, 'audit_entries');
