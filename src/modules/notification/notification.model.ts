import { Schema, type Model, type Types } from 'mongoose';
import { languages, type Language } from '../../messages/index.js';
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
  /** Whether the recipient wants this kind on their devices or by mail alone; it is hidden then. */
  offPage?: boolean;
}

export const digestFrequencies = ['HOURLY', 'DAILY', 'NEVER'] as const;
export type DigestFrequency = (typeof digestFrequencies)[number];

/** What a user wants to hear of, and where; the user's id is its own. */
export interface NotificationPreferencesDocument {
  _id: Types.ObjectId;
  /** The kinds that they do not want in the shop, on their devices, and by mail. */
  muted: NotificationKindName[];
  mutedPush: NotificationKindName[];
  mutedEmail: NotificationKindName[];
  digest: DigestFrequency;
  /** The language of their mails. */
  language: Language;
}

/** A browser that push messages go to. Its key is a digest of the endpoint: a browser belongs to who last signed in there. */
export interface PushDeviceDocument {
  _id: string;
  user: Types.ObjectId;
  /** It gets messages for as long as this session is open. */
  session: string;
  endpoint: string;
  /** The browser's keys, base64url: what is sent can be read there alone. */
  p256dh: string;
  auth: string;
  name: string | null;
  language: Language;
  createdAt: Date;
}

/** A push message on its way to one device. What it says is made of what is true when it is sent. */
export interface PushMessageDocument {
  /** Also the message's own id, by which a device shows it once. */
  _id: Types.ObjectId;
  device: string;
  user: Types.ObjectId;
  notification: Types.ObjectId;
  actor: Types.ObjectId | null;
  /** When it last happened. */
  at: Date;
  /** When it is tried next; while it is being sent, when another process may take it over. */
  dueAt: Date;
  attempts: number;
  expiresAt: Date;
}

/** What the next mail to a user tells of; the user's id is its own. */
export interface DigestDocument {
  _id: Types.ObjectId;
  dueAt: Date;
  /** The latest of them. */
  notifications: Types.ObjectId[];
}

export interface NotificationModels {
  notifications: Model<NotificationDocument>;
  preferences: Model<NotificationPreferencesDocument>;
  devices: Model<PushDeviceDocument>;
  pushes: Model<PushMessageDocument>;
  digests: Model<DigestDocument>;
}

/** @param retention in milliseconds, for how long a notification is kept after it last happened */
export function notificationModels(database: Database, retention: number): NotificationModels {
  return {
    notifications: database.model('Notification', notificationSchema(retention), 'notifications'),
    preferences: database.model('NotificationPreferences', preferencesSchema(), 'notification_preferences'),
    devices: database.model('PushDevice', deviceSchema(), 'push_devices'),
    pushes: database.model('PushMessage', pushSchema(), 'push_messages'),
    digests: database.model('NotificationDigest', digestSchema(), 'notification_digests'),
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
      offPage: { type: Boolean },
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
  return documentSchema<NotificationPreferencesDocument>({
    muted: { type: [String], default: [] },
    mutedPush: { type: [String], default: [] },
    mutedEmail: { type: [String], default: [] },
    digest: { type: String, default: 'NEVER', enum: digestFrequencies },
    language: { type: String, default: 'en', enum: languages },
  });
}

function deviceSchema(): Schema<PushDeviceDocument> {
  const schema = documentSchema<PushDeviceDocument>({
    _id: { type: String, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    session: { type: String, required: true },
    endpoint: { type: String, required: true },
    p256dh: { type: String, required: true },
    auth: { type: String, required: true },
    name: { type: String, default: null },
    language: { type: String, required: true, enum: languages },
    createdAt: { type: Date, required: true },
  });
  schema.index({ user: 1, createdAt: -1 });
  return schema;
}

function pushSchema(): Schema<PushMessageDocument> {
  const schema = documentSchema<PushMessageDocument>({
    device: { type: String, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    notification: { type: Schema.Types.ObjectId, required: true },
    actor: { type: Schema.Types.ObjectId, default: null },
    at: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    attempts: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  });
  schema.index({ dueAt: 1 });
  schema.index({ device: 1, notification: 1 });
  schema.index({ user: 1 });
  schema.index({ actor: 1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}

function digestSchema(): Schema<DigestDocument> {
  const schema = documentSchema<DigestDocument>({
    dueAt: { type: Date, required: true },
    notifications: { type: [Schema.Types.ObjectId], default: [] },
  });
  schema.index({ dueAt: 1 });
  return schema;
}
