import { Schema, type Model, type Types } from 'mongoose';
import type { SealedSecret } from '../../rotating-secrets.js';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';
import { platforms, type PlatformName } from './records.js';

/** A shop system that sends messages. */
export interface IntegrationDocument {
  _id: Types.ObjectId;
  platform: PlatformName;
  /** To which its external IDs belong. */
  source: string;
  /** Whose new products are. */
  merchant: Types.ObjectId;
  /** That of amounts without one. */
  currency: string;
  /** Whether what was handed to the carrier counts as delivered. */
  fulfilledIsDelivered: boolean;
  /** The current one first. */
  secrets: SealedSecret[];
  /** The key that sealed the secrets. */
  sealedBy: string;
  createdAt: Date;
  updatedAt: Date;
}

export const inboxStatuses = ['PENDING', 'APPLIED', 'OUTDATED', 'IGNORED', 'REFUSED', 'DATA_REQUESTED'] as const;
export type InboxStatusName = (typeof inboxStatuses)[number];

/** A signed message of a shop system, as it came. */
export interface InboxDocument {
  _id: Types.ObjectId;
  integration: Types.ObjectId;
  source: string;
  /** The sender's ID of the delivery: a repeated one is taken once. */
  delivery: string;
  /** Digest of what it says, where the signature is of that alone: the same words again, under whichever ID, are taken once. */
  digest: string;
  topic: string;
  /** What it is about; messages about the same go one after the other. */
  subject: string;
  /** The external ID of the customer whom it is about. */
  customer: string | null;
  /** Whether what is older than it must not come back. */
  removes: boolean;
  /** When what it tells was so, as far as is known. */
  version: Date;
  /** The body, sealed; gone once it is applied. */
  sealed?: string;
  status: InboxStatusName;
  /** Why it was refused or waits, in English. */
  reason: string | null;
  /** The object without which it can't be applied. It keeps no later message waiting. */
  waitsFor?: string;
  attempts: number;
  dueAt: Date;
  /** Until then it is tried again. */
  deadline: Date;
  receivedAt: Date;
  completedAt: Date | null;
  expiresAt: Date;
}

export interface IntegrationModels {
  integrations: Model<IntegrationDocument>;
  inbox: Model<InboxDocument>;
}

export function integrationModels(database: Database): IntegrationModels {
  return {
    integrations: database.model('Integration', integrationSchema(), 'integrations'),
    inbox: database.model('IntegrationMessage', inboxSchema(), 'integration_inbox'),
  };
}

function integrationSchema(): Schema<IntegrationDocument> {
  const secret = nestedSchema<SealedSecret>({ sealed: { type: String, required: true }, expiresAt: { type: Date, default: null } });
  const schema = documentSchema<IntegrationDocument>({
    platform: { type: String, required: true, enum: platforms },
    source: { type: String, required: true },
    merchant: { type: Schema.Types.ObjectId, required: true },
    currency: { type: String, required: true },
    fulfilledIsDelivered: { type: Boolean, required: true },
    secrets: { type: [secret], required: true },
    sealedBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  });
  schema.index({ platform: 1, source: 1 }, { unique: true });
  schema.index({ merchant: 1 });
  schema.index({ createdAt: -1, _id: -1 });
  schema.index({ sealedBy: 1 });
  return schema;
}

function inboxSchema(): Schema<InboxDocument> {
  const schema = documentSchema<InboxDocument>({
    integration: { type: Schema.Types.ObjectId, required: true },
    source: { type: String, required: true },
    delivery: { type: String, required: true },
    digest: { type: String, required: true },
    topic: { type: String, required: true },
    subject: { type: String, required: true },
    customer: { type: String, default: null },
    removes: { type: Boolean, required: true },
    version: { type: Date, required: true },
    sealed: { type: String },
    status: { type: String, required: true, enum: inboxStatuses },
    reason: { type: String, default: null },
    waitsFor: { type: String },
    attempts: { type: Number, default: 0 },
    dueAt: { type: Date, required: true },
    deadline: { type: Date, required: true },
    receivedAt: { type: Date, required: true },
    completedAt: { type: Date, default: null },
    expiresAt: { type: Date, required: true },
  });
  schema.index({ integration: 1, delivery: 1 }, { unique: true });
  schema.index({ integration: 1, digest: 1 }, { unique: true });
  schema.index({ status: 1, dueAt: 1 });
  schema.index({ subject: 1, status: 1, _id: 1 });
  schema.index({ waitsFor: 1 }, { partialFilterExpression: { waitsFor: { $type: 'string' } } });
  schema.index({ source: 1, customer: 1 }, { partialFilterExpression: { customer: { $type: 'string' } } });
  schema.index({ receivedAt: -1, _id: -1 });
  schema.index({ status: 1, receivedAt: -1, _id: -1 });
  schema.index({ integration: 1, receivedAt: -1, _id: -1 });
  schema.index({ integration: 1, status: 1, receivedAt: -1, _id: -1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
