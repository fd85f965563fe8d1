import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

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
  'WEBHOOK_DISABLED',
] as const;
export type NotificationKindName = (typeof notificationKinds)[number];

/** What happened to one subject, for one recipient: the same again joins it while it is unread. */
export interface NotificationDocument {
  _id: Types.ObjectId;
  recipient: Types.ObjectId;
  kind: NotificationKindName;
  subjectType: string;
  subject: Types.ObjectId;
  /** Who did it, each once, the latest hundred. */
  actors: Types.ObjectId[];
  /** Kind and subject; gone once it is read, so that what follows begins anew. */
  unreadGroup?: string;
  /** When it last happened. */
  at: Date;
  readAt: Date | null;
  /** Whether its subject is out of sight. */
  hidden?: boolean;
}

/** The kinds that a user does not want to hear of; the user's id is its own. */
export interface NotificationPreferencesDocument {
  _id: Types.ObjectId;
  muted: NotificationKindName[];
}

export interface NotificationModels {
  notifications: Model<NotificationDocument>;
  preferences: Model<NotificationPreferencesDocument>;
}

/** @param retention in milliseconds, for how long a notification is kept after it last happened */
export function notificationModels(database: Database, retention: number): NotificationModels {
  return {
    notifications: database.model('Notification', notificationSchema(retention), 'notifications'),
    preferences: database.model('NotificationPreferences', preferencesSchema(), 'notification_preferences'),
  };
}

function notificationSchema(retention: number): Schema<NotificationDocument> {
  const schema = documentSchema<NotificationDocument>(
    {
      recipient: { type: Schema.Types.ObjectId, required: true },
      kind: { type: String, required: true, enum: notificationKinds },
      subjectType: { type: String, required: true },
      subject: { type: Schema.Types.ObjectId, required: true },
      actors: { type: [Schema.Types.ObjectId], default: [] },
      unreadGroup: { type: String },
      at: { type: Date, required: true },
      readAt: { type: Date, default: null },
      hidden: { type: Boolean },
    },
    { shardKey: { recipient: 1 } },
  );
  schema.index({ recipient: 1, hidden: 1, at: -1, _id: -1 });
  schema.index({ recipient: 1, readAt: 1, hidden: 1, at: -1, _id: -1 });
  schema.index({ recipient: 1, unreadGroup: 1 }, { unique: true, partialFilterExpression: { unreadGroup: { $exists: true } } });
  schema.index({ actors: 1 });
  schema.index({ subject: 1, recipient: 1, at: -1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function preferencesSchema(): Schema<NotificationPreferencesDocument> {
  return documentSchema<NotificationPreferencesDocument>({ muted: { type: [String], default: [] } });
}
