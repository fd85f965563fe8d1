import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, From, ObjectType, payloadType, requiredField } from '../../relay/output.js';
import { Product } from '../catalog/index.js';
import type { FeedbackDocument } from './feedback.model.js';
import type { FeedbackSummary } from './feedback.service.js';

export enum FeedbackKind {
  NEED = 'NEED',
  PREFERENCE = 'PREFERENCE',
  COMPLAINT = 'COMPLAINT',
  PRAISE = 'PRAISE',
}

registerEnumType(FeedbackKind, {
  name: 'FeedbackKind',
  description: 'Kind of a buyer’s feedback.',
  valuesConfig: {
    NEED: { description: 'Something the buyer needs or misses.' },
    PREFERENCE: { description: 'How the buyer would prefer something to be.' },
    COMPLAINT: { description: 'Something went wrong.' },
    PRAISE: { description: 'Something went well.' },
  },
});

@ObjectType({ implements: Node, description: 'Private feedback from a buyer to a merchant. Only the two of them can see it.' })
export class MerchantFeedback extends Node<FeedbackDocument> {
  @Field(() => FeedbackKind, { description: 'Kind of feedback.' })
  kind!: FeedbackKind;

  @Field(() => String, { description: 'Plain text, as its author wrote it.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'The merchant’s answer. Null if there is none yet.' })
  answer!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the merchant answered. Null if they have not yet.' })
  answeredAt!: Date | null;

  @Field(() => Date, { description: 'When the feedback was sent.' })
  createdAt!: Date;
}

export const MerchantFeedbackConnection = connectionType(MerchantFeedback, 'MerchantFeedback');

@ObjectType({ description: 'Number of feedback messages of one kind.' })
export class FeedbackKindCount {
  @Field(() => FeedbackKind, { description: 'Kind of feedback.' })
  kind!: FeedbackKind;

  @Field(() => Int, { description: 'Number of messages of this kind.' })
  count!: number;
}

export const FeedbackProductConnection = connectionType(Product, 'FeedbackProduct', {
  edge: {
    feedbackCount: requiredField(() => Int, 'Number of messages of all kinds about the product.'),
    byKind: requiredField(() => [FeedbackKindCount], 'Number of messages of each kind. Lists every kind once.'),
  },
});

@ObjectType({ description: 'Number of feedback messages for the viewer. Includes messages of users the viewer has blocked.' })
export class MerchantFeedbackSummary extends From<FeedbackSummary> {
  @Field(() => Int, { name: 'totalCount', description: 'Total number of messages.' })
  total!: number;

  @Field(() => [FeedbackKindCount], { description: 'Number of messages of each kind. Lists every kind once.' })
  byKind!: FeedbackKindCount[];
}

@InputType({
  description: 'Conditions on feedback. Feedback must meet all of them. Conditions that are left out do not restrict the list.',
})
export class MerchantFeedbackFilter {
  @Field(() => FeedbackKind, { nullable: true, description: 'Only feedback of this kind.' })
  kind?: FeedbackKind | null;

  @Field(() => ID, { nullable: true, description: 'Only feedback about this product.' })
  productId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only feedback that is answered (true), or not answered yet (false).' })
  answered?: boolean | null;
}

@InputType({ description: 'Feedback to send to a merchant.' })
export class SendMerchantFeedbackInput {
  @Field(() => ID, { description: 'The merchant to send it to.' })
  merchantId!: string;

  @Field(() => FeedbackKind, { description: 'Kind of feedback.' })
  kind!: FeedbackKind;

  @Field(() => String, { description: 'Plain text, up to 5,000 characters.' })
  body!: string;

  @Field(() => ID, { nullable: true, description: 'The product it is about. It is about the merchant when left out.' })
  productId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key sends nothing again.',
  })
  idempotencyKey?: string | null;
}

export const SendMerchantFeedbackPayload = payloadType('SendMerchantFeedbackPayload', 'Result of sending feedback.', {
  feedback: field(() => MerchantFeedback, 'The sent feedback.'),
});

@InputType({ description: 'A merchant’s answer to a buyer’s feedback.' })
export class AnswerMerchantFeedbackInput {
  @Field(() => ID, { description: 'Feedback sent to the viewer.' })
  feedbackId!: string;

  @Field(() => String, { description: 'Answer as plain text, up to 5,000 characters. Replaces an earlier answer.' })
  body!: string;
}

export const AnswerMerchantFeedbackPayload = payloadType('AnswerMerchantFeedbackPayload', 'Result of answering feedback.', {
  feedback: field(() => MerchantFeedback, 'The updated feedback.'),
});
