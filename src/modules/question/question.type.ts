import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { Payload } from '../../relay/payload.js';

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
export class Question extends Node {
  @Field(() => String, { description: 'Plain text, as it was written.' })
  body!: string;

  @Field(() => Int, { description: 'How many answers it has.' })
  answerCount!: number;

  @Field(() => Date, { description: 'When it was asked.' })
  createdAt!: Date;
}

export const QuestionConnection = connectionType(Question, 'Question');

@ObjectType({ implements: Node, description: 'What somebody knows of a product, in answer to a question.' })
export class Answer extends Node {
  @Field(() => String, { description: 'Plain text, as it was written.' })
  body!: string;

  @Field(() => Boolean, { description: 'Whether it is the merchant’s.' })
  byMerchant!: boolean;

  @Field(() => Boolean, { description: 'Whether whoever wrote it had received the product.' })
  byVerifiedBuyer!: boolean;

  @Field(() => Boolean, { description: 'Whether the asker accepted it.' })
  accepted!: boolean;

  @Field(() => Int, { description: 'How many found it helpful.' })
  helpful!: number;

  @Field(() => Int, { description: 'How many did not.' })
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

@ObjectType({ implements: Payload, description: 'The new question.' })
export class AskQuestionPayload extends Payload {
  @Field(() => Question, { nullable: true, description: 'The question, as stored.' })
  question!: Question | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether a moderator must see it before others do.' })
  held!: boolean | null;
}

@InputType({ description: 'A new answer.' })
export class AnswerQuestionInput {
  @Field(() => ID, { description: 'To which question.' })
  questionId!: string;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key makes no second answer.' })
  idempotencyKey?: string | null;
}

@ObjectType({ implements: Payload, description: 'The new answer.' })
export class AnswerQuestionPayload extends Payload {
  @Field(() => Answer, { nullable: true, description: 'The answer, as stored.' })
  answer!: Answer | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether a moderator must see it before others do.' })
  held!: boolean | null;
}

@InputType({ description: 'The new text of one’s answer.' })
export class EditAnswerInput {
  @Field(() => ID, { description: 'One’s own answer.' })
  answerId!: string;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters.' })
  body!: string;
}

@ObjectType({ implements: Payload, description: 'The changed answer.' })
export class EditAnswerPayload extends Payload {
  @Field(() => Answer, { nullable: true, description: 'The answer, as changed.' })
  answer!: Answer | null;
}

@InputType({ description: 'Which answer helped.' })
export class AcceptAnswerInput {
  @Field(() => ID, { description: 'An answer to one’s own question.' })
  answerId!: string;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: 'False takes it back.' })
  accepted!: boolean;
}

@ObjectType({ implements: Payload, description: 'The accepted answer.' })
export class AcceptAnswerPayload extends Payload {
  @Field(() => Answer, { nullable: true, description: 'The answer, as changed.' })
  answer!: Answer | null;
}

@InputType({ description: 'A vote on an answer.' })
export class VoteAnswerInput {
  @Field(() => ID, { description: 'The answer.' })
  answerId!: string;

  @Field(() => AnswerVote, { nullable: true, description: 'The vote; null takes it back.' })
  vote?: AnswerVote | null;
}

@ObjectType({ implements: Payload, description: 'The answer with its new votes.' })
export class VoteAnswerPayload extends Payload {
  @Field(() => Answer, { nullable: true, description: 'The answer, as changed.' })
  answer!: Answer | null;
}

@InputType({ description: 'Which answer to delete.' })
export class DeleteAnswerInput {
  @Field(() => ID, { description: 'One’s own answer.' })
  answerId!: string;
}

@ObjectType({ implements: Payload, description: 'What was deleted.' })
export class DeleteAnswerPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that the answer had.' })
  deletedAnswerId!: string | null;
}

@InputType({ description: 'Which question to delete.' })
export class DeleteQuestionInput {
  @Field(() => ID, { description: 'One’s own question, while it has no answers.' })
  questionId!: string;
}

@ObjectType({ implements: Payload, description: 'What was deleted.' })
export class DeleteQuestionPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that the question had.' })
  deletedQuestionId!: string | null;
}

@ObjectType({ description: 'A question was asked.' })
export class QuestionAsked {
  @Field(() => String, { description: 'Give it as `after` to go on from here.' })
  cursor!: string;

  @Field(() => Question, { nullable: true, description: 'The question; null where it is gone since.' })
  question!: Question | null;
}

@ObjectType({ description: 'A question was answered.' })
export class AnswerAdded {
  @Field(() => String, { description: 'Give it as `after` to go on from here.' })
  cursor!: string;

  @Field(() => Answer, { nullable: true, description: 'The answer; null where it is gone since.' })
  answer!: Answer | null;
}
