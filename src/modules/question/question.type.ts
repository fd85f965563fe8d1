import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType, edgeType, type Edge } from '../../relay/connection.js';
import { ChangeKind } from '../../relay/change-kind.js';
import { Node } from '../../relay/node.js';
import { eventType, field, ObjectType, payloadType, requiredField } from '../../relay/output.js';
import { Product } from '../catalog/index.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';

export enum QuestionSort {
  NEWEST = 'NEWEST',
  MOST_ANSWERED = 'MOST_ANSWERED',
}

registerEnumType(QuestionSort, {
  name: 'QuestionSort',
  description: 'Order of a question list.',
  valuesConfig: {
    NEWEST: { description: 'Newest questions first.' },
    MOST_ANSWERED: { description: 'Questions with the most answers first.' },
  },
});

export enum AnswerVote {
  HELPFUL = 'HELPFUL',
  UNHELPFUL = 'UNHELPFUL',
}

registerEnumType(AnswerVote, {
  name: 'AnswerVote',
  description: 'A vote on an answer.',
  valuesConfig: { HELPFUL: { description: 'It was helpful.' }, UNHELPFUL: { description: 'It was not helpful.' } },
});

@ObjectType({ implements: Node, description: 'A question about a product.' })
export class Question extends Node<QuestionDocument> {
  @Field(() => String, { description: 'Plain text, as its author wrote it.' })
  body!: string;

  @Field(() => Int, { description: 'Number of answers.' })
  answerCount!: number;

  @Field(() => Date, { description: 'When the question was asked.' })
  createdAt!: Date;
}

export const QuestionConnection = connectionType(Question, 'Question', { liveAs: '`questionAsked` and `questionChanged`' });

@ObjectType({ implements: Node, description: 'An answer to a question about a product.' })
export class Answer extends Node<AnswerDocument> {
  @Field(() => String, { description: 'Plain text, as its author wrote it.' })
  body!: string;

  @Field(() => Boolean, { description: 'Whether the author is the product’s merchant.' })
  byMerchant!: boolean;

  @Field(() => Boolean, { description: 'Whether the author had received the product when answering.' })
  byVerifiedBuyer!: boolean;

  @Field(() => Boolean, { description: 'Whether the asker accepted it.' })
  accepted!: boolean;

  @Field(() => Int, { name: 'helpfulCount', description: 'Number of helpful votes.' })
  helpful!: number;

  @Field(() => Int, { name: 'unhelpfulCount', description: 'Number of unhelpful votes.' })
  unhelpful!: number;

  @Field(() => Date, { description: 'When the answer was written.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the author last edited it. Null if they never did.' })
  editedAt!: Date | null;
}

export const AnswerConnection = connectionType(Answer, 'Answer', { liveAs: '`answerAdded` and `answerChanged`' });

@InputType({ description: 'A question to ask.' })
export class AskQuestionInput {
  @Field(() => ID, { description: 'The product to ask about.' })
  productId!: string;

  @Field(() => String, { description: 'Plain text, up to 2,000 characters.' })
  body!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key asks no second question.',
  })
  idempotencyKey?: string | null;
}

export const AskQuestionPayload = payloadType('AskQuestionPayload', 'Result of asking a question.', {
  question: field(() => Question, 'The asked question.'),
  held: field(() => Boolean, 'Whether it is held until a moderator approves it. Null if the mutation failed.'),
});

@InputType({ description: 'An answer to a question.' })
export class AnswerQuestionInput {
  @Field(() => ID, { description: 'The question to answer.' })
  questionId!: string;

  @Field(() => String, { description: 'Plain text, up to 5,000 characters.' })
  body!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key adds no second answer.',
  })
  idempotencyKey?: string | null;
}

export const AnswerQuestionPayload = payloadType('AnswerQuestionPayload', 'Result of answering a question.', {
  answer: field(() => Answer, 'The added answer.'),
  held: field(() => Boolean, 'Whether it is held until a moderator approves it. Null if the mutation failed.'),
});

@InputType({ description: 'Changes to an answer.' })
export class EditAnswerInput {
  @Field(() => ID, { description: 'One of the viewer’s answers.' })
  answerId!: string;

  @Field(() => String, { description: 'Plain text, up to 5,000 characters.' })
  body!: string;
}

