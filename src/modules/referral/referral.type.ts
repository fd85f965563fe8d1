import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import type { ReferralDocument } from './referral.model.js';

export enum ReferralStatus {
  SENT = 'SENT',
  SEEN = 'SEEN',
  OPENED = 'OPENED',
  DISMISSED = 'DISMISSED',
  BOUGHT = 'BOUGHT',
}

registerEnumType(ReferralStatus, {
  name: 'ReferralStatus',
  description: 'What became of a referral.',
  valuesConfig: {
    SENT: { description: 'The recipient has not seen it yet.' },
    SEEN: { description: 'The recipient has seen it.' },
    OPENED: { description: 'The recipient has looked at the product.' },
    DISMISSED: { description: 'The recipient does not want it.' },
    BOUGHT: { description: 'The recipient has ordered the product.' },
  },
});

export enum ReferralResponse {
  SEEN = 'SEEN',
  OPENED = 'OPENED',
  DISMISSED = 'DISMISSED',
}

registerEnumType(ReferralResponse, {
  name: 'ReferralResponse',
  description: 'What a recipient does with a referral. That it was bought follows from the order.',
  valuesConfig: {
    SEEN: { description: 'Saw it in a list.' },
    OPENED: { description: 'Looked at the product.' },
    DISMISSED: { description: 'Does not want it.' },
  },
});

@ObjectType({ implements: Node, description: 'A product that one user recommends to another. Only the two of them see it.' })
export class Referral extends Node<ReferralDocument> {
  @Field(() => String, { description: 'What the sender says of it; may be empty.' })
  message!: string;

  @Field(() => ReferralStatus, { description: 'What became of it.' })
  status!: ReferralStatus;

  @Field(() => Date, { description: 'When it was sent.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When its status last changed.' })
  updatedAt!: Date;
}

export const ReferralConnection = connectionType(Referral, 'Referral');

@InputType({ description: 'A product to recommend to other users.' })
export class ReferProductInput {
  @Field(() => ID, { description: 'The product.' })
  productId!: string;

  @Field(() => [ID], { description: 'To whom, at most 50 users.' })
  toUserIds!: string[];

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Plain text, at most 1,000 characters.' })
  message!: string;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key sends nothing twice.' })
  idempotencyKey?: string | null;
}

export const ReferProductPayload = payloadType('ReferProductPayload', 'The referrals.', {
  referrals: field(() => [Referral], 'One for each recipient; those who had it from oneself already keep that one.'),
});

@InputType({ description: 'What one did with a referral.' })
export class RespondToReferralInput {
  @Field(() => ID, { description: 'A referral to oneself.' })
  referralId!: string;

  @Field(() => ReferralResponse, { description: 'What one did.' })
  response!: ReferralResponse;
}

export const RespondToReferralPayload = payloadType('RespondToReferralPayload', 'The changed referral.', {
  referral: field(() => Referral, 'The referral, as changed.'),
});
