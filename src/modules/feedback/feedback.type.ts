import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, From, ObjectType, payloadType } from '../../relay/output.js';
import type { FeedbackDocument, FeedbackTallyDocument } from './feedback.model.js';
import type { FeedbackSummary } from './feedback.service.js';

export enum FeedbackKind {
  NEED = 'NEED',
  PREFERENCE = 'PREFERENCE',
  COMPLAINT = 'COMPLAINT',
  PRAISE = 'PRAISE',
}

registerEnumType(FeedbackKind, {
  name: 'FeedbackKind',
  description: 'What a buyer’s feedback is.',
  valuesConfig: {
    NEED: { description: 'Something they miss.' },
    PREFERENCE: { description: 'How they would like it better.' },
    COMPLAINT: { description: 'Something that went wrong.' },
    PRAISE: { description: 'Something that went well.' },
  },
});

@ObjectType({ implements: Node, description: 'What a buyer tells a merchant. Only the two of them see it.' })
export class MerchantFeedback extends Node<FeedbackDocument> {
  @Field(() => FeedbackKind, { description: 'What it is.' })
  kind!: FeedbackKind;

  @Field(() => String, { description: 'Plain text, as it was written.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'The merchant’s answer; null while there is none.' })
  answer!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the merchant answered; null while they have not.' })
  answeredAt!: Date | null;

  @Field(() => Date, { description: 'When it was sent.' })
  createdAt!: Date;
}

export const MerchantFeedbackConnection = connectionType(MerchantFeedback, 'MerchantFeedback');

@ObjectType({ description: 'How much feedback there is of a kind.' })
export class FeedbackKindCount {
  @Field(() => FeedbackKind, { description: 'Which kind.' })
  kind!: FeedbackKind;

  @Field(() => Int, { description: 'How much.' })
  count!: number;
}

@ObjectType({ description: 'How much feedback a merchant has about a product.' })
export class ProductFeedbackCount extends From<FeedbackTallyDocument> {
  @Field(() => Int, { name: 'count', description: 'How much, all kinds together.' })
  total!: number;
}

export const ProductFeedbackCountConnection = connectionType(ProductFeedbackCount, 'ProductFeedbackCount');

@ObjectType({ description: 'How much feedback a merchant has. What one hides oneself by blocking is counted too.' })
export class MerchantFeedbackSummary extends From<FeedbackSummary> {
  @Field(() => Int, { name: 'totalCount', description: 'How much in all.' })
  total!: number;

  @Field(() => [FeedbackKindCount], { description: 'How much of each kind, every kind once.' })
  byKind!: FeedbackKindCount[];
}

@InputType({ description: 'Which feedback; what is left out does not matter.' })
export class MerchantFeedbackFilter {
  @Field(() => FeedbackKind, { nullable: true, description: 'Of this kind.' })
  kind?: FeedbackKind | null;

  @Field(() => ID, { nullable: true, description: 'About this product.' })
  productId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Answered, or not yet.' })
  answered?: boolean | null;
}

@InputType({ description: 'What to tell a merchant.' })
export class SendMerchantFeedbackInput {
  @Field(() => ID, { description: 'The merchant.' })
  merchantId!: string;

  @Field(() => FeedbackKind, { description: 'What it is.' })
  kind!: FeedbackKind;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters.' })
  body!: string;

  @Field(() => ID, { nullable: true, description: 'The product it is about; left out, it is about the merchant.' })
  productId?: string | null;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key sends it once.' })
  idempotencyKey?: string | null;
}

export const SendMerchantFeedbackPayload = payloadType('SendMerchantFeedbackPayload', 'The sent feedback.', {
  feedback: field(() => MerchantFeedback, 'The feedback, as stored.'),
});

@InputType({ description: 'The merchant’s answer to a buyer.' })
export class AnswerMerchantFeedbackInput {
  @Field(() => ID, { description: 'Feedback to oneself.' })
  feedbackId!: string;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters. A later answer replaces an earlier one.' })
  body!: string;
}

export const AnswerMerchantFeedbackPayload = payloadType('AnswerMerchantFeedbackPayload', 'The answered feedback.', {
  feedback: field(() => MerchantFeedback, 'The feedback, as changed.'),
});
