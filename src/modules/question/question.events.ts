/** What subscribers of a product's questions, and of a question's answers, are told. */
import type { Types } from 'mongoose';
import type { EventEntry } from '../../realtime/index.js';
import { hiddenWith } from '../domain-events.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';

export const questionTopic = (product: Types.ObjectId): string => `questions:${product.toHexString()}`;

export const answerTopic = (question: Types.ObjectId): string => `answers:${question.toHexString()}`;

type QuestionChange = 'QUESTION_ASKED' | 'QUESTION_RESTORED' | 'QUESTION_EDITED' | 'QUESTION_REMOVED';
type AnswerChange = (typeof answerChanges)[number];

/** The events of `answerChanged`. */
export const answerChanges = ['ANSWER_ADDED', 'ANSWER_RESTORED', 'ANSWER_EDITED', 'ANSWER_REMOVED'] as const;

/** The events of `questionChanged`: an answer's are changes of its question. */
export const questionChanges = [
  'QUESTION_ASKED',
  'QUESTION_RESTORED',
  'QUESTION_EDITED',
  'QUESTION_REMOVED',
  ...answerChanges,
] as const satisfies readonly (QuestionChange | AnswerChange)[];

export function questionEvent(type: QuestionChange, { _id, author, product }: QuestionDocument): EventEntry {
  return { topic: questionTopic(product), type, data: { question: _id, author, ...hiddenWith(type, { type: 'Question', id: _id }) } };
}

/** The same event for those who watch the question, and for those who watch the product. */
export function answerEvents(type: AnswerChange, { _id, author, product, question }: AnswerDocument, owner: Types.ObjectId): EventEntry[] {
  const data = { answer: _id, question, author, owner, ...hiddenWith(type, { type: 'Answer', id: _id }) };
  return [
    { topic: answerTopic(question), type, data },
    { topic: questionTopic(product), type, data },
  ];
}
