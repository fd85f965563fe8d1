import { Field, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { ObjectType } from '../../relay/output.js';
import type { InvitationDocument, InvitationStatusName } from './invitation.model.js';

export enum ReviewInvitationStatus {
  WAITING = 'WAITING',
  SENT = 'SENT',
  OPENED = 'OPENED',
  REVIEWED = 'REVIEWED',
  NOT_SENT = 'NOT_SENT',
  CANCELLED = 'CANCELLED',
}

registerEnumType(ReviewInvitationStatus, {
  name: 'ReviewInvitationStatus',
  description: 'Status of an invitation to review.',
  valuesConfig: {
    WAITING: { description: 'Waiting to be sent at `dueAt`.' },
    SENT: { description: 'Sent by email.' },
    OPENED: { description: 'The buyer opened the page behind the link.' },
    REVIEWED: { description: 'The buyer reviewed the product, through the link or otherwise.' },
    NOT_SENT: {
      description:
        'Not sent, because the buyer has no email address, has unsubscribed or had already reviewed the product, or because the product is no longer in the shop.',
    },
    CANCELLED: { description: 'The order was cancelled, or the item was refunded.' },
  },
});

@ObjectType({ implements: Node, description: 'An invitation to review one product of a delivered order.' })
export class ReviewInvitation extends Node<InvitationDocument> {
  @Field(() => ReviewInvitationStatus, { description: 'Current status of the invitation.' })
  status!: InvitationStatusName;

  @Field(() => Date, { nullable: true, description: 'When the invitation will be sent. Null if it was already sent or will not be sent.' })
  dueAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the invitation was sent. Null if it was not.' })
  sentAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the buyer first opened the page behind the link. Null if they did not.' })
  openedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the reminder was sent. Null if it was not.' })
  remindedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the buyer reviewed the product. Null if they did not.' })
  reviewedAt!: Date | null;

  @Field(() => Date, { description: 'When the link stops working.' })
  expiresAt!: Date;

  @Field(() => Date, { description: 'When the order was delivered.' })
  createdAt!: Date;
}

export const ReviewInvitationConnection = connectionType(ReviewInvitation, 'ReviewInvitation');
