import { Schema, type Model, type Types } from 'mongoose';
import type { SealedSecret } from '../../rotating-secrets.js';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';
import { webhookEventNames, type WebhookEventName } from './webhook-events.js';

export const disabledReasons = ['BY_OWNER', 'FAILING', 'GONE', 'QUEUE_FULL', 'OWNER_NOT_ALLOWED'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

export interface WebhookDocument {
  _id: Types.ObjectId;
  owner: Types.ObjectId;
  /** The events of the whole shop, or those about the owner's products. */
  scope: 'SHOP' | 'MERCHANT';
  url: string;
  events: WebhookEventName[];
  /** The current one first. */
  secrets: SealedSecret[];
  /** The key that sealed the secrets. */
  sealedBy: string;
  enabled: boolean;
  disabledReason: DisabledReason | null;
  /** When the receiver began to fail, with no success since. */
  failingSince: Date | null;
  /** The receiver asked for a pause until then. */
  pausedUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export const deliveryStatuses = ['PENDING', 'DELIVERED', 'DEAD', 'SKIPPED'] as const;
export type DeliveryStatusName = (typeof deliveryStatuses)[number];

/** One event for one webhook. It holds references only: the payload is made of what is true when it is sent. */
export interface DeliveryDocument {
  _id: Types.ObjectId;
  webhook: Types.ObjectId;
  owner: Types.ObjectId;
  event: WebhookEventName;
  subjectType: string;
  subject: Types.ObjectId;
  /** Counts the subject's events, in the order of their commits. */
  sequence: number;
  product: Types.ObjectId | null;
  details: Record<string, string | boolean>;
  status: DeliveryStatusName;
  /** When it is tried next; while it is being sent, when another process may take it over. */
  dueAt: Date;
  attempts: number;
  /** What the last attempt came to. */
  responseStatus: number | null;
  error: string | null;
  occurredAt: Date;
  /** It is not tried after that. */
  deadline: Date;
  completedAt: Date | null;
  expiresAt: Date;
}

/** Counts the events of a subject: writers of it wait for each other here, so that the order is that of the commits. */
export interface WebhookSubjectDocument {
  _id: string;
  sequence: number;
  at: Date;
}

export interface WebhookModels {
  webhooks: Model<WebhookDocument>;
  deliveries: Model<DeliveryDocument>;
  subjects: Model<WebhookSubjectDocument>;
}

/** A subject's count is kept this long after its last event, which is longer than any delivery. */
const subjectRetention = 100 * 24 * 60 * 60;

export function webhookModels(database: Database): WebhookModels {
  return {
    webhooks: database.model('Webhook', webhookSchema(), 'webhooks'),
    deliveries: database.model('WebhookDelivery', deliverySchema(), 'webhook_deliveries'),
    subjects: database.model('WebhookSubject', subjectSchema(), 'webhook_subjects'),
  };
}

function webhookSchema(): Schema<WebhookDocument> {
  const secret = nestedSchema<SealedSecret>({ sealed: { type: String, required: true }, expiresAt: { type: Date, default: null } });
  const schema = documentSchema<WebhookDocument>({
    owner: { type: Schema.Types.ObjectId, required: true },
    scope: { type: String, required: true, enum: ['SHOP', 'MERCHANT'] },
    url: { type: String, required: true },
    events: { type: [String], required: true },
    secrets: { type: [secret], required: true },
    sealedBy: { type: String, required: true },
    enabled: { type: Boolean, required: true },
    disabledReason: { type: String, default: null },
    failingSince: { type: Date, default: null },
    pausedUntil: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  });
  schema.index({ owner: 1, createdAt: -1, _id: -1 });
  schema.index({ events: 1, scope: 1, owner: 1 });
  schema.index({ sealedBy: 1 });
  return schema;
}

function deliverySchema(): Schema<DeliveryDocument> {
  const schema = documentSchema<DeliveryDocument>({
    webhook: { type: Schema.Types.ObjectId, required: true },
    owner: { type: Schema.Types.ObjectId, required: true },
    event: { type: String, required: true, enum: webhookEventNames },
    subjectType: { type: String, required: true },
    subject: { type: Schema.Types.ObjectId, required: true },
    sequence: { type: Number, required: true },
    product: { type: Schema.Types.ObjectId, default: null },
    details: { type: Schema.Types.Mixed, default: () => ({}) },
    status: { type: String, required: true, enum: deliveryStatuses },
    dueAt: { type: Date, required: true },
    attempts: { type: Number, default: 0 },
    responseStatus: { type: Number, default: null },
    error: { type: String, default: null },
    occurredAt: { type: Date, required: true },
    deadline: { type: Date, required: true },
    completedAt: { type: Date, default: null },
    expiresAt: { type: Date, required: true },
  });
  schema.index({ status: 1, dueAt: 1 });
  schema.index({ webhook: 1, status: 1, dueAt: 1 });
  schema.index({ webhook: 1, subject: 1, sequence: 1 });
  schema.index({ owner: 1, occurredAt: -1, _id: -1 });
  schema.index({ owner: 1, webhook: 1, occurredAt: -1, _id: -1 });
  schema.index({ owner: 1, status: 1, occurredAt: -1, _id: -1 });
  schema.index({ owner: 1, webhook: 1, status: 1, occurredAt: -1, _id: -1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}

function subjectSchema(): Schema<WebhookSubjectDocument> {
  const schema = documentSchema<WebhookSubjectDocument>(
    { _id: { type: String, required: true }, sequence: { type: Number, required: true }, at: { type: Date, required: true } },
    { shardKey: { _id: 'hashed' } },
  );
  schema.index({ at: 1 }, { expireAfterSeconds: subjectRetention });
  return schema;
}
