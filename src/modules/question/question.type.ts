import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType, edgeType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { eventType, field, ObjectType, payloadType } from '../../relay/output.js';
import { Product } from '../catalog/index.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';

export enum QuestionSort {
  NEWEST = 'NEWEST',
  MOST_ANSWERED = 'MOST_ANSWERED',
}

registerEnumType(QuestionSort, {
  name: 'QuestionSort',
  description: 'The order of questions.',
  valuesConfig: { NEWEST: { description: 'The latest first.' }, MOST_ANSWERED: { description: 'Those with the most answers first.' } },
});

export enum AnswerVote {
  HELPFUL = 'HELPFUL',
  UNHELPFUL = 'UNHELPFUL',
}

registerEnumType(AnswerVote, {
  name: 'AnswerVote',
  description: 'What somebody thinks of an answer.',
  valuesConfig: { HELPFUL: { description: 'It helped.' }, UNHELPFUL: { description: 'It did not.' } },
});

@ObjectType({ implements: Node, description: 'What somebody wants to know of a product.' })
export class Question extends Node<QuestionDocument> {
  @Field(() => String, { description: 'Plain text, as it was written.' })
  body!: string;

  @Field(() => Int, { description: 'How many answers it has.' })
  answerCount!: number;

  @Field(() => Date, { description: 'When it was asked.' })
  createdAt!: Date;
}

export const QuestionConnection = connectionType(Question, 'Question');

@ObjectType({ implements: Node, description: 'What somebody knows of a product, in answer to a question.' })
export class Answer extends Node<AnswerDocument> {
  @Field(() => String, { description: 'Plain text, as it was written.' })
  body!: string;

  @Field(() => Boolean, { description: 'Whether it is the merchant’s.' })
  byMerchant!: boolean;

  @Field(() => Boolean, { description: 'Whether whoever wrote it had received the product.' })
  byVerifiedBuyer!: boolean;

  @Field(() => Boolean, { description: 'Whether the asker accepted it.' })
  accepted!: boolean;

  @Field(() => Int, { name: 'helpfulCount', description: 'How many found it helpful.' })
  helpful!: number;

  @Field(() => Int, { name: 'unhelpfulCount', description: 'How many did not.' })
  unhelpful!: number;

  @Field(() => Date, { description: 'When it was written.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When its author last changed it; null where they have not.' })
  editedAt!: Date | null;
}

export const AnswerConnection = connectionType(Answer, 'Answer');

@InputType({ description: 'A new question.' })
export class AskQuestionInput {
  @Field(() => ID, { description: 'About which product.' })
  productId!: string;

  @Field(() => String, { description: 'Plain text, at most 2,000 characters.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key asks no second question.' })
  idempotencyKey?: string | null;
}

export const AskQuestionPayload = payloadType('AskQuestionPayload', 'The new question.', {
  question: field(() => Question, 'The question, as stored.'),
  held: field(() => Boolean, 'Whether a moderator must see it before others do.'),
});

@InputType({ description: 'A new answer.' })
export class AnswerQuestionInput {
  @Field(() => ID, { description: 'To which question.' })
  questionId!: string;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key makes no second answer.' })
  idempotencyKey?: string | null;
}

export const AnswerQuestionPayload = payloadType('AnswerQuestionPayload', 'The new answer.', {
  answer: field(() => Answer, 'The answer, as stored.'),
  held: field(() => Boolean, 'Whether a moderator must see it before others do.'),
});

@InputType({ description: 'The new text of one’s answer.' })
export class EditAnswerInput {
  @Field(() => ID, { description: 'One’s own answer.' })
  answerId!: string;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters.' })
  body!: string;
}

export const EditAnswerPayload = payloadType('EditAnswerPayload', 'The changed answer.', {
  answer: field(() => Answer, 'The answer, as changed.'),
  held: field(() => Boolean, 'Whether it is out of sight: a moderator must see it before others do, or has hidden it.'),
});

@InputType({ description: 'Which answer helped.' })
export class AcceptAnswerInput {
  @Field(() => ID, { description: 'An answer to one’s own question.' })
  answerId!: string;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: 'False takes it back.' })
  accepted!: boolean;
}

export const AcceptAnswerPayload = payloadType('AcceptAnswerPayload', 'The accepted answer.', {
  answer: field(() => Answer, 'The answer, as changed.'),
});

@InputType({ description: 'A vote on an answer.' })
export class VoteAnswerInput {
  @Field(() => ID, { description: 'The answer.' })
  answerId!: string;

  @Field(() => AnswerVote, { nullable: true, description: 'The vote; null takes it back.' })
  vote?: AnswerVote | null;
}

export const VoteAnswerPayload = payloadType('VoteAnswerPayload', 'The answer with its new votes.', {
  answer: field(() => Answer, 'The answer, as changed.'),
});

@InputType({ description: 'Which answer to delete.' })
export class DeleteAnswerInput {
  @Field(() => ID, { description: 'One’s own answer.' })
  answerId!: string;
}

export const DeleteAnswerPayload = payloadType('DeleteAnswerPayload', 'What was deleted.', {
  deletedAnswerId: field(() => ID, 'The id that the answer had.'),
});

@InputType({ description: 'Which question to delete.' })
export class DeleteQuestionInput {
  @Field(() => ID, { description: 'One’s own question, while it has no answers.' })
  questionId!: string;
}

export const DeleteQuestionPayload = payloadType('DeleteQuestionPayload', 'What was deleted.', {
  deletedQuestionId: field(() => ID, 'The id that the question had.'),
});

export const QuestionAsked = eventType('QuestionAsked', 'A question was asked.', {
  question: field(() => Question, 'The question. Null if it has been removed since.'),
  edge: field(
    () => edgeType(QuestionConnection),
    'The question’s edge in the product’s questions, sorted by `NEWEST`. Null if it has been removed since.',
  ),
  product: field(() => Product, 'The product that the question is about.'),
});

export const AnswerAdded = eventType('AnswerAdded', 'A question was answered.', {
  answer: field(() => Answer, 'The answer. Null if it has been removed since.'),
  edge: field(() => edgeType(AnswerConnection), 'The answer’s edge in the question’s answers. Null if it has been removed since.'),
  question: field(() => Question, 'The answered question. Null if the viewer may not see it.'),
});