export const EditAnswerPayload = payloadType('EditAnswerPayload', 'Result of editing an answer.', {
  answer: field(() => Answer, 'The updated answer.'),
  held: field(
    () => Boolean,
    'Whether it is hidden from others: held until a moderator approves it, or hidden by a moderator. Null if the mutation failed.',
  ),
});

@InputType({ description: 'An answer to accept.' })
export class AcceptAnswerInput {
  @Field(() => ID, { description: 'An answer to one of the viewer’s questions.' })
  answerId!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether the answer is accepted. False takes the acceptance back.',
  })
  accepted!: boolean;
}

export const AcceptAnswerPayload = payloadType('AcceptAnswerPayload', 'Result of accepting an answer.', {
  answer: field(() => Answer, 'The updated answer.'),
});

@InputType({ description: 'A vote on an answer.' })
export class VoteAnswerInput {
  @Field(() => ID, { description: 'The answer to vote on.' })
  answerId!: string;

  @Field(() => AnswerVote, { nullable: true, description: 'The vote. Null, or leaving it out, removes the viewer’s vote.' })
  vote?: AnswerVote | null;
}

export const VoteAnswerPayload = payloadType('VoteAnswerPayload', 'Result of voting on an answer.', {
  answer: field(() => Answer, 'The updated answer.'),
});

@InputType({ description: 'An answer to delete.' })
export class DeleteAnswerInput {
  @Field(() => ID, { description: 'One of the viewer’s answers.' })
  answerId!: string;
}

export const DeleteAnswerPayload = payloadType('DeleteAnswerPayload', 'Result of deleting an answer.', {
  deletedAnswerId: field(() => ID, 'ID of the deleted answer.'),
  question: field(() => Question, 'The question without the answer, with its new counts. Null if the viewer may not see it.'),
});

@InputType({ description: 'A question to delete.' })
export class DeleteQuestionInput {
  @Field(() => ID, { description: 'One of the viewer’s questions that has no answers.' })
  questionId!: string;
}

export const DeleteQuestionPayload = payloadType('DeleteQuestionPayload', 'Result of deleting a question.', {
  deletedQuestionId: field(() => ID, 'ID of the deleted question.'),
  product: field(() => Product, 'The product that the question was about.'),
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
  question: field(() => Question, 'The question to watch. Null if the viewer may not see it.'),
});

@ObjectType({ description: 'What happened to an answer.' })
export class AnswerChange {
  @Field(() => ChangeKind, { description: 'What happened to the answer.' })
  kind!: ChangeKind;

  @Field(() => ID, { description: 'ID of the answer, even if it was removed.' })
  answerId!: string;

  @Field(() => Answer, { nullable: true, description: 'The answer as it is now. Null if it was removed.' })
  answer!: Answer | null;

  @Field(() => edgeType(AnswerConnection), {
    nullable: true,
    description: 'The answer’s edge in the question’s answers. Null unless `kind` is `ADDED`.',
  })
  edge!: Edge<Answer> | null;
}

export const QuestionChanged = eventType('QuestionChanged', 'A question was added, edited or removed, or its answers changed.', {
  kind: requiredField(() => ChangeKind, 'What happened to the question. `EDITED` if one of its answers changed.'),
  questionId: requiredField(() => ID, 'ID of the question, even if it was removed.'),
  question: field(() => Question, 'The question as it is now. Null if it was removed.'),
  edge: field(
    () => edgeType(QuestionConnection),
    'The question’s edge in the product’s questions, sorted by `NEWEST`. Null unless `kind` is `ADDED`.',
  ),
  answerChange: field(() => AnswerChange, 'The answer that changed. Null if the question itself did.'),
  product: field(() => Product, 'The product that the question is about.'),
});

export const AnswerChanged = eventType('AnswerChanged', 'An answer was added, edited, accepted or removed.', {
  kind: requiredField(() => ChangeKind, 'What happened to the answer.'),
  answerId: requiredField(() => ID, 'ID of the answer, even if it was removed.'),
  answer: field(() => Answer, 'The answer as it is now. Null if it was removed.'),
  edge: field(() => edgeType(AnswerConnection), 'The answer’s edge in the question’s answers. Null unless `kind` is `ADDED`.'),
  question: field(() => Question, 'The question to watch. Null if the viewer may not see it.'),
});
