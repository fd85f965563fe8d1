import mongoose, { Schema, type Types } from 'mongoose';

export const notificationKinds = [
  'REVIEW_REQUESTED',
  'COMMENTED',
  'REPLIED',
  'MENTIONED',
  'REACTED',
  'REVIEW_ANSWERED',
  'QUESTION_ASKED',
  'QUESTION_ANSWERED',
  'ANSWER_ACCEPTED',
  'FOLLOWED',
  'PRODUCT_REFERRED',
  'REFERRAL_BOUGHT',
  'FEEDBACK_RECEIVED',
  'FEEDBACK_ANSWERED',
  'CONTENT_MODERATED',
  'APPEAL_DECIDED',
] as const;
export type NotificationKindName = (typeof notificationKinds)[number];

/** What happened to one subject, for one recipient: the same again joins it while it is unread. */
export interface NotificationDocument {
  _id: Types.ObjectId;
  recipient: Types.ObjectId;
  kind: NotificationKindName;
  subjectType: string;
  subject: Types.ObjectId;
  /** Who did it, each once, the first hundred. */
  actors: Types.ObjectId[];
  /** Kind and subject; gone once it is read, so that what follows begins anew. */
  unreadGroup?: string;
  /** When it last happened. */
  at: Date;
  readAt: Date | null;
}

const kept = 180 * 24 * 60 * 60;

const notificationSchema = new Schema<NotificationDocument>({
  recipient: { type: Schema.Types.ObjectId, required: true },
  kind: { type: String, required: true },
  subjectType: { type: String, required: true },
  subject: { type: Schema.Types.ObjectId, required: true },
  actors: [Schema.Types.ObjectId],
  unreadGroup: String,
  at: { type: Date, required: true },
  readAt: { type: Date, default: null },
});
notificationSchema.index({ recipient: 1, at: -1, _id: -1 });
notificationSchema.index({ recipient: 1, readAt: 1, at: -1, _id: -1 });
notificationSchema.index({ recipient: 1, unreadGroup: 1 }, { unique: true, partialFilterExpression: { unreadGroup: { $exists: true } } });
notificationSchema.index({ actors: 1 });
notificationSchema.index({ at: 1 }, { expireAfterSeconds: kept });

export const NotificationModel = mongoose.model('Notification', notificationSchema, 'notifications');

/** The kinds that a user does not want to hear of; the user's id is its own. */
export interface NotificationPreferencesDocument {
  _id: Types.ObjectId;
  muted: NotificationKindName[];
}

const preferencesSchema = new Schema<NotificationPreferencesDocument>({
  _id: { type: Schema.Types.ObjectId, required: true },
  muted: { type: [String], default: [] },
});

export const NotificationPreferencesModel = mongoose.model('NotificationPreferences', preferencesSchema, 'notification_preferences');
