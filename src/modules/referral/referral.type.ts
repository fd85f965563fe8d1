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
  description: 'Status of a referral.',
  valuesConfig: {
    SENT: { description: 'The recipient has not seen it yet.' },
    SEEN: { description: 'The recipient has seen it.' },
    OPENED: { description: 'The recipient has opened the product.' },
    DISMISSED: { description: 'The recipient dismissed it.' },
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
  description: 'What a recipient does with a referral. Purchases are recorded automatically.',
  valuesConfig: {
    SEEN: { description: 'Saw the referral in a list.' },
    OPENED: { description: 'Opened the product.' },
    DISMISSED: { description: 'Dismissed the referral.' },
  },
});

@ObjectType({ implements: Node, description: 'A product one user recommends to another. Only the two of them can see it.' })
export class Referral extends Node<ReferralDocument> {
  @Field(() => String, { description: 'Message of the sender. May be empty.' })
  message!: string;

  @Field(() => ReferralStatus, { description: 'Status of the referral.' })
  status!: ReferralStatus;

  @Field(() => Date, { description: 'When the referral was sent.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the status last changed.' })
  updatedAt!: Date;
}

export const ReferralConnection = connectionType(Referral, 'Referral');

@InputType({ description: 'A product to recommend to other users.' })
export class ReferProductInput {
  @Field(() => ID, { description: 'The product to recommend.' })
  productId!: string;

  @Field(() => [ID], { description: 'The users to recommend it to, up to 50.' })
  toUserIds!: string[];

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Plain text, up to 1,000 characters.' })
  message!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key sends nothing again.',
  })
  idempotencyKey?: string | null;
}

export const ReferProductPayload = payloadType('ReferProductPayload', 'Result of recommending a product.', {
  referrals: field(() => [Referral], 'The referrals, one for each recipient. Recipients who already had one from the viewer keep it.'),
});

@InputType({ description: 'What the viewer did with a referral.' })
export class RespondToReferralInput {
  @Field(() => ID, { description: 'A referral to the viewer.' })
  referralId!: string;

  @Field(() => ReferralResponse, { description: 'What the viewer did with it.' })
  response!: ReferralResponse;
}

export const RespondToReferralPayload = payloadType('RespondToReferralPayload', 'Result of responding to a referral.', {
  referral: field(() => Referral, 'The updated referral.'),
});
