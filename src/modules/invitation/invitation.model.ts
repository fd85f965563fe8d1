import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export const invitationStatuses = ['WAITING', 'SENT', 'OPENED', 'REVIEWED', 'NOT_SENT', 'CANCELLED'] as const;
export type InvitationStatusName = (typeof invitationStatuses)[number];

/** An invitation to review one line of an order. */
export interface InvitationDocument {
  _id: Types.ObjectId;
  /** Order and product: there is one invitation for each line, whoever delivers it again. */
  line: string;
  order: Types.ObjectId;
  product: Types.ObjectId;
  buyer: Types.ObjectId;
  merchant: Types.ObjectId;
  status: InvitationStatusName;
  /** When it is sent; null once it is, or where it never will be. */
  dueAt: Date | null;
  /** When a reminder is sent; null where none is. */
  remindAt: Date | null;
  sentAt: Date | null;
  openedAt: Date | null;
  remindedAt: Date | null;
  reviewedAt: Date | null;
  createdAt: Date;
  /** When the link ends. */
  expiresAt: Date;
  removeAt: Date;
}

/** Somebody who wants no invitations: a keyed digest of the address, which is kept nowhere else. */
export interface UnsubscribedDocument {
  _id: string;
  at: Date;
}

export interface InvitationModels {
  invitations: Model<InvitationDocument>;
  unsubscribed: Model<UnsubscribedDocument>;
}

export function invitationModels(database: Database): InvitationModels {
  return {
    invitations: database.model('ReviewInvitation', invitationSchema(), 'review_invitations'),
    unsubscribed: database.model('InvitationUnsubscribed', unsubscribedSchema(), 'invitation_unsubscribed'),
  };
}

function invitationSchema(): Schema<InvitationDocument> {
  const schema = documentSchema<InvitationDocument>({
    line: { type: String, required: true },
    order: { type: Schema.Types.ObjectId, required: true },
    product: { type: Schema.Types.ObjectId, required: true },
    buyer: { type: Schema.Types.ObjectId, required: true },
    merchant: { type: Schema.Types.ObjectId, required: true },
    status: { type: String, required: true, enum: invitationStatuses },
    dueAt: { type: Date, default: null },
    remindAt: { type: Date, default: null },
    sentAt: { type: Date, default: null },
    openedAt: { type: Date, default: null },
    remindedAt: { type: Date, default: null },
    reviewedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    removeAt: { type: Date, required: true },
  });
  schema.index({ line: 1 }, { unique: true });
  schema.index({ order: 1 });
  schema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $type: 'date' } } });
  schema.index({ remindAt: 1 }, { partialFilterExpression: { remindAt: { $type: 'date' } } });
  schema.index({ buyer: 1, product: 1 });
  schema.index({ merchant: 1, createdAt: -1, _id: -1 });
  schema.index({ merchant: 1, status: 1, createdAt: -1, _id: -1 });
  schema.index({ removeAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}

function unsubscribedSchema(): Schema<UnsubscribedDocument> {
  return documentSchema<UnsubscribedDocument>({ _id: { type: String, required: true }, at: { type: Date, required: true } });
}
