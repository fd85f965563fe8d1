import { pagesByParent } from '../../relay/connection.js';
import { byId, byPair } from '../../relay/loader.js';
import {
  AnswerModel,
  AnswerVoteModel,
  QuestionModel,
  type AnswerDocument,
  type AnswerVoteDocument,
  type QuestionDocument,
} from './question.model.js';

export const questionById = byId<QuestionDocument>(QuestionModel);
export const answerById = byId<AnswerDocument>(AnswerModel);
export const questionsOfProduct = pagesByParent<QuestionDocument>(QuestionModel, 'product');
export const answersOfQuestion = pagesByParent<AnswerDocument>(AnswerModel, 'question');

export const voteOnAnswer = byPair<AnswerVoteDocument>(AnswerVoteModel);
